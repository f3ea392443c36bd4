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
    """One state of the file: its first `end` bytes. `changes`: what of the visible text differs from the state before,
    `filled` what of the form fields; `read`: whether its text could be read."""

    end: int
    changes: tuple[Change, ...]
    filled: tuple[Change, ...]
    read: bool


@dataclass(frozen=True, slots=True)
class History:
    """All states of a PDF. `signed`: ends of the bytes that its signatures cover, and `gaps`: signatures whose ranges
    leave out more than the signature; `shared`: appearances of form fields that stand elsewhere in the document too;
    `covered` and `invisible`: pages of the last state, and how many characters there a box or picture was painted over,
    or were not painted so that they can be seen; `hidden`: text in streams that no page shows."""

    revisions: tuple[Revision, ...]
    signed: tuple[int, ...]
    gaps: int
    shared: int
    covered: tuple[tuple[int, int], ...]
    invisible: tuple[tuple[int, int], ...]
    hidden: str
    note: str

    @property
    def after_signing(self) -> tuple[Change, ...]:
        """What was changed of the visible text after a signature."""
        return tuple(change for one in self._later for change in one.changes)

    @property
    def filled(self) -> tuple[Change, ...]:
        """What was changed of the form fields after a signature."""
        return tuple(change for one in self._later for change in one.filled)

    @property
    def _later(self) -> list[Revision]:
        return [one for one in self.revisions if self.signed and one.end > min(self.signed)]


def history(data: bytes, reader: Reader) -> History:
    """Read what a PDF keeps of its past, in the confined process; `note` says what could not be read."""
    facts, _ = next(iter(list(reader.ask(TASK, io.BytesIO(data), len(data)))))
    if "fault" in facts:
        return History((Revision(len(data), (), (), False),), (), 0, 0, (), (), "", str(facts["fault"]))
    covered, invisible = (tuple((int(page), int(n)) for page, n in facts[name]) for name in ("covered", "invisible"))
    return History(
        _revisions(facts["ends"], facts["texts"], facts["fields"]),
        tuple(facts["signed"]),
        facts["gaps"],
        facts["shared"],
        covered,
        invisible,
        facts["hidden"],
        facts["note"],
    )


Pages = list[str] | None  # none where a state cannot be read


def _revisions(ends: Sequence[int], texts: Sequence[Pages], fields: Sequence[Pages]) -> tuple[Revision, ...]:
    made: list[Revision] = []
    last: tuple[Pages, Pages] = (None, None)
    for n, (end, pages, held) in enumerate(zip(ends, texts, fields, strict=True), 1):
        changes = _changed(last[0], pages, f"revision {n}, page")
        filled = _changed(last[1], held, f"revision {n}, form on page")
        made.append(Revision(end, changes, filled, pages is not None))
        last = (pages, held) if pages is not None else last
    return tuple(made)


def _changed(last: Pages, pages: Pages, place: str) -> tuple[Change, ...]:
    if last is None or pages is None:
        return ()
    changes: list[Change] = []
    for number in range(max(len(pages), len(last))):
        before, after = (side[number] if number < len(side) else "" for side in (last, pages))
        if before != after:
            changes += differences([before], [after], f"{place} {number + 1}").changes
    return tuple(changes)
