"""The UK Sanctions List (FCDO), XML and CSV, and OFSI's former consolidated list (ConList.csv, closed 28 January 2026).

Layouts read: Designations > DateGenerated, Designation (2026); CSV with `Report Date:` above a header of 58 columns and
a row for every name and address of a `Unique ID` (2026); ConList.csv with `Last Updated,` above a header of 36 columns
and `Group ID` (2022 format). Known from public parsers and samples, not from an original.

Listings taken over from EU law bear 31/12/2020. The older day is in ConList.csv (`Listed On`), and in the list itself
only where other information tells it; it is kept as `inherited`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from xml.etree.ElementTree import Element

from tocsin.errors import InputError
from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.base import Head
from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.markup import read_elements, root_of, text_of, texts_of
from tocsin.sources.lists.numbers import imo
from tocsin.sources.lists.rows import Row, read_rows
from tocsin.sources.textual import decode_head

TAKEN_OVER = date(2020, 12, 31)  # end of the transition period: the day EU listings became British ones
SCHEMAS = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
PARTS = ("name1", "name2", "name3", "name4", "name5", "name6")
_PLAIN = re.compile(r"[^a-z0-9]+")
_OLDER = re.compile(r"listed on:?\s*([\d/ A-Za-z]{8,20})", re.IGNORECASE)
_REFERENCE = re.compile(r"[A-Z]{2,4}\d{4}")
_REFERENCES = re.compile(r"UK Sanctions List Ref\)?\s*:?\s*((?:[A-Z]{2,4}\d{4}[;,& ]*)+)", re.IGNORECASE)
_LISTED = re.compile(r"\(?\b[a-z0-9]{1,2}\)\s")  # (1) ... (2) ..., in cells that hold several


class UkslXml(Whole):
    """Reads the XML designation by designation."""

    def __init__(self) -> None:
        self.facts = Facts("gb-uksl")

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file."""
        for element, line in read_elements(stream, name, frozenset({"DateGenerated", "Designation"})):
            if element.tag == "DateGenerated":
                self.facts.published = days.day(element.text)
            elif element.tag == "Designation":
                yield _designation(element, name, line)


def _designation(element: Element, name: str, line: int) -> Entry:
    entry = Entry(text_of(element, "UniqueID"), line, file=name)
    entry.schema = SCHEMAS.get(text_of(element, "IndividualEntityShip").lower(), "Other")
    for node in element.iterfind("Names/Name"):
        parts = [text_of(node, part.title()) for part in PARTS]
        _name(entry, parts, text_of(node, "NameType"), text_of(node, "AliasStrength"))
    for script in texts_of(element, ".//NameNonLatinScript"):
        entry.add_name(script, "alias")
    for node in element.iterfind(".//Addresses/Address"):
        lines = [*(text_of(node, f"AddressLine{i}") for i in range(1, 7)), text_of(node, "AddressPostalCode")]
        _address(entry, lines, text_of(node, "AddressCountry"))
    for path, step in _STEPS.items():
        for text in texts_of(element, f".//{path}"):
            step(entry, text)
    for node in element.iterfind(".//BirthDetails/Location"):
        _birth_place(entry, text_of(node, "TownOfBirth"), text_of(node, "CountryOfBirth"))
    entry.reason = text_of(element, "UKStatementofReasons")
    _dates(entry, text_of(element, "DateDesignated"), "", text_of(element, "OtherInformation"))
    return entry


class UkslCsv:
    """Reads either CSV; all rows of an entry are put together."""

    def __init__(self) -> None:
        self.facts = Facts("gb-uksl")
        self._entries: dict[str, Entry] = {}

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file; the entries come at the end."""
        first = decode_head(stream.peek(1 << 12)).partition("\n")[0]
        above = first.lower().startswith(("report date", "last updated,")) and "unique" not in first.lower()
        if above:
            self.facts.published = days.day(first.replace("-", " "))
        for row in read_rows(stream, name, self.facts.notes, skip=int(above)):
            if isinstance(row, Rejected):
                yield row
                continue
            cells = {_PLAIN.sub("", key.lower()): clean(value) for key, value in row.cells.items()}
            if "name6" not in cells or not ({"uniqueid", "groupid"} & set(cells)):
                raise InputError(f"{name}: no UK list: its header has no name and id", hint="give the CSV as published")
            yield from self._row(cells, name, row)

    def finish(self) -> Found:
        """The entries, in the order of their first rows."""
        yield from self._entries.values()

    def _row(self, cells: dict[str, str], name: str, row: Row) -> Found:
        former = "uniqueid" not in cells
        ids = _former_ids(cells) if former else [cells["uniqueid"]] if cells["uniqueid"] else []
        kind = (cells.get("designationtype") or cells.get("grouptype", "")).lower()
        reason = "" if kind in SCHEMAS else f"unknown type {kind[:40]!r}"
        if reason or not ids:
            yield Rejected(name, row.line, reason if ids else "no id", row.text)
            return
        for id_ in ids:
            entry = self._entries.get(id_) or Entry(id_, row.line, SCHEMAS[kind], file=name)
            if entry.schema != SCHEMAS[kind]:
                yield Rejected(name, row.line, f"{id_} is of type {kind} here and of another above", row.text)
                continue
            _fill(entry, cells, former=former)
            if entry.names:
                self._entries[id_] = entry
            else:
                yield Rejected(name, row.line, "no name", row.text)


def _former_ids(cells: dict[str, str]) -> list[str]:
    """The ids that the present list has for an entry of the former one: several where it stood under several regimes;
    else OFSI's own."""
    found = _REFERENCES.search(cells.get("otherinformation", ""))
    group = cells.get("groupid", "")
    return _REFERENCE.findall(found[1].upper()) if found else [f"OFSI-{group}"] if group else []


def _fill(entry: Entry, cells: dict[str, str], *, former: bool) -> None:
    """Add what one row says."""

    def get(*names: str) -> str:
        return next((cells[name] for name in names if cells.get(name)), "")

    kind, strength = get("nametype", "aliastype"), get("aliasstrength", "aliasquality")
    _name(entry, [cells.get(part, "") for part in PARTS], kind, strength)
    entry.add_name(get("namenonlatinscript"), "alias")
    lines = [get(f"addressline{i}", f"address{i}") for i in range(1, 7)]
    _address(entry, [*lines, get("addresspostalcode", "postzipcode")], get("addresscountry", "country"))
    for path, step in _STEPS.items():
        if text := get(*_COLUMNS.get(path, (path.lower(),))):
            step(entry, text)
    _birth_place(entry, get("townofbirth"), get("countryofbirth"))
    entry.reason = entry.reason or get("ukstatementofreasons")
    if former:
        entry.measures.append("Asset freeze")
    day = get("datedesignated", "uksanctionslistdatedesignated") or get("listedon")
    _dates(entry, day, get("listedon"), get("otherinformation"))


def _name(entry: Entry, parts: Iterable[str], type_: str, strength: str) -> None:
    kind: NameKind = "primary" if type_.lower() == "primary name" else "alias"
    if type_.lower() in ("fka", "formerly known as"):
        kind = "former"
    if strength.lower().startswith("low"):
        kind = "weak"
    entry.add_name(" ".join(part for part in parts if part and part != "n/a"), kind)


def _address(entry: Entry, lines: Iterable[str], land: str) -> None:
    entry.addresses.append(", ".join(filter(None, (*lines, land))))
    if entry.schema == "Organization":
        entry.countries += countries(land)


def _birth_place(entry: Entry, town: str, land: str) -> None:
    entry.birth_places.append(", ".join(filter(None, (town, land))))


def _dates(entry: Entry, designated: str, older: str, other: str) -> None:
    day, before = days.day(designated), days.day(older)
    entry.listed = min(filter(None, (entry.listed, day)), default=None)
    if before is None and entry.listed == TAKEN_OVER and (found := _OLDER.search(other)):
        before = days.day(found[1])
    if before and entry.listed and before < entry.listed:
        entry.inherited = min(filter(None, (entry.inherited, before)))


def _several(text: str) -> list[str]:
    return [part.strip(" ,;") for part in _LISTED.split(text)]


def _number(kind: str) -> Callable[[Entry, str], None]:
    def add(entry: Entry, text: str) -> None:
        for part in _several(text):
            entry.add_number(kind, part)

    return add


def _nationality(entry: Entry, text: str) -> None:
    for part in _several(text):
        entry.countries += countries(part)


#: element -> what to do with its text; the columns of the CSV are called the same but for those in `_COLUMNS`
_STEPS: dict[str, Callable[[Entry, str], None]] = {
    "RegimeName": lambda entry, text: entry.programmes.append(text),
    "SanctionsImposed": lambda entry, text: entry.measures.extend(text.split("|")),
    "DOB": lambda entry, text: entry.birth_dates.extend(days.partials(text)),
    "Nationality": _nationality,
    "Position": lambda entry, text: entry.positions.extend(_several(text)),
    "Gender": lambda entry, text: entry.genders.append(text.lower()),
    "PassportNumber": _number("passport"),
    "NationalIdentifierNumber": _number("national"),
    "BusinessRegistrationNumber": _number("registration"),
    "IMONumber": lambda entry, text: entry.add_number("imo", imo(text)),
    "CurrentBelievedFlagOfShip": lambda entry, text: entry.countries.extend(countries(text)),
}
_COLUMNS = {
    "RegimeName": ("regimename", "regime"),
    "Nationality": ("nationalityies", "nationality"),
    "NationalIdentifierNumber": ("nationalidentifiernumber", "nationalidentificationnumber"),
    "BusinessRegistrationNumber": ("businessregistrationnumbers",),
}


def _is_csv(head: Head) -> bool:
    lines = decode_head(head.data).split("\n", 2)[:2]
    plain = [_PLAIN.sub("", line.lower()) for line in lines]
    return any("name6" in line and ("uniqueid" in line or "groupid" in line) for line in plain)


XML = Format("uksl-xml", "UK Sanctions List, XML", lambda head: root_of(head) == "Designations", UkslXml)
CSV = Format("uksl-csv", "UK Sanctions List, CSV", _is_csv, UkslCsv)
