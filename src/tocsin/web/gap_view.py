"""The coordination gap as the workspace's lists give it on a day; worked out once for the editions in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.cases.confirm import confirmed
from tocsin.model.criteria import Criteria
from tocsin.model.history import History
from tocsin.model.rules import Rules
from tocsin.resolve.clusters import cluster
from tocsin.respond.sanctions.gap import Gap, gap
from tocsin.respond.sanctions.published import published
from tocsin.store.files import write_file
from tocsin.store.workspace import Workspace
from tocsin.web import list_history


class Row(NamedTuple):
    """One person or organisation, with the line of each jurisdiction in the gap's order (see `respond` GAP)."""

    name: str
    schema: str
    probability: float | None
    lines: list[dict[str, Any]]


def gap_on(ws: Workspace, day: date, since: date | None) -> Gap | None:
    """The gap on a day; None where fewer than two lists were published by then."""
    past = list_history.history(ws)
    known = [name for name in past.lists() if past.days(name)[0] <= day]
    with ws.read() as reader:
        ids = confirmed(reader)
    return _gap(ws, past, day, since, ids) if len(known) > 1 else None


@lru_cache(8)
def _gap(ws: Workspace, past: History, day: date, since: date | None, ids: frozenset[str]) -> Gap:
    listed = published(past, day)
    rules, criteria = Rules.load(ids), Criteria.load(ids)
    return gap(listed, clusters(ws, listed), day, since=since, rules=rules, criteria=criteria)


def clusters(ws: Workspace, listed: pa.Table) -> pa.Table:
    """Which of these entries are one; kept beside the editions, for it can take a minute."""
    digest = hashlib.sha256()
    for name in ("list", "entry", "names", "birth_dates", "countries", "numbers"):  # what entries are compared by
        digest.update(repr(listed[name].to_pylist()).encode())
    path = ws.tables / "lists" / f"clusters-{digest.hexdigest()}.parquet"
    if not path.is_file():
        buffer = pa.BufferOutputStream()
        pq.write_table(cluster(listed), buffer, compression="zstd")
        write_file(path, buffer.getvalue().to_pybytes())
    return pq.read_table(path)


def rows(found: Gap, without: str, wanted: str) -> list[Row]:
    """Who is listed somewhere and not by `without` ("any": not everywhere; "": whoever is listed) under a name that
    holds `wanted`; those most jurisdictions list first."""
    kept = (row for row in _grouped(found.rows) if wanted.casefold() in row.name.casefold())
    chosen = [row for row in kept if any(line["listed"] for line in row.lines) and _lacks(row, without)]
    return sorted(chosen, key=lambda row: (-sum(line["listed"] for line in row.lines), row.name.casefold()))


def _lacks(row: Row, without: str) -> bool:
    return not without or any(not line["listed"] and without in ("any", line["jurisdiction"]) for line in row.lines)


def _grouped(table: pa.Table) -> Iterator[Row]:
    for _, lines in groupby(table.to_pylist(), key=lambda line: line["cluster"]):
        held = list(lines)
        yield Row(held[0]["name"], held[0]["schema"], held[0]["probability"], held)
