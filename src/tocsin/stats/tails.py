"""Tail probabilities: exact where that is cheap, else bounds that err on the side of caution."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def poisson_tail(count: npt.ArrayLike, mean: npt.ArrayLike) -> Floats:
    """P(X >= count) of a Poisson variable; 1 where count is 0."""
    from scipy.special import gammainc

    k, mu = np.broadcast_arrays(np.asarray(count, float), np.asarray(mean, float))
    return np.where(k > 0, gammainc(np.maximum(k, 1), mu), 1.0)


def bernoulli_sum_tail(count: npt.ArrayLike, trials: npt.ArrayLike, mean: npt.ArrayLike) -> Floats:
    """Bound on P(S >= count) for a sum S of independent, unequal Bernoullis with the given number and mean of the sum.

    Hoeffding (1956, theorem 4): for count >= mean + 1 the sum of unequal Bernoullis has a lighter tail than the
    binomial of the same mean. Below that the bound is 1.
    """
    from scipy.special import betainc

    k, n, mu = np.broadcast_arrays(np.asarray(count, float), np.asarray(trials, float), np.asarray(mean, float))
    rate = np.clip(mu / np.maximum(n, 1), 0.0, 1.0)
    safe = (k >= mu + 1) & (k <= n)
    tail = betainc(np.where(safe, k, 1), np.where(safe, n - k + 1, 1), rate)
    return np.where(safe, tail, np.where(k > n, 0.0, 1.0))


def lancaster(p: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Weighted combination of independent p-values in (0, 1]; 1 where there are none. Each becomes a chi-square of
    2 weight / greatest weight degrees of freedom (Lancaster 1961); with equal weights this is Fisher's."""
    from scipy.special import gammaincc, gammainccinv

    values, w = np.asarray(p, float), np.asarray(weights, float)
    if not values.size:
        return 1.0
    shape = w / w.max()
    return float(gammaincc(shape.sum(), gammainccinv(shape, values).sum()))


def by_q(p: npt.ArrayLike, tests: int) -> Floats:
    """Benjamini-Yekutieli (2001) q-values, valid under any dependence, over `tests` tests of which only the smaller
    p-values are given (the others count as 1)."""
    values: Any = np.asarray(p, float)
    if not values.size:
        return np.empty(0)
    harmonic = np.log(tests) + 0.5772156649015329 + 1 / (2 * tests)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * tests * harmonic / np.arange(1, values.size + 1)
    q = np.empty(values.size)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def gamma_poisson_tail(count: npt.ArrayLike, mean: npt.ArrayLike, shape: npt.ArrayLike) -> Floats:
    """P(X >= count) of a Poisson variable whose own mean is uncertain: gamma distributed about `mean` with `shape` (a
    negative binomial; a great shape gives the Poisson). 1 where count is 0."""
    from scipy.special import betainc

    k, mu, spread = np.broadcast_arrays(*(np.asarray(one, float) for one in (count, mean, shape)))
    return np.where(k > 0, betainc(np.maximum(k, 1), spread, mu / (spread + mu)), 1.0)
