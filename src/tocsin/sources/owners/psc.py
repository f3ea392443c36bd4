"""Persons with significant control as the United Kingdom's Companies House publishes them: one JSON object a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.places import code_of
from tocsin.sources.owners.base import OwnerBatch, day, first, table
from tocsin.sources.owners.bods import read_objects
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import decode_head

Json = dict[str, Any]
_SHARES = re.compile(r"(ownership-of-shares|voting-rights|right-to-share-surplus-assets)-(\d+)(?:-to-(\d+))?-percent|$")
_NUMBER = re.compile(r"\d{6,8}|(?:SC|NI|OC|SO|NC|FC|LP|SL)\d{6}")
_AT_HOME = re.compile(r"(?i)\b(england|wales|scotland|northern ireland|companies house|united kingdom|uk)\b")
_ADDRESS = ("premises", "address_line_1", "address_line_2", "locality", "country")
_KINDS = {"individual": "person", "corporate": "company", "legal": "company", "super-secure": "anonymous"}


@dataclass(frozen=True, slots=True)
class SignificantControl:
    """The snapshot of persons with significant control."""

    id: str = "companies-house-psc"
    title: str = "persons with significant control (Companies House)"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first line names a company and a kind of control."""
        line = decode_head(head.data[: 1 << 14]).lstrip().split("\n")[0]
        known = line.startswith("{") and '"company_number"' in line and "significant-control" in line
        return Sniff(0.97, "lines with a company and a person with significant control") if known else None

    def read(self, stream: BinaryIO, name: str) -> Iterator[OwnerBatch]:
        """Read a decompressed stream; see `OwnerFormat.read`."""
        found, rejected, notes = read_objects(stream, name)
        entities, holdings, known = list[Json](), list[Json](), set[str]()
        for record in found:
            company, data = first(record.value.get("company_number")), record.value.get("data")
            if "totals" in str((data or {}).get("kind") if isinstance(data, dict) else "") and not company:
                continue  # the last line counts the others
            if not company or not isinstance(data, dict):
                text = record.text[:REJECTED_CHARS]
                rejected.append(Rejected(name, record.number, "no company number or no data of an owner", text))
                continue
            at: Json = {"file": name, "row": record.number}
            told = _owner(data)
            # a company of this register is the one that stands in it, not another of its number
            owner = _registered(told, data) or f"GB-COH-{company}#{record.number}"
            if owner not in known:
                entities.append({"entity": owner, **told, **at})
            known.add(owner)
            holdings += [{"owner": owner, "held": f"GB-COH-{company}", **holding, **at} for holding in _holdings(data)]
        yield OwnerBatch(table(ENTITIES, entities), table(HOLDINGS, holdings), rejected, notes)


def _owner(data: Json) -> Json:
    kind = str(data.get("kind") or "").split("-person")[0].split("-entity")[0]
    birth, known, address = (_object(data.get(name)) for name in ("date_of_birth", "identification", "address"))
    year, month = birth.get("year"), birth.get("month")
    lines = [first(address.get(part)) for part in _ADDRESS]
    named = first(data.get("name"))
    return {
        "kind": _KINDS.get(kind, "anonymous" if kind.startswith("super-secure") else "unknown"),
        "names": [named] if named else [],
        "country": code_of(first(data.get("nationality")) or first(known.get("country_registered"))),
        "residence": code_of(first(data.get("country_of_residence"))),
        "birth_date": f"{year:04}-{month:02}" if isinstance(year, int) and isinstance(month, int) else None,
        "company_number": first(known.get("registration_number")),
        "status": "unnamed" if not named else None,
        "address": ", ".join(line for line in lines if line) or None,
        "postcode": first(address.get("postal_code")),
    }


def _registered(owner: Json, data: Json) -> str:
    """The id of an owner that is a company of the United Kingdom's own register; "" for all others."""
    number = str(owner["company_number"] or "").upper().replace(" ", "")
    known = _object(data.get("identification"))
    where = f"{known.get('country_registered')} {known.get('place_registered')}"
    at_home = owner["country"] == "gb" or _AT_HOME.search(where)
    if owner["kind"] != "company" or not at_home or not _NUMBER.fullmatch(number):
        return ""
    return f"GB-COH-{number.zfill(8)}"


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _holdings(data: Json) -> Iterator[Json]:
    natures = data.get("natures_of_control")
    for nature in [n for n in natures if isinstance(n, str)] if isinstance(natures, list) else []:
        share = _SHARES.match(nature)
        low = int(share[2]) / 100 if share and share[2] else None
        high = int(share[3]) / 100 if share and share[3] else 1.0 if low == 0.75 else None
        owned = nature.startswith("ownership-of-shares")
        yield {
            "share_min": low,
            "share_max": high,
            "control": not owned and (low is None or low >= 0.5),
            "interest": nature,
            "since": day(data.get("notified_on")),
            "until": day(data.get("ceased_on")),
        }
