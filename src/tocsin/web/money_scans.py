"""The gifts of a scan of a donation register that was taken in."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.cases.scans import GIFTS
from tocsin.store.workspace import Workspace


def gifts(ws: Workspace, key: str, column: str, value: str) -> pa.Table:
    """The rows of the register (SETTLED and `donor`) that hold `value` in `column`, by date; none where the scan left
    no table."""
    path = ws.tables / key / GIFTS
    if not path.is_file():
        return pa.table({"donor": pa.array([], pa.string())})
    return pq.read_table(path, filters=[(column, "==", value)]).sort_by([("date", "ascending"), ("row", "ascending")])


def totals(rows: pa.Table, by: str, most: int) -> list[tuple[str, int, int, str]]:
    """Counted gifts by a column, the largest sums first: value, gifts, minor units, currency."""
    grouped = _summed(rows, by)
    ordered = grouped.sort_by([("amount_minor_sum", "descending"), (by, "ascending")]).slice(0, most).to_pylist()
    return [(row[by] or "", row["amount_minor_count"], row["amount_minor_sum"], row["currency"]) for row in ordered]


def by_day(rows: pa.Table) -> dict[str, list[tuple[date, int, int]]]:
    """Counted gifts of each day by currency: day, minor units, gifts."""
    found: dict[str, list[tuple[date, int, int]]] = {}
    for row in _summed(rows, "date").to_pylist():
        found.setdefault(row["currency"], []).append((row["date"], row["amount_minor_sum"], row["amount_minor_count"]))
    return found


def _summed(rows: pa.Table, by: str) -> pa.Table:
    counted = rows.filter(pc.field("standing") == "counted")
    return counted.group_by([by, "currency"]).aggregate([("amount_minor", "sum"), ("amount_minor", "count")])
