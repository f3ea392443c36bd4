"""One finding as plain tables of words: what the report and the terminal both show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import pyarrow as pa

from tocsin.model.finding import Finding, Interval, Member, ScanSummary, SharedObject
from tocsin.share import words
from tocsin.share.moments import Sample, Timeline
from tocsin.share.words import clip, duration, listed, moment, number

T = TypeVar("T")
ORDER = {"lead": 0, "explained": 1, "interest": 2}
_MEMBERS, _OBJECTS, _LINKS, _NAME, _TEXT = 100, 50, 50, 120, 600


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `kind` quote: text that comes from the data, whatever its script."""

    title: str
    kind: Literal["text", "quote", "number", "strong", "time"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words. `rest` says what was left out; `links` are targets for the first cell of each row."""

    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[str, ...]]
    rest: str = ""
    links: tuple[str, ...] = ()


def ranked(summary: ScanSummary) -> list[Finding]:
    """Findings in the order they are shown: leads, explained groups, communities; the scan's own order in each."""
    return sorted(summary.findings, key=lambda finding: ORDER[finding.standing])


def members_ranked(finding: Finding) -> list[Member]:
    """Members, the most probable first; their place in this list is the number they are shown by."""
    return sorted(finding.members, key=lambda m: (-m.probability, -m.together, m.account))


def standing(finding: Finding) -> str:
    """The standing in words: `Lead`."""
    return str(words.vocabulary()["standing"][finding.standing]["one"]).capitalize()


def cut(
    rows: Sequence[T], most: int, make: Callable[[int, T], tuple[str, ...]], where: str
) -> tuple[list[tuple[str, ...]], str]:
    """The first `most` rows as cells, and a sentence on what was left out and where it stands."""
    left = len(rows) - most
    rest = f"{left:,} more rows are not shown here; all are in {where}." if left > 0 else ""
    return [make(i, row) for i, row in enumerate(rows[:most])], rest


def tests(finding: Finding) -> Table:
    """The tests: question, null model, observed, expected, and what the p-, q- and e-values say."""
    rows = [
        (
            clip(test.question, _TEXT),
            clip(f"{test.name}. {test.null_model}", _TEXT),
            number(test.observed),
            number(test.expected),
            " ".join([*words.verdicts(test), clip(test.note, _TEXT)]).strip() or "–",
        )
        for test in finding.tests
    ]
    heads = (Column("Question"), Column("Test and null model"), Column("Observed", "number"))
    return Table("Tests", (*heads, Column("Expected by chance", "number"), Column("What it says")), rows)


def intervals(caption: str, items: Iterable[Interval]) -> Table:
    """Figures with their uncertainty."""
    rows = [
        (
            clip(item.name, _NAME),
            f"{number(item.value)} {clip(item.unit, 40)}".strip(),
            f"{number(item.low)} to {number(item.high)}",
            f"{number(item.level * 100)} %",
            clip(item.meaning, _TEXT) or "–",
        )
        for item in items
    ]
    heads = (Column("Figure"), Column("Value", "number"), Column("Interval", "number"), Column("Confidence", "number"))
    return Table(caption, (*heads, Column("What it means")), rows)


def explanations(finding: Finding) -> Table:
    """The innocent explanations and what the data say of each."""
    rows = [(clip(e.question, _TEXT), e.verdict, clip(e.detail, _TEXT)) for e in finding.explanations]
    return Table(
        "Innocent explanations", (Column("Explanation"), Column("Verdict", "strong"), Column("From the data")), rows
    )


def members(finding: Finding) -> Table:
    """The members, each with its own evidence."""

    def row(i: int, member: Member) -> tuple[str, ...]:
        figures = (number(member.together), number(member.expected), number(member.probability))
        return str(i + 1), clip(member.account, _NAME), number(member.posts), *figures

    rows, rest = cut(members_ranked(finding), _MEMBERS, row, "members.csv")
    heads = (Column("No."), Column("Account", "quote"), Column("Posts", "number"), Column("Joint posts", "number"))
    return Table(
        "Members",
        (*heads, Column("Expected by chance", "number"), Column("Probability of belonging", "number")),
        rows,
        rest,
    )


def objects(finding: Finding) -> Table:
    """The things the group shared together, those shared by most members first."""

    def row(_: int, thing: SharedObject) -> tuple[str, ...]:
        counts = (f"{thing.members:,} of {thing.accounts:,}", number(thing.posts), duration(thing.spread_s))
        return clip(thing.object, 240), clip(thing.layer, _NAME), *counts, moment(thing.first), moment(thing.last)

    ordered = sorted(finding.objects, key=lambda o: (-o.members, o.spread_s, o.layer, o.object))
    rows, rest = cut(ordered, _OBJECTS, row, "scan.json and evidence.csv")
    heads = (Column("Object", "quote"), Column("Layer"), Column("Members, of all who shared it", "number"))
    more = (
        Column("Posts", "number"),
        Column("Median gap", "number"),
        Column("First (UTC)", "time"),
        Column("Last (UTC)", "time"),
    )
    return Table("Shared objects", (*heads, *more), rows, rest)


def breakout(finding: Finding) -> Table:
    """The steps of the Breakout Scale and the dated evidence for each."""
    steps = words.vocabulary()["breakout"]
    rows = [
        (
            f"{step.level}. {steps.get(str(step.level), '')}".strip(),
            "shown" if step.shown else "not shown",
            clip(step.evidence, _TEXT) or "–",
            moment(step.time),
        )
        for step in finding.breakout
    ]
    return Table(
        "Reach on the Breakout Scale",
        (Column("Step"), Column("In these posts"), Column("Evidence"), Column("Time (UTC)", "time")),
        rows,
    )


def times(shown: Timeline) -> Table:
    """The timeline in figures, without its empty intervals."""
    known = shown.posts is not None
    rows = [
        (moment(shown.time(i)), *((number(shown.posts[i]),) if shown.posts is not None else ()), number(joint))
        for i, joint in enumerate(shown.joint)
        if joint or (shown.posts is not None and shown.posts[i])
    ]
    middle = (Column("Members' posts", "number"),) if known else ()
    heads = (Column("From (UTC)"), *middle, Column("Joint posts", "number"))
    return Table(f"Posts in each {duration(shown.width_s)}", heads, rows)


def hours(finding: Finding) -> Table:
    """Joint posts by hour of day."""
    rows = [(f"{hour:02d}:00", number(n)) for hour, n in enumerate(finding.hours)]
    return Table("Joint posts by hour of day", (Column("Hour (UTC)"), Column("Joint posts", "number")), rows)


def links(finding: Finding, edges: pa.Table) -> Table:
    """The strongest links of a finding. `edges`: its rows of EDGES, the most objects first."""
    place = {member.account: str(i + 1) for i, member in enumerate(members_ranked(finding))}

    def row(_: int, edge: dict[str, object]) -> tuple[str, ...]:
        both = (_numbered(str(edge[side]), place) for side in ("a", "b"))
        figures = (_figure(edge[name]) for name in ("objects", "expected", "q_synchrony", "q_affinity"))
        delay = edge["median_delay_s"]
        gap = duration(delay) if isinstance(delay, float) else "–"
        return *both, clip(str(edge["layer"]), _NAME), duration(float(str(edge["window_s"]))), *figures, gap

    rows, rest = cut(edges.slice(0, _LINKS).to_pylist(), _LINKS, row, "")
    if edges.num_rows > _LINKS:
        rest = f"{edges.num_rows - _LINKS:,} more rows are not shown here; all are in edges.csv."
    heads = (Column("Account", "quote"), Column("Account", "quote"), Column("Layer"), Column("Window", "number"))
    figures = tuple(Column(t, "number") for t in ("Objects", "Expected", "q synchrony", "q affinity", "Median gap"))
    return Table("Links between members", (*heads, *figures), rows, rest)


def _numbered(account: str, place: dict[str, str]) -> str:
    return f"{place[account]} · {clip(account, _NAME)}" if account in place else clip(account, _NAME)


def _figure(value: object) -> str:
    return number(float(value)) if isinstance(value, int | float) else "–"


def samples(accounts: list[str], shown: list[Sample]) -> Table:
    """Sample posts: an object a row, an account a column, seconds after the first of the row."""

    def cell(post: tuple[float, object, str] | None) -> str:
        if post is None:
            return "–"
        after = "first" if post[0] == 0 else f"+{duration(post[0])}"
        return f"{after}: {clip(post[2], _TEXT)}"

    rows = [(f"{clip(s.object, 240)} ({s.layer})", *(cell(post) for post in s.posts)) for s in shown]
    heads = (Column("Object", "quote"), *(Column(clip(account, _NAME), "quote") for account in accounts))
    return Table("The same things side by side", heads, rows)


def facts(finding: Finding) -> list[tuple[str, str]]:
    """The finding in a few lines: name and value."""
    lines = [
        ("Standing", standing(finding)),
        ("Accounts", number(len(finding.members))),
        ("Shared objects", number(len(finding.objects))),
        ("When", words.period(finding.first, finding.last)),
        ("Layers", clip(listed(finding.layers), 300)),
        ("Platforms", clip(listed(finding.platforms, "not given"), 300)),
    ]
    if finding.stability:
        found = finding.stability
        told = f"{number(found.value)} {found.unit}".strip()
        lines.append(
            ("Stability", clip(f"{told} ({number(found.low)} to {number(found.high)}) {found.meaning}".strip(), 300))
        )
    return [*lines, ("Finding", clip(finding.id, 80)), ("Detector", clip(f"{finding.detector} {finding.version}", 160))]
