"""The register of owners as Beneficial Ownership Data Standard 0.4 statements (standard.openownership.org)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tocsin.simulate.money.world import Company, Owner, Ownership, Stake


def statements(ownership: Ownership, published: date) -> Iterator[dict[str, Any]]:
    """Entity, person and relationship statements, each declared by the company it is about."""
    stakes = ownership.stakes
    for company in ownership.companies:
        yield _statement(company.number, company.number, "entity", _company(company), published)
    holders = {stake.owner for stake in stakes}
    for owner in ownership.owners:
        if owner.entity in holders:
            kind = "entity" if owner.kind == "company" else "person"
            yield _statement(owner.entity, owner.entity, kind, _owner(owner), published)
    for i, stake in enumerate(stakes):
        yield _statement(f"stake-{i + 1:05d}", stake.held, "relationship", _stake(stake), published)


def _statement(record: str, subject: str, kind: str, details: dict[str, Any], published: date) -> dict[str, Any]:
    return {
        "statementId": f"tocsin-simulation-statement-{record}",
        "declarationSubject": subject,
        "statementDate": published.isoformat(),
        "publicationDetails": {
            "publicationDate": published.isoformat(),
            "bodsVersion": "0.4",
            "publisher": {"name": "Tocsin simulation"},
        },
        "recordId": record,
        "recordStatus": "new",
        "recordType": kind,
        "recordDetails": {"isComponent": False} | details,
    }


def _company(company: Company) -> dict[str, Any]:
    place = company.place
    address = {
        "type": "registered",
        "address": f"{place.street}, {place.city}, {place.region}",
        "postCode": place.postcode,
        "country": {"name": "United States", "code": "US"},
    }
    return {
        "entityType": {"type": "registeredEntity"},
        "name": company.name,
        "foundingDate": company.formed.isoformat(),
        "identifiers": [{"scheme": "US-SIM", "id": company.number}],
        "jurisdiction": {"name": "United States", "code": "US"},
        "addresses": [address],
    }


def _owner(owner: Owner) -> dict[str, Any]:
    country = {"code": owner.country.upper(), "name": owner.country.upper()}
    if owner.kind == "company":
        return {"entityType": {"type": "registeredEntity"}, "name": owner.name, "jurisdiction": country}
    return {
        "personType": "knownPerson",
        "names": [{"type": "legal", "fullName": owner.name}],
        "nationalities": [country],
        "birthDate": owner.birth_date,
    }


def _stake(stake: Stake) -> dict[str, Any]:
    interest: dict[str, Any] = {"type": stake.interest, "directOrIndirect": "direct"}
    interest["beneficialOwnershipOrControl"] = stake.share is None or stake.share > 0.25
    if stake.share is not None:
        interest["share"] = {"exact": round(stake.share * 100, 4)}
    if stake.since:
        interest["startDate"] = stake.since.isoformat()
    return {"subject": stake.held, "interestedParty": stake.owner, "interests": [interest]}
