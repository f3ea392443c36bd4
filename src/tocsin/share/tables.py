"""Findings, members, edges and evidence as CSV and Parquet.

CSV is made for spreadsheets: UTF-8 with a byte order mark, times in ISO 8601 UTC, and text that a spreadsheet would
run as a formula gets one apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection). Parquet holds
every value as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.finding import Finding, ScanSummary
from tocsin.model.plain import FORMULA, GUARDED
from tocsin.share.base import Exporter, Scan

_BOM = b"\xef\xbb\xbf"
_ROWS = 65_536
NOTABLE_Q = 0.05

_FINDINGS: dict[str, pa.DataType] = {
    "finding": pa.string(),
    "standing": pa.string(),
    "kind": pa.string(),
    "title": pa.string(),
    "sentence": pa.string(),
    "accounts": pa.int64(),
    "objects": pa.int64(),
    "evidence_posts": pa.int64(),
    "platforms": pa.string(),
    "layers": pa.string(),
    "first": pa.timestamp("us", tz="UTC"),
    "last": pa.timestamp("us", tz="UTC"),
    "test": pa.string(),
    "observed": pa.float64(),
    "expected": pa.float64(),
    "p": pa.float64(),
    "q": pa.float64(),
    "log_e": pa.float64(),
    "stability": pa.float64(),
    "explanations_that_fit": pa.string(),
    "breakout": pa.int64(),
    "detector": pa.string(),
    "version": pa.string(),
}
FINDINGS = pa.schema(_FINDINGS)

_MEMBERS: dict[str, pa.DataType] = {
    "finding": pa.string(),
    "standing": pa.string(),
    "account": pa.string(),
    "posts": pa.int64(),
    "together": pa.int64(),
    "expected": pa.float64(),
    "probability": pa.float64(),
}
MEMBERS = pa.schema(_MEMBERS)


def findings(summary: ScanSummary) -> pa.Table:
    """One row a finding (schema FINDINGS). The test shown is the finding's first, the one of the group as a whole."""
    return pa.Table.from_pylist([_finding_row(finding) for finding in summary.findings], schema=FINDINGS)


def members(summary: ScanSummary) -> pa.Table:
    """One row for each account in each finding (schema MEMBERS)."""
    rows = [
        {"finding": finding.id, "standing": finding.standing, **member.model_dump()}
        for finding in summary.findings
        for member in finding.members
    ]
    return pa.Table.from_pylist(rows, schema=MEMBERS)


def _finding_row(finding: Finding) -> dict[str, object]:
    test = (
        finding.tests[0].model_dump(include={"name", "observed", "expected", "p", "q", "log_e"})
        if finding.tests
        else {}
    )
    return {
        **finding.model_dump(include={"standing", "kind", "title", "sentence", "first", "last", "detector", "version"}),
        **test,
        "test": test.get("name"),
        "finding": finding.id,
        "accounts": len(finding.members),
        "objects": len(finding.objects),
        "evidence_posts": len(finding.evidence_posts),
        "platforms": "; ".join(finding.platforms),
        "layers": "; ".join(finding.layers),
        "stability": finding.stability.value if finding.stability else None,
        "explanations_that_fit": "; ".join(e.code for e in finding.explanations if e.verdict.startswith("fits")),
        "breakout": max((step.level for step in finding.breakout if step.shown), default=None),
    }


def notable(edges: pa.Table) -> pa.Table:
    """The edges that stand in a finding, or have a q-value of at most 0.05 in either question.

    Busy hashtags give millions of others, which no spreadsheet or network viewer can open; edges.parquet holds all.
    """
    smallest: Any = pc.min_element_wise(edges["q_synchrony"], edges["q_affinity"])
    strong: Any = pc.fill_null(pc.less_equal(smallest, pa.scalar(NOTABLE_Q)), False)
    named: Any = edges["finding"].is_valid()
    return edges.filter(pc.or_(named, strong))


def write_csv(table: pa.Table, stream: BinaryIO) -> None:
    """Write `table` as CSV for spreadsheets, batch by batch."""
    from pyarrow import csv

    stream.write(_BOM)
    plain = pa.schema([pa.field(f.name, pa.string() if _is_text(f.type) else f.type) for f in table.schema])
    with csv.CSVWriter(stream, plain) as writer:
        for batch in table.to_batches(max_chunksize=_ROWS):
            writer.write_batch(pa.record_batch([_cells(column) for column in batch.columns], schema=plain))


def write_parquet(table: pa.Table, stream: BinaryIO) -> None:
    """Write `table` as Parquet, compressed with zstd."""
    from pyarrow import parquet

    parquet.write_table(table, stream, compression="zstd")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_timestamp(kind))


def _cells(column: pa.Array[Any]) -> pa.Array[Any]:
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ").cast(pa.string())
    if not _is_text(column.type):
        return column
    # A zero byte ends the cell, or the file, in some readers.
    visible = pc.replace_substring(column.cast(pa.string()), pattern="\x00", replacement="\ufffd")
    return pc.replace_substring_regex(visible, pattern=FORMULA, replacement=GUARDED)


def _pair(name: str, table: Callable[[Scan], pa.Table]) -> tuple[Exporter, Exporter]:
    return (
        Exporter(f"{name}-csv", "text/csv", f"{name}.csv", lambda scan, stream: write_csv(table(scan), stream)),
        Exporter(
            f"{name}-parquet",
            "application/vnd.apache.parquet",
            f"{name}.parquet",
            lambda scan, stream: write_parquet(table(scan), stream),
        ),
    )


FINDINGS_CSV, FINDINGS_PARQUET = _pair("findings", lambda scan: findings(scan.summary))
MEMBERS_CSV, MEMBERS_PARQUET = _pair("members", lambda scan: members(scan.summary))
EDGES_CSV, _ = _pair("edges", lambda scan: notable(scan.edges))
_, EDGES_PARQUET = _pair("edges", lambda scan: scan.edges)
EVIDENCE_CSV, EVIDENCE_PARQUET = _pair("evidence", lambda scan: scan.evidence)
