"""Puts a scan together as the report page: what goes where; the words come from `view`, the markup from templates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.finding import Finding, LayerSummary, ScanSummary, SharedObject
from tocsin.share import moments, page, view, words
from tocsin.share.base import Exporter, Scan
from tocsin.share.moments import Sample
from tocsin.share.report import charts, network
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, duration, number

_FILES, _SKIPPED, _NEAREST, _NAME = 200, 50, 5, 200


@dataclass(frozen=True, slots=True)
class FindingPart:
    """Everything the page shows of one finding."""

    anchor: str
    number: int
    title: str
    standing: str
    kind: str
    sentence: str
    facts: list[tuple[str, str]]
    timeline: charts.Bars | None
    raster: charts.Raster | None
    hours: charts.Bars | None
    network: network.Network | None
    accounts: list[str]
    samples: list[Sample]
    effects: list[charts.Dots]
    windows: list[charts.Dots]
    tables: dict[str, Table]
    notes: list[str]


def render(summary: ScanSummary, edges: pa.Table, evidence: pa.Table, posts_by_hour: pa.Table | None = None) -> str:
    """The report as one HTML document. `edges` follows EDGES, `evidence` EVIDENCE, `posts_by_hour` POSTS_BY_HOUR.

    The first 50 findings (leads first) are set out in full; all of them, up to 1,000, stand in the list.
    """
    ranked = view.ranked(summary)
    parts = [_part(i, f, edges, evidence, posts_by_hour) for i, f in enumerate(ranked[: page.FULL], start=1)]
    return page.template("report", "report.html.j2").render(
        summary=summary,
        headline=headline(summary),
        scope=_scope(summary),
        standings=_standings(summary),
        overview=_overview(ranked),
        parts=parts,
        layers=_layers(summary),
        skipped=_skipped(summary),
        nearest=_nearest(edges) if not ranked else None,
        tables=page.tables(summary, "Posts", duplicates=True),
        seconds=sum(summary.seconds.values()),
        vocabulary=words.vocabulary(),
        network_size=network.SIZE,
    )


def headline(summary: ScanSummary) -> str:
    """The result in one sentence."""
    found = Counter[str](finding.standing for finding in summary.findings)
    if found["lead"]:
        one = found["lead"] == 1
        group = "1 group of accounts acts" if one else f"{found['lead']:,} groups of accounts act"
        return f"{group} together more than chance allows"
    if found["explained"]:
        return f"No lead: {count(found['explained'], 'group')} found, each with an innocent explanation that fits"
    if found["interest"]:
        return f"No lead: only {count(found['interest'], 'community', 'communities')} of interest"
    return "No group stands out"


def _scope(summary: ScanSummary) -> str:
    files, posts = count(len(summary.inputs), "file"), count(summary.posts, "post")
    return (
        f"{posts} by {count(summary.accounts, 'account')}, {words.period(summary.first, summary.last)}, from {files}."
    )


def _standings(summary: ScanSummary) -> list[tuple[str, str, str]]:
    found = Counter[str](finding.standing for finding in summary.findings)
    names = words.vocabulary()["standing"]
    return [
        (f"{found[key]:,}", names[key]["one" if found[key] == 1 else "many"], names[key]["meaning"])
        for key in view.ORDER
    ]


def _overview(ranked: list[Finding]) -> Table:
    heads = (Column("Finding", "quote"), Column("Standing"), Column("Accounts", "number"), Column("Layers"))
    return page.overview(
        "All findings",
        (*heads, Column("When"), Column("Seen by chance in (data sets)")),
        ranked,
        lambda i, f: (
            f"{i + 1}. {clip(f.title, _NAME)}",
            view.standing(f),
            number(len(f.members)),
            clip(words.listed(f.layers), _NAME),
            words.period(f.first, f.last),
            words.shortest(f.tests[0]) if f.tests else "–",
        ),
        "finding",
        "scan.json",
        "findings.csv",
    )


def _part(
    place: int, finding: Finding, edges: pa.Table, evidence: pa.Table, posts_by_hour: pa.Table | None
) -> FindingPart:
    rows = moments.of_finding(evidence, finding.id)
    own = edges.filter(pc.field("finding") == finding.id).sort_by(
        [
            ("objects", "descending"),
            ("a", "ascending"),
            ("b", "ascending"),
            ("layer", "ascending"),
            ("window_s", "ascending"),
        ]
    )
    by_hour = posts_by_hour.filter(pc.field("finding") == finding.id) if posts_by_hour is not None else None
    shown = moments.timeline(rows, by_hour)
    accounts, samples = moments.side_by_side(rows)
    return FindingPart(
        anchor=f"finding-{place}",
        number=place,
        title=clip(finding.title, _NAME),
        standing=view.standing(finding),
        kind=finding.standing,
        sentence=clip(finding.sentence, 1_000),
        facts=view.facts(finding),
        timeline=charts.timeline(shown) if shown else None,
        raster=charts.raster(finding, rows, shown) if shown else None,
        hours=charts.hours(finding) if finding.hours else None,
        network=network.network(finding, own),
        accounts=[clip(account, 60) for account in accounts],
        samples=samples,
        effects=charts.dots("Size of the effect", finding.effects),
        windows=charts.dots("Observed against expected at each window", finding.windows),
        tables=_tables(finding),
        notes=[clip(note, 1_000) for note in finding.notes],
    )


def _tables(finding: Finding) -> dict[str, Table]:
    return {
        "tests": view.tests(finding),
        "effects": view.intervals("Effects", finding.effects),
        "windows": view.intervals("Windows", finding.windows),
        "explanations": view.explanations(finding),
        "objects": view.objects(finding),
        "members": view.members(finding),
        "breakout": view.breakout(finding),
    }


def _layers(summary: ScanSummary) -> Table:
    def row(_: int, layer: LayerSummary) -> tuple[str, ...]:
        figures = (layer.shares, layer.objects, layer.accounts, layer.pair_objects, layer.edges, layer.significant)
        return clip(layer.layer, _NAME), duration(layer.window_s), *(number(n) for n in figures)

    rows, rest = view.cut(summary.layers, _FILES, row, "scan.json")
    titles = (
        "Window",
        "Shares",
        "Objects",
        "Accounts",
        "Joint shares of pairs",
        "Pairs together",
        "Pairs beyond chance",
    )
    return Table("What was counted", (Column("Layer"), *(Column(title, "number") for title in titles)), rows, rest)


def _skipped(summary: ScanSummary) -> Table:
    def row(_: int, thing: SharedObject) -> tuple[str, ...]:
        return clip(thing.object, _NAME), clip(thing.layer, _NAME), number(thing.accounts), number(thing.posts)

    rows, rest = view.cut(summary.skipped, _SKIPPED, row, "scan.json")
    heads = (Column("Object", "quote"), Column("Layer"), Column("Accounts", "number"), Column("Posts", "number"))
    return Table("Objects that carry no evidence", heads, rows, rest)


def _nearest(edges: pa.Table) -> Table:
    """The pairs that came nearest to standing out."""
    order: list[tuple[str, Literal["ascending", "descending"]]] = [
        ("q_synchrony", "ascending"),
        ("objects", "descending"),
    ]
    order += [("a", "ascending"), ("b", "ascending"), ("layer", "ascending"), ("window_s", "ascending")]
    rows = [
        (
            clip(edge["a"], _NAME),
            clip(edge["b"], _NAME),
            clip(edge["layer"], _NAME),
            duration(edge["window_s"]),
            number(edge["objects"]),
            number(edge["expected"]),
            number(edge["q_synchrony"]),
        )
        for edge in edges.sort_by(order)[:_NEAREST].to_pylist()
    ]
    heads = (Column("Account", "quote"), Column("Account", "quote"), Column("Layer"))
    titles = ("Window", "Objects together", "Expected by chance", "q-value")
    return Table("The pairs nearest to standing out", (*heads, *(Column(t, "number") for t in titles)), rows)


def _write(scan: Scan, stream: BinaryIO) -> None:
    # A lone surrogate cannot be encoded; `clip` takes them out of all that it passes.
    stream.write(render(scan.summary, scan.edges, scan.evidence, scan.posts_by_hour).encode("utf-8", "replace"))


HTML = Exporter("report", "text/html", "report.html", _write)
