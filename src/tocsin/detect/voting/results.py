"""voting.results: more stations at whole percentages than chance gives; a question for a hand count, never proof."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.voting import base
from tocsin.detect.voting.beside import REFUSED, told
from tocsin.detect.voting.clients import codes
from tocsin.detect.voting.stations import Numbers, Stations
from tocsin.model.finding import Explanation, Interval, Test, Verdict
from tocsin.model.targets import CONTEST
from tocsin.stats import stated
from tocsin.stats.percentages import chernoff, deviation
from tocsin.stats.tails import by_q

#: Windows that are no whole percentages: what is high there too is made by the figures' own grid.
CONTROLS = (0.25, 0.5, 0.75)
ROUNDED = 0.9  # of stations with a multiple of five: counts that were rounded
QUESTIONS = {
    "turnout": "Is turnout near a whole percentage more often than chance gives?",
    "share": "Is the first-placed choice's share near a whole percentage more often than chance gives?",
    "either": "Is either of them?",
}
CANNOT_SHOW = (
    "Who was helped, by how many votes, and whether the winner would be another: it is a question for a hand count.",
    "That results without it are right: figures that were invented without round percentages leave no such trace.",
    "At which of the stations: by chance alone many are at whole percentages.",
)


class Parameters(base.Parameters):
    """What a user may set."""

    min_stations: int = Field(default=500, ge=50, description="Fewest stations of a contest that is looked at.")


class Results(base.Detector):
    """Stations whose turnout or whose first-placed choice's share is within 0.05 points of a whole percentage."""

    id = "voting.results"
    title = "Results by polling station"
    params = Parameters
    wants = "stations"

    def look(self, tables: base.VotingTables, params: Parameters) -> base.Result:
        """Three hypotheses a contest (turnout, share, either); p is the least of the three, times three."""
        found: list[base.Candidate] = []
        measured: dict[str, str] = {}
        tested = 0
        for contest, table in enumerate(tables.stations):
            stations, name = Stations.of(table), name_of(table, contest)
            name += f" ({contest + 1})" if name in measured else ""  # two files, or contests, of one name
            if (stations.turned | stations.shared).sum() < params.min_stations:
                measured[name] = f"fewer than {params.min_stations:,} stations of 100 ballots and more: not looked at"
                continue
            tested += len(QUESTIONS)
            candidate, figures = _look(stations, contest, name)
            measured[name] = figures
            if candidate.p is not None and candidate.p * len(tables.stations) <= 1:
                found.append(candidate)
        skipped = "" if tested else f"no contest has {params.min_stations:,} stations of 100 ballots and more"
        return base.Result(tuple(found), tested, skipped, REFUSED, measured)


def name_of(table: pa.Table, contest: int) -> str:
    """What a contest is called: its own name, else its file's."""
    given = (table.schema.metadata or {}).get(CONTEST, b"").decode()
    file = PurePath(str(table["file"][0])).name if table.num_rows else ""
    return given or file or f"contest {contest + 1}"


def _look(stations: Stations, contest: int, name: str) -> tuple[base.Candidate, str]:
    hit, chance = stations.near()
    count = {what: int(hit[what].sum()) for what in QUESTIONS}
    p = {what: chernoff(count[what], chance[what]) for what in QUESTIONS}
    z = {what: deviation(count[what], chance[what]) for what in QUESTIONS}
    mean = {what: float(np.sort(chance[what]).sum()) for what in QUESTIONS}
    expected = mean["either"]
    where, regions = _regions(stations, hit["either"], chance["either"])
    beside = told(stations)
    sentence = (
        f"{name}: {count['either']:,} stations have a turnout or a share of the first-placed choice within 0.05 points "
        f"of a whole percentage; chance gives {expected:,.0f} (z = {z['either']:.1f}). A hand count would settle it."
    )
    candidate = base.Candidate(
        detector=Results.id,
        sign="results",
        table="stations",
        rows=base.sorted_rows(np.flatnonzero(where)),
        title=f"{name}: more stations at whole percentages than chance gives; a question for a hand count",
        sentence=sentence + regions,
        p=min(min(p.values()) * len(p), 1.0),
        tests=tuple(_test(what, count[what], mean[what], p[what], z[what]) for what in QUESTIONS),
        effects=(_excess(count["either"], chance["either"]),),
        explanations=(
            _grid(stations, z["either"]),
            _rounded(stations),
            _small(stations, hit["either"], chance["either"]),
        ),
        cannot_show=(*CANNOT_SHOW, *([f"Told beside, and proof of nothing: {beside}."] if beside else [])),
        why="turnout or share at a whole percentage",
        contest=contest,
        indicators=False,  # a station at a whole percentage is most often an honest one
    )
    figures = f"{count['either']:,} stations at whole percentages, {expected:,.0f} by chance (z = {z['either']:.1f})"
    return candidate, figures + (f"; {beside}" if beside else "")


def _test(what: str, count: int, expected: float, p: float, z: float) -> Test:
    null = "each station's count drawn again from the binomial of its own share (Kobak and others 2016), summed exactly"
    return stated.test(QUESTIONS[what], f"Chernoff bound, z = {z:.2f}", null, count, expected, p)


def _excess(count: int, chance: Numbers) -> Interval:
    chance = np.sort(chance)
    half = 1.959963984540054 * float(np.sqrt((chance * (1 - chance)).sum()))
    value = count - float(chance.sum())
    return Interval(
        name="stations above chance",
        value=value,
        low=value - half,
        high=value + half,
        unit="stations",
        meaning="stations at whole percentages less those that chance gives",
    )


def _regions(stations: Stations, hit: Numbers, chance: Numbers) -> tuple[Numbers, str]:
    """The hits in regions that stand out among all (q <= 0.05), else all hits; and which regions those are."""
    code, names = codes(stations.regions)
    every = np.unique(code)
    p = [chernoff(int(hit[code == one].sum()), chance[code == one]) for one in every]
    odd = every[by_q(p, every.size) <= 0.05]
    if not odd.size or odd.size == every.size:
        return hit, ""
    told_: Sequence[str] = names.take(pa.array(odd)).to_pylist()
    shown = ", ".join(told_[:10]) + (f" and {len(told_) - 10} more" if len(told_) > 10 else "")
    return hit & np.isin(code, odd), f" Regions that stand out: {shown}."


def _grid(stations: Stations, z: float) -> Explanation:
    """Negative control: windows elsewhere between two percentages must not be high."""
    other = {}
    for shift in CONTROLS:
        hit, chance = stations.near(shift)
        other[shift] = deviation(int(hit["either"].sum()), chance["either"])
    worst = max(other.values())
    verdict: Verdict = "fits" if worst >= 3 and worst >= z / 2 else "does not fit"
    detail = "; ".join(f"at +{shift:g} points z = {found:.1f}" for shift, found in other.items())
    question = "Are windows that are no whole percentages as full?"
    return stated.explanation("grid", question, verdict, detail)


def _rounded(stations: Stations) -> Explanation:
    """Counts that were rounded to five or ten before they were published, as some offices do for secrecy."""
    looked = stations.shared | stations.turned
    shares = [float(np.mean(figures[looked] % 5 == 0)) for figures in (stations.first, stations.base)]
    verdict: Verdict = "fits" if max(shares) >= ROUNDED else "does not fit"
    detail = (
        f"{shares[0]:.0%} of the stations have a count of the first-placed choice, and {shares[1]:.0%} a number of "
        "ballots, that is a multiple of five; chance gives 20 %"
    )
    return stated.explanation("rounded", "Were the counts rounded?", verdict, detail)


def _small(stations: Stations, hit: Numbers, chance: Numbers) -> Explanation:
    """Small stations have few possible shares; without them the excess must remain."""
    large = np.maximum(stations.registered, stations.base) >= 10 * _SMALL
    if large.sum() < _SMALL:
        return stated.explanation("small stations", _SMALL_ASKED, "cannot tell", "hardly a station has 1,000 voters")
    z = deviation(int(hit[large].sum()), chance[large])
    verdict: Verdict = "does not fit" if z >= 2 else "fits in part"
    return stated.explanation(
        "small stations", _SMALL_ASKED, verdict, f"stations of 1,000 voters and more alone: z = {z:.1f}"
    )


_SMALL, _SMALL_ASKED = 100, "Do small stations alone make it?"
DETECTOR = Results()
