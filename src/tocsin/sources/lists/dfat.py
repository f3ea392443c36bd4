"""Australia's consolidated list (DFAT, regulation8_consolidated.xlsx).

Layout read: sheets with a header; since November 2025 nineteen columns, before then twelve (without alias strength, IMO
number, instrument and the four measures). A row for each name: reference 101, then 101a, 101b for the other names.
Known from public parsers and samples, not from an original. The day of listing is the first day in the listing
information; where there is none, the control date, which moves when an entry is amended.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from tocsin.errors import InputError
from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.containers import ZIP, Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.numbers import imo

UNPACKED_BYTES = 512 << 20
SCHEMAS = {"individual": "Person", "person": "Person", "entity": "Organization", "vessel": "Vessel", "ship": "Vessel"}
KINDS: dict[str, NameKind] = {"primary name": "primary", "formerly known as": "former", "former name": "former"}
NEEDED = {"reference", "name of individual or entity", "type"}
MEASURES = ("targeted financial sanction", "travel ban", "arms embargo", "maritime restriction")
_REFERENCE = re.compile(r"(\d+)([a-z]*)(?:\.0)?", re.IGNORECASE)
_LETTERED = re.compile(r"(?:^|[\s;,])\(?[a-z]\)\s|;|\n")  # a) one place b) another
Cells = dict[str, Any]


class Dfat(Whole):
    """Reads all sheets; rows of one reference are put together."""

    def __init__(self) -> None:
        self.facts = Facts("au-dfat")
        self._late = 0

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the workbook."""
        entries: dict[str, Entry] = {}
        for line, cells in self._rows(name, stream.random_access()):
            if (reason := _add(entries, name, line, cells)) is not None:
                yield Rejected(name, line, reason, " · ".join(clean(value) for value in cells.values() if value))
        yield from entries.values()

    def _rows(self, name: str, stream: BinaryIO) -> Iterator[tuple[int, Cells]]:
        """Every row that is not empty, by its header; rows are counted on over the sheets."""
        count, headed = 0, False
        for rows in _sheets(name, stream):
            header: list[str] = []
            for values in rows:
                count += 1
                if not header:
                    words = [clean(value).lower() for value in values]
                    header = words if set(words) >= NEEDED else []
                    headed = headed or bool(header)
                elif any(value not in ("", None) for value in values):
                    yield count, dict(zip(header, values, strict=False))
        if not headed:
            raise InputError(
                f"{name}: no sheet has the header of the list", hint=f"it needs: {', '.join(sorted(NEEDED))}"
            )


def _sheets(name: str, stream: BinaryIO) -> Iterator[list[list[Any]]]:
    """The cells of each sheet. `InputError` for what is no workbook or would unpack too large."""
    import python_calamine as calamine

    _bound(name, stream)
    try:
        workbook = calamine.load_workbook(stream)
        for sheet in workbook.sheet_names:
            yield workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(name, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a failure inside calamine, which is Rust, is raised as
            raise
        raise _damaged(name, str(error)) from error


def _bound(name: str, stream: BinaryIO) -> None:
    """Unpack once and count: what the directory of a zip says of sizes may be a lie."""
    left = UNPACKED_BYTES
    try:
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                with archive.open(member) as opened:
                    while left >= 0 and (data := opened.read(1 << 20)):
                        left -= len(data)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(name, str(error)) from error
    except Exception as error:  # zlib.error, which is bound to no common class
        raise _damaged(name, str(error)) from error
    if left < 0:
        raise InputError(f"{name}: unpacks to more than {UNPACKED_BYTES:,} bytes", hint="check where the file is from")
    stream.seek(0)


def _damaged(name: str, why: str) -> InputError:
    return InputError(f"{name}: a damaged workbook: {why[:200]}", hint="fetch the file again")


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
    entry.birth_dates += days.partials(int(birth) if isinstance(birth, float) else birth)
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


def _earliest(value: Any) -> date | None:
    return days.day(value) if isinstance(value, date) else min(days.days(value), default=None)


def _true(value: Any) -> bool:
    return value is True or clean(value).lower() in ("true", "yes", "1", "1.0", "x")


FORMAT = Format("au-dfat", "Australian sanctions (DFAT), XLSX", lambda head: head.data.startswith(ZIP), Dfat)
