"""The rows behind a candidate as evidence shows them: where they stand and why they count, nothing of what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from tocsin.detect.leaks.base import Candidate, LeakTables


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `who` is the account of a post, else the file; `identity` says which it is wherever its file lies."""

    at: int
    layer: str
    object: str
    who: str
    post: str
    time: datetime
    platform: str | None
    text: str | None
    file: str
    row: int
    identity: str


def rows_of(candidate: Candidate, tables: LeakTables) -> Iterator[Row]:
    """The rows of a candidate. A post, which is public, has its text; a mail or document only why it counts."""
    make = {"messages": _messages, "papers": _papers, "posts": _posts}[candidate.table]
    yield from make(candidate, tables)


def _messages(candidate: Candidate, tables: LeakTables) -> Iterator[Row]:
    for at in candidate.rows.tolist():
        one = tables.messages[at]
        yield Row(
            at=at,
            layer="message",
            object=candidate.objects.get(at, one.file),
            who=one.file,
            post=f"{one.file}:{one.row}",
            time=candidate.times.get(at, tables.day),
            platform=None,
            text=candidate.notes.get(at, candidate.why),
            file=one.file,
            row=one.row,
            identity=hashlib.sha256(one.raw).hexdigest(),
        )


def _papers(candidate: Candidate, tables: LeakTables) -> Iterator[Row]:
    for at in candidate.rows.tolist():
        one = tables.papers[at]
        yield Row(
            at=at,
            layer="document",
            object=candidate.objects.get(at, one.name),
            who=one.name,
            post=one.sha256,
            time=candidate.times.get(at, tables.day),
            platform=None,
            text=candidate.notes.get(at, candidate.why),
            file=one.name,
            row=1,
            identity=one.sha256,
        )


def _posts(candidate: Candidate, tables: LeakTables) -> Iterator[Row]:
    picked = tables.posts.take(pa.array(candidate.rows)).to_pylist()
    for at, cells in zip(candidate.rows.tolist(), picked, strict=True):
        yield Row(
            at=at,
            layer="quote",
            object=candidate.objects[at],
            who=cells["account"],
            post=cells["post"],
            time=cells["time"],
            platform=cells["platform"],
            text=cells["text"],
            file=cells["file"],
            row=cells["row"],
            identity=f"{cells['platform'] or ''}\t{cells['post']}",
        )
