"""The risk of a contest from cards that people read, without cast vote records: BRAVO, Minerva, Providence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tocsin.assure.audit import bravo, minerva, providence
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.sample import Sample
from tocsin.assure.audit.pairs import Pair, pairs
from tocsin.model.audit import AuditedContest, Estimate, PairRisk
from tocsin.model.ballot import Contest

Votes = Mapping[str, int]
Route = Callable[[Contest, Sequence[Votes]], dict[str, float]]


def contest_of(audited: AuditedContest, election: Election) -> Contest:
    """The contest with all cards of the manifest, of which the sample is drawn."""
    return audited.contest.model_copy(update={"cards": election.frame.total})


def risks(audited: AuditedContest, sample: Sample) -> tuple[PairRisk, ...]:
    """The risk of every pair of the contest, by two routes. A card nobody found counts for the loser of each pair."""
    election = sample.election
    contest, limit = contest_of(audited, election), election.setup.risk_limit
    votes, missing = _rounds(contest, sample)
    first, second = _routes(audited.method, limit)
    found = []
    for pair in pairs(contest):
        worst = [_worst(pair, seen, lost) for seen, lost in zip(votes, missing, strict=True)]
        routes = first(contest, worst)[pair.label], second(contest, worst)[pair.label]
        ours, theirs = pair.count(contest.votes)
        won, lost_ = (sum(pair.count(seen)[side] for seen in worst) for side in (0, 1))
        margin = (ours - theirs) / contest.cards
        found.append(pair_risk(pair.sides, routes, contest.name, margin, {"winner": won, "loser": lost_}))
    return tuple(found)


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all at which the audit stops with the chance that is planned, if the reported result is right."""
    contest, setup = contest_of(audited, election), election.setup
    seen = _rounds(contest, sample)[0] if sample else []
    chance, drawn = setup.chance, len(sample.draws()) if sample else 0
    if audited.method == "bravo":
        more = bravo.sizes(contest, setup.risk_limit, (chance,), seen)[chance].cards
    elif audited.method == "providence":
        more = providence.sizes(contest, setup.risk_limit, (chance,), seen)[chance].cards
    elif drawn:
        first = len(sample.rounds[0]) if sample else 0
        more = minerva.scheduled_size(first, len(seen)) - drawn
    else:
        more = minerva.sizes(contest, setup.risk_limit, (chance,))[chance].cards
    basis = f"{chance:.0%} chance to stop if the reported result is right"
    if audited.method == "minerva" and drawn:
        basis = "the schedule of rounds that was fixed by the first one, as Minerva needs it"
    return Estimate(contest=contest.id, size=drawn + max(more, 1), basis=basis)


def _routes(method: str, limit: float) -> tuple[Route, Route]:
    if method == "minerva":
        return (
            lambda contest, rounds: minerva.risk(contest, rounds, limit),
            lambda contest, rounds: minerva.recomputed(contest, rounds, limit),
        )
    return (bravo.risk, bravo.recomputed) if method == "bravo" else (providence.risk, providence.recomputed)


def _rounds(contest: Contest, sample: Sample) -> tuple[list[Votes], list[int]]:
    """Votes that each round's draws hold, and how many of its draws nobody found."""
    votes: list[Votes] = []
    missing: list[int] = []
    for part in sample.rounds:
        readings = [sample.reading(unit, contest.id) for _, unit in part]
        counted: dict[str, int] = {}
        for reading in readings:
            for choice in reading.choices:
                counted[choice] = counted.get(choice, 0) + 1
        votes.append(counted)
        missing.append(sum(not reading.found for reading in readings))
    return votes, missing


def _worst(pair: Pair, votes: Votes, missing: int) -> Votes:
    loser = pair.losers[0]
    return {**votes, loser: votes.get(loser, 0) + missing} if missing else votes
