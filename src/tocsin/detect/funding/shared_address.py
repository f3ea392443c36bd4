"""funding.shared_address (F2): several last names at one address give to one recipient within weeks."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Chance, Members, chance, distinct, episodes, first_of
from tocsin.detect.funding.occupations import HIGH
from tocsin.detect.funding.register import Numbers, Register, grouped
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    gap_d: int = Field(default=30, ge=1, description="Days without a gift after which a new episode begins.")
    min_surnames: int = Field(default=3, ge=2, description="Fewest last names at the address in an episode.")


class SharedAddress(base.Flag):
    """F2: persons of several last names at one address, against what addresses, and this address, usually have."""

    id = "funding.shared_address"
    flag = "F2"
    title = "Several last names at one address"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests every address with a street or a box."""
        register = tables.register
        at = np.where(register.person & (register.family >= 0), register.address, -1)
        if (at < 0).all():
            return base.FlagResult(skipped="the register has no streets")
        episode = episodes(grouped(register.recipient, at), register.day, params.gap_d)
        names = distinct(episode, register.family)
        usual = chance(names - 1, first_of(episode, register.address))
        members, whole_past = Members(episode), Members(at)
        found = [
            _candidate(register, members(number), whole_past, usual, int(number))
            for number in np.flatnonzero(names >= params.min_surnames)
        ]
        return base.FlagResult(tuple(found), names.size)


def _candidate(register: Register, rows: Numbers, past: Members, usual: Chance, number: int) -> base.Candidate:
    names, days = np.unique(register.family[rows]).size, register.day[rows]
    expected, p = float(usual.expected[number]), float(usual.p[number])
    question = "Are there more last names than other episodes of this address and of the register's addresses have?"
    null = "last names beyond the first in an episode: the address's own past, drawn toward all addresses'"
    test = stated.test(question, "gamma-Poisson", null, names - 1, expected, p)
    return base.Candidate(
        flag=SharedAddress.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{names} last names at one address gave {wording.period(days)}",
        sentence=f"Persons of {names} last names who state one address gave to one recipient {wording.period(days)}.",
        channel="campaign-contact",
        p=p,
        tests=(test,),
        effects=(wording.times_expected("last names", names - 1, expected, "last names beyond the first"),),
        explanations=(
            _building(register, rows, past(register.address[rows[0]])),
            _household(register, rows),
            _workplace(register, rows),
        ),
        why="one address, different last names",
    )


def _building(register: Register, rows: Numbers, everything: Numbers) -> Explanation:
    """A house of many gives to many at other times; an office house has suites, or donors in well-paid work."""
    elsewhere = np.setdiff1d(everything, rows)
    names = np.unique(register.family[elsewhere]).size
    recipients = np.unique(register.recipient[elsewhere]).size
    suites = np.count_nonzero(register.office[rows])
    well_paid = register.income[rows] == HIGH
    at_work = np.count_nonzero(well_paid | (register.employer[rows] >= 0))
    known = names >= 3 * np.unique(register.family[rows]).size and recipients >= 3
    offices = well_paid.mean() >= 2 / 3 or (suites >= 0.5 * rows.size and at_work >= 0.5 * rows.size)
    detail = (
        f"{names} last names of this address gave to {recipients} recipients at other times; "
        f"{suites} of {rows.size} rows name a suite or floor, {at_work} an employer or well-paid work, "
        f"{np.count_nonzero(well_paid)} the latter"
    )
    question = "Is it an office building, an apartment house or a mail drop?"
    return stated.explanation("building", question, "fits" if known or offices else "does not fit", detail)


def _household(register: Register, rows: Numbers) -> Explanation:
    """Families with several last names: most persons share one of two names."""
    _, people = np.unique(register.family[rows], return_counts=True)
    donors = np.unique(register.donor[rows]).size
    fits = people.size <= 3 and donors >= 2 * people.size
    detail = f"{people.size} last names among {donors} donors"
    return stated.explanation("family", "Is it one household?", "fits" if fits else "does not fit", detail)


def _workplace(register: Register, rows: Numbers) -> Explanation:
    """Colleagues who give the office as their address name the same employer."""
    employers = register.employer[rows]
    named = np.bincount(employers[employers >= 0]).max(initial=0)
    verdict: Verdict = "fits in part" if named >= 0.5 * rows.size else "does not fit"
    detail = f"{named} of {rows.size} rows name the same employer"
    return stated.explanation("workplace", "Do colleagues give their office as the address?", verdict, detail)


DETECTOR = SharedAddress()
