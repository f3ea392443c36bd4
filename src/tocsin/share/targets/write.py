"""Writes the folder of a targets scan, each file whole or not at all; scan.json last."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa

from tocsin.model.finding import ScanSummary
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.targets.page import render
from tocsin.share.targets.timeline import timeline
from tocsin.share.targets.view import leads
from tocsin.share.write import Write, write_folder

_NAMES: dict[str, pa.DataType] = {
    "finding": pa.string(),
    "standing": pa.string(),
    "name": pa.string(),
    "imitated": pa.string(),
    "office": pa.string(),
    "technique": pa.string(),
    "score": pa.float64(),
    "first_seen": pa.timestamp("us", tz="UTC"),
    "note": pa.string(),
}
NAMES = pa.schema(_NAMES)


def write_targets_scan(out: Path, summary: ScanSummary, evidence: pa.Table) -> list[Path]:
    """Write evidence.parquet (EVIDENCE), names.csv, timeline.csv, report.html, then scan.json into the folder `out`;
    return the files. Raises WorkspaceError where a file cannot be written."""
    rows = timeline(summary.findings, evidence)
    page = render(summary, rows).encode("utf-8", "replace")
    files: list[tuple[str, Write]] = [
        ("evidence.parquet", partial(write_parquet, evidence)),
        ("names.csv", partial(write_csv, _names(summary))),
        ("timeline.csv", partial(write_csv, rows)),
        ("report.html", lambda stream: stream.write(page)),
    ]
    return write_folder(out, files, summary)


def _names(summary: ScanSummary) -> pa.Table:
    rows = [
        {"finding": finding.id, "standing": finding.standing, **name.model_dump()}
        for finding, found in leads(summary)
        for name in found.names
    ]
    return pa.Table.from_pylist(rows, schema=NAMES)
