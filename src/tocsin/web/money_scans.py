"""What the workspace keeps of scans of donation registers: the summary, the gifts, the leads that came of them.

Names that a reader of a case may not see are hidden here too: whoever reads one of the case's leads without names
reads the whole scan without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.cases import acts
from tocsin.cases.scans import GIFTS, SUMMARY
from tocsin.errors import NotFoundError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.finding import Ledger, ScanSummary
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web.veil import Veils

Hide = Callable[[str], str]


@dataclass(frozen=True)
class MoneyScan:
    """A scan of a donation register that was taken in: `key` is the SHA-256 of its scan.json."""

    key: str
    summary: ScanSummary
    ledger: Ledger


def scans(ws: Workspace, reader: Reader) -> list[MoneyScan]:
    """All of them, the last made first."""
    keys = {item.sha256 for item in acts.every(reader, Item, {"how": "scan", "name": SUMMARY})}
    found = [one for key in keys if (one := _read(ws.vault.path(key), key))]
    return sorted(found, key=lambda one: (one.summary.made, one.key), reverse=True)


def find(ws: Workspace, reader: Reader, key: str) -> MoneyScan | None:
    """The scan with that key; None where there is none, or it is one of posts."""
    known = reader.count(Item, {"how": "scan", "name": SUMMARY, "sha256": key})
    return _read(ws.vault.path(key), key) if known else None


def scan(ws: Workspace, reader: Reader, key: str) -> MoneyScan:
    """The scan with that key. Raises `NotFoundError` for any other."""
    found = find(ws, reader, key)
    if found is None:
        raise NotFoundError("There is no such scan of donations.", hint="See the list of scans.")
    return found


@lru_cache(16)
def _read(path: Path, key: str) -> MoneyScan | None:
    """None for a scan of posts."""
    summary = ScanSummary.model_validate_json(path.read_bytes())
    return MoneyScan(key, summary, summary.money) if summary.money else None


def gifts(ws: Workspace, key: str, column: str, value: str) -> pa.Table:
    """The rows of the register (SETTLED and `donor`) that hold `value` in `column`, by date; none where the scan left
    no table."""
    path = ws.tables / key / GIFTS
    if not path.is_file():
        return pa.table({"donor": pa.array([], pa.string())})
    return pq.read_table(path, filters=[(column, "==", value)]).sort_by([("date", "ascending"), ("row", "ascending")])


def leads(reader: Reader, found: MoneyScan) -> list[Lead]:
    """The leads of this scan, in the order in which the scan gave them."""
    place = {finding.id: i for i, finding in enumerate(found.summary.findings)}
    detectors = tuple({finding.detector for finding in found.summary.findings})
    every = acts.every(reader, Lead, {"detector": detectors}) if detectors else ()
    return sorted((lead for lead in every if lead.finding in place), key=lambda lead: place[lead.finding])


def hidden(veils: Veils, shown: list[Lead]) -> Hide:
    """What hides, in any text of the scan, the names of all cases that hold one of its leads."""
    over = [veil for case in dict.fromkeys(lead.case for lead in shown) if (veil := veils.over(case))]

    def hide(text: str) -> str:
        for veil in over:
            text = veil.text(text)
        return text

    return hide


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
