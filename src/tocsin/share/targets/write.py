"""Writes the folder of a targets scan, each file whole or not at all; scan.json last."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from tocsin.errors import WorkspaceError
from tocsin.model.finding import ScanSummary
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.targets.page import render
from tocsin.share.targets.timeline import timeline
from tocsin.share.targets.view import leads
from tocsin.share.write import SUMMARY, write_whole

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
    page = render(summary, evidence).encode("utf-8", "replace")
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [
            write_whole(out / "evidence.parquet", partial(write_parquet, evidence)),
            write_whole(out / "names.csv", partial(write_csv, _names(summary))),
            write_whole(out / "timeline.csv", partial(write_csv, timeline(summary.findings, evidence))),
            write_whole(out / "report.html", partial(_put, page)),
            write_whole(out / SUMMARY, partial(_put, summary.model_dump_json(indent=1).encode())),
        ]
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {error.filename or out}: {error.strerror}",
            hint="Free some space or choose another folder with --out.",
        ) from error


def _names(summary: ScanSummary) -> pa.Table:
    rows = [
        {"finding": finding.id, "standing": finding.standing, **name.model_dump()}
        for finding, found in leads(summary)
        for name in found.names
    ]
    return pa.Table.from_pylist(rows, schema=NAMES)


def _put(data: bytes, stream: BinaryIO) -> None:
    stream.write(data)
