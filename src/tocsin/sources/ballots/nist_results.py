"""Reported results in NIST SP 1500-100 (version 2), XML and JSON: each vote counted once, however it is broken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.sources.ballots.base import Format, Given, Json, whole_number
from tocsin.sources.ballots.cdf import ids, many, objects, one, sniff, text, true
from tocsin.sources.ballots.counts import Counts
from tocsin.sources.ballots.named import Names

_PATHS = (
    ("GpUnit", "*"),
    ("Party", "*"),
    ("Election", "*", "Candidate", "*"),
    ("Election", "*", "Contest", "*"),
    ("Election", "*", "BallotCounts", "*"),
)
_NOT_VOTES = "seats"
_BATCHES = ("ballot-batch", "precinct", "combined-precinct", "split-precinct", "polling-place", "vote-center")


@dataclass(slots=True)
class _Report:
    """What a report says until it is all read: units, contests with their line, ballots cast."""

    names: Names = field(default_factory=Names)
    units: dict[str, Json] = field(default_factory=dict)
    contests: list[tuple[int, Json]] = field(default_factory=list)
    ballots: list[Json] = field(default_factory=list)
    suppressed: int = 0

    def inside(self, unit: str) -> set[str]:
        """The units that a unit is composed of, theirs, and so on."""
        found, waiting = set[str](), [unit]
        while waiting:
            for part in ids(self.units.get(waiting.pop(), {}).get("ComposingGpUnitIds")):
                if part not in found:
                    found.add(part)
                    waiting.append(part)
        return found - {unit}

    def outermost(self, units: set[str]) -> set[str]:
        """Those that are no part of another of them."""
        return units - set().union(*(self.inside(unit) for unit in units))


def _take(given: Given, counts: Counts, *, by_batch: bool) -> None:
    report = _Report()
    for what, row, value, _ in objects(given, _PATHS):
        if what in ("ReportingUnit", "ReportingDevice", "GpUnit"):
            report.units[one(value.get("@id"))] = value
        elif what == "BallotCounts":
            report.ballots.append(value)
        else:
            report.names.learn(what, value)
            if what.endswith("Contest"):
                report.contests.append((row, value))
    for row, contest in report.contests:
        _contest(given, counts, report, row, contest, by_batch=by_batch)
    report.names.tell(counts.contests)
    if report.suppressed:
        given.notes.append(f"{report.suppressed} counts are suppressed for privacy: sums are too low by these")


def _contest(given: Given, counts: Counts, report: _Report, row: int, contest: Json, *, by_batch: bool) -> None:
    id_ = one(contest.get("@id"))
    learned = counts.contests[id_]
    for selection in many(contest.get("ContestSelection")):
        choice = learned.choice(one(selection.get("@id")))
        by_unit = _by_unit(report, many(selection.get("VoteCounts")), "Count")
        for unit, votes in _parts(report, by_unit, one(contest.get("ElectionDistrictId")), by_batch=by_batch):
            batch = _called(report, unit) if by_batch else unit
            if not counts.add(given, row, given.where, batch, id_, choice, votes):
                given.reject(row, f"votes of {batch} are in another file already")
    cast = _by_unit(report, report.ballots, "BallotsCast")
    units = cast.keys() & {one(contest.get("ElectionDistrictId"))} or report.outermost(set(cast))
    learned.cards = max(learned.cards, sum(cast[unit] for unit in units))


def _parts(report: _Report, by_unit: Mapping[str, int], district: str, *, by_batch: bool) -> Iterator[tuple[str, int]]:
    """The units whose counts add up to the whole: batches and precincts, or the district, or the outermost ones."""
    if by_batch:
        chosen = {unit for unit in by_unit if one(report.units.get(unit, {}).get("Type")) in _BATCHES}
        chosen -= {unit for unit in chosen if report.inside(unit) & chosen}  # the innermost
    else:
        chosen = {district} if district in by_unit else report.outermost(set(by_unit))
    return ((unit, votes) for unit, votes in by_unit.items() if unit in chosen)


def _by_unit(report: _Report, entries: list[Json], member: str) -> dict[str, int]:
    """The count of each unit: its total where one is given, else the sum of the ways of voting; the first round."""
    total: dict[str, dict[bool, int]] = {}
    ways: dict[str, dict[bool, int]] = {}
    for entry in entries:
        number = whole_number(one(entry.get(member)))
        if true(entry.get("IsSuppressedForPrivacy")):
            report.suppressed += 1
        if number is None or one(entry.get("Round")) not in ("", "1") or one(entry.get("Type")) == _NOT_VOTES:
            continue
        kept = (total if one(entry.get("Type")) == "total" else ways).setdefault(one(entry.get("GpUnitId")), {})
        of_device = bool(entry.get("DeviceClass"))
        kept[of_device] = kept.get(of_device, 0) + number
    return {unit: _plain(total.get(unit) or ways[unit]) for unit in {**total, **ways}}


def _plain(found: Mapping[bool, int]) -> int:
    """The count for all kinds of device where there is one, else the sum of those by device."""
    return found[False] if False in found else found[True]


def _called(report: _Report, unit: str) -> str:
    return text(report.units.get(unit, {}).get("Name")) or unit


RESULTS: Format[Counts] = Format(
    "nist-1500-100",
    "NIST SP 1500-100 election results",
    lambda head: sniff(head, "ElectionReport"),
    lambda given, counts: _take(given, counts, by_batch=False),
    files=True,
)
TALLIES: Format[Counts] = Format(
    RESULTS.id, RESULTS.title, RESULTS.sniff, lambda given, counts: _take(given, counts, by_batch=True), files=True
)
