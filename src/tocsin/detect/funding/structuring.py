"""funding.structuring (F3): gifts that stay just under the amount from which donors are named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Members, binomial_tail, shrunk_share
from tocsin.detect.funding.register import THRESHOLDS, Numbers, Register, grouped
from tocsin.model.finding import Explanation
from tocsin.stats import stated
from tocsin.stats.tails import poisson_tail

WORTH = 0.01  # a window less improbable than this is not looked at further


class Parameters(base.Parameters):
    """What a user may set."""

    band: float = Field(default=0.6, gt=0, lt=1, description="Share of the threshold from which a gift is just under.")
    windows_d: tuple[int, ...] = Field(default=(3, 10, 30), description="Lengths of the windows in days.")
    min_gifts: int = Field(default=8, ge=3, description="Fewest gifts just under the threshold in a window.")


@dataclass(frozen=True, slots=True)
class Cells:
    """Gifts under the threshold in cells (recipient and postcode, or recipient and stated employer and occupation)."""

    register: Register
    cell: Numbers  # of each counted row, -1: over the threshold or no cell
    just_under: Numbers
    rate: Numbers  # of each cell: share just under expected
    kind: str


class Structuring(base.Flag):
    """F3: in a window a cell's gifts under the threshold are just under it more often than the recipient's others."""

    id = "funding.structuring"
    flag = "F3"
    title = "Gifts just under the threshold"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """One window a cell, the least probable; its probability is multiplied by the windows tried."""
        register = tables.register
        under = register.person & (register.amount < register.threshold)
        if not under.any():
            return base.FlagResult(skipped="no threshold is known for this register")
        just_under = under & (register.amount >= params.band * register.threshold)
        found: list[base.Candidate] = []
        tested = 0
        for kind, part in (("postcode", register.postcode), ("employer and occupation", register.status)):
            cells = _cells(register, under, just_under, part, kind, params.min_gifts)
            members = Members(cells.cell)
            numbers = np.flatnonzero(
                np.bincount(cells.cell[just_under & (cells.cell >= 0)], minlength=cells.rate.size) >= params.min_gifts
            )
            tested += numbers.size
            for number in numbers:
                found += _candidates(cells, members(number), int(number), params)
        return base.FlagResult(tuple(found), tested)


def _cells(register: Register, under: Numbers, just_under: Numbers, part: Numbers, kind: str, min_gifts: int) -> Cells:
    """Each cell is compared with the recipient's other cells, drawn toward all recipients'."""
    cell = grouped(register.recipient, np.where(under, part, -1))
    size = int(cell.max(initial=-1)) + 1
    known = cell >= 0
    whole = np.bincount(cell[known], minlength=size)
    hits = np.bincount(cell[known & just_under], minlength=size)
    owner = np.zeros(size, np.int64)
    owner[cell[known]] = register.recipient[known]
    all_whole, all_hits = np.bincount(owner, whole), np.bincount(owner, hits)
    rate = shrunk_share(all_hits[owner] - hits, all_whole[owner] - whole)
    return Cells(register, cell, just_under, rate, kind)


def _candidates(cells: Cells, rows: Numbers, number: int, params: Parameters) -> list[base.Candidate]:
    """The least probable window of a cell; after it what lies before and behind, while that is improbable too."""
    rows = rows[np.argsort(cells.register.day[rows], kind="stable")]
    days, hit = cells.register.day[rows].astype(np.int64), cells.just_under[rows]
    found, parts = [], [(0, rows.size)]
    for first, last in parts:
        best = _best_window(days[first:last], hit[first:last], float(cells.rate[number]), params)
        if best is None or best[0] > WORTH:
            continue
        p, start, stop = best[0], best[1] + first, best[2] + first
        found.append(_candidate(cells, rows, (p, start, stop), number, params))
        parts += [(first, start), (stop, last)]
    return found


def _candidate(
    cells: Cells, rows: Numbers, window: tuple[float, int, int], number: int, params: Parameters
) -> base.Candidate:
    register = cells.register
    days, hit = register.day[rows].astype(np.int64), cells.just_under[rows]
    p, start, stop = window
    inside = rows[start:stop]
    shown = inside[cells.just_under[inside]]
    gifts, total = shown.size, inside.size
    expected = total * float(cells.rate[number])
    test = stated.test(
        f"Are gifts of one {cells.kind} just under the threshold more often than the recipient's other gifts under it?",
        "binomial, times the windows tried",
        f"share in the recipient's other cells, {cells.rate[number]:.4f}, drawn toward all recipients'",
        gifts,
        expected,
        p,
    )
    when = wording.period(register.day[shown])
    return base.Candidate(
        flag=Structuring.id,
        rows=base.sorted_rows(register.at[shown]),
        title=f"{gifts} gifts just under the threshold {when}",
        sentence=(
            f"{gifts} of {total} gifts under the threshold which share one {cells.kind} are within "
            f"{1 - params.band:.0%} of it {when}."
        ),
        channel="anonymous-money",
        p=p,
        tests=(test,),
        effects=(stated.share("just under", gifts, total, "gifts under the threshold that are just under it"),),
        explanations=(_surge(days, hit, start, stop), _monthly(register, shown)),
        rules=register.labels(shown, *THRESHOLDS),
        why="just under the threshold",
    )


def _best_window(days: Numbers, hit: Numbers, rate: float, params: Parameters) -> tuple[float, int, int] | None:
    if np.count_nonzero(hit) < params.min_gifts:
        return None
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1) > 0)
    hits = np.concatenate([[0], np.cumsum(hit)])
    best: tuple[float, int, int] | None = None
    for width in params.windows_d:
        stops = np.searchsorted(days, days[starts] + width, side="left")
        k, n = hits[stops] - hits[starts], stops - starts
        p = np.where(k >= params.min_gifts, binomial_tail(k, n, rate), 1.0) * starts.size * len(params.windows_d)
        at = int(np.argmin(p))
        if p[at] < (best[0] if best else 1.0):
            best = (float(p[at]), int(starts[at]), int(stops[at]))
    return best


def _surge(days: Numbers, hit: Numbers, start: int, stop: int) -> Explanation:
    """After news, gifts of every size rise together: those further below the threshold as well."""
    span = int(days[stop - 1] - days[start]) + 1
    low = int(np.count_nonzero(~hit[start:stop]))
    outside_days = max(int(days[-1] - days[0]) + 1 - span, 7)
    usual = (np.count_nonzero(~hit) - low + 1) / outside_days * span
    rise = float(poisson_tail(low, usual))
    fits = rise <= 0.01 and low >= 0.5 * np.count_nonzero(hit[start:stop])
    detail = f"{low} smaller gifts of the same cell in these {span} days, {usual:.1f} expected"
    return stated.explanation("surge", "Did gifts of all sizes rise?", "fits" if fits else "does not fit", detail)


def _monthly(register: Register, rows: Numbers) -> Explanation:
    """One donor who gives the same amount each month is no scheme."""
    donors = np.unique(register.donor[rows]).size
    fits = donors <= 0.4 * rows.size
    detail = f"{donors} donors made {rows.size} gifts"
    return stated.explanation("regular", "Is it regular giving by few?", "fits" if fits else "does not fit", detail)


DETECTOR = Structuring()
