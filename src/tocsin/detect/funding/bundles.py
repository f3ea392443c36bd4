"""funding.bundles (F12): an intermediary whose donors are its own employer's staff, or who brings most of the money."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base
from tocsin.detect.funding.episodes import Members, binomial_tail, distinct, shrunk_share
from tocsin.detect.funding.register import Numbers, Register, codes, grouped
from tocsin.model.arrow import pc
from tocsin.model.finding import Explanation, Verdict
from tocsin.resolve import keys
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    min_donors: int = Field(default=5, ge=2, description="Fewest donors of an intermediary.")


class Bundles(base.Flag):
    """F12: bundled gifts; the donors' employer against the intermediary's."""

    id = "funding.bundles"
    flag = "F12"
    title = "Bundled gifts of one employer"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests intermediaries whose employer is told, within a recipient."""
        register = tables.register
        intermediary = codes(register.column("intermediary"))[0]
        theirs, own = keys.employer_keys(register.column("intermediary_employer")), register.column("employer")
        told = register.person & theirs.is_valid().to_numpy(zero_copy_only=False) & (intermediary >= 0)
        if not told.any():
            return base.FlagResult(skipped="no employers of intermediaries are told")
        same = pc.fill_null(pc.equal(theirs, keys.employer_keys(own)), False).to_numpy(zero_copy_only=False) & told
        unit = grouped(register.recipient, np.where(told, intermediary, -1))
        donors = distinct(unit, register.donor)
        colleagues = distinct(np.where(same, unit, -1), register.donor)
        colleagues = np.pad(colleagues, (0, donors.size - colleagues.size))
        rate = shrunk_share(colleagues.sum() - colleagues, donors.sum() - donors)
        p = binomial_tail(colleagues, donors, rate)
        members = Members(unit)
        found = [
            _candidate(register, members(number), same, float(p[number]), float(rate[number]))
            for number in np.flatnonzero((donors >= params.min_donors) & (colleagues >= 3) & (p <= 0.05))
        ]
        return base.FlagResult(tuple(found), int(np.count_nonzero(donors >= params.min_donors)))


def _candidate(register: Register, rows: Numbers, same: Numbers, p: float, rate: float) -> base.Candidate:
    colleagues = rows[same[rows]]
    donors, all_donors = np.unique(register.donor[colleagues]).size, np.unique(register.donor[rows]).size
    own = register.recipient == register.recipient[rows[0]]
    money = register.amount[rows].sum() / register.amount[own].sum()
    day = int(np.bincount(register.day[colleagues] - register.day[colleagues].min()).max())
    question = "Do this intermediary's donors share its employer more often than those of other intermediaries?"
    return base.Candidate(
        flag=Bundles.id,
        rows=base.sorted_rows(register.at[colleagues]),
        title=f"{donors} of {all_donors} donors of one intermediary work for its employer",
        sentence=f"One intermediary brought {all_donors} donors and {money:.0%} of the recipient's money; {donors} of "
        f"them name its employer, {day} gifts on one day.",
        channel="campaign-contact",
        p=p,
        tests=(stated.test(question, "binomial", f"others' share {rate:.3f}", donors, all_donors * rate, p),),
        effects=(stated.share("colleagues", donors, all_donors, "donors with the intermediary's employer"),),
        explanations=(_event(register, colleagues),),
        why="brought by an intermediary of the same employer",
    )


def _event(register: Register, rows: Numbers) -> Explanation:
    """A lawful bundler asks colleagues, who give what they like."""
    spread = np.unique(register.amount[rows]).size
    verdict: Verdict = "fits in part" if spread >= 0.5 * rows.size else "does not fit"
    question = "Did the intermediary ask colleagues, who gave as they liked?"
    return stated.explanation("asked", question, verdict, f"{spread} different amounts in {rows.size} gifts")


DETECTOR = Bundles()
