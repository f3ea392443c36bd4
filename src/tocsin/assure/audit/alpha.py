"""ALPHA: the risk-limiting audit that learns from the ballots seen (Stark, Annals of Applied Statistics 2023).

A strategy says before each draw which mean of the rest it expects, `eta`; the closer to the truth, the smaller the
sample. Whatever it says, the risk holds: `eta` is kept between the null's mean and the upper bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.assure.audit.walk import Floats, Seen, draws_needed, false_stops, history, recomputed, risk, sizes
from tocsin.errors import UsageError

__all__ = [
    "Constant",
    "Fixed",
    "Shrink",
    "comparison",
    "draws_needed",
    "false_stops",
    "history",
    "polling",
    "recomputed",
    "risk",
    "sizes",
]

FIXED, CONSTANT, SHRINK = 0, 1, 2  # kinds of rule in kernels/martingale.py
RATE = 1e-4  # two-vote overstatements expected, a share of the cards


def _bet(eta: float, seen: Seen) -> float:
    """The bet that stands for `eta` (Stark 2023, section 2.3)."""
    eta = min(seen.u, max(seen.null, eta))
    return (eta / seen.null - 1) / (seen.u - seen.null)


@dataclass(frozen=True)
class Fixed:
    """The mean of all cards is expected to be `eta`: Wald's sequential test, for draws without replacement too."""

    eta: float

    def rule(self, t: float) -> Floats:
        """Kind and parameters for the kernel."""
        return np.array([FIXED, self.eta])

    def bet(self, seen: Seen) -> float:
        """The bet before the next draw."""
        if seen.cards is None:
            return _bet(self.eta, seen)
        return _bet((seen.cards * self.eta - seen.total) / (seen.cards - seen.n), seen)


@dataclass(frozen=True)
class Constant:
    """The mean of what is left is always expected to be `eta`: for comparisons, see `comparison`."""

    eta: float

    def rule(self, t: float) -> Floats:
        """Kind and parameters for the kernel."""
        return np.array([CONSTANT, self.eta])

    def bet(self, seen: Seen) -> float:
        """The bet before the next draw."""
        return _bet(self.eta, seen)


@dataclass(frozen=True)
class Shrink:
    """The sample mean is expected, shrunk towards `eta` as if that were the mean of `d` cards (Stark 2023, 2.5.2).

    It stays above the null's mean by c / sqrt(d + j - 1) at draw j (`c` None: half of eta - t); `f` pulls towards the
    upper bound, the more the less the values vary, with their standard deviation taken to be `deviation` at least.
    """

    eta: float
    d: float = 100
    c: float | None = None
    f: float = 0
    deviation: float = 1e-6

    def _least(self, t: float) -> float:
        return (self.eta - t) / 2 if self.c is None else self.c

    def rule(self, t: float) -> Floats:
        """Kind and parameters for the kernel."""
        return np.array([SHRINK, self.eta, self.d, self._least(t), self.f, self.deviation])

    def bet(self, seen: Seen) -> float:
        """The bet before the next draw."""
        weight = self.d + seen.n
        mean = (self.d * self.eta + seen.total) / weight
        if self.f:
            deviation = max(self.deviation, math.sqrt(seen.variance)) if seen.n > 1 else 1.0
            mean = (mean * deviation + seen.u * self.f) / (deviation + self.f)
        return _bet(max(mean, seen.null + self._least(seen.t) / math.sqrt(weight)), seen)


def polling(mean: float) -> Shrink:
    """The strategy for ballot polling when the reported votes give the assorter the mean `mean`."""
    return Shrink(mean)


def comparison(u: float, rate: float | None = None) -> Constant:
    """The strategy that is best for a comparison whose only errors are two-vote overstatements at so small a rate p.

    `u` is the upper bound of the overstatement assorter, 2 / (2 - v);
    eta = (1 - u (1 - p)) / (2 - 2 u) + u (1 - p) - 1/2 (Stark 2023, section 3.2).
    `rate` None: one in 10,000, but at most a tenth of the margin v, above which the bet would shrink to nothing.
    Raises UsageError where the margin is not above 0.
    """
    if u <= 1:
        raise UsageError("no margin is reported, so there is nothing to bet on", hint="count a tie by hand")
    p = min(RATE, (2 - 2 / u) / 10) if rate is None else rate
    return Constant((1 - u * (1 - p)) / (2 - 2 * u) + u * (1 - p) - 0.5)
