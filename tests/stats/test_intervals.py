"""Intervals against published values and coverage."""

import numpy as np
import pytest

from tocsin.stats.intervals import bootstrap_mean, poisson_ratio, share


def test_garwood_interval_of_ten():
    value, low, high = poisson_ratio(10, 1.0)
    assert (value, low, high) == pytest.approx((10, 4.795, 18.390), abs=1e-3)
    assert poisson_ratio(0, 2.0)[1] == 0.0


def test_clopper_pearson_of_five_in_ten():
    assert share(5, 10) == pytest.approx((0.5, 0.187086, 0.812914), abs=1e-6)
    assert share(0, 4)[1] == 0.0
    assert share(4, 4)[2] == 1.0


def test_bootstrap_covers_the_mean():
    rng = np.random.default_rng(3)
    inside = 0
    for seed in range(200):
        _, low, high = bootstrap_mean(rng.random(40).tolist(), seed)
        inside += low <= 0.5 <= high
    assert inside >= 180
