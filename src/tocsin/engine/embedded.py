"""The engine that needs nothing but this process: DuckDB over Parquet, kernels on a pool of threads."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Self

import duckdb
import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.engine.port import Frame, Kernel
from tocsin.engine.storage import ABANDONED_S, TURN, taken_over
from tocsin.errors import RefusedError, UsageError, WorkspaceError

_BUCKET = "__bucket"
_MOST_ROWS = 4_000_000  # in a bucket, beyond which it is dealt again


class Embedded:
    """DuckDB over one Parquet file a table. Works within `memory_mb` by spilling to a temporary folder beside the
    tables; loads no extension from the network."""

    id = "embedded"
    partitions = None

    def __init__(self, folder: Path, *, memory_mb: int = 2048, threads: int = 2, partitions: int = 16) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clear_abandoned()
        self._threads = threads
        self._partitions = partitions
        self._scratch = Path(tempfile.mkdtemp(prefix=".engine-", dir=folder))
        self._turn = folder / TURN
        (self._scratch / "turn").write_text(self._scratch.name)
        (self._scratch / "turn").replace(self._turn)
        self._memory_mb = memory_mb
        self._duckdb = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": threads,
                "temp_directory": str(self._scratch / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._duckdb.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._duckdb.close()
        shutil.rmtree(self._scratch)

    def scan(self, table: str) -> Frame:
        """Open a table lazily; `WorkspaceError` where there is none of that name."""
        path = self._path(table)
        if not path.is_file():
            raise WorkspaceError(f"{path}: no such table", hint="run the step that writes it, or check the folder")
        with self._explained():
            return self._read(path.parent, path.name)

    def partition_apply(self, frame: Frame, by: str | None, kernel: Kernel, schema: pa.Schema) -> Frame:
        """Write the rows as hash partitions, run the kernel on each in a pool of threads, scan what it returned.

        Memory holds one partition, and its result, for each thread; a large one is dealt again, so far as `by` does.
        """
        if by is not None and by not in frame.collect_schema().names():
            raise UsageError(f"no column {by!r} to partition by", hint=f"one of {frame.collect_schema().names()}")
        work = Path(tempfile.mkdtemp(dir=self._scratch))
        number = "row_number() OVER ()" if by is None else "hash({})".format('"' + by.replace('"', '""') + '"')
        with self._explained():
            self._deal(self._relation(frame), number, self._partitions, work / "in")
            parts = [part for bucket in _buckets(work / "in") for part in self._smaller(bucket, number)]
        (work / "out").mkdir()
        pq.write_table(schema.empty_table(), work / "out" / "none.parquet")

        def run(part: Path) -> None:
            result = kernel(pq.ParquetDataset(part, partitioning=None).read()).cast(schema)
            name = "-".join(part.relative_to(work / "in").parts)
            pq.write_table(result, work / "out" / f"{name}.parquet", compression="lz4")

        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(run, parts):
                pass
        shutil.rmtree(work / "in")
        return self._read(work / "out", "*.parquet")

    def _deal(self, rows: duckdb.DuckDBPyRelation, number: str, buckets: int, folder: Path) -> None:
        dealt = rows.project(f"*, {number} % {buckets} AS {_BUCKET}")
        dealt.write_parquet(str(folder), partition_by=[_BUCKET], compression="lz4", overwrite=True)

    def _smaller(self, bucket: Path, number: str) -> list[Path]:
        """The bucket, or what it was dealt into by the rest of the hash."""
        files = list(bucket.glob("*.parquet"))
        buckets = -(-sum(pq.read_metadata(file).num_rows for file in files) // _MOST_ROWS)
        if buckets <= 1:
            return [bucket]
        rows = self._parquet(bucket, "*.parquet")
        self._deal(rows, f"({number} // {self._partitions})", buckets, bucket / "again")
        for file in files:
            file.unlink()
        return _buckets(bucket / "again")

    def collect(self, frame: Frame) -> pa.Table:
        """Bring all rows into memory; `RefusedError` where they exceed the engine's memory."""
        held, parts = 0, []
        with self._explained():
            reader = self._relation(frame).to_arrow_reader()
            for batch in reader:
                held += batch.nbytes
                if held > self._memory_mb * 2**20:
                    raise RefusedError(
                        f"{self._folder}: more than {self._memory_mb} MB of rows would be brought into memory",
                        hint="give more memory (TOCSIN_MEMORY_MB), or narrow the scan",
                    )
                parts.append(batch)
        self._check_turn()
        return pa.Table.from_batches(parts, reader.schema)

    def write(self, frame: Frame, table: str, *, made_of: str = "") -> None:
        """Store the frame as one Parquet file, whole or not at all; a table of that name is replaced."""
        fresh = self._scratch / self._path(table).name
        with self._explained():
            self._relation(frame).write_parquet(str(fresh), compression="zstd")
        self._confirm(fresh, table, made_of)

    def put(self, rows: pa.RecordBatchReader, table: str, *, made_of: str = "") -> None:
        """Store rows that come from here, as `write` stores a frame."""
        fresh = self._scratch / self._path(table).name
        with pq.ParquetWriter(fresh, rows.schema, compression="zstd") as writer:
            for batch in rows:
                writer.write_batch(batch)
        self._confirm(fresh, table, made_of)

    def _check_turn(self) -> None:
        if self._turn.read_text() != self._scratch.name:
            raise taken_over(str(self._folder))

    def _confirm(self, fresh: Path, table: str, made_of: str) -> None:
        self._check_turn()
        said = self._said(table)
        said.unlink(missing_ok=True)  # it stands only beside the table it speaks of
        fresh.replace(self._path(table))
        if made_of:
            note = self._scratch / said.name
            note.write_text(made_of, encoding="utf-8")
            note.replace(said)

    def made_of(self, table: str) -> str | None:
        """What the table was said to be made of when it was written whole; None where there is no such table."""
        if not self._path(table).is_file():
            return None
        said = self._said(table)
        return said.read_text(encoding="utf-8") if said.is_file() else ""

    def _said(self, table: str) -> Path:
        return self._path(table).with_suffix(".made-of")

    def _path(self, table: str) -> Path:
        if not re.fullmatch(r"\w[\w-]*", table):
            raise UsageError(f"{table!r} is not a table's name", hint="letters, digits, _ and - only")
        return self._folder / f"{table}.parquet"

    def _read(self, folder: Path, files: str) -> Frame:
        return nw.from_native(self._parquet(folder, files))

    def _parquet(self, folder: Path, files: str) -> duckdb.DuckDBPyRelation:
        return self._duckdb.read_parquet(f"{escape(str(folder))}/{files}", hive_partitioning=False)

    def _clear_abandoned(self) -> None:
        for left in self._folder.glob(".engine-*"):  # of runs that were killed
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)

    @staticmethod
    def _relation(frame: Frame) -> duckdb.DuckDBPyRelation:
        relation = nw.to_native(frame, pass_through=True)
        if not isinstance(relation, duckdb.DuckDBPyRelation):
            raise UsageError("the frame belongs to another engine", hint="start from this engine's scan")
        return relation

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise RefusedError(
                f"{self._folder}: more than {self._memory_mb} MB would be needed: {error}",
                hint="give more memory (TOCSIN_MEMORY_MB) or free space for temporary files",
            ) from error
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            raise WorkspaceError(
                f"{self._folder}: a table cannot be read or written: {error}",
                hint="is it damaged, or the disk full? remove the damaged file and scan again",
            ) from error


def _buckets(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_BUCKET}=*"))
