"""Sums behind the p-values of pairs, against plain Python."""

import numpy as np
import pytest
from tests.kernels.test_exposure import csr, world

from tocsin.kernels.ties import closeness, compare, expected, meetings

WINDOWS, NEAR = np.array([10, 60]), 300


@pytest.mark.parametrize("seed", range(3))
def test_closeness_counts_pairs_of_shares(seed):
    time, _, obj, post = world(seed)
    close = closeness(obj, post, time, 9, WINDOWS, NEAR)
    for o in range(9):
        times = time[post[obj == o]]
        for k, limit in enumerate((10, 60, NEAR)):
            assert close[o, k] == sum(abs(x - y) <= limit for i, x in enumerate(times) for y in times[:i])


@pytest.mark.parametrize("seed", range(3))
def test_expected_meetings_are_those_of_many_deals(seed):
    """Accounts dealt anew within strata many times: the mean number of meetings is the expected one."""
    time, account, obj, post = world(seed, posts=80, accounts=6, objects=12)
    stratum = (time // 450).astype(np.int32)
    rng = np.random.default_rng(seed)
    total, deals = np.zeros((6, 6)), 2_000
    for _ in range(deals):
        dealt = account.copy()
        for s in (0, 1):
            at = np.flatnonzero(stratum == s)
            dealt[at] = rng.permutation(account[at])
        for i in range(len(obj)):
            j = i - 1
            while j >= 0 and obj[j] == obj[i] and time[post[i]] - time[post[j]] <= 60:
                total[dealt[post[i]], dealt[post[j]]] += 1
                j -= 1
    mean = (total + total.T) / deals
    # every share counts as another account's: expectation over all deals of one labelling
    key, count = meetings(obj, post, time, np.arange(len(obj), dtype=np.int32), stratum, 2, WINDOWS)
    size = np.bincount(stratum, minlength=2)
    s, t = np.divmod(key, 2)
    rate = count / np.where(s == t, size[s] * (size[s] - 1) / 2, size[s] * size[t])[:, None]
    source, target = np.concatenate([s, t[s != t]]), np.concatenate([t, s[s != t]])
    start, at = csr(source, 2)
    both = np.concatenate([rate, rate[s != t]])[at]
    where, posts = np.unique(account * 2 + stratum, return_counts=True)
    own = np.searchsorted(where // 2, np.arange(7))
    a, b = np.triu_indices(6, 1)
    mu = expected(a, b, own, (where % 2).astype(np.int32), posts, start, target[at].astype(np.int32), both, 2)
    assert mu[:, 1] == pytest.approx(mean[a, b], abs=0.25)
    assert mu[:, 1].sum() == pytest.approx(mean[a, b].sum(), rel=0.03)
    mixed = rng.permutation(len(a))  # whatever the order of the pairs
    again = expected(
        a[mixed], b[mixed], own, (where % 2).astype(np.int32), posts, start, target[at].astype(np.int32), both, 2
    )
    assert again == pytest.approx(mu[mixed])


def test_compare_by_hand():
    """Accounts 0 and 1 share object 0 at 5 s and object 1 at 200 s; two posts of 0 meet the one post of 1."""
    time = np.array([0, 3, 5, 1000, 1200])
    rows = [(0, 0, 0), (0, 0, 1), (1, 0, 2), (0, 1, 3), (1, 1, 4)]  # account, object, post
    rows.sort()
    account, obj, post = (np.array(c, np.int32) for c in zip(*rows, strict=True))
    start = np.searchsorted(account, [0, 1, 2])
    pace = np.array([[0.2, 0.4], [0.1, 0.3]])
    shared, mean, occasions, delay = compare(
        np.array([0]), np.array([1]), start, obj, post, time, pace, np.array([10, 60]), NEAR
    )
    assert shared.tolist() == [2]
    assert mean[0] == pytest.approx([1 - 0.8**2 + 0.1, 1 - 0.6**2 + 0.3])
    assert occasions.tolist() == [[1, 1]]
    assert delay.tolist() == [2.0]
