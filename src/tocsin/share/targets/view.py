"""The voting part of a finding, and what a watch read, as plain tables of words."""

from __future__ import annotations

from tocsin.model.finding import Finding, ScanSummary, Targeting, Watch
from tocsin.share import view
from tocsin.share.targets.words import sign, standing
from tocsin.share.view import Column, Table
from tocsin.share.words import clip, count, listed, moment, number, period

_ROWS, _NAME, _TEXT = 200, 160, 600


def leads(summary: ScanSummary) -> list[tuple[Finding, Targeting]]:
    """The findings about targeting in the order they are shown."""
    return [(finding, finding.targeting) for finding in view.ranked(summary) if finding.targeting]


def facts(finding: Finding, found: Targeting) -> list[tuple[str, str]]:
    """The finding in a few lines: name and value."""
    return [
        ("Standing", standing(finding)),
        ("Sign", sign(found.sign)),
        ("Offices", clip(listed(found.offices[:20]), 400)),
        ("Sources", number(found.sources)),
        ("Events", number(found.events)),
        ("When", when(finding, found)),
        ("Rules that matched", clip(listed(found.rules), 300)),
        ("Finding", clip(finding.id, 80)),
        ("Detector", clip(f"{finding.detector} {finding.version}", 160)),
    ]


def when(finding: Finding, found: Targeting) -> str:
    """When it was seen; a dash for results, which tell no moment."""
    return "–" if found.sign == "results" else period(finding.first, finding.last)


def sure(finding: Finding) -> str:
    """The q-value of the finding, as the share of chance among all results as strong; by rule where it has none."""
    told = [test.q for test in finding.tests if test.q is not None]
    return f"{number(min(told) * 100)} %" if told else "by rule"


def names(found: Targeting) -> Table:
    """The names that resemble official ones."""
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
        "names.csv",
    )
    heads = (Column("Name seen", "quote"), Column("Resembles", "quote"), Column("Of", "quote"), Column("Technique"))
    more = (Column("Likeness", "number"), Column("First seen (UTC)", "time"), Column("Why it counts"))
    return Table("Names", (*heads, *more), made, rest)


def sightings(found: Targeting) -> Table:
    """The rows behind a finding, each with its file and row and why it counts."""
    made, rest = view.cut(
        found.sightings,
        _ROWS,
        lambda _, one: (
            moment(one.time),
            clip(one.office, _NAME),
            clip(one.source, _NAME) or "–",
            clip(one.what, _TEXT),
            clip(one.note, _TEXT) or "–",
            f"{clip(one.file, _NAME)}, {one.row:,}",
        ),
        "evidence.parquet",
    )
    if not rest and found.events > len(found.sightings):
        rest = f"The first {len(found.sightings):,} of {found.events:,} events; all are in evidence.parquet."
    heads = (
        Column("Time (UTC)", "time"),
        Column("Office", "quote"),
        Column("Source", "quote"),
        Column("What", "quote"),
    )
    return Table("What was seen", (*heads, Column("Why it counts"), Column("File and row", "quote")), made, rest)


def cannot_show(found: Targeting) -> list[str]:
    """What this evidence cannot show, in sentences."""
    return [clip(text, _TEXT) for text in found.cannot_show]


def read(watch: Watch) -> Table:
    """What was read: official names, observed names, events by office, polling stations."""
    rows = [("Official names", number(watch.official)), ("Names observed", number(watch.observed))]
    rows += [(f"Events at {clip(office, _NAME)}", number(n)) for office, n in sorted(watch.events.items())]
    rows += [("Sources in the logs", number(watch.sources)), ("Polling stations", number(watch.stations))]
    return Table("What was read", (Column("What", "quote"), Column("Rows", "number")), rows)


def tested(watch: Watch) -> Table:
    """The tests made by each detector, and the detectors that had nothing to read."""
    rows = [(code, number(n), "–") for code, n in watch.tested.items()]
    rows += [(code, "–", clip(why, _TEXT)) for code, why in watch.skipped.items()]
    return Table("Tests made", (Column("Detector"), Column("Tests", "number"), Column("Not run for want of")), rows)


def measured(watch: Watch) -> Table:
    """Figures that are told without a finding too."""
    rows = [(clip(what, _NAME), clip(told, _TEXT)) for what, told in watch.measured.items()]
    return Table("Measured, with or without a finding", (Column("What", "quote"), Column("Figures")), rows)


def refused(watch: Watch) -> Table:
    """The methods that were not used, and why."""
    rows = [(clip(name, _NAME), clip(why, _TEXT)) for name, why in watch.refused.items()]
    return Table("Methods that are refused", (Column("Method"), Column("Why")), rows)


def scope(watch: Watch) -> str:
    """What was looked at, in one sentence."""
    parts = [
        (watch.observed, f"{count(watch.observed, 'observed name')} against {count(watch.official, 'official name')}"),
        (
            sum(watch.events.values()),
            f"{count(sum(watch.events.values()), 'event')} in the logs of {count(len(watch.events), 'office')}",
        ),
        (watch.stations, count(watch.stations, "polling station")),
    ]
    return listed([text for n, text in parts if n], "nothing")
