"""Risks by test martingales, over the values of a sample in the order drawn: ALPHA, betting, ONEAudit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.assure.audit import alpha, betting, walk
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.life.claims import Claim, claims
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.sample import Sample
from tocsin.model.audit import AuditedContest, Estimate, PairRisk
from tocsin.model.ballot import Contest

METHODS = ("alpha", "betting")
#: Overstatements, as parts of the greatest one, and on what share of cards they are expected before the first.
CUSTOMARY = {0.5: 0.001, 1.0: 0.0001}
Values = Sequence[float]


def polled(audited: AuditedContest, sample: Sample) -> tuple[PairRisk, ...]:
    """The risk of every claim of a contest from what people read alone."""
    total = sample.election.frame.total
    readings = [sample.reading(unit, audited.contest.id) for unit in sample.draws()]
    cards = None if sample.election.setup.replacement else total
    return tuple(
        _tested(
            claim, [claim.value(one) for one in readings], _polling(audited, claim, total), cards, claim.upper, total
        )
        for claim in claims(audited)
    )


def compared(
    audited: AuditedContest, contest: Contest, over: Sequence[Mapping[str, float]], election: Election
) -> tuple[PairRisk, ...]:
    """The risk of every claim from overstatements of the cards drawn, in order."""
    cards = None if election.setup.replacement else contest.cards
    found = []
    for claim in claims(audited):
        values = [assorted(claim, one.get(claim.label, 0.0), contest.cards) for one in over]
        strategy, upper = _comparing(audited, claim, contest.cards), bound(claim, contest.cards)
        found.append(_tested(claim, values, strategy, cards, upper, contest.cards))
    return tuple(found)


def assorted(claim: Claim, over: float, cards: int) -> float:
    """The overstatement assorter B = (1 - w/u) / (2 - v/u): its mean is above 1/2 if and only if the claim is right
    (SHANGRLA, section 3.2). w is the overstatement, u the assorter's bound, v twice its reported mean less 1."""
    return (1 - over / claim.upper) / (2 - claim.margin / cards / claim.upper)


def bound(claim: Claim, cards: int) -> float:
    """The greatest value of the overstatement assorter."""
    return assorted(claim, -claim.upper, cards)


def estimate_polled(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all with which so great a share of simulated audits ends, if the reported votes are right."""
    total, setup = election.frame.total, election.setup
    sizes = []
    for claim in claims(audited):
        seen = [claim.value(sample.reading(u, audited.contest.id)) for u in sample.draws()] if sample else []
        left = _population(claim, audited.contest, total, seen)
        strategy = _polling(audited, claim, total)
        sizes += walk.sizes(
            left,
            strategy,
            setup.risk_limit,
            (setup.chance,),
            seen=np.array(seen),
            replacement=setup.replacement,
            u=claim.upper,
        )
    basis = f"{setup.chance:.0%} of simulated audits end by then if the reported result is right"
    return Estimate(contest=audited.contest.id, size=min(max(sizes), total), basis=basis)


def estimate_compared(
    audited: AuditedContest,
    contest: Contest,
    over: Sequence[Mapping[str, float]] | None,
    pooled: Mapping[str, Mapping[float, int]],
    election: Election,
) -> Estimate:
    """Draws in all with which so great a share of simulated audits ends, if overstatements are as often as so far, or
    before the first round as they customarily are. `pooled` says by claim how often reports of batches overstate."""
    setup, sizes = election.setup, []
    for claim in claims(audited):
        seen = [one.get(claim.label, 0.0) for one in over or ()]
        left = _expected(claim, seen, contest.cards - len(seen), pooled.get(claim.label, {}))
        population = Counter[float]()
        for value, number in left.items():
            population[assorted(claim, value, contest.cards)] += number
        sizes += walk.sizes(
            population,
            _comparing(audited, claim, contest.cards),
            setup.risk_limit,
            (setup.chance,),
            seen=np.array([assorted(claim, value, contest.cards) for value in seen]),
            replacement=setup.replacement,
            u=bound(claim, contest.cards),
        )
    rates = "overstatements go on as found" if over else "overstatements are as often as is customary"
    basis = f"{setup.chance:.0%} of simulated audits end by then if the reported result is right and {rates}"
    return Estimate(contest=contest.id, size=min(max(sizes), contest.cards), basis=basis)


def _tested(
    claim: Claim, values: Values, strategy: walk.Strategy, cards: int | None, upper: float, total: int
) -> PairRisk:
    given = np.minimum(np.array(values, dtype=np.float64), upper)
    risk = walk.risk(given, strategy, cards=cards, u=upper)
    again = walk.recomputed(given, strategy, cards=cards, u=upper)
    return PairRisk(
        winner=claim.winner,
        loser=claim.loser,
        risk=agreed(risk, again, f"the risk of {claim.label}"),
        recomputed=again,
        margin=claim.margin / total,
        seen={"draws": len(values), "mean": float(given.mean()) if len(values) else 0.0},
    )


def _polling(audited: AuditedContest, claim: Claim, total: int) -> walk.Strategy:
    return betting.Agrapa() if audited.method == "betting" else alpha.polling(claim.mean(total))


def _comparing(audited: AuditedContest, claim: Claim, cards: int) -> walk.Strategy:
    """The bet: for rare errors with cast vote records of every card, learning where records are of batches."""
    if audited.method == "betting":
        return betting.Agrapa()
    if audited.method == "oneaudit":
        return alpha.Shrink(assorted(claim, 0.0, cards))
    return alpha.comparison(bound(claim, cards))


def _population(claim: Claim, contest: Contest, total: int, seen: Values) -> Counter[float]:
    """Cards not drawn by value, if the report is right: votes for one side, for the other, and for neither or both."""
    ours, theirs = claim.votes
    both = max(0, ours + theirs - total)
    ours, theirs = ours - both, theirs - both
    left = Counter({claim.upper: ours, 0.0: theirs, 0.5: total - ours - theirs})
    left.subtract(seen)
    return Counter({value: number for value, number in left.items() if number > 0})


def _expected(claim: Claim, seen: Values, left: int, pooled: Mapping[float, int]) -> Counter[float]:
    """Cards not drawn by overstatement."""
    recorded = max(left - sum(pooled.values()), 0)
    found = Counter(value for value in seen if value) if not pooled else Counter[float]()
    customary = {part * claim.upper: rate for part, rate in CUSTOMARY.items()}
    rates = {value: number / len(seen) for value, number in found.items()} if seen else customary
    over = Counter({value: round(rate * recorded) for value, rate in rates.items()})
    over[0.0] = recorded - sum(over.values())
    over.update(pooled)
    return over
