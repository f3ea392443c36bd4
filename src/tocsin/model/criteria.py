"""Legal bases limb by limb, and the tests a file must pass, as dated rules that a person can read.

They are in data/criteria.json, each with its source and with `basis`: "read" where the text was read, "unverified"
where it was not; the second is shown as such until a person confirms it. What a requirement asks is the law's;
`reading` says how it is checked here, which the law does not put in numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from tocsin.model.finding import Record
from tocsin.model.rules import Rule

Basis = Literal["read", "unverified", "confirmed"]

#: Conduct that is about a tie to somebody else's conduct.
TIES = frozenset({"material-support", "owned", "acting-for", "associated", "relative"})


class Dated(Record):
    """A rule with its days (both included; none: open) and its source."""

    id: str
    since: date | None = None
    until: date | None = None
    source: str = ""
    basis: Basis
    note: str = ""

    def holds(self, day: date) -> bool:
        """Whether it was in force on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def label(self) -> str:
        """The id, and `unverified` where nobody has read the text."""
        return f"{self.id} (unverified)" if self.basis == "unverified" else self.id


class Limb(Dated):
    """One way of coming under a regime. `conduct` are the codes of what would be such conduct."""

    text: str
    conduct: tuple[str, ...]


class Regime(Dated):
    """A legal base for listing a person. `nexus`: a tie to a state must be shown. `programmes` are patterns of the
    names that lists give it."""

    jurisdiction: str
    title: str
    programmes: tuple[str, ...]
    nexus: bool
    limbs: tuple[Limb, ...]

    def named(self, programme: str) -> bool:
        """Whether a list's programme is this regime."""
        return any(fnmatchcase(programme, pattern) for pattern in self.programmes)

    @property
    def conduct(self) -> frozenset[str]:
        """What it covers, mere ties to others' conduct left out."""
        return frozenset(code for limb in self.limbs for code in limb.conduct) - TIES


class Support(Record):
    """What evidence is enough: `sources` of different origin, none graded worse than `source` and `information`; with
    `best_source` and `best_information`, one that is at least so good; `archived`: each of them kept."""

    sources: int
    source: Literal["A", "B", "C", "D", "E"]
    information: Literal["1", "2", "3", "4", "5"]
    archived: bool
    best_source: Literal["", "A", "B", "C", "D", "E"] = ""
    best_information: Literal["", "1", "2", "3", "4", "5"] = ""


class Requirement(Record):
    """One part of a test: what the law asks, and how it is read here. `accept`: any one of them is enough."""

    id: str
    check: Literal["criterion", "nexus", "archived", "specific", "counter", "identity", "impact"]
    asks: str
    reading: str
    source: str
    basis: Basis
    accept: tuple[Support, ...] = ()
    least: int = 0


class LegalTest(Dated):
    """What a decision to list must rest on in one jurisdiction. All requirements must be met; none is weighed."""

    jurisdiction: str
    title: str
    standard: str
    requirements: tuple[Requirement, ...]


class Route(Dated):
    """A way to list a person because others have."""

    jurisdiction: str
    title: str
    followed: tuple[str, ...]
    text: str


class Criteria(Record):
    """All of it. `conduct`: codes with what they mean."""

    conduct: dict[str, str]
    tests: tuple[LegalTest, ...]
    regimes: tuple[Regime, ...]
    routes: tuple[Route, ...]

    @classmethod
    def load(cls, confirmed: Collection[str] = ()) -> Criteria:
        """The rules that come with Tocsin; tests, regimes and routes with the ids in `confirmed` are no longer
        unverified, and a regime's limbs with it."""
        return _shipped() if not confirmed else _confirmed(_shipped(), frozenset(confirmed))

    def rules(self) -> tuple[Rule, ...]:
        """Tests, regimes and routes as dated rules without an amount, to be read and confirmed like any other."""
        parts: list[tuple[LegalTest | Regime | Route, str, list[str]]] = [
            (t, "sanctions-test", [t.title, t.standard, *(r.asks for r in t.requirements)]) for t in self.tests
        ]
        parts += [(r, "sanctions-regime", [r.title, *(limb.text for limb in r.limbs)]) for r in self.regimes]
        parts += [(r, "sanctions-route", [r.title, r.text]) for r in self.routes]
        return tuple(
            Rule(
                id=one.id,
                kind=kind,
                jurisdiction=one.jurisdiction,
                since=one.since or date.min,
                until=one.until,
                strict=False,
                text=" ".join(f"{text.rstrip('.')}." for text in texts if text),
                source=one.source,
                basis=one.basis,
            )
            for one, kind, texts in parts
        )

    def test(self, jurisdiction: str, day: date) -> LegalTest | None:
        """The test of a jurisdiction on that day; None where none is set down."""
        return next((t for t in self.tests if t.jurisdiction == jurisdiction and t.holds(day)), None)

    def regime(self, jurisdiction: str, programme: str) -> Regime | None:
        """The regime that a list's programme is, if it is known."""
        return next((r for r in self.regimes if r.jurisdiction == jurisdiction and r.named(programme)), None)

    def unused(self, place: str, elsewhere: Iterable[tuple[str, str]], day: date) -> tuple[Regime | Route, ...]:
        """What `place` could use on that day for somebody whom others list under these (jurisdiction, programme):
        regimes that cover a kind of conduct the others' regimes cover, and routes open because of them.

        A list does not say under which limb a person stands, so this is where to look, not a finding.
        """
        others = list(elsewhere)
        found = [regime for other in others if (regime := self.regime(*other))]
        conduct = {code for regime in found for code in regime.conduct}
        places = {jurisdiction for jurisdiction, _ in others}
        regimes = [r for r in self.regimes if r.jurisdiction == place and r.holds(day) and r.conduct & conduct]
        routes = [r for r in self.routes if r.jurisdiction == place and r.holds(day) and places & set(r.followed)]
        return (*regimes, *routes)


@cache
def _shipped() -> Criteria:
    return Criteria.model_validate_json(files("tocsin.model").joinpath("data/criteria.json").read_bytes())


def _confirmed(criteria: Criteria, ids: frozenset[str]) -> Criteria:
    done = {"basis": "confirmed"}

    def all_of(parts: Iterable[Any], inner: str) -> tuple[Any, ...]:
        return tuple(
            p.model_copy(update={**done, inner: tuple(one.model_copy(update=done) for one in getattr(p, inner))})
            if p.id in ids
            else p
            for p in parts
        )

    routes = tuple(r.model_copy(update=done) if r.id in ids else r for r in criteria.routes)
    tests, regimes = all_of(criteria.tests, "requirements"), all_of(criteria.regimes, "limbs")
    return criteria.model_copy(update={"tests": tests, "regimes": regimes, "routes": routes})
