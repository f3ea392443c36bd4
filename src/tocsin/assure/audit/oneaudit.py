"""ONEAudit: comparison where some cards have only a total of their batch (Stark 2023, "Overstatement-Net-Equivalent
Risk-Limiting Audit: ONEAudit").

The record of a card in such a batch (pool) is taken to be the mean of the pool, by its reported votes. Overstatements
over the pool add up to what they would be with any records that have the same total, so the test of the mean holds as
it is; only the sample grows, for single cards now differ from their record.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.assure.audit.assorters import Assorter, compared
from tocsin.assure.audit.betting import Bet, best
from tocsin.errors import InputError

RATE = 1e-4


@dataclass(frozen=True, slots=True)
class Pool:
    """A batch without records: its cards by the manifest, and its reported votes for either side of a claim."""

    cards: int
    votes: tuple[int, int]


def record(assorter: Assorter, pool: Pool) -> float:
    """What stands for the record of each card of a pool. Raises InputError where there are more votes than cards."""
    if any(n > pool.cards * most for n, most in zip(pool.votes, assorter.most, strict=True)):
        raise InputError(
            f"{max(pool.votes):,} votes on {pool.cards:,} cards of one batch",
            hint="compare the manifest with the reported votes of the batch",
        )
    return assorter.mean(pool.votes, pool.cards)


def expected(assorter: Assorter, pools: Iterable[Pool], cards: int) -> Counter[float]:
    """How many of `cards` cards have each value of the overstatement assorter, if every report is right: for sizes.

    Cards of no pool have a record. Pairs with one vote a card for either side, or assertions.
    """
    margin, found = assorter.margin(cards), Counter[float]()
    for pool in pools:
        mean, (ours, theirs) = record(assorter, pool), pool.votes
        for value, number in ((assorter.upper, ours), (0.0, theirs), (0.5, pool.cards - ours - theirs)):
            found[compared(mean - value, margin, assorter.upper)] += number
    found[compared(0.0, margin, assorter.upper)] += cards - found.total()
    return Counter({value: number for value, number in found.items() if number > 0})


def strategy(assorter: Assorter, pools: Iterable[Pool], cards: int) -> Bet:
    """The fixed bet that is best if every report is right but for two-vote overstatements on 1 of 10,000 cards."""
    population = expected(assorter, pools, cards)
    population[0.0] += math.ceil(RATE * cards)
    return best(population)
