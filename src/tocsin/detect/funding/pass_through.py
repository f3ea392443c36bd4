"""funding.pass_through (F11): an organisation hands on nearly all it has just taken in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members
from tocsin.detect.funding.register import Numbers, Register, codes
from tocsin.model.arrow import pc
from tocsin.model.finding import Explanation, Verdict
from tocsin.resolve import keys
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    within_d: int = Field(default=90, ge=1, description="Days within which money goes in and out.")
    share_low: float = Field(default=0.8, gt=0, le=1, description="Least share of what came in that goes out.")
    share_high: float = Field(default=1.0, ge=0.5, le=1.2, description="Greatest share of what came in that goes out.")


class PassThrough(base.Flag):
    """F11: inflow and outflow of one organisation in one register, an exact rule."""

    id = "funding.pass_through"
    flag = "F11"
    title = "Money handed on by an organisation"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """An organisation is both where it is a recipient in some rows and a donor, by id or name, in others."""
        register = tables.register
        giver, taker = _both(register)
        there = np.intersect1d(giver[giver >= 0], taker[taker >= 0])
        if not there.size:
            return base.FlagResult(skipped="no organisation both takes and gives in this register")
        given, taken = Members(giver), Members(taker)
        found = [
            candidate
            for one in there
            for currency in register.currency[1]
            for candidate in _candidates(
                register, register.paid_in(currency, given(one)), register.paid_in(currency, taken(one)), params
            )
        ]
        return base.FlagResult(tuple(found), int(there.size))


def _both(register: Register) -> tuple[Numbers, Numbers]:
    """Code of each row's giver and taker among organisations; one code for an id and the name that goes with it."""
    ids = pc.coalesce(register.column("donor_id"), register.column("other_id"))
    names = keys.org_keys(register.column("donor_name"))
    own = keys.org_keys(pc.coalesce(register.column("recipient_name"), register.column("recipient")))
    by_id = codes(pa.chunked_array([ids, register.column("recipient")]))[0]
    by_name = codes(pa.chunked_array([names, own]))[0]
    taker_id, taker_name = by_id[register.rows :], by_name[register.rows :]
    known = np.full(int(by_name.max(initial=-1)) + 2, -1, np.int64)
    np.maximum.at(known, taker_name, taker_id)  # a name stands for the id of a recipient that bears it
    known[-1] = -1
    given_id = by_id[: register.rows]
    giver = np.where(np.isin(given_id, taker_id) & (given_id >= 0), given_id, known[by_name[: register.rows]])
    giver = np.where(register.person | (giver == taker_id), -1, giver)
    return giver.astype(np.int64), taker_id.astype(np.int64)


def _candidates(register: Register, given: Numbers, taken: Numbers, params: Parameters) -> Iterator[base.Candidate]:
    """Outflows to one recipient, against what came in during the days before each."""
    for recipient in np.unique(register.recipient[given]):
        out = given[register.recipient[given] == recipient]
        out = out[np.argsort(register.day[out], kind="stable")]
        last = register.day[out].max()
        recent = out[register.day[out] > last - params.within_d]
        first = register.day[recent].min()
        before = taken[(register.day[taken] <= last) & (register.day[taken] >= first - params.within_d)]
        came, went = int(register.amount[before].sum()), int(register.amount[recent].sum())
        if came and params.share_low <= went / came <= params.share_high:
            yield _candidate(register, recent, before, (given, taken), went, came)


def _candidate(
    register: Register, out: Numbers, before: Numbers, all_rows: tuple[Numbers, Numbers], went: int, came: int
) -> base.Candidate:
    currency = register.text("currency", out[0])
    sources = np.unique(register.donor[before]).size
    question = "What share of the money taken in did the organisation hand on?"
    rows = np.concatenate([out, before])
    return base.Candidate(
        flag=PassThrough.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"An organisation handed on {went / came:.0%} of what it took in",
        sentence=f"An organisation took in {wording.money(came, currency)} from {sources} donors "
        f"{wording.period(register.day[before])} and gave {wording.money(went, currency)} to one recipient "
        f"{wording.period(register.day[out])}.",
        channel="nonprofit",
        p=None,
        tests=(stated.test(question, "exact rule", "", went, came, None),),
        effects=(stated.share("handed on", min(went, came), came, "of what was taken in"),),
        explanations=(_fund(register, *all_rows),),
        rules=register.labels(out, "association-threshold"),
        why="money in and out of one organisation",
    )


def _fund(register: Register, given: Numbers, taken: Numbers) -> Explanation:
    """A fund that openly collects from many and gives to many."""
    recipients = np.unique(register.recipient[given]).size
    sources = np.unique(register.donor[taken]).size
    verdict: Verdict = "fits" if recipients >= 3 and sources >= 10 else "does not fit"
    detail = f"{sources} donors in, {recipients} recipients out"
    return stated.explanation("open-fund", "Is it a fund that collects and gives openly?", verdict, detail)


DETECTOR = PassThrough()
