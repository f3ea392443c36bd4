"""How a cost grows with the size of the work: a power law, told beyond what was measured, with its interval.

Bayesian linear regression of log cost on log size (Gelman et al. 2013, Bayesian Data Analysis, section 14.2) with known
noise: the level is free, the slope leans on what was learned before. A measurement near the `floor` (what is spent
whatever the size) counts for less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 1.645  # both sides of 90 %


@dataclass(frozen=True, slots=True)
class Law:
    """What is held of cost ~ size ** slope before measuring: the slope, its standard deviation, and the noise of one
    measurement (standard deviation of log cost)."""

    slope: float
    slope_sd: float
    noise: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 90 % interval."""

    value: float
    low: float
    high: float


#: Held where nothing was learned: about linear, or somewhat dearer.
ANY = Law(1.1, 0.4, 0.15)
_LEAST_NOISE = 0.05


def extrapolate(sizes: Sequence[float], costs: Sequence[float], at: float, law: Law, floor: float) -> Estimate:
    """The cost at size `at` (> 0) from one or more measured (sizes and costs > 0), with its predictive interval."""
    mean, cov = _posterior(sizes, costs, law, floor, np.log(at))
    centre, spread = float(mean[0]), float(np.sqrt(cov[0, 0] + law.noise**2))
    return Estimate(*(float(np.exp(centre + step * LEVEL * spread)) for step in (0, -1, 1)))


def learn(sizes: Sequence[float], costs: Sequence[float], floor: float, *, doubt: float, prior: Law = ANY) -> Law:
    """The law that measurements speak for; `doubt` is how much the slope of other data may differ from it."""
    at = float(np.mean(np.log(sizes)))
    mean, cov = _posterior(sizes, costs, prior, floor, at)
    left = np.log(costs) - mean[0] - mean[1] * (np.log(sizes) - at)
    known = np.asarray(costs) > 2 * floor
    noise = float(np.sqrt((left[known] ** 2).sum() / max(known.sum() - 2, 1))) if known.any() else prior.noise
    return Law(float(mean[1]), float(np.sqrt(cov[1, 1] + doubt**2)), max(noise, _LEAST_NOISE))


def total(parts: Sequence[Estimate]) -> Estimate:
    """The sum of estimates whose errors are independent."""
    value = sum(part.value for part in parts)
    below, above = (
        float(np.sqrt(sum((getattr(part, side) - part.value) ** 2 for part in parts))) for side in ("low", "high")
    )
    return Estimate(value, max(value - below, 0.0), value + above)


def _posterior(
    sizes: Sequence[float], costs: Sequence[float], law: Law, floor: float, at: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of (log cost at log size `at`, slope)."""
    size, cost = np.asarray(sizes, float), np.asarray(costs, float)
    clear = cost >= 2 * floor
    if not clear.any():  # all that is known is that it is little
        clear = cost == cost.max()
    x, y = np.log(size[clear]) - at, np.log(np.maximum(cost[clear], floor))
    precision = 1 / (law.noise**2 + (floor / np.exp(y)) ** 2)
    design = np.column_stack([np.ones_like(x), x])
    held = np.diag([1e-9, law.slope_sd**-2])
    cov = np.linalg.inv(design.T @ (design * precision[:, None]) + held)
    return cov @ (design.T @ (precision * y) + held @ np.array([0.0, law.slope])), cov
