"""What Minerva and Providence share: tail tests at the end of rounds, and round sizes that reach a probability.

The probability of stopping is saw-toothed in the round size, so sizes that reach a quantile are not unique. They are
found by bisection between fixed bounds, as the reference implementations do: the size found reaches the quantile and
the size below it does not; a smaller one further down may reach it by chance of the teeth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from tocsin.assure.audit.binomial import Floats, mass, tail
from tocsin.assure.audit.pairs import Pair, Votes
from tocsin.model.ballot import Contest

MOST_VOTES = 10**9  # no election has more
NEGLIGIBLE = 1e-290


def cumulative(pair: Pair, rounds: Sequence[Votes]) -> tuple[list[int], list[int]]:
    """The winners' votes, and all votes of the pair, at the end of each round."""
    counts = [pair.count(votes) for votes in rounds]
    return list(accumulate(ours for ours, _ in counts)), list(accumulate(map(sum, counts)))


def scale(pair: Pair, contest: Contest) -> float:
    """Cards per vote of the pair, by the report."""
    return contest.cards / sum(pair.count(contest.votes))


def least_passing(votes: int, share: float, null: float, limit: float) -> int:
    """Least winners' votes k of so many with P(X >= k | null) <= limit P(X >= k | share); votes + 1 where none has.

    The ratio of the tails falls as k grows (the binomial has a monotone likelihood ratio), so bisection finds it.
    """
    low, high = 0, votes + 1
    while low < high:
        middle = (low + high) // 2
        if middle > votes or tail(middle, votes, null) <= limit * tail(middle, votes, share):
            high = middle
        else:
            low = middle + 1
    return low


def bisected(probability: Callable[[int], float], wanted: float, low: int, high: int) -> int:
    """The upper end of the bracket (low, high] once it is one wide: there the probability exceeds the wanted."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if probability(middle) <= wanted else (low, middle)
    return high


def convolved(first: Floats, second: Floats) -> Floats:
    """The convolution of two series of probabilities, without the terms too small for doubles to carry."""
    a, b = (np.flatnonzero(series > NEGLIGIBLE) for series in (first, second))
    found = np.zeros(first.size + second.size - 1)
    if a.size and b.size:
        part = np.convolve(first[a[0] : a[-1] + 1], second[b[0] : b[-1] + 1])
        found[a[0] + b[0] :][: part.size] = part
    return found


def unstopped(schedule: Sequence[int], least: Sequence[int | None], share: float) -> Floats:
    """Probability of each number of winners' votes at the end of the last round, without having stopped before.

    `schedule` holds cumulative votes of the pair by round, `least` the winners' votes that stop the audit in each;
    only those before the last round count.
    """
    state, before = np.ones(1), 0
    for j, votes in enumerate(schedule):
        state = convolved(state, mass(votes - before, share))
        if j < len(schedule) - 1 and least[j] is not None:
            state[least[j] :] = 0.0
        before = votes
    return state


def stopped_by(schedule: Sequence[int], least: Sequence[int | None], share: float) -> list[float]:
    """Probability of having stopped by the end of each round."""
    in_round = [
        float(unstopped(schedule[: j + 1], least, share)[k:].sum()) if k is not None else 0.0
        for j, k in enumerate(least)
    ]
    return list(accumulate(in_round))
