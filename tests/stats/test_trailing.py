"""Counts by day against the days before: calibrated on series without bursts, and not blind to one."""

import numpy as np
import pytest

from tocsin.stats import trailing

DAYS = 120


def plain(size):
    return np.ones((1, size))


def null(kind, rng, size=600):
    if kind == "quiet":
        return rng.poisson(0.05, (size, DAYS))
    if kind == "steady":
        return rng.poisson(20, (size, DAYS))
    if kind == "weekly":
        return rng.poisson(20 * np.tile([1, 1, 1, 1, 1, 2, 2], 20)[:DAYS], (size, DAYS))
    if kind == "uneven":  # days that differ by a factor of three and more
        return rng.poisson(10 * rng.gamma(1, 1, (size, DAYS)))
    if kind == "rare and skewed":
        return rng.poisson(rng.lognormal(0, 1, (4 * size, DAYS)))
    return rng.poisson(20 * rng.lognormal(0, 1, (size, DAYS)))


@pytest.mark.parametrize("kind", ["quiet", "steady", "weekly", "uneven", "skewed", "rare and skewed"])
def test_no_more_days_are_improbable_than_the_tail_says(kind):
    counts = null(kind, np.random.default_rng(1)).astype(float)
    p = trailing.tails(counts, plain(DAYS), 28, 14)[:, 28:]
    for level in (1e-2, 1e-3, 1e-4):
        expected = level * p.size
        assert (p <= level).sum() <= expected * 1.3 + 3 * np.sqrt(expected)


def test_a_burst_is_seen_on_its_day_alone():
    counts = np.random.default_rng(2).poisson(2, (1, 90)).astype(float)
    counts[0, 60] = 80
    p = trailing.tails(counts, plain(90), 28, 14)
    assert p[0, 60] < 1e-6
    assert (np.delete(p[0], 60) > 1e-4).all()
    assert (p[0, :14] == 1).all()
    assert trailing.expected(counts, plain(90), 28, 14)[0, 60] == pytest.approx((counts[0, 32:60].sum() + 0.5) / 28)
    assert np.isnan(trailing.expected(counts, plain(90), 28, 14)[0, 13])


def test_a_rise_of_all_posts_is_no_burst_by_their_number():
    rng = np.random.default_rng(3)
    total = np.full(90, 1000.0)
    total[60:] = 10_000
    counts = rng.poisson(total / 100, (1, 90)).astype(float)
    assert trailing.tails(counts, plain(90), 28, 14)[0, 60] < 1e-6
    assert trailing.tails(counts, total[None], 28, 14)[0, 60] > 1e-3
