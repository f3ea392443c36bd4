"""Writes the folder of a scan of a leak, each file whole or not at all; scan.json last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.detect.leaks.mail.mailbox import MailboxReport
from tocsin.model.finding import Quote, ScanSummary
from tocsin.share.leaks.page import render
from tocsin.share.leaks.view import leads
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.write import Write, write_folder

_TEXT, _TIME, _INT = pa.string(), pa.timestamp("us", tz="UTC"), pa.int64()
_MESSAGES: dict[str, pa.DataType] = {
    "file": _TEXT,
    "row": _INT,
    **dict.fromkeys(("verdict", "reasons", "repairs", "warnings", "domains"), _TEXT),
    "as_of": _TIME,
}
MESSAGES = pa.schema(_MESSAGES)
_CHANGES = ("finding", "standing", "document", "kind", "place", "before", "after", "left", "right")
CHANGES = pa.schema(dict.fromkeys(_CHANGES, _TEXT))
_QUOTES: dict[str, pa.DataType] = {
    **dict.fromkeys(("document", "passage", "post", "account"), _TEXT),
    "time": _TIME,
    "words": _INT,
    "gaps": _INT,
    "weight": pa.float64(),
}
QUOTES = pa.schema(_QUOTES)


def write_leak_scan(
    out: Path, summary: ScanSummary, evidence: pa.Table, report: MailboxReport | None, quotes: Sequence[Quote]
) -> list[Path]:
    """Write evidence.parquet (EVIDENCE), messages.csv, changes.csv, quotes.csv, report.html, then scan.json into the
    folder `out`; return the files. Raises WorkspaceError where a file cannot be written."""
    page = render(summary, report).encode("utf-8", "replace")
    files: list[tuple[str, Write]] = [
        ("evidence.parquet", partial(write_parquet, evidence)),
        ("messages.csv", partial(write_csv, pa.Table.from_pylist(list(_messages(report)), MESSAGES))),
        ("changes.csv", partial(write_csv, pa.Table.from_pylist(list(_changes(summary)), CHANGES))),
        ("quotes.csv", partial(write_csv, pa.Table.from_pylist([one.model_dump() for one in quotes], QUOTES))),
        ("report.html", lambda stream: stream.write(page)),
    ]
    return write_folder(out, files, summary)


def _messages(report: MailboxReport | None) -> Iterator[dict[str, Any]]:
    for row in report.rows if report else ():
        yield {
            "file": row.file,
            "row": row.row,
            "verdict": row.verdict,
            "reasons": " ".join(row.reasons),
            "repairs": "; ".join(row.repairs),
            "warnings": "; ".join(warned.text for warned in row.warnings),
            "domains": " ".join(dict.fromkeys(one.domain for one in row.signatures)),
            "as_of": row.as_of,
        }


def _changes(summary: ScanSummary) -> Iterator[dict[str, Any]]:
    for finding, found in leads(summary):
        head = {"finding": finding.id, "standing": finding.standing, "document": " ".join(finding.subjects)}
        for change in found.changes:
            yield {**head, **change.model_dump()}
