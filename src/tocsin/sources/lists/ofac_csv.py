"""OFAC's legacy files: comma-separated (sdn.csv, add.csv, alt.csv, sdn_comments.csv), and delimited by | (.pip) or @
(.del); the consolidated list has the same four as cons_prim, cons_add, cons_alt, cons_comments.

Layout: OFAC's data specification (first released 2004, as of 25 September 2023): no header, `-0-` for nothing, linked
by the first column; checked on the files of January 2022. They tell no day of listing and no day of publication.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tocsin.errors import InputError
from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.base import Head
from tocsin.sources.containers import Peekable
from tocsin.sources.lists.base import Facts, Format, Found
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.ofac_remarks import LINKED, take_remarks
from tocsin.sources.lists.rows import Row, read_rows
from tocsin.sources.textual import decode_head

SDN = ("ent_num", "name", "type", "program", "title", "call_sign", "vess_type", "tonnage", "grt", "flag", "owner")
TABLES = {
    12: (*SDN, "remarks"),
    6: ("ent_num", "add_num", "address", "city", "country", "remarks"),
    5: ("ent_num", "alt_num", "type", "name", "remarks"),
    2: ("ent_num", "comments"),
}
NAMES = {12: "main file", 6: "addresses", 5: "alternate names", 2: "comments"}
DELIMITERS = ",@|"
LOOKED_AT = 50  # lines
SCHEMAS = {"individual": "Person", "": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}
ALIASES: dict[str, NameKind] = {"aka": "alias", "fka": "former", "nka": "alias"}
_PROGRAMMES = re.compile(r"[\[\];]+")


def layout(head: Head) -> tuple[int, str] | None:
    """How many columns most of the first lines have and what divides them; None where it is none of the four tables."""
    lines = decode_head(head.data[: 1 << 18]).split("\n")[: LOOKED_AT + 1]
    whole = lines[:LOOKED_AT] if head.whole or len(lines) > LOOKED_AT else lines[:-1]
    found = Counter(shape for line in whole for delimiter in DELIMITERS if (shape := _shape(line, delimiter)))
    return found.most_common(1)[0][0] if found else None


def _shape(line: str, delimiter: str) -> tuple[int, str] | None:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return None
    return (len(cells), delimiter) if len(cells) in TABLES and cells[0].strip().isdigit() else None


class OfacTables:
    """Reads the tables of one edition, in any order, and puts them together at the end."""

    def __init__(self) -> None:
        self.facts = Facts("us-ofac-sdn")
        self._entries: dict[str, Entry] = {}
        self._rows: dict[int, list[tuple[str, Row]]] = {}
        self._remarks: dict[str, str] = {}

    def take(self, name: str, stream: Peekable) -> Found:
        """Read one table. `InputError` for one that was given before."""
        known = layout(Head(name, stream.peek(1 << 18), len(stream.peek(1 << 18)) < 1 << 18))
        if known is None:
            raise InputError(f"{name}: none of OFAC's tables", hint="give sdn.csv, add.csv and alt.csv as published")
        width, delimiter = known
        if width in self._rows:
            raise InputError(f"{name}: a second file of {NAMES[width]}", hint="give the files of one edition")
        if Path(name.rpartition("!")[2]).name.lower().startswith("cons"):
            self.facts.list_id = "us-ofac-cons"
        self._rows[width] = []
        for row in read_rows(stream, name, self.facts.notes, header=TABLES[width], delimiter=delimiter):
            if isinstance(row, Rejected):
                yield row
            elif width == 12:
                yield from self._main(name, row)
            else:
                self._rows[width].append((name, row))

    def finish(self) -> Found:
        """The entries with their addresses, other names and remarks."""
        if 12 not in self._rows:
            raise InputError("the main file is missing", hint="give sdn.csv (or cons_prim.csv) too")
        missing = [NAMES[width] for width in (6, 5) if width not in self._rows]
        if missing:
            self.facts.notes.append(f"without {' and '.join(missing)}, which are files of their own")
        steps: dict[int, Callable[[Entry, dict[str, str]], None]] = {6: _address, 5: _alias, 2: self._comment}
        for width, step in steps.items():
            for name, row in self._rows.get(width, ()):
                entry = self._entries.get(_cell(row.cells["ent_num"]))
                if entry is None:
                    yield Rejected(name, row.line, "its entry is not in the main file", row.text)
                else:
                    step(entry, row.cells)
        self._take_remarks()
        if self.facts.list_id == "us-ofac-sdn":  # the list of blocked persons; the XML says so entry by entry
            for entry in self._entries.values():
                entry.measures.insert(0, "Block")
        yield from self._entries.values()

    def _main(self, name: str, row: Row) -> Found:
        cells = {field: _cell(value) for field, value in row.cells.items()}
        id_, type_ = cells["ent_num"], cells["type"].lower()
        reason = "" if id_.isdigit() else "the entry's number is not a number"
        reason = reason or ("" if type_ in SCHEMAS else f"unknown type {type_!r}")
        reason = reason or ("this entry stands twice" if id_ in self._entries else "")
        if reason:
            yield Rejected(name, row.line, reason, row.text)
            return
        entry = Entry(id_, row.line, SCHEMAS[type_], file=name)
        entry.add_name(cells["name"], "primary")
        entry.programmes += _PROGRAMMES.split(cells["program"])
        entry.positions.append(cells["title"])
        entry.countries += countries(cells["flag"])
        entry.add_number("call-sign", cells["call_sign"])
        self._entries[id_] = entry
        self._remarks[id_] = cells["remarks"]

    def _comment(self, entry: Entry, cells: dict[str, str]) -> None:
        """Remarks over 1,000 characters go on in a file of their own."""
        self._remarks[entry.entry] += _cell(cells["comments"])

    def _take_remarks(self) -> None:
        linked = {id_: take_remarks(self._entries[id_], text) for id_, text in self._remarks.items()}
        ids = {
            name: id_ for id_, entry in self._entries.items() for name, kind in entry.names.items() if kind == "primary"
        }
        for id_, names in linked.items():
            self._entries[id_].related += [f"{LINKED}:{ids[clean(name)]}" for name in names if clean(name) in ids]


def _cell(value: str) -> str:
    text = clean(value)
    return "" if text == "-0-" else text


def _address(entry: Entry, cells: dict[str, str]) -> None:
    parts = [_cell(cells[field]) for field in ("address", "city", "country")]
    entry.addresses.append(", ".join(part for part in parts if part and part != "undetermined"))
    if entry.schema == "Organization":
        entry.countries += countries(parts[-1])


def _alias(entry: Entry, cells: dict[str, str]) -> None:
    entry.add_name(_cell(cells["name"]), ALIASES.get(_cell(cells["type"]).lower(), "alias"))


def _is_ours(head: Head) -> str:
    """The delimiter, where it is one of the tables: `-0-` for nothing is OFAC's alone, comments have their name."""
    width, delimiter = layout(head) or (0, "")
    marked = b"-0-" in head.data.replace(b"\0", b"")
    comments = width == 2 and "comments" in head.name.lower()
    return delimiter if comments or (width > 2 and marked) else ""


CSV = Format("ofac-csv", "OFAC list, CSV", lambda head: _is_ours(head) == ",", OfacTables, files=4)
DELIMITED = Format(
    "ofac-delimited", "OFAC list, delimited", lambda head: _is_ours(head) in ("@", "|"), OfacTables, files=4
)
