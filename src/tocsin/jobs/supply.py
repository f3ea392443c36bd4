"""Where a scan's posts are: in memory, or a table of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, cast

import pyarrow as pa

from tocsin.jobs.parts import Parts
from tocsin.model.arrow import pc
from tocsin.model.finding import InputFile
from tocsin.progress import Progress


@dataclass(frozen=True, slots=True)
class Extent:
    """How many posts and accounts there are, and the times of the first and the last post."""

    posts: int
    accounts: int
    first: datetime
    last: datetime


class Supply(Protocol):
    """Posts as a scan asks for them. `inputs` are the files they come from, `failed` how many of those were not read to
    their end."""

    inputs: tuple[InputFile, ...]
    failed: int

    def extent(self) -> Extent:
        """How much there is."""
        ...

    def distinct(self, column: str) -> list[str]:
        """The values of a column."""
        ...

    def times(self, accounts: Sequence[str]) -> pa.Table:
        """Account and time of these accounts' posts."""
        ...

    def run(self, detector: Any, params: Any, progress: Progress) -> Any:
        """Run a detector over the posts."""
        ...


class Here:
    """Parts of a scan folder, brought into memory."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.inputs, self.failed = told(parts)

    @cached_property
    def _who(self) -> pa.Table:
        return self._parts.posts(["account", "platform", "time"])

    def extent(self) -> Extent:
        """How much there is."""
        span = cast("dict[str, Any]", pc.min_max(self._who["time"]).as_py())
        accounts = pc.count_distinct(self._who["account"]).as_py()
        return Extent(self._who.num_rows, accounts, span["min"], span["max"])

    def distinct(self, column: str) -> list[str]:
        """The values of a column."""
        return cast("list[str]", pc.unique(self._who[column]).to_pylist())

    def times(self, accounts: Sequence[str]) -> pa.Table:
        """Account and time of these accounts' posts."""
        theirs = pc.is_in(self._who["account"], value_set=pa.array(accounts, pa.string()))
        return self._who.select(["account", "time"]).filter(theirs)

    def run(self, detector: Any, params: Any, progress: Progress) -> Any:
        """Run a detector over the posts."""
        return detector.run(self._parts.posts(), params, progress)


def told(parts: Parts) -> tuple[tuple[InputFile, ...], int]:
    """The files that were read, and how many of them not to their end."""
    inputs = tuple(file for entry in parts.entries for file in entry.inputs)
    return inputs, sum(len(entry.failures) for entry in parts.entries)
