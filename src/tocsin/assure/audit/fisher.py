"""Fisher's combination of independent p-values, and its greatest value over how an error is split between strata.

Ottoboni, Stark, Lindeman and McBurnett (2018), "Risk-limiting audits by stratified union-intersection tests of
elections (SUITE)". If the outcome is wrong, some share of the reported margin was lost in each stratum, together all of
it. A split gives stratum 1 the share x and stratum 2 the rest; the outcome is confirmed if no split is plausible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

GRID = 100


def combined(p: Sequence[float]) -> float:
    """P(chi-square of 2k degrees >= -2 sum ln p), in closed form: q times the sum of (-ln q)^i / i! for i < k.

    q is the product of the k p-values; 0 where one is 0.
    """
    if min(p) <= 0:
        return 0.0
    surprise = -math.fsum(map(math.log, p))
    return min(math.exp(-surprise) * math.fsum(surprise**i / math.factorial(i) for i in range(len(p))), 1.0)


def recombined(p: Sequence[float]) -> float:
    """The same by the incomplete gamma function."""
    from scipy.special import gammaincc

    return float(gammaincc(len(p), -sum(math.log(value) for value in p))) if min(p) > 0 else 0.0


def greatest(value: Callable[[float], float], low: float, high: float) -> float:
    """The greatest value on an interval: a grid, then thirds of the two steps around its best, to the last digit.

    There may be a kink at the top, where one p-value reaches 1, so nothing is taken to be smooth.
    """
    points = np.linspace(low, high, GRID + 1)
    values = [value(float(x)) for x in points]
    best = int(np.argmax(values))
    low, high = float(points[max(best - 1, 0)]), float(points[min(best + 1, GRID)])
    while high - low > _resolution(low, high):
        third = (high - low) / 3
        low, high = (low, high - third) if value(low + third) > value(high - third) else (low + third, high)
    return max(values[best], value(low), value(high))


def zoomed(value: Callable[[float], float], low: float, high: float) -> float:
    """The same by ever finer grids: each covers the two steps around the best point of the one before it."""
    best, points = -math.inf, np.linspace(low, high, GRID + 1)
    while points[-1] - points[0] > _resolution(points[0], points[-1]):
        values = [value(float(x)) for x in points]
        best, at = max(best, *values), int(np.argmax(values))
        points = np.linspace(points[max(at - 1, 0)], points[min(at + 1, points.size - 1)], 11)
    return best


def _resolution(low: float, high: float) -> float:
    return 1e-14 * max(1.0, abs(low), abs(high))


def stepped(
    value: Callable[[float], float],
    low: float,
    high: float,
    step: float,
    limit: float,
    change: Callable[[float], float],
) -> float:
    """The greatest value on a grid of steps, as Arlo and Colorado's notebooks search for it: a lower bound.

    Once a value is above the limit that is told, whatever the greatest is. Below it the grid becomes ten times finer
    around its best, until the statistic cannot reach the limit between points: `change` bounds its change in a step.
    """
    from scipy.special import chdtri

    while True:
        points = np.arange(low, high + step, step)
        if points.size < 5:
            step = (high + 1 - low) / 5
            points = np.arange(low, high + step, step)
        values = [value(float(x)) for x in points]
        best = max(values)
        if best <= 0 or best >= limit or change(step) <= abs(chdtri(4, best) - chdtri(4, limit)):
            return best
        middle = float(points[int(np.argmax(values))])
        low, high, step = middle - 2 * step, middle + 2 * step, step / 10
