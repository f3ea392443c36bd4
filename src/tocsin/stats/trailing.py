"""Counts by day held against the days before them: how improbable is a count as high, if nothing changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.stats.tails import gamma_poisson_tail

Floats = npt.NDArray[np.float64]
PRIOR = 0.5  # added to the count of a window: half an event (Jeffreys)


def expected(counts: Floats, exposure: Floats, window: int, least: int) -> Floats:
    """What the `window` days before each day let expect of it; NaN where fewer than `least` days are before it.

    `counts` (series, days); `exposure` (series or 1, days), positive: what a count is proportional to, such as the
    number of all posts of the day.
    """
    total, amount, _ = _before(counts, exposure, window)
    rate = (total + PRIOR) / np.maximum(amount, 1e-12)
    rate[:, :least] = np.nan
    made: Floats = rate * exposure
    return made


def tails(counts: Floats, exposure: Floats, window: int, least: int) -> Floats:
    """Chance of a count as high or higher on each day, (series, days); 1 where it is not above all days before it or
    fewer than `least` days are before it.

    The greatest of three tails. One is Poisson, with a rate that is known from the window only (gamma-Poisson). The
    others allow for days that stray more: Student's t of the day against the residuals of the window, on the scale of
    square roots, where a Poisson count has variance 1/4 whatever its mean (Bartlett 1936), and on that of logarithms,
    for series whose days differ by factors; variances are taken no less than a Poisson count has. Few events a day
    leave the logarithms skewed, so that their spread says too little of high days: there it is taken 1 + skewness
    times (chosen on made series, see `docs/methods/fabrication.bursts.md`). All by exposure.
    """
    total, amount, days = _before(counts, exposure, window)
    rate = (total + PRIOR) / np.maximum(amount, 1e-12)
    mean = rate * exposure
    p = gamma_poisson_tail(counts, mean, total + PRIOR)
    p = np.maximum(p, _student(np.sqrt(counts), np.sqrt, exposure, rate, window, days, np.float64(0.5), skewed=False))
    least_log = np.where(mean > 1, np.sqrt(mean) / (1 + mean), 0.5)
    p = np.maximum(p, _student(np.log1p(counts), np.log1p, exposure, rate, window, days, least_log, skewed=True))
    made: Floats = np.where((days < least) | (counts <= _highest(counts, exposure, window)), 1.0, p)
    return made


def _student(
    values: Floats, scale: Any, exposure: Floats, rate: Floats, window: int, days: Floats, floor: Any, *, skewed: bool
) -> Floats:
    """Student's tail of each day's residual against those of its window, all by the rate of that window; `skewed`: the
    spread grows by the skewness to the right."""
    from scipy.special import stdtr

    size = np.broadcast_to(exposure, values.shape)
    sums: Any = np.zeros((3, *values.shape))
    for lag in range(1, min(window, values.shape[1] - 1) + 1):
        off = values[:, :-lag] - scale(rate[:, lag:] * size[:, :-lag])
        for power in range(3 if skewed else 2):
            sums[power, :, lag:] += off ** (power + 1)
    mean, square, cube = sums / np.maximum(days, 1)
    spread = np.sqrt(np.maximum(square - mean**2, 0.0) * days / np.maximum(days - 1, 1))
    spread = np.maximum(spread, floor)
    if skewed:
        spread *= 1 + np.maximum((cube - 3 * mean * square + 2 * mean**3) / spread**3, 0.0)
    score = (values - scale(rate * size) - mean) / (spread * np.sqrt(1 + 1 / np.maximum(days, 1)))
    made: Floats = stdtr(np.maximum(days - 1, 1), -score)
    return made


def _before(counts: Floats, exposure: Floats, window: int) -> tuple[Floats, Floats, Floats]:
    """Sums of both over the days before each day, and the number of these days."""
    days = np.minimum(np.arange(counts.shape[1]), window).astype(float)
    return _trailing(counts, window), _trailing(exposure, window), days


def _trailing(values: Floats, window: int) -> Floats:
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    last = np.arange(values.shape[1])
    made: Floats = sums[:, last] - sums[:, np.maximum(last - window, 0)]
    return made


def _highest(counts: Floats, exposure: Floats, window: int) -> Floats:
    """The highest count of the days before each day, by exposure, at the exposure of the day."""
    height = counts / exposure
    best = np.zeros(np.broadcast_shapes(counts.shape, exposure.shape))
    for lag in range(1, min(window, counts.shape[1] - 1) + 1):
        np.maximum(best[:, lag:], height[:, :-lag], out=best[:, lag:])
    made: Floats = best * exposure
    return made
