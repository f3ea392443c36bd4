"""The content part of a finding, and what was read, as plain tables of words."""

from __future__ import annotations

from tocsin.model.finding import Content, Finding, Reading, ScanSummary
from tocsin.share import view
from tocsin.share.narratives.words import sign, standing
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, listed, moment, number, period

_ROWS, _NAME, _TEXT = 200, 160, 600
_UNKNOWN = "not told"


def leads(summary: ScanSummary) -> list[tuple[Finding, Content]]:
    """The findings about content in the order they are shown."""
    return [(finding, finding.content) for finding in view.ranked(summary) if finding.content]


def facts(finding: Finding, found: Content) -> list[tuple[str, str]]:
    """The finding in a few lines: name and value."""
    return [
        ("Standing", standing(finding)),
        ("Sign", sign(found.sign)),
        ("Posts", number(found.posts)),
        ("Accounts", number(found.accounts)),
        ("When", when(finding, found)),
        ("Platforms", clip(listed(finding.platforms, _UNKNOWN), 300)),
        ("Languages", clip(listed(found.languages, _UNKNOWN), 300)),
        ("Seen in", clip(listed(finding.layers), 300)),
        ("Finding", clip(finding.id, 80)),
        ("Detector", clip(f"{finding.detector} {finding.version}", 160)),
    ]


def when(finding: Finding, found: Content) -> str:
    """When it was posted; a dash where no post stands behind it."""
    return period(finding.first, finding.last) if found.posts else "–"


def sure(finding: Finding) -> str:
    """The q-value of the finding, as the share of chance among all results as strong; by rule where it has none."""
    told = [test.q for test in finding.tests if test.q is not None]
    return f"{number(min(told) * 100)} %" if told else "by rule"


def wordings(found: Content) -> Table:
    """The ways in which it is said."""
    made, rest = view.cut(
        found.wordings,
        _ROWS,
        lambda _, one: (
            clip(one.text, _TEXT),
            one.relation,
            clip(one.language, 20) or _UNKNOWN,
            number(one.posts),
            number(one.accounts),
            clip(listed(one.platforms, _UNKNOWN), 200),
            moment(one.first),
            f"{number(one.similarity)} by {clip(one.by, 60)}",
        ),
        "wordings.csv",
    )
    heads = (Column("Wording", "quote"), Column("To the first"), Column("Language"), Column("Posts", "number"))
    more = (Column("Accounts", "number"), Column("Platforms", "quote"), Column("First (UTC)", "time"))
    return Table("Wordings", (*heads, *more, Column("Likeness", "number")), made, rest)


def claims(found: Content) -> Table:
    """The fact-checks that may be about the same thing."""
    made, rest = view.cut(
        found.claims,
        _ROWS,
        lambda _, one: (
            clip(one.text, _TEXT),
            clip(one.publisher, _NAME),
            clip(one.verdict, _NAME) or "–",
            one.date.isoformat() if one.date else "–",
            one.state,
            number(one.probability),
            clip(one.url, 300) or "–",
        ),
        "links.csv",
    )
    heads = (Column("What was checked", "quote"), Column("By", "quote"), Column("In its words", "quote"))
    more = (Column("Date"), Column("State"), Column("Chance that both say the same", "number"), Column("At", "quote"))
    return Table("Checked claims that may be about it", (*heads, *more), made, rest)


def pictures(found: Content) -> Table:
    """Pictures and what they are copies of."""
    made, rest = view.cut(
        found.pictures,
        _ROWS,
        lambda _, one: (
            clip(one.picture, 80),
            clip(one.original, 80),
            clip(one.change, _NAME),
            number(one.distance),
            clip(one.credentials, _TEXT) or "–",
        ),
        "links.csv",
    )
    heads = (Column("Picture", "quote"), Column("Original", "quote"), Column("Change"))
    return Table("Pictures", (*heads, Column("Bits that differ", "number"), Column("Content credentials")), made, rest)


def names(found: Content) -> Table:
    """The names that resemble outlets' own."""
    made, rest = view.cut(
        found.names,
        _ROWS,
        lambda _, one: (
            clip(one.name, _NAME),
            clip(one.imitated, _NAME),
            clip(one.office, _NAME),
            clip(one.technique, _NAME),
            number(one.score),
            moment(one.first_seen),
            clip(one.note, _TEXT) or "–",
        ),
        "links.csv",
    )
    heads = (Column("Name seen", "quote"), Column("Resembles", "quote"), Column("Of", "quote"), Column("Technique"))
    more = (Column("Likeness", "number"), Column("First seen (UTC)", "time"), Column("Why it counts"))
    return Table("Names", (*heads, *more), made, rest)


def opinions(found: Content) -> list[str]:
    """What lists say of the domains in it, each with its source and date."""
    return [clip(text, _TEXT) for text in found.opinions]


def cannot_show(found: Content) -> list[str]:
    """What this evidence cannot show, in sentences."""
    return [clip(text, _TEXT) for text in found.cannot_show]


def read(summary: ScanSummary, reading: Reading) -> Table:
    """What was read: posts, texts, claims, pictures, names, and posts by language."""
    rows = [("Posts", number(summary.posts)), ("Accounts", number(summary.accounts))]
    rows += [("Distinct texts", number(reading.texts)), ("Checked claims", number(reading.claims))]
    rows += [("Pictures", number(reading.pictures)), ("Names observed", number(reading.names))]
    rows += [(f"Posts in {code}" if code else "Posts in a language not told", number(n)) for code, n in _most(reading)]
    return Table("What was read", (Column("What"), Column("Number", "number")), rows)


def _most(reading: Reading) -> list[tuple[str, int]]:
    return sorted(reading.languages.items(), key=lambda one: (not one[0], -one[1], one[0]))[:40]


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
    parts = [
        (summary.posts, f"{count(summary.posts, 'post')} by {count(summary.accounts, 'account')}"),
        (reading.claims, f"{count(reading.claims, 'checked claim')}"),
        (reading.names, f"{count(reading.names, 'observed name')}"),
        (reading.pictures, f"{count(reading.pictures, 'picture')}"),
    ]
    told = listed([text for n, text in parts if n], "nothing")
    return f"{told}; texts compared by {listed(reading.encoders, 'their letters')}"
