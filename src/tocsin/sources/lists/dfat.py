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

SCHEMAS = {
    **dict.fromkeys(("individual", "person", "aka"), "Person"),
    "entity": "Organization",
    **dict.fromkeys(("vessel", "ship"), "Vessel"),
    "": "Other",  # some rows do not say; another of the same reference may
}
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
        last = ""
        for line, cells in self._rows(name, stream.random_access()):
            found = _REFERENCE.fullmatch(clean(cells.get("reference")))
            kind, text = clean(cells.get("type")).lower(), clean(cells.get("name of individual or entity"))
            reason = "no name" if not text else "" if kind in SCHEMAS else f"unknown type {kind[:40]!r}"
            if found is None or reason:
                text = " · ".join(clean(value) for value in cells.values() if value)
                yield Rejected(name, line, reason or "no reference", text)
                continue
            id_ = _id(found[1], last, _kind(cells), entries)
            last = id_
            entry = entries.setdefault(id_, Entry(id_, line, file=name))
            entry.schema = SCHEMAS[kind] if entry.schema == "Other" else entry.schema
            entry.add_name(text, _kind(cells))
            _fill(entry, cells)
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


def _kind(cells: Cells) -> NameKind:
    """Of a name; types are spelt in several ways, and an empty one is that of a primary name."""
    told = clean(cells.get("name type")).lower()
    if clean(cells.get("alias strength")).lower() == "weak":
        return "weak"
    if told.startswith(("former", "previous")):
        return "former"
    return "primary" if not told or told.startswith("prima") else "alias"


def _id(reference: str, last: str, kind: NameKind, entries: dict[str, Entry]) -> str:
    """The entry a row belongs to. A reference that comes back further down with a primary name of its own was given
    twice by mistake: two entries."""
    if reference not in entries or last.partition("-")[0] == reference:
        return last if last.partition("-")[0] == reference else reference
    if kind != "primary":
        return reference
    number = 2
    while f"{reference}-{number}" in entries:
        number += 1
    return f"{reference}-{number}"


def _fill(entry: Entry, cells: Cells) -> None:
    def several(column: str) -> list[str]:
        return [clean(part) for part in _LETTERED.split(str(cells.get(column) or "").replace("_x000D_", "\n"))]

    birth = cells.get("date of birth")
    entry.birth_dates += days.partials(birth, short_years=True)
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
