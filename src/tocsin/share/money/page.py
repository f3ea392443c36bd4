"""Puts a scan of a donation register together as the report page: what goes where; the words come from `view`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tocsin.model.finding import Finding, Ledger, Money, ScanSummary
from tocsin.share import page, words
from tocsin.share import view as shared
from tocsin.share.money import charts, path, view
from tocsin.share.money.words import amount, flag, vocabulary
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
    timeline: Bars | None
    path: path.Picture | None
    effects: list[Dots]
    tables: dict[str, Table]
    notes: list[str]


def render(summary: ScanSummary) -> str:
    """The report of a money scan as one HTML document; `summary.money` must be there.

    The first 50 findings (leads first) are set out in full; all of them, up to 1,000, stand in the list.
    """
    ledger = summary.money
    assert ledger is not None, "a scan of posts has its own report"
    found = view.leads(summary)
    return page.template("money", "money.html.j2").render(
        summary=summary,
        ledger=ledger,
        looked_at=view.looked_at(ledger),
        headline=headline(summary, view.looked_at(ledger)),
        scope=_scope(summary, ledger),
        standings=page.standings(summary, vocabulary()["standing"]),
        overview=_overview(found),
        parts=[_part(i + 1, finding, money) for i, (finding, money) in enumerate(found[: page.FULL])],
        tables=_ledger(summary, ledger),
        balances=_balances(ledger),
        seconds=sum(summary.seconds.values()),
        vocabulary=vocabulary(),
        box=(path.WIDTH, path.HEIGHT),
    )


def headline(summary: ScanSummary, looked_at: int) -> str:
    """The result in one sentence; `looked_at` is the number of gifts."""
    found = Counter[str](finding.standing for finding in summary.findings)
    if found["lead"]:
        return f"{count(found['lead'], 'lead')} in {count(looked_at, 'gift')}"
    if found["explained"]:
        return f"No lead: {count(found['explained'], 'pattern')} found, each with an innocent explanation that fits"
    return "No gift stands out"


def _scope(summary: ScanSummary, ledger: Ledger) -> str:
    donors, recipients = count(ledger.donors, "donor"), count(ledger.recipients, "recipient")
    when = words.period(summary.first, summary.last)
    return (
        f"{count(view.looked_at(ledger), 'gift')} by {donors} to {recipients}, {view.totals(ledger)} in all, {when}, "
        f"from {count(len(summary.inputs), 'file')}."
    )


def _overview(found: list[tuple[Finding, Money]]) -> Table:
    heads = (Column("Lead", "quote"), Column("Standing"), Column("Flag"), Column("Donors", "number"))
    more = (Column("Total", "number"), Column("When"), Column("Seen by chance in (data sets)"))
    return page.overview(
        "All leads",
        (*heads, *more),
        found,
        lambda i, pair: (
            f"{i + 1}. {clip(pair[0].title, _NAME)}",
            shared.standing(pair[0]),
            flag(pair[1].flag),
            number(pair[1].donors),
            amount(pair[1].total_minor, pair[1].currency),
            words.period(pair[0].first, pair[0].last),
            words.shortest(pair[0].tests[0]) if pair[0].tests else "by rule",
        ),
        "lead",
        "leads.csv",
    )


def _part(place: int, finding: Finding, money: Money) -> LeadPart:
    shown = charts.spans((row.date, row.amount_minor, 1) for row in money.rows)
    return LeadPart(
        anchor=f"lead-{place}",
        number=place,
        title=clip(finding.title, _NAME),
        standing=shared.standing(finding),
        kind=finding.standing,
        sentence=clip(finding.sentence, 1_000),
        facts=view.facts(finding, money),
        timeline=charts.over_time(shown, money.currency) if shown and len(shown.money) > 1 else None,
        path=path.picture(path.whole(money)),
        effects=dots_of("Size of the effect", finding.effects),
        tables={
            "rows": view.rows(money),
            "rules": view.rules(money.rules),
            "tests": shared.tests(finding),
            "effects": shared.intervals("Effects", finding.effects),
            "explanations": shared.explanations(finding),
        },
        notes=[clip(note, 1_000) for note in finding.notes],
    )


def _balances(ledger: Ledger) -> list[tuple[list[Dots], Table]]:
    groups = dict.fromkeys(one.by for one in ledger.balance)
    return [(charts.balance(ledger.balance, by), view.balance(ledger.balance, by)) for by in groups]


def _ledger(summary: ScanSummary, ledger: Ledger) -> dict[str, Table]:
    """The tables on the scan as a whole."""
    return {
        "standings": view.standings(ledger),
        "tested": view.tested(ledger),
        "rules": view.rules(ledger.rules),
        **page.tables(summary),
    }
