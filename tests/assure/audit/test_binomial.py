"""Tails against exact fractions, and the two routes against each other where doubles end."""

import math
from fractions import Fraction

import numpy as np
import pytest

from tocsin.assure.audit import binomial
from tocsin.assure.audit.agree import agreed


def exact(least, trials, share):
    p = Fraction(share)
    return sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(max(least, 0), trials + 1))


@pytest.mark.parametrize(
    ("least", "trials", "share"), [(0, 5, 0.5), (3, 5, 0.5), (60, 100, 0.6), (99, 100, 0.51), (7, 5, 0.5)]
)
def test_tails(least, trials, share):
    value = float(exact(least, trials, share))
    assert float(binomial.tail(least, trials, share)) == pytest.approx(value, rel=1e-12)
    log = math.log(value) if value else -math.inf
    assert binomial.log_tail(least, trials, share) == pytest.approx(log, abs=1e-12)
    assert binomial.summed_log_tail(least, trials, share) == pytest.approx(log, abs=1e-12)


@pytest.mark.parametrize("trials", [1, 2, 15, 40])
def test_masses(trials):
    value = [
        float(math.comb(trials, k) * Fraction(0.3) ** k * Fraction(0.7) ** (trials - k)) for k in range(trials + 1)
    ]
    assert binomial.mass(trials, 0.3) == pytest.approx(value, rel=1e-12)
    assert np.exp(binomial.log_masses(trials, 0.3)) == pytest.approx(value, rel=1e-12)


def test_both_routes_agree_below_the_range_of_doubles():
    for least, trials, share in [(3_000, 3_000, 0.5), (9_000, 10_000, 0.5), (400_000, 700_000, 0.5)]:
        first, second = (f(least, trials, share) for f in (binomial.log_tail, binomial.summed_log_tail))
        assert first < -745
        agreed(first, second)


def test_convolution_of_logarithms():
    first, second = np.array([0.2, 0.0, 0.8]), np.array([0.5, 0.5])
    with np.errstate(divide="ignore"):
        found = binomial.log_convolved(np.log(first), np.log(second))
    assert np.exp(found) == pytest.approx(np.convolve(first, second))
