import numpy as np
import pytest
from scipy.stats import betabinom, binom, nbinom

from tocsin.detect.funding.episodes import (
    Members,
    beta_binomial_tail,
    binomial_tail,
    chance,
    distinct,
    episodes,
    shrunk_share,
)


def test_an_episode_ends_after_the_gap():
    unit = np.array([0, 0, 0, 1, -1, 0])
    day = np.array([0, 10, 41, 5, 5, 20], np.int32)
    assert episodes(unit, day, 20).tolist() == [0, 0, 1, 2, -1, 0]


def test_members_are_found():
    members = Members(np.array([1, -1, 0, 1]))
    assert [members(n).tolist() for n in (0, 1, -1)] == [[2], [0, 3], []]


def test_distinct_things_are_counted_once():
    assert distinct(np.array([0, 0, 0, 1, -1]), np.array([5, 5, 7, -1, 9])).tolist() == [2, 0]
    assert distinct(np.array([0, 1]), np.array([3, 3])).tolist() == [1, 1]


def test_chance_is_geometric_without_a_past():
    extra = np.array([0] * 97 + [1] * 1 + [4])
    found = chance(extra, np.arange(99))
    ratio = 2 / 100
    assert found.ratio == pytest.approx(ratio)
    assert found.p[-1] == pytest.approx(ratio**4)
    assert found.p[0] == 1


def test_chance_knows_the_units_own_past():
    """A unit with a busy past is less of a surprise; the tail is the negative binomial of the posterior."""
    extra = np.array([0] * 98 + [1] + [5, 5, 5])
    unit = np.array([*range(99), 200, 200, 200])
    found = chance(extra, unit)
    prior = 1 / found.ratio - 1
    expected = nbinom.sf(4, 1 + 10, (prior + 2) / (prior + 3))
    assert found.p[-1] == pytest.approx(expected)
    assert found.p[-1] > chance(extra, np.arange(102)).p[-1]


def test_chance_holds_its_level():
    """Where extras are geometric as assumed, p-values at most 0.05 come up at most about one time in twenty."""
    rng = np.random.default_rng(5)
    extra = rng.geometric(0.9, 20_000) - 1
    p = chance(extra, np.arange(extra.size)).p
    for level in (0.05, 0.01, 0.001):
        assert np.mean(p <= level) <= 1.3 * level


def test_binomial_tail_is_that_of_scipy():
    k, n, r = np.array([0, 3, 5, 6]), np.array([5, 5, 5, 5]), np.array([0.1, 0.2, 0.3, 0.3])
    assert binomial_tail(k, n, r)[:3] == pytest.approx(binom.sf(k[:3] - 1, n[:3], r[:3]))
    assert binomial_tail(k, n, r)[3] == 0


def test_a_share_is_drawn_to_the_common_one():
    share = shrunk_share(np.array([0, 50]), np.array([2, 1000]))
    assert 0 < share[0] < 0.06
    assert share[1] == pytest.approx(0.05, abs=0.001)


def test_recipients_that_differ_are_no_surprise():
    """Shares that differ among recipients by a beta law: the tail is calibrated; a binomial would not be."""
    rng = np.random.default_rng(2)
    whole = np.full(4_000, 200)
    part = betabinom.rvs(whole, 2, 38, random_state=rng)
    p, expected = beta_binomial_tail(part, whole)
    assert np.mean(p <= 0.01) <= 0.02
    assert np.mean(binomial_tail(part, whole, expected / whole) <= 0.01) > 0.05


def test_one_strange_recipient_stands_out():
    part, whole = np.array([4, 5, 3, 6, 5, 4, 80]), np.full(7, 100)
    p, _ = beta_binomial_tail(part, whole)
    assert p[-1] < 1e-6
    assert p[:-1].min() > 0.01
