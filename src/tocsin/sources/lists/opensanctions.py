"""OpenSanctions, as entities of the FollowTheMoney model, one JSON object a line (entities.ftm.json, and
targets.nested.json where what belongs to an entity is inside it).

Layout read: id, schema, properties (lists of texts), datasets, first_seen, last_seen, of 2022 to 2026, with
Sanction, Passport, Identification and relations as entities of their own. `programmes` holds the datasets first, since
they tell whose list it is, then the programmes. The data are under CC BY-NC 4.0: for evaluation, or with a licence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from tocsin.errors import InputError
from tocsin.model.listing import NameKind
from tocsin.model.post import Rejected
from tocsin.sources.base import Head
from tocsin.sources.containers import Peekable
from tocsin.sources.lists import days
from tocsin.sources.lists.base import Facts, Format, Found
from tocsin.sources.lists.countries import country
from tocsin.sources.lists.entries import Entry
from tocsin.sources.lists.numbers import imo
from tocsin.sources.textual import Lines, decode_head

Json = dict[str, Any]
SCHEMAS = {
    "Person": "Person",
    "Organization": "Organization",
    "Company": "Organization",
    "LegalEntity": "Organization",
    "PublicBody": "Organization",
    "Vessel": "Vessel",
    "Airplane": "Airplane",
    "CryptoWallet": "Other",
    "Security": "Other",
}
NAMES: dict[str, NameKind] = {"name": "primary", "alias": "alias", "weakAlias": "weak", "previousName": "former"}
NUMBERS = {
    "passportNumber": "passport",
    "idNumber": "national",
    "socialSecurityNumber": "national",
    "taxNumber": "tax",
    "innCode": "tax",
    "vatCode": "tax",
    "registrationNumber": "registration",
    "ogrnCode": "registration",
    "imoNumber": "imo",
    "mmsi": "mmsi",
    "callSign": "call-sign",
    "leiCode": "lei",
    "swiftBic": "swift",
    "dunsCode": "duns",
    "serialNumber": "aircraft-serial",
    "publicKey": "wallet",
}
COUNTRIES = ("nationality", "citizenship", "country", "jurisdiction", "mainCountry", "flag")
#: schema of a relation -> the property that holds the one side, the property that holds the other
RELATIONS = {
    "Ownership": ("owner", "asset"),
    "Directorship": ("director", "organization"),
    "Membership": ("member", "organization"),
    "Employment": ("employee", "employer"),
    "Family": ("person", "relative"),
    "Associate": ("person", "associate"),
    "Representation": ("agent", "client"),
    "UnknownLink": ("subject", "object"),
}
FAULTS = (ValueError, TypeError, AttributeError, KeyError, IndexError)


class OpenSanctions:
    """Reads one file; entities wait for what is said of them in other lines."""

    def __init__(self) -> None:
        self.facts = Facts("opensanctions")
        self._entries: dict[str, tuple[Entry, bool]] = {}  # id -> entry, whether it says itself that it is sanctioned
        self._sanctions: dict[str, list[Json]] = {}
        self._documents: dict[str, list[tuple[str, str, str]]] = {}
        self._related: dict[str, list[str]] = {}

    def take(self, name: str, stream: Peekable) -> Found:
        """Read the file; the entries come at the end."""
        import orjson

        lines = Lines(cast("Any", stream))
        for number, line in _numbered(lines):
            try:
                self._object(orjson.loads(line), name, number)
            except FAULTS as error:
                reason = f"no entity: {type(error).__name__}: {str(error)[:80]}"
                yield Rejected(name, number, reason, line.decode("utf-8", "replace"))
        if lines.cut_reason:
            raise InputError(f"{name}: {lines.cut_reason}", hint="fetch the file again: the list is not complete")
        self.facts.notes += lines.notes()

    def finish(self) -> Found:
        """Those that are sanctioned: by their topic, or since a sanction names them."""
        for id_, (entry, marked) in self._entries.items():
            if marked or id_ in self._sanctions:
                for sanction in self._sanctions.get(id_, ()):
                    _sanction(entry, sanction)
                _span(entry, self._sanctions.get(id_, ()))
                for kind, number, land in self._documents.get(id_, ()):
                    entry.add_number(kind, number, land)
                entry.related += self._related.get(id_, ())
                yield entry

    def _object(self, found: Json, name: str, line: int) -> None:
        """Take in one entity, and those inside it. Raises one of `FAULTS` where it is none."""
        id_, schema, properties = found["id"], found["schema"], found["properties"]
        if not isinstance(id_, str) or not isinstance(properties, dict):
            raise TypeError("its id is no text or its properties are no object")
        if seen := days.day(found.get("last_seen")):
            self.facts.published = max(self.facts.published or date.min, seen)
        for values in properties.values():
            for inner in values:
                if isinstance(inner, dict):
                    self._object({**inner, "properties": _held(inner, id_)}, name, line)
        if schema == "Sanction":
            for held in _texts(properties, "entity"):
                self._sanctions.setdefault(held, []).append(properties)
        elif schema in ("Passport", "Identification"):
            self._document(schema, properties)
        elif schema in RELATIONS:
            self._relation(schema, properties)
        elif schema in SCHEMAS:
            topics = _texts(properties, "topics")
            marked = any(topic.startswith("sanction") for topic in topics) or found.get("target") is True
            self._entries.setdefault(id_, (_entry(found, name, line), marked))

    def _document(self, schema: str, properties: Json) -> None:
        kind = "passport" if schema == "Passport" else "national"
        land = country(next(iter(_texts(properties, "country")), ""))
        for holder in _texts(properties, "holder"):
            for number in _texts(properties, "number"):
                self._documents.setdefault(holder, []).append((kind, number, land))

    def _relation(self, schema: str, properties: Json) -> None:
        one, other = RELATIONS[schema]
        for left in _texts(properties, one):
            for right in _texts(properties, other):
                self._related.setdefault(left, []).append(f"{schema.lower()}:{right}")


def _numbered(lines: Lines) -> Iterator[tuple[int, bytes]]:
    number = 0
    for block in lines:
        for line in block.split(b"\n")[:-1]:
            number += 1
            if line.strip():
                yield number, line


def _held(inner: Json, holder: str) -> Json:
    """The properties of an entity inside another, with the outer one as what it belongs to."""
    properties = dict(inner["properties"])
    ends = {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}
    if end := ends.get(inner["schema"]):
        properties.setdefault(end, [holder])
    return properties


def _texts(properties: Json, name: str) -> list[str]:
    """The texts of a property; of an entity inside, its id."""
    values = properties.get(name, ())
    return [value["id"] if isinstance(value, dict) else str(value) for value in values]


def _entry(found: Json, name: str, line: int) -> Entry:
    properties = found["properties"]
    entry = Entry(found["id"], line, SCHEMAS[found["schema"]], file=name)
    for property_, kind in NAMES.items():
        for text in _texts(properties, property_):
            entry.add_name(text, kind)
    for property_, number_kind in NUMBERS.items():
        for text in _texts(properties, property_):
            entry.add_number(number_kind, imo(text) if number_kind == "imo" else text)
    entry.birth_dates += [day for text in _texts(properties, "birthDate") for day in days.partials(text)]
    entry.birth_places += _texts(properties, "birthPlace")
    entry.countries += [country(text) for property_ in COUNTRIES for text in _texts(properties, property_)]
    entry.genders += _texts(properties, "gender")
    entry.addresses += _texts(properties, "address")
    entry.positions += _texts(properties, "position")
    entry.programmes += [*map(str, found.get("datasets", ())), *_texts(properties, "programId")]
    return entry


def _sanction(entry: Entry, properties: Json) -> None:
    entry.programmes += [*_texts(properties, "programId"), *_texts(properties, "program")]
    entry.measures += _texts(properties, "provisions")
    entry.legal_bases += _texts(properties, "authority")
    entry.reason = entry.reason or " ".join(_texts(properties, "reason"))


def _span(entry: Entry, sanctions: Any) -> None:
    """The first day of any sanction; the last day where each has ended."""
    begun = [_days(one, "startDate") + _days(one, "listingDate") for one in sanctions]
    ended = [_days(one, "endDate") for one in sanctions]
    entry.listed = min((day for told in begun for day in told), default=None)
    if ended and all(ended):
        entry.delisted = max(day for told in ended for day in told)


def _days(properties: Json, name: str) -> list[date]:
    return [day for text in _texts(properties, name) if (day := days.day(text))]


def _is_ours(head: Head) -> bool:
    first = decode_head(head.data[: 1 << 16]).lstrip()[:4_000]
    return first.startswith("{") and all(f'"{key}"' in first for key in ("id", "schema", "properties"))


FORMAT = Format("opensanctions", "OpenSanctions entities (FollowTheMoney), JSON lines", _is_ours, OpenSanctions)
