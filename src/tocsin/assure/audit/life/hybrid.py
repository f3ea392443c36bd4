"""The risk of a contest where some containers have cast vote records and others have none: SUITE.

Cards of containers with records are compared, drawn again and again; the others are polled, each drawn once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tocsin.assure.audit import suite
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.life import comparison
from tocsin.assure.audit.life.compared import overstated
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.frame import POLLED, RECORDED, Reading, in_stratum
from tocsin.assure.audit.life.sample import Sample
from tocsin.assure.audit.pairs import Pair, pairs
from tocsin.errors import UsageError
from tocsin.model.arrow import pc
from tocsin.model.audit import AuditedContest, Estimate, PairRisk

Strata = tuple[suite.Polling, suite.Comparison]
Over = list[dict[str, float]]


def risks(audited: AuditedContest, sample: Sample) -> tuple[tuple[PairRisk, ...], dict[str, int]]:
    """The risk of every pair by two routes, and how many records differ from their cards."""
    over = overstated(audited, sample, sample.draws(RECORDED))
    contest, found = audited.contest, []
    for pair in pairs(contest):
        strata = _strata(audited, sample.election, sample, pair)
        routes = suite.risk(contest, *strata)[pair.label], suite.recomputed(contest, *strata)[pair.label]
        ours, theirs = pair.count(contest.votes)
        won, lost = pair.count(strata[0].sample)
        margin = (ours - theirs) / sample.election.frame.total
        seen = {"winner": won, "loser": lost, "compared": strata[1].drawn, "polled": strata[0].drawn}
        found.append(pair_risk(pair.sides, routes, contest.name, margin, seen))
    return tuple(found), comparison.discrepancies(audited, over)


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all of both strata; as many as may be where one must be read completely."""
    contest, limit = audited.contest.model_copy(update={"cards": election.frame.total}), election.setup.risk_limit
    needed = []
    for pair in pairs(contest):
        strata = _strata(audited, election, sample, pair)
        try:
            needed.append(suite.sizes(contest, limit, *strata))
        except UsageError:  # a stratum must be read completely
            needed.append((strata[0].cards, strata[1].cards))
    polled, compared = (max(size[side] for size in needed) for side in (0, 1))
    basis = "votes and discrepancies go on as found" if sample else "the report is right in every card"
    return Estimate(contest=contest.id, size=compared, polled=polled, basis=basis)


def _strata(audited: AuditedContest, election: Election, sample: Sample | None, pair: Pair) -> Strata:
    """Both strata as reported and, with a sample, as read; a polled card nobody found counts for the loser."""
    counted = _recorded_votes(audited)
    rest = {id_: votes - counted.get(id_, 0) for id_, votes in audited.contest.votes.items()}
    cards = [
        pc.sum(part["cards"]).as_py() or 0
        for part in (in_stratum(election.frame, POLLED), in_stratum(election.frame, RECORDED))
    ]
    if sample is None:
        return suite.Polling(cards[0], rest), suite.Comparison(cards[1], counted)
    readings = [sample.reading(unit, audited.contest.id) for unit in sample.draws(POLLED)]
    seen = Counter(side for reading in readings if (side := _side(reading, pair)))
    over = overstated(audited, sample, sample.draws(RECORDED))
    return (
        suite.Polling(cards[0], rest, len(readings), dict(seen)),
        suite.Comparison(cards[1], counted, len(over), {pair.label: _kinds(over, pair.label)}),
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
