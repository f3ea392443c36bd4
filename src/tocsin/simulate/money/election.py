"""A register of gifts to a simulated election, laid out from its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from tocsin.simulate.money import companies, decoys, schemes
from tocsin.simulate.money.crowd import ordinary
from tocsin.simulate.money.desk import Desk, Unit
from tocsin.simulate.money.lists import Entry, entries
from tocsin.simulate.money.schemes import Plant, Scene, Scheme
from tocsin.simulate.money.world import Draw, Ownership, World

#: The kinds of scheme, and the flags of the reference (F1-F18) that should see each, at level 1 at the least.
SCHEMES: dict[str, tuple[Scheme, str]] = {
    "employer-conduit": (schemes.employer_conduit, "F1 F7"),
    "shared-address": (schemes.shared_address, "F2"),
    "structuring": (schemes.structuring, "F3"),
    "identity-split": (schemes.identity_split, "F4"),
    "shell-listed-owner": (companies.shell_listed_owner, "F5 F9 F10"),
    "shell-foreign-owner": (companies.shell_foreign_owner, "F5 F9"),
    "llc-cluster": (companies.llc_cluster, "F5 F6"),
    "pass-through": (companies.pass_through, "F11"),
    "loan-as-gift": (companies.loan_as_gift, "F13"),
    "refund-loop": (schemes.refund_loop, "F17"),
    "near-threshold-crypto": (schemes.near_threshold_crypto, "F18"),
}
DECOYS: dict[str, Plant] = {
    "family": decoys.family,
    "law-firm-fundraiser": decoys.law_firm_fundraiser,
    "payroll-programme": decoys.payroll_programme,
    "news-surge": decoys.news_surge,
    "shared-office": decoys.shared_office,
    "company-with-history": decoys.company_with_history,
    "foreign-minority": decoys.foreign_minority,
    "commercial-loan": decoys.commercial_loan,
    "namesake": decoys.namesake,
}
#: Gifts run over two cycles, so that donors and employers have a history; units lie in the last months.
START, END, PLANTED = date(2021, 1, 4), date(2024, 3, 17), date(2023, 10, 2)


class MoneyParams(BaseModel):
    """What to simulate. The same parameters give the same files, byte for byte, in the same version of Tocsin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, description="decides every random draw")
    gifts: int = Field(default=40_000, ge=1_000, le=500_000, description="ordinary gifts; planted ones come on top")
    schemes: int = Field(default=1, ge=0, le=50, description="covert schemes of each kind at each of three levels")
    decoys: int = Field(default=2, ge=0, le=50, description="lawful groups of each kind")


@dataclass(frozen=True, slots=True)
class Register:
    """Gifts (schema `GIFTS`), their truth (`TRUTH`), the units (`UNITS`), who owns whom, and who is listed."""

    gifts: pa.Table
    truth: pa.Table
    units: pa.Table
    ownership: Ownership
    listed: list[Entry]


def simulate_money(params: MoneyParams) -> Register:
    """Simulate a register in memory: some three seconds for 40,000 gifts."""
    desk, world = Desk(), World(Draw(params.seed, 5))
    ordinary(desk, world, params.gifts, START, END)
    for i, (unit, plant) in enumerate(_units(params)):
        # every unit draws its own numbers: one more of them changes none of the others
        world.draw = Draw(params.seed, 6, i)
        plant(Scene(desk, world, unit, PLANTED, (END - PLANTED).days))
    listed = entries(world.ownership, Draw(params.seed, 7))
    return Register(desk.gifts(), desk.truth(), desk.units(), world.ownership, listed)


def _units(params: MoneyParams) -> Iterator[tuple[Unit, Plant]]:
    for i in range(params.decoys):
        for kind, plant in DECOYS.items():
            yield Unit(f"{kind}-{i + 1}", "decoy", kind, 0, "", _what(plant)), plant
    for i in range(params.schemes):
        for kind, (scheme, flags) in SCHEMES.items():
            for level in (1, 2, 3):
                unit = Unit(f"{kind}-{i * 3 + level}", "scheme", kind, level, flags, _what(scheme))
                yield unit, partial(scheme, level=level)


def _what(plant: Callable[..., None]) -> str:
    return " ".join((plant.__doc__ or "").split())
