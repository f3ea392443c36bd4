"""The register while it is being filled: rows of gifts, and the truth about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from tocsin.model.gift import GIFTS
from tocsin.simulate.money.world import Company, Person, Recipient

#: Limits of a person's gifts to a candidate, an election, in cents, by the year in which the cycle ends (11 CFR
#: 110.1(b), as adjusted), and the total above which a committee must itemise (52 U.S.C. 30104(b)(3)(A)).
LIMITS = {2022: 290_000, 2024: 330_000}
ITEMISED = 20_000
#: Types of committees as the FEC's committee master has them (CMTE_TP).
_TYPES = {"candidate": "H", "independent": "O", "payroll": "Q", "conduit": "V"}

_TRUTH: dict[str, pa.DataType] = dict.fromkeys(("gift", "role", "unit", "kind"), pa.string())
TRUTH = pa.schema(_TRUTH | {"difficulty": pa.int64()})
_UNITS: dict[str, pa.DataType] = dict.fromkeys(("unit", "role", "kind", "flags", "recipient", "what"), pa.string())
UNITS = pa.schema(_UNITS | {"difficulty": pa.int64(), "gifts": pa.int64(), "total_minor": pa.int64()})


def cycle(day: date) -> int:
    """The even year in which the election cycle of a day ends."""
    return day.year + day.year % 2


@dataclass(frozen=True, slots=True)
class Unit:
    """One planted scheme or lawful group. `flags` are those that should see it, joined by spaces."""

    name: str
    role: str  # scheme | decoy
    kind: str
    difficulty: int
    flags: str
    what: str


@dataclass(slots=True)
class Desk:
    """Takes gifts in any order; `gifts()`, `truth()` and `units()` hand them back in order of date."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _known: list[tuple[str, Unit | None]] = field(default_factory=list)

    def gift(
        self,
        giver: Person | Company | Recipient,
        recipient: Recipient,
        day: date,
        amount_minor: int,
        unit: Unit | None = None,
        **more: Any,
    ) -> str:
        """Enter one row and return the transaction id. `more` overrides any column of `GIFTS`."""
        gift = f"SA{(len(self.rows) * 2_654_435_761 + 12_345) & 0xFFFFFFFF:010d}"
        self.rows.append(
            {
                "gift": gift,
                "register": "simulation",
                "jurisdiction": "us",
                "recipient": recipient.id,
                "recipient_name": recipient.name,
                "recipient_party": recipient.party or None,
                "recipient_type": _TYPES.get(recipient.type, recipient.type),
                "date": day,
                "amount_minor": amount_minor,
                "currency": "USD",
                "kind": "money",
                "memo": False,
                "line": "15" if isinstance(giver, Person) else "11C",
                "election": f"P{cycle(day)}" if recipient.type == "candidate" else None,
            }
            | _giver(giver)
            | more
        )
        self._known.append((gift, unit))
        return gift

    def gifts(self) -> pa.Table:
        """All rows in the schema `GIFTS`, by date, numbered from 1."""
        order = sorted(self.rows, key=lambda row: (row["date"], row["gift"]))
        rows = [row | {"file": "simulation", "row": i + 1} for i, row in enumerate(order)]
        return pa.Table.from_pylist(rows, schema=GIFTS)

    def truth(self) -> pa.Table:
        """What each gift is (schema `TRUTH`): ordinary, of a decoy, or of a scheme; difficulty 0 if not of a scheme."""
        rows = [
            (
                gift,
                *((unit.role, unit.name, unit.kind) if unit else ("ordinary", "", "")),
                unit.difficulty if unit else 0,
            )
            for gift, unit in self._known
        ]
        return pa.Table.from_pylist([dict(zip(TRUTH.names, row, strict=True)) for row in rows], schema=TRUTH)

    def units(self) -> pa.Table:
        """One row a planted unit (schema `UNITS`); `total_minor` is of money given, without refunds."""
        rows: dict[str, dict[str, Any]] = {}
        for (_, unit), row in zip(self._known, self.rows, strict=True):
            if unit is None:
                continue
            told = {name: getattr(unit, name) for name in ("role", "kind", "flags", "what", "difficulty")}
            one = rows.setdefault(unit.name, told | {"unit": unit.name, "gifts": 0, "total_minor": 0})
            one["recipient"] = row["recipient"]
            one["gifts"] += 1
            one["total_minor"] += max(0, row["amount_minor"])
        return pa.Table.from_pylist(list(rows.values()), schema=UNITS)


def _giver(giver: Person | Company | Recipient) -> dict[str, Any]:
    if isinstance(giver, Recipient):
        kind = "association" if giver.type == "association" else "committee"
        return {"donor_type": kind, "donor_name": giver.name, "other_id": giver.id}
    address = {name: getattr(giver.place, name) for name in ("street", "city", "region", "postcode", "country")}
    if isinstance(giver, Company):
        return address | {"donor_type": "company", "donor_name": giver.name, "company_number": giver.number}
    return address | {
        "donor_type": "person",
        "donor_name": giver.full,
        "last_name": giver.last,
        "first_name": giver.first,
        "middle_name": giver.middle or None,
        "suffix": giver.suffix or None,
        "employer": giver.employer,
        "occupation": giver.occupation,
    }
