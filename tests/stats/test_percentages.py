"""Whole percentages: the exact null against draws and against a sum over every count; the bound against the tail."""

import numpy as np
import pytest
from scipy.stats import binom

from tocsin.stats.percentages import chernoff, deviation, hits, probabilities


def test_hits_are_near_whole_percentages_but_not_0_or_100():
    part = [0, 1, 50, 33, 499, 500, 1000, 501]
    whole = [100, 100, 100, 99, 1000, 1000, 1000, 1000]
    assert hits(part, whole).tolist() == [False, True, True, False, False, True, False, False]
    assert hits([505], [1000], shift=0.5).tolist() == [True]


def test_probabilities_are_the_sum_over_every_count():
    rng = np.random.default_rng(3)
    whole = rng.integers(100, 3000, 40)
    part = rng.integers(0, whole + 1)
    for shift in (0.0, 0.25):
        for n, k, found in zip(whole, part, probabilities(part, whole, shift=shift), strict=True):
            counts = np.arange(n + 1)
            every = binom.pmf(counts, n, k / n)[hits(counts, np.full(n + 1, n), shift=shift)].sum()
            assert found == pytest.approx(every if 0 < k < n else 0, abs=1e-7)


def test_probabilities_are_the_share_of_draws():
    """The null as Kobak, Shpilkin and Pshenichnikov draw it."""
    rng = np.random.default_rng(4)
    whole = rng.integers(300, 2000, 2_000)
    part = rng.binomial(whole, rng.beta(6, 4, 2_000))
    drawn = np.mean([hits(rng.binomial(whole, part / whole), whole).sum() for _ in range(200)])
    expected = probabilities(part, whole)
    assert abs(drawn - expected.sum()) < 4 * np.sqrt((expected * (1 - expected)).sum() / 200)


def test_the_bound_is_never_below_the_tail_and_not_far_above_it():
    for n, p in ((50, 0.3), (2_000, 0.1)):
        for count in range(int(n * p) + 1, int(n * p + 6 * np.sqrt(n * p))):
            tail = binom.sf(count - 1, n, p)
            assert tail <= chernoff(count, np.full(n, p)) * (1 + 1e-6)
            assert np.log(chernoff(count, np.full(n, p))) < np.log(tail) + 3.5
    assert chernoff(3, [0.5, 0.5]) == 0
    assert chernoff(1, [0.5, 0.5]) == 1
    assert deviation(3, [0.5] * 4) == pytest.approx(1)
    assert deviation(0, []) == 0
