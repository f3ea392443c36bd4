"""fabrication.bursts: hashtags, and things said, that rise over what the weeks before let expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from tocsin.detect.fabrication import base
from tocsin.detect.fabrication.series import Series, hashtags, said
from tocsin.model.arrow import pc, positions, whole
from tocsin.model.finding import Explanation, Interval, Test, Verdict
from tocsin.progress import Progress
from tocsin.stats import intervals, stated, trailing

Floats = npt.NDArray[np.float64]
CELLS = 2_000_000  # series times days that are worked on at once
PART = 0.25  # share of the peak from which a day beside it belongs to the burst
CUT = 1e-3  # days with a greater p are no candidate whatever the number of tests
ONE = 0.8  # share of a burst's posts from which one account, or one post, is the burst
DAY_US = 86_400_000_000
YEAR, AROUND = 365, 3  # days back, and to either side, where the same time of the year before is looked for
_NULL = (
    "the day is like the {window} before it: Poisson with their rate, and Student's t on the scales of roots and of "
    "logarithms, by their skewness, where they stray more; by days, and by the number of all other posts; the greatest "
    "of all p counts"
)
_CANNOT = (
    "why it rose: news, a holiday and a campaign look the same in counts",
    "what was posted and not collected: a change in the collection that concerns this alone looks like a burst",
)


class Parameters(base.Parameters):
    """What a user may set."""

    window_days: int = Field(default=28, ge=7, le=366, description="Days before a day that say what is usual.")
    least_days: int = Field(default=14, ge=7, le=366, description="Days that must be before it.")
    least_posts: int = Field(default=30, ge=5, description="Posts in all, from which a series is looked at.")


@dataclass(frozen=True, slots=True)
class Days:
    """Days [first, last] of a series around its peak, what was counted and expected on the peak, and its chance."""

    first: int
    last: int
    peak: int
    count: float
    expected: float
    p: float


class Bursts(base.Detector):
    """Counts by day against their trailing window."""

    id = "fabrication.bursts"
    title = "Bursts"
    params = Parameters
    wants = ("posts",)

    def look(self, tables: base.ContentTables, params: Parameters, progress: Progress) -> base.Result:
        """A candidate for each burst of a hashtag or of a thing said."""
        times = tables.posts["time"].cast(pa.int64()).to_numpy() // DAY_US
        dates, days = np.unique(times, return_inverse=True)  # a day without any post was not collected
        length = dates.size
        if length <= params.least_days:
            return base.Result(skipped=f"the posts are of {length:,} days, and {params.least_days + 1:,} are needed")
        total = np.bincount(days, minlength=length).astype(float)
        every = [one for one in (*hashtags(tables), *said(tables, progress)) if one.rows.size >= params.least_posts]
        candidates: list[base.Candidate] = []
        progress.start(self.title, len(every))
        for counts, some in _blocks(every, days, length):
            for series, row, found in _found(some, counts, total, params):
                about = _About(tables, series, row, days, dates, params)
                candidates += [about.candidate(one) for one in found]
            progress.advance(len(some))
        tested = len(every) * (length - params.least_days)
        measured = {"series of days looked at for bursts": f"{len(every):,} of {length:,} days each"}
        return base.Result(tuple(candidates), tested=tested, measured=measured)


def _blocks(every: Sequence[Series], days: Any, length: int) -> Iterator[tuple[Floats, Sequence[Series]]]:
    """Counts by series and day, some series at a time."""
    step = max(CELLS // length, 1)
    for at in range(0, len(every), step):
        some = every[at : at + step]
        counts = np.zeros((len(some), length))
        for n, series in enumerate(some):
            counts[n] = np.bincount(days[series.rows], minlength=length)
        yield counts, some


def _found(
    some: Sequence[Series], counts: Floats, total: Floats, params: Parameters
) -> Iterator[tuple[Series, Floats, list[Days]]]:
    """The series with bursts, their counts, and these."""
    p, usual = held(counts, total, params)
    for n, series in enumerate(some):
        found = list(_episodes(counts[n], usual[n], p[n]))
        if found:
            yield series, counts[n], found


def held(counts: Floats, total: Floats, params: Parameters) -> tuple[Floats, Floats]:
    """The chance of each day of each series, (series, days), and what was expected: by days alone and by the number of
    all other posts of the day (`total` less its own), whichever is greater."""
    window, least = params.window_days, params.least_days
    ways = (np.ones((1, total.size)), total - counts + 1)
    p = np.maximum(*(trailing.tails(counts, way, window, least) for way in ways))
    usual = np.fmax(*(trailing.expected(counts, way, window, least) for way in ways))
    return p, usual


def _episodes(counts: Floats, usual: Floats, p: Floats) -> Iterator[Days]:
    """Bursts of one series: from the least p on, each with the days beside it that hold a part of its peak."""
    taken = np.zeros(p.size, np.bool_)
    for peak in np.argsort(p, kind="stable").tolist():
        if p[peak] > CUT:
            return
        if taken[peak]:
            continue
        enough = (counts >= PART * counts[peak]) & (counts > usual[peak]) & ~taken
        first, last = peak, peak
        while first > 0 and enough[first - 1]:
            first -= 1
        while last + 1 < p.size and enough[last + 1]:
            last += 1
        taken[first : last + 1] = True
        yield Days(first, last, peak, float(counts[peak]), float(usual[peak]), float(p[peak]))


class _About:
    """One series with bursts, and what stands behind each."""

    def __init__(
        self, tables: base.ContentTables, series: Series, counts: Floats, days: Any, dates: Any, params: Parameters
    ) -> None:
        self.tables, self.series, self.counts, self.days = tables, series, counts, days
        self.dates, self.params = dates, params

    def candidate(self, found: Days) -> base.Candidate:
        """The candidate; its rows are the posts of the burst's days."""
        own = self.days[self.series.rows]
        rows = base.sorted_rows(self.series.rows[(own >= found.first) & (own <= found.last)])
        who = [str(one) for one in self.tables.posts["account"].take(positions(rows)).to_pylist()]
        usual = f"{found.expected:.2g}" if found.expected < 10 else f"{found.expected:,.0f}"
        when = self._day(found.peak)
        return base.Candidate(
            detector=Bursts.id,
            sign="burst",
            layer=self.series.layer,
            object=self.series.object,
            table="posts",
            rows=rows,
            title=f"{self.series.title}: {found.count:,.0f} posts on {when}, where {usual} are usual",
            sentence=(
                f"{self.series.title} was in {found.count:,.0f} posts on {when}; the {self.params.window_days} days "
                f"before let {usual} expect. The burst holds {rows.size:,} posts by {len(set(who)):,} accounts from "
                f"{self._day(found.first)} to {self._day(found.last)}."
            ),
            p=found.p,
            tests=(self._test(found),),
            effects=self._effects(found),
            explanations=self._explanations(found, rows, who),
            cannot_show=_CANNOT,
        )

    def _day(self, day: int) -> date:
        return date(1970, 1, 1) + timedelta(days=int(self.dates[day]))

    def _test(self, found: Days) -> Test:
        return stated.test(
            "Are there more posts on the day than the days before let expect?",
            "posts of the day",
            _NULL.format(window=self.params.window_days),
            found.count,
            found.expected,
            found.p,
        )

    def _effects(self, found: Days) -> tuple[Interval, ...]:
        value, low, high = intervals.poisson_ratio(found.count, found.expected)
        meaning = f"posts on {self._day(found.peak)} against what was expected"
        return (Interval(name="rise", value=value, low=low, high=high, unit="times", meaning=meaning),)

    def _explanations(self, found: Days, rows: Any, who: Sequence[str]) -> tuple[Explanation, ...]:
        _, times = np.unique(np.asarray(who), return_counts=True)
        return (
            _share("one account", "Is it one account that posts it again and again?", "fits", int(times.max()), rows),
            self._one_post(rows),
            self._weekly(found),
            self._year_before(found),
            stated.explanation(
                "event",
                "Did something happen that people speak of?",
                "cannot tell",
                f"look at the news of {self._day(found.peak)} before acting on it",
            ),
        )

    def _one_post(self, rows: Any) -> Explanation:
        asked = "Is it one post that was shared on?"
        repeated = whole(self.tables.posts["repost_of"].take(positions(rows)).drop_null())
        if not len(repeated):
            return stated.explanation("one post", asked, "cannot tell", "no post says that it shares another")
        most = int(pc.max(pc.value_counts(repeated).field("counts")).as_py())
        return _share("one post", asked, "fits in part", most, rows)

    def _seen(self, found: Days, back: Iterable[int]) -> list[float]:
        """Counts of those of the days so far before the peak that the posts are of, the last first."""
        wanted = self.dates[found.peak] - np.fromiter(back, np.int64)
        at = np.searchsorted(self.dates, wanted)
        return [float(self.counts[n]) for n, day in zip(at, wanted, strict=True) if self.dates[n] == day]

    def _weekly(self, found: Days) -> Explanation:
        seen = self._seen(found, range(7, 29, 7))
        verdict: Verdict = "does not fit" if len(seen) > 1 else "cannot tell"
        if len(seen) > 1 and sorted(seen)[-2] >= found.count / 2:  # of two weeks at least: one may be a burst itself
            verdict = "fits"
        detail = f"on the same weekday of the weeks before: {', '.join(f'{n:,.0f}' for n in seen) or 'no data'}"
        return stated.explanation("weekly", "Does it come every week?", verdict, detail)

    def _year_before(self, found: Days) -> Explanation:
        asked = "Does it come at this time of the year?"
        seen = max(self._seen(found, range(YEAR - AROUND, YEAR + AROUND + 1)), default=None)
        if seen is None:
            return stated.explanation("yearly", asked, "cannot tell", "the posts have no such day a year before")
        verdict: Verdict = "fits" if seen >= found.count / 2 else "does not fit"
        return stated.explanation(
            "yearly", asked, verdict, f"at most {seen:,.0f} posts a day at that time a year before"
        )


def _share(code: str, question: str, meaning: Verdict, part: int, rows: Any) -> Explanation:
    verdict: Verdict = meaning if part >= ONE * rows.size else "does not fit"
    return stated.explanation(code, question, verdict, f"the most frequent has {part:,} of {rows.size:,} posts")


DETECTOR = Bursts()
