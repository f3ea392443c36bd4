"""Tails against exact sums, q-values against the definition."""

import itertools
import math

import numpy as np
import pytest

from tocsin.stats.tails import bernoulli_sum_tail, by_q, lancaster, poisson_tail


@pytest.mark.parametrize(("count", "mean"), [(0, 0.3), (1, 0.3), (3, 2.0), (12, 4.5)])
def test_poisson_tail_is_the_sum(count, mean):
    exact = 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))
    assert poisson_tail(count, mean) == pytest.approx(exact, rel=1e-9)


def exact_tail(rates, count):
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(rates)):
        if sum(outcome) >= count:
            total += math.prod(r if x else 1 - r for r, x in zip(rates, outcome, strict=True))
    return total


def test_bernoulli_sum_bound_holds_and_is_tight_for_equal_rates():
    rng = np.random.default_rng(1)
    for _ in range(50):
        rates = rng.random(7) ** 3
        for count in range(8):
            assert float(bernoulli_sum_tail(count, 7, rates.sum())) >= exact_tail(rates, count) - 1e-12
    assert float(bernoulli_sum_tail(4, 7, 7 * 0.2)) == pytest.approx(exact_tail([0.2] * 7, 4), rel=1e-9)


def test_more_successes_than_trials_are_impossible():
    assert float(bernoulli_sum_tail(3, 2, 0.5)) == 0.0


def test_by_q_counts_tests_that_were_not_given():
    q = by_q([1e-9, 1e-4, 0.5], 1_000)
    harmonic = sum(1 / k for k in range(1, 1_001))
    assert q[0] == pytest.approx(1e-9 * 1_000 * harmonic, rel=1e-3)
    assert q[1] == pytest.approx(1e-4 * 1_000 * harmonic / 2, rel=1e-3)
    assert q[2] == 1.0
    assert (np.diff(by_q(np.sort(np.random.default_rng(2).random(50)), 60)) >= 0).all()


def test_lancaster_is_fisher_where_weights_are_equal():
    assert lancaster([0.03], [7.0]) == pytest.approx(0.03)
    assert lancaster([], []) == 1.0
    assert lancaster([0.5, 0.5], [2.0, 2.0]) == pytest.approx(0.25 * (1 - math.log(0.25)))


def test_lancaster_is_uniform_under_the_null_whatever_the_weights():
    rng = np.random.default_rng(4)
    weights = [9.0, 3.0, 1.0, 0.2]
    found = np.array([lancaster(rng.random(4), weights) for _ in range(4_000)])
    for level in (0.01, 0.1, 0.5):
        assert (found <= level).mean() == pytest.approx(level, abs=4 * (level * (1 - level) / 4_000) ** 0.5)
    assert lancaster([1e-6, 0.9], [9.0, 0.1]) < lancaster([1e-6, 0.9], [0.1, 9.0])
