"""Providence ballot polling: like Minerva, but the sizes of rounds may depend on what the cards showed.

Broadrick, Vora and Zagorski (2023), "PROVIDENCE: a flexible round-by-round risk-limiting audit". With k of n votes for
the winners before a round, and k' of n' in it, the risk is the BRAVO ratio of what came before times Minerva's ratio of
tails of the round:

    ((t/s)^k ((1-t)/(1-s))^(n-k)) P(X >= k' | n', t) / P(X >= k' | n', s)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from tocsin.assure.audit.binomial import log_tail, summed_log_tail, tail
from tocsin.assure.audit.bravo import log_ratio
from tocsin.assure.audit.pairs import Pair, Votes, pairs, total
from tocsin.assure.audit.plan import Size, per_quantile
from tocsin.assure.audit.rounds import MOST_VOTES, least_passing, scale
from tocsin.model.ballot import Contest


def risk(contest: Contest, rounds: Sequence[Votes]) -> dict[str, float]:
    """Risk by pair after the rounds' votes (of each round's new cards): the least of all rounds, 1 before the first."""
    return {pair.label: _risk(pair, contest, rounds) for pair in pairs(contest)}


def recomputed(contest: Contest, rounds: Sequence[Votes]) -> dict[str, float]:
    """The same risks with tails summed term by term, and the ratio of votes before from exact fractions."""
    return {pair.label: _risk_by_sums(pair, contest, rounds) for pair in pairs(contest)}


def sizes(
    contest: Contest,
    risk_limit: float,
    quantiles: Sequence[float] = (0.7, 0.8, 0.9),
    rounds: Sequence[Votes] = (),
    *,
    cards_as_votes: int = 0,
    skip_voteless: bool = False,
) -> dict[float, Size]:
    """Further cards with which the next round stops the audit at the given probabilities, if the report is right.

    The greatest over all pairs; all cards at a tie; 0 for a pair that is confirmed. r2b2, and with it Arlo, count
    every card read so far as a vote of each pair: `cards_as_votes` is their number.
    """
    read = cards_as_votes

    def cards(pair: Pair, q: float) -> int:
        if _risk(pair, contest, rounds) <= risk_limit:
            return 0
        before = pair.count(total(rounds))
        votes = _votes_in_all(pair.share(contest.votes), pair.null, risk_limit, q, before, read or sum(before))
        return math.ceil((votes - (0 if read else sum(before))) * scale(pair, contest)) - read

    return per_quantile(contest, cards, risk_limit, quantiles, skip_voteless=skip_voteless)


def next_round_probability(
    votes: int, share: float, risk_limit: float, null: float = 0.5, before: tuple[int, int] = (0, 0)
) -> float:
    """Probability that the next round, with so many new votes of the pair, stops the audit if the share is true."""
    log_limit = math.log(risk_limit) + log_ratio((share, 1 - share), null, before)
    if votes <= 0 or log_limit >= 0:
        return float(votes > 0)
    least = least_passing(votes, share, null, math.exp(log_limit))
    return float(tail(least, votes, share)) if least <= votes else 0.0


def _votes_in_all(
    share: float, null: float, risk_limit: float, probability: float, before: tuple[int, int], drawn: int
) -> int:
    """Votes of the pair at the end of a next round that reaches the probability: bisection, decade by decade."""

    def reached(votes: int) -> bool:
        return next_round_probability(votes - drawn, share, risk_limit, null, before) >= probability

    low, high = sum(before) + 1, 10
    if reached(low):
        return low
    while high <= low:
        high *= 10
    while high < MOST_VOTES:
        found = _between(reached, low, high)
        if found:
            return found
        low, high = high, high * 10
    return high


def _between(reached: Callable[[int], bool], low: int, high: int) -> int:
    """The upper end of the bracket once it is one wide, the lower where that one reaches it too; 0 where neither."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return low if reached(low) else high if reached(high) else 0


def _risk(pair: Pair, contest: Contest, rounds: Sequence[Votes]) -> float:
    share, found, before = pair.share(contest.votes), 0.0, (0, 0)
    if share <= pair.null:
        return 1.0
    for votes in rounds:
        ours, theirs = pair.count(votes)
        null, reported = (log_tail(ours, ours + theirs, p) for p in (pair.null, share))
        value = null - reported - log_ratio(pair.shares(contest.votes), pair.null, before)
        found = min(found, value) if not math.isnan(value) else found
        before = before[0] + ours, before[1] + theirs
    return math.exp(found)


def _risk_by_sums(pair: Pair, contest: Contest, rounds: Sequence[Votes]) -> float:
    ours, theirs = pair.count(contest.votes)
    share, null = Fraction(ours, ours + theirs or 1), Fraction(pair.null)
    if share <= null:
        return 1.0
    found, won, lost = 0.0, 0, 0
    for votes in rounds:
        new_ours, new_theirs = pair.count(votes)
        tails = [summed_log_tail(new_ours, new_ours + new_theirs, float(p)) for p in (null, share)]
        gained = won * _log(share / null) + (lost * _log((1 - share) / (1 - null)) if lost else 0.0)
        value = tails[0] - tails[1] - gained
        found = min(found, value) if not math.isnan(value) else found
        won, lost = won + new_ours, lost + new_theirs
    return math.exp(found)


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator) if value else -math.inf
