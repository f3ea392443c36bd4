"""Risk from a sample in the order drawn, by a betting strategy; how large samples get; how often ties pass.

The null hypothesis is that the values of all cards have a mean of at most `t`. The martingale starts at 1 and is, while
the null holds, 20 or more with probability at most 1/20 at any time in the draw (Ville); the risk reached is 1 over the
greatest value it has had. It may be looked at after every card, and the sample may grow for any reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tocsin.errors import UsageError

Floats = npt.NDArray[np.float64]
UNIT = 1 << 80  # the second route counts in whole numbers of 1 / UNIT, so that its sums are exact


@dataclass
class Seen:
    """What a strategy may look at before a draw: the draws so far, and the null's mean of the rest."""

    t: float
    u: float
    cards: int | None
    n: int = 0
    sum: int = 0  # of the draws, in units
    squares: int = 0  # of the draws, in units squared
    null: float = 0.0  # mean of what is left if the mean of all is t
    null_before: float = 0.0  # the same one draw earlier

    def add(self, x: float) -> None:
        """Take in one draw."""
        value = int(x * UNIT)
        self.n, self.sum, self.squares = self.n + 1, self.sum + value, self.squares + value * value
        self.null_before = self.null

    @property
    def total(self) -> float:
        """The sum of the draws."""
        return self.sum / UNIT

    @property
    def mean(self) -> float:
        """The mean of the draws."""
        return self.sum / (self.n * UNIT)

    @property
    def variance(self) -> float:
        """Of the draws, divided by their number."""
        return (self.n * self.squares - self.sum**2) / (self.n * UNIT) ** 2

    @property
    def exceeded(self) -> bool:
        """The draws alone exceed what the null allows for all cards."""
        return self.cards is not None and self.sum - int(self.t * UNIT) * self.cards > self.near

    @property
    def near(self) -> int:
        """A sum this close to its bound is at it: what doubles cannot tell apart."""
        return int((self.cards or 0) * self.u * UNIT) // 10**11


class Strategy(Protocol):
    """How much is bet before each draw, from what was seen alone. See `alpha` and `betting`."""

    def rule(self, t: float) -> Floats:
        """The strategy as the kernel takes it: its kind and parameters."""
        ...

    def bet(self, seen: Seen) -> float:
        """The bet in the other parametrisation, computed afresh: the factor of the next draw is 1 + bet (x - null)."""
        ...


def _checked(x: npt.ArrayLike, cards: int | None, t: float, u: float) -> Floats:
    values = np.asarray(x, np.float64)
    if values.size and not (values.min() >= 0 and values.max() <= u):
        raise UsageError(f"a value of the sample is not between 0 and {u}", hint="give values of the assorter")
    if not 0 < t < u or (cards is not None and cards < len(values)):
        raise UsageError(
            f"{len(values)} values of {cards} cards, with null mean {t} and bound {u}, do not fit",
            hint="the null mean is between 0 and the bound, and no more values than cards were drawn",
        )
    return values


def history(x: npt.ArrayLike, strategy: Strategy, *, cards: int | None, t: float = 0.5, u: float = 1.0) -> Floats:
    """Natural log of the martingale after each draw. `cards`: how many there are, None for draws with replacement."""
    from tocsin.kernels.martingale import log_history

    total = math.inf if cards is None else float(cards)
    found: Floats = log_history(_checked(x, cards, t, u), strategy.rule(t), total, t, u)
    return found


def risk(x: npt.ArrayLike, strategy: Strategy, *, cards: int | None, t: float = 0.5, u: float = 1.0) -> float:
    """The risk reached with the values `x`, in the order drawn (ALPHA: Stark 2023, eq. 4).

    Each value is in [0, u]; without replacement the cards are `cards`. Raises UsageError where values do not fit.
    """
    return math.exp(-max(0.0, history(x, strategy, cards=cards, t=t, u=u).max(initial=0.0)))


def recomputed(x: npt.ArrayLike, strategy: Strategy, *, cards: int | None, t: float = 0.5, u: float = 1.0) -> float:
    """The risk by a second route: bets on the gain of each draw (Waudby-Smith, Ramdas 2024, eq. 24; Waudby-Smith,
    Stark, Ramdas 2021), with exact sums, step by step in plain Python; no compiled code."""
    seen, level, best, lost = Seen(t, u, cards), 0, 0, False
    for value in _checked(x, cards, t, u).tolist():
        gain = _gain(seen, strategy, value)
        seen.add(value)
        if seen.exceeded:
            return 0.0
        lost = lost or gain <= -1 + 1e-12
        if not lost:
            level += int(math.log1p(gain) * UNIT)
            best = max(best, level)
    return math.exp(-best / UNIT)


def _gain(seen: Seen, strategy: Strategy, value: float) -> float:
    """What one unit of fortune gains with the next draw; -1 where the null has become certain."""
    seen.null = seen.t
    if seen.cards is not None:
        left = seen.cards - seen.n
        rest = int(seen.t * UNIT) * seen.cards - seen.sum
        most = int(seen.u * UNIT) * left
        if rest > most + seen.near:
            return -1.0
        close = seen.near * 10**5
        if rest <= close or rest >= most - close:
            return 0.0
        seen.null = rest / (left * UNIT)
    bet = min(1 / seen.null, max(0.0, strategy.bet(seen)))
    return bet * (value - seen.null)


def draws_needed(
    pattern: Sequence[float],
    strategy: Strategy,
    risk_limit: float,
    *,
    cards: int,
    replacement: bool = False,
    u: float = 1.0,
) -> int:
    """The draw at which the risk is down to the limit if the values keep repeating `pattern`; all cards if never.

    With one value (a comparison without any difference) this is exact.
    """
    values = np.resize(np.asarray(pattern, np.float64), cards)
    reached = history(values, strategy, cards=None if replacement else cards, u=u) >= -math.log(risk_limit)
    return int(np.argmax(reached)) + 1 if reached.any() else cards


def _stops(
    population: Mapping[float, int],
    strategy: Strategy,
    risk_limit: float,
    end: int,
    runs: int,
    seed: int,
    replacement: bool,
    u: float,
    seen: npt.ArrayLike = (),
) -> npt.NDArray[np.int64]:
    from tocsin.kernels.martingale import stopping_draws

    kinds = sorted(((value, n) for value, n in population.items() if n > 0), key=lambda kind: (-kind[1], kind[0]))
    values, counts = np.array([v for v, _ in kinds], np.float64), np.array([n for _, n in kinds], np.int64)
    known = np.asarray(seen, np.float64)
    _checked(values, None, 0.5, u)
    found: npt.NDArray[np.int64] = stopping_draws(
        known, values, counts, strategy.rule(0.5), replacement, 0.5, u, -math.log(risk_limit), end, runs, seed
    )
    return found


def sizes(
    population: Mapping[float, int],
    strategy: Strategy,
    risk_limit: float,
    quantiles: Sequence[float] = (0.5, 0.9),
    *,
    seen: npt.ArrayLike = (),
    replacement: bool = False,
    u: float = 1.0,
    runs: int = 400,
    seed: int = 1,
) -> list[int]:
    """Sample sizes with which so great a share of audits ends, if the cards are as `population` says.

    `population` says how many cards not drawn yet have each value; `seen` are the values drawn before, and the sizes
    count them. An audit that never ends needs every card. Simulated with a generator of our own: the same numbers
    everywhere for the same `seed`.
    """
    every = len(np.asarray(seen)) + sum(population.values())
    stops = _stops(population, strategy, risk_limit, every, runs, seed, replacement, u, seen)
    drawn = np.where(stops > 0, stops, every)
    return [int(size) for size in np.quantile(drawn, quantiles, method="higher")]


def false_stops(
    population: Mapping[float, int],
    strategy: Strategy,
    risk_limit: float,
    draws: int,
    *,
    replacement: bool = False,
    u: float = 1.0,
    runs: int = 2000,
    seed: int = 1,
) -> int:
    """How many of `runs` audits of a population whose mean is 1/2 end, wrongly, within so many draws.

    Raises UsageError where the mean is greater: then it would be right to end.
    """
    mean = sum(Fraction(value) * n for value, n in population.items()) / sum(population.values())
    if mean > Fraction(1, 2) + Fraction(1, 10**12):
        raise UsageError(
            f"the population's mean is {float(mean)}, more than a tie", hint="give a tie, or a lost contest"
        )
    stops = _stops(population, strategy, risk_limit, draws, runs, seed, replacement, u)
    return int((stops > 0).sum())
