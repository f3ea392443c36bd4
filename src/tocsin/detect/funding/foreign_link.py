"""funding.foreign_link (F9): money from abroad: owners, cards and addresses outside the jurisdiction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members, beta_binomial_tail
from tocsin.detect.funding.owners import Owners, Reach
from tocsin.detect.funding.register import Numbers, Register, codes, grouped
from tocsin.model.arrow import pc
from tocsin.model.finding import Explanation
from tocsin.stats import stated

#: Members of the European Union, whose bodies may give to the Union's own parties, and to Germany's (rule de-foreign).
EUROPEAN_UNION = frozenset(
    re.findall(r"\w+", "at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se")
)
OF_THE_UNION = ("eu", "de")
UNITED_KINGDOM_LEFT = (date(2020, 2, 1) - wording.EPOCH).days


class Parameters(base.Parameters):
    """What a user may set."""

    min_gifts: int = Field(default=5, ge=1, description="Fewest gifts from abroad before a recipient is a candidate.")


def abroad(law: str, country: str | None) -> bool:
    """Whether a country is outside a jurisdiction; where either is unknown it is not."""
    home = law.split("-")[0]
    return bool(home and country) and country != home and not (home in OF_THE_UNION and country in EUROPEAN_UNION)


class ForeignLink(base.Flag):
    """F9: companies by who stands behind them, cards by their country, recipients by their share from abroad."""

    id = "funding.foreign_link"
    flag = "F9"
    title = "Money from abroad"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Owners, addresses of companies and cards by exact rules; persons by a test of the recipient."""
        register, owners = tables.register, tables.owners
        foreign = _foreign(register)
        companies = _companies(register, np.flatnonzero(foreign & register.organisation))
        people, tested = _people(register, foreign, params)
        cards, paid = _cards(register)
        found = (*_owned(tables), *companies, *cards, *people)
        tested += len(owners.donors) + paid
        return base.FlagResult(found, tested, "" if tested else "neither countries nor owners are told")


def _foreign(register: Register) -> Numbers:
    """Rows whose donor's address is abroad; the region ZZ says so in files of the FEC."""
    law, laws = codes(register.column("jurisdiction"))
    country, countries = codes(register.column("country"))
    table = np.array([[abroad(one, other) for other in countries.to_pylist()] + [False] for one in laws.to_pylist()])
    was_member = np.array([one == "gb" for one in countries.to_pylist()] + [False])[country]
    was_member &= np.array([one.split("-")[0] in OF_THE_UNION for one in laws.to_pylist()])[law]
    return (table[law, country] & ~(was_member & (register.day < UNITED_KINGDOM_LEFT))) | _zz(register)


def _told(register: Register) -> Numbers:
    """Whether the country or region of the donor's address is told."""
    told = pc.or_(register.column("country").is_valid(), register.column("region").is_valid())
    return told.to_numpy(zero_copy_only=False)


def _zz(register: Register) -> Numbers:
    return pc.fill_null(pc.equal(register.column("region"), "ZZ"), False).to_numpy(zero_copy_only=False)


def _owned(tables: base.MoneyTables) -> Iterator[base.Candidate]:
    """Companies with owners abroad, as of the day of the last gift."""
    register, owners = tables.register, tables.owners
    for entity, rows in owners.donors.items():
        last = rows[np.argmax(register.day[rows])]
        law, day = register.text("jurisdiction", last), wording.EPOCH + timedelta(days=int(register.day[last]))
        rule = register.rules.at("ownership-foreign", law, day)
        if rule is None:
            continue
        reach = owners.reach(entity, day, partial(is_abroad, owners, law), rule)
        if owners.counts(reach, rule):
            yield _owned_candidate(register, owners, entity, rows, reach, rule.label())


def is_abroad(owners: Owners, law: str, entity: int) -> bool:
    """Whether an owner's place is outside a jurisdiction."""
    return abroad(law, owners.place(entity))


def _owned_candidate(
    register: Register, owners: Owners, entity: int, rows: Numbers, reach: Reach, rule: str
) -> base.Candidate:
    places = ", ".join(sorted({owners.place(one).upper() for one in reach.found}))
    name = owners.name(entity)
    held = f"{reach.share:.0%} of it" if reach.share else "control of it"
    question = "Is the company held from abroad by the rule on owners?"
    return base.Candidate(
        flag=ForeignLink.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{name} gave; owners in {places} stand behind it",
        sentence=f"{name} gave {register.total(rows)} {wording.period(register.day[rows])}; owners in "
        f"{places} held {held} on the day of the last gift.",
        channel="shell-company",
        p=None,
        tests=(stated.test(question, "exact rule", rule, reach.share, 0.0, None),),
        effects=(stated.exact("held from abroad", reach.share, "", "share of the company, as far as it is told"),),
        explanations=(_subsidiary(reach),),
        path=reach.path,
        rules=(rule,),
        why="gift of a company held from abroad",
    )


def _subsidiary(reach: Reach) -> Explanation:
    question = "Is it a working subsidiary that may give by local law?"
    detail = f"{len(reach.path)} links to the owners abroad; whether it trades is not in the data"
    return stated.explanation("subsidiary", question, "cannot tell", detail)


def _companies(register: Register, rows: Numbers) -> Iterator[base.Candidate]:
    """Organisations that state an address abroad, one candidate a donor and recipient."""
    unit = np.full(register.rows, -1, np.int64)
    unit[rows] = grouped(register.donor[rows], register.recipient[rows])
    members = Members(unit)
    for number in range(int(unit.max(initial=-1)) + 1):
        gifts = members(number)
        place = (register.text("country", gifts[0]) or "abroad").upper()
        yield base.Candidate(
            flag=ForeignLink.id,
            rows=base.sorted_rows(register.at[gifts]),
            title=f"An organisation with its address in {place} gave",
            sentence=f"An organisation that states an address in {place} gave {register.total(gifts)} "
            f"{wording.period(register.day[gifts])}.",
            channel="shell-company",
            p=None,
            tests=(stated.test("Is the address abroad?", "exact rule", "", 1, 0, None),),
            effects=(stated.exact("gifts", gifts.size, "gifts", "with this address"),),
            explanations=_allowed(register, gifts[0]),
            rules=register.labels(gifts, "eligibility"),
            why="address abroad",
        )


def _cards(register: Register) -> tuple[list[base.Candidate], int]:
    """Cards issued abroad for donors who state an address at home, one candidate a recipient and country."""
    card, cards = codes(register.column("card_country"))
    if not len(cards):
        return [], 0
    law, laws = codes(register.column("jurisdiction"))
    outside = np.array([[abroad(one, other) for other in cards.to_pylist()] + [False] for one in laws.to_pylist()])
    same = pc.fill_null(pc.equal(register.column("card_country"), register.column("country")), False)
    odd = outside[law, card] & ~same.to_numpy(zero_copy_only=False) & _told(register)
    unit = grouped(register.recipient, np.where(odd, card, -1))
    members = Members(unit)
    found = [_card(register, members(number)) for number in range(int(unit.max(initial=-1)) + 1)]
    return found, int(np.count_nonzero(card >= 0))


def _card(register: Register, rows: Numbers) -> base.Candidate:
    place, donors = register.text("card_country", rows[0]).upper(), np.unique(register.donor[rows]).size
    question = "Do cards come from another country than the donors?"
    return base.Candidate(
        flag=ForeignLink.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{rows.size} gifts by cards of {place}, donors elsewhere",
        sentence=f"{donors} donors with addresses elsewhere paid {rows.size} gifts with cards issued in {place}.",
        channel="anonymous-money",
        p=None,
        tests=(stated.test(question, "exact rule", "", rows.size, 0, None),),
        effects=(stated.exact("gifts", rows.size, "gifts", "by cards of that country"),),
        explanations=(_citizens(), *_allowed(register, rows[0])),
        rules=register.labels(rows, "eligibility"),
        why=f"card issued in {place}",
    )


def _people(register: Register, foreign: Numbers, params: Parameters) -> tuple[list[base.Candidate], int]:
    """Recipients with more gifts of persons abroad than others; citizens abroad give to all."""
    told = register.person & _told(register)
    size = len(register.recipients)
    part = np.bincount(register.recipient[told & foreign], minlength=size)
    whole = np.bincount(register.recipient[told], minlength=size)
    if not part.any() or np.count_nonzero(whole) < 3:
        return [], int(np.count_nonzero(whole))
    p, expected = beta_binomial_tail(part, whole)
    members = Members(np.where(told & foreign, register.recipient, -1))
    found = [
        _share_abroad(register, members(code), int(whole[code]), float(expected[code]), float(p[code]))
        for code in np.flatnonzero((part >= params.min_gifts) & (p <= 0.05))
    ]
    return found, int(np.count_nonzero(whole))


def _share_abroad(register: Register, rows: Numbers, count: int, expected: float, p: float) -> base.Candidate:
    question = "Are gifts of persons abroad more common here than with other recipients?"
    null = "the other recipients' shares and how much they differ"
    return base.Candidate(
        flag=ForeignLink.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{rows.size} gifts to one recipient from addresses abroad",
        sentence=f"{rows.size} of {count} gifts of persons to one recipient state an address abroad.",
        channel="anonymous-money",
        p=p,
        tests=(stated.test(question, "beta-binomial", null, rows.size, expected, p),),
        effects=(stated.share("abroad", rows.size, count, "gifts of persons with an address abroad"),),
        explanations=(_citizens(), *_allowed(register, rows[0])),
        rules=register.labels(rows, "eligibility"),
        why="address abroad",
    )


def _citizens() -> Explanation:
    question = "Are they citizens who live there?"
    return stated.explanation("citizens-abroad", question, "cannot tell", "registers do not tell")


def _allowed(register: Register, row: int) -> tuple[Explanation, ...]:
    """That the law may have allowed it, where no rule on who may give is known for the day."""
    if register.labels(row, "eligibility"):
        return ()
    question = "Did the law allow gifts from abroad on that day?"
    return (
        stated.explanation("allowed-then", question, "cannot tell", "no rule on who may give is known for that day"),
    )


DETECTOR = ForeignLink()
