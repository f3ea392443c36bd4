"""What the tasks that read documents answer with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tocsin.errors import TocsinError
from tocsin.sources.parsers.wire import Answer

VALUE_CHARACTERS = 4_000  # of one value of the metadata
VALUES = 500
TEXT_CHARACTERS = 50_000_000  # of all pages together
_ADDRESS = re.compile(r" at 0x[0-9a-f]+|, \d{12,}(?=\))")
ATTACHED = 1_000  # documents in one document


def answer(
    pages: Iterable[str] = (),
    metadata: Mapping[str, object] | None = None,
    attached: Iterable[tuple[str, bytes]] = (),
    notes: Iterable[str] = (),
) -> Answer:
    """The text by page, what the document says of itself, documents in it, and what was not read. What is over the
    bounds is left out and told."""
    told = list(notes)
    kept: list[str] = []
    left = TEXT_CHARACTERS
    for page in pages:
        kept.append(_clean(page[: max(left, 0)]))
        left -= len(page)
    if left < 0:
        told.append(f"its text is over {TEXT_CHARACTERS:,} characters; the rest was not read")
    inside = list(attached)
    if len(inside) > ATTACHED:
        told.append(f"holds {len(inside):,} files; the first {ATTACHED:,} were looked at")
    values = {_clean(str(name)): _clean(str(value))[:VALUE_CHARACTERS] for name, value in (metadata or {}).items()}
    facts = {
        "pages": kept,
        "metadata": dict(list(values.items())[:VALUES]),
        "attached": [name for name, _ in inside[:ATTACHED]],
        "notes": told,
    }
    return facts, [data for _, data in inside[:ATTACHED]]


def said(error: BaseException) -> str:
    """What a parser says is wrong, without places in its memory, so that the same file has the same words."""
    if isinstance(error, TocsinError):
        return str(error)
    return _ADDRESS.sub("", f"{type(error).__name__}: {error}")[:300]


def _clean(text: str) -> str:
    """Text that JSON and both databases take."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
