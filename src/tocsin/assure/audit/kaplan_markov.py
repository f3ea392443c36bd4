"""Kaplan-Markov ballot comparison: how far cards differ from their cast vote records, in votes of margin.

Stark (2009), "Super-simple simultaneous single-ballot risk-limiting audits", with the four counts of Lindeman and
Stark (2012), "A gentle introduction to risk-limiting audits": o1, o2 cards overstate the margin by one or two votes,
u1, u2 understate it. For diluted margin m (votes of margin over all cards in the population) and inflator gamma:

    p = (1 - m/2g)^n (1 - 1/2g)^-o1 (1 - 1/g)^-o2 (1 + 1/2g)^-u1 (1 + 1/g)^-u2
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from tocsin.assure.audit.pairs import pairs
from tocsin.assure.audit.plan import check_limit
from tocsin.errors import UsageError
from tocsin.model.ballot import Contest

GAMMA = 1.03905  # of Colorado, Arlo and Stark's tools


@dataclass(frozen=True, slots=True)
class Rates:
    """Discrepancies expected per card, by kind."""

    o1: float = 0.0
    o2: float = 0.0
    u1: float = 0.0
    u2: float = 0.0


#: What Arlo expects before the first card.
CUSTOMARY = Rates(o1=0.001, o2=0.0001, u1=0.001, u2=0.0001)


def diluted_margin(contest: Contest) -> float:
    """Smallest margin of votes of any winner over any loser, over the contest's cards; 0 at a tie, 1 where nobody lost.

    Raises UsageError for a supermajority, whose margin is not one of votes (use an assertion of its own).
    """
    if contest.counting == "supermajority":
        raise UsageError(
            f"{contest.id}: Kaplan-Markov counts votes of margin, and a supermajority has none",
            hint="audit it by its overstatement assorter (ALPHA)",
        )
    counts = [pair.count(contest.votes) for pair in pairs(contest)]
    return min((ours - theirs for ours, theirs in counts), default=contest.cards) / contest.cards


def risk(
    margin: float,
    n: int,
    o1: int = 0,
    o2: int = 0,
    u1: int = 0,
    u2: int = 0,
    gamma: float = GAMMA,
    *,
    credit: bool = True,
) -> float:
    """Risk after n cards drawn with replacement (a card drawn twice counts twice); 1 at a tie.

    Arlo gives no credit for understatements: `credit=False`, which can only raise the risk.
    """
    counts = (o1, o2, u1, u2) if credit else (o1, o2, 0, 0)
    _check(margin, n, gamma, counts)
    if margin == 0:
        return 1.0
    return min(math.exp(min(n * math.log1p(-margin / (2 * gamma)) - _credit(gamma, counts), 0.0)), 1.0)


def recomputed(
    margin: float,
    n: int,
    o1: int = 0,
    o2: int = 0,
    u1: int = 0,
    u2: int = 0,
    gamma: float = GAMMA,
    *,
    credit: bool = True,
) -> float:
    """The same risk as a product over cards: each one's factor is (1 - 1/U) / (1 - e m/2g), U = 2g/m, e in votes."""
    _check(margin, n, gamma, (o1, o2, u1, u2))
    if margin == 0:
        return 1.0
    overstated = {1: o1, 2: o2, -1: u1 if credit else 0, -2: u2 if credit else 0}
    with localcontext() as context:
        context.prec = 60
        twice = 2 * Decimal(gamma)
        product = (1 - Decimal(margin) / twice) ** n
        for votes, cards in overstated.items():
            product /= (1 - votes / twice) ** cards
        return min(float(product), 1.0)


def optimistic_size(
    margin: float, risk_limit: float, o1: int = 0, o2: int = 0, u1: int = 0, u2: int = 0, gamma: float = GAMMA
) -> int:
    """Cards in all that meet the limit if no further discrepancy is found. Raises UsageError at a tie."""
    check_limit(risk_limit)
    _check(margin, 0, gamma, (o1, o2, u1, u2))
    if margin == 0:
        raise UsageError("a tie needs every card read; no sample confirms it", hint="count all cards by hand")
    least = math.ceil(-2 * gamma * (math.log(risk_limit) + _credit(gamma, (o1, o2, u1, u2))) / margin)
    return max(o1 + o2 + u1 + u2, least)


def estimated_size(
    margin: float,
    risk_limit: float,
    audited: int = 0,
    o1: int = 0,
    o2: int = 0,
    u1: int = 0,
    u2: int = 0,
    gamma: float = GAMMA,
) -> int:
    """Cards in all if overstatements go on as found: the optimistic size times 1 + (o1 + o2) / audited (Colorado)."""
    size = optimistic_size(margin, risk_limit, o1, o2, u1, u2, gamma)
    return size if not audited else -(-size * (audited + o1 + o2) // audited)


def expected_size(margin: float, risk_limit: float, rates: Rates, gamma: float = GAMMA) -> int | None:
    """Cards in all at which the risk meets the limit if discrepancies come at these rates; None if it never does."""
    check_limit(risk_limit)
    per_card = math.log1p(-margin / (2 * gamma)) - _credit(gamma, (rates.o1, rates.o2, rates.u1, rates.u2))
    return math.ceil(math.log(risk_limit) / per_card) if per_card < 0 else None


def rounded_size(margin: float, risk_limit: float, rates: Rates, gamma: float = GAMMA) -> int | None:
    """Like `expected_size`, for whole discrepancies: of one vote rounded up, of two votes rounded to the nearest."""
    drawn = expected_size(margin, risk_limit, rates, gamma)
    if drawn is None:
        return None
    ones = [math.ceil(rate * drawn - 1e-12) for rate in (rates.o1, rates.u1)]
    twos = [math.floor(rate * drawn + 0.5) for rate in (rates.o2, rates.u2)]
    return optimistic_size(margin, risk_limit, ones[0], twos[0], ones[1], twos[1], gamma)


def sizes(contest: Contest, risk_limit: float, rates: Rates = CUSTOMARY, gamma: float = GAMMA) -> int:
    """Cards to draw for a contest if discrepancies come at these rates; all cards where that is fewer, or at a tie."""
    margin = diluted_margin(contest)
    size = rounded_size(margin, risk_limit, rates, gamma) if margin else None
    return contest.cards if size is None else min(size, contest.cards)


def further_size(contest: Contest, risk_limit: float, n: int, found: Mapping[str, int], gamma: float = GAMMA) -> int:
    """Further cards after n, if overstatements go on at the rates found (keys o1, o2); none for understatements."""
    rates = Rates(found.get("o1", 0) / n, found.get("o2", 0) / n) if n else CUSTOMARY
    return max(sizes(contest, risk_limit, rates, gamma) - n, 0)


def per_margin(risk_limit: float, tolerated: float, gamma: float = GAMMA) -> float:
    """Cards times diluted margin, if one-vote overstatements are up to a given part of the margin (rho; Stark 2010)."""
    check_limit(risk_limit)
    return -math.log(risk_limit) / (1 / (2 * gamma) + tolerated * math.log1p(-1 / (2 * gamma)))


def _credit(gamma: float, counts: tuple[float, float, float, float]) -> float:
    """Sum of the logarithms of the discrepancies' factors."""
    votes = (1, 2, -1, -2)
    return math.fsum(
        count * math.log1p(-vote / (2 * gamma)) for vote, count in zip(votes, counts, strict=True) if count
    )


def _check(margin: float, n: int, gamma: float, counts: tuple[int, int, int, int]) -> None:
    if not 0 <= margin <= 1 or gamma <= 1 or n < 0 or min(counts) < 0:
        raise UsageError(
            f"margin {margin}, gamma {gamma}, {n} cards and discrepancies {counts} do not go together",
            hint="the diluted margin is a fraction of the cards, gamma is above 1, counts are not negative",
        )
