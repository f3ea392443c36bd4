"""The leak part of a finding, and what was read, as plain tables of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from tocsin.detect.leaks.combine import CHANGES, QUOTES
from tocsin.detect.leaks.mail.mailbox import MailboxReport
from tocsin.model.finding import Finding, Leak, Reading, ScanSummary
from tocsin.share import view
from tocsin.share.leaks.words import sign, standing
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, listed, moment, number, period

_ROWS, _NAME, _TEXT = 200, 160, 600


def leads(summary: ScanSummary) -> list[tuple[Finding, Leak]]:
    """The findings about a leak in the order they are shown."""
    return [(finding, finding.leak) for finding in view.ranked(summary) if finding.leak]


def facts(finding: Finding, found: Leak) -> list[tuple[str, str]]:
    """The finding in a few lines: name and value."""
    verdicts = [f"{verdict} {n:,}" for verdict, n in found.verdicts.items()]
    return [
        ("Standing", standing(finding)),
        ("Sign", sign(found.sign)),
        ("Mails or documents", number(found.documents)),
        ("Verdicts", clip(listed(verdicts), 300)),
        ("Changes", many(len(found.changes), CHANGES)),
        ("Quotes", many(len(found.quotes), QUOTES)),
        ("When", period(finding.first, finding.last) if found.sign != "document" else "–"),
        ("Finding", clip(finding.id, 80)),
        ("Detector", clip(f"{finding.detector} {finding.version}", 160)),
    ]


def many(n: int, most: int) -> str:
    """A count of what a finding keeps at most `most` of."""
    return f"{number(n)} and more" if n == most else number(n)


def sure(finding: Finding) -> str:
    """The q-value of the finding, as the share of chance among all results as strong; by rule where it has none."""
    told = [test.q for test in finding.tests if test.q is not None]
    return f"{number(min(told) * 100)} %" if told else "by rule"


@dataclass(frozen=True, slots=True)
class Difference:
    """A change between the words that both texts have before and after it."""

    kind: str
    place: str
    left: str
    before: str
    after: str
    right: str


@dataclass(frozen=True, slots=True)
class Differences:
    """The changes of a finding, side by side; `rest` says what was left out."""

    rows: Sequence[Difference]
    rest: str


def changes(found: Leak, around: bool = True) -> Differences:
    """What differs, side by side; without the words `around` for who may not see all names: these could split one."""
    made = [
        Difference(
            one.kind,
            clip(one.place, _NAME),
            clip(one.left, _TEXT) if around else "",
            clip(one.before, _TEXT),
            clip(one.after, _TEXT),
            clip(one.right, _TEXT) if around else "",
        )
        for one in found.changes[:_ROWS]
    ]
    left = len(found.changes) - len(made)
    return Differences(made, f"{left:,} more are not shown here; they stand in changes.csv." if left else "")


def quotes(found: Leak) -> Table:
    """Passages of the leak in posts."""
    made, rest = view.cut(
        found.quotes,
        _ROWS,
        lambda _, one: (
            moment(one.time),
            clip(one.account, 80),
            clip(one.document, _NAME),
            clip(one.passage, _TEXT),
            number(one.words),
            number(one.gaps),
            number(one.weight),
        ),
        "quotes.csv",
    )
    heads = (Column("Time (UTC)", "time"), Column("Account", "quote"), Column("Document", "quote"))
    more = (
        Column("Passage of the leak", "quote"),
        Column("Words alike", "number"),
        Column("Words that differ", "number"),
    )
    return Table("Quotes", (*heads, *more, Column("Bits", "number")), made, rest)


def mailbox(report: MailboxReport | None) -> Table:
    """The verdict on every mail, the contradicted ones first."""
    order = {"contradicted": 0, "verified": 1, "verifiable": 2, "unknown": 3}
    rows = sorted(report.rows, key=lambda row: (order[row.verdict], row.file, row.row)) if report else []
    made, rest = view.cut(
        rows,
        _ROWS,
        lambda _, row: (
            f"{clip(row.file, _NAME)}, {row.row:,}",
            row.verdict,
            clip(" ".join(row.reasons), _TEXT),
            clip("; ".join(row.repairs), _TEXT) or "–",
            clip("; ".join(str(warned.text) for warned in row.warnings), _TEXT) or "–",
            moment(row.as_of),
        ),
        "messages.csv",
    )
    heads = (Column("Mail", "quote"), Column("Verdict"), Column("Why"), Column("Repairs that restore it"))
    return Table("Every mail", (*heads, Column("Warnings"), Column("Judged as of", "time")), made, rest)


def judged(evidence: pa.Table) -> Table:
    """Mails behind findings, as evidence rows (EVIDENCE) tell them."""
    made, rest = view.cut(
        evidence.select(["post", "object", "text", "time"]).to_pylist(),
        _ROWS,
        lambda _, row: (
            clip(row["post"], _NAME),
            clip(row["object"], _NAME),
            clip(row["text"], _TEXT) or "–",
            moment(row["time"]),
        ),
        "evidence.parquet",
    )
    heads = (Column("Mail", "quote"), Column("Signed by, or sent from", "quote"), Column("Why it counts"))
    return Table("Mails behind the leads", (*heads, Column("Judged as of", "time")), made, rest)


def shares(report: MailboxReport | None) -> Table:
    """Verdicts and their shares."""
    return view.intervals("Shares of the mailbox", report.shares if report else ())


def cannot_show(found: Leak) -> list[str]:
    """What this evidence cannot show, in sentences."""
    return [clip(text, _TEXT) for text in found.cannot_show]


def read(summary: ScanSummary, reading: Reading) -> Table:
    """What was read."""
    rows = [
        ("Mails", number(reading.messages)),
        ("Documents", number(reading.documents)),
        ("Posts", number(summary.posts)),
        *((f"Mails that are {verdict}", number(n)) for verdict, n in reading.verdicts.items()),
    ]
    return Table("What was read", (Column("What", "quote"), Column("Number", "number")), rows)


def tested(reading: Reading) -> Table:
    """The tests made by each detector, and the detectors that had nothing to read."""
    rows = [(code, number(n), "–") for code, n in reading.tested.items()]
    rows += [(code, "–", clip(why, _TEXT)) for code, why in reading.skipped.items()]
    return Table("Tests made", (Column("Detector"), Column("Tests", "number"), Column("Not run for want of")), rows)


def measured(reading: Reading) -> Table:
    """Figures that are told without a finding too."""
    rows = [(clip(what, _NAME), clip(told, _TEXT)) for what, told in reading.measured.items()]
    return Table("Measured, with or without a finding", (Column("What", "quote"), Column("Figures")), rows)


def scope(summary: ScanSummary, reading: Reading) -> str:
    """What was looked at, in one sentence."""
    parts: Sequence[tuple[int, str]] = (
        (reading.messages, count(reading.messages, "mail")),
        (reading.documents, count(reading.documents, "document")),
        (summary.posts, count(summary.posts, "post")),
    )
    return listed([text for n, text in parts if n], "nothing")
