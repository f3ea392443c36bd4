"""Intervals for the figures that findings state."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def poisson_ratio(count: float, expected: float, level: float = 0.95) -> tuple[float, float, float]:
    """count/expected with the exact (Garwood 1936) interval of the count; expected > 0."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    high = float(gammaincinv(count + 1, 1 - tail))
    return count / expected, low / expected, high / expected


def share(part: int, whole: int, level: float = 0.95) -> tuple[float, float, float]:
    """part/whole with the exact (Clopper and Pearson 1934) interval; whole > 0."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(part, whole - part + 1, tail)) if part > 0 else 0.0
    high = float(betaincinv(part + 1, whole - part, 1 - tail)) if part < whole else 1.0
    return part / whole, low, high


def bootstrap_mean(
    values: Sequence[float], seed: int, weights: Sequence[float] | None = None, level: float = 0.95, draws: int = 999
) -> tuple[float, float, float]:
    """(Weighted) mean with its percentile bootstrap interval (Efron 1979); at least one value."""
    sample = np.asarray(values, float)
    weight = np.ones(sample.size) if weights is None else np.asarray(weights, float)
    rng = np.random.default_rng(seed)
    mean = float(np.average(sample, weights=weight))
    if sample.size > 2_000:  # a large sample: the normal interval is as good and needs no matrix
        half = 1.959963984540054 * float(np.sqrt(((weight * (sample - mean)) ** 2).sum())) / float(weight.sum())
        return mean, mean - half, mean + half
    drawn = rng.choice(sample.size, (draws, sample.size))
    means = (sample * weight)[drawn].sum(axis=1) / weight[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return mean, float(low), float(high)
