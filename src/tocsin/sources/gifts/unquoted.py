"""Delimited lines in which a quote is a letter like any other, as the FEC's bulk files and filings have them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from tocsin.model.arrow import Array

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


class LineBlock:
    """A block of whole lines: where each starts and ends, and how many delimiters it holds."""

    def __init__(self, data: bytes, delimiter: bytes, first_line: int) -> None:
        self.data, self._delimiter = data, delimiter
        raw = np.frombuffer(data, np.uint8)
        self.ends: Ints = np.flatnonzero(raw == 10)
        self.starts: Ints = np.concatenate((np.zeros(1, np.int64), self.ends[:-1] + 1))[: len(self.ends)]
        marks = np.flatnonzero(raw == delimiter[0])
        self.counts: Ints = np.searchsorted(marks, self.ends) - np.searchsorted(marks, self.starts)
        self.numbers: Ints = first_line + np.arange(len(self.ends), dtype=np.int64)
        self.blank = self.ends == self.starts

    def line(self, at: int) -> str:
        """A line as text."""
        return self.data[int(self.starts[at]) : int(self.ends[at])].decode("utf-8", "replace")

    def starts_with(self, prefix: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each line starts so."""
        raw = np.frombuffer(self.data, np.uint8)
        same = self.ends - self.starts >= len(prefix)
        for place, byte in enumerate(prefix):
            same &= raw[np.minimum(self.starts + place, len(raw) - 1)] == byte
        return same

    def columns(self, rows: Ints, names: Sequence[str]) -> dict[str, Array]:
        """The cells of lines that all have as many cells as there are names; empty cells are null."""
        data = self.data if len(rows) == len(self.ends) else self._picked(rows)
        table = pacsv.read_csv(
            io.BytesIO(data),
            read_options=pacsv.ReadOptions(column_names=list(names), block_size=len(data) + 1, use_threads=False),
            parse_options=pacsv.ParseOptions(
                delimiter=self._delimiter.decode(), quote_char=False, newlines_in_values=False, ignore_empty_lines=False
            ),
            convert_options=pacsv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
        return {name: table.column(name).combine_chunks() for name in names}

    def _picked(self, rows: Ints) -> bytes:
        view = memoryview(self.data)
        return b"".join(view[start : end + 1] for start, end in zip(self.starts[rows], self.ends[rows], strict=True))
