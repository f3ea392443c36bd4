"""funding.loans (F13): a loan on terms that nobody in business gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.register import Numbers, Register
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated

COLUMNS = ["date", "amount_minor", "currency", "rate", "due", "repaid_minor", "converted_minor", "loan_status"]


FEW = 20  # loans below which nothing can be called rare


class Parameters(base.Parameters):
    """What a user may set."""

    min_signs: int = Field(default=2, ge=1, le=4, description="Fewest signs that make a loan a candidate.")
    rare: float = Field(default=0.02, gt=0, le=1, description="Share of loans as bad and as large that is rare.")


class Loans(base.Flag):
    """F13: no interest, no term, unpaid after its term, turned into a gift: an exact rule over the loan's terms."""

    id = "funding.loans"
    flag = "F13"
    title = "Loans that look like gifts"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """One candidate a loan."""
        register = tables.register
        loans = np.flatnonzero(pc.equal(register.column("kind"), "loan").to_numpy(zero_copy_only=False))
        if not loans.size:
            return base.FlagResult(skipped="the register has no loans")
        return base.FlagResult(tuple(_candidates(tables, loans, params)), loans.size)


def _candidates(tables: base.MoneyTables, loans: Numbers, params: Parameters) -> Iterator[base.Candidate]:
    """Loans whose signs and amount together are rare in the register; in a small register any with the signs."""
    register = tables.register
    last = wording.EPOCH + timedelta(days=int(register.day.max()))
    terms = tables.gifts.select(COLUMNS).take(positions(register.at[loans])).to_pylist()
    signs = [_signs(term, last) for term in terms]
    number, amount = np.array([len(one) for one in signs]), register.amount[loans]
    for at, term, shown in zip(loans, terms, signs, strict=True):
        alike = np.count_nonzero((number >= len(shown)) & (amount >= term["amount_minor"])) / loans.size
        if len(shown) >= params.min_signs and (alike <= params.rare or loans.size < FEW):
            yield _candidate(register, int(at), term, shown, alike)


def _signs(term: dict[str, Any], last: date) -> list[str]:
    signs = []
    if term["rate"] == 0:
        signs.append("no interest")
    if term["due"] is None:
        signs.append("no day of repayment")
    elif term["due"] < last and (term["repaid_minor"] or 0) < term["amount_minor"]:
        signs.append(f"unpaid after {term['due']}")
    if term["converted_minor"]:
        signs.append(f"{wording.money(term['converted_minor'], term['currency'])} turned into a gift")
    return signs


def _candidate(register: Register, at: int, term: dict[str, Any], signs: list[str], alike: float) -> base.Candidate:
    rows = np.array([at])
    amount = wording.money(term["amount_minor"], term["currency"])
    question = "How many of four signs of a gift does the loan show?"
    null = f"{alike:.1%} of the register's loans show as many at this amount"
    return base.Candidate(
        flag=Loans.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"A loan of {amount}: {', '.join(signs)}",
        sentence=f"A loan of {amount} of {term['date']}: {', '.join(signs)}; {null}.",
        channel="in-kind",
        p=None,
        tests=(stated.test(question, "exact rule", null, len(signs), 0, None),),
        effects=(stated.exact("alike", alike, "", "share of the register's loans as bad and as large"),),
        explanations=(_settled(term),),
        rules=register.labels(at, "donation-threshold", "contribution-limit"),
        why="; ".join(signs),
    )


def _settled(term: dict[str, Any]) -> Explanation:
    repaid = (term["repaid_minor"] or 0) / term["amount_minor"]
    verdict: Verdict = "fits" if repaid >= 0.95 else "fits in part" if repaid > 0 else "does not fit"
    status = term["loan_status"] or "no status"
    return stated.explanation("repaid", "Is it being repaid?", verdict, f"{repaid:.0%} repaid; {status}")


DETECTOR = Loans()
