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
    values: Sequence[float], seed: int, level: float = 0.95, draws: int = 999
) -> tuple[float, float, float]:
    """Mean with its percentile bootstrap interval (Efron 1979); at least one value."""
    sample = np.asarray(values, float)
    rng = np.random.default_rng(seed)
    means = rng.choice(sample, (draws, sample.size)).mean(axis=1) if sample.size <= 2_000 else None
    if means is None:  # a large sample: the normal interval is as good and needs no matrix
        half = 1.959963984540054 * sample.std() / np.sqrt(sample.size)
        return float(sample.mean()), float(sample.mean() - half), float(sample.mean() + half)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(sample.mean()), float(low), float(high)
