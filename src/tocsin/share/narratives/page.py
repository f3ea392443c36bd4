"""Puts a scan of content together as the report page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from tocsin.model.finding import Content, Finding, ScanSummary
from tocsin.share import page, words
from tocsin.share import view as shared
from tocsin.share.narratives import timeline, view
from tocsin.share.narratives.words import sign, signs, standing, vocabulary
from tocsin.share.report.charts import Bars, Dots
from tocsin.share.report.charts import dots as dots_of
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
    days: Bars | None
    effects: list[Dots]
    tables: dict[str, Table]
    opinions: list[str]
    cannot_show: list[str]
    notes: list[str]


def render(summary: ScanSummary, rows: pa.Table) -> str:
    """The report of a scan of content as one HTML document; `summary.reading` must be there; `rows` is TIMELINE.

    The first 50 findings (leads first) are set out in full; all of them, up to 1,000, stand in the list.
    """
    reading = summary.reading
    assert reading is not None, "a scan of posts has its own report"
    found = view.leads(summary)
    return page.template("narratives", "narratives.html.j2").render(
        summary=summary,
        headline=headline(summary),
        scope=f"Looked at: {view.scope(summary, reading)}; {words.period(summary.first, summary.last)}.",
        standings=page.standings(summary, vocabulary()["standing"]),
        overview=_overview(found),
        lanes=timeline.lanes(rows),
        parts=[_part(i + 1, finding, told) for i, (finding, told) in enumerate(found[: page.FULL])],
        tables={
            "read": view.read(summary, reading),
            "tested": view.tested(reading),
            "measured": view.measured(reading),
            **page.tables(summary, "Posts or rows", duplicates=True),
        },
        seconds=sum(summary.seconds.values()),
        vocabulary=vocabulary(),
    )


def headline(summary: ScanSummary) -> str:
    """The result in one sentence."""
    found = Counter[str](finding.standing for finding in summary.findings)
    if found["lead"]:
        kinds = Counter(told.sign for finding, told in view.leads(summary) if finding.standing == "lead")
        said = words.listed([f"{n:,} {signs(n, code)}" for code, n in kinds.most_common()])
        return f"{count(found['lead'], 'lead')}: {said}"
    if found["explained"]:
        return f"No lead: {count(found['explained'], 'thing')} found, each with an innocent explanation that fits"
    return "Nothing stands out"


def _overview(found: list[tuple[Finding, Content]]) -> Table:
    heads = (Column("Lead", "quote"), Column("Standing"), Column("Sign"), Column("Posts", "number"))
    more = (Column("Accounts", "number"), Column("Languages"), Column("When"))
    return page.overview(
        "All leads",
        (*heads, *more, Column("Chance among results as strong", "number")),
        found,
        lambda i, pair: (
            f"{i + 1}. {clip(pair[0].title, _NAME)}",
            standing(pair[0]),
            sign(pair[1].sign),
            number(pair[1].posts),
            number(pair[1].accounts),
            clip(words.listed(pair[1].languages), 80),
            view.when(*pair),
            view.sure(pair[0]),
        ),
        "lead",
        "scan.json",
    )


def _part(place: int, finding: Finding, found: Content) -> LeadPart:
    return LeadPart(
        anchor=f"lead-{place}",
        number=place,
        title=clip(finding.title, _NAME),
        standing=standing(finding),
        kind=finding.standing,
        sentence=clip(finding.sentence, 1_000),
        facts=view.facts(finding, found),
        days=timeline.bars(found),
        effects=dots_of("Size of the effect", finding.effects),
        tables={
            "wordings": view.wordings(found),
            "claims": view.claims(found),
            "pictures": view.pictures(found),
            "names": view.names(found),
            "breakout": shared.breakout(finding),
            "tests": shared.tests(finding),
            "effects": shared.intervals("Effects", finding.effects),
            "explanations": shared.explanations(finding),
        },
        opinions=view.opinions(found),
        cannot_show=view.cannot_show(found),
        notes=[clip(note, 1_000) for note in finding.notes],
    )
