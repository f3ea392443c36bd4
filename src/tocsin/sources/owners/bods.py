"""Beneficial Ownership Data Standard 0.4: statements about entities, persons and relationships.

A record is told by one statement or several; a later one replaces the earlier, and one that closes a relationship
ends its interests. Source: Open Ownership, BODS 0.4 schema reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast

from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.gifts.places import code_of
from tocsin.sources.jsontext import Document, Found, from_lines, is_lines
from tocsin.sources.owners.base import OwnerBatch, day, first, objects, table, texts
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import Lines, decode_head

Json = dict[str, Any]
_ENTITIES = {
    "registeredEntity": "company",
    "legalEntity": "company",
    "arrangement": "arrangement",
    "state": "state",
    "stateBody": "state",
    "anonymousEntity": "anonymous",
    "unknownEntity": "unknown",
}
_PERSONS = {"knownPerson": "person", "anonymousPerson": "anonymous", "unknownPerson": "unknown"}
#: interests that are control, whatever the share; voting rights are where they are a majority or told without a share
_CONTROL = (
    *("appointmentOfBoard", "otherInfluenceOrControl", "seniorManagingOfficial", "trustee", "protector", "settlor"),
    *("controlViaCompanyRulesOrArticles", "controlByLegalFramework", "boardChair", "nominator"),
)
#: why an interested party is not named, and the party it stands for
_WITHHELD = ("interestedPartyExemptFromDisclosure", "interestedPartyHasNotProvidedInformation")


@dataclass(frozen=True, slots=True)
class Bods:
    """Statements in an array, or one a line."""

    id: str = "bods"
    title: str = "Beneficial Ownership Data Standard"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first statement has the members of one."""
        start = decode_head(head.data[: 1 << 14]).lstrip()
        if start[:1] not in ("[", "{") or not all(f'"{name}"' in start for name in ("statementId", "recordType")):
            return None
        return Sniff(0.97, "statements with a record type")

    def read(self, stream: BinaryIO, name: str) -> Iterator[OwnerBatch]:
        """Read a decompressed stream; see `OwnerFormat.read`."""
        records, rejected, notes = read_objects(stream, name)
        statements: dict[tuple[str, str], list[tuple[Found, Json]]] = {}
        for found in records:
            if reason := _fault(found.value):
                rejected.append(Rejected(name, found.number, reason, found.text[:REJECTED_CHARS]))
                continue
            statement = found.value
            statements.setdefault((statement["recordType"], statement["recordId"]), []).append((found, statement))
        entities, holdings = list[Json](), list[Json]()
        for (kind, record), told in statements.items():
            told.sort(key=lambda item: (str(item[1].get("statementDate") or ""), item[0].number))
            if kind == "relationship":
                unnamed, rows = _relationship(record, told, name)
                entities += unnamed
                holdings += rows
            else:
                found, statement = told[-1]
                entities.append({**_entity(kind, record, statement), "file": name, "row": found.number})
        rejected.sort(key=lambda bad: bad.row)
        yield OwnerBatch(table(ENTITIES, entities), table(HOLDINGS, holdings), rejected, notes)


def read_objects(stream: BinaryIO, name: str) -> tuple[list[Found], list[Rejected], list[str]]:
    """The JSON objects of a file, one a line or in one array; what is none is set aside."""
    source = stream if isinstance(stream, Peekable) else Peekable(stream)
    text: Lines | Document = Document(cast("BinaryIO", source), (("*",),), None)
    if is_lines(source.peek(1 << 18)):
        text = Lines(cast("BinaryIO", source))
    good, rejected = list[Found](), list[Rejected]()
    for found in from_lines(text) if isinstance(text, Lines) else text:
        if isinstance(found.value, dict):
            good.append(found)
        else:
            reason = found.reason or "not a JSON object"
            rejected.append(Rejected(name, found.number, reason, found.text[:REJECTED_CHARS]))
    return good, rejected, text.notes()


def _fault(statement: Json) -> str:
    """Why a statement cannot be read; '' for a good one."""
    if "statementType" in statement and "recordType" not in statement:
        return "a statement of BODS before 0.4; convert it with Open Ownership's tools"
    kind, details = statement.get("recordType"), statement.get("recordDetails")
    if kind not in ("entity", "person", "relationship"):
        return f"no record type of BODS: {str(kind)[:40]!r}"
    if not isinstance(statement.get("recordId"), str) or not isinstance(details, dict):
        return "a statement without a record id or details"
    if kind == "relationship" and not isinstance(_party(details.get("subject")), str):
        return "a relationship that does not name its subject"
    return ""


def _party(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _entity(kind: str, record: str, statement: Json) -> Json:
    details = statement["recordDetails"]
    made: Json = {"entity": record, "names": _names(details)}
    addresses = objects(details.get("addresses"))
    address: Json = next((a for a in addresses if a.get("type") in ("registered", "residence")), (addresses or [{}])[0])
    made |= {"address": first(address.get("address")), "postcode": first(address.get("postCode"))}
    if kind == "person":
        made["kind"] = _PERSONS.get(str(details.get("personType")), "unknown")
        nations = objects(details.get("nationalities"))
        made["country"] = next((code for n in nations if (code := _country(n))), None)
        homes = [_country(a.get("country")) for a in addresses if a.get("type") == "residence"]
        made["residence"] = next((code for code in homes if code), None)
        made["birth_date"] = first(details.get("birthDate"))
        return made
    inner = details.get("entityType")
    made["kind"] = _ENTITIES.get(str((inner if isinstance(inner, dict) else {}).get("type")), "unknown")
    numbers = objects(details.get("identifiers"))
    made["company_number"] = next((number for i in numbers if (number := first(i.get("id")))), None)
    made["country"] = _country(details.get("jurisdiction")) or _country(address.get("country")) or _scheme(numbers)
    made["formed"], made["dissolved"] = day(details.get("foundingDate")), day(details.get("dissolutionDate"))
    made["status"] = "closed" if statement.get("recordStatus") == "closed" else None
    return made


def _names(details: Json) -> list[str]:
    named = [n.get("fullName") for n in objects(details.get("names"))]
    return list(dict.fromkeys([*texts(details.get("name")), *texts(named), *texts(details.get("alternateNames"))]))


def _country(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    code = first(value.get("code")) or first(value.get("name"))
    return code_of(code.split("-")[0] if code and "-" in code[2:3] else code)


def _scheme(numbers: list[Json]) -> str | None:
    """The country in the scheme of a register's number: GB-COH."""
    schemes = [first(i.get("scheme")) or "" for i in numbers]
    return next((code for s in schemes if s[2:3] == "-" and (code := code_of(s[:2]))), None)


def _relationship(record: str, told: list[tuple[Found, Json]], name: str) -> tuple[list[Json], list[Json]]:
    """The holdings that the statements of one relationship tell of, in time; and an owner that is not named."""
    unnamed, rows = dict[str, Json](), list[Json]()
    for place, (found, statement) in enumerate(told):
        if statement.get("recordStatus") == "closed" and place:
            continue  # it repeats what ends
        after = told[place + 1][1] if place + 1 < len(told) else statement
        closed = place + 1 < len(told) or statement.get("recordStatus") == "closed"
        details = statement["recordDetails"]
        at: Json = {"file": name, "row": found.number}
        owner = _party(details.get("interestedParty"))
        if owner is None:
            owner = f"{record}#unnamed"
            unnamed[owner] = {"entity": owner, "names": [], **_unnamed(details.get("interestedParty")), **at}
        until = day(after.get("statementDate")) if closed else None
        interests = objects(details.get("interests")) or [{}]
        rows += [{"owner": owner, "held": details["subject"], **_interest(i, until), **at} for i in interests]
    return list(unnamed.values()), rows


def _unnamed(party: object) -> Json:
    reason = first(party.get("reason")) if isinstance(party, dict) else None
    return {"kind": "anonymous" if reason in _WITHHELD else "unknown", "status": reason}


def _interest(interest: Json, until: date | None) -> Json:
    share = interest.get("share")
    low, high = _bounds(share if isinstance(share, dict) else {})
    kind = first(interest.get("type")) or "unknownInterest"
    votes = kind == "votingRights" and (low is None or low > 0.5)
    ended = day(interest.get("endDate")) or until
    indirect = interest.get("directOrIndirect") == "indirect"  # it repeats what a chain of others amounts to
    return {
        "share_min": low,
        "share_max": high,
        "control": votes or kind in _CONTROL,
        "interest": f"indirect {kind}" if indirect else kind,
        "since": day(interest.get("startDate")),
        "until": ended,
    }


def _bounds(share: Json) -> tuple[float | None, float | None]:
    exact = _fraction(share.get("exact"))
    if exact is not None:
        return exact, exact
    low = [_fraction(share.get(name)) for name in ("minimum", "exclusiveMinimum")]
    high = [_fraction(share.get(name)) for name in ("maximum", "exclusiveMaximum")]
    return next((s for s in low if s is not None), None), next((s for s in high if s is not None), None)


def _fraction(value: object) -> float | None:
    """Per cent as a fraction of 1; None for what no share can be."""
    try:
        share = float(str(value)) / 100
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
