"""Findings through time: posts by day and platform, as a table, as lanes over all findings, and as bars of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from tocsin.model.arrow import pc, schema
from tocsin.model.finding import Content, Finding
from tocsin.share.narratives.words import sign
from tocsin.share.report.charts import Bars, columns
from tocsin.share.view import Column, Table, cut
from tocsin.share.words import clip, count, day, number

_LANES, _STEPS, _WIDTH, _LANE, _ROWS, _BARS = 40, 500, 1000, 10, 300, 180

#: One row a finding, day and platform: its posts.
TIMELINE = schema(
    [
        pa.field("day", pa.date32(), nullable=False),
        pa.field("finding", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("sign", pa.string(), nullable=False),
        pa.field("standing", pa.string(), nullable=False),
        pa.field("platform", pa.string()),
        pa.field("posts", pa.int64(), nullable=False),
        pa.field("accounts", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Lanes:
    """A lane a finding and a tick a day with posts, in a box of 1000 x 10 for each lane; one path a sign."""

    title: str
    alt: str
    lanes: list[str]
    series: list[tuple[str, str, str]]  # words, CSS class, path
    ticks: list[tuple[float, str]]
    note: str
    table: Table


def timeline(findings: Iterable[Finding], evidence: pa.Table) -> pa.Table:
    """The posts of `evidence` (EVIDENCE) by day, finding and platform (TIMELINE); observed names and pictures that no
    post shows are left out, since no account stands behind them."""
    found = [(f.id, f.title, f.content.sign, f.standing) for f in findings if f.content]
    names = ("finding", "title", "sign", "standing")
    parts = [pa.array([one[i] for one in found], pa.string()) for i in range(len(names))]
    rows = evidence.filter(pc.and_(pc.not_equal(evidence["layer"], "name"), pc.not_equal(evidence["account"], "")))
    rows = rows.select(["finding", "account", "platform"]).append_column(
        "day", rows["time"].cast(pa.date32(), safe=False)
    )
    counted = rows.group_by(["day", "finding", "platform"]).aggregate(
        [([], "count_all"), ("account", "count_distinct")]
    )
    counted = counted.rename_columns({"count_all": "posts", "account_count_distinct": "accounts"})
    joined = counted.join(pa.table(dict(zip(names, parts, strict=True))), "finding", join_type="inner")
    made = joined.select(TIMELINE.names).cast(TIMELINE)
    return made.sort_by([("day", "ascending"), ("finding", "ascending"), ("platform", "ascending")])


def lanes(rows: pa.Table) -> Lanes | None:
    """The chart of a TIMELINE: the findings with most posts, in order of their first day; None where there is none."""
    if not rows.num_rows:
        return None
    grouped = rows.group_by(["finding", "title", "sign"]).aggregate([("posts", "sum"), ("day", "min")])
    grouped = grouped.sort_by([("posts_sum", "descending"), ("finding", "ascending")])
    chosen = grouped.slice(0, _LANES).sort_by([("day_min", "ascending"), ("finding", "ascending")]).to_pylist()
    lane = {one["finding"]: i for i, one in enumerate(chosen)}
    first, last = rows["day"][0].as_py(), rows["day"][-1].as_py()
    span = (last - first).days + 1
    marks: dict[str, set[tuple[int, int]]] = {}
    for finding, when, code in zip(*(rows[name].to_pylist() for name in ("finding", "day", "sign")), strict=True):
        if finding in lane:
            marks.setdefault(code, set()).add((lane[finding], int((when - first).days / span * _STEPS)))
    series = [(sign(code), code.replace(" ", "-"), _path(marks[code])) for code in sorted(marks)]
    total = pc.sum(rows["posts"]).as_py()
    alt = f"{count(total, 'post')} of {count(grouped.num_rows, 'finding')} from {_said(first)} to {_said(last)}."
    more = grouped.num_rows - len(chosen)
    note = f"Shown are the {_LANES} findings with most posts; {more:,} more are in timeline.csv." if more > 0 else ""
    named = [clip(one["title"], 60) for one in chosen]
    title = "What was said, shown or linked, and when"
    return Lanes(title, alt, named, series, _axis(first, span), note, _table(rows))


def _path(marks: set[tuple[int, int]]) -> str:
    return "".join(f"M{(x + 0.5) / _STEPS * _WIDTH:.5g} {y * _LANE + 1.5:g}v7" for y, x in sorted(marks))


def _axis(first: date, span: int) -> list[tuple[float, str]]:
    return [(place / 3 * 100, _said(first + timedelta(days=span * place // 3))) for place in range(3)]


def _said(when: date) -> str:
    return day(datetime.combine(when, time(), UTC))


def _table(rows: pa.Table) -> Table:
    """Days, findings and platforms with the number of posts: the chart in figures."""
    made, rest = cut(
        rows.to_pylist(),
        _ROWS,
        lambda _, one: (
            one["day"].isoformat(),
            clip(one["title"], 160),
            sign(one["sign"]),
            one["standing"],
            clip(one["platform"] or "–", 60),
            number(one["accounts"]),
            number(one["posts"]),
        ),
        "timeline.csv",
    )
    heads = (Column("Day", "time"), Column("Finding", "quote"), Column("Sign"), Column("Standing"))
    more = (Column("Platform", "quote"), Column("Accounts", "number"), Column("Posts", "number"))
    return Table("Posts by day, finding and platform", (*heads, *more), made, rest)


def bars(found: Content) -> Bars | None:
    """Posts of one finding by day, or by as many days as make at most 180 columns; None where it has no posts."""
    if not found.days:
        return None
    first, last = found.days[0][0], found.days[-1][0]
    length = (last - first).days + 1
    step = -(-length // _BARS)
    counts = [0] * -(-length // step)
    for when, posts in found.days:
        counts[(when - first).days // step] += posts
    most, busiest = max(counts), counts.index(max(counts))
    width = "day" if step == 1 else f"{step} days"
    alt = f"{count(found.posts, 'post')}; most, {number(most)}, in the {width} from {_starting(first, step, busiest)}."
    at = sorted({0, len(counts) // 3, 2 * len(counts) // 3})
    ticks = [(i / len(counts) * 100, _starting(first, step, i)) for i in at]
    path = [("posts", "joint", columns(counts, most))]
    return Bars(f"Posts over time, in steps of {width}", alt, path, number(most), ticks, _by_day(found.days))


def _starting(first: date, step: int, place: int) -> str:
    return _said(first + timedelta(days=step * place))


def _by_day(days: Sequence[tuple[date, int]]) -> Table:
    made, rest = cut(days, _ROWS, lambda _, one: (one[0].isoformat(), number(one[1])), "timeline.csv")
    return Table("Posts by day", (Column("Day (UTC)"), Column("Posts", "number")), made, rest)
