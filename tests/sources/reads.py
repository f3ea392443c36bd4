"""Reading a file of bytes the way the program does, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.model.post import POSTS, Rejected
from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.reading import FileOutcome, read_posts


@dataclass
class Read:
    posts: list[dict[str, Any]]
    rejected: list[Rejected]
    outcomes: list[FileOutcome]
    table: pa.Table

    @property
    def only(self) -> FileOutcome:
        (outcome,) = self.outcomes
        return outcome


def read(*paths: Path | str, form: str | None = None, **options: Any) -> Read:
    batches: list[Batch] = []
    outcomes: list[FileOutcome] = []
    for item in read_posts([str(path) for path in paths], ReadOptions(**options), form):
        (outcomes if isinstance(item, FileOutcome) else batches).append(item)
    for batch in batches:
        assert batch.posts.schema.equals(POSTS)
        batch.posts.validate(full=True)
    table = pa.Table.from_batches([batch.posts for batch in batches], schema=POSTS)
    rejected = [row for batch in batches for row in batch.rejected]
    assert sum(outcome.input.posts for outcome in outcomes) == len(table)
    assert sum(outcome.input.rejected for outcome in outcomes) == len(rejected)
    return Read(table.to_pylist(), rejected, outcomes, table)
