"""funding.employer_conduit (F1): donors of one employer, or of one postcode, who give near the limit on low pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import (
    Members,
    binomial_tail,
    chance,
    distinct,
    episodes,
    first_of,
    shrunk_share,
)
from tocsin.detect.funding.occupations import HIGH, LOW
from tocsin.detect.funding.register import Numbers, Register, grouped
from tocsin.model.finding import Explanation, Test, Verdict
from tocsin.stats import stated
from tocsin.stats.tails import lancaster


class Parameters(base.Parameters):
    """What a user may set."""

    gap_d: int = Field(default=30, ge=1, description="Days without a gift after which a new episode begins.")
    min_donors: int = Field(default=4, ge=2, description="Fewest donors of one employer in an episode.")
    min_area_donors: int = Field(default=3, ge=2, description="Fewest low-paid donors of one postcode in an episode.")
    near_limit: float = Field(default=0.6, gt=0, lt=1, description="Share of the limit from which a gift is large.")


@dataclass(frozen=True, slots=True)
class Marks:
    """What each counted row is, and the recipient's own shares: of large gifts among those by donors in work, and of
    donors in low-paid work. `staff` finds the rows of one employer to one recipient."""

    register: Register
    large: Numbers
    low: Numbers
    high: Numbers
    share_large: Numbers
    share_low: Numbers
    place: Numbers
    staff: Members


def _marks(register: Register, near_limit: float) -> Marks:
    large = register.person & (register.amount >= near_limit * register.large) & (register.amount <= register.large)
    low = register.person & (register.income == LOW)
    employed = register.person & (register.employer >= 0)
    place = grouped(register.recipient, np.where(register.person, register.employer, -1))
    size = len(register.recipients)

    def of_recipient(mark: Numbers) -> Numbers:
        return np.bincount(register.recipient[mark], minlength=size)

    share_large = shrunk_share(of_recipient(large & employed), of_recipient(employed))
    share_low = shrunk_share(of_recipient(low), of_recipient(register.person))
    high = register.income == HIGH
    return Marks(register, large, low, high, share_large, share_low, place, Members(place))


class EmployerConduit(base.Flag):
    """F1: gifts near the limit by an employer's staff, where sizes and pay are not those of the recipient's donors."""

    id = "funding.employer_conduit"
    flag = "F1"
    title = "Large gifts by staff of one employer"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Employers, then postcodes; both are tested by what their donors are, not by how many they are."""
        marks = _marks(tables.register, params.near_limit)
        if not marks.large.any():
            return base.FlagResult(skipped="no gift is near a limit")
        by_employer, tested = _employers(marks, params)
        by_area, more = _areas(marks, params)
        return base.FlagResult((*by_employer, *by_area), tested + more)


def _employers(marks: Marks, params: Parameters) -> tuple[list[base.Candidate], int]:
    register = marks.register
    episode = episodes(np.where(marks.large, marks.place, -1), register.day, params.gap_d)
    donors = distinct(episode, register.donor)
    usual = chance(donors - 1, first_of(episode, register.employer))
    members = Members(episode)
    found = [
        _of_employer(marks, members(number), float(usual.p[number]), float(usual.expected[number]))
        for number in np.flatnonzero((donors >= params.min_donors) & (usual.p <= 0.05))
    ]
    return found, int(np.count_nonzero(donors >= params.min_donors))


def _of_employer(marks: Marks, rows: Numbers, p_number: float, expected: float) -> base.Candidate:
    register = marks.register
    recipient, days = register.recipient[rows[0]], register.day[rows]
    around = marks.staff(marks.place[rows[0]])
    around = around[(register.day[around] >= days.min()) & (register.day[around] <= days.max())]
    donors, everyone = _people(register, rows), _people(register, around)
    sizes = _sizes(donors, everyone, float(marks.share_large[recipient]))
    pay = _pay(marks, rows, recipient)
    number = stated.test(
        "Are there more of them than other episodes of this employer and of the register's employers have?",
        "gamma-Poisson",
        "donors beyond the first in an episode: the employer's own, drawn toward all employers'",
        donors - 1,
        expected,
        p_number,
    )
    low = _people(register, rows[marks.low[rows]])
    return base.Candidate(
        flag=EmployerConduit.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{donors} donors of one employer gave near the limit {wording.period(days)}",
        sentence=(
            f"{donors} of the {everyone} donors who name one employer gave large gifts to one recipient "
            f"{wording.period(days)}; {low} of them state low-paid work."
        ),
        channel="campaign-contact",
        p=lancaster([sizes.p or 1, pay.p or 1], [1, 1]),
        tests=(sizes, pay, number),
        effects=(stated.share("large", donors, everyone, "donors of the employer whose gift is near the limit"),),
        explanations=(_fundraiser(marks, rows, donors, everyone), _family(register, rows)),
        rules=_rule(register, rows),
        why="near the limit, one employer",
    )


def _areas(marks: Marks, params: Parameters) -> tuple[list[base.Candidate], int]:
    """Postcodes from which several donors in low-paid work gave near the limit, whatever employer they name."""
    register = marks.register
    unit = grouped(register.recipient, np.where(marks.large, register.postcode, -1))
    episode = episodes(unit, register.day, params.gap_d)
    low = distinct(np.where(marks.low, episode, -1), register.donor)
    low = np.pad(low, (0, int(episode.max(initial=-1)) + 1 - low.size))
    donors = distinct(episode, register.donor)
    members = Members(episode)
    found = [_of_area(marks, members(number)) for number in np.flatnonzero(low >= params.min_area_donors)]
    return found, int(np.count_nonzero(donors >= params.min_area_donors))


def _of_area(marks: Marks, rows: Numbers) -> base.Candidate:
    register = marks.register
    recipient, days = register.recipient[rows[0]], register.day[rows]
    pay = _pay(marks, rows, recipient)
    poor = rows[marks.low[rows]]
    shown = _with_colleagues(marks, poor)
    donors = _people(register, poor)
    return base.Candidate(
        flag=EmployerConduit.id,
        rows=base.sorted_rows(register.at[shown]),
        title=f"{donors} donors in low-paid work of one postcode gave near the limit {wording.period(days)}",
        sentence=(
            f"{donors} of the {_people(register, rows)} donors of one postcode who gave large gifts to one recipient "
            f"{wording.period(days)} state low-paid work; with colleagues elsewhere {_people(register, shown)} donors."
        ),
        channel="campaign-contact",
        p=pay.p,
        tests=(pay,),
        effects=(wording.times_expected("low-paid", pay.observed, pay.expected, "large gifts from low-paid work"),),
        explanations=(_fundraiser(marks, shown, donors, donors), _family(register, poor)),
        rules=_rule(register, rows),
        why="near the limit, low-paid work, one postcode or an employer from it",
    )


def _with_colleagues(marks: Marks, rows: Numbers) -> Numbers:
    """The rows, and large gifts to the same recipient in these days by staff of the employers named in two of them."""
    register = marks.register
    places, named = np.unique(marks.place[rows], return_counts=True)
    staff = [marks.staff(place) for place in places[(places >= 0) & (named >= 2)]]
    more = np.concatenate([*staff, rows])
    days = register.day[rows]
    near = (register.day[more] >= days.min() - 15) & (register.day[more] <= days.max() + 15)
    return np.unique(more[near & marks.large[more]])


def _people(register: Register, rows: Numbers) -> int:
    return int(np.unique(register.donor[rows]).size)


def _sizes(large: int, everyone: int, rate: float) -> Test:
    return stated.test(
        "Do this employer's staff give near the limit more often than the recipient's other donors in work?",
        "binomial",
        f"the recipient's own share of gifts near the limit, {rate:.4f}, drawn toward all recipients'",
        large,
        everyone * rate,
        float(binomial_tail(large, everyone, rate)),
    )


def _pay(marks: Marks, rows: Numbers, recipient: Any) -> Test:
    register, rate = marks.register, float(marks.share_low[recipient])
    low, donors = _people(register, rows[marks.low[rows]]), _people(register, rows)
    return stated.test(
        "Are the donors in low-paid work more often than the recipient's donors of gifts of any size?",
        "binomial",
        f"the recipient's own share of donors in low-paid work, {rate:.4f}, drawn toward all recipients'",
        low,
        donors * rate,
        float(binomial_tail(low, donors, rate)),
    )


def _fundraiser(marks: Marks, rows: Numbers, large: int, everyone: int) -> Explanation:
    """Gifts of many sizes; or of well-paid people who gave before, or not all alike."""
    register = marks.register
    donors, well_paid = _people(register, rows), _people(register, rows[marks.high[rows]])
    before = _people(register, rows[register.first_seen[rows] < register.day[rows].min()])
    alike = register.amount[rows].min() >= 0.95 * register.amount[rows].max()
    fits = large < 0.6 * everyone or (well_paid >= 0.5 * donors and (before >= 0.5 * donors or not alike))
    detail = f"{well_paid} of {donors} state well-paid work, {before} gave before; {large} of {everyone} near the limit"
    question = "Is it a fundraiser among well-paid colleagues?"
    return stated.explanation("fundraiser", question, "fits" if fits else "does not fit", detail)


def _family(register: Register, rows: Numbers) -> Explanation:
    names = np.unique(register.surname[rows]).size
    donors = _people(register, rows)
    verdict: Verdict = "fits" if names <= 2 else "fits in part" if names <= donors / 2 else "does not fit"
    question = "Is it one family and its firm?"
    return stated.explanation("family", question, verdict, f"{names} last names among {donors} donors")


def _rule(register: Register, rows: Numbers) -> tuple[str, ...]:
    return register.labels(rows, "contribution-limit")


DETECTOR = EmployerConduit()
