"""What a scan of targets and an audit found against what was planted."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tocsin.simulate.compare import Found
from tocsin.simulate.voting.desk import OUTAGES

_COLUMNS: dict[str, pa.DataType] = {
    "unit": pa.string(),
    "role": pa.string(),
    "kind": pa.string(),
    "difficulty": pa.int64(),
    "items": pa.int64(),
    "standing": pa.string(),
    "finding": pa.string(),
    "named": pa.int64(),
    "right": pa.int64(),
    "recall": pa.float64(),
    "precision": pa.float64(),
}
#: One row a planted unit, with the finding that matches it best; the last row is of what is ordinary.
VOTING_FOUND = pa.schema(_COLUMNS)


def voting_found_against_planted(found: Found, truth: pa.Table, units: pa.Table) -> pa.Table:
    """Compare findings with the truth of a simulated targeting (schema `VOTING_FOUND`).

    `found` maps a finding's id to its standing and what it names: imitating names, clients, offices, polling stations;
    of an audit, contests whose outcome it did not confirm. What is in no row of `truth` does not count, so that all
    objects and accounts of its evidence may be given. A unit is in the findings of the best standing that any of its
    items has: `finding` is the first of them, `right` counts its items there, `named` adds what is of no operation. The
    last row counts what leads name (`named`) and what of it is ordinary (`right`), with `recall` its share of all that
    is ordinary.
    """
    rows, items = truth.to_pylist(), dict[str, set[str]]()
    for row in rows:
        if row["kind"] == row["unit"]:
            items.setdefault(row["unit"], set()).add(row["item"])
    known = {row["item"] for row in rows}
    planted = {row["item"] for row in rows if row["role"] == "operation"}
    named = {finding: (standing, known.intersection(what)) for finding, (standing, what) in found.items()}
    told = ("unit", "role", "kind", "difficulty", "items")
    offices = {one for unit in units.to_pylist() if unit["detector"] == OUTAGES for one in items[unit["unit"]]}
    made: list[dict[str, Any]] = []
    for unit in units.to_pylist():
        own = items[unit["unit"]]
        aside = {row["item"] for row in rows if row["unit"] == unit["unit"] != row["kind"]}
        held = _outages(named, own, aside) if own <= offices else _without(named, offices)
        made.append({name: unit[name] for name in told} | _seen(held, own, planted))
    ordinary = {row["item"] for row in rows if row["role"] == "ordinary"}
    in_leads = {item for standing, what in named.values() if standing == "lead" for item in what}
    wrong = len(in_leads & ordinary)
    last = {"unit": "", "role": "ordinary", "items": len(ordinary), "named": len(in_leads), "right": wrong}
    return pa.Table.from_pylist([*made, last | {"recall": wrong / max(1, len(ordinary))}], schema=VOTING_FOUND)


def _outages(named: Found, own: set[str], aside: set[str]) -> Found:
    """Findings of these offices that name nobody but who took part; every finding says at which offices it is."""
    cut = {finding: (standing, set(what) - aside) for finding, (standing, what) in named.items()}
    return {finding: (standing, what) for finding, (standing, what) in cut.items() if what == own}


def _without(named: Found, offices: set[str]) -> Found:
    """The findings without the offices where it happened."""
    return {finding: (standing, set(what) - offices) for finding, (standing, what) in named.items()}


def _seen(named: Found, items: set[str], planted: set[str]) -> dict[str, Any]:
    """Where the items of a unit are named."""
    for standing in ("lead", "explained", "interest"):
        holding = sorted(id_ for id_, (one, what) in named.items() if one == standing and items.intersection(what))
        if holding:
            whole = {item for id_ in holding for item in named[id_][1]}
            right, others = len(whole & items), len(whole - items - planted)
            shares = {"recall": right / len(items), "precision": right / (right + others)}
            return {"standing": standing, "finding": holding[0], "named": right + others, "right": right} | shares
    return {"standing": "not found", "named": 0, "right": 0, "recall": 0.0}
