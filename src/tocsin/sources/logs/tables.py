"""Logs as tables: delimited text by the names of its columns, and Zeek's tab-separated logs."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from tocsin.errors import InputError, UnknownFormat
from tocsin.sources.base import Head, Sniff
from tocsin.sources.logs.base import EventBatch, Gathering, LogOptions, Times
from tocsin.sources.logs.fields import MAPPABLE, Namer
from tocsin.sources.logs.lines import LineFormat, LineReader, Skip
from tocsin.sources.logs.objects import zeek_event
from tocsin.sources.records import read_records, split_header
from tocsin.sources.textual import Lines, decode_head


@dataclass(frozen=True, slots=True)
class EventTable:
    """Delimited text whose first line names the columns."""

    id: str = "table"
    title: str = "a table by the names of its columns"

    def sniff(self, head: Head) -> Sniff | None:
        """Likely where the columns make events."""
        text = decode_head(head.data)
        header, _ = split_header(text)
        if len(header) < 3 or text.lstrip()[:1] in ("{", "[", "<", "#"):
            return None
        if not Namer({}, Times(LogOptions())).knows(header):
            return None
        return Sniff(0.6, f"a table with {len(header)} columns, a time and a client among them")

    def read(self, stream: BinaryIO, name: str, options: LogOptions) -> Iterator[EventBatch]:
        """Read a decompressed stream; see `LogFormat.read`. Raises `UnknownFormat` where the columns make no events."""
        lines, times, gathered = Lines(stream), Times(options), Gathering(name, options, options.office)
        namer = Namer(options.mapping, times)
        for header, records in read_records(lines, name):
            _check(header, namer, options, name)
            for broken in records.rejected:
                gathered.reject(broken.row, broken.reason.split(":")[0])
            cells = zip(*(column.to_pylist() for column in records.columns), strict=True)
            for row, values in zip(records.lines.to_pylist(), cells, strict=True):
                _add(gathered, namer, row, dict(zip(header, values, strict=True)))
            yield gathered.batch()
        yield gathered.batch([*times.notes(), *lines.notes()])


def _check(header: list[str], namer: Namer, options: LogOptions, name: str) -> None:
    lower = {column.lower() for column in header}
    if absent := [column for column in options.mapping.values() if column.lower() not in lower]:
        raise InputError(f"{name}: has no column {absent[0]!r}", hint=f"columns: {', '.join(header[:30])}")
    if not namer.knows(header):
        hint = f"say which column is what, for example time=when source=client path=page; fields: {', '.join(MAPPABLE)}"
        raise UnknownFormat(f"{name}: the columns say no time, or neither a client nor what it did", hint=hint)


def _add(gathered: Gathering, namer: Namer, row: int, record: dict[str, Any]) -> None:
    try:
        made = namer.event(record)
    except ValueError as error:
        gathered.reject(row, str(error))
        return
    if made is not None:
        gathered.add(row, *made)


class ZeekReader(LineReader):
    """Zeek's logs as it writes them: `#separator`, `#path`, `#fields`, then a record a line."""

    def __init__(self, options: LogOptions) -> None:
        super().__init__(options)
        self._between, self._path = "\t", ""
        self._fields: list[str] = []

    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One record; the lines that begin with # tell of those after them."""
        if line.startswith("#"):
            self._header(line)
            raise Skip
        cells = line.split(self._between)
        if not self._fields or len(cells) != len(self._fields):
            raise ValueError(f"{len(cells)} fields where #fields names {len(self._fields)}")
        made = zeek_event(self.times, dict(zip(self._fields, cells, strict=True)), self._path)
        if made is None:
            raise Skip
        return made

    def _header(self, line: str) -> None:
        if line.startswith("#separator "):
            self._between = codecs.decode(line.split(" ", 1)[1], "unicode_escape")[:1] or "\t"
        elif line.startswith("#path"):
            self._path = line[5:].strip(f" {self._between}")
        elif line.startswith("#fields"):
            self._fields = line[7:].lstrip(self._between).split(self._between)


TABLE, ZEEK_LINES = EventTable(), LineFormat("zeek-tsv", "Zeek's tab-separated log", ZeekReader, 0.95)
