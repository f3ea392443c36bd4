"""funding.first_gift (F7): a recipient with unusually many donors whose first gift ever is near the limit."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base
from tocsin.detect.funding.episodes import Members, beta_binomial_tail, once
from tocsin.detect.funding.register import Numbers
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    near_limit: float = Field(default=0.9, gt=0, le=1, description="Share of the limit from which a first gift counts.")
    history_d: int = Field(default=365, ge=30, description="Days for which the recipient must be in the register.")
    min_donors: int = Field(default=8, ge=2, description="Fewest such donors of a recipient.")


class FirstGift(base.Flag):
    """F7: donors without history, as a share of a recipient's donors, against the other recipients."""

    id = "funding.first_gift"
    flag = "F7"
    title = "Many donors whose first gift ever is near the limit"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests recipients; each is compared with all the others, which differ among themselves (beta-binomial)."""
        register = tables.register
        begun = np.full(len(register.recipients), np.iinfo(np.int32).max, np.int32)
        np.minimum.at(begun, register.recipient, register.day)
        seen = register.person & (register.day - begun[register.recipient] >= params.history_d)
        first = seen & (register.first_seen == register.day)
        sudden = first & (register.amount >= params.near_limit * register.large) & (register.amount <= register.large)
        donors = _donors(register.recipient, register.donor, seen)
        strange = _donors(register.recipient, register.donor, sudden)
        if np.count_nonzero(donors) < 3:
            return base.FlagResult(skipped="fewer than three recipients are in the register for more than a year")
        p, expected = beta_binomial_tail(strange, donors)
        members = Members(np.where(sudden, register.recipient, -1))
        found = [
            _candidate(tables, members(code), int(donors[code]), float(expected[code]), float(p[code]))
            for code in np.flatnonzero((strange >= params.min_donors) & (p <= 0.05))
        ]
        return base.FlagResult(tuple(found), int(np.count_nonzero(donors)))


def _donors(recipient: Numbers, donor: Numbers, mark: Numbers) -> Numbers:
    """Distinct donors of each recipient among the marked rows."""
    width = int(donor.max(initial=0)) + 1
    pairs = once(recipient[mark].astype(np.int64) * width + donor[mark])
    return np.bincount(pairs // width, minlength=int(recipient.max(initial=-1)) + 1)


def _candidate(tables: base.MoneyTables, rows: Numbers, donors: int, expected: float, p: float) -> base.Candidate:
    register = tables.register
    strange, days = np.unique(register.donor[rows]).size, register.day[rows]
    question = "Are donors without history who give near the limit more common here than with other recipients?"
    null = "beta-binomial: the other recipients' shares and how much they differ"
    return base.Candidate(
        flag=FirstGift.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{strange} donors of one recipient began with a gift near the limit",
        sentence=f"{strange} of {donors} donors of one recipient gave near the limit without any earlier gift.",
        channel="campaign-contact",
        p=p,
        tests=(stated.test(question, "beta-binomial", null, strange, expected, p),),
        effects=(stated.share("without history", strange, donors, "donors whose first gift is near the limit"),),
        explanations=(_drive(days),),
        rules=register.labels(rows, "contribution-limit"),
        why="first gift ever, near the limit",
    )


def _drive(days: Numbers) -> Explanation:
    """A new candidate's opening, or an event: most of these gifts within a week."""
    ordered = np.sort(days)
    week = int((np.searchsorted(ordered, ordered + 7, "left") - np.arange(ordered.size)).max())
    verdict: Verdict = "fits in part" if week >= 0.5 * ordered.size else "does not fit"
    question = "Is it one event, or the opening of a campaign?"
    return stated.explanation("event", question, verdict, f"{week} of {ordered.size} gifts within one week")


DETECTOR = FirstGift()
