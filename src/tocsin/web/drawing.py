"""Charts of a finding: Altair, drawn to SVG on the server, each with its figures in a table.

A chart takes its colours and its font from the style sheet, so that it follows light and dark and the Content Security
Policy allows no style of its own. What a chart says in words, and its table, are those of the report.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import pyarrow as pa
import vl_convert

from tocsin.model.finding import Finding, Interval
from tocsin.share import view
from tocsin.share.moments import Timeline
from tocsin.share.report import charts
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, moment, number

_WIDTH, _NAME = 600, 60
_INNER = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')  # one picture with one name: its parts need none
_JOINT, _ALL = "var(--accent)", "var(--line)"


@dataclass(frozen=True)
class Figure:
    """A chart as SVG, what it shows in words, and its figures."""

    title: str
    alt: str
    note: str
    svg: str
    table: Table


def timeline(shown: Timeline) -> Figure:
    """Posts over time: the members' posts behind, the joint posts before them."""
    layers = [("joint posts", shown.joint, _JOINT)]
    if shown.posts is not None:
        layers.insert(0, ("all posts of the members", shown.posts, _ALL))
    bars = [_bars(_intervals(shown, counts), name, colour) for name, counts, colour in layers]
    said = charts.timeline(shown)
    return _figure(said.title, said.alt, said.table, alt.layer(*bars).properties(width=_WIDTH, height=120))


def _intervals(shown: Timeline, counts: Sequence[int]) -> list[dict[str, Any]]:
    ends = [shown.time(i).timestamp() * 1000 for i in range(len(counts) + 1)]
    return [{"from": ends[i], "to": ends[i + 1], "posts": n, "none": 0} for i, n in enumerate(counts) if n]


def _bars(rows: list[dict[str, Any]], name: str, colour: str) -> alt.Chart:
    chart = alt.Chart(alt.Data(values=rows)).mark_rect(color=colour)
    return chart.encode(x=_time("from"), x2="to:T", y=alt.Y("posts:Q", title=name), y2="none:Q")


def _time(field: str) -> alt.X:
    return alt.X(f"{field}:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(tickCount=6, labelOverlap=True))


def hours(finding: Finding) -> Figure:
    """Joint posts by hour of day."""
    rows = [{"hour": f"{hour:02d}", "posts": n} for hour, n in enumerate(finding.hours)]
    chart = alt.Chart(alt.Data(values=rows)).mark_bar(color=_JOINT)
    axis = alt.X("hour:O", title="hour of day (UTC)", axis=alt.Axis(labelAngle=0))
    drawn = chart.encode(x=axis, y=alt.Y("posts:Q", title="joint posts"))
    said = charts.hours(finding)
    return _figure(said.title, said.alt, said.table, drawn.properties(width=_WIDTH, height=120))


def raster(finding: Finding, rows: pa.Table, shown: Timeline) -> Figure:
    """When each account made its joint posts: a line an account, a tick a post."""
    said, ticks = charts.raster(finding, rows, shown), charts.ticks(finding, rows, shown)
    start, span = shown.start.timestamp() * 1000, shown.width_s * len(shown.joint) * 1000
    values = [{"account": ticks.names[lane], "time": start + share * span} for lane, share in ticks.marks]
    chart = alt.Chart(alt.Data(values=values)).mark_tick(color=_JOINT, thickness=1.5)
    lanes = alt.Y("account:N", title=None, sort=None, axis=alt.Axis(labelLimit=180))
    drawn = chart.encode(x=_time("time"), y=lanes).properties(width=_WIDTH, height=alt.Step(16))
    return _figure(said.title, said.alt, _each(rows, ticks), drawn, said.note)


def _each(rows: pa.Table, ticks: charts.Ticks) -> Table:
    """What the raster shows in figures: for each of its accounts the joint posts, the first and the last."""
    found = rows.group_by("account").aggregate([("post", "count_distinct"), ("time", "min"), ("time", "max")])
    by_account = {row["account"]: row for row in found.to_pylist()}
    chosen = [(name, by_account[account]) for name, account in zip(ticks.names, ticks.accounts, strict=True)]
    cells = [
        (name, number(row["post_count_distinct"]), moment(row["time_min"]), moment(row["time_max"]))
        for name, row in chosen
    ]
    heads = (Column("Account", "quote"), Column("Joint posts", "number"), Column("First (UTC)"), Column("Last (UTC)"))
    return Table("Joint posts of each account", heads, cells)


def intervals(title: str, items: Iterable[Interval]) -> list[Figure]:
    """Figures with their intervals, those of one unit in one chart."""
    by_unit: dict[str, list[Interval]] = {}
    for item in items:
        by_unit.setdefault(item.unit, []).append(item)
    return [_of_unit(title, unit, group) for unit, group in by_unit.items()]


def _of_unit(title: str, unit: str, items: list[Interval]) -> Figure:
    finite = [x for i in items for x in (i.value, i.low, i.high) if math.isfinite(x)] or [0.0]

    def at(x: float) -> float:
        return min(max(x, min(finite)), max(finite)) if not math.isnan(x) else min(finite)

    rows = [
        {
            "name": clip(i.name, _NAME),
            "value": at(i.value),
            "low": at(i.low),
            "high": at(i.high),
            "words": number(i.value),
        }
        for i in items
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=330))
    )
    scale = alt.Scale(zero=False, nice=True)
    line = base.mark_rule(color=_JOINT, strokeWidth=3).encode(
        x=alt.X("low:Q", title=clip(unit, 40) or None, scale=scale), x2="high:Q"
    )
    point = base.mark_point(color=_JOINT, filled=True, size=90, opacity=1).encode(x="value:Q")
    words = base.mark_text(color="currentColor", dy=-11, fontSize=11).encode(x="value:Q", text="words:N")
    drawn = alt.layer(line, point, words).properties(width=_WIDTH - 220, height=alt.Step(34))
    said = charts.dots(title, items)[0]
    name = f"{title} ({clip(unit, 40)})" if unit else title
    return _figure(name, said.alt, view.intervals(name, items), drawn)


def _figure(title: str, words: str, table: Table, chart: alt.Chart | alt.LayerChart, note: str = "") -> Figure:
    axis = dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor"), "currentColor")
    drawn = (
        chart.configure(background="transparent", aria=False, font="inherit")
        .configure_axis(**axis, gridColor="var(--line)", labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_view(stroke=None)
    )
    svg = _INNER.sub("", vl_convert.vegalite_to_svg(drawn.to_dict()))  # Vega escapes what the data say
    return Figure(title, words, note, svg.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1), table)
