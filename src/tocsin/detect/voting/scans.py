"""voting.scans: clients, and groups of clients over several offices, that ask as scanners do."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from tocsin.detect.voting import base, wording
from tocsin.detect.voting.campaigns import campaigns
from tocsin.detect.voting.clients import (
    COUNTS,
    Numbers,
    Requests,
    Unit,
    counts,
    improbable,
    requests,
    together,
)
from tocsin.detect.voting.innocent import explanations
from tocsin.detect.voting.timing import period
from tocsin.stats import stated

CANNOT_SHOW = (
    "Who runs the clients: an address can be rented, borrowed or shared.",
    "What the requests carried in their bodies: access logs do not hold them.",
    "Whether anything was found or changed: that is seen on the servers, not in these logs.",
)


class Parameters(base.Parameters):
    """What a user may set."""

    min_requests: int = Field(default=20, ge=5, description="Fewest requests of a client or network.")
    min_clients: int = Field(default=3, ge=2, description="Fewest clients of a network that is looked at as one.")


class Scans(base.Detector):
    """Counts of what a client did over all offices, against ordinary clients of the same logs."""

    id = "voting.scans"
    title = "Scans of web sites"
    params = Parameters
    wants = "events"

    def look(self, tables: base.VotingTables, params: Parameters) -> base.Result:
        """One hypothesis a client, and one a network of several that are not improbable themselves; p is the least of
        the counts', times the number of counts."""
        asked = requests(tables)
        if not asked.size:
            return base.Result(skipped="the logs hold no web requests that tell their client")
        number = np.bincount(asked.source, minlength=len(asked.sources))
        what = counts(asked, asked.source, number.size)
        found, tested = improbable(what, number, params.min_requests, "client")
        fewest = (params.min_clients, params.min_requests)
        more, further = together(what, number, asked.sources, found, fewest)
        groups = campaigns(asked, [unit.members for unit in found + more])
        odd = np.unique([client for unit in found + more for client in unit.members])
        made = [_candidate(asked, [(found + more)[n] for n in group], odd) for group in groups]
        return base.Result(tuple(made), tested + further)


def _candidate(asked: Requests, units: list[Unit], odd: Numbers) -> base.Candidate:
    """The campaign of some units; `odd` are the clients of all."""
    clients = np.unique([client for unit in units for client in unit.members])
    rows = np.flatnonzero(np.isin(asked.source, clients))
    best = min(units, key=lambda unit: unit.p)
    p = min(best.p * len(units), 1.0)
    offices = np.unique(asked.office[rows]).size
    when = period(asked.time[rows])
    who = wording.many(clients.size, "client")
    striking = max(0.001, min(tail for _, _, tail in best.found.values()))
    told = [f"{seen:,} {COUNTS[name]}" for name, (seen, _, tail) in best.found.items() if tail <= striking]
    innocent = explanations(asked, rows, clients, odd)
    where = wording.many(offices, "office")
    explained = any(one.verdict == "fits" for one in innocent)
    return base.Candidate(
        detector=Scans.id,
        sign="scan",
        table="events",
        rows=base.sorted_rows(asked.at[rows]),
        title=f"Many requests of {who} to {where} {when}" if explained else f"{who} scanned {where} {when}",
        sentence=(
            f"{who} sent {wording.many(rows.size, 'request')} to {where} {when}; "
            f"{'the most striking of them' if len(units) > 1 else 'among them'}: {', '.join(told)}."
        ),
        p=p,
        tests=tuple(wording.tests_of(best, COUNTS)),
        effects=(
            stated.exact("requests", rows.size, "requests", "requests of the clients"),
            stated.exact("offices", offices, "offices", "offices they went to"),
            *_shares(asked, rows),
        ),
        explanations=innocent,
        cannot_show=CANNOT_SHOW,
        why="a request of the same client",
        notes=_notes(asked, rows),
        quoted=frozenset(asked.at[rows[asked.missing[rows]]].tolist()),
    )


def _shares(asked: Requests, rows: Numbers) -> list[Any]:
    total, missing = rows.size, int(asked.missing[rows].sum())
    submitted = int(asked.submitted[rows].sum())
    return [
        stated.share("not there", missing, total, "requests for what is not there or fails"),
        stated.share("submitted", submitted, total, "requests that are neither GET nor HEAD"),
    ]


def _notes(asked: Requests, rows: Numbers) -> dict[int, str]:
    notes = dict.fromkeys(asked.at[rows[asked.submitted[rows]]].tolist(), "neither GET nor HEAD")
    return notes | dict.fromkeys(asked.at[rows[asked.missing[rows]]].tolist(), "not there, or fails")


DETECTOR = Scans()
