"""Electronic filings of the FEC (.fec), versions 1 to 8.5 and paper filings keyed in (P1 to P3.4).

The order of the cells of each form and version is that of the FEC's vendor packs, as the package fecfile holds it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from tocsin.errors import InputError
from tocsin.model.arrow import Array, pc
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, nulls
from tocsin.sources.gifts.delimited import Columns
from tocsin.sources.gifts.fec_forms import Cover, gift_columns, wanted
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts
from tocsin.sources.gifts.unquoted import Ints, LineBlock
from tocsin.sources.shaping import REJECTED_CHARS, Rows
from tocsin.sources.textual import Lines, decode_head

_SEPARATOR = "\x1c"
_FORM = re.compile(r'^"?(F\d\w{0,4})"?$')
_HEADER_BYTES = 1 << 18
_HEADER_LINES = 200  # a header in the old style has a line for each schedule


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing a file: receipts, refunds of contributions and loans of it."""

    id: str = "fec-filing"
    title: str = "FEC electronic filing"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the file starts with a header record of a filing."""
        lines = decode_head(head.data[: 1 << 16]).lstrip().split("\n")
        if lines[0].startswith("/*") and any("fec_ver" in line.lower() for line in lines[:20]):
            return Sniff(0.97, "the header of a filing of version 1 or 2")
        cells = _cells(lines[0], _SEPARATOR if _SEPARATOR in lines[0] else ",")
        if cells[0] != "HDR" or len(cells) < 3:
            return None
        return Sniff(0.97, f"the header record of a filing, version {_version(cells)}")

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream; see `GiftFormat.read`. Raises `InputError` where there is no header or cover."""
        lines = Lines(stream, options.encoding)
        shaper = GiftShaper(name, self.id, options.jurisdiction or "us", options.currency or "USD", Days("MDY"), ".")
        reader: _Reader | None = None
        number, held = 1, b""
        for data in lines:
            data = held + data
            if reader is None:
                reader, taken = _open(data, name)
                if reader is None:
                    held = data if len(data) < 1 << 20 else b""
                    continue
                number, data, held = number + taken, _after(data, taken), b""
            block = LineBlock(data, reader.separator.encode(), number)
            number += len(block.ends)
            yield from map(shaper.shape, reader.rows(block))
        if reader is None:
            raise InputError(f"{name}: no cover record of a filing", hint="fetch the filing again from the FEC")
        cut = [Rejected(name, number, f"the file breaks off in this row: {lines.cut_reason}", lines.cut.decode())]
        notes = [f"{reader.others} rows of other schedules are no gifts"] if reader.others else []
        yield GiftBatch(empty_gifts(), cut if lines.cut else [], [*notes, *lines.notes()])


class _Reader:
    """Reads the rows below the cover."""

    def __init__(self, name: str, version: str, separator: str, cover: Cover) -> None:
        self.name, self.version, self.separator, self.cover = name, version, separator, cover
        self.others = 0

    def rows(self, block: LineBlock) -> Iterator[Rows]:
        """The gifts of a block, those of one form and number of cells together."""
        groups: dict[tuple[str, int], list[int]] = {}
        starts = block.starts.tolist()
        for at, (start, end) in enumerate(zip(starts, block.ends.tolist(), strict=True)):
            begin = block.data[start : min(end, start + 12)].decode("utf-8", "replace")
            form = begin.split(self.separator)[0].strip(' "').upper()
            if not wanted(form, self.cover.form):
                self.others += end > start
                continue
            count = int(block.counts[at]) if self.separator == _SEPARATOR else -1
            groups.setdefault((_layout_of(form), count), []).append(at)
        for (layout, count), rows in groups.items():
            yield self._group(block, layout, count, np.array(rows, np.int64))

    def _group(self, block: LineBlock, layout: str, count: int, rows: Ints) -> Rows:
        numbers = pa.array(block.numbers[rows])
        fields = _fields(layout, self.version)
        if fields is None:
            reason = f"the form {layout} has no known layout in version {self.version}"
            rejected = [self._rejected(block, at, reason) for at in rows.tolist()]
            return Rows({}, pa.array([], pa.int64()), str, rejected)
        if count < 0:
            raw = _quoted([block.line(at) for at in rows.tolist()], fields)
        else:
            names = [*fields, *(f"_{n}" for n in range(len(fields), count + 1))][: count + 1]
            raw = {name: _unquoted(column) for name, column in block.columns(rows, names).items() if name[0] != "_"}
        whole = Columns({name: raw.get(name, nulls(pa.string(), len(rows))) for name in fields}, len(rows))
        return Rows(gift_columns(whole, self.cover), numbers, lambda at: block.line(int(rows[at])))

    def _rejected(self, block: LineBlock, at: int, reason: str) -> Rejected:
        return Rejected(self.name, int(block.numbers[at]), reason, block.line(at)[:REJECTED_CHARS])


def _open(data: bytes, name: str) -> tuple[_Reader | None, int]:
    """The reader, by header and cover, and how many lines these take; none where they are not all there yet."""
    lines = data[:_HEADER_BYTES].decode("utf-8", "replace").split("\n")[:-1][:_HEADER_LINES]
    header, below = _header(lines)
    for at in range(below, len(lines)):
        separator = _SEPARATOR if _SEPARATOR in lines[at] else ","
        cells = _cells(lines[at], separator)
        if found := _FORM.match(cells[0]):
            form = found[1].upper()
            fields = _fields(form, header["version"])
            if fields is None:
                raise InputError(
                    f"{name}: the form {form} has no known layout in version {header['version']}",
                    hint="fetch the filing as CSV from fec.gov, or give a mapping",
                )
            cover = Cover.read(form, dict(zip(fields, cells, strict=False)), header, _number(name))
            return _Reader(name, header["version"], separator, cover), at + 1
    return None, 0


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """Version, number of the filing it amends and number of the amendment; and the line below the header."""
    if lines and lines[0].lstrip().startswith("/*"):
        told: dict[str, str] = {}
        for at, line in enumerate(lines[1:], 1):
            if line.lstrip().startswith("/*"):
                return _told(told.get("fec_ver_#", ""), told.get("report_id", "")), at + 1
            key, _, value = line.partition("=")
            told[key.strip().lower()] = value.strip()
        return _told(told.get("fec_ver_#", ""), ""), len(lines)
    separator = _SEPARATOR if lines and _SEPARATOR in lines[0] else ","
    cells = _cells(lines[0] if lines else "", separator)
    if cells[0] != "HDR":
        return _told("", ""), len(lines)
    version = _version(cells)
    values = dict(zip(_fields("HDR", version) or [], cells, strict=False))
    return _told(version, values.get("report_id", "")), 1


def _told(version: str, report_id: str) -> dict[str, str]:
    return {"version": version, "amends": re.sub(r"(?i)^FEC-?", "", report_id.strip())}


def _version(cells: list[str]) -> str:
    return (cells[2] if cells[1].upper() == "FEC" and len(cells) > 2 else cells[1]).strip()


def _cells(line: str, separator: str) -> list[str]:
    if separator == _SEPARATOR:
        return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split(separator)]
    try:
        return next(csv.reader([line]), []) or [""]
    except csv.Error:  # a cell longer than the module takes
        return line.split(",")


def _quoted(lines: list[str], fields: list[str]) -> dict[str, Array]:
    """Columns of comma-separated lines; cells that are missing are empty, those too many are left out."""
    width = len(fields)
    rows = [[*_cells(line, ","), *[""] * width][:width] for line in lines]
    columns = zip(*rows, strict=True)
    return {name: pa.array(column, pa.string()) for name, column in zip(fields, columns, strict=True)}


def _unquoted(column: Array) -> Array:
    if not pc.any(pc.starts_with(column, '"')).as_py():
        return column
    return pc.replace_substring_regex(column, r'^"(.*)"$', r"\1")


def _after(data: bytes, lines: int) -> bytes:
    return data.split(b"\n", lines)[lines]


def _number(name: str) -> str:
    """The number of a filing: what its file is called."""
    return PurePosixPath(name.replace("\\", "/").split("!")[-1]).name.split(".")[0]


def _layout_of(form: str) -> str:
    """The schedule of a row; all lines of one schedule have one layout."""
    return f"{form[:2]}1" if form[:1] == "S" else form


@cache
def _fields(form: str, version: str) -> list[str] | None:
    """The names of the cells of a form in a version, None where nobody knows them."""
    from fecfile.cache import FecParserMissingMappingError, getMapping  # type: ignore[import-untyped]
    from fecfile.fecparser import mappings  # type: ignore[import-untyped]

    layout = "SC/9" if form == "SC1" else form  # SC1 is the name of another form
    try:
        return [name or f"_{at}" for at, name in enumerate(getMapping(mappings, layout, version))]
    except FecParserMissingMappingError:
        return None
