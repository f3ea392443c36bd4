"""Canada's consolidated autonomous sanctions list (sema-lmes.xml): Special Economic Measures Act and JVCFOA.

Layout read: data-set > record, flat, no attributes; names of elements in English (LastName), later in both
languages (LastName-NomDeFamille); text in both languages divided by " / ". No id, no day of publication, no reasons.
Known from public parsers and samples, not from an original. The country is that of the regulations, not a nationality.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.markup import read_elements, root_of
from tocsin.sources.lists.numbers import imo

#: a comma before a legal form belongs to the name
_ALIASES = re.compile(r";\s*|,\s+(?!(?:Ltd|LLC|Inc|Co|Corp|S\.?A|JSC|GmbH|PLC|Limited|Incorporated|Jr|Sr)\b)")
_LABEL = re.compile(r"^\W*(?:a\.?k\.?a\.?|also known as|alias(?:es)?|[A-Z][a-z]+(?= ?: ?\S)) ?:?\s*|\)$", re.IGNORECASE)


class Sema(Whole):
    """Reads the file record by record."""

    def __init__(self) -> None:
        self.facts = Facts("ca-sema")
        self._ids: set[str] = set()

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file."""
        for element, line in read_elements(stream, name, frozenset({"record"})):
            if element.tag == "record":
                yield self._entry(element, name, line)

    def _entry(self, element: Element, name: str, line: int) -> Entry:
        cells = {child.tag.partition("-")[0]: clean(child.text) for child in element}
        entry = Entry("", line, file=name)
        person, whole = " ".join(filter(None, (cells.get("GivenName"), cells.get("LastName")))), _entity(cells)
        entry.add_name(person or whole, "primary")
        for alias in _ALIASES.split(cells.get("Aliases", "")):
            entry.add_name(_LABEL.sub("", alias), "alias")
        born = days.partials(cells.get("DateOfBirthOrShipBuildDate") or cells.get("DateOfBirth"))
        number, title = cells.get("ShipIMONumber", ""), cells.get("TitleOrShipType") or cells.get("TitleOrShip") or ""
        if person:
            entry.schema = "Person"
            entry.birth_dates += born
            entry.positions.append(_english(title, " | "))
        else:
            entry.schema = "Vessel" if number or born else "Organization"
            entry.add_number("imo", imo(number))
        entry.programmes.append(_english(cells.get("Country", "")))
        entry.legal_bases.append(", ".join(filter(None, (_english(cells.get("Country", "")), cells.get("Schedule")))))
        entry.listed = days.day(cells.get("DateOfListing"))
        entry.entry = self._id(cells, person or whole)
        return entry

    def _id(self, cells: dict[str, str], name: str) -> str:
        """Regulations, schedule and item; the name too where an item stands there before."""
        id_ = "/".join(filter(None, (_english(cells.get("Country", "")), cells.get("Schedule"), cells.get("Item"))))
        id_ = id_ if cells.get("Item") and id_ not in self._ids else f"{id_}/{name}"
        self._ids.add(id_)
        return id_ if name else ""


def _entity(cells: dict[str, str]) -> str:
    return cells.get("EntityOrShip") or cells.get("Entity") or ""


def _english(text: str, divider: str = " / ") -> str:
    return text.partition(divider)[0].strip()


FORMAT = Format("ca-sema", "Canadian sanctions (SEMA), XML", lambda head: root_of(head) == "data-set", Sema)
