"""Switzerland's sanctions list (SECO, SESAM export "Gesamtliste"), XML: the list with the best record of its changes.

Layout read: swiss-sanctions-list (list-type, date) > sanctions-program, place, target; a target is an individual, an
entity or an object with identities, and has a modification for each change (listed, amended, de-listed) that repeats
what was added and removed. Targets that were taken off stay in the file: they are kept with the day. Known from public
parsers and samples of 2026, not from an original.
"""

from __future__ import annotations

from itertools import zip_longest
from xml.etree.ElementTree import Element

from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.countries import countries, country
from tocsin.sources.lists.entries import Entry
from tocsin.sources.lists.markup import excerpt, read_elements, root_of, text_of, texts_of
from tocsin.sources.lists.numbers import imo, kind_of

RECORDS = frozenset({"sanctions-program", "place", "target"})
SCHEMAS = {"individual": "Person", "entity": "Organization", "object": "Other"}
OBJECTS = {"vessel": "Vessel", "aircraft": "Airplane"}
KINDS: dict[str, NameKind] = {"primary-name": "primary", "alias": "alias", "formerly-known-as": "former"}
ADDRESS = ("c-o", "address-details", "p-o-box", "zip-code", "location", "area", "country")
MOST_SPELLINGS = 50


class Seco(Whole):
    """Reads the file target by target; programmes and places stand before them."""

    def __init__(self) -> None:
        self.facts = Facts("ch-seco")
        self._sets: dict[str, tuple[str, str]] = {}  # id -> programme, what the set is
        self._places: dict[str, dict[str, str]] = {}

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file."""
        for element, line in read_elements(stream, name, RECORDS):
            if element.tag == "swiss-sanctions-list":
                self.facts.published = days.day(element.get("date"))
                if element.get("list-type", "whole-list") != "whole-list":
                    self.facts.notes.append(f"not the whole list but: {element.get('list-type')}")
            elif element.tag == "sanctions-program":
                self._programme(element)
            elif element.tag == "place":
                self._places[element.get("ssid", "")] = _parts(element)
            elif element.tag == "target":
                body = next((child for child in element if child.tag in SCHEMAS), None)
                if body is None:
                    yield Rejected(name, line, "neither an individual nor an entity nor an object", excerpt(element))
                else:
                    yield self._entry(element, body, name, line)

    def _programme(self, element: Element) -> None:
        programme = text_of(element, "program-key[@lang='eng']") or text_of(element, "program-key")
        for found in element.iterfind("sanctions-set"):
            id_ = found.get("ssid", "")
            if found.get("lang", "eng") == "eng" or id_ not in self._sets:
                self._sets[id_] = (programme, (found.text or "").strip())

    def _entry(self, target: Element, body: Element, name: str, line: int) -> Entry:
        entry = Entry(target.get("ssid", ""), line, SCHEMAS[body.tag], file=name)
        entry.schema = OBJECTS.get(body.get("object-type", ""), entry.schema)
        entry.genders.append(body.get("sex", ""))
        mains = sorted(body.iterfind("identity"), key=lambda identity: identity.get("main") != "true")
        for identity in mains:
            self._identity(entry, identity)
        for id_ in [target.get("sanctions-set-id", ""), *texts_of(target, "sanctions-set-id")]:
            programme, measure = self._sets.get(id_, ("", ""))
            entry.programmes.append(programme)
            entry.measures.append(measure)
        entry.reason = " ".join(texts_of(body, "justification"))
        for other in texts_of(body, "other-information"):
            _other(entry, other)
        for relation in body.iterfind("relation"):
            entry.related.append(f"{relation.get('relation-type', 'related-to')}:{relation.get('target-id', '')}")
        _modifications(entry, target)
        return entry

    def _identity(self, entry: Entry, identity: Element) -> None:
        for node in identity.iterfind("name"):
            kind = KINDS.get(node.get("name-type", ""), "alias")
            kind = "weak" if node.get("quality") == "low" else kind
            for i, spelt in enumerate(_spellings(node)):
                entry.add_name(spelt, "alias" if i and kind == "primary" else kind)
        for born in identity.iterfind("day-month-year"):
            if entry.schema == "Person":
                entry.birth_dates.append(days.of_parts(born.get("year"), born.get("month"), born.get("day")))
        for node in identity.iterfind("nationality/country"):
            entry.countries.append(country(node.get("iso-code")) or country(node.text))
        for node in identity.iterfind("place-of-birth"):
            entry.birth_places.append(self._address(node)[0])
        for node in identity.iterfind("address"):
            place, land = self._address(node)
            entry.addresses.append(place)
            entry.countries += [land] if entry.schema == "Organization" else []
        for document in identity.iterfind("identification-document"):
            kind_ = kind_of(document.get("document-type", "").replace("-", " "))
            issuer = document.find("issuer")
            land = "" if issuer is None else country(issuer.get("code")) or country(issuer.text)
            entry.add_number(kind_, text_of(document, "number"), land)

    def _address(self, node: Element) -> tuple[str, str]:
        parts = {**self._places.get(node.get("place-id", ""), {}), **_parts(node)}
        return ", ".join(parts[part] for part in ADDRESS if parts.get(part)), country(parts.get("country"))


def _parts(node: Element) -> dict[str, str]:
    return {part: text for part in ADDRESS if (text := text_of(node, part))}


def _spellings(node: Element) -> list[str]:
    """The name as it stands, then its spellings script by script; a part without one keeps its own."""
    parts = sorted(node.iterfind("name-part"), key=lambda part: _order(part.get("order")))
    values = [text_of(part, "value") for part in parts if part.get("name-part-type") != "title"]
    parts = [part for part in parts if part.get("name-part-type") != "title"]
    scripts: dict[str, list[list[str]]] = {}
    for i, part in enumerate(parts):
        for variant in part.iterfind("spelling-variant"):
            columns = scripts.setdefault(f"{variant.get('script')} {variant.get('lang')}", [[] for _ in parts])
            columns[i].append((variant.text or "").strip())
    found = [" ".join(filter(None, values))]
    for columns in scripts.values():
        for row in list(zip_longest(*columns, fillvalue=""))[:MOST_SPELLINGS]:
            found.append(" ".join(filter(None, (word or values[i] for i, word in enumerate(row)))))
    return found


def _order(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _other(entry: Entry, text: str) -> None:
    """A line of other information: a number of a document where it begins with what it is."""
    label, colon, value = text.partition(":")
    number = value.strip().rstrip(".")
    if label.lower() in ("nationality", "citizenship"):
        entry.countries += countries(value)
    elif colon and len(label) < 60 and any(sign.isdigit() for sign in number) and len(number) < 40:
        kind = kind_of(label)
        if kind != "other":
            entry.add_number(kind, imo(number) if kind == "imo" else number)


def _modifications(entry: Entry, target: Element) -> None:
    """First and last change: the first day told, and the day of delisting where that is the latest. Of changes of one
    day the one that stands first is the later."""
    changes = []
    for i, node in enumerate(target.iterfind("modification")):
        told = node.get("effective-date") or node.get("publication-date") or node.get("enactment-date")
        if day := days.day(told):
            changes.append((day, -i, node.get("modification-type", "")))
    if changes:
        listings = [day for day, _, kind in changes if kind == "listed"]
        entry.listed = min(listings or [day for day, _, kind in changes if kind != "de-listed"], default=None)
        day, _, kind = max(changes)
        entry.delisted = day if kind == "de-listed" else None


FORMAT = Format("ch-seco", "Swiss sanctions (SECO), XML", lambda head: root_of(head) == "swiss-sanctions-list", Seco)
