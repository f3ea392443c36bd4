"""Charts of gifts: money by day, week or month as columns, and the balance as dots with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tocsin.model.finding import Balance, Interval
from tocsin.share.money.words import amount
from tocsin.share.report.charts import Bars, Dots, columns, dots
from tocsin.share.view import Column, Table
from tocsin.share.words import count

_MOST, _DAYS = 60, (1, 7, 30, 91, 365)


@dataclass(frozen=True, slots=True)
class Spans:
    """Equal spans of `days` from `start`: money in minor units and gifts in each."""

    start: date
    days: int
    money: list[int]
    gifts: list[int]

    def day(self, i: int) -> date:
        """The first day of span `i`."""
        return self.start + timedelta(days=i * self.days)


def spans(gifts: Iterable[tuple[date, int, int]]) -> Spans | None:
    """Gifts (day, minor units, how many) in at most 60 spans of whole days; None where there are none."""
    given = list(gifts)
    if not given:
        return None
    start, last = min(day for day, *_ in given), max(day for day, *_ in given)
    whole = (last - start).days + 1
    days = next((n for n in _DAYS if whole <= n * _MOST), -(-whole // _MOST))
    n = (whole - 1) // days + 1
    money, gifts_in = [0] * n, [0] * n
    for day, minor, number in given:
        at = (day - start).days // days
        money[at] += minor
        gifts_in[at] += number
    return Spans(start, days, money, gifts_in)


def over_time(shown: Spans, currency: str) -> Bars:
    """Money in each span as columns; what went back counts against what came."""
    heights = [max(0, minor) for minor in shown.money]
    most, step = max([*heights, 1]), count(shown.days, "day")
    at = heights.index(max(heights))
    alt = (
        f"{count(sum(shown.gifts), 'gift')} in {count(sum(n > 0 for n in shown.gifts), 'span')} of {step}; most, "
        f"{amount(most, currency)}, from {shown.day(at)}."
    )
    n = len(shown.money)
    ticks = [(i / n * 100, shown.day(i).isoformat()) for i in sorted({0, n // 3, 2 * n // 3})]
    series = [("money", "joint", columns(heights, most))]
    return Bars(
        f"Gifts over time, in steps of {step}", alt, series, amount(most, currency), ticks, table(shown, currency)
    )


def table(shown: Spans, currency: str) -> Table:
    """The columns in figures, without empty spans."""
    rows = [
        (shown.day(i).isoformat(), f"{n:,}", amount(shown.money[i], currency)) for i, n in enumerate(shown.gifts) if n
    ]
    heads = (Column("From", "time"), Column("Gifts", "number"), Column("Money", "number"))
    return Table(f"Gifts in each {count(shown.days, 'day')}", heads, rows)


def balance(items: Sequence[Balance], by: str) -> list[Dots]:
    """The rate of each group with its interval, on one axis."""
    return dots(f"Share of donors in a lead, by {by}", rates(items, by))


def rates(items: Sequence[Balance], by: str) -> list[Interval]:
    """The rates of a balance as figures in per cent, named by their groups."""
    found = [one for one in items if one.by == by]
    return [
        one.rate.model_copy(
            update={
                "name": one.group or "not told",
                "value": one.rate.value * 100,
                "low": one.rate.low * 100,
                "high": one.rate.high * 100,
                "unit": "% of donors",
            }
        )
        for one in found
    ]
