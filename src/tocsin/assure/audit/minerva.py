"""Minerva ballot polling: a test at the end of each round of a schedule fixed before the audit.

Zagorski, McClearn, Morin, McBurnett and Vora (2020), "The Athena class of risk-limiting ballot polling audits", and
(2021) "Minerva: an efficient risk-limiting ballot polling audit". In round j, with k winners' votes so far, the risk is
the ratio P(K >= k, not stopped before | null share) / P(K >= k, not stopped before | reported share). Stopping in any
round where that ratio meets the limit keeps the total probability of stopping at the null share below the limit, if
the sizes of rounds do not depend on what the cards showed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tocsin.assure.audit.binomial import log_convolved, log_masses, mass, tail
from tocsin.assure.audit.pairs import Pair, Votes, pairs
from tocsin.assure.audit.plan import Size, check_limit, per_quantile
from tocsin.assure.audit.rounds import (
    MOST_VOTES,
    bisected,
    convolved,
    cumulative,
    least_passing,
    scale,
    unstopped,
)
from tocsin.model.ballot import Contest

#: A round is this many times the one before it, so that no size depends on what was seen.
GROWTH = 1.5


def risk(contest: Contest, rounds: Sequence[Votes], risk_limit: float) -> dict[str, float]:
    """Risk by pair after the rounds' votes (of each round's new cards); of a pair that stopped, when it stopped."""
    check_limit(risk_limit)
    return {pair.label: _risk(pair, contest, rounds, risk_limit) for pair in pairs(contest)}


def recomputed(contest: Contest, rounds: Sequence[Votes], risk_limit: float) -> dict[str, float]:
    """The same risks in log space: own binomial terms, convolved and summed as logarithms, at both shares."""
    check_limit(risk_limit)
    return {pair.label: _risk_by_sums(pair, contest, rounds, risk_limit) for pair in pairs(contest)}


def sizes(
    contest: Contest,
    risk_limit: float,
    quantiles: Sequence[float] = (0.7, 0.8, 0.9),
    *,
    approximate_below: float = 0.0,
    skip_voteless: bool = False,
) -> dict[float, Size]:
    """Cards of the first round with which the audit stops at the given probabilities if the reported result is right.

    The greatest over all pairs; all cards at a tie. Pairs with a margin (of their own votes) under `approximate_below`
    take the normal approximation; Arlo does so under 0.015.
    """

    def cards(pair: Pair, q: float) -> int:
        share = pair.share(contest.votes)
        if pair.null == 0.5 and 2 * share - 1 < approximate_below:
            return math.ceil(approximate_votes(share, risk_limit, q) * scale(pair, contest))
        return math.ceil(_first_votes(share, pair.null, risk_limit, q) * scale(pair, contest))

    return per_quantile(contest, cards, risk_limit, quantiles, skip_voteless=skip_voteless)


def scheduled_size(first: int, rounds: int, growth: float = GROWTH) -> int:
    """Cards of the next round after so many, by Arlo's schedule: the first round times growth^(rounds + 1)."""
    return int(first * growth ** (rounds + 1))


def approximate_votes(share: float, risk_limit: float, probability: float) -> int:
    """Votes of a pair in the first round, by the normal approximation to both tails, for a null share of 1/2."""
    from scipy.special import ndtri

    reported, null = -float(ndtri(probability)), -float(ndtri(risk_limit * probability))
    return math.ceil(((reported * math.sqrt(share * (1 - share)) - null / 2) / (share - 0.5)) ** 2)


def stopping_votes(
    share: float, risk_limit: float, schedule: Sequence[int], null: float = 0.5, *, delta: float | None = None
) -> list[int | None]:
    """For each round (cumulative votes of the pair), the least winners' votes that stop the audit; None if none do.

    With `delta` this is Athena: besides, the reported share must make the count itself 1/delta times as likely.
    """
    least: list[int | None] = []
    states, before = [np.ones(1), np.ones(1)], 0
    for votes in schedule:
        states = [convolved(state, mass(votes - before, p)) for state, p in zip(states, (share, null), strict=True)]
        above, above_tied = (np.cumsum(state[::-1])[::-1] for state in states)
        passing = (above_tied <= risk_limit * above) & (above > 0)
        if delta is not None:
            passing &= states[1] <= delta * states[0]
        least.append(int(np.argmax(passing)) if passing.any() else None)
        for state in states:
            state[votes + 1 if least[-1] is None else least[-1] :] = 0.0
        before = votes
    return least


def first_round_probability(votes: int, share: float, risk_limit: float, null: float = 0.5) -> float:
    """Probability that a first round of so many votes of the pair stops the audit if the reported share is true."""
    least = least_passing(votes, share, null, risk_limit)
    return float(tail(least, votes, share)) if least <= votes else 0.0


def _first_votes(share: float, null: float, risk_limit: float, probability: float) -> int:
    high = 10_000
    while first_round_probability(high, share, risk_limit, null) < probability and high < MOST_VOTES:
        high *= 2
    return bisected(lambda n: first_round_probability(n, share, risk_limit, null), probability, 1, high)


def _risk(pair: Pair, contest: Contest, rounds: Sequence[Votes], risk_limit: float) -> float:
    share, found = pair.share(contest.votes), 1.0
    if share <= pair.null:
        return 1.0
    won, schedule = cumulative(pair, rounds)
    thresholds = stopping_votes(share, risk_limit, schedule, pair.null)
    stopped = [j for j, least in enumerate(thresholds) if least is not None and won[j] >= least]
    for j in stopped[:1] or range(len(rounds))[-1:]:
        null, reported = (_log_tail(schedule[: j + 1], thresholds, won[j], p) for p in (pair.null, share))
        found = math.exp(min(null - reported, 0.0)) if reported > -math.inf else 1.0
    return found


def _log_tail(schedule: Sequence[int], thresholds: Sequence[int | None], least: int, share: float) -> float:
    """ln P(at least so many winners' votes, not stopped before).

    Whether an audit has stopped depends on counts only, so the probabilities under two shares differ by a likelihood
    ratio of the final count: they are computed at the share where the tail has its greatest term, and carried over.
    """
    from scipy.special import logsumexp

    votes = schedule[-1]
    if not votes:
        return 0.0
    near = min(max(least / votes, share), 1 - 1 / (2 * votes + 2))
    state = unstopped(schedule, thresholds, near)[least:]
    k = np.flatnonzero(state)
    if not k.size:
        return -math.inf
    carried = (least + k) * math.log(share / near)
    if share < 1:
        carried = carried + (votes - least - k) * math.log((1 - share) / (1 - near))
    elif least < votes:
        carried = np.where(least + k == votes, carried, -math.inf)
    return float(logsumexp(np.log(state[k]) + carried))


def _risk_by_sums(pair: Pair, contest: Contest, rounds: Sequence[Votes], risk_limit: float) -> float:
    share = pair.share(contest.votes)
    if share <= pair.null:
        return 1.0
    found, before = 1.0, 0
    states = {p: np.zeros(1) for p in (pair.null, share)}
    for ours, votes in zip(*cumulative(pair, rounds), strict=True):
        states = {p: log_convolved(state, log_masses(votes - before, p)) for p, state in states.items()}
        tails = {p: np.logaddexp.accumulate(state[::-1])[::-1] for p, state in states.items()}
        with np.errstate(invalid="ignore"):
            ratio = tails[pair.null] - tails[share]
        found = math.exp(min(float(ratio[ours]), 0.0)) if not math.isnan(ratio[ours]) else float(ours < share * votes)
        passing = np.flatnonzero(ratio <= math.log(risk_limit))
        if passing.size and ours >= passing[0]:
            break
        for state in states.values():
            state[passing[0] if passing.size else votes + 1 :] = -math.inf
        before = votes
    return found
