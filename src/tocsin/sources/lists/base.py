"""What a format of a list is: recognised by its first bytes, read entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from tocsin.model.post import Rejected
from tocsin.sources.base import Head
from tocsin.sources.containers import Peekable
from tocsin.sources.lists.entries import Entry

Found = Iterator[Entry | Rejected]


@dataclass(slots=True)
class Facts:
    """What a reader learns of the edition on the way. `list_id` may change until the last entry was given."""

    list_id: str
    published: date | None = None
    notes: list[str] = field(default_factory=list)


class Reader(Protocol):
    """Reads the files of one edition, one after the other."""

    facts: Facts

    def take(self, name: str, stream: Peekable) -> Found:
        """Read one file: entries that are complete, and rows set aside. `InputError` for one that breaks off or is no
        such file: of a list of which a part is missing nobody could say who is not on it."""
        ...

    def finish(self) -> Found:
        """The entries that could only be completed when all files were read."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `id` is what `format=` takes, `title` what the user reads, `files` the most that one edition has."""

    id: str
    title: str
    sniff: Callable[[Head], bool]
    reader: Callable[[], Reader]
    files: int = 1


class Whole:
    """A reader whose entries are all complete when their file has been read."""

    def finish(self) -> Found:
        """Nothing is left over."""
        yield from ()
