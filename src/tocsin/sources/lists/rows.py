"""Rows of delimited lists: with a header below a line of other things, or without any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from tocsin.errors import InputError
from tocsin.model.post import Rejected
from tocsin.sources.containers import Peekable
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines

END_OF_FILE = b"\x1a"  # Control-Z, with which DOS ended a text; OFAC still does


class Row(NamedTuple):
    """One record: its line, and its cells by the header."""

    line: int
    cells: dict[str, str]
    text: str


class _Lines(Lines):
    """Lines from which the first `skip` are taken off and before which `header` is put."""

    def __init__(self, stream: BinaryIO, skip: int, header: bytes) -> None:
        super().__init__(stream)
        self._skip, self._header = skip, header

    def __iter__(self) -> Iterator[bytes]:
        if self._header:
            yield self._header
        for given in super().__iter__():
            block = given
            while self._skip and block:
                block = block[block.find(b"\n") + 1 :]
                self._skip -= 1
            if block.rstrip().endswith(END_OF_FILE):
                block = block.rstrip().removesuffix(END_OF_FILE)
            if block:
                yield block


def read_rows(
    stream: Peekable, name: str, notes: list[str], *, skip: int = 0, header: tuple[str, ...] = (), delimiter: str = ","
) -> Iterator[Row | Rejected]:
    """Rows below the header, which is the line after the first `skip`, or is given where the file has none. What was
    done to the text is added to `notes`. `InputError` where a packed file breaks off."""
    head = f"sep={delimiter}\n{delimiter.join(header)}\n".encode() if header else b""
    lines = _Lines(cast("BinaryIO", stream), skip, head)
    shift = skip - head.count(b"\n")
    for names, records in read_records(lines, name):
        for rejected in records.rejected:
            yield Rejected(name, rejected.row + shift, rejected.reason, rejected.text)
        numbers, columns = records.lines.to_pylist(), [column.to_pylist() for column in records.columns]
        for position, values in enumerate(zip(*columns, strict=True)):
            yield Row(numbers[position] + shift, dict(zip(names, values, strict=True)), records.text_of(position))
    if lines.cut_reason:
        raise InputError(f"{name}: {lines.cut_reason}", hint="fetch the file again: the list is not complete")
    notes += lines.notes()
