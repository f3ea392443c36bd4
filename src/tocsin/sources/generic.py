"""Any CSV, TSV, JSONL or Parquet, by a mapping of columns that is given or guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, UnknownFormat
from tocsin.sources import cells
from tocsin.sources.base import Batch, Head, ReadOptions, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.guessing import Guess, settle, telling
from tocsin.sources.jsontext import Document, Found, from_lines, is_lines
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.shaping import Gathered, Rows, Shaper, in_order
from tocsin.sources.textual import Lines, decode_head
from tocsin.sources.times import TimeReader

SAMPLE_ROWS = 50
_PATHS = (("*",),)


@dataclass(frozen=True, slots=True)
class Table:
    """Delimited text by mapping."""

    id: str = "csv"
    title: str = "CSV or TSV by column names"

    def sniff(self, head: Head) -> Sniff | None:
        """Possible for any text whose first line has two cells or more."""
        text = decode_head(head.data)
        header, delimiter = split_header(text)
        if len(header) < 2 or text.lstrip()[:1] in ("{", "[", "<"):
            return None
        return Sniff(0.4, f"a table with {len(header)} columns between {_NAMES[delimiter]}")

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream by the mapping; see `Source.read`."""
        lines = Lines(stream, options.encoding)
        blocks = read_records(lines, name)
        if (first := next(blocks, None)) is None:
            return
        header, records = first
        if len(header) < 2:
            raise UnknownFormat(f"{name}: a table of one column", hint="columns are told apart by , ; | or tab")
        guess = settle(header, sample(header, records), options, name)
        times = TimeReader(options)
        shaper = Shaper(name, options, times, None)
        places = {field: header.index(column) for field, column in guess.mapping.items()}
        rows = (
            Rows({f: block.columns[at] for f, at in places.items()}, block.lines, block.text_of, block.rejected)
            for _, block in chain([first], blocks)
        )
        yield from map(shaper.shape, in_order(rows, times, name))
        yield Batch(cells.empty_posts(), notes=[*_told(guess), *lines.notes(), *shaper.notes()])


@dataclass(frozen=True, slots=True)
class Objects:
    """JSON objects, one a line or in one array, by mapping; `a.b` names a member of a member."""

    id: str = "jsonl"
    title: str = "JSONL (or a JSON array) by member names"

    def sniff(self, head: Head) -> Sniff | None:
        """Possible for any text that starts as JSON objects do."""
        if is_lines(head.data):
            return Sniff(0.4, "one JSON object a line")
        array = decode_head(head.data).lstrip()[:2000]
        return Sniff(0.35, "an array of JSON objects") if array.startswith("[") and "{" in array[:50] else None

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream by the mapping; see `Source.read`."""
        source = stream if isinstance(stream, Peekable) else Peekable(stream)
        text: Lines | Document = Document(cast("BinaryIO", source), _PATHS, options.encoding)
        if is_lines(source.peek(1 << 18), options.encoding):
            text = Lines(cast("BinaryIO", source), options.encoding)
        found = from_lines(text) if isinstance(text, Lines) else iter(text)
        first = list(islice(found, SAMPLE_ROWS))
        sample = [flat(record.value) for record in first if isinstance(record.value, dict)]
        columns = list(dict.fromkeys(column for record in sample for column in record))
        guess = settle(columns, sample, options, name)
        times = TimeReader(options)
        shaper = Shaper(name, options, times, None)
        rows = _gathered(chain(first, found), guess, name, options)
        yield from map(shaper.shape, in_order(rows, times, name))
        yield Batch(cells.empty_posts(), notes=[*_told(guess), *text.notes(), *shaper.notes()])


@dataclass(frozen=True, slots=True)
class Parquet:
    """Parquet by mapping, read in column batches."""

    id: str = "parquet"
    title: str = "Parquet by column names"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain by the magic bytes."""
        return Sniff(0.95, "the bytes PAR1 of a Parquet file") if head.data.startswith(b"PAR1") else None

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream by the mapping; see `Source.read`."""
        import pyarrow.parquet as pq

        try:
            file = pq.ParquetFile(stream.random_access() if isinstance(stream, Peekable) else stream)
            names = file.schema_arrow.names
            head = next(file.iter_batches(SAMPLE_ROWS, columns=telling(names)), None)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{name}: a damaged Parquet file: {error}", hint="fetch or write the file again"
            ) from error
        guess = settle(names, head.to_pylist() if head else [], options, name)
        times = TimeReader(options)
        shaper = Shaper(name, options, times, None)
        yield from map(shaper.shape, in_order(_batches(file, guess, name, options), times, name))
        yield Batch(cells.empty_posts(), notes=[*_told(guess), *shaper.notes()])


_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
TABLE, OBJECTS, PARQUET = Table(), Objects(), Parquet()


def _told(guess: Guess) -> list[str]:
    return ["columns: " + ", ".join(guess.reasons.values())]


def sample(header: list[str], records: Records) -> list[dict[str, Any]]:
    """The first rows of a block, column -> cell."""
    columns = [column.slice(0, SAMPLE_ROWS).to_pylist() for column in records.columns]
    return [dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True)]


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Members of members as `a.b`, three levels deep."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and prefix.count(".") < 3:
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def _gathered(found: Iterator[Found], guess: Guess, name: str, options: ReadOptions) -> Iterator[Rows]:
    while chunk := list(islice(found, options.batch_rows)):
        gathered = Gathered(name)
        for record in chunk:
            if isinstance(record.value, dict):
                members = flat(record.value)
                gathered.add(
                    {f: members.get(column) for f, column in guess.mapping.items()}, record.number, record.text
                )
            else:
                gathered.reject(record.number, record.reason or "not a JSON object", record.text)
        yield gathered.rows()


def _batches(file: Any, guess: Guess, name: str, options: ReadOptions) -> Iterator[Rows]:
    import numpy as np

    start = 1
    try:
        for batch in file.iter_batches(options.batch_rows, columns=list(guess.mapping.values()), use_threads=False):
            numbers = pa.array(np.arange(start, start + len(batch)), pa.int64())
            columns = {field: batch.column(column) for field, column in guess.mapping.items()}
            start += len(batch)

            def text_of(row: int, batch: pa.RecordBatch = batch) -> str:
                return json.dumps(batch.slice(row, 1).to_pylist()[0], default=str, ensure_ascii=False)

            yield Rows(columns, numbers, text_of)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{name}: damaged after row {start - 1}: {error}", hint="fetch or write the file again"
        ) from error
