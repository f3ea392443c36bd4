"""One timeline over offices: what was seen where and when, of every sign, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from tocsin.model.arrow import pc, schema
from tocsin.model.finding import Finding
from tocsin.share import view
from tocsin.share.targets.words import sign
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, day, moment, number

_LANES, _STEPS, _WIDTH, _LANE, _ROWS = 40, 500, 1000, 10, 300

#: One row an event behind a finding, by time.
TIMELINE = schema(
    [
        pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("office", pa.string(), nullable=False),
        pa.field("sign", pa.string(), nullable=False),
        pa.field("standing", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("what", pa.string()),
        pa.field("finding", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Lanes:
    """A lane an office and a tick an event, in a box of 1000 x 10 for each lane; one path a sign."""

    title: str
    alt: str
    lanes: list[str]
    series: list[tuple[str, str, str]]  # words, CSS class, path
    ticks: list[tuple[float, str]]
    note: str
    table: Table


def timeline(findings: Iterable[Finding], evidence: pa.Table) -> pa.Table:
    """The events of `evidence` (EVIDENCE) by time, each with the sign and standing of its finding (TIMELINE).

    Polling stations are left out: a result has a day, not a moment.
    """
    found = [(f.id, f.targeting.sign, f.standing) for f in findings if f.targeting and f.targeting.sign != "results"]
    names = ("finding", "sign", "standing")
    columns = [pa.array([one[i] for one in found], pa.string()) for i in range(len(names))]
    told = pa.table(dict(zip(names, columns, strict=True)))
    rows = evidence.select(["finding", "time", "platform", "object", "account", "text", "file", "row"])
    rows = rows.set_column(2, "office", pc.coalesce(rows["platform"], rows["object"]))
    joined = rows.rename_columns({"account": "source", "text": "what"}).join(told, "finding", join_type="inner")
    return (
        joined.select(TIMELINE.names)
        .cast(TIMELINE)
        .sort_by([("time", "ascending"), ("file", "ascending"), ("row", "ascending")])
    )


def lanes(rows: pa.Table) -> Lanes | None:
    """The chart of a TIMELINE: the offices with most events; None where there is no event."""
    if not rows.num_rows:
        return None
    counted = rows.group_by("office").aggregate([("time", "count")])
    counted = counted.sort_by([("time_count", "descending"), ("office", "ascending")])
    offices = sorted(str(office) for office in counted["office"].to_pylist()[:_LANES])
    first, last = rows["time"][0].as_py(), rows["time"][-1].as_py()
    span = max((last - first).total_seconds(), 1.0)
    lane = {office: i for i, office in enumerate(offices)}
    marks: dict[str, set[tuple[int, int]]] = {}
    for office, time, code in zip(*(rows[name].to_pylist() for name in ("office", "time", "sign")), strict=True):
        if office in lane:
            place = int((time - first).total_seconds() / span * (_STEPS - 1))
            marks.setdefault(code, set()).add((lane[office], place))
    series = [
        (sign(code), code.replace(" ", "-"), _path(marks[code]))
        for code in sorted(marks, key=lambda code: (-len(marks[code]), code))
    ]  # the rare over the many
    alt = f"{count(rows.num_rows, 'event')} at {count(counted.num_rows, 'office')} from {day(first)} to {day(last)}: "
    kinds = rows.group_by("sign").aggregate([("time", "count")]).sort_by([("time_count", "descending")]).to_pylist()
    alt += "; ".join(f"{sign(kind['sign'])} {number(kind['time_count'])}" for kind in kinds) + "."
    more = counted.num_rows - len(offices)
    note = f"Shown are the {_LANES} offices with most events; {more:,} more are in timeline.csv." if more > 0 else ""
    ticks = [(place * 100, day(datetime.fromtimestamp(first.timestamp() + span * place, UTC))) for place in _AXIS]
    return Lanes(
        "What was seen at which office, and when", alt, [clip(o, 60) for o in offices], series, ticks, note, table(rows)
    )


_AXIS = (0.0, 1 / 3, 2 / 3)


def _path(marks: set[tuple[int, int]]) -> str:
    return "".join(f"M{(x + 0.5) / _STEPS * _WIDTH:.5g} {y * _LANE + 1.5:g}v7" for y, x in sorted(marks))


def table(rows: pa.Table) -> Table:
    """Days, offices and signs with the number of events: the chart in figures."""
    days = rows.append_column("day", pc.floor_temporal(rows["time"], unit="day"))
    grouped = days.group_by(["day", "office", "sign", "standing"]).aggregate(
        [("source", "count_distinct"), ("time", "count")]
    )
    made, rest = view.cut(
        grouped.sort_by([(name, "ascending") for name in ("day", "office", "sign", "standing")]).to_pylist(),
        _ROWS,
        lambda _, one: (
            moment(one["day"])[:10],
            clip(one["office"], 160),
            sign(one["sign"]),
            one["standing"],
            number(one["source_count_distinct"]),
            number(one["time_count"]),
        ),
        "timeline.csv",
    )
    heads = (Column("Day", "time"), Column("Office", "quote"), Column("Sign"), Column("Standing"))
    return Table(
        "Events by day and office", (*heads, Column("Sources", "number"), Column("Events", "number")), made, rest
    )
