"""The money part of a finding, and the ledger of a scan, as plain tables of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin.model.finding import Balance, Finding, Ledger, Money, ScanSummary, Step
from tocsin.share import view
from tocsin.share.money.words import amount, channel, during, flag, relation, vocabulary
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, listed, number, period

_ROWS, _STEPS, _NAME, _TEXT = 200, 100, 160, 600


def facts(finding: Finding, money: Money) -> list[tuple[str, str]]:
    """The finding in a few lines: name and value."""
    return [
        ("Standing", view.standing(finding)),
        ("Flag", flag(money.flag)),
        ("Channel", channel(money.channel)),
        ("Donors", number(money.donors)),
        ("Gifts", number(money.gifts)),
        ("Total", amount(money.total_minor, money.currency)),
        ("To", clip(listed(money.recipients), 300)),
        ("When", period(finding.first, finding.last)),
        ("Finding", clip(finding.id, 80)),
        ("Detector", clip(f"{finding.detector} {finding.version}", 160)),
    ]


def rows(money: Money) -> Table:
    """The gifts behind a finding, each with the file and row it stands in and why it counts."""
    made, rest = view.cut(
        sorted(money.rows, key=lambda row: (row.date, row.file, row.row)),
        _ROWS,
        lambda _, row: (
            row.date.isoformat(),
            clip(row.donor, _NAME),
            amount(row.amount_minor, row.currency),
            clip(row.recipient, _NAME),
            clip(row.note, _TEXT) or "–",
            f"{clip(row.gift, 80)} ({clip(row.file, _NAME)}, {row.row:,})",
        ),
        "gifts.parquet",
    )
    heads = (Column("Day", "time"), Column("Donor", "quote"), Column("Amount", "number"), Column("Recipient", "quote"))
    return Table("Gifts", (*heads, Column("Why it counts"), Column("Transaction, file and row", "quote")), made, rest)


def steps(path: Sequence[Step]) -> Table:
    """The path from gift to owner to list, step by step, with what shows each and the rule by which it counts."""
    made, rest = view.cut(
        path,
        _STEPS,
        lambda _, step: (
            clip(step.source, _NAME),
            relation(step),
            clip(step.target, _NAME),
            during(step),
            clip(step.evidence, _TEXT) or "–",
            clip(step.rule, _NAME) or "–",
        ),
        "scan.json",
    )
    heads = (Column("From", "quote"), Column("Step"), Column("To", "quote"), Column("When", "time"))
    return Table("From gift to owner to list", (*heads, Column("Shown by", "quote"), Column("Rule")), made, rest)


def rules(used: Iterable[str]) -> Table:
    """The dated rules that decided; one that nobody has compared with its source says so."""
    made = [
        (clip(rule, _NAME), "unverified: confirm it first" if "unverified" in rule else "read in its source")
        for rule in used
    ]
    return Table("Rules used", (Column("Rule", "quote"), Column("State", "strong")), made)


def standings(ledger: Ledger) -> Table:
    """The rows of the register by what became of them before any flag."""
    words = vocabulary()["standings"]
    made = [(code, words.get(code, ""), number(n)) for code, n in ledger.standings.items()]
    return Table("What became of the rows", (Column("Standing"), Column("Meaning"), Column("Rows", "number")), made)


def tested(ledger: Ledger) -> Table:
    """The tests made for each flag, and the flags that could not be computed."""
    made = [(flag(code), number(n), "–") for code, n in ledger.tested.items()]
    made += [(flag(code), "–", clip(why, _TEXT)) for code, why in ledger.skipped.items()]
    return Table(
        "What was tested", (Column("Flag"), Column("Tests", "number"), Column("Not computed for want of")), made
    )


def balance(items: Iterable[Balance], by: str) -> Table:
    """How often donors of each group are in a lead, with intervals, and against all the others."""
    made = [
        (
            clip(one.group, _NAME) or "not told",
            number(one.donors),
            number(one.flagged),
            f"{_percent(one.rate.value)} ({_percent(one.rate.low)} to {_percent(one.rate.high)})",
            f"{number(one.ratio.value)} ({number(one.ratio.low)} to {number(one.ratio.high)})",
        )
        for one in items
        if one.by == by
    ]
    heads = (Column(by.capitalize(), "quote"), Column("Donors", "number"), Column("In a lead", "number"))
    figures = (Column("Rate, 95 % interval", "number"), Column("Times the rate of all others", "number"))
    return Table(f"Balance by {by}", (*heads, *figures), made)


def looked_at(ledger: Ledger) -> int:
    """The rows that the flags looked at; all where nothing was told apart."""
    return ledger.standings.get("counted", ledger.gifts)


def totals(ledger: Ledger) -> str:
    """What was given in all: `1,234.00 USD and 50.00 EUR`."""
    return listed([amount(minor, currency) for currency, minor in sorted(ledger.total_minor.items())])


def leads(summary: ScanSummary) -> list[tuple[Finding, Money]]:
    """The findings about money in the order they are shown."""
    return [(finding, finding.money) for finding in view.ranked(summary) if finding.money]


def _percent(value: float) -> str:
    return f"{number(value * 100)} %"
