"""The pictures of one finding: made from its rows in the tables of the workspace, and kept for the next who looks."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.cases.scans import PAIRS, ROWS
from tocsin.model.case import Lead
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.share import moments
from tocsin.share.moments import Sample
from tocsin.share.report import network

if TYPE_CHECKING:
    from tocsin.web.drawing import Figure

NODES, LINKS = 1_000, 5_000  # drawn of a network
_KEPT = 64  # findings whose pictures are kept; a scan's tables never change
_ORDER: list[tuple[str, Literal["ascending", "descending"]]] = [
    ("objects", "descending"),
    ("a", "ascending"),
    ("b", "ascending"),
    ("layer", "ascending"),
    ("window_s", "ascending"),
]


@dataclass(frozen=True)
class Drawn:
    """What is drawn of a finding; None where there is nothing to draw. `accounts` and `samples`: posts side by side."""

    rows: pa.Table
    timeline: Figure | None
    raster: Figure | None
    hours: Figure | None
    network: network.Network | None
    effects: list[Figure]
    windows: list[Figure]
    accounts: list[str]
    samples: list[Sample]


class Gallery:
    """Pictures made so far, the last used ones kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, str, str], Drawn] = OrderedDict()
        self._lock = Lock()

    def of(self, tables: Path, lead: Lead) -> Drawn:
        """The pictures of a lead that a detector raised; `tables` is the folder of the workspace's tables."""
        key = (tables, lead.scan, lead.finding)
        with self._lock:
            found = self._kept.get(key)
        drawn = found or _draw(tables / lead.scan, lead)
        with self._lock:
            self._kept[key] = drawn
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return drawn


def _draw(folder: Path, lead: Lead) -> Drawn:
    from tocsin.web import drawing  # Altair takes a second to load

    finding = lead.body
    assert finding is not None
    rows = moments.of_finding(_own(folder / ROWS, EVIDENCE, finding.id), finding.id)
    edges = _own(folder / PAIRS, EDGES, finding.id).sort_by(_ORDER)
    shown = moments.timeline(rows, None)
    accounts, samples = moments.side_by_side(rows) if rows.num_rows else ([], [])
    return Drawn(
        rows,
        drawing.timeline(shown) if shown else None,
        drawing.raster(finding, rows, shown) if shown else None,
        drawing.hours(finding) if finding.hours else None,
        network.network(finding, edges, NODES, LINKS),
        drawing.intervals("Size of the effect", finding.effects),
        drawing.intervals("Observed against expected at each window", finding.windows),
        accounts,
        samples,
    )


def _own(path: Path, schema: pa.Schema, finding: str) -> pa.Table:
    """The rows of one finding; none where the scan left no such table."""
    if not path.is_file():
        return schema.empty_table()
    return pq.read_table(path, filters=[("finding", "==", finding)], columns=schema.names)
