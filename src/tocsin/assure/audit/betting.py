"""Betting martingales: the same tests as ALPHA, named by the share of the fortune that is bet on each draw
(Waudby-Smith and Ramdas, JRSS B 2024; for audits Waudby-Smith, Stark, Ramdas 2021)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.assure.audit.walk import Floats, Seen, draws_needed, false_stops, history, recomputed, risk, sizes

__all__ = ["Agrapa", "Bet", "best", "draws_needed", "false_stops", "history", "recomputed", "risk", "sizes"]

BET, AGRAPA = 3, 4  # kinds of rule in kernels/martingale.py


@dataclass(frozen=True)
class Bet:
    """Always the same bet `share`, cut where a draw of 0 would cost more than the fortune."""

    share: float

    def rule(self, t: float) -> Floats:
        """Kind and parameters for the kernel."""
        return np.array([BET, self.share])

    def bet(self, seen: Seen) -> float:
        """The bet before the next draw."""
        return self.share


@dataclass(frozen=True)
class Agrapa:
    """The bet that nearly maximises growth on the draws so far: (mean - m) / (variance + (mean - m)^2).

    m is the null's mean before the last of them. The first bet is `first`; none exceeds c_j / m, where c_j goes from
    `low` to `high` at the pace `grow`.
    """

    first: float = 0.5
    low: float = 0.5
    high: float = 0.99
    grow: float = 0.0

    def rule(self, t: float) -> Floats:
        """Kind and parameters for the kernel."""
        return np.array([AGRAPA, self.first, self.low, self.high, self.grow])

    def bet(self, seen: Seen) -> float:
        """The bet before the next draw."""
        cap = self.high - (self.high - self.low) / (1 + self.grow * math.sqrt(seen.n))
        if not seen.n:
            return min(cap / seen.null, self.first)
        above = seen.mean - seen.null_before
        spread = seen.variance + above**2
        return min(cap / seen.null, above / spread if spread else 0.0)


def best(population: Mapping[float, int], t: float = 0.5) -> Bet:
    """The fixed bet under which the fortune grows fastest if so many cards have each value (Kelly 1956).

    It is chosen before the draw, from what was reported; no bet where the population's mean is not above `t`.
    """
    gains = np.array(list(population), np.float64) - t
    counts = np.array(list(population.values()), np.float64)
    low, high = 0.0, (1 - 1e-9) / t  # at 1 / t a draw of 0 would end it
    for _ in range(60):
        middle = (low + high) / 2
        rising = float((counts * gains / (1 + middle * gains)).sum()) > 0
        low, high = (middle, high) if rising else (low, middle)
    return Bet(low)
