"""The engine that works on a cluster: Spark Connect over Parquet on shared storage, kernels by Arrow on its workers.

Any server of the protocol will do (Apache Spark 4, Sail). The client holds no rows but those it collects.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw
import pyarrow as pa

from tocsin.engine.faults import close_session, explained, keep_alive, open_session
from tocsin.engine.port import Frame, Kernel
from tocsin.engine.storage import Manifest, Storage, checked
from tocsin.engine.worker import BUCKET, RAISED, on_batches, on_group, raised_in, say_versions, versions, with_raised
from tocsin.errors import UsageError, WorkspaceError
from tocsin.settings import load

if TYPE_CHECKING:
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession


class Spark:
    """Tables under `folder` (a path or URL that client and workers both see), work on the server at `address`.

    `iceberg:catalog.namespace@URL` keeps the tables in an Iceberg catalog that the server knows, and under the URL only
    what is passed on and what the tables were made of.

    `partitions` (default: TOCSIN_SPARK_PARTITIONS, or 32) is the number of buckets that rows are dealt into; a worker
    holds one bucket for each of its tasks. `memory_mb` bounds what is collected.
    """

    id = "spark"

    def __init__(
        self,
        folder: Path | str,
        *,
        address: str,
        memory_mb: int = 2048,
        threads: int = 2,
        partitions: int | None = None,
    ) -> None:
        self._catalog, url = _split(str(folder))
        self._storage = Storage(url)
        self._memory_mb = memory_mb
        self.partitions = partitions or load().spark_partitions
        self._checked = False
        self.session: SparkSession = open_session(address)
        self._done = keep_alive(self.session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        try:
            self._storage.remove(self._storage.scratch)
        finally:
            close_session(self.session)

    def scan(self, table: str) -> Frame:
        """Open a table's confirmed version lazily; `WorkspaceError` where there is none of that name."""
        if not self._catalog:
            return self._read(self._storage.find(table))
        name = self._named(table)
        with explained(name):
            if not self.session.catalog.tableExists(name):
                raise WorkspaceError(f"{name}: no such table", hint="run the step that writes it, or check the catalog")
            return nw.from_native(self.session.table(name))

    def partition_apply(self, frame: Frame, by: str | None, kernel: Kernel, schema: pa.Schema) -> Frame:
        """Deal the rows to the workers, run the kernel there, keep the result on shared storage, scan it."""
        if by is not None and by not in frame.collect_schema().names():
            raise UsageError(f"no column {by!r} to partition by", hint=f"one of {frame.collect_schema().names()}")
        self._check_workers()
        from pyspark.sql import functions as f

        rows: Any = self._native(frame)
        result = _spark_schema(with_raised(schema))
        if by is None:
            applied = rows.repartition(self.partitions).mapInArrow(on_batches(kernel, schema), result)
        else:
            bucket = f.pmod(f.hash(f.col(f"`{by}`")), f.lit(self.partitions))
            grouped = rows.withColumn(BUCKET, bucket).groupBy(BUCKET)
            applied = grouped.applyInArrow(on_group(kernel, schema), result)
        name = self._keep(applied, with_raised(schema))
        for said in self._storage.column(name, RAISED):
            raise raised_in(said)
        return self._read(f"{self._storage.url}/{name}").drop(RAISED)

    def collect(self, frame: Frame) -> pa.Table:
        """Bring all rows here: written on shared storage first, so that their size is known; `RefusedError` over it."""
        name = self._keep(self._native(frame))
        try:
            rows = self._storage.read(name, self._memory_mb)
        finally:
            self._storage.remove(name)
        self._storage.check_turn()
        return rows

    def write(self, frame: Frame, table: str, *, made_of: str = "") -> None:
        """Store the frame under a name: a fresh folder first, the manifest that names it last."""
        rows, version = self._native(frame), self._storage.fresh(table)
        if self._catalog:
            return self._catalogue(rows, table, made_of)
        return self._store(table, version, made_of, lambda: self._write(rows, version))

    def put(self, rows: pa.RecordBatchReader, table: str, *, made_of: str = "") -> None:
        """Store rows that come from here, as `write` stores a frame: some files, so that workers can share them."""
        version = self._storage.fresh(table)
        if not self._catalog:
            return self._store(table, version, made_of, lambda: self._storage.put(version, rows))
        version = f"{self._storage.scratch}/{version}"
        self._storage.put(version, rows)
        return self.write(self._read(f"{self._storage.url}/{version}"), table, made_of=made_of)

    def made_of(self, table: str) -> str | None:
        """What the table was said to be made of when it was written whole; None where there is no such table."""
        manifest = self._storage.manifest(table)
        if self._catalog:
            there = self.session.catalog.tableExists(self._named(table))
        else:
            there = self._storage.exists(manifest.version if manifest else f"{checked(table)}.parquet")
        if not there:
            return None
        return manifest.made_of if manifest else ""

    def _store(self, table: str, version: str, made_of: str, fill: Callable[[], None]) -> None:
        try:
            fill()
            self._storage.confirm(table, version, made_of)
        except BaseException:
            self._storage.remove(version)
            raise

    def _catalogue(self, rows: DataFrame, table: str, made_of: str) -> None:
        name = self._named(table)
        self._storage.check_turn()
        self._storage.note(table, None)  # it stands only beside the table it speaks of
        with explained(name):
            rows.writeTo(name).using("iceberg").createOrReplace()
        self._storage.note(table, Manifest(name, None, None, made_of))

    def _named(self, table: str) -> str:
        return f"{self._catalog}.{checked(table)}"

    def _keep(self, rows: DataFrame, schema: pa.Schema | None = None) -> str:
        name = f"{self._storage.scratch}/{uuid.uuid4().hex[:8]}"
        self._write(rows, name, schema)
        return name

    def _write(self, rows: DataFrame, name: str, schema: pa.Schema | None = None) -> None:
        with explained(self._storage.url):
            rows.write.option("compression", "zstd").parquet(f"{self._storage.url}/{name}")
            if not self._storage.files(name):  # a server may write no file where there are no rows
                self._storage.put(name, (schema or _arrow_schema(rows)).empty_table().to_reader())

    def _read(self, url: str) -> Frame:
        with explained(self._storage.url):
            rows = self.session.read.parquet(url)
            if not rows.columns:
                raise WorkspaceError(f"{url}: a table cannot be read", hint="is it damaged? remove it and scan again")
        return nw.from_native(rows)

    def _check_workers(self) -> None:
        if self._checked:
            return
        with explained(self._storage.url):
            said = self.session.range(1).mapInArrow(say_versions, "python string, tocsin string").toArrow().to_pylist()
        if said != [versions()]:
            raise UsageError(
                f"the workers run {said}, this client {versions()}",
                hint="install the same Tocsin on the same minor version of Python on client and workers",
            )
        self._checked = True

    def _native(self, frame: Frame) -> DataFrame:
        from pyspark.sql.connect.dataframe import DataFrame

        rows: Any = nw.to_native(frame, pass_through=True)
        if not isinstance(rows, DataFrame):
            raise UsageError("the frame belongs to another engine", hint="start from this engine's scan")
        return rows


def _split(folder: str) -> tuple[str, str]:
    """The Iceberg namespace ("" where there is none) and the folder or URL."""
    if not folder.startswith("iceberg:"):
        return "", folder
    namespace, sign, url = folder.removeprefix("iceberg:").partition("@")
    if not sign or not re.fullmatch(r"\w+(\.\w+)*", namespace):
        raise UsageError(
            f"{folder!r} names no tables", hint="iceberg:catalog.namespace@URL, the URL for what is passed on"
        )
    return namespace, url


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import from_arrow_schema

    try:
        return from_arrow_schema(schema)
    except PySparkException as error:
        raise UsageError(f"Spark has no type for {schema}: {error}", hint="signed integers, no dictionaries") from error


def _arrow_schema(rows: DataFrame) -> pa.Schema:
    from pyspark.sql.pandas.types import to_arrow_schema

    schema: pa.Schema = to_arrow_schema(rows.schema, timezone="UTC")
    return schema
