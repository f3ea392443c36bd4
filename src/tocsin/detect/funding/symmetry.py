"""funding.symmetry (F15): the same donors give to the same recipients in the same order."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members
from tocsin.detect.funding.register import Numbers, Register, grouped
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated
from tocsin.stats.tails import poisson_tail


class Parameters(base.Parameters):
    """What a user may set."""

    window_d: int = Field(default=30, ge=1, description="Days within which a donor gives to the three recipients.")
    min_donors: int = Field(default=4, ge=2, description="Fewest donors with the same three recipients in order.")
    jaccard: float = Field(default=0.6, gt=0, le=1, description="Least overlap of the donors' sets of recipients.")
    longest: int = Field(
        default=6, ge=3, le=12, description="Recipients of a donor that are looked at, earliest first."
    )


class Symmetry(base.Flag):
    """F15: three recipients in one order within a window, against the recipients' popularity."""

    id = "funding.symmetry"
    flag = "F15"
    title = "The same recipients in the same order"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests every triple of recipients that a donor has: for others beyond that donor."""
        register = tables.register
        donor, triple = _triples(register, params)
        if not donor.size:
            return base.FlagResult(skipped="no donor gave to three recipients within the window")
        unit = grouped(*triple.T)
        count = np.bincount(unit)
        popular = np.bincount(triple.ravel(), minlength=len(register.recipients)) / triple.size
        members = Members(unit)
        found = []
        for number in np.flatnonzero(count >= params.min_donors):
            at = members(number)
            three, people = triple[at[0]], np.unique(donor[at])
            expected = float(donor.size * np.prod(popular[three]))
            p = float(poisson_tail(people.size - 1, expected))
            if people.size < params.min_donors or p > 0.05:
                continue
            overlap = _overlap(register, people)
            if overlap >= params.jaccard:
                found.append(_candidate(register, people, three, (expected, p, overlap), params))
        return base.FlagResult(tuple(found), count.size)


def _triples(register: Register, params: Parameters) -> tuple[Numbers, Numbers]:
    """Each donor's ordered triples of recipients, by the day of the first gift to each, within the window."""
    pair = grouped(register.donor.astype(np.int64) - register.donor.min(), register.recipient)
    order = np.lexsort((register.day, pair))
    first = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    order = first[np.lexsort((register.recipient[first], register.day[first], register.donor[first]))]
    donors, starts, sizes = np.unique(register.donor[order], return_index=True, return_counts=True)
    days, recipients = register.day[order].tolist(), register.recipient[order].tolist()
    out_donor, out = [], []
    for at in np.flatnonzero(sizes >= 3).tolist():
        begin = int(starts[at])
        for a, b, c in combinations(range(begin, begin + min(int(sizes[at]), params.longest)), 3):
            if 0 < days[c] - days[a] <= params.window_d:
                out_donor.append(donors[at])
                out.append((recipients[a], recipients[b], recipients[c]))
    return np.array(out_donor, np.int64), np.array(out, np.int64).reshape(-1, 3)


def _overlap(register: Register, people: Numbers) -> float:
    """Mean Jaccard overlap of the donors' sets of recipients with the set of them all that most share."""
    sets = [frozenset(register.recipient[register.rows_of(np.array([one]))].tolist()) for one in people[:50]]
    pairs = [len(a & b) / len(a | b) for a, b in combinations(sets, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


def _candidate(
    register: Register, people: Numbers, three: Numbers, figures: tuple[float, float, float], params: Parameters
) -> base.Candidate:
    expected, p, overlap = figures
    rows = register.rows_of(people)
    rows = rows[np.isin(register.recipient[rows], three)]
    question = "Do more donors give to these three recipients in this order than their popularity gives?"
    null = "Poisson; donors of three recipients times the product of the recipients' shares"
    return base.Candidate(
        flag=Symmetry.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{people.size} donors gave to the same three recipients in the same order",
        sentence=f"{people.size} donors gave to the same three recipients in the same order, each within "
        f"{params.window_d} days; their sets of recipients overlap by {overlap:.0%}.",
        channel="campaign-contact",
        p=p,
        tests=(stated.test(question, "Poisson", null, people.size - 1, expected, p),),
        effects=(wording.times_expected("donors", people.size - 1, expected, "donors beyond the first"),),
        explanations=(_household(register, rows), _slate(register, rows)),
        why="the same recipients in the same order",
    )


def _household(register: Register, rows: Numbers) -> Explanation:
    addresses = register.address[rows]
    known = addresses[addresses >= 0]
    fits = known.size == rows.size and np.unique(known).size <= 2
    detail = f"{np.unique(known).size} addresses"
    return stated.explanation("family", "Is it one household?", "fits" if fits else "does not fit", detail)


def _slate(register: Register, rows: Numbers) -> Explanation:
    """A joint fundraising committee hands one cheque on: gifts to all recipients on one day."""
    days = np.unique(register.day[rows]).size
    verdict: Verdict = "fits" if days <= 2 else "does not fit"
    return stated.explanation("joint-fundraising", "Is it a joint fundraiser?", verdict, f"{days} days of gifts")


DETECTOR = Symmetry()
