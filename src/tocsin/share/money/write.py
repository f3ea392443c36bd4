"""Writes the folder of a money scan, each file whole or not at all; scan.json last."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa

from tocsin.model.finding import ScanSummary
from tocsin.share.money.leads import leads
from tocsin.share.money.page import render
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.write import Write, write_folder


def write_money_scan(out: Path, summary: ScanSummary, evidence: pa.Table, gifts: pa.Table) -> list[Path]:
    """Write evidence.parquet (EVIDENCE), gifts.parquet (SETTLED and `donor`), leads.csv, report.html, then scan.json
    into the folder `out`; return the files. Raises WorkspaceError where a file cannot be written."""
    page = render(summary).encode("utf-8", "replace")
    files: list[tuple[str, Write]] = [
        ("evidence.parquet", partial(write_parquet, evidence)),
        ("gifts.parquet", partial(write_parquet, gifts)),
        ("leads.csv", partial(write_csv, leads(summary))),
        ("report.html", lambda stream: stream.write(page)),
    ]
    return write_folder(out, files, summary)
