import numpy as np
import pytest

from tocsin.stats.growth import ANY, Estimate, Law, extrapolate, learn, total


def test_an_exact_power_law_is_told_far_beyond_what_was_measured():
    sizes = np.array([1e4, 1e5, 1e6])
    told = extrapolate(sizes, 3 * sizes**1.25, 1e8, Law(1.0, 10.0, 0.05), 0.0)
    assert told.value == pytest.approx(3 * 1e8**1.25, rel=0.01)
    assert told.low < told.value < told.high


def test_one_measurement_leans_on_the_law_and_far_is_less_certain_than_near():
    law = Law(1.5, 0.2, 0.1)
    near, far = (extrapolate([100.0], [1.0], at, law, 0.0) for at in (200.0, 10_000.0))
    assert near.value == pytest.approx(2**1.5, rel=1e-6)
    assert far.high / far.value > near.high / near.value > 1


def test_what_is_near_the_floor_counts_for_little():
    known = extrapolate([1000, 2000], [1.0, 2.0], 4000, ANY, 0.05)
    assert extrapolate([10, 1000, 2000], [0.06, 1.0, 2.0], 4000, ANY, 0.05) == known
    assert known.value == pytest.approx(4, rel=0.1)
    little = extrapolate([10, 1000], [0.001, 0.01], 2000, ANY, 0.05)
    assert little.low < 0.1 < little.high < 1


def test_nine_intervals_in_ten_hold_the_truth():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        slope = rng.normal(1.2, 0.2)
        sizes = np.array([1e4, 2e4, 4e4])
        costs = sizes**slope * np.exp(rng.normal(0, 0.1, 3))
        told = extrapolate(sizes, costs, 3e5, Law(1.2, 0.2, 0.1), 0.0)
        held += told.low <= 3e5**slope * np.exp(rng.normal(0, 0.1)) <= told.high
    assert 0.86 <= held / 400 <= 0.94


def test_the_law_is_learned_with_its_noise():
    rng = np.random.default_rng(4)
    sizes = np.geomspace(1e3, 1e6, 40)
    law = learn(sizes, 2e-6 * sizes**1.4 * np.exp(rng.normal(0, 0.2, 40)), 0.0, doubt=0.0)
    assert law.slope == pytest.approx(1.4, abs=3 * law.slope_sd)
    assert law.noise == pytest.approx(0.2, rel=0.3)
    assert learn([1.0], [1.0], 1.0, doubt=0.1).slope == pytest.approx(ANY.slope, abs=0.01)


def test_a_sum_is_surer_than_its_parts_and_never_below_nothing():
    part = Estimate(10.0, 8.0, 14.0)
    assert total([part, part]) == Estimate(20.0, pytest.approx(20 - 8**0.5), pytest.approx(20 + 32**0.5))
    assert total([Estimate(1.0, 0.0, 9.0), Estimate(0.2, 0.0, 3.0)]).low >= 0
