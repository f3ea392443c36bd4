"""Binomial tails in log space, by two routes: the incomplete beta function, and sums of own terms."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LONG = 4e7  # terms of a convolution that take a second or two
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
    if value > math.exp(LOG_TINY):
        return math.log(value)
    if least > trials or share <= 0:
        return -math.inf
    steps = np.arange(least, trials, dtype=float)
    return float(log_mass(least, trials, share)) + math.log1p(
        math.fsum(np.cumprod((trials - steps) / (steps + 1) * (share / (1 - share))))
    )


def log_mass(count: npt.ArrayLike, trials: int, share: float) -> Floats:
    """ln P(X = count), 0 < share < 1, exact to rounding for any number of trials (Loader 2000, saddle point)."""
    from scipy.special import kl_div

    k = np.asarray(count, float)
    rest = trials - k
    inside = (k > 0) & (rest > 0)
    a, b = np.where(inside, k, 1.0), np.where(inside, rest, 1.0)
    distance = kl_div(a, trials * share) + kl_div(b, trials * (1 - share))
    middle = 0.5 * np.log(max(trials, 1) / (2 * math.pi * a * b)) - distance
    middle = middle + _stirling(np.asarray(max(trials, 1.0))) - _stirling(a) - _stirling(b)
    return np.where(inside, middle, k * math.log(share) + rest * math.log1p(-share))


def mass(trials: int, share: float) -> Floats:
    """P(X = 0), P(X = 1), ... P(X = trials)."""
    if 0 < share < 1:
        return np.asarray(np.exp(log_mass(np.arange(trials + 1), trials, share)))
    ends = np.zeros(trials + 1)
    ends[-1 if share >= 1 else 0] = 1.0
    return ends


def summed_log_tail(least: int, trials: int, share: float) -> float:
    """ln P(X >= least) as a sum of own terms."""
    masses = log_masses(trials, share)[max(least, 0) :]
    if not masses.size or masses.max() == -math.inf:
        return -math.inf
    return min(float(masses.max()) + math.log(math.fsum(np.exp(masses - masses.max()))), 0.0)


def log_masses(trials: int, share: float) -> Floats:
    """ln P(X = k) for k = 0 to trials: from the greatest term by the ratios of neighbours, then made to sum to 1.

    The ratio of a term to the one before it is (n - k) p / ((k + 1) (1 - p)). -inf where the probability is 0.
    """
    if share >= 1 or share <= 0:
        ends = np.full(trials + 1, -math.inf)
        ends[-1 if share >= 1 else 0] = 0.0
        return ends
    k = np.arange(trials, dtype=float)
    ratios = np.log((trials - k) / (k + 1)) + math.log(share / (1 - share))
    peak = min(math.floor((trials + 1) * share), trials)
    terms = np.concatenate([-np.cumsum(ratios[:peak][::-1])[::-1], [0.0], np.cumsum(ratios[peak:])])
    return np.asarray(terms - math.log(math.fsum(np.exp(terms))))


def log_convolved(first: Floats, second: Floats) -> Floats:
    """ln of the convolution of two series given by their logarithms; of long ones without terms under e^-1000."""
    found = np.full(first.size + second.size - 1, -math.inf)
    least = -1000.0 if first.size * second.size > LONG else -1e300
    kept = [np.flatnonzero(series > least) for series in (first, second)]
    if not kept[0].size or not kept[1].size:
        return found
    low, high = kept[1][0], kept[1][-1] + 1
    for i in kept[0]:
        part = found[i + low : i + high]
        np.logaddexp(part, first[i] + second[low:high], out=part)
    return found


def _stirling(n: Floats) -> Floats:
    """ln n! less Stirling's formula; n at least 1."""
    from scipy.special import gammaln

    small = np.minimum(n, 16.0)
    exact = gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * math.log(2 * math.pi)
    series = (1 / 12 - (1 / 360 - 1 / (1260 * n * n)) / (n * n)) / n
    return np.where(n < 16, exact, series)
