"""What a PDF keeps of its past: its states, what each changed of the visible text, what signatures cover."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.detect.leaks.differences import differences
from tocsin.model.finding import Change
from tocsin.sources.confined import Reader

TASK = "revisions"


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the file: its first `end` bytes. `changes`: what of the visible text differs from the state before;
    `read`: whether its text could be read."""

    end: int
    changes: tuple[Change, ...]
    read: bool


@dataclass(frozen=True, slots=True)
class History:
    """All states of a PDF. `signed`: ends of the bytes that its signatures cover, and `gaps`: signatures whose ranges
    leave out more than the signature; `shared`: appearances of form fields that stand elsewhere in the document too;
    `hidden`: text in streams that no page shows."""

    revisions: tuple[Revision, ...]
    signed: tuple[int, ...]
    gaps: int
    shared: int
    hidden: str
    note: str

    @property
    def after_signing(self) -> tuple[Change, ...]:
        """What was changed of the visible text after a signature."""
        if not self.signed:
            return ()
        first = min(self.signed)
        return tuple(change for one in self.revisions if one.end > first for change in one.changes)


def history(data: bytes, reader: Reader) -> History:
    """Read what a PDF keeps of its past, in the confined process; `note` says what could not be read."""
    facts, _ = next(iter(list(reader.ask(TASK, io.BytesIO(data), len(data)))))
    if "fault" in facts:
        return History((Revision(len(data), (), False),), (), 0, 0, "", str(facts["fault"]))
    made = _revisions(facts["ends"], facts["texts"])
    return History(made, tuple(facts["signed"]), facts["gaps"], facts["shared"], facts["hidden"], facts["note"])


def _revisions(ends: Sequence[int], texts: Sequence[list[str] | None]) -> tuple[Revision, ...]:
    made, last = [], None
    for n, (end, pages) in enumerate(zip(ends, texts, strict=True), 1):
        changes: list[Change] = []
        if pages is not None and last is not None:
            for number in range(max(len(pages), len(last))):
                before, after = (side[number] if number < len(side) else "" for side in (last, pages))
                if before != after:
                    changes += differences([before], [after], f"revision {n}, page {number + 1}").changes
        made.append(Revision(end, tuple(changes), pages is not None))
        last = pages if pages is not None else last
    return tuple(made)
