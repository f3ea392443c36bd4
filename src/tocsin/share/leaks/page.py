"""Puts a scan of a leak together as the report page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tocsin.detect.leaks.combine import CHANGES, QUOTES
from tocsin.detect.leaks.mail.mailbox import MailboxReport
from tocsin.model.finding import Finding, Leak, ScanSummary
from tocsin.share import page, words
from tocsin.share import view as shared
from tocsin.share.leaks import view
from tocsin.share.leaks.words import sign, signs, standing, vocabulary
from tocsin.share.report.charts import Dots
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
    effects: list[Dots]
    changes: view.Differences
    tables: dict[str, Table]
    cannot_show: list[str]
    notes: list[str]


def render(summary: ScanSummary, report: MailboxReport | None) -> str:
    """The report of a scan of a leak as one HTML document; `summary.reading` must be there; `report` is the verdict on
    every mail. The first 50 findings (leads first) are set out in full; all, up to 1,000, stand in the list."""
    reading = summary.reading
    assert reading is not None, "a scan of posts has its own report"
    found = view.leads(summary)
    return page.template("leaks", "leaks.html.j2").render(
        summary=summary,
        headline=headline(summary),
        scope=f"Looked at: {view.scope(summary, reading)}.",
        standings=page.standings(summary, vocabulary()["standing"]),
        overview=_overview(found),
        parts=[_part(i + 1, finding, told) for i, (finding, told) in enumerate(found[: page.FULL])],
        tables={
            "mailbox": view.mailbox(report),
            "shares": view.shares(report),
            "read": view.read(summary, reading),
            "tested": view.tested(reading),
            "measured": view.measured(reading),
            **page.tables(summary, "Mails, documents or posts"),
        },
        together=[clip(one.title, _NAME) for one in summary.findings if one.leak is None],
        seconds=sum(summary.seconds.values()),
        vocabulary=vocabulary(),
    )


def headline(summary: ScanSummary) -> str:
    """The result in one sentence."""
    found = view.leads(summary)
    leads = Counter(told.sign for finding, told in found if finding.standing == "lead")
    if leads:
        said = words.listed([f"{n:,} {signs(n, code)}" for code, n in leads.most_common()])
        return f"{count(leads.total(), 'lead')}: {said}"
    return f"No lead; {count(len(found), 'thing')} of interest" if found else "Nothing stands out"


def _overview(found: list[tuple[Finding, Leak]]) -> Table:
    heads = (Column("Lead", "quote"), Column("Standing"), Column("Sign"), Column("Mails or documents", "number"))
    more = (Column("Changes", "number"), Column("Quotes", "number"))
    return page.overview(
        "All leads",
        (*heads, *more, Column("Chance among results as strong", "number")),
        found,
        lambda i, pair: (
            f"{i + 1}. {clip(pair[0].title, _NAME)}",
            standing(pair[0]),
            sign(pair[1].sign),
            number(pair[1].documents),
            view.many(len(pair[1].changes), CHANGES),
            view.many(len(pair[1].quotes), QUOTES),
            view.sure(pair[0]),
        ),
        "lead",
        "scan.json",
    )


def _part(place: int, finding: Finding, found: Leak) -> LeadPart:
    return LeadPart(
        anchor=f"lead-{place}",
        number=place,
        title=clip(finding.title, _NAME),
        standing=standing(finding),
        kind=finding.standing,
        sentence=clip(finding.sentence, 1_000),
        facts=[("Files", clip(words.listed(finding.subjects[:20]), 400)), *view.facts(finding, found)],
        effects=dots_of("Size of the effect", finding.effects),
        changes=view.changes(found),
        tables={
            "quotes": view.quotes(found),
            "tests": shared.tests(finding),
            "effects": shared.intervals("Effects", finding.effects),
            "explanations": shared.explanations(finding),
        },
        cannot_show=view.cannot_show(found),
        notes=[clip(note, 1_000) for note in finding.notes],
    )
