"""voting.outages: sites of offices that fail or fall silent, and outages that monitors tell of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.voting import base, wording
from tocsin.detect.voting.campaigns import components
from tocsin.detect.voting.clients import WINDOW_US, Numbers, Requests, codes, requests
from tocsin.detect.voting.episodes import Episode, episodes, windows
from tocsin.detect.voting.timing import period
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Explanation, Test
from tocsin.stats import stated

CROWD, EACH = 3.0, 2.0  # times the usual clients that make a crowd, and the requests each may make in one
HOUR_US = 3_600_000_000
CANNOT_SHOW = (
    "Why the site failed: a fault, work on it, many visitors and an attack look alike in these logs.",
    "Whether votes or counts were touched: a site that shows results is not what counts them.",
)


class Parameters(base.Parameters):
    """What a user may set."""

    min_clients: int = Field(default=5, ge=2, description="Fewest clients with errors in ten minutes.")


class Outages(base.Detector):
    """Ten minutes in which many clients get errors of the server, or in which a busy site has no request at all."""

    id = "voting.outages"
    title = "Outages of sites"
    params = Parameters
    wants = "events"

    def look(self, tables: base.VotingTables, params: Parameters) -> base.Result:
        """One hypothesis a window of ten minutes and office; an outage that a monitor tells of is reported as it is.
        Outages at the same time at several offices are one candidate."""
        asked = requests(tables)
        status = pc.fill_null(tables.events["status"], 0).to_numpy()[asked.at]
        broken = status >= 500
        names = _offices(tables, asked)
        found: list[Episode] = []
        tested = 0
        for office in range(len(names)):
            more, looked = episodes(windows(asked, office, broken), office, params.min_clients)
            found += more
            tested += looked
        links = [(a, b) for b in range(len(found)) for a in range(b) if _overlap(found[a], found[b])]
        order = np.empty(asked.size, np.int64)  # by time, and by where they stand, so that no order of rows shows
        order[_order(tables, asked)] = np.arange(asked.size)
        made = [_candidate(asked, [found[n] for n in group], broken, order) for group in components(len(found), links)]
        told = _told(tables)
        if not tested and not told:
            return base.Result(
                skipped="no office's log has windows with enough clients, and no monitor tells of outages"
            )
        return base.Result((*made, *told), tested)


def _offices(tables: base.VotingTables, asked: Requests) -> list[str]:
    return [str(name) for name in codes(tables.events["office"].take(positions(asked.at)))[1].to_pylist()]


def _overlap(a: Episode, b: Episode) -> bool:
    return a.start < b.stop and b.start < a.stop


def _order(tables: base.VotingTables, asked: Requests) -> Numbers:
    file = codes(tables.events["file"])[0][asked.at]
    return np.lexsort((tables.events["row"].to_numpy()[asked.at], file, asked.time))


def _candidate(asked: Requests, group: Sequence[Episode], broken: Numbers, order: Numbers) -> base.Candidate:
    rows = np.concatenate([_rows(asked, one, broken, order) for one in group])
    offices = len({one.office for one in group})
    start, stop = min(one.start for one in group) * WINDOW_US, max(one.stop for one in group) * WINDOW_US
    best = min(group, key=lambda one: one.p)
    silent = all(one.silent for one in group)
    where, when = wording.many(offices, "office"), period([start, stop])
    minutes = (stop - start) // 60_000_000
    failed, clients = sum(one.failed for one in group), sum(one.clients for one in group)
    said = "had no request" if silent else f"answered {failed:,} of {clients:,} clients in ten minutes with errors"
    return base.Candidate(
        detector=Outages.id,
        sign="outage",
        table="events",
        rows=base.sorted_rows(rows),
        title=f"Site of {where} {'silent' if silent else 'failing'} {when}",
        sentence=f"{'The site' if offices == 1 else 'The sites'} of {where} {said} {when}, {minutes:,} minutes in all.",
        p=min(best.p * len(group), 1.0),
        tests=(_test(best),),
        effects=(stated.exact("duration", minutes, "minutes", "from the first window of it to the last"),),
        explanations=(_crowd(group), _log_gap(silent), _provider(offices)),
        cannot_show=CANNOT_SHOW,
        why="the last request before, or the first after" if silent else "the server failed to answer",
        indicators=False,
    )


def _rows(asked: Requests, one: Episode, broken: Numbers, place: Numbers) -> Numbers:
    """The requests that failed; of a silence the requests on either side of it."""
    own = np.flatnonzero(asked.office == one.office)
    window = asked.time[own] // WINDOW_US
    if not one.silent:
        return asked.at[own[(window >= one.start) & (window < one.stop) & broken[own]]]
    order = own[np.argsort(place[own])]
    sorted_window = asked.time[order] // WINDOW_US
    before, after = np.searchsorted(sorted_window, [one.start, one.stop])
    return asked.at[order[max(before - 1, 0) : after + 1]]


def _test(one: Episode) -> Test:
    if one.silent:
        question, null = "Is there a request where even the quiet time has some?", "Poisson with the rate of quiet time"
        return stated.test(question, "no request", null, 0, one.expected, one.p)
    question = "Do more clients get errors than thrice the usual share?"
    null = "binomial with thrice the usual share of clients with errors, 2 % at least"
    return stated.test(question, "clients with errors", null, one.failed, one.expected, one.p)


def _crowd(group: Sequence[Episode]) -> Explanation:
    """Many visitors who ask no more than usual are a crowd, as on the evening of an election."""
    crowd, busy = max(one.crowd for one in group), max(one.busy for one in group)
    fits = crowd >= CROWD and busy <= EACH
    detail = f"{crowd:.1f} times the usual clients, each {busy:.1f} times the usual requests"
    return stated.explanation("crowd", "Was it a crowd of visitors?", "fits" if fits else "does not fit", detail)


def _log_gap(silent: bool) -> Explanation:
    asked = "Did only the log stop?"
    if silent:
        return stated.explanation("log", asked, "fits in part", "a log that stopped looks the same: ask who keeps it")
    return stated.explanation("log", asked, "does not fit", "the log has requests and their errors")


def _provider(offices: int) -> Explanation:
    asked = "Does one provider serve them all?"
    if offices > 1:
        detail = f"{offices} offices at the same time: a fault of a shared provider would do that"
        return stated.explanation("provider", asked, "fits in part", detail)
    return stated.explanation("provider", asked, "cannot tell", "one office only")


def _told(tables: base.VotingTables) -> list[base.Candidate]:
    """Outages that monitors tell of: those less than an hour apart are one, of whatever office."""
    events = tables.events
    at = np.flatnonzero(pc.equal(events["kind"], "outage").to_numpy(zero_copy_only=False))
    if not at.size:
        return []
    times = events["time"].cast(pa.int64()).to_numpy()[at]
    order = np.argsort(times, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(times[order]) > HOUR_US) + 1)
    office = codes(events["office"])[0][at]
    return [_reported(at[part], times[part], np.unique(office[part]).size) for part in parts]


def _reported(rows: Numbers, times: Numbers, offices: int) -> base.Candidate:
    where, when = wording.many(offices, "office"), period(times)
    return base.Candidate(
        detector=Outages.id,
        sign="outage",
        table="events",
        rows=base.sorted_rows(rows),
        title=f"Outage at {where} reported {when}",
        sentence=f"{wording.many(rows.size, 'report')} of an outage at {where} {when}.",
        p=None,
        tests=(stated.test("Does a monitor or office report an outage?", "exact rule", "none", rows.size, 0, None),),
        effects=(stated.exact("offices", offices, "offices", "offices with reports less than an hour apart"),),
        explanations=(_provider(offices),),
        cannot_show=CANNOT_SHOW,
        why="reported",
        indicators=False,
    )


DETECTOR = Outages()
