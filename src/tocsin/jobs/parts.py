"""What a scan has read: one Parquet part for each input file, and the list of the files that are finished.

A part is written whole or not at all, and the list gets a file's line once its part is on disk; a process that is
killed at any moment leaves a folder that the next one goes on with. Files are read in order, and which duplicate is
dropped depends on the files before; so the first file that is not as it was makes all after it be read again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin import errors
from tocsin.errors import TocsinError
from tocsin.model.arrow import release
from tocsin.model.finding import InputFile, Record
from tocsin.model.post import POSTS, Rejected
from tocsin.progress import Progress
from tocsin.share.write import write_whole
from tocsin.sources.reading import FileOutcome, Reader

MANIFEST = "manifest.jsonl"
_QUARANTINE: dict[str, pa.DataType] = {
    "file": pa.string(),
    "row": pa.int64(),
    "reason": pa.string(),
    "text": pa.string(),
}
QUARANTINE = pa.schema(_QUARANTINE)
_MISSING = (-1, -1)


class Failure(Record):
    """Why an input could not be read, or not to its end."""

    kind: str
    message: str
    hint: str

    def error(self) -> TocsinError:
        """The error as it was."""
        kind: type[TocsinError] = getattr(errors, self.kind)
        return kind(self.message, hint=self.hint)


class Entry(Record):
    """A finished file: what it was (bytes, time of change; None for standard input), what was in it (a zip file holds
    several inputs)."""

    path: str
    stamp: tuple[int, int] | None
    inputs: tuple[InputFile, ...]
    failures: tuple[Failure, ...]


class Parts:
    """The parts below a scan folder. `decided_by` is all that decides how a file is read, in JSON's types; `hide` keeps
    the text of rows out of the quarantine, where it would name accounts."""

    def __init__(self, out: Path, decided_by: Mapping[str, Any], *, hide: bool) -> None:
        self._out, self._hide = out, hide
        self._header = orjson.dumps(decided_by, option=orjson.OPT_SORT_KEYS)
        self.entries: list[Entry] = []

    def read_all(self, files: Sequence[str], reader: Reader, progress: Progress) -> None:
        """Read the files that are not finished, in order. Raises `UsageError` for an option that is wrong."""
        self._resume(files, progress)
        done = len(self.entries)
        if done < len(files):
            for number in range(1, done + 1):
                for posts in self._batches(number):
                    reader.recall(posts)
        with (self._out / MANIFEST).open("ab") as manifest:
            for number, file in enumerate(files[done:], done + 1):
                entry = self._read(number, file, reader)
                manifest.write(_line(entry))
                manifest.flush()
                os.fsync(manifest.fileno())
                self.entries.append(entry)
        release()

    def posts(self, columns: list[str] | None = None) -> pa.Table:
        """All posts, in order of the files, in one piece."""
        numbers = range(1, len(self.entries) + 1)
        posts = pa.concat_tables(pq.read_table(self._part("posts", n), columns=columns) for n in numbers)
        posts = posts.combine_chunks()
        release()
        return posts

    def reader(self) -> pa.RecordBatchReader:
        """All posts, in order of the files, batch by batch."""
        numbers = range(1, len(self.entries) + 1)
        return pa.RecordBatchReader.from_batches(POSTS, (batch for n in numbers for batch in self._batches(n)))

    def mark(self) -> str:
        """A digest of what was read, and how."""
        return hashlib.sha256(b"".join([self._header, *map(_line, self.entries)])).hexdigest()

    def quarantine(self) -> pa.Table:
        """All rows that were set aside (schema QUARANTINE)."""
        parts = [self._part("quarantine", n) for n in range(1, len(self.entries) + 1)]
        return pa.concat_tables([QUARANTINE.empty_table(), *(pq.read_table(part) for part in parts if part.exists())])

    def _resume(self, files: Sequence[str], progress: Progress) -> None:
        """Keep the finished files that are as they were, forget all after them."""
        finished = self._finished(progress)
        pairs = zip(finished, files, strict=False)
        kept = [entry for entry, _ in takewhile(lambda pair: _unchanged(*pair), pairs)]
        if kept:
            progress.note(f"read before and unchanged: {len(kept):,} of {len(files):,} files")
        if len(kept) < min(len(finished), len(files)):
            progress.note(f"{files[len(kept)]}: not as it was, read again with all files after it")
        write_whole(self._out / MANIFEST, partial(_write_lines, [self._header + b"\n", *map(_line, kept)]))
        for kind in ("posts", "quarantine"):
            (self._out / kind).mkdir(exist_ok=True)
            wanted = {self._part(kind, number) for number in range(1, len(kept) + 1)}
            for part in (self._out / kind).glob("*.parquet"):
                if part not in wanted:
                    part.unlink()
        self.entries = kept

    def _finished(self, progress: Progress) -> list[Entry]:
        """What the list holds, up to a line that was cut off; nothing where it was made under other conditions."""
        path = self._out / MANIFEST
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        if lines and lines[0] != self._header + b"\n":
            progress.note("other options, another version or another key than last time: all files are read again")
            return []
        whole = takewhile(lambda line: line.endswith(b"\n"), lines[1:])
        entries = [Entry.model_validate_json(line) for line in whole]
        there = takewhile(lambda pair: self._part("posts", pair[0]).exists(), enumerate(entries, 1))
        return [entry for _, entry in there]

    def _read(self, number: int, file: str, reader: Reader) -> Entry:
        stamp = _stamp(file)
        outcomes: list[FileOutcome] = []
        rejected: list[pa.RecordBatch] = []
        write_whole(self._part("posts", number), lambda to: self._copy(reader, file, to, outcomes, rejected))
        if rejected:
            table = pa.Table.from_batches(rejected)
            write_whole(self._part("quarantine", number), lambda to: pq.write_table(table, to, compression="zstd"))
        return Entry(
            path=file,
            stamp=stamp,
            inputs=tuple(_told(outcome) for outcome in outcomes),
            failures=tuple(_failure(outcome.error) for outcome in outcomes if outcome.error),
        )

    def _copy(
        self, reader: Reader, file: str, to: BinaryIO, outcomes: list[FileOutcome], rejected: list[pa.RecordBatch]
    ) -> None:
        with pq.ParquetWriter(to, POSTS, compression="zstd") as writer:
            for item in reader.read([file]):
                if isinstance(item, FileOutcome):
                    outcomes.append(item)
                    continue
                if len(item.posts):
                    writer.write_batch(item.posts)
                if item.rejected:
                    rejected.append(self._rows(item.rejected))

    def _rows(self, rejected: Sequence[Rejected]) -> pa.RecordBatch:
        rows = [(r.file, r.row, r.reason, None if self._hide else r.text) for r in rejected]
        columns = [
            pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), QUARANTINE, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=QUARANTINE)

    def _batches(self, number: int) -> Iterator[pa.RecordBatch]:
        """The posts of a part as they were written: a batch holds rows of one input only."""
        file = pq.ParquetFile(self._part("posts", number))
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).to_batches()

    def _part(self, kind: str, number: int) -> Path:
        return self._out / kind / f"{number:05}.parquet"


def _stamp(file: str) -> tuple[int, int] | None:
    if file == "-":
        return None
    path = Path(file)
    try:
        found = path.stat()
    except OSError:
        return _MISSING
    return (found.st_size, found.st_mtime_ns) if path.is_file() else _MISSING


def _unchanged(entry: Entry, file: str) -> bool:
    return entry.path == file and entry.stamp is not None and entry.stamp == _stamp(file)


def _told(outcome: FileOutcome) -> InputFile:
    """What is known of the input, with the error among its notes."""
    if outcome.error is None:
        return outcome.input
    stopped = f"read in part: {outcome.error}" if outcome.input.posts else f"not read: {outcome.error}"
    return outcome.input.model_copy(update={"notes": (*outcome.input.notes, stopped)})


def _failure(error: TocsinError) -> Failure:
    return Failure(kind=type(error).__name__, message=str(error), hint=error.hint)


def _line(entry: Entry) -> bytes:
    return entry.model_dump_json().encode() + b"\n"


def _write_lines(lines: Sequence[bytes], stream: BinaryIO) -> None:
    stream.writelines(lines)
