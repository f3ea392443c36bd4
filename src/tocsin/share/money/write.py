"""Writes the folder of a money scan, each file whole or not at all; scan.json last."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from tocsin.errors import WorkspaceError
from tocsin.model.finding import ScanSummary
from tocsin.share.money.leads import leads
from tocsin.share.money.page import render
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.write import SUMMARY, write_whole


def write_money_scan(out: Path, summary: ScanSummary, evidence: pa.Table, gifts: pa.Table) -> list[Path]:
    """Write evidence.parquet (EVIDENCE), gifts.parquet (SETTLED and `donor`), leads.csv, report.html, then scan.json
    into the folder `out`; return the files. Raises WorkspaceError where a file cannot be written."""
    page = render(summary).encode("utf-8", "replace")
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [
            write_whole(out / "evidence.parquet", lambda stream: write_parquet(evidence, stream)),
            write_whole(out / "gifts.parquet", lambda stream: write_parquet(gifts, stream)),
            write_whole(out / "leads.csv", lambda stream: write_csv(leads(summary), stream)),
            write_whole(out / "report.html", lambda stream: _put(stream, page)),
            write_whole(out / SUMMARY, lambda stream: _put(stream, summary.model_dump_json(indent=1).encode())),
        ]
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {error.filename or out}: {error.strerror}",
            hint="Free some space or choose another folder with --out.",
        ) from error


def _put(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
