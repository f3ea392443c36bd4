"""Tables on shared storage: versioned folders of Parquet, each named by one small manifest that is written last."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from tocsin.errors import RefusedError, UsageError, WorkspaceError

_SECRET = re.compile(r"(access|secret|token|password|key|sas|sig)", re.IGNORECASE)
#: Temporary folders older than this belong to runs that were killed.
ABANDONED_S = 7 * 86_400
#: Bytes in memory that go into one file.
_FILE_BYTES = 64 * 2**20
#: Hadoop's names of the schemes that Arrow knows by another.
_ARROW_SCHEME = {"s3a": "s3", "s3n": "s3"}
TURN = ".turn"  # whose tables they are: the latest run's


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in `<table>.table.json`: the confirmed version of a table."""

    version: str
    rows: int | None  # None where a catalog keeps the table
    bytes: int | None  # of Parquet, as stored
    made_of: str


class Storage:
    """A folder by path or URL (file, s3, gs, hdfs, abfs), as the client reads it and as the cluster is told of it."""

    def __init__(self, url: str) -> None:
        """Raises `UsageError` for a URL that carries credentials or of an unknown scheme."""
        _refuse_credentials(url)
        self.url = (url if "://" in url else Path(url).absolute().as_uri()).rstrip("/")
        scheme, _, rest = self.url.partition("://")
        try:
            self._fs, self._root = pafs.FileSystem.from_uri(f"{_ARROW_SCHEME.get(scheme, scheme)}://{rest}")
        except (pa.ArrowInvalid, OSError) as error:
            raise UsageError(f"{url}: {error}", hint="a folder, or a URL of file, s3, gs, hdfs or abfs") from error
        self._fs.create_dir(self._root, recursive=True)
        self.scratch = f"scratch-{int(time.time())}-{uuid.uuid4().hex[:8]}"
        self._clear_abandoned()
        self._replace(TURN, self.scratch.encode())

    def check_turn(self) -> None:
        """`WorkspaceError` where a later run began to use these tables: from then on they are that run's."""
        with self._fs.open_input_stream(self._path(TURN)) as stream:
            if stream.read() != self.scratch.encode():
                raise taken_over(self.url)

    def find(self, table: str) -> str:
        """URL of the table's confirmed Parquet; a `<table>.parquet` that others put there counts as confirmed."""
        manifest = self.manifest(table)
        name = manifest.version if manifest else f"{table}.parquet"
        if not self.exists(name):
            raise WorkspaceError(
                f"{self.url}/{table}: no such table", hint="run the step that writes it, or check the folder"
            )
        return f"{self.url}/{name}"

    def manifest(self, table: str) -> Manifest | None:
        """The manifest of the table's confirmed version; None where there is none."""
        path = self._path(f"{checked(table)}.table.json")
        try:
            with self._fs.open_input_stream(path) as stream:
                return Manifest(**json.loads(stream.read()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise WorkspaceError(f"{path}: damaged: {error}", hint="remove it and run the step again") from error

    def confirm(self, table: str, version: str, made_of: str) -> None:
        """Name `version` as what the table is, in one step, then remove what it was before; in this run's turn only."""
        self.check_turn()
        rows, stored, _ = self.measure(version)
        self.note(table, Manifest(version, rows, stored, made_of))
        for name in self.names():
            old_version = re.fullmatch(re.escape(table) + r"\.[0-9a-f]{16}", name) and name != version
            if old_version or name == f"{table}.parquet":
                self.remove(name)

    def note(self, table: str, manifest: Manifest | None) -> None:
        """Write the table's manifest, in one step; remove it where there is none to write."""
        name = f"{checked(table)}.table.json"
        if manifest:
            self._replace(name, json.dumps(asdict(manifest), indent=1).encode())
        else:
            self.remove(name)

    def fresh(self, table: str) -> str:
        """A version's folder name that nothing has yet."""
        return f"{checked(table)}.{uuid.uuid4().hex[:16]}"

    def files(self, name: str) -> list[str]:
        """Paths of the Parquet files under `name`, sorted, as this storage's file system knows them."""
        at = self._fs.get_file_info(self._path(name))
        if at.is_file:
            return [at.path]
        under = pafs.FileSelector(self._path(name), recursive=True, allow_not_found=True)
        found = (info.path for info in self._fs.get_file_info(under) if info.is_file)
        return sorted(path for path in found if not path.rpartition("/")[2].startswith(("_", ".")))

    def measure(self, name: str) -> tuple[int, int, int]:
        """Rows, bytes as stored, bytes before compression of the Parquet under `name`, from its footers."""
        rows = stored = plain = 0
        for path in self.files(name):
            with self._fs.open_input_file(path) as file:
                footer = pq.read_metadata(file)
                rows, stored = rows + footer.num_rows, stored + file.size()
            plain += sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
        return rows, stored, plain

    def read(self, name: str, memory_mb: int) -> pa.Table:
        """All rows under `name`; `RefusedError` as soon as they are known to exceed `memory_mb`."""
        rows, _, plain = self.measure(name)
        _refuse_excess(rows, plain, memory_mb)
        parts, held = [], 0
        for path in self.files(name):
            with self._fs.open_input_file(path) as file:
                parquet = pq.ParquetFile(file)
                for group in range(parquet.num_row_groups):
                    parts.append(parquet.read_row_group(group))
                    held += parts[-1].nbytes  # dictionaries may unfold to many times what the footer says
                    _refuse_excess(rows, held, memory_mb)
                if not parquet.num_row_groups:
                    parts.append(parquet.schema_arrow.empty_table())
        return pa.concat_tables(parts, promote_options="permissive")

    def column(self, name: str, column: str) -> Iterator[Any]:
        """What is not null in a column of the Parquet under `name`."""
        for path in self.files(name):
            with self._fs.open_input_file(path) as file:
                yield from pq.read_table(file, columns=[column])[column].drop_null().to_pylist()

    def put(self, name: str, rows: pa.RecordBatchReader) -> None:
        """Write rows under `name` as Parquet files of a size that workers can share; at least one, for the schema."""
        self._fs.create_dir(self._path(name), recursive=True)
        held: list[pa.RecordBatch] = []
        number = size = 0
        for batch in rows:
            held.append(batch)
            size += batch.nbytes
            if size >= _FILE_BYTES:
                self._put_one(f"{name}/part-{number:06}.parquet", pa.Table.from_batches(held))
                held, number, size = [], number + 1, 0
        if held or not number:
            self._put_one(f"{name}/part-{number:06}.parquet", pa.Table.from_batches(held, rows.schema))

    def exists(self, name: str) -> bool:
        """Whether a file or folder of that name is there."""
        return bool(self._fs.get_file_info(self._path(name)).type != pafs.FileType.NotFound)

    def names(self) -> list[str]:
        """Names of what stands in the folder."""
        return [info.base_name for info in self._fs.get_file_info(pafs.FileSelector(self._root))]

    def remove(self, name: str) -> None:
        """Remove a file or folder; nothing where there is none."""
        info = self._fs.get_file_info(self._path(name))
        if info.is_file:
            self._fs.delete_file(info.path)
        elif info.type == pafs.FileType.Directory:
            self._fs.delete_dir(info.path)

    def _put_one(self, name: str, part: pa.Table) -> None:
        with self._fs.open_output_stream(self._path(name)) as stream:
            pq.write_table(part, stream, compression="zstd")

    def _replace(self, name: str, content: bytes) -> None:
        """In one step: object stores show an object only when it is whole, the others rename."""
        final = self._path(name)
        whole = self._fs.type_name in ("s3", "gcs")
        path = final if whole else f"{final}.{uuid.uuid4().hex[:8]}"
        with self._fs.open_output_stream(path) as stream:
            stream.write(content)
        if not whole:
            if self._fs.type_name == "hdfs" and self.exists(name):
                self._fs.delete_file(final)  # its rename does not replace
            self._fs.move(path, final)

    def _clear_abandoned(self) -> None:
        for name in self.names():
            made = re.fullmatch(r"scratch-(\d+)-[0-9a-f]{8}", name)
            if made and time.time() - int(made[1]) > ABANDONED_S:
                self.remove(name)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def taken_over(where: str) -> WorkspaceError:
    """What is said where a later run began to use the same tables."""
    return WorkspaceError(
        f"{where}: another run began to use these tables; this one ends", hint="name other --tables for one of them"
    )


def checked(table: str) -> str:
    """The name, if it can be a table's; `UsageError` otherwise."""
    if not re.fullmatch(r"\w[\w-]*", table):
        raise UsageError(f"{table!r} is not a table's name", hint="letters, digits, _ and - only")
    return table


def _refuse_credentials(url: str) -> None:
    parts = urlsplit(url)
    if parts.password is not None or any(_SECRET.search(key) for key in parse_qs(parts.query)):
        raise UsageError(
            f"{parts.scheme}://{parts.hostname or ''}...: a URL must carry no credentials",
            hint="give them in the environment (AWS_*, GOOGLE_APPLICATION_CREDENTIALS, a Kerberos ticket)",
        )


def _refuse_excess(rows: int, held: int, memory_mb: int) -> None:
    if held > memory_mb * 2**20:
        raise RefusedError(
            f"{rows:,} rows of at least {held / 2**20:,.0f} MB would be brought here, {memory_mb:,} MB are allowed",
            hint=f"set TOCSIN_MEMORY_MB to {held // 2**19} or more, narrow the scan, or keep the result on the engine",
        )
