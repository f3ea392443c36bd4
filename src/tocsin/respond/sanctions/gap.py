"""The coordination gap: who is listed where, since when, who came first, and what the others have not done.

Everything is as one day saw it: give the tables as published then (`History.as_of`), and that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from tocsin.model.arrow import schema
from tocsin.model.criteria import Criteria
from tocsin.model.listing import LISTS
from tocsin.model.rules import Rules
from tocsin.respond.sanctions.aliases import aliases
from tocsin.respond.sanctions.entries import Entry, entries, in_force
from tocsin.respond.sanctions.lags import Cell, Lag, cells, lags
from tocsin.respond.sanctions.owned import OWNED, Ownership, owned

_TEXT, _DAY, _TEXTS = pa.string(), pa.date32(), pa.list_(pa.string())


#: One row a cluster and jurisdiction, listed there or not; a cluster's rows stand together.
GAP = schema(
    [
        pa.field("cluster", _TEXT, nullable=False),
        pa.field("schema", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("probability", pa.float64()),  # the lowest of the links that hold the cluster together
        pa.field("jurisdiction", _TEXT, nullable=False),
        pa.field("listed", pa.bool_(), nullable=False),  # in force on the day
        pa.field("entries", _TEXTS, nullable=False),  # list:entry
        pa.field("programmes", _TEXTS, nullable=False),
        pa.field("measures", _TEXTS, nullable=False),
        pa.field("legal_bases", _TEXTS, nullable=False),
        pa.field("first", _DAY),  # the oldest day told; null: not listed, or a list does not tell
        pa.field("inherited", _DAY),
        pa.field("delisted", _DAY),
        pa.field("first_mover", pa.bool_()),  # null: a day is missing, so nobody can tell
        pa.field("lag_days", pa.int32()),  # behind the first mover; null as above
        pa.field("unused", _TEXTS, nullable=False),  # where not listed: regimes and routes to look at
    ]
)


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap as of `day`. `rows` follow GAP, `aliases` ALIASES, `owned` OWNED."""

    day: date
    since: date | None  # lags are over clusters that both listed on or after it
    jurisdictions: tuple[str, ...]
    clusters: int
    rows: pa.Table
    cells: tuple[Cell, ...]
    lags: tuple[Lag, ...]
    aliases: pa.Table
    owned: pa.Table


def gap(
    listed: pa.Table,
    clusters: pa.Table,
    day: date,
    *,
    since: date | None = None,
    owners: Ownership | None = None,
    rules: Rules | None = None,
    criteria: Criteria | None = None,
) -> Gap:
    """Line up the entries of several lists. `listed` (LISTED) holds the lists as of `day`, one below the other;
    `clusters` says which entries are one person or organisation: list, entry, cluster, and the probability of the link.

    An entry without a cluster is one of its own. Lags are over clusters that both listed on or after `since`. With
    `owners`, the companies are told that listed persons own and that are not listed.
    """
    found = entries(listed, day)
    grouped, probability = _grouped(found, clusters)
    places = _places(found)
    criteria = criteria or Criteria.load()
    rows, sets, firsts = [], [], []
    for cluster, members in grouped.items():
        lines = [_line(members, place, day) for place in places]
        _first_mover(lines)
        _unused(lines, criteria, day)
        shown = min(members, key=lambda e: (not in_force(e, day), e.first or date.max, places.index(e.jurisdiction)))
        head = {"cluster": cluster, "schema": shown.schema, "name": shown.name, "probability": probability.get(cluster)}
        rows += [{**head, **line} for line in lines]
        if listing := frozenset(line["jurisdiction"] for line in lines if line["listed"]):
            sets.append((listing, shown.schema == "Person"))
        firsts.append({line["jurisdiction"]: line["first"] for line in lines if line["first"]})
    return Gap(
        day,
        since,
        tuple(places),
        len(sets),
        pa.Table.from_pylist(rows, GAP),
        cells(sets, places),
        lags(firsts, places, since),
        aliases(grouped),
        owned(owners, _listing(grouped, places, day), rules or Rules.load(), day) if owners else OWNED.empty_table(),
    )


def _listing(grouped: Mapping[str, Sequence[Entry]], places: Sequence[str], day: date) -> dict[str, dict[str, str]]:
    """The entries in force of each place, with their clusters."""
    found: dict[str, dict[str, str]] = {place: {} for place in places}
    for cluster, members in grouped.items():
        for entry in members:
            if in_force(entry, day):
                found[entry.jurisdiction][entry.key] = cluster
    return found


def _grouped(found: Sequence[Entry], clusters: pa.Table) -> tuple[dict[str, list[Entry]], dict[str, float]]:
    """Entries by cluster, the longest listed first; and the lowest probability in each cluster that has one."""
    of, lowest = {}, dict[str, float]()
    for row in clusters.to_pylist():
        cluster = str(row["cluster"])
        of[row["list"], row["entry"]] = cluster
        if row["probability"] is not None:
            lowest[cluster] = min(row["probability"], lowest.get(cluster, 1.0))
    grouped: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda e: (e.first or date.max, e.list, e.entry)):
        grouped.setdefault(of.get((entry.list, entry.entry), entry.key), []).append(entry)
    several = {cluster for cluster, members in grouped.items() if len({e.key for e in members}) > 1}
    return grouped, {cluster: p for cluster, p in lowest.items() if cluster in several}


def _places(found: Iterable[Entry]) -> list[str]:
    """The jurisdictions that are there, in the order of LISTS, then by name."""
    there, order = {entry.jurisdiction for entry in found}, list(LISTS.values())
    return sorted(there, key=lambda place: (order.index(place) if place in order else len(order), place))


def _line(members: Sequence[Entry], place: str, day: date) -> dict[str, Any]:
    """What one jurisdiction has done about a cluster. Where all was taken back, its past is told."""
    here = [entry for entry in members if entry.jurisdiction == place]
    now = [entry for entry in here if in_force(entry, day)]
    told = now or here
    days = [entry.first for entry in told]
    return {
        "jurisdiction": place,
        "listed": bool(now),
        "entries": [entry.key for entry in told],
        "programmes": _all(entry.programmes for entry in told),
        "measures": _all(entry.measures for entry in told),
        "legal_bases": _all(entry.legal_bases for entry in told),
        "first": None if None in days else min((d for d in days if d), default=None),
        "inherited": min((entry.inherited for entry in told if entry.inherited), default=None),
        "delisted": None if now else max((entry.delisted for entry in here if entry.delisted), default=None),
        "first_mover": None,
        "lag_days": None,
        "unused": [],
    }


def _all(groups: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(value for group in groups for value in group))


def _first_mover(lines: Sequence[dict[str, Any]]) -> None:
    """Say who came first and how far the others are behind, if the day of every listing is known."""
    told = [line for line in lines if line["entries"]]
    if any(line["first"] is None for line in told):
        return
    first = min(line["first"] for line in told)
    for line in told:
        line["first_mover"], line["lag_days"] = line["first"] == first, (line["first"] - first).days


def _unused(lines: Sequence[dict[str, Any]], criteria: Criteria, day: date) -> None:
    """For each place that does not list, what it could look at because of how the others list."""
    elsewhere = [(line["jurisdiction"], p) for line in lines if line["listed"] for p in line["programmes"] or [""]]
    for line in lines:
        if not line["listed"]:
            line["unused"] = [rule.label() for rule in criteria.unused(line["jurisdiction"], elsewhere, day)]
