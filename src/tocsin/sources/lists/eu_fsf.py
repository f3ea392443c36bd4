"""The European Union's consolidated list of persons, groups and entities subject to financial sanctions (FSF), XML 1.1.

Layout read: `xmlFullSanctionsList_1_1`, namespace http://eu.europa.ec/fpi/fsd/export, as of 2018 to 2026: export >
sanctionEntity with everything in attributes of its children. Known from public parsers and samples, not from an
original. Only the Official Journal is authentic; travel bans and sectoral annexes are not in this list.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tocsin.model.post import Rejected
from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found, Whole
from tocsin.sources.lists.countries import country
from tocsin.sources.lists.entries import Entry
from tocsin.sources.lists.markup import excerpt, read_elements, root_of, texts_of
from tocsin.sources.lists.numbers import imo, kind_of

SCHEMAS = {
    "person": "Person",
    "P": "Person",
    "enterprise": "Organization",
    "entity": "Organization",
    "E": "Organization",
}
GENDERS = {"M": "male", "F": "female"}
#: identificationTypeCode -> kind of number, where the word itself does not tell
DOCUMENTS = {"id": "national", "ssn": "national", "fiscalcode": "tax", "regnumber": "registration", "imo": "imo"}
ADDRESS = ("street", "poBox", "zipCode", "city", "place", "region", "countryDescription")


class EuFsf(Whole):
    """Reads the file entity by entity."""

    def __init__(self) -> None:
        self.facts = Facts("eu-fsf")

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file."""
        for element, line in read_elements(stream, name, frozenset({"sanctionEntity"})):
            if element.tag == "export":
                self.facts.published = days.day(element.get("generationDate", "")[:10])
            elif element.find("subjectType") is None:
                yield Rejected(name, line, "does not say whether it is a person or an entity", excerpt(element))
            elif element.tag == "sanctionEntity":
                yield _entry(element, name, line)


def _entry(element: Element, name: str, line: int) -> Entry:
    reference, logical = element.get("euReferenceNumber", ""), element.get("logicalId", "")
    entry = Entry(reference or (f"logical-{logical}" if logical else ""), line, file=name)
    subject = element.find("subjectType")
    if subject is not None:
        code = subject.get("code", "")
        entry.schema = SCHEMAS.get(code) or SCHEMAS.get(subject.get("classificationCode", ""), "Other")
    _names(entry, element)
    for birth in element.iterfind("birthdate"):
        entry.birth_dates += _birth(birth)
        entry.birth_places.append(_address(birth))
    for node in element.iterfind("citizenship"):
        entry.countries.append(_country(node))
    for node in element.iterfind("address"):
        entry.addresses.append(_address(node))
        entry.countries += [_country(node)] if entry.schema == "Organization" else []
    for node in element.iterfind("identification"):
        _identification(entry, node)
    _regulations(entry, element)
    return entry


def _names(entry: Entry, element: Element) -> None:
    for node in element.iterfind("nameAlias"):
        parts = (node.get(part, "") for part in ("firstName", "middleName", "lastName"))
        whole = node.get("wholeName", "").strip() or " ".join(filter(None, parts))
        remarks = " ".join(texts_of(node, "remark")).lower()
        weak = node.get("strong") == "false" or "low quality" in remarks
        entry.add_name(whole, "weak" if weak else "primary")
        entry.genders.append(GENDERS.get(node.get("gender", ""), ""))
        entry.positions.append(node.get("function", ""))


def _birth(node: Element) -> list[str]:
    whole = days.partials(node.get("birthdate"))
    first, last = node.get("yearRangeFrom", "0"), node.get("yearRangeTo", "0")
    part = days.of_parts(node.get("year"), node.get("monthOfYear"), node.get("dayOfMonth"))
    return whole or days.partials(part) or days.partials(f"{first} to {last}")


def _identification(entry: Entry, node: Element) -> None:
    code, text = node.get("identificationTypeCode", ""), node.get("identificationTypeDescription", "")
    kind = DOCUMENTS.get(code) or kind_of(f"{code} {text}")
    for number in (node.get("number"), node.get("latinNumber")):
        entry.add_number(kind, imo(number or "") or number if kind == "imo" else number, _country(node))


def _regulations(entry: Entry, element: Element) -> None:
    """The acts; the earliest day told is taken as the day of listing (an amendment alone may be told)."""
    told = [element.get("designationDate", "")]
    for act in element.iterfind("regulation"):
        entry.programmes.append(act.get("programme", ""))
        entry.legal_bases.append(act.get("numberTitle", ""))
        told.append(act.get("entryIntoForceDate") or act.get("publicationDate") or "")
    entry.listed = min((day for day in map(days.day, told) if day), default=None)
    entry.measures.append("Asset freeze")
    entry.reason = " ".join(texts_of(element, "remark"))


def _country(node: Element) -> str:
    return country(node.get("countryIso2Code")) or country(node.get("countryDescription"))


def _address(node: Element) -> str:
    parts = [node.get(part, "").strip() for part in ADDRESS]
    return ", ".join(part for part in parts if part and part != "UNKNOWN")


FORMAT = Format("eu-fsf", "EU financial sanctions (FSF), XML", lambda head: root_of(head) == "export", EuFsf)
