"""What a format of ballot data is: recognised from its first bytes, read in a stream into what gathers the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.shaping import REJECTED_CHARS

Taken = TypeVar("Taken")
Json = dict[str, Any]
HERE = "\0"  # how a jurisdiction begins that no file names: what follows is where the rows stood
_MOST_REJECTED = 100_000


@dataclass(slots=True)
class Given:
    """One input while it is read. `where` stands for the jurisdiction of rows that name none."""

    name: str
    stream: Peekable
    where: str = HERE
    mapping: Mapping[str, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad: int = 0

    def reject(self, row: int, reason: str, text: str = "") -> None:
        """Set a row aside; of very many only the first are kept, all are counted."""
        self.bad += 1
        if len(self.rejected) < _MOST_REJECTED:
            self.rejected.append(Rejected(self.name, row, reason, text[:REJECTED_CHARS]))


@dataclass(frozen=True, slots=True)
class Format(Generic[Taken]):
    """A format: `id` is what `format=` takes, `title` what the user reads. `take` reads one input into what gathers
    the rows of all; it raises `InputError` only for a file that cannot be read at all. `files`: an export of it has
    several files, so its jurisdiction is told by the folder or archive and not by the file."""

    id: str
    title: str
    sniff: Callable[[Head], Sniff | None]
    take: Callable[[Given, Taken], None]
    files: bool = False


@dataclass(frozen=True, slots=True)
class Read(Generic[Taken]):
    """What was read of all inputs."""

    taken: Taken
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


def plain(text: object) -> str:
    """A cell, element or member as one line of text; "" for none."""
    return " ".join(str(text).split()) if text is not None else ""


def whole_number(text: object) -> int | None:
    """A count as text or JSON has it, "1,234" and 12.0 too; None for what is none, or below zero."""
    if isinstance(text, bool) or text is None:
        return None
    cleaned = str(text).strip().replace(",", "")
    head, _, tail = cleaned.partition(".")
    return int(head) if head.isascii() and head.isdigit() and len(head) < 16 and not tail.strip("0") else None
