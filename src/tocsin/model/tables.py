"""The tables a scan leaves beside its findings, as Arrow schemas."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import schema

#: One row for each pair of accounts (a < b), layer and window: how many distinct objects both shared within the
#: window, how many chance expects, and the two questions kept apart. q-values run over all possible pairs.
EDGES = schema(
    [
        pa.field("layer", pa.string(), nullable=False),
        pa.field("window_s", pa.float64(), nullable=False),
        pa.field("a", pa.string(), nullable=False),
        pa.field("b", pa.string(), nullable=False),
        pa.field("objects", pa.int64(), nullable=False),
        pa.field("expected", pa.float64()),
        pa.field("median_delay_s", pa.float64()),
        pa.field("p_synchrony", pa.float64()),
        pa.field("q_synchrony", pa.float64()),
        pa.field("p_affinity", pa.float64()),
        pa.field("q_affinity", pa.float64()),
        pa.field("finding", pa.string()),
    ]
)

#: One row for each post that makes a finding: the shared object, who shared it when, and where the row stands.
EVIDENCE = schema(
    [
        pa.field("finding", pa.string(), nullable=False),
        pa.field("layer", pa.string(), nullable=False),
        pa.field("object", pa.string(), nullable=False),
        pa.field("account", pa.string(), nullable=False),
        pa.field("post", pa.string(), nullable=False),
        pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("platform", pa.string()),
        pa.field("text", pa.string()),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)
