"""What an exporter is: one way to bring a scan out, as one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from tocsin.model.finding import ScanSummary

#: Posts an hour of the members of each finding.
_POSTS_BY_HOUR: dict[str, pa.DataType] = {
    "finding": pa.string(),
    "hour": pa.timestamp("us", tz="UTC"),
    "posts": pa.int64(),
}
POSTS_BY_HOUR = pa.schema(_POSTS_BY_HOUR)


@dataclass(frozen=True, slots=True)
class Scan:
    """All that an exporter may read. `edges` follows EDGES, `evidence` EVIDENCE, `posts_by_hour` POSTS_BY_HOUR."""

    summary: ScanSummary
    edges: pa.Table
    evidence: pa.Table
    posts_by_hour: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class Exporter:
    """One output format. `file` is its name in the scan folder; `write` puts the bytes into a binary stream."""

    id: str
    media_type: str
    file: str
    write: Callable[[Scan, BinaryIO], None]
