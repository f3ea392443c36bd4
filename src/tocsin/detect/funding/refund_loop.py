"""funding.refund_loop (F17): a gift goes back to somebody other than who gave it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.register import Numbers, codes
from tocsin.model.arrow import pc, positions, whole
from tocsin.model.finding import Explanation, Test, Verdict
from tocsin.stats import stated
from tocsin.stats.tails import poisson_tail

OUT = ("superseded", "duplicate", "conduit", "memo", "redesignation", "transfer")


class Parameters(base.Parameters):
    """What a user may set."""

    within_d: int = Field(default=60, ge=1, description="Days within which a gift goes back.")
    share_low: float = Field(default=0.7, gt=0, le=1, description="Least share of a named gift that goes back.")


class RefundLoop(base.Flag):
    """F17: refunds whose payee never gave to the recipient, tied to a gift by reference, else by an equal amount."""

    id = "funding.refund_loop"
    flag = "F17"
    title = "Refunds to somebody else"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests each refund to one who has given the recipient nothing; one candidate a payee and recipient."""
        book = Book(tables)
        if not book.refunds.size:
            return base.FlagResult(skipped="the register has no refunds")
        strangers = book.refunds[~np.isin(book.pairs[book.refunds], book.pairs[book.gifts])]
        loops: dict[int, list[tuple[int, int, float | None]]] = {}
        for row in strangers:
            if (found := book.gift_of(int(row), params)) is not None:
                loops.setdefault(int(book.pairs[row]), []).append((int(row), *found))
        found_all = tuple(_candidate(tables, loop) for _, loop in sorted(loops.items()))
        return base.FlagResult(found_all, int(strangers.size))


class Book:
    """All rows of the table, since refunds are not counted rows."""

    def __init__(self, tables: base.MoneyTables) -> None:
        gifts = tables.gifts
        self.amount: Numbers = gifts["amount_minor"].to_numpy()
        self.day: Numbers = gifts["date"].cast(pa.int32()).to_numpy()
        self.recipient = codes(gifts["recipient"])[0]
        donor = np.asarray(tables.donor)
        self.pairs = self.recipient.astype(np.int64) * (int(donor.max(initial=0)) + 1) + donor
        kind = pc.equal(gifts["kind"], "refund").to_numpy()
        live = ~pc.is_in(gifts["standing"], value_set=pa.array(OUT)).to_numpy()
        self.refunds = np.flatnonzero(kind & live & (self.amount < 0))
        self.gifts = np.flatnonzero(live & (self.amount > 0))
        both = codes(pa.chunked_array([whole(gifts["gift"]), whole(gifts["back_reference"])]))[0]
        self._id, self._named = both[: gifts.num_rows], both[gifts.num_rows :]
        self._by_id = self.gifts[np.argsort(self._id[self.gifts], kind="stable")]
        self._ids = self._id[self._by_id]
        order = np.lexsort((self.day[self.gifts], self.amount[self.gifts], self.recipient[self.gifts]))
        self._by_amount = self.gifts[order]
        self._keys = self.recipient[self._by_amount].astype(np.int64) << 40 | self.amount[self._by_amount]

    def gift_of(self, row: int, params: Parameters) -> tuple[int, float | None] | None:
        """The gift that a refund gives back, and the chance of so equal an amount (None: the register names it)."""
        named = self._named[row]
        if named >= 0:
            first, last = (int(np.searchsorted(self._ids, named, side)) for side in ("left", "right"))
            for gift in self._by_id[first:last]:
                back = -self.amount[row] / self.amount[gift]
                if self.recipient[gift] == self.recipient[row] and params.share_low <= back <= 1:
                    return int(gift), None
            return None
        key = int(self.recipient[row]) << 40 | int(-self.amount[row])
        first, last = (int(np.searchsorted(self._keys, key, side)) for side in ("left", "right"))
        alike = self._by_amount[first:last]
        wait = self.day[row] - self.day[alike]
        near = alike[(wait >= 0) & (wait <= params.within_d)]
        if not near.size:
            return None
        span = max(int(np.ptp(self.day[self.gifts])) + 1, params.within_d)
        return int(near[-1]), float(poisson_tail(1, alike.size * params.within_d / span))


def _candidate(tables: base.MoneyTables, loop: list[tuple[int, int, float | None]]) -> base.Candidate:
    gifts = tables.gifts
    rows = base.sorted_rows([row for refund, gift, _ in loop for row in (refund, gift)])
    chances = [p for *_, p in loop if p is not None]
    p = None if len(chances) < len(loop) else float(np.prod(chances))
    total = -sum(gifts["amount_minor"][refund].as_py() for refund, *_ in loop)
    currency = gifts["currency"][loop[0][0]].as_py()
    donors = np.unique(np.asarray(tables.donor)[[gift for _, gift, _ in loop]]).size
    return base.Candidate(
        flag=RefundLoop.id,
        rows=rows,
        title=f"{len(loop)} refunds to one who gave nothing",
        sentence=f"{wording.money(total, currency)} of {len(loop)} gifts by {donors} donors went back to somebody who "
        "had given the recipient nothing.",
        channel="anonymous-money",
        p=p,
        tests=(_test(len(loop), p),),
        effects=(stated.exact("refunds", len(loop), "refunds", "to one who gave nothing"),),
        explanations=(_relative(tables, loop),),
        why="gift, or refund of it to somebody else",
    )


def _test(refunds: int, p: float | None) -> Test:
    question = "Could the amounts be equal by chance?" if p is not None else "Does the refund name another's gift?"
    name = "Poisson" if p is not None else "exact rule"
    return stated.test(question, name, "gifts of that amount in as many days" if p is not None else "", refunds, 0, p)


def _relative(tables: base.MoneyTables, loop: list[tuple[int, int, float | None]]) -> Explanation:
    """A refund to husband or wife: the same last name or street."""
    cells = tables.gifts.select(["last_name", "street"]).take(positions(np.array([one[:2] for one in loop]).ravel()))
    rows = cells.to_pylist()
    same = sum(
        any(back[name] and back[name] == gift[name] for name in ("last_name", "street"))
        for back, gift in zip(rows[::2], rows[1::2], strict=True)
    )
    verdict: Verdict = "fits" if same == len(loop) else "fits in part" if same else "does not fit"
    question = "Did it go back to the donor's family?"
    return stated.explanation("family", question, verdict, f"{same} of {len(loop)} share a last name or street")


DETECTOR = RefundLoop()
