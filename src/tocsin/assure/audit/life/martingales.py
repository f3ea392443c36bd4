"""Risks by test martingales, over the values of a sample in the order drawn: ALPHA, betting, ONEAudit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.assure.audit import alpha, betting, oneaudit, styles, walk
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.assorters import Assorter, assorters, compared, compared_upper
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.pools import pools
from tocsin.assure.audit.life.sample import Sample
from tocsin.model.audit import AuditedContest, Estimate, PairRisk
from tocsin.model.ballot import Contest

METHODS = ("alpha", "betting")
#: Overstatements, as parts of the greatest one, and on what share of cards they are expected before the first.
CUSTOMARY = {0.5: 0.001, 1.0: 0.0001}
Values = Sequence[float]
Over = Sequence[Mapping[str, float]]


def polled(audited: AuditedContest, sample: Sample) -> tuple[PairRisk, ...]:
    """The risk of every claim of a contest from what people read alone."""
    total = sample.election.frame.total
    cards = None if sample.election.setup.replacement else total
    return tuple(
        _tested(one, _read(one, audited, sample), _polling(audited, one, total), cards, one.upper, total)
        for one in assorters(audited.contest, audited.assertions)
    )


def tested(audited: AuditedContest, contest: Contest, over: Over, election: Election) -> tuple[PairRisk, ...]:
    """The risk of every claim from overstatements of the cards drawn, in order, by label."""
    cards = None if election.setup.replacement else contest.cards
    found = []
    for one in assorters(contest, audited.assertions):
        values = [_compared(one, card.get(one.label, 0.0), contest.cards) for card in over]
        bet, upper = _comparing(audited, one, contest.cards, election), _upper(one, contest.cards)
        found.append(_tested(one, values, bet, cards, upper, contest.cards))
    return tuple(found)


def estimate_polled(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all with which so great a share of simulated audits ends, if the reported votes are right."""
    total, setup = election.frame.total, election.setup
    sizes = []
    for one in assorters(audited.contest, audited.assertions):
        seen = _read(one, audited, sample) if sample else []
        sizes += walk.sizes(
            _population(one, total, seen),
            _polling(audited, one, total),
            setup.risk_limit,
            (setup.chance,),
            seen=np.array(seen),
            replacement=setup.replacement,
            u=one.upper,
        )
    basis = f"{setup.chance:.0%} of simulated audits end by then if the reported result is right"
    return Estimate(contest=audited.contest.id, size=min(max(sizes), total), basis=basis)


def estimate_compared(audited: AuditedContest, contest: Contest, over: Over | None, election: Election) -> Estimate:
    """Draws in all with which so great a share of simulated audits ends, if overstatements are as often as so far, or
    before the first round as they customarily are."""
    setup, sizes = election.setup, []
    for one in assorters(contest, audited.assertions):
        seen = [card.get(one.label, 0.0) for card in over or ()]
        values = [_compared(one, value, contest.cards) for value in seen]
        sizes += walk.sizes(
            _expected(audited, one, contest.cards, seen, election),
            _comparing(audited, one, contest.cards, election),
            setup.risk_limit,
            (setup.chance,),
            seen=np.array(values),
            replacement=setup.replacement,
            u=_upper(one, contest.cards),
        )
    rates = "overstatements go on as found" if over else "overstatements are as often as is customary"
    basis = f"{setup.chance:.0%} of simulated audits end by then if the reported result is right and {rates}"
    return Estimate(contest=contest.id, size=min(max(sizes), contest.cards), basis=basis)


def _read(one: Assorter, audited: AuditedContest, sample: Sample) -> list[float]:
    """Values of the cards drawn, in order."""
    readings = [sample.reading(unit, audited.contest.id) for unit in sample.draws()]
    return [
        styles.hand_value(one.value(card.choices), found=card.found, here=card.here, by_style=False)
        for card in readings
    ]


def _compared(one: Assorter, over: float, cards: int) -> float:
    return compared(over, one.margin(cards), one.upper)


def _upper(one: Assorter, cards: int) -> float:
    return compared_upper(one.margin(cards), one.upper)


def _tested(
    one: Assorter, values: Values, strategy: walk.Strategy, cards: int | None, upper: float, total: int
) -> PairRisk:
    given = np.clip(np.array(values, dtype=np.float64), 0.0, upper)  # rounding may leave the bounds by a little
    risk = walk.risk(given, strategy, cards=cards, u=upper)
    again = walk.recomputed(given, strategy, cards=cards, u=upper)
    seen = {"draws": len(values), "mean": float(given.mean()) if len(values) else 0.0}
    return pair_risk(one.sides, (risk, again), one.label, one.margin(total), seen)


def _polling(audited: AuditedContest, one: Assorter, total: int) -> walk.Strategy:
    return betting.Agrapa() if audited.method == "betting" else alpha.polling(one.mean(one.votes, total))


def _comparing(audited: AuditedContest, one: Assorter, cards: int, election: Election) -> walk.Strategy:
    """The bet: for rare errors where every card has a record, for the spread of batches in ONEAudit, else learning."""
    if audited.method == "betting":
        return betting.Agrapa()
    if audited.method == "oneaudit":
        return oneaudit.strategy(one, pools(one, audited, election), cards)
    return alpha.comparison(_upper(one, cards))


def _population(one: Assorter, total: int, seen: Values) -> Counter[float]:
    """Cards not drawn by value, if the report is right: votes for one side, for the other, and for neither or both."""
    ours, theirs = one.votes
    both = max(0, ours + theirs - total)
    ours, theirs = ours - both, theirs - both
    top, low = one.mean((1, 0), 1), one.mean((0, 1), 1)
    left = Counter({top: ours, low: theirs})
    left[0.5] += total - ours - theirs
    left.subtract(seen)
    return Counter({value: number for value, number in left.items() if number > 0})


def _expected(audited: AuditedContest, one: Assorter, cards: int, seen: Values, election: Election) -> Counter[float]:
    """Cards not drawn by value of the overstatement assorter."""
    if audited.method == "oneaudit":
        found = oneaudit.expected(one, pools(one, audited, election), cards)
        left = {value: round(number * (cards - len(seen)) / cards) for value, number in found.items()}
        return Counter({value: number for value, number in left.items() if number})
    rest = cards - len(seen)
    rates = {part * one.upper: rate for part, rate in CUSTOMARY.items()}
    if seen:
        rates = {value: number / len(seen) for value, number in Counter(seen).items() if value}
    over = Counter({value: round(rate * rest) for value, rate in rates.items()})
    over[0.0] = rest - over.total()
    return Counter({_compared(one, value, cards): number for value, number in over.items() if number > 0})
