"""FollowTheMoney entities: persons, companies, what they own and who directs them; one JSON object a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.places import code_of
from tocsin.sources.owners.base import OwnerBatch, day, first, table, texts
from tocsin.sources.owners.bods import read_objects
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import decode_head

Json = dict[str, Any]
_KINDS = {
    "Person": "person",
    "Company": "company",
    "Organization": "company",
    "LegalEntity": "unknown",
    "PublicBody": "state",
    "Trust": "arrangement",
}
#: schema of a link -> the properties of its two ends (who holds, what is held) and whether it is control
_LINKS = {
    "Ownership": ("owner", "asset", False),
    "Directorship": ("director", "organization", False),
    "Membership": ("member", "organization", False),
}
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%?(?:\s*(?:-|to|–)\s*(\d+(?:\.\d+)?))?")
_CONTROLS = re.compile(r"(?i)control|beneficial|trustee|influence|vot(e|ing)")


@dataclass(frozen=True, slots=True)
class FollowTheMoney:
    """Entities as Aleph, OpenSanctions and their tools write them."""

    id: str = "ftm"
    title: str = "FollowTheMoney entities"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first object has an id, a schema and properties."""
        start = decode_head(head.data[: 1 << 14]).lstrip().lstrip("[ \n")
        known = start.startswith("{") and all(f'"{name}"' in start for name in ("id", "schema", "properties"))
        return Sniff(0.95, "objects with an id, a schema and properties") if known else None

    def read(self, stream: BinaryIO, name: str) -> Iterator[OwnerBatch]:
        """Read a decompressed stream; see `OwnerFormat.read`."""
        found, rejected, notes = read_objects(stream, name)
        addresses = {str(r.value.get("id")): _address(r.value) for r in found if r.value.get("schema") == "Address"}
        entities, holdings, others = dict[str, Json](), list[Json](), 0
        for record in found:
            schema, properties, key = (record.value.get(part) for part in ("schema", "properties", "id"))
            at: Json = {"file": name, "row": record.number}
            if not isinstance(properties, dict) or not isinstance(key, str) or not isinstance(schema, str):
                text = record.text[:REJECTED_CHARS]
                rejected.append(Rejected(name, record.number, "no id, schema or properties of an entity", text))
            elif schema in _KINDS:
                entities[key] = {"entity": key, **_entity(schema, properties, addresses), **at}
            elif schema in _LINKS:
                holdings += [{**holding, **at} for holding in _holdings(schema, properties)]
            else:
                others += schema != "Address"
        passed = [f"{others} entities of other schemata were passed over"] if others else []
        yield OwnerBatch(table(ENTITIES, list(entities.values())), table(HOLDINGS, holdings), rejected, notes + passed)


def _address(value: Json) -> tuple[str | None, str | None]:
    properties = value.get("properties")
    if not isinstance(properties, dict):
        return None, None
    return first(properties.get("full")), first(properties.get("postalCode"))


def _entity(schema: str, properties: Json, addresses: dict[str, tuple[str | None, str | None]]) -> Json:
    linked = next((addresses[key] for key in texts(properties.get("addressEntity")) if key in addresses), (None, None))
    countries = [
        *texts(properties.get("jurisdiction")),
        *texts(properties.get("nationality")),
        *texts(properties.get("country")),
    ]
    names = [n for part in ("name", "alias", "previousName") for n in texts(properties.get(part))]
    return {
        "kind": _KINDS[schema],
        "names": list(dict.fromkeys(names)),
        "country": next((code for c in countries if (code := code_of(c))), None),
        "birth_date": first(properties.get("birthDate")),
        "company_number": first(properties.get("registrationNumber")),
        "status": first(properties.get("status")),
        "formed": day(first(properties.get("incorporationDate"))),
        "dissolved": day(first(properties.get("dissolutionDate"))),
        "address": first(properties.get("address")) or linked[0],
        "postcode": linked[1],
    }


def _holdings(schema: str, properties: Json) -> Iterator[Json]:
    owner, held, control = _LINKS[schema]
    share = _SHARE.search(first(properties.get("percentage")) or "")
    low = min(float(share[1]) / 100, 1.0) if share else None
    high = min(float(share[2]) / 100, 1.0) if share and share[2] else low
    told = first(properties.get("ownershipType")) or first(properties.get("role")) or schema
    for source in texts(properties.get(owner)):
        for target in texts(properties.get(held)):
            yield {
                "owner": source,
                "held": target,
                "share_min": low,
                "share_max": high,
                "control": control or (schema == "Ownership" and bool(_CONTROLS.search(told))),
                "interest": told,
                "since": day(first(properties.get("startDate"))),
                "until": day(first(properties.get("endDate"))),
            }
