"""Puts a scan of names, logs and results together as the report page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from tocsin.model.finding import Finding, ScanSummary, Targeting
from tocsin.share import page, words
from tocsin.share import view as shared
from tocsin.share.report.charts import Dots
from tocsin.share.report.charts import dots as dots_of
from tocsin.share.targets import timeline, view
from tocsin.share.targets.words import sign, signs, standing, vocabulary
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, number

_NAME = 200


@dataclass(frozen=True, slots=True)
class LeadPart:
    """Everything the page shows of one finding."""

    anchor: str
    number: int
    title: str
    standing: str
    kind: str
    sentence: str
    facts: list[tuple[str, str]]
    effects: list[Dots]
    tables: dict[str, Table]
    cannot_show: list[str]
    notes: list[str]


def render(summary: ScanSummary, rows: pa.Table) -> str:
    """The report of a targets scan as one HTML document; `summary.watch` must be there; `rows` is TIMELINE.

    The first 50 findings (leads first) are set out in full; all of them, up to 1,000, stand in the list.
    """
    watch = summary.watch
    assert watch is not None, "a scan of posts has its own report"
    found = view.leads(summary)
    return page.template("targets", "targets.html.j2").render(
        summary=summary,
        headline=headline(summary),
        scope=f"Looked at: {view.scope(watch)}; {words.period(summary.first, summary.last)}.",
        standings=page.standings(summary, vocabulary()["standing"]),
        overview=_overview(found),
        lanes=timeline.lanes(rows),
        parts=[_part(i + 1, finding, told) for i, (finding, told) in enumerate(found[: page.FULL])],
        tables={
            "read": view.read(watch),
            "tested": view.tested(watch),
            "measured": view.measured(watch),
            "refused": view.refused(watch),
            **page.tables(summary),
        },
        seconds=sum(summary.seconds.values()),
        vocabulary=vocabulary(),
    )


def headline(summary: ScanSummary) -> str:
    """The result in one sentence."""
    found = Counter[str](finding.standing for finding in summary.findings)
    if found["lead"]:
        kinds = Counter[str]()
        for finding, told in view.leads(summary):
            kinds[told.sign] += (len(told.names) or 1) if finding.standing == "lead" else 0
        said = words.listed([f"{n:,} {signs(n, code)}" for code, n in kinds.items() if n])
        return f"{count(found['lead'], 'lead')}: {said}"
    if found["explained"]:
        return f"No lead: {count(found['explained'], 'thing')} found, each with an innocent explanation that fits"
    return "Nothing stands out"


def _overview(found: list[tuple[Finding, Targeting]]) -> Table:
    heads = (Column("Lead", "quote"), Column("Standing"), Column("Sign"), Column("Offices", "number"))
    more = (Column("Events", "number"), Column("When"), Column("Chance among results as strong", "number"))
    return page.overview(
        "All leads",
        (*heads, *more),
        found,
        lambda i, pair: (
            f"{i + 1}. {clip(pair[0].title, _NAME)}",
            standing(pair[0]),
            sign(pair[1].sign),
            number(len(pair[1].offices)),
            number(pair[1].events),
            view.when(*pair),
            view.sure(pair[0]),
        ),
        "lead",
        "scan.json",
    )


def _part(place: int, finding: Finding, found: Targeting) -> LeadPart:
    return LeadPart(
        anchor=f"lead-{place}",
        number=place,
        title=clip(finding.title, _NAME),
        standing=standing(finding),
        kind=finding.standing,
        sentence=clip(finding.sentence, 1_000),
        facts=view.facts(finding, found),
        effects=dots_of("Size of the effect", finding.effects),
        tables={
            "names": view.names(found),
            "sightings": view.sightings(found),
            "tests": shared.tests(finding),
            "effects": shared.intervals("Effects", finding.effects),
            "explanations": shared.explanations(finding),
        },
        cannot_show=view.cannot_show(found),
        notes=[clip(note, 1_000) for note in finding.notes],
    )
