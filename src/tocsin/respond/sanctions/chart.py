"""The charts of the gap as SVG: how far one jurisdiction is behind another, and when each of them listed.

Plain SVG without scripts or styles: colours are the text's own, lines are told apart by dashes and by their labels, and
each chart says in words what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

import pyarrow.compute as pc

from tocsin.respond.sanctions.gap import Gap
from tocsin.respond.sanctions.lags import Lag

_WIDTH, _LEFT, _RIGHT, _ROW = 760, 150, 150, 34
_TOP, _HEIGHT = 12, 240
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "14 5", "4 7")
_MIDDLE = 0.9  # of the lags are within the line of a row


def lag_chart(gap: Gap) -> str:
    """A row a pair of jurisdictions: a line over the middle nine tenths of the lags, a box between the quartiles, a
    tick at the median. "" where no two listed the same."""
    if not gap.lags:
        return ""
    spans = {lag: _span(lag) for lag in gap.lags}
    low, high = min(0, *(s[0] for s in spans.values())), max(0, *(s[1] for s in spans.values()))
    ticks = _ticks(low, high)
    height = _TOP + _ROW * len(gap.lags) + 26

    def x(days: float) -> float:
        return _LEFT + (days - ticks[0]) / (ticks[-1] - ticks[0]) * (_WIDTH - _LEFT - _RIGHT)

    parts = [_tick(x(tick), f"{tick:g}", height) for tick in ticks]
    for i, (lag, (start, end)) in enumerate(spans.items()):
        y = _TOP + _ROW * i + _ROW / 2
        parts += [
            _text(_LEFT - 10, y + 5, f"{lag.second.upper()} after {lag.first.upper()}", "end"),
            f'<path d="M{x(start):.1f} {y:.1f}H{x(end):.1f}" stroke="currentColor" stroke-opacity=".6"/>',
            f'<rect x="{x(lag.low):.1f}" y="{y - 7:.1f}" width="{max(x(lag.high) - x(lag.low), 2):.1f}" height="14" '
            'fill="currentColor" fill-opacity=".3"/>',
            f'<path d="M{x(lag.median):.1f} {y - 11:.1f}v22" stroke="currentColor" stroke-width="3"/>',
            _text(_WIDTH - _RIGHT + 10, y + 5, f"median {lag.median:g} d, n {lag.n:,}", "start"),
        ]
    said = "; ".join(
        f"{lag.second.upper()} after {lag.first.upper()}: median {lag.median:g} days, quartiles {lag.low:g} and "
        f"{lag.high:g}, {lag.n:,} listed by both"
        for lag in gap.lags
    )
    return _svg(height, f"Days behind: {said}.", parts)


def timeline(gap: Gap) -> str:
    """How many each jurisdiction had listed by each day, from `gap.since` or the first day that is told; entries whose
    day is not told are left out. "" where no day is told."""
    days = {place: _days(gap, place) for place in gap.jurisdictions}
    told = [day for found in days.values() for day in found]
    if not told:
        return ""
    start, most = gap.since or min(told), max(map(len, days.values()))
    span, height = max((gap.day - start).days, 1), _TOP + _HEIGHT + 30

    def x(day: date) -> float:
        return _LEFT / 2 + max((day - start).days, 0) / span * (_WIDTH - _LEFT / 2 - _RIGHT)

    def y(count: int) -> float:
        return _TOP + _HEIGHT * (1 - count / most)

    marks = [start + timedelta(days=round(span * i / 4)) for i in range(5)]
    parts = [_tick(x(day), day.isoformat(), height) for day in marks]
    parts += [_text(_LEFT / 2 - 8, y(n) + 5, f"{n:,}", "end") for n in (0, most)]
    labels: list[float] = []
    for i, (place, found) in enumerate(days.items()):
        steps = "".join(f"H{x(day):.1f}V{y(n):.1f}" for n, day in enumerate(found, 1) if day >= start)
        path = f"M{x(start):.1f} {y(sum(day < start for day in found)):.1f}{steps}H{x(gap.day):.1f}"
        dash = f' stroke-dasharray="{dashes}"' if (dashes := _DASHES[i % len(_DASHES)]) else ""
        parts.append(f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="2"{dash}/>')
        labels.append(_apart(y(len(found)) + 5, labels))
        parts.append(_text(_WIDTH - _RIGHT + 8, labels[-1], _dated(gap, place, len(found)), "start"))
    said = ", ".join(_dated(gap, place, len(found)) for place, found in days.items())
    return _svg(height, f"Listed by {gap.day}, those whose day is told: {said}.", parts)


def _dated(gap: Gap, place: str, told: int) -> str:
    """How many listings have a day, and of how many where some have none."""
    rows = gap.rows.filter((pc.field("jurisdiction") == place) & pc.field("listed")).num_rows
    return f"{place.upper()} {told:,}" + (f" of {rows:,}" if rows != told else "")


def _days(gap: Gap, place: str) -> list[date]:
    rows = gap.rows.filter((pc.field("jurisdiction") == place) & pc.field("listed"))
    return sorted(day for day in rows["first"].to_pylist() if day)


def _span(lag: Lag) -> tuple[float, float]:
    """The middle nine tenths."""
    cut = int(len(lag.days) * (1 - _MIDDLE) / 2)
    return min(lag.days[cut], lag.low), max(lag.days[-1 - cut], lag.high)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round values that enclose both."""
    span = (high - low) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 3))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


def _apart(y: float, others: Sequence[float]) -> float:
    """A height for a label that no other one covers: the nearest free one."""
    steps = (y + sign * 16 * n for n in range(len(others) + 1) for sign in (-1, 1))
    return next(at for at in steps if all(abs(at - other) >= 15 for other in others))


def _tick(x: float, words: str, height: int) -> str:
    line = f'<path d="M{x:.1f} {_TOP}V{height - 22}" stroke="currentColor" stroke-opacity=".2"/>'
    return line + _text(x, height - 6, words, "middle")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(words)}</text>'


def _svg(height: int, said: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" font-size="13"'
    return f'{head} aria-label="{escape(said)}">{"".join(parts)}</svg>'
