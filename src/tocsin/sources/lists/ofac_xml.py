"""OFAC's advanced XML: SDN_ADVANCED.XML and CONS_ADVANCED.XML, the only form of the list with days of listing.

Layout read: the Advanced Sanctions Data Model (ASM) version 3 as exported since 2024 by OFAC's list service, in which
the parts point to each other by number: ReferenceValueSets (what each number means), Locations, IDRegDocuments,
DistinctParties > Profile > Identity > Alias > DocumentedName, ProfileRelationships, SanctionsEntries > EntryEvent.
Known from public parsers and samples, not from an original.
"""

from __future__ import annotations

import re
from datetime import date
from xml.etree.ElementTree import Element

from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found
from tocsin.sources.lists.countries import country
from tocsin.sources.lists.entries import Entry
from tocsin.sources.lists.markup import excerpt, read_elements, root_of, text_of
from tocsin.sources.lists.numbers import imo, kind_of

LOOKED_UP = frozenset({"DateOfIssue", "ReferenceValueSets", "Location", "IDRegDocument"})
RECORDS = LOOKED_UP | {"DistinctParty", "ProfileRelationship", "SanctionsEntry"}
SCHEMAS = {"Individual": "Person", "Entity": "Organization", "Vessel": "Vessel", "Aircraft": "Airplane"}
KINDS: dict[str, NameKind] = {"F.K.A.": "former", "A.K.A.": "alias", "N.K.A.": "alias"}
LATIN = "Latin"
#: kinds of numbers that are told as features; others are documents
FEATURED = ("swift", "duns", "lei", "imo", "mmsi", "call-sign", "aircraft-serial", "tail-number")
_SLUG = re.compile(r"[^a-z0-9]+")


class OfacXml:
    """Reads one file. Parties wait for what is said of them further down."""

    def __init__(self) -> None:
        self.facts = Facts("us-ofac-sdn")
        self._refs: dict[tuple[str, str], Element] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._documents: dict[str, list[Element]] = {}
        self._entries: dict[str, Entry] = {}
        self._lists: set[str] = set()

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file; the entries come at the end."""
        for element, line in read_elements(stream, name, RECORDS):
            if element.tag == "DistinctParty":
                entry = Entry("", line, file=name)
                self._party(entry, element)
                if entry.fault() or entry.entry in self._entries:
                    yield Rejected(name, line, entry.fault() or "this profile stands twice", excerpt(element))
                else:
                    self._entries[entry.entry] = entry
            elif element.tag in ("ProfileRelationship", "SanctionsEntry"):
                profile = element.get("From-ProfileID") or element.get("ProfileID") or ""
                if profile not in self._entries:
                    yield Rejected(name, line, f"{element.tag} of a profile that is not there", excerpt(element))
                elif element.tag == "SanctionsEntry":
                    self._sanction(self._entries[profile], element)
                else:
                    self._relation(self._entries[profile], element)
            else:
                self._look_up(element)

    def finish(self) -> Found:
        """The entries; all belong to the SDN list if any does."""
        if self._lists and "SDN List" not in self._lists:
            self.facts.list_id = "us-ofac-cons"
        yield from self._entries.values()

    def _ref(self, tag: str, id_: str | None) -> str:
        found = self._refs.get((tag, id_ or ""))
        return "" if found is None else (found.text or found.get("LegalBasisShortRef") or "").strip()

    def _look_up(self, element: Element) -> None:
        """Keep what parties point to."""
        if element.tag == "DateOfIssue":
            self.facts.published = days.day(_date(element))
        elif element.tag == "Location":
            self._location(element)
        elif element.tag == "IDRegDocument":
            self._documents.setdefault(element.get("IdentityID", ""), []).append(element)
        for values in element if element.tag == "ReferenceValueSets" else ():
            self._refs |= {(value.tag, value.get("ID", "")): value for value in values}

    def _location(self, element: Element) -> None:
        """An address and the country it is in."""
        parts = [text_of(part, "LocationPartValue/Value") for part in element.iterfind("LocationPart")]
        land = ""
        for found in element.iterfind("LocationCountry"):
            ref = self._refs.get(("Country", found.get("CountryID", "")))
            land = "" if ref is None else ref.text or ref.get("ISO2") or ""
        for found in element.iterfind("LocationAreaCode"):
            ref = self._refs.get(("AreaCode", found.get("AreaCodeID", "")))
            land = land or ("" if ref is None else ref.get("Description", ""))
        land = "" if land == "undetermined" else land
        self._places[element.get("ID", "")] = (
            ", ".join(filter(None, (*parts, land))),
            country(land or " ".join(parts)),
        )

    def _party(self, entry: Entry, element: Element) -> None:
        profile = element.find("Profile")
        if profile is None:
            return
        entry.entry = profile.get("ID", "")
        sub_type = self._refs.get(("PartySubType", profile.get("PartySubTypeID", "")))
        if sub_type is not None:
            kind = (sub_type.text or "").strip()
            kind = kind if kind in SCHEMAS else self._ref("PartyType", sub_type.get("PartyTypeID"))
            entry.schema = SCHEMAS.get(kind, "Other")
        for identity in profile.iterfind("Identity"):
            self._identity(entry, identity)
        for feature in element.iter("Feature"):
            label = self._ref("FeatureType", feature.get("FeatureTypeID"))
            for version in feature.iterfind("FeatureVersion"):
                self._feature(entry, label, version)

    def _identity(self, entry: Entry, identity: Element) -> None:
        parts = {
            group.get("ID"): self._ref("NamePartType", group.get("NamePartTypeID"))
            for group in identity.iter("NamePartGroup")
        }
        for alias in identity.iterfind("Alias"):
            kind = KINDS.get(self._ref("AliasType", alias.get("AliasTypeID")), "alias")
            if alias.get("Primary") == "true":
                kind = "primary"
            elif alias.get("LowQuality") == "true":
                kind = "weak"
            for documented in alias.iterfind("DocumentedName"):
                entry.add_name(self._name(documented, parts), kind)
        for document in self._documents.pop(identity.get("ID", ""), ()):
            label = self._ref("IDRegDocType", document.get("IDRegDocTypeID"))
            number = text_of(document, "IDRegistrationNo")
            kind_ = "imo" if imo(number) and "IMO" in f"{label} {number}" else kind_of(label)
            land = country(self._ref("Country", document.get("IssuedBy-CountryID")))
            entry.add_number(kind_, imo(number) if kind_ == "imo" else number, land)

    def _name(self, documented: Element, parts: dict[str | None, str]) -> str:
        """The name as the list's other forms write it: `LAST, First Middle` in Latin letters, else as it stands."""
        values = list(documented.iterfind("DocumentedNamePart/NamePartValue"))
        words = [((value.text or "").strip(), parts.get(value.get("NamePartGroupID"), "")) for value in values]
        latin = all(self._ref("Script", value.get("ScriptID")) in (LATIN, "") for value in values)
        last = " ".join(word for word, part in words if part == "Last Name")
        rest = " ".join(word for word, part in words if part != "Last Name")
        if latin and last and rest:
            return f"{last}, {rest}"
        return " ".join(word for word, _ in words)

    def _feature(self, entry: Entry, label: str, version: Element) -> None:
        where = version.find("VersionLocation")
        place, land = self._places.get(where.get("LocationID", "") if where is not None else "", ("", ""))
        detail = version.find("VersionDetail")
        value = "" if detail is None else (detail.text or self._ref("DetailReference", detail.get("DetailReferenceID")))
        if label == "Location":
            entry.addresses.append(place)
            entry.countries += [land] if entry.schema == "Organization" else []
        elif label == "Birthdate":
            entry.birth_dates += _period(version)
        elif label == "Place of Birth":
            entry.birth_places.append(value or place)
        elif label.startswith(("Nationality", "Citizenship", "Vessel Flag")) and not label.startswith("Nationality of"):
            entry.countries.append(land or country(value))
        elif label == "Gender":
            entry.genders.append(value.lower())
        elif label == "Title":
            entry.positions.append(value)
        elif label.startswith("Digital Currency Address"):
            entry.add_number("wallet", value)
        elif "anction" in label or label.startswith(("Executive Order", "Transactions Prohibited", "CAATSA", "IFCA")):
            entry.measures.append(f"{label} {value}")
        elif (kind := kind_of(label)) in FEATURED:
            entry.add_number(kind, value)

    def _relation(self, entry: Entry, element: Element) -> None:
        word = self._ref("RelationType", element.get("RelationTypeID")) or "tied to"
        former = "former-" if element.get("Former") == "true" else ""
        entry.related.append(f"{former}{_SLUG.sub('-', word.lower()).strip('-')}:{element.get('To-ProfileID', '')}")

    def _sanction(self, entry: Entry, element: Element) -> None:
        self._lists.add(self._ref("List", element.get("ListID")))
        for event in element.iterfind("EntryEvent"):
            found = event.find("Date")
            day = None if found is None else days.day(_date(found))
            entry.listed = min(filter(None, (entry.listed, day)), default=None)
            basis = self._ref("LegalBasis", event.get("LegalBasisID"))
            entry.legal_bases.append("" if basis == "Unknown" else basis)
        for measure in element.iterfind("SanctionsMeasure"):
            kind, comment = self._ref("SanctionsType", measure.get("SanctionsTypeID")), text_of(measure, "Comment")
            if kind == "Program":
                entry.programmes.append(comment)
            else:
                entry.measures.append(f"{kind} {comment}")


def _date(element: Element | None) -> str:
    if element is None:
        return ""
    return days.of_parts(*(text_of(element, part) for part in ("Year", "Month", "Day")))


def _period(version: Element) -> list[str]:
    """A birth date: the day, or the month or year that a period fills; of a longer period, its years."""
    found = []
    for period in version.iterfind("DatePeriod"):
        first = _date(period.find("Start/From")) or _date(period.find("Start/To"))
        last = _date(period.find("End/To")) or _date(period.find("End/From")) or first
        found += _between(first, last)
    return found


def _between(first: str, last: str) -> list[str]:
    if first == last or len(first) < 10 or len(last) < 10:
        return [first]
    if (first[:4], first[5:], last[5:]) == (last[:4], "01-01", "12-31"):
        return [first[:4]]
    if first[:7] == last[:7] and date.fromisoformat(first).day == 1:
        return [first[:7]]
    return days.partials(f"{first[:4]} to {last[:4]}")


FORMAT = Format(
    "ofac-xml", "OFAC list, advanced XML", lambda head: root_of(head) in ("Sanctions", "SanctionsData"), OfacXml
)
