"""funding.payment_method (F18): payments that name nobody sure: crypto-assets, prepaid and gift cards."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members, binomial_tail, shrunk_share
from tocsin.detect.funding.register import THRESHOLDS, Numbers, Register, codes, grouped
from tocsin.stats import stated

HARD_TO_NAME = ("crypto", "prepaid card", "gift card")


class Parameters(base.Parameters):
    """What a user may set."""

    band: float = Field(default=0.9, gt=0, lt=1, description="Share of the threshold from which a gift is just under.")
    min_gifts: int = Field(default=4, ge=2, description="Fewest gifts just under the threshold.")
    min_donors: int = Field(default=3, ge=2, description="Fewest donors that share a wallet.")


class PaymentMethod(base.Flag):
    """F18: gifts near the threshold by such payments, wallets that several donors share, wallets on a list."""

    id = "funding.payment_method"
    flag = "F18"
    title = "Payments that name nobody sure"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """The first by a test within the recipient, the others by exact rules."""
        register = tables.register
        method, methods = codes(register.column("method"))
        hard = np.isin(method, [n for n, name in enumerate(methods.to_pylist()) if name in HARD_TO_NAME])
        wallet, wallets = codes(register.column("wallet"))
        if not hard.any() and not len(wallets):
            return base.FlagResult(skipped="no gift states such a payment")
        near, tested = _near(register, hard, method, params)
        shared = list(_wallets(tables, wallet, wallets.to_pylist(), params))
        return base.FlagResult((*near, *shared), tested + len(wallets))


def _near(register: Register, hard: Numbers, method: Numbers, params: Parameters) -> tuple[list[base.Candidate], int]:
    """Recipient by method: just under the threshold, against the recipient's gifts by other ways."""
    under = register.amount < register.threshold
    just = under & (register.amount >= params.band * register.threshold)
    unit = grouped(register.recipient, np.where(hard & under, method, -1))
    size = int(unit.max(initial=-1)) + 1
    if not size:
        return [], 0
    known = unit >= 0
    recipients = len(register.recipients)
    others = np.bincount(register.recipient[under & ~hard], minlength=recipients)
    rate = shrunk_share(np.bincount(register.recipient[just & ~hard], minlength=recipients), others)
    owner = np.zeros(size, np.int64)
    owner[unit[known]] = register.recipient[known]
    hits, whole = np.bincount(unit[known & just], minlength=size), np.bincount(unit[known], minlength=size)
    p = binomial_tail(hits, whole, rate[owner])
    members = Members(unit)
    chosen = np.flatnonzero((hits >= params.min_gifts) & (p <= 0.05))
    return [_just_under(register, members(n), just, float(p[n]), float(rate[owner[n]])) for n in chosen], size


def _just_under(register: Register, rows: Numbers, just: Numbers, p: float, rate: float) -> base.Candidate:
    shown = rows[just[rows]]
    method = register.text("method", rows[0])
    question = f"Are gifts by {method} just under the threshold more often than the recipient's others?"
    return base.Candidate(
        flag=PaymentMethod.id,
        rows=base.sorted_rows(register.at[shown]),
        title=f"{shown.size} gifts by {method} just under the threshold",
        sentence=f"{shown.size} of {rows.size} gifts by {method} to one recipient are just under the threshold "
        f"{wording.period(register.day[shown])}.",
        channel="anonymous-money",
        p=p,
        tests=(stated.test(question, "binomial", f"others' share {rate:.4f}", shown.size, rows.size * rate, p),),
        effects=(stated.share("just under", shown.size, rows.size, f"gifts by {method} just under the threshold"),),
        rules=register.labels(shown, *THRESHOLDS),
        why=f"{method}, just under the threshold",
    )


def _wallets(
    tables: base.MoneyTables, wallet: Numbers, names: list[str], params: Parameters
) -> Iterator[base.Candidate]:
    """Wallets that several donors used, or that a list names."""
    listed = _listed(tables)
    members = Members(wallet)
    for code, name in enumerate(names):
        rows = members(code)
        donors, entries = np.unique(tables.register.donor[rows]).size, listed.get(name, [])
        if rows.size and (entries or donors >= params.min_donors):
            yield _wallet(tables.register, rows, donors, name, entries)


def _listed(tables: base.MoneyTables) -> dict[str, list[str]]:
    """List and entry of each wallet that a list names."""
    found: dict[str, list[str]] = {}
    if tables.listed is None:
        return found
    for row in tables.listed.select(["list", "entry", "numbers"]).to_pylist():
        for number in row["numbers"]:
            if number["kind"] == "wallet":
                found.setdefault(number["number"], []).append(f"{row['list']} {row['entry']}")
    return found


def _wallet(register: Register, rows: Numbers, donors: int, name: str, entries: list[str]) -> base.Candidate:
    on = f"; it is on {', '.join(entries)}" if entries else ""
    path = tuple(wording.step("is listed as", name, entry, evidence=entry) for entry in entries)
    return base.Candidate(
        flag=PaymentMethod.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{rows.size} gifts from one wallet by {donors} donors{' on a sanctions list' if entries else ''}",
        sentence=f"{donors} donors gave {rows.size} times from one wallet {wording.period(register.day[rows])}{on}.",
        channel="anonymous-money",
        p=None,
        tests=(stated.test("Do several donors, or a list, share a wallet?", "exact rule", "", donors, 1, None),),
        effects=(stated.exact("donors", donors, "donors", "of one wallet"),),
        explanations=(
            stated.explanation("exchange", "Is it the wallet of an exchange?", "cannot tell", "registers do not tell"),
        ),
        path=path,
        why="one wallet",
    )


DETECTOR = PaymentMethod()
