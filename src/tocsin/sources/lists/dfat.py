"""Australia's consolidated list (DFAT, regulation8_consolidated.xlsx).

Layout read: sheets with a header; since November 2025 nineteen columns, before then twelve (without alias strength, IMO
number, instrument and the four measures). A row for each name: reference 101, then 101a, 101b for the other names.
Known from public parsers and samples, not from an original. The day of listing is the first day in the listing
information; where there is none, the control date, which moves when an entry is amended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from tocsin.errors import InputError
from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.containers import ZIP, Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.numbers import imo
from tocsin.sources.lists.workbook import Value, Workbook

SCHEMAS = {"individual": "Person", "person": "Person", "entity": "Organization", "vessel": "Vessel", "ship": "Vessel"}
KINDS: dict[str, NameKind] = {"primary name": "primary", "formerly known as": "former", "former name": "former"}
NEEDED = {"reference", "name of individual or entity", "type"}
MEASURES = ("targeted financial sanction", "travel ban", "arms embargo", "maritime restriction")
_REFERENCE = re.compile(r"(\d+)([a-z]*)(?:\.0)?", re.IGNORECASE)
_LETTERED = re.compile(r"(?:^|[\s;,])\(?[a-z]\)\s|;|\n")  # a) one place b) another
Cells = dict[str, Value]


class Dfat(Whole):
    """Reads all sheets; rows of one reference are put together."""

    def __init__(self) -> None:
        self.facts = Facts("au-dfat")

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the workbook."""
        entries: dict[str, Entry] = {}
        for line, cells in self._rows(name, stream.random_access()):
            if (reason := _add(entries, name, line, cells)) is not None:
                yield Rejected(name, line, reason, " · ".join(clean(value) for value in cells.values() if value))
        yield from entries.values()

    def _rows(self, name: str, stream: BinaryIO) -> Iterator[tuple[int, Cells]]:
        """Every row that is not empty, by the header of its sheet. Rows are numbered on from sheet to sheet."""
        before, last, headed = 0, 0, False
        for rows in Workbook(name, stream).sheets():
            header: list[str] = []
            for row in rows:
                last = before + row.number
                if not header:
                    words = [clean(value).lower() for value in row.cells]
                    header = words if set(words) >= NEEDED else []
                    headed = headed or bool(header)
                elif any(value not in ("", None) for value in row.cells):
                    yield last, dict(zip(header, row.cells, strict=False))
            before = last
        if not headed:
            raise InputError(f"{name}: no sheet has the list's header", hint=f"it needs: {', '.join(sorted(NEEDED))}")


def _add(entries: dict[str, Entry], name: str, line: int, cells: Cells) -> str | None:
    """Add a row to its entry; a reason where it cannot be read."""
    found = _REFERENCE.fullmatch(clean(cells.get("reference")))
    kind = clean(cells.get("type")).lower()
    if found is None:
        return "no reference"
    if kind not in SCHEMAS:
        return f"unknown type {kind[:40]!r}"
    text = clean(cells.get("name of individual or entity"))
    if not text:
        return "no name"
    entry = entries.setdefault(found[1], Entry(found[1], line, SCHEMAS[kind], file=name))
    if entry.schema != SCHEMAS[kind]:
        return f"reference {found[1]} is a {kind} here and something else above"
    kind_of_name = KINDS.get(clean(cells.get("name type")).lower(), "alias")
    entry.add_name(text, "weak" if clean(cells.get("alias strength")).lower() == "weak" else kind_of_name)
    _fill(entry, cells)
    return None


def _fill(entry: Entry, cells: Cells) -> None:
    def several(column: str) -> list[str]:
        return [clean(part) for part in _LETTERED.split(str(cells.get(column) or "").replace("_x000D_", "\n"))]

    birth = cells.get("date of birth")
    entry.birth_dates += days.partials(birth)
    entry.birth_places += several("place of birth")
    entry.countries += [land for part in several("citizenship") for land in countries(part)]
    entry.addresses += several("address")
    entry.add_number("imo", imo(clean(cells.get("imo number"))))
    entry.programmes.append(clean(cells.get("committees")))
    entry.legal_bases.append(clean(cells.get("instrument of designation")))
    entry.measures += [measure.capitalize() for measure in MEASURES if _true(cells.get(measure))]
    entry.reason = entry.reason or clean(cells.get("additional information"))
    told = _earliest(cells.get("listing information")) or _earliest(cells.get("control date"))
    entry.listed = min(filter(None, (entry.listed, told)), default=None)


def _earliest(value: Value) -> date | None:
    return days.day(value) if isinstance(value, date) else min(days.days(value), default=None)


def _true(value: Value) -> bool:
    return value is True or clean(value).lower() in ("true", "yes", "1", "1.0", "x")


FORMAT = Format("au-dfat", "Australian sanctions (DFAT), XLSX", lambda head: head.data.startswith(ZIP), Dfat)
