"""The rows behind a candidate as findings show them, whatever table they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from tocsin.detect.voting.base import Candidate, VotingTables

#: Kind of event -> layer of the evidence.
LAYER = {"web": "request", "auth": "login", "ids": "alert", "flow": "request", "tls": "alert", "outage": "outage"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `at` is its position in its table; `private`: its source is a client; `telling`: it has a note of its
    own; `quoted`: its query may be shown; `identity` says which it is wherever its file lies."""

    at: int
    layer: str
    object: str
    office: str
    source: str
    time: datetime | None
    what: str
    note: str
    file: str
    row: int
    private: bool
    telling: bool
    quoted: bool
    identity: tuple[str, ...]

    @property
    def post(self) -> str:
        """Its id in the evidence."""
        return f"{self.file}:{self.row}"

    def named(self, clear: bool, label: Callable[[str], str]) -> Row:
        """The row as it may be shown: where not `clear`, a pseudonym for the client; and no query, which may hold what
        a person typed, unless the row is `clear` and `quoted`."""
        source = self.source if clear or not self.source else label(self.source)
        whole = clear and (self.quoted or not self.private)
        return replace(self, source=source, what=self.what if whole else _without_query(self.what))


def _without_query(what: str) -> str:
    head, mark, tail = what.partition("?")
    return f"{head}?... {tail.rpartition(' ')[2]}" if mark else what


def rows_of(candidate: Candidate, tables: VotingTables) -> Iterator[Row]:
    """The rows of a candidate."""
    table = tables.rows(candidate.table, candidate.contest)
    picked = table.take(pa.array(candidate.rows))
    make = {"events": _event, "observed": _name, "stations": _station}[candidate.table]
    for at, cells in zip(candidate.rows.tolist(), picked.to_pylist(), strict=True):
        made = make(cells, candidate, at)
        note = candidate.notes.get(at, candidate.why)
        yield Row(
            at=at,
            file=cells["file"],
            row=cells["row"],
            note=note,
            telling=at in candidate.notes,
            quoted=at in candidate.quoted,
            **made,
        )


def _event(cells: dict[str, Any], candidate: Candidate, at: int) -> dict[str, Any]:
    what = event_text(cells)
    source, office, time = cells["source"], cells["office"], cells["time"]
    return {
        "layer": LAYER[cells["kind"]],
        "object": candidate.objects.get(at, office),
        "office": office,
        "source": source,
        "time": time,
        "what": what,
        "private": True,
        "identity": (office, source, time.isoformat(), what),
    }


def event_text(cells: dict[str, Any]) -> str:
    """What an event says, in a line."""
    if cells["kind"] == "auth":
        said = f"sign-in: {cells['action']}" + (f" as {cells['user']}" if cells["user"] else "")
        return said + (f" by {cells['method']}" if cells["method"] else "")
    asked = " ".join(str(cells[name]) for name in ("method", "path", "status") if cells[name] is not None)
    parts = [cells["action"], asked] if cells["kind"] != "web" else [asked]
    return ", ".join(part for part in parts if part)


def _name(cells: dict[str, Any], candidate: Candidate, at: int) -> dict[str, Any]:
    office = next((name.office for name in candidate.names if name.name == cells["name"]), "")
    office = office or next((name.office for name in candidate.names), "")
    imitated = candidate.objects.get(at) or next((name.imitated for name in candidate.names), office)
    what = cells["how"] + (f": {cells['detail']}" if cells["detail"] else "")
    when = cells["time"].isoformat() if cells["time"] else ""
    return {
        "layer": "name",
        "object": imitated,
        "office": office,
        "source": cells["name"],
        "time": cells["time"],
        "what": what,
        "private": False,
        "identity": (cells["name"], imitated, when, what),
    }


def _station(cells: dict[str, Any], candidate: Candidate, at: int) -> dict[str, Any]:
    figures = [f"{name} {cells[name]:,}" for name in ("registered", "cast", "valid") if cells[name] is not None]
    what = ", ".join([*figures, "votes " + " ".join(map(str, cells["votes"]))])
    return {
        "layer": "station",
        "object": cells["unit"],
        "office": cells["region"],
        "source": cells["unit"],
        "time": None,
        "what": what,
        "private": False,
        "identity": (cells["region"], cells["unit"], what),
    }
