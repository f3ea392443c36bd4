"""Writes the folder of a scan of content, each file whole or not at all; scan.json last."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.model.finding import ScanSummary
from tocsin.share.narratives.page import render
from tocsin.share.narratives.timeline import timeline
from tocsin.share.narratives.view import leads
from tocsin.share.tables import write_csv, write_parquet
from tocsin.share.write import Write, write_folder

_TEXT, _TIME = pa.string(), pa.timestamp("us", tz="UTC")
_WORDINGS: dict[str, pa.DataType] = {
    **dict.fromkeys(("finding", "standing", "relation", "text", "language"), _TEXT),
    "posts": pa.int64(),
    "accounts": pa.int64(),
    "platforms": _TEXT,
    "first": _TIME,
    "last": _TIME,
    "similarity": pa.float64(),
    "by": _TEXT,
}
WORDINGS = pa.schema(_WORDINGS)
_LINKS: dict[str, pa.DataType] = {
    **dict.fromkeys(("finding", "standing", "kind", "what", "to", "by", "state"), _TEXT),
    "figure": pa.float64(),
    "meaning": _TEXT,
    "note": _TEXT,
}
#: One row a checked claim, imitating name, picture or opinion of a finding. `meaning` says what `figure` is.
LINKS = pa.schema(_LINKS)


def write_narratives_scan(out: Path, summary: ScanSummary, evidence: pa.Table) -> list[Path]:
    """Write evidence.parquet (EVIDENCE), wordings.csv, timeline.csv, links.csv, report.html, then scan.json into the
    folder `out`; return the files. Raises WorkspaceError where a file cannot be written."""
    rows = timeline(summary.findings, evidence)
    page = render(summary, rows).encode("utf-8", "replace")
    files: list[tuple[str, Write]] = [
        ("evidence.parquet", partial(write_parquet, evidence)),
        ("wordings.csv", partial(write_csv, pa.Table.from_pylist(list(_wordings(summary)), WORDINGS))),
        ("timeline.csv", partial(write_csv, rows)),
        ("links.csv", partial(write_csv, pa.Table.from_pylist(list(_links(summary)), LINKS))),
        ("report.html", lambda stream: stream.write(page)),
    ]
    return write_folder(out, files, summary)


def _wordings(summary: ScanSummary) -> Iterator[dict[str, Any]]:
    for finding, found in leads(summary):
        for one in found.wordings:
            cells = {**one.model_dump(), "platforms": " ".join(one.platforms)}
            yield {"finding": finding.id, "standing": finding.standing, **cells}


def _links(summary: ScanSummary) -> Iterator[dict[str, Any]]:
    for finding, found in leads(summary):
        head = {"finding": finding.id, "standing": finding.standing}
        for claim in found.claims:
            told = {"kind": "checked claim", "what": claim.text, "to": claim.url, "by": claim.publisher}
            figure = {"figure": claim.probability, "meaning": "probability that both state the same"}
            yield {**head, **told, **figure, "state": claim.state, "note": claim.verdict}
        for name in found.names:
            told = {"kind": "imitated outlet", "what": name.name, "to": name.imitated, "by": name.office}
            yield {
                **head,
                **told,
                "figure": name.score,
                "meaning": "likeness",
                "note": f"{name.technique}; {name.note}",
            }
        for match in found.pictures:
            told = {"kind": "picture", "what": match.picture, "to": match.original, "note": match.change}
            yield {**head, **told, "figure": float(match.distance), "meaning": "bits that differ"}
        for opinion in found.opinions:
            yield {**head, "kind": "opinion of a list", "note": opinion}
