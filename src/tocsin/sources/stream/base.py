"""What an endless input gives: chunks of posts, each with the position from which to go on after it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Protocol, cast

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.model.post import POSTS, Rejected
from tocsin.sources.base import ReadOptions, Source

Position = Mapping[str, Any]  # in JSON's types
CHUNK_ROWS = 20_000  # lines or events of a chunk, about
CHUNK_BYTES = 32 << 20  # and bytes, about: lines may be long
OBJECT = b"{}\n"  # before a piece of JSON lines: whatever its first line is, the piece is read line by line


@dataclass(slots=True)
class Chunk:
    """Posts (schema `POSTS`, accounts as given), rows set aside, and the position after them. `waiting` bytes are known
    to be there and not read yet; `events` counts lines and events of every kind."""

    posts: pa.Table
    position: Position
    events: int
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    waiting: int = 0


class Feed(Protocol):
    """An endless input. `name` is what the user reads."""

    name: str

    def take(self, wait_s: float) -> Chunk | None:
        """What has come since the last call, waiting at the most so many seconds for more; None where nothing came."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def shaped(
    source: Source, data: bytes, name: str, options: ReadOptions, before: int, header: int = 0
) -> tuple[pa.Table, list[Rejected], list[str]]:
    """The posts, bad rows and notes of lines in the midst of an input, of which `before` lines came earlier. The first
    `header` lines of `data` stand there only to say what the others are."""
    posts, rejected, notes = [], list[Rejected](), list[str]()
    shift = before - header
    for batch in source.read(cast("BinaryIO", io.BytesIO(data)), name, options):
        if len(batch.posts):
            posts.append(batch.posts)
        rejected += [replace(row, row=row.row + shift) for row in batch.rejected if row.row > header]
        notes += batch.notes
    table = pa.Table.from_batches(posts, POSTS)
    rows = pc.add(table["row"], shift)
    return table.set_column(POSTS.get_field_index("row"), POSTS.field("row"), rows), rejected, notes
