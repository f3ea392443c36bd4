"""What a money scan found against what was planted."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tocsin.simulate.compare import Found, best_match

_COLUMNS: dict[str, pa.DataType] = {
    "unit": pa.string(),
    "role": pa.string(),
    "kind": pa.string(),
    "difficulty": pa.int64(),
    "gifts": pa.int64(),
    "standing": pa.string(),
    "finding": pa.string(),
    "named": pa.int64(),
    "right": pa.int64(),
    "recall": pa.float64(),
    "precision": pa.float64(),
}
#: One row a planted unit, with the finding that matches it best; the last row is of the ordinary gifts.
MONEY_FOUND = pa.schema(_COLUMNS)


def money_found_against_planted(found: Found, truth: pa.Table, units: pa.Table) -> pa.Table:
    """Compare findings with the truth of a simulated register (schema `MONEY_FOUND`).

    `found` maps a finding's id to its standing and the transaction ids of its rows. For each unit: the finding with the
    best F1 score over rows, its `standing` ("not found" where none holds a row of the unit), the rows it has `named`,
    how many of them are `right`, recall = right / gifts and precision = right / named. The last row counts the rows in
    leads (`named`) and those of them that are of no scheme (`right`), with `recall` their share of all such rows.
    """
    rows_of: dict[str, set[str]] = {}
    for row in truth.to_pylist():
        rows_of.setdefault(row["unit"], set()).add(row["gift"])
    told = ("unit", "role", "kind", "difficulty", "gifts")
    rows: list[dict[str, Any]] = [
        {name: unit[name] for name in told} | best_match(found, rows_of[unit["unit"]]) for unit in units.to_pylist()
    ]
    return pa.Table.from_pylist([*rows, _lawful(found, truth)], schema=MONEY_FOUND)


def _lawful(found: Found, truth: pa.Table) -> dict[str, Any]:
    schemes = {row["gift"] for row in truth.to_pylist() if row["role"] == "scheme"}
    named = {gift for standing, gifts in found.values() if standing == "lead" for gift in gifts}
    wrong, lawful = len(named - schemes), truth.num_rows - len(schemes)
    return {
        "unit": "",
        "role": "ordinary",
        "gifts": lawful,
        "named": len(named),
        "right": wrong,
        "recall": wrong / max(1, lawful),
    }
