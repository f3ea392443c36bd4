"""The risk of every contest after a round, and how large the next round would be: one door to all methods."""

from __future__ import annotations

from tocsin.assure.audit.life import batches, comparison, hybrid, martingales, polling
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.frame import POLLED, RECORDED
from tocsin.assure.audit.life.sample import Sample
from tocsin.model.audit import AuditedContest, ContestRisk, Estimate, PairRisk


def contest_risk(audited: AuditedContest, sample: Sample) -> ContestRisk:
    """The risk of a contest: that of its least sure pair of winner and loser, or assertion, each by two routes.

    Raises `DisagreementError` where the routes do not agree, `ConflictError` where something was not read.
    """
    kind, contest = sample.election.setup.kind, audited.contest
    found: dict[str, int] = {}
    pairs: tuple[PairRisk, ...]
    units = sample.draws()
    if kind == "polling":
        pairs = (martingales.polled if audited.method in martingales.METHODS else polling.risks)(audited, sample)
    elif kind == "batch":
        pairs, found = batches.risks(audited, sample)
    elif kind == "hybrid":
        pairs, found = hybrid.risks(audited, sample)
        units = sample.draws(RECORDED) + sample.draws(POLLED)
    else:
        units = sample.of_contest(contest.id)
        pairs, found = comparison.risks(audited, sample, units)
    worst = max(pairs, key=lambda pair: pair.risk)
    return ContestRisk(
        contest=contest.id,
        method=audited.method,
        targeted=audited.targeted,
        risk=worst.risk,
        recomputed=worst.recomputed,
        reached=worst.risk <= sample.election.setup.risk_limit,
        drawn=len(units),
        cards=len(set(units)),
        discrepancies=found,
        pairs=pairs,
    )


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all rounds that a contest needs."""
    kind = election.setup.kind
    if kind == "polling":
        if audited.method in martingales.METHODS:
            return martingales.estimate_polled(audited, sample, election)
        return polling.estimate(audited, sample, election)
    if kind == "batch":
        return batches.estimate(audited, sample, election)
    if kind == "hybrid":
        return hybrid.estimate(audited, sample, election)
    return comparison.estimate(audited, sample, election)
