"""CSV in blocks: whole records, each with its line, fast where the block is clean and with care where it is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from tocsin.model.arrow import Array
from tocsin.model.post import Rejected
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import Lines

DELIMITERS = ",\t;|"
#: a quoted cell may run over this many lines or characters before its quote counts as forgotten
MAX_RECORD_LINES, MAX_RECORD_CHARS = 512, 100_000


@dataclass(slots=True)
class Records:
    """Some records of a delimited file: one string column for each header cell, line numbers, original text."""

    columns: list[Array]
    lines: Array
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    data: bytes
    rejected: list[Rejected]

    def text_of(self, position: int) -> str:
        """The record as it stands in the file."""
        start = int(self.starts[position])
        return self.data[start : start + 4 * REJECTED_CHARS].split(b"\n", 1)[0].decode("utf-8", "replace")


def split_header(text: str, delimiter: str | None = None) -> tuple[list[str], str]:
    """The cells of the first line that is not empty, and the delimiter that gives the most of them."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    best: list[str] = []
    found = delimiter or ","
    for candidate in delimiter or DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=candidate), [])
        except csv.Error:
            continue
        if len(cells) > len(best):
            best, found = cells, candidate
    return [cell.strip().strip('"') for cell in best], found


def read_records(lines: Lines, name: str) -> Iterator[tuple[list[str], Records]]:
    """The header and each block of records below it. Broken records come back in `Records.rejected`."""
    splitter: _Splitter | None = None
    for block in lines:
        if splitter is None:
            header, delimiter, rest, line = _header(block)
            if not header:
                continue
            splitter = _Splitter(name, len(header), delimiter, line)
            block = rest
        yield header, splitter.take(block)
    if splitter is not None:
        yield header, splitter.finish(lines.cut, lines.cut_reason)


def _header(block: bytes, said: str | None = None) -> tuple[list[str], str, bytes, int]:
    """Header cells, delimiter, the bytes below the header, and the number of the line they start at."""
    start = len(block) - len(block.lstrip(b" \t\n"))
    start = block.rfind(b"\n", 0, start) + 1  # leading delimiters of the header line itself belong to it
    end = block.find(b"\n", start) + 1
    line = block.count(b"\n", 0, end) + 1
    text = block[start:end].decode()
    if text.lower().startswith("sep=") and text[4:5]:  # Excel's own hint, not a header
        separator = text[4] if text[4].isascii() and text[4] not in '"\r\n' else None
        header, delimiter, rest, below = _header(block[end:], separator)
        return header, delimiter, rest, line + below - 1
    header, delimiter = split_header(text, said)
    return header, delimiter, block[end:], line


class _Splitter:
    """Cuts blocks of lines into records; keeps an open record until the next block."""

    def __init__(self, name: str, width: int, delimiter: str, line: int) -> None:
        self._name, self._width, self._delimiter, self._line = name, width, delimiter, line
        self._rest = b""

    def take(self, block: bytes) -> Records:
        """The whole records of what was held back and `block`."""
        data = self._rest + block
        ends, clean = _boundaries(data, self._delimiter.encode())
        if clean and len(ends):
            cut = int(ends[-1])
            self._rest = data[cut:]
            if (records := self._fast(data[:cut], ends)) is not None:
                return records
            return self._careful(data[:cut], final=True)
        if clean and len(data) < MAX_RECORD_CHARS:
            self._rest = data
            return self._fast(b"", ends) or self._careful(b"", final=True)
        self._rest = b""
        return self._careful(data, final=False)

    def finish(self, cut: bytes, reason: str) -> Records:
        """What was held back at the end of the file; `cut` is a line that breaks off, for `reason`."""
        data, self._rest = self._rest, b""
        records = self._careful(data, final=True)
        if cut:
            text = cut.decode("utf-8", "replace")
            records.rejected.append(
                Rejected(self._name, self._line, f"the file breaks off in this row: {reason}", text)
            )
        return records

    def _fast(self, data: bytes, ends: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Records | None:
        """Read clean records with Arrow; None where a record has not as many cells as the header."""
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1])) if len(ends) else np.zeros(0, np.int64)
        breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
        lines = self._line + np.searchsorted(breaks, starts)
        full = (ends - starts) > 1  # Arrow, too, passes over empty lines
        names = [str(i) for i in range(self._width)]
        try:
            table = (
                pacsv.read_csv(
                    io.BytesIO(data),
                    read_options=pacsv.ReadOptions(column_names=names, block_size=max(len(data), 1), use_threads=False),
                    parse_options=pacsv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
                    convert_options=pacsv.ConvertOptions(
                        check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                    ),
                )
                if len(data)
                else pa.table({n: pa.array([], pa.string()) for n in names})
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != int(full.sum()):
            return None
        self._line += len(breaks)
        columns = [column.combine_chunks() for column in table.columns]
        return Records(columns, pa.array(lines[full], pa.int64()), starts[full], data, [])

    def _careful(self, data: bytes, *, final: bool) -> Records:
        """Read record by record with Python's csv; each record that is broken costs only its own line."""
        text = data.decode()
        lines = text.split("\n")[:-1] if text else []
        rows: list[list[str]] = []
        numbers: list[int] = []
        rejected: list[Rejected] = []
        at = 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            cells, taken = _record(lines, at, self._delimiter, self._width)
            if not taken and not final and len(lines) - at < MAX_RECORD_LINES and _size(lines, at) < MAX_RECORD_CHARS:
                self._rest = "\n".join([*lines[at:], ""]).encode()  # it may end in the next block
                break
            if isinstance(cells, str):
                rejected.append(Rejected(self._name, self._line + at, cells, lines[at][:REJECTED_CHARS]))
            else:
                rows.append(cells)
                numbers.append(at)
            at += max(taken, 1)
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(line.encode()) + 1 for line in lines])))
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        columns = columns or [pa.array([], pa.string())] * self._width
        found = np.array(numbers, np.int64)
        records = Records(columns, pa.array(self._line + found), offsets[found].astype(np.int64), data, rejected)
        self._line += at
        return records


def _size(lines: list[str], at: int) -> int:
    return sum(map(len, lines[at : at + MAX_RECORD_LINES]))


def _boundaries(data: bytes, delimiter: bytes) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], bool]:
    """Where each record ends (after its newline), and whether every quote stands where RFC 4180 wants it.

    A newline ends a record when an even number of quotes stands before it. That holds only if every opening quote
    follows a delimiter or newline and every closing one precedes such; any other quote makes the block unclean.
    """
    raw = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(raw == 10)
    quotes = np.flatnonzero(raw == 34)
    if len(quotes) == 0:
        return newlines + 1, True
    open_, close = quotes[0::2], quotes[1::2]
    edge = np.zeros(256, bool)
    edge[[10, delimiter[0]]] = True
    opens_well = (open_ == 0) | edge[raw[open_ - 1]]
    opens_well[1:] |= open_[1:] - 1 == close[: len(open_) - 1]
    after = np.minimum(close + 1, len(raw) - 1)
    closes_well = edge[raw[after]] | (close + 1 == len(raw))
    closes_well[: len(open_) - 1] |= close[: len(open_) - 1] + 1 == open_[1:]
    clean = bool(opens_well.all() and closes_well.all())
    return newlines[np.searchsorted(quotes, newlines) % 2 == 0] + 1, clean


def _record(lines: list[str], at: int, delimiter: str, width: int) -> tuple[list[str] | str, int]:
    """The cells of the record that starts at line `at` and how many lines it takes; or a reason, and 1 (0: no end)."""
    text = lines[at]
    for taken in range(1, MAX_RECORD_LINES + 1):
        if taken > 1:
            if at + taken > len(lines) or len(text) > MAX_RECORD_CHARS:
                return "a quote is opened and never closed", 0
            text += "\n" + lines[at + taken - 1]
            if '"' not in lines[at + taken - 1]:
                continue
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                continue
            return _literal(
                lines[at], delimiter, width, error
            ) if taken == 1 else "a quote is opened and never closed", 1
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) == width:
            return cells, taken
        if taken > 1:
            return "a quote is opened and never closed", 1
        return f"{len(cells)} cells where the header has {width}", 1
    return "a quote is opened and never closed", 0


def _literal(line: str, delimiter: str, width: int, error: csv.Error) -> list[str] | str:
    """A row whose quotes do not mean anything (`"so" he said`), if it has the right cells without their help."""
    cells = line.split(delimiter)
    return cells if len(cells) == width else f"stray quotes: {error}"
