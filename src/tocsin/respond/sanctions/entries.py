"""The entries of several lists as one day saw them, read from a LISTED table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.model.listing import LISTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry under one jurisdiction. `first` is the oldest day known: the inherited one where there is one."""

    list: str
    entry: str
    jurisdiction: str
    schema: str
    names: tuple[tuple[str, str], ...]  # name, kind
    programmes: tuple[str, ...]
    measures: tuple[str, ...]
    legal_bases: tuple[str, ...]
    first: date | None
    inherited: date | None
    delisted: date | None
    reason: str

    @property
    def key(self) -> str:
        """List and entry in one word."""
        return f"{self.list}:{self.entry}"

    @property
    def name(self) -> str:
        """The name to show: the primary one, in Latin letters where there is such a one."""
        ranked = sorted(self.names, key=lambda name: (not name[0].isascii(), name[1] != "primary"))
        return ranked[0][0] if ranked else self.key


def entries(listed: pa.Table, day: date) -> list[Entry]:
    """The entries of `listed` (LISTED) that were listed on or before `day`, those delisted since included.

    A null day of listing counts as before `day`: the format does not tell it. An entry of `opensanctions` stands once
    for each jurisdiction of its programmes.
    """
    found = (entry for row in listed.to_pylist() for entry in _entries(row))
    return [entry for entry in found if entry.first is None or entry.first <= day]


def in_force(entry: Entry, day: date) -> bool:
    """Whether the entry is on its list on that day."""
    return entry.delisted is None or entry.delisted > day


def of_programmes(listed: pa.Table, patterns: Iterable[str]) -> pa.Table:
    """The rows of `listed` with a programme that fits one of the patterns (`RUSSIA-*`; case counts)."""
    wanted = tuple(patterns)
    rows = listed["programmes"].to_pylist()
    keep = [any(fnmatchcase(p, w) for p in row or () for w in wanted) for row in rows]
    return listed.filter(pa.array(keep, pa.bool_()))


def jurisdiction_of(list_id: str, programme: str = "") -> str:
    """The jurisdiction of a list; of `opensanctions`, that of the programme: `EU-RUSDA` is of the EU.
    `UsageError` for a list that is not known."""
    if list_id not in LISTS:
        raise UsageError(f"no list is called {list_id!r}", hint=f"known are {', '.join(LISTS)}")
    return LISTS[list_id] or programme.partition("-")[0].lower()


def _entries(row: dict[str, Any]) -> Iterable[Entry]:
    by_place: dict[str, list[str]] = {}
    for programme in row["programmes"] or [""]:
        by_place.setdefault(jurisdiction_of(row["list"], programme), []).append(programme)
    days = [day for day in (row["listed"], row["inherited"]) if day]
    for place, programmes in by_place.items():
        yield Entry(
            list=row["list"],
            entry=row["entry"],
            jurisdiction=place,
            schema=row["schema"],
            names=tuple((name["name"], name["kind"]) for name in row["names"]),
            programmes=tuple(filter(None, programmes)),
            measures=tuple(row["measures"]),
            legal_bases=tuple(row["legal_bases"]),
            first=min(days, default=None),
            inherited=row["inherited"],
            delisted=row["delisted"],
            reason=row["reason"] or "",
        )
