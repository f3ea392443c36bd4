"""The risk of a contest where some containers have cast vote records and others have none: SUITE.

Cards of containers with records are compared, drawn again and again; the others are polled, each drawn once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from tocsin.assure.audit import suite
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.life import comparison
from tocsin.assure.audit.life.compared import overstated
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.frame import POLLED, RECORDED, Reading, cards_in
from tocsin.assure.audit.life.sample import Sample
from tocsin.assure.audit.pairs import Pair, pairs
from tocsin.errors import UsageError
from tocsin.model.audit import AuditedContest, Estimate, PairRisk

Strata = tuple[suite.Polling, suite.Comparison]
Over = list[dict[str, float]]


class Drawn(NamedTuple):
    """What was drawn: overstatements of the cards with records, readings of the others."""

    over: Over
    readings: list[Reading]


def risks(audited: AuditedContest, sample: Sample) -> tuple[tuple[PairRisk, ...], dict[str, int]]:
    """The risk of every pair by two routes, and how many records differ from their cards."""
    contest, found, drawn = audited.contest, [], _drawn(audited, sample)
    for pair in pairs(contest):
        strata = _strata(audited, sample.election, drawn, pair)
        routes = suite.risk(contest, *strata)[pair.label], suite.recomputed(contest, *strata)[pair.label]
        ours, theirs = pair.count(contest.votes)
        won, lost = pair.count(strata[0].sample)
        margin = (ours - theirs) / sample.election.frame.total
        seen = {"winner": won, "loser": lost, "compared": strata[1].drawn, "polled": strata[0].drawn}
        found.append(pair_risk(pair.sides, routes, contest.name, margin, seen))
    return tuple(found), comparison.discrepancies(audited, drawn.over)


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all of both strata; as many as may be where one must be read completely."""
    contest, limit = audited.contest.model_copy(update={"cards": election.frame.total}), election.setup.risk_limit
    needed, drawn = [], _drawn(audited, sample) if sample else None
    for pair in pairs(contest):
        strata = _strata(audited, election, drawn, pair)
        try:
            needed.append(suite.sizes(contest, limit, *strata))
        except UsageError:  # a stratum must be read completely
            needed.append((strata[0].cards, strata[1].cards))
    polled, compared = (max(size[side] for size in needed) for side in (0, 1))
    basis = "votes and discrepancies go on as found" if sample else "the report is right in every card"
    return Estimate(contest=contest.id, size=compared, polled=polled, basis=basis)


def _drawn(audited: AuditedContest, sample: Sample) -> Drawn:
    over = overstated(audited, sample, sample.draws(RECORDED))
    return Drawn(over, [sample.reading(unit, audited.contest.id) for unit in sample.draws(POLLED)])


def _strata(audited: AuditedContest, election: Election, drawn: Drawn | None, pair: Pair) -> Strata:
    """Both strata as reported and, once drawn, as read; a polled card nobody found counts for the loser."""
    counted = _recorded_votes(audited)
    rest = {id_: votes - counted.get(id_, 0) for id_, votes in audited.contest.votes.items()}
    polled, compared = (cards_in(election.frame, stratum) for stratum in (POLLED, RECORDED))
    if drawn is None:
        return suite.Polling(polled, rest), suite.Comparison(compared, counted)
    seen = Counter(side for reading in drawn.readings if (side := _side(reading, pair)))
    return (
        suite.Polling(polled, rest, len(drawn.readings), dict(seen)),
        suite.Comparison(compared, counted, len(drawn.over), {pair.label: _kinds(drawn.over, pair.label)}),
    )


def _side(reading: Reading, pair: Pair) -> str:
    """For whom of a pair a card is; "" for a vote for both or for neither, and the loser for a card nobody found."""
    ours, theirs = (any(one in reading.choices for one in side) for side in (pair.winners, pair.losers))
    if not reading.found or (theirs and not ours):
        return pair.losers[0]
    return pair.winners[0] if ours and not theirs else ""


def _recorded_votes(audited: AuditedContest) -> Mapping[str, int]:
    """Reported votes of the stratum with records, as counted at the setup: some may be withheld here."""
    return {choice.id: audited.recorded.get(choice.id, 0) for choice in audited.contest.choices}


def _kinds(over: Over, label: str) -> dict[str, int]:
    """Draws by the votes with which their record overstates one pair."""
    counted = Counter(comparison.KINDS.get(round(2 * one.get(label, 0.0)), "") for one in over)
    return {kind: counted[kind] for kind in comparison.KINDS.values()}
