"""A growing folder: new files, and lines appended to those that are there; CSV and JSON lines as the sources read them.

A file is known by device and inode, so that one renamed by log rotation goes on where it was, and by the checksum of
its first bytes, so that another file in its place is read anew. A last line without its end waits, except for a whole
JSON object: nothing can follow that. Files that do not grow by lines (packed, Parquet, one JSON document) are told and
left to `tocsin scan`.
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias, cast

import orjson
import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.arrow import Array
from tocsin.model.post import POSTS, Rejected
from tocsin.plugins import load
from tocsin.sources.base import Head, ReadOptions, Source
from tocsin.sources.generic import flat, sample
from tocsin.sources.guessing import settle
from tocsin.sources.reading import GENERIC, recognise
from tocsin.sources.records import MAX_RECORD_CHARS, MAX_RECORD_LINES, read_records
from tocsin.sources.stream.base import CHUNK_BYTES, CHUNK_ROWS, OBJECT, Chunk, Position, shaped
from tocsin.sources.textual import Lines, looks_binary
from tocsin.sources.times import TimeReader

READ_BYTES, LINE_BYTES, HEAD_BYTES = 4 << 20, 16 << 20, 4_096
PAUSE_S = 0.25
DateOrder: TypeAlias = Literal["MDY", "DMY"]


@dataclass(slots=True)
class Grown:
    """A file of the folder and how far it was read: bytes, lines, the checksum of its first `mark[0]` bytes, its
    format, and what stands before each piece of it so that the piece can be read (as Latin-1, byte by byte): the
    header, or a line with every mapped member (`made`: it is no line of the file). `date_order`: what its first lines
    show of dates like 3/4/2016."""

    offset: int = 0
    lines: int = 0
    mark: list[int] = field(default_factory=lambda: [0, 0])
    format: str = ""
    header: str = ""
    made: bool = False
    mapping: dict[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None


class FolderFeed:
    """Follows the files below a folder, those that were changed first first, each to its end. Raises `UsageError` for a
    format that does not exist."""

    def __init__(self, folder: Path, options: ReadOptions, format: str | None, position: Position | None) -> None:  # noqa: A002
        sources: dict[str, Source] = load("sources")
        if format is not None and format not in sources:
            raise UsageError(f"no format {format!r}", hint=f"formats: {', '.join(sorted(sources))}")
        names = [format] if format else GENERIC if options.mapping else sources
        self._sources = {name: sources[name] for name in names}
        self._options, self._folder, self.name = options, folder, str(folder)
        self._files = {key: Grown(**known) for key, known in (position or {}).get("files", {}).items()}
        self._refused: dict[str, int] = {}  # size at which a file was found to be of no format
        self._named = set[str]()  # files that cannot be read, which the notes have named

    def take(self, wait_s: float) -> Chunk | None:
        """See `Feed.take`."""
        until = time.monotonic() + wait_s
        while (chunk := self._chunk()) is None and (left := until - time.monotonic()) > 0:
            time.sleep(min(PAUSE_S, left))
        return chunk

    def close(self) -> None:
        """See `Feed.close`."""

    def _chunk(self) -> Chunk | None:
        posts, rejected, notes = [POSTS.empty_table()], list[Rejected](), list[str]()
        lines = size_read = waiting = 0
        present = set()
        for path, key, size in self._listed():
            present.add(key)
            if key in self._files and size == self._files[key].offset:
                continue
            try:
                while (
                    lines < CHUNK_ROWS
                    and size_read < CHUNK_BYTES
                    and (found := self._read(path, key, size, notes)) is not None
                ):
                    posts.append(found[0])
                    rejected += found[1]
                    lines += found[2]
                    size_read += found[3]
            except OSError as error:  # renamed or removed since it was listed, or not ours to read
                if isinstance(error, PermissionError):
                    self._name(key, f"not followed: {path}: {error.strerror}", notes)
                continue
            if key in self._files:
                waiting += max(size - self._files[key].offset, 0)
        self._files = {key: known for key, known in self._files.items() if key in present}
        self._refused = {key: size for key, size in self._refused.items() if key in present}
        self._named &= present
        if not size_read and not notes:
            return None
        position = {"files": {key: asdict(known) for key, known in self._files.items()}}
        return Chunk(pa.concat_tables(posts), position, lines, rejected, notes, waiting)

    def _listed(self) -> list[tuple[Path, str, int]]:
        """The files with key and size, those that were changed first first."""
        found = []
        for path in self._folder.rglob("*"):
            try:
                stat = path.stat()
            except OSError:
                continue
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(self._folder).parts):
                found.append((stat.st_mtime_ns, path, f"{stat.st_dev}:{stat.st_ino}", stat.st_size))
        return [(path, key, size) for _, path, key, size in sorted(found)]

    def _read(
        self, path: Path, key: str, size: int, notes: list[str]
    ) -> tuple[pa.Table, list[Rejected], int, int] | None:
        """The next lines of a file, how many and how many bytes they are; None where there is no whole one yet, or it
        is of no format."""
        with path.open("rb") as stream:
            known = self._same(path, key, cast("BinaryIO", stream), notes)
            if not known.format and (self._refused.get(key) == size or not self._told(path, key, known, stream, notes)):
                self._refused[key] = size
                return None
            stream.seek(known.offset)
            data, lines = _whole_lines(cast("BinaryIO", stream), csv=bool(known.header) and not known.made)
        if not data:
            return None
        before = replace(known)
        known.offset += len(data)
        known.lines += data.count(b"\n")
        self._files[key] = known
        header = known.header.encode("latin-1")
        options = replace(
            self._options,
            mapping=known.mapping or self._options.mapping,
            date_order=self._options.date_order or known.date_order,
        )
        name = str(path).encode(errors="replace").decode()  # a file's name may be no text
        try:
            posts, rejected, told = shaped(
                self._sources[known.format], header + data, name, options, before.lines, header.count(b"\n")
            )
        except InputError as error:
            return POSTS.empty_table(), [Rejected(name, before.lines + 1, str(error))], lines, len(data)
        if not before.lines - (0 if known.made else header.count(b"\n")):
            notes.append(f"{path.name}: {known.format}" + "".join(f"; {note}" for note in told[:3]))
        return posts, rejected, lines, len(data)

    def _same(self, path: Path, key: str, stream: BinaryIO, notes: list[str]) -> Grown:
        """What is known of the file; a new start where it was truncated, or is another one."""
        known = self._files.get(key)
        if known is None:
            return Grown()
        head = stream.read(known.mark[0])
        size = stream.seek(0, 2)
        if size >= known.offset and [len(head), zlib.crc32(head)] == known.mark:
            return known
        notes.append(f"{path.name}: truncated, or another file in its place; read from its beginning")
        self._files.pop(key)
        return Grown()

    def _told(self, path: Path, key: str, known: Grown, stream: Any, notes: list[str]) -> bool:
        """Find out the format from the first lines, and what must stand before each piece; False where not yet, or it
        is none (which is noted)."""
        stream.seek(0)
        data = stream.read(READ_BYTES)
        lines = data[: data.rfind(b"\n") + 1]
        try:
            if data.startswith((b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"[")) or looks_binary(data):
                raise InputError(f"{path}: does not grow by lines", hint="read it with `tocsin scan`")
            table = not data.lstrip(b"\xef\xbb\xbf \n\r\t").startswith(b"{")
            if not lines.strip() or (table and lines.count(b"\n") < 2):
                if len(data) == READ_BYTES:
                    raise InputError(f"{path}: its first line is too long", hint="read it with `tocsin scan`")
                return False
            only = len(self._sources) == 1
            source = (
                next(iter(self._sources.values()))
                if only
                else recognise(Head(str(path), lines, whole=False), self._sources)[0]
            )
            known.format = source.id
            if table:
                _lead_table(known, lines, self._options, str(path))
            elif source.id in GENERIC:
                _lead_objects(known, lines, self._options, str(path))
            else:
                known.header, known.made = OBJECT.decode(), True
        except UsageError:
            raise
        except TocsinError as error:
            self._name(key, f"not followed: {error}; {error.hint}", notes)
            return False
        known.mark = [len(data[:HEAD_BYTES]), zlib.crc32(data[:HEAD_BYTES])]
        return True

    def _name(self, key: str, note: str, notes: list[str]) -> None:
        """Note that a file cannot be read, once and not each time that it grows."""
        if key not in self._named:
            self._named.add(key)
            notes.append(note)


def _lead_table(known: Grown, lines: bytes, options: ReadOptions, name: str) -> None:
    """The header of a table, and what its columns are where only their names say it."""
    start = len(lines) - len(lines.lstrip(b"\xef\xbb\xbf \n\r\t"))
    end = lines.index(b"\n", start) + 1
    if lines[start:end].lower().startswith(b"sep="):
        end = lines.index(b"\n", end) + 1
    known.header, known.offset, known.lines = lines[:end].decode("latin-1"), end, lines.count(b"\n", 0, end)
    if known.format in GENERIC:
        header, records = next(read_records(Lines(cast("BinaryIO", io.BytesIO(lines))), name))
        known.mapping = settle(header, sample(header, records), options, name).mapping | dict(options.mapping)
        known.date_order = _date_order(records.columns[header.index(known.mapping["time"])], options)


def _lead_objects(known: Grown, lines: bytes, options: ReadOptions, name: str) -> None:
    """What the members of objects are, and a line that has all of them: a piece of the file may lack some."""
    rows = [flat(row) for row in _objects(lines.split(b"\n", 50)[:50])]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    known.mapping = settle(columns, rows, options, name).mapping | dict(options.mapping)
    times = [time for row in rows if isinstance(time := row.get(known.mapping["time"]), str)]
    known.date_order = _date_order(pa.array(times, pa.string()), options)
    line = dict.fromkeys(known.mapping.values())  # flat: `a` and `a.b` may both be mapped
    known.header, known.made = orjson.dumps(line).decode("latin-1") + "\n", True


def _date_order(times: Array, options: ReadOptions) -> DateOrder | None:
    reader = TimeReader(options)
    reader.learn(times)
    return cast("DateOrder | None", reader.date_order)


def _objects(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            yield value


def _whole_lines(stream: BinaryIO, *, csv: bool) -> tuple[bytes, int]:
    """The lines that are complete, and how many they are. In CSV a line break between quotes ends none."""
    data = stream.read(READ_BYTES)
    end = _end(data, csv=csv)
    if not end and len(data) == READ_BYTES:
        data += stream.read(LINE_BYTES - READ_BYTES)
        end = _end(data, csv=csv) or (len(data) if len(data) == LINE_BYTES else 0)  # too long to wait for
    rest = data[end:]
    if not csv and len(data) < READ_BYTES and rest.startswith(b"{") and any(_objects([rest])):
        return data, data.count(b"\n") + 1
    return data[:end], data.count(b"\n", 0, end)


def _end(data: bytes, *, csv: bool) -> int:
    """Where the last whole line ends; in CSV, the last record, told by the number of quotes before it."""
    last = end = data.rfind(b"\n") + 1
    odd = csv and data.count(b'"', 0, end) % 2 == 1
    for _ in range(MAX_RECORD_LINES):
        if not (odd and end):
            break
        before = data.rfind(b"\n", 0, end - 1) + 1
        odd ^= data.count(b'"', before, end) % 2 == 1
        end = before
    stray = odd or (not end and len(data) > MAX_RECORD_CHARS)  # a quote that means nothing, or is never closed
    return last if stray else end
