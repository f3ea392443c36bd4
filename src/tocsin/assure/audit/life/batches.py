"""The risk of a contest from whole batches that were counted by hand: MACRO.

Batches are drawn again and again, with chances in proportion to the greatest error that each can hold of any targeted
contest. Every batch may hold every contest: one that reports none of its votes may have lost them.
"""

from __future__ import annotations

from fractions import Fraction

from tocsin.assure.audit import macro
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.life.election import Election, unit_of
from tocsin.assure.audit.life.sample import Sample
from tocsin.assure.audit.pairs import Votes, pairs
from tocsin.model.audit import AuditedContest, Estimate, PairRisk

WEIGHTS = "weights.csv"


def of_contest(election: Election, contest: str) -> dict[str, macro.Batch]:
    """All batches, with the votes of a contest that each reports."""
    votes, manifest = election.batches.get(contest, {}), election.frame.manifest
    held = zip(election.frame.places, manifest["cards"].to_pylist(), strict=True)
    return {unit_of(*place): macro.Batch(votes.get(row, {}), cards or 0) for row, (place, cards) in enumerate(held)}


def weights(election: Election) -> dict[str, Fraction]:
    """By batch, in the order of the manifest, the greatest error it can hold of any targeted contest."""
    found = {unit_of(*place): Fraction() for place in election.frame.places}
    for audited in election.contests.values():
        if audited.targeted:
            for key, most in macro.bounds(audited.contest, of_contest(election, audited.contest.id)).items():
                found[key] = max(found[key], Fraction(most))
    return found


def risks(audited: AuditedContest, sample: Sample) -> tuple[tuple[PairRisk, ...], dict[str, int]]:
    """The risk of a contest by two routes, and by how many votes the batches drawn differ from their reports."""
    contest, election = audited.contest, sample.election
    batches, drawn = of_contest(election, contest.id), _drawn(audited, sample)
    routes = macro.risk(contest, batches, drawn), macro.recomputed(contest, batches, drawn)
    counted = drawn.counted or {}
    least = min(one.count(contest.votes)[0] - one.count(contest.votes)[1] for one in pairs(contest))
    margin = least / sum(batch.cards for batch in batches.values())
    seen = {"draws": len(drawn.order), "batches": len(counted)}
    pair = pair_risk((", ".join(contest.reported_winners), ""), routes, contest.name, margin, seen)
    wrong = {key: _difference(batches[key].votes, votes, audited) for key, votes in counted.items()}
    return (pair,), {"batches": sum(1 for n in wrong.values() if n), "votes": sum(wrong.values())}


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all that meet the limit if further counts agree with the reports, with one to spare."""
    contest, batches = audited.contest, of_contest(election, audited.contest.id)
    drawn = _drawn(audited, sample) if sample else macro.Drawn(chances=_chances(election))
    more = macro.sizes(contest, election.setup.risk_limit, batches, drawn, spare=1)
    done = len(sample.draws()) if sample else 0
    return Estimate(contest=contest.id, size=done + more, basis="the counts agree with the reports, and one to spare")


def _drawn(audited: AuditedContest, sample: Sample) -> macro.Drawn:
    """The draws with what was counted of a contest."""
    order = sample.draws()
    counts = {unit: sample.counts(unit, audited.contest.id) for unit in dict.fromkeys(order)}
    counted = {unit: votes for unit, votes in counts.items() if votes is not None}
    return macro.Drawn(order, counted, chances=_chances(sample.election))


def _chances(election: Election) -> dict[str, float]:
    found = weights(election)
    total = sum(found.values(), Fraction())
    return {key: float(weight / total) for key, weight in found.items()}


def _difference(reported: Votes, counted: Votes, audited: AuditedContest) -> int:
    return sum(abs(reported.get(c.id, 0) - counted.get(c.id, 0)) for c in audited.contest.choices)
