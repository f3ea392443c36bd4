"""The geometry of the small charts: path data and positions; markup, colours and labels are the template's.

Drawn here and not through a chart library, by measurement: a chart by Altair and vl-convert costs 0.1 CPU-seconds and
22 kB and its labels shrink with the screen; these cost about a millisecond and 3 kB, keep their labels at reading size
on a phone, and follow the reader's light or dark colours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from tocsin.model.finding import Finding, Interval
from tocsin.share import view
from tocsin.share.moments import Timeline, micros
from tocsin.share.view import Table
from tocsin.share.words import clip, count, duration, number

_WIDTH, _HEIGHT, _LANE = 1000, 100, 10
_LANES, _STEPS = 20, 700  # a tick is drawn once for each of 700 places on a lane


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns over an axis, in a box of 1000 x 100: one path a series, the later drawn over the earlier."""

    title: str
    alt: str
    series: list[tuple[str, str, str]]  # words, CSS class, path
    top: str
    ticks: list[tuple[float, str]]  # place in percent, words
    table: Table


@dataclass(frozen=True, slots=True)
class Raster:
    """A lane an account and a tick a joint post, in a box of 1000 x 10 for each lane."""

    title: str
    alt: str
    lanes: list[str]
    path: str
    ticks: list[tuple[float, str]]
    note: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure and its interval on the common axis, places in percent."""

    name: str
    words: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Dots:
    """Figures of one unit on one axis."""

    title: str
    alt: str
    unit: str
    dots: list[Dot]
    ticks: list[tuple[float, str]]


def timeline(shown: Timeline) -> Bars:
    """Posts over time: the members' posts behind, the joint posts before them."""
    most = max(*(shown.posts or [0]), *shown.joint, 1)
    series = [("joint posts", "joint", columns(shown.joint, most))]
    if shown.posts is not None:
        series.insert(0, ("all posts of the members", "all", columns(shown.posts, most)))
    step, busiest = duration(shown.width_s), int(np.argmax(shown.joint))
    alt = (
        f"{count(sum(shown.joint), 'joint post')} in {count(sum(n > 0 for n in shown.joint), 'interval')} of {step}; "
        f"most, {number(shown.joint[busiest])}, from {_label(shown.time(busiest), shown.width_s)} UTC."
    )
    return Bars(f"Posts over time, in steps of {step}", alt, series, number(most), _ticks(shown), view.times(shown))


def hours(finding: Finding) -> Bars:
    """Joint posts by hour of day."""
    counts = list(finding.hours)
    most = max([*counts, 1])
    busiest, quiet = f"{counts.index(max(counts)):02d}:00", count(counts.count(0), "hour")
    alt = f"Most joint posts, {number(max(counts))}, from {busiest} UTC; none in {quiet} of the day."
    ticks = [(hour / len(counts) * 100, f"{hour:02d}") for hour in range(0, len(counts), 6)]
    series = [("joint posts", "joint", columns(counts, most))]
    return Bars("Hours of day (UTC)", alt, series, number(most), ticks, view.hours(finding))


def columns(counts: Sequence[int], most: int) -> str:
    """Path data of the columns of a bar chart that reaches `most` at the top; the smallest stays visible."""
    step = _WIDTH / len(counts)
    parts = []
    for i, n in enumerate(counts):
        if n:
            height = max(1.5, n / most * _HEIGHT)
            parts.append(f"M{i * step + step * 0.08:.1f} {_HEIGHT}v-{height:.1f}h{step * 0.84:.1f}v{height:.1f}z")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Ticks:
    """When each of up to 20 accounts made its joint posts: (lane, share of the time shown) of each, in a fixed order;
    `names` are the accounts with their places in the members table."""

    accounts: list[str]
    names: list[str]
    marks: list[tuple[int, float]]
    of: int  # accounts in all


def ticks(finding: Finding, rows: pa.Table, shown: Timeline) -> Ticks:
    """The joint posts in `rows` of the accounts with most of them."""
    place = {member.account: i + 1 for i, member in enumerate(view.members_ranked(finding))}
    distinct = rows.group_by(["account", "post"]).aggregate([("time", "min")])
    who, times = distinct["account"].to_numpy(zero_copy_only=False), micros(distinct["time_min"])
    posts = Counter(who)
    most = sorted(posts, key=lambda account: (-posts[account], account))[:_LANES]
    chosen = sorted(most, key=lambda account: place.get(account, 0))
    lane = {account: i for i, account in enumerate(chosen)}
    start, span = shown.start.timestamp() * 1e6, shown.width_s * len(shown.joint) * 1e6
    marks = {(lane[a], int((t - start) / span * _STEPS)) for a, t in zip(who, times, strict=True) if a in lane}
    names = [f"{place[a]} · {clip(a, 40)}" if a in place else clip(a, 40) for a in chosen]
    return Ticks(chosen, names, [(y, (x + 0.5) / _STEPS) for y, x in sorted(marks)], len(posts))


def raster(finding: Finding, rows: pa.Table, shown: Timeline) -> Raster:
    """When each account made its joint posts, for the (up to 20) accounts with most of them in `rows`."""
    found = ticks(finding, rows, shown)
    path = "".join(f"M{x * _WIDTH:.5g} {y * _LANE + 1.5:g}v7" for y, x in found.marks)
    note = "" if found.of <= _LANES else f"Shown are the {_LANES} accounts with most joint posts, of {found.of:,}."
    alt = (
        f"One line for each of {count(len(found.names), 'account')}, a tick for each joint post; "
        "ticks that stand above each other are close in time."
    )
    return Raster("Who posted when", alt, found.names, path, _ticks(shown), note)


def _ticks(shown: Timeline) -> list[tuple[float, str]]:
    n = len(shown.joint)
    return [(i / n * 100, _label(shown.time(i), shown.width_s)) for i in sorted({0, n // 3, 2 * n // 3})]


def dots(title: str, items: Sequence[Interval]) -> list[Dots]:
    """Figures with their intervals, those of one unit on one axis."""
    units = dict.fromkeys(item.unit for item in items)
    return [_dots(title, unit, [item for item in items if item.unit == unit]) for unit in units]


def _dots(title: str, unit: str, items: Sequence[Interval]) -> Dots:
    finite = [x for item in items for x in (item.value, item.low, item.high) if math.isfinite(x)] or [0.0]
    ticks = _axis(min(finite), max(finite))
    low, high = ticks[0], ticks[-1]

    def at(x: float) -> float:
        if math.isnan(x):
            return 0.0
        return round((min(max(x, low), high) - low) / (high - low) * 100, 2)

    shown = [
        Dot(
            clip(i.name, 120),
            f"{number(i.value)} ({number(i.low)} to {number(i.high)})",
            at(i.value),
            at(i.low),
            at(i.high),
        )
        for i in items
    ]
    alt = f"{title}: " + "; ".join(f"{dot.name} {dot.words}" for dot in shown[:10]) + "."
    return Dots(title, alt, clip(unit, 40), shown, [(at(tick), number(tick)) for tick in ticks])


def _axis(low: float, high: float) -> list[float]:
    """Three to six round values that enclose [low, high]."""
    span = (high - low) or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 3))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{i * step:.12g}") for i in range(first, max(last, first + 1) + 1)]


def _label(time: datetime, width_s: float) -> str:
    if width_s >= 86_400:
        return f"{time.day} {time:%b %Y}"
    return f"{time.day} {time:%b} {time:%H:%M}" if width_s >= 60 else f"{time:%H:%M:%S}"
