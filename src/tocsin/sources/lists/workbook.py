"""Spreadsheets (Office Open XML, ECMA-376 part 1, section 18) of strangers, row by row.

Read with the same care as other XML here, and never as a rectangle: a library that makes one asks for half a terabyte
where a file of a few hundred bytes has one cell in the last corner, and takes the process down with it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO, BinaryIO, NamedTuple, cast
from xml.etree.ElementTree import Element

from tocsin.errors import InputError
from tocsin.sources.containers import Peekable
from tocsin.sources.lists.markup import read_elements

UNPACKED_BYTES, MOST_COLUMNS, MOST_STRINGS = 512 << 20, 1_000, 2_000_000
Value = str | float | bool | date | None
#: built-in number formats of dates (section 18.8.30)
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_CELL = re.compile(r"([A-Z]{1,3})[0-9]+")


class Row(NamedTuple):
    """One row: its number in the sheet, from 1, and its cells from the first column on."""

    number: int
    cells: list[Value]


class Workbook:
    """An open workbook. Raises `InputError` where it is damaged or unpacks too large."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name, self._left = name, UNPACKED_BYTES
        try:
            self._archive = zipfile.ZipFile(stream)
            self._members = set(self._archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise self._damaged(str(error)) from error
        self._dates = [bool(date_) for date_ in self._styles()]
        self._strings = list(self._shared())
        settings = next(iter(self._elements("xl/workbook.xml", "workbookPr")), None)
        from_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        self._epoch = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)

    def sheets(self) -> Iterator[Iterator[Row]]:
        """The rows of each sheet, in the order of the workbook."""
        targets = {
            found.get("Id"): found.get("Target", "")
            for found in self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        for sheet in list(self._elements("xl/workbook.xml", "sheet")):
            target = targets.get(sheet.get("id"), "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if path in self._members:
                yield self._rows(path)

    def _rows(self, path: str) -> Iterator[Row]:
        number = 0
        for element in self._elements(path, "row"):
            told = element.get("r", "")
            number = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else number + 1
            cells: list[Value] = []
            for cell in element.iterfind("c"):
                found = _CELL.fullmatch(cell.get("r", ""))
                column = _column(found[1]) if found else len(cells)
                if column >= MOST_COLUMNS:
                    raise InputError(f"{self._name}: a row of {column + 1:,} columns", hint="it is no list")
                cells += [None] * (column + 1 - len(cells))
                cells[column] = self._value(cell)
            yield Row(number, cells)

    def _value(self, cell: Element) -> Value:
        kind, text = cell.get("t", "n"), cell.findtext("v") or ""
        if kind == "inlineStr":
            return "".join(found.text or "" for found in cell.iter("t"))
        if kind == "s":
            index = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else len(self._strings)
            return self._strings[index] if index < len(self._strings) else None
        if kind == "b":
            return text == "1"
        if kind != "n" or not text:
            return text if kind in ("str", "d") else None
        return self._number(text, cell.get("s", ""))

    def _number(self, text: str, style: str) -> Value:
        try:
            number = float(text)
            index = int(style or 0)
            if 0 <= index < len(self._dates) and self._dates[index]:
                return self._epoch + timedelta(days=int(number))
        except (ValueError, OverflowError):
            return text
        return int(number) if number.is_integer() else number

    def _styles(self) -> Iterator[bool]:
        """For each cell format, whether it shows a date."""
        dates = {str(number) for number in DATES}
        for element in self._elements("xl/styles.xml", "numFmts", "cellXfs"):
            if element.tag == "numFmts":
                shown = {found.get("numFmtId"): _QUOTED.sub("", found.get("formatCode", "")) for found in element}
                dates |= {id_ or "" for id_, code in shown.items() if re.search("[ymd]", code, re.IGNORECASE)}
            else:
                yield from (found.get("numFmtId", "0") in dates for found in element)

    def _shared(self) -> Iterator[str]:
        for count, element in enumerate(self._elements("xl/sharedStrings.xml", "si")):
            if count >= MOST_STRINGS:
                raise InputError(f"{self._name}: more than {MOST_STRINGS:,} texts", hint="it is no list")
            yield "".join(found.text or "" for found in element.iter("t"))

    def _elements(self, path: str, *wanted: str) -> Iterator[Element]:
        """The elements of a part of the workbook; none where it has no such part."""
        if path not in self._members:
            return
        try:
            opened = self._archive.open(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise self._damaged(str(error)) from error
        with opened:
            stream = Peekable(cast("BinaryIO", _Counted(self, opened)))
            for element, _ in read_elements(stream, f"{self._name}!{path}", frozenset(wanted)):
                if element.tag in wanted:
                    yield element

    def spend(self, size: int) -> None:
        """Count what was unpacked."""
        self._left -= size
        if self._left < 0:
            raise InputError(
                f"{self._name}: unpacks to more than {UNPACKED_BYTES:,} bytes", hint="check where the file is from"
            )

    def _damaged(self, why: str) -> InputError:
        return InputError(f"{self._name}: a damaged workbook: {why[:200]}", hint="fetch the file again")


class _Counted:
    """A part of the workbook, counted while it is read."""

    def __init__(self, workbook: Workbook, raw: IO[bytes]) -> None:
        self._workbook, self._raw = workbook, raw

    def read(self, size: int) -> bytes:
        data = self._raw.read(size)
        self._workbook.spend(len(data))
        return data


def _column(letters: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
