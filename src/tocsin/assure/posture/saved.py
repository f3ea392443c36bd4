"""What checkdmarc, drheader and pysecuritytxt saved, or `probe` wrote, read to points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.assure.posture.points import points
from tocsin.errors import UnknownFormat
from tocsin.model.post import Rejected
from tocsin.model.posture import PosturePoint
from tocsin.sources.containers import Unopened, open_inputs
from tocsin.sources.jsontext import Document, Found, from_lines, is_lines
from tocsin.sources.names.hosts import clean
from tocsin.sources.textual import Lines

TOOLS = ("checkdmarc", "drheader", "pysecuritytxt")


@dataclass(frozen=True, slots=True)
class PostureFile:
    """Points in the order of the files, and the records that were set aside."""

    points: tuple[PosturePoint, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_posture(paths: Iterable[str | Path]) -> PostureFile:
    """Read JSON of checkdmarc (a domain or a list of them), of drheader (a list with `url` and `report`), and what
    `probe` wrote (JSON lines with `tool`, `name`, `at`, `result`; security.txt comes only so, since its own JSON names
    no site). A record of none of these is set aside; a file with no other raises `UnknownFormat`."""
    made, rejected = list[PosturePoint](), list[Rejected]()
    for item in open_inputs(map(str, paths)):
        if isinstance(item, Unopened):
            raise item.error
        before, bad = len(made), len(rejected)
        for found in _records(item.stream):
            told = _told(found.value)
            if told is None:
                rejected.append(
                    Rejected(item.name, found.number, found.reason or "of no tool known here", found.text[:500])
                )
            else:
                tool, name, result, at = told
                made += points(tool, name, result, at, item.name, found.number)
        item.close()
        if len(made) == before:
            reason = rejected[bad].reason if len(rejected) > bad else "it holds no record"
            raise UnknownFormat(f"{item.name}: {reason}", hint=f"give JSON of {', '.join(TOOLS)}")
    return PostureFile(tuple(made), rejected)


def _records(stream: Any) -> Iterator[Found]:
    head = stream.peek(1 << 16)
    if is_lines(head):
        return from_lines(Lines(cast("BinaryIO", stream)))
    paths = (("*",),) if head.lstrip()[:1] == b"[" else ((),)
    return iter(Document(cast("BinaryIO", stream), paths))


def _told(value: Any) -> tuple[str, str, Mapping[str, Any], datetime | None] | None:
    """Tool, name, result and time of a record; None where it is of none."""
    if not isinstance(value, Mapping):
        return None
    if value.get("tool") in TOOLS and isinstance(value.get("result"), Mapping):
        name, tool, result, at = value.get("name"), str(value["tool"]), value["result"], _time(value.get("at"))
    elif isinstance(value.get("domain"), str) and ("dmarc" in value or "spf" in value):
        name, tool, result, at = value["domain"], "checkdmarc", value, None
    elif isinstance(value.get("url"), str) and "report" in value:
        name, tool, result, at = value["url"], "drheader", value, None
    else:
        return None
    host = clean(pa.array([str(name)], pa.string()))[0].as_py()
    return (tool, host, result, at) if host else None


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
