"""Binomial tails in log space, by two routes: the incomplete beta function, and sums of own terms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LOG_TINY = -600.0  # below this a tail is summed term by term: the incomplete beta function underflows at -745


def tail(least: npt.ArrayLike, trials: npt.ArrayLike, share: float) -> Floats:
    """P(X >= least) of a binomial variable, through the regularised incomplete beta function; arrays broadcast."""
    from scipy.special import betainc

    k, n = np.broadcast_arrays(np.asarray(least, float), np.asarray(trials, float))
    inside = (k > 0) & (k <= n)
    value = betainc(np.where(inside, k, 1.0), np.where(inside, n - k + 1.0, 1.0), share)
    return np.where(inside, value, (k <= 0).astype(float))


def log_tail(least: int, trials: int, share: float) -> float:
    """ln P(X >= least), also where the probability itself is below the range of doubles; -inf where it is 0."""
    value = float(tail(least, trials, share))
    return math.log(value) if value > math.exp(LOG_TINY) else summed_log_tail(least, trials, share)


def summed_log_tail(least: int, trials: int, share: float) -> float:
    """ln P(X >= least) as the sum of the terms of the mass function, each from the one before it.

    The ratio of neighbouring terms is (n - k) p / ((k + 1) (1 - p)); the sum starts at the greatest term inside the
    tail, so that nothing underflows, and stops where terms no longer count.
    """
    if least > trials or (share <= 0 < least):
        return -math.inf
    if least <= 0 or share >= 1:
        return 0.0
    peak = min(max(least, math.floor((trials + 1) * share)), trials)
    odds = share / (1 - share)
    up = _run(np.arange(peak, trials, dtype=float), lambda k: (trials - k) / (k + 1) * odds)
    down = _run(np.arange(peak, least, -1, dtype=float), lambda k: k / (trials - k + 1) / odds)
    return min(log_mass(peak, trials, share) + math.log(1 + up + down), 0.0)


def log_mass(count: int, trials: int, share: float) -> float:
    """ln P(X = count) of a binomial variable, with 0 < share < 1, by log factorials."""
    ways = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return ways + count * math.log(share) + (trials - count) * math.log1p(-share)


def log_masses(trials: int, share: float) -> Floats:
    """ln P(X = k) for k = 0 to trials, by log factorials that are sums of logarithms; -inf where it is 0."""
    if share >= 1:
        return np.append(np.full(trials, -math.inf), 0.0)
    factorials = np.append(0.0, np.cumsum(np.log(np.arange(1.0, trials + 1))))
    k = np.arange(trials + 1)
    ways = factorials[-1] - factorials - factorials[::-1]
    return np.asarray(ways + k * math.log(share) + (trials - k) * math.log1p(-share))


def log_convolved(first: Floats, second: Floats) -> Floats:
    """ln of the convolution of two series given by their logarithms; -inf stands for 0."""
    found = np.full(first.size + second.size - 1, -math.inf)
    for i in np.flatnonzero(first > -math.inf):
        part = found[i : i + second.size]
        np.logaddexp(part, first[i] + second, out=part)
    return found


def _run(steps: Floats, ratio: Any) -> float:
    """Sum of the cumulative products of ratios along steps, in relation to the term they start from."""
    if not steps.size:
        return 0.0
    return math.fsum(np.exp(np.cumsum(np.log(ratio(steps)))))
