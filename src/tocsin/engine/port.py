"""What an engine is: four verbs over tables that may be larger than memory.

An engine is a class `Engine(folder, memory_mb=..., threads=...)` registered under `tocsin.engines`; it keeps each table
as Parquet under `folder` and is a context manager that clears its own temporary files. One that works elsewhere is
registered under the scheme of its address (`sc` for `sc://host:port`) and is given that as `address`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

import narwhals as nw
import pyarrow as pa

#: Takes the rows of one or more whole groups, in any order, and returns rows of the agreed schema. Pure.
Kernel = Callable[[pa.Table], pa.Table]
Frame = nw.LazyFrame[Any]


class Engine(Protocol):
    """Where tables live and how work on them is spread. Every engine gives the same rows, in any order.

    Tables are one run's at a time, the latest that was opened over them: what an earlier one still writes or collects
    is a `WorkspaceError`, so that no result is of two runs' tables.
    """

    id: str
    partitions: int | None  # buckets that rows are dealt into; None: as many as keep them small

    def __init__(self, folder: Path, *, memory_mb: int, threads: int) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def scan(self, table: str) -> Frame:
        """Open a table lazily; `WorkspaceError` where there is none of that name."""
        ...

    def partition_apply(self, frame: Frame, by: str | None, kernel: Kernel, schema: pa.Schema) -> Frame:
        """Split rows by hash of column `by`, apply the kernel to each part that is not empty, put the results together.

        Rows with equal `by` (null is a value) reach the kernel in one call; where `by` is None rows are dealt in parts
        of any size. What the kernel raises is raised here.
        """
        ...

    def collect(self, frame: Frame) -> pa.Table:
        """Bring all rows into memory; `RefusedError` where they exceed the engine's memory."""
        ...

    def write(self, frame: Frame, table: str, *, made_of: str = "") -> None:
        """Store the frame under a name, whole or not at all; a table of that name is replaced. `made_of` says what
        decides its rows, for `made_of` to tell a run that goes on."""
        ...

    def put(self, rows: pa.RecordBatchReader, table: str, *, made_of: str = "") -> None:
        """Store rows that come from this process under a name, batch by batch, as `write` stores a frame."""
        ...

    def made_of(self, table: str) -> str | None:
        """What the table was said to be made of when it was written whole; None where there is no such table."""
        ...
