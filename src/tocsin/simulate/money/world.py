"""Who there is in the simulated election: donors at their addresses, committees, companies and who owns them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


@cache
def names() -> dict[str, Any]:
    """The invented names of people, towns, employers and companies, read once."""
    content: dict[str, Any] = json.loads((files("tocsin.simulate.money") / "data" / "names.json").read_text("utf-8"))
    return content


class Draw:
    """Single draws from one stream of random numbers."""

    def __init__(self, *seed: int) -> None:
        self.rng = np.random.default_rng(list(seed))

    def of(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self.rng.integers(len(choices)))]

    def some(self, choices: Sequence[T], n: int) -> list[T]:
        """`n` different ones of the choices, in random order."""
        return [choices[int(i)] for i in self.rng.choice(len(choices), n, replace=False)]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return bool(self.rng.random() < p)

    def day(self, first: date, days: int) -> date:
        """A day among the `days` from `first`."""
        return first + timedelta(days=self.between(0, max(0, days - 1)))


@dataclass(frozen=True, slots=True)
class Place:
    """An address as filed."""

    street: str
    city: str
    region: str
    postcode: str
    country: str = "us"


@dataclass(frozen=True, slots=True)
class Person:
    """A donor as one row has it; `number` is the true person behind it."""

    number: int
    last: str
    first: str
    origin: str
    place: Place
    employer: str
    occupation: str
    wealth: float
    middle: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        """LAST, FIRST MIDDLE SUFFIX as registers have it."""
        return f"{self.last}, {' '.join(part for part in (self.first, self.middle, self.suffix) if part)}"


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or company that holds a stake, or a wallet; `country` is nationality or place of registration.

    `listed_as` is the name on the sanctions lists, empty where on none.
    """

    entity: str
    kind: str  # person | company | wallet
    name: str
    country: str
    birth_date: str = ""
    listed_as: str = ""


@dataclass(frozen=True, slots=True)
class Stake:
    """`owner` holds `share` of `held`; both are entity ids."""

    owner: str
    held: str
    share: float | None
    interest: str = "shareholding"
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A company that gives."""

    number: str
    name: str
    formed: date
    place: Place
    agent: str = ""
    accounts: date | None = None
    net_assets_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A committee: `type` candidate (gifts limited), independent (companies may give, no limit), or another."""

    id: str
    name: str
    party: str
    type: str


@dataclass(slots=True)
class Ownership:
    """What the register of owners tells: companies, other owners, stakes."""

    companies: list[Company] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    stakes: list[Stake] = field(default_factory=list)

    def owner(self, kind: str, name: str, country: str, birth_date: str = "", listed_as: str = "") -> Owner:
        """Enter an owner and return it."""
        one = Owner(f"owner-{len(self.owners) + 1:05d}", kind, name, country, birth_date, listed_as)
        self.owners.append(one)
        return one

    def hold(self, owner: str, held: str, share: float | None, since: date, interest: str = "shareholding") -> None:
        """Enter a stake."""
        self.stakes.append(Stake(owner, held, share, interest, since))


class World:
    """Makes people, addresses and companies of the invented country, each from its own draws."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self._people = 0
        self._companies = 0
        self.ownership = Ownership()
        self.candidates = [
            Recipient(f"C{700_000 + i:08d}", name, party, "candidate") for i, (name, party) in _listed("candidates")
        ]
        self.independents = [
            Recipient(f"C{710_000 + i:08d}", name, party, "independent") for i, (name, party) in _listed("independents")
        ]
        self.payroll = Recipient("C00720001", "Harlow Paper Mills Inc Employees Fund", "", "payroll")
        self.platform = Recipient("C00730001", "Civic Bridge", "", "conduit")

    def place(self, town: Sequence[str] | None = None) -> Place:
        """A new address, in `town` or anywhere; one in five has a unit."""
        word = names()
        city, region, postcode = town or self.draw.of(word["towns"])
        street = f"{self.draw.between(10, 9899)} {self.draw.of(word['streets'])} {self.draw.of(word['ways'])}"
        unit = f" Apt {self.draw.between(1, 60)}" if self.draw.chance(0.2) else ""
        return Place(street + unit, city, region, postcode)

    def person(self, place: Place | None = None, last: str = "", **work: str) -> Person:
        """A new person; `employer` and `occupation` may be given."""
        word, draw = names(), self.draw
        shares = np.cumsum([one["share"] for one in word["origins"].values()])
        origin = list(word["origins"])[int(np.searchsorted(shares, draw.rng.random() * shares[-1]))]
        self._people += 1
        group = draw.of(("well_paid", "middling", "middling", "low_paid"))
        employer, occupation = self._work(group)
        wealth = float(draw.rng.lognormal(0.0, 1.0)) * {"well_paid": 4.0, "middling": 1.0, "low_paid": 0.5}[group]
        return Person(
            number=self._people,
            last=last or draw.of(word["origins"][origin]["last"]),
            first=draw.of(word["origins"][origin]["first"]),
            origin=origin,
            place=place or self.place(),
            employer=work.get("employer", employer),
            occupation=work.get("occupation", occupation),
            wealth=wealth,
            middle=draw.of("ABCDEFGHJLMNPRST") if draw.chance(0.4) else "",
        )

    def _work(self, group: str) -> tuple[str, str]:
        draw, word = self.draw, names()
        share = draw.rng.random()
        if share < 0.25:
            return "Retired", "Retired"
        if share < 0.32:
            return "Not Employed", "Not Employed"
        occupation = draw.of(word["occupations"][group])
        if share < 0.42:
            return "Self-Employed", occupation
        employers = word["employers"]
        rank = min(len(employers) - 1, int(draw.rng.pareto(1.1) * 2))
        return (draw.of(word["law_firms"]) if occupation == "Attorney" else employers[rank]), occupation

    def company(
        self, formed: date, place: Place | None = None, name: str = "", accounts: date | None = None
    ) -> Company:
        """A new company in the register of owners; with `accounts` it has filed some and has assets."""
        word, draw = names(), self.draw
        self._companies += 1
        trade = draw.of(word["company_trades"])
        one = Company(
            number=f"{40_000_000 + self._companies * 7919}",
            name=name or f"{draw.of(word['company_stems'])} {draw.of(word['company_stems'])} {trade} LLC",
            formed=formed,
            place=place or self.place(),
            agent=f"{draw.of(word['origins']['english']['last'])} Registered Agents" if draw.chance(0.5) else "",
            accounts=accounts,
            net_assets_minor=draw.between(200_000, 90_000_000) * 100 if accounts else None,
        )
        self.ownership.companies.append(one)
        return one

    def owned(self, company: Company, country: str = "us", share: float = 1.0) -> Owner:
        """Give the company an owner of that country, of ordinary name."""
        person = self.person()
        name = f"{person.first} {person.last}"
        owner = self.ownership.owner("person", name, country, str(self.draw.between(1945, 1990)))
        self.ownership.hold(owner.entity, company.number, share, company.formed)
        return owner


def respelt(name: str) -> str:
    """Another romanisation of a name."""
    for before, after in (("sh", "sch"), ("kh", "h"), ("y", "i"), ("v", "w"), ("ko", "co"), ("in", "ine")):
        name = name.replace(before, after)
    return name


def _listed(key: str) -> list[tuple[int, tuple[str, str]]]:
    return [(i + 1, (name, party)) for i, (name, party) in enumerate(names()[key])]
