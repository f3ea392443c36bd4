"""Kaplan's three tests for the mean of values that are not negative: risks from a sample in the order drawn.

`g` pads the values so that a 0 does not end the test (Stark and Teague 2014; SHANGRLA, Stark 2020, section 4). Each is
a martingale whose bet is fixed beforehand; `risk` and `recomputed` differ in all but the formula. Kaplan-Markov for
comparison audits with counted overstatements, as in Colorado, is `kaplan_markov`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from tocsin.assure.audit.alpha import Constant
from tocsin.assure.audit.betting import Bet
from tocsin.assure.audit.walk import risk as risk_by
from tocsin.errors import UsageError

Test = Literal["markov", "wald", "kolmogorov"]


def _check(test: Test, g: float, cards: int | None) -> None:
    if (test == "kolmogorov") != (cards is not None) or not 0 <= g < 1:
        raise UsageError(
            f"Kaplan-{test.capitalize()} is not for {cards or 'replaced'} cards with a padding of {g}",
            hint="without replacement use kolmogorov, with replacement markov or wald; padding is from 0 to below 1",
        )


def risk(x: npt.ArrayLike, test: Test, *, g: float, t: float = 0.5, cards: int | None = None) -> float:
    """The risk reached: Kaplan-Markov prod (t + g) / (x + g), Kaplan-Wald 1 / prod ((1 - g) x / t + g), both with
    replacement, or Kaplan-Kolmogorov prod m / (x + g), m the null's mean of what is left of `cards` padded cards.

    The least value over the draws counts. Computed as a martingale that bets all it may on the padded values.
    """
    _check(test, g, cards)
    values = np.asarray(x, np.float64)
    top = max(1.0, values.max(initial=0.0))
    if test == "wald":
        return risk_by(values, Bet((1 - g) / t), cards=None, t=t, u=top)
    return risk_by(values + g, Constant(top + g), cards=cards, t=t + g, u=top + g)


def recomputed(x: npt.ArrayLike, test: Test, *, g: float, t: float = 0.5, cards: int | None = None) -> float:
    """The risk by a second route: the printed formula, factor by factor, in exact fractions."""
    _check(test, g, cards)
    level = best = 0.0
    for factor in _factors(np.asarray(x, np.float64).tolist(), test, Fraction(g), Fraction(t), cards):
        if factor is None:
            return 0.0
        level += math.log(factor.numerator) - math.log(factor.denominator) if factor else -math.inf
        best = max(best, level)
    return math.exp(-best)


def _factors(x: list[float], test: Test, g: Fraction, t: Fraction, cards: int | None) -> Iterator[Fraction | None]:
    """Factors of the inverse risk; None where the sum exceeds what the null allows."""
    total = Fraction(0)
    for j, value in enumerate(map(Fraction, x)):
        if test == "wald":
            yield (1 - g) * value / t + g
        elif cards is None:
            yield (value + g) / (t + g)
        else:
            rest = cards * (t + g) - total
            total += value + g
            yield (value + g) * (cards - j) / rest if rest else Fraction(1)
            if total > cards * (t + g):
                yield None
