"""Exposure kernels against plain Python."""

import numpy as np
import pytest

from tocsin.kernels.exposure import LEVELS as KINDS
from tocsin.kernels.exposure import NONE, PART, beside, crowds, joint_posts, outcomes, weigh

WINDOWS, LEVELS, ODDS = np.array([10, 60]), np.array([3, 8], np.int32), np.array([4.0, 64.0])


def world(seed, posts=120, accounts=12, objects=9):
    """Posts in order of time, with their shares sorted by object, then post."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.integers(0, 900, posts))
    account = rng.integers(0, accounts, posts).astype(np.int32)
    pairs = sorted({(int(o), p) for p in range(posts) for o in rng.integers(0, objects, rng.integers(0, 3))})
    obj, post = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    return time, account, obj, post


def csr(keys, size):
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=start[1:])
    return start, np.argsort(keys, kind="stable").astype(np.int32)


@pytest.mark.parametrize("seed", range(4))
def test_crowds_count_shares_within_the_window(seed):
    time, _, obj, post = world(seed)
    expected = [
        sum(o == obj[i] and abs(time[p] - time[post[i]]) <= 60 for o, p in zip(obj, post, strict=True))
        for i in range(len(obj))
    ]
    assert crowds(obj, post, time, 60).tolist() == expected


@pytest.mark.parametrize("seed", range(4))
def test_joint_posts_are_all_pairs_within_window_and_reach(seed):
    time, account, obj, post = world(seed)
    crowd = crowds(obj, post, time, 60)
    later, earlier, weight = joint_posts(*csr(post, len(time)), obj, post, time, account, crowd, 60, 5)
    best = {}
    for i in range(len(obj)):
        for j in range(max(0, i - 5), i):
            p, q = int(post[i]), int(post[j])
            if obj[i] == obj[j] and time[p] - time[q] <= 60 and account[p] != account[q]:
                w = 1 / max(max(crowd[i], crowd[j]) - 1, 1)
                best[p, q] = max(best.get((p, q), 0), w)
    found = {(int(p), int(q)): float(w) for p, q, w in zip(later, earlier, weight, strict=True)}
    assert found == pytest.approx(best)
    assert len(found) == len(later)


@pytest.mark.parametrize("seed", range(4))
def test_beside_and_outcomes_agree_with_a_double_loop(seed):
    time, account, obj, post = world(seed)
    label = np.where(np.arange(12) < 3, 0, -1).astype(np.int32)
    topic = obj % 3 == 0
    cls, group = outcomes(obj, post, time, account, topic, label, 1, WINDOWS, 10_000)
    near = [
        {
            (j, abs(int(time[post[i]] - time[post[j]])))
            for j in range(len(obj))
            if obj[j] == obj[i] and account[post[j]] != account[post[i]]
        }
        for i in range(len(obj))
    ]
    for p in range(len(time)):
        expected = NONE
        for i in np.flatnonzero(post == p):
            around = [(label[account[post[j]]] == 0, lag) for j, lag in near[i] if lag <= 60]
            lags = [lag for mine, lag in around if mine]
            sharers = [label[account[q]] == 0 for o, q in zip(obj, post, strict=True) if o == obj[i]]
            own = sum(sharers) - (label[account[p]] == 0) >= PART * (len(sharers) - 1)
            if lags:
                level = 3
                if own:
                    level = 0 if sum(sharers) - (label[account[p]] == 0) > 1 else 2
                elif len(lags) >= PART * len(around):
                    level = 1 if len(lags) > 1 else 2
                kind = KINDS * bool(topic[i]) + level
                expected = min(expected, kind * len(WINDOWS) + int(np.searchsorted(WINDOWS, min(lags))))
        assert cls[p] == expected
        assert (cls[p] == NONE) == (group[p] < 0)
    flags = beside(obj, post, time, account[post], 60)
    assert flags.tolist() == [any(lag <= 60 for _, lag in found) for found in near]


def fold(time, account, obj, post):
    n, accounts = len(time), int(account.max()) + 1
    stratum = np.zeros(n, np.int32)
    return {
        "shares": csr(account[post], accounts), "posts": csr(account, accounts), "stratum": stratum,
        "rank": np.arange(n, dtype=np.int64), "size": np.array([n]),
        "crowd": crowds(obj, post, time, 60), "accounts": accounts,
    }  # fmt: skip


def log_e_of(group, time, account, obj, post):
    f = fold(time, account, obj, post)
    start = np.array([0, len(group)])
    return weigh(
        start, np.array(group, np.int32), *f["shares"], *f["posts"], obj, post, time, account, f["crowd"],
        f["stratum"], f["rank"], f["size"], WINDOWS, LEVELS, 24, ODDS, f["accounts"],
    )  # fmt: skip


def test_e_values_average_at_most_one_when_accounts_are_dealt_at_random():
    time, account, obj, post = world(11)
    rng = np.random.default_rng(5)
    values = []
    for _ in range(3_000):
        dealt = rng.permutation(account)
        values.append(np.exp(log_e_of([0, 1, 2], time, dealt, obj, post)[0][0]))
    assert np.mean(values) <= 1 + 3 * np.std(values) / np.sqrt(len(values))
    assert np.mean(np.array(values) >= 20) <= 0.05


def test_a_troupe_is_weighed_as_computed_by_hand():
    """Three members post object 0 in a row among 100 posts of one stratum: two hits, at 2/99 and 1/98."""
    time = np.arange(100) * 20
    account = np.full(100, 3, np.int32)
    account[[0, 1, 2]] = 0, 1, 2
    obj, post = np.zeros(3, np.int32), np.arange(3, dtype=np.int32)
    log_e, most, hits, expected = log_e_of([0, 1, 2], time, account, obj, post)
    chances = [2 / 99, 1 / 98]
    ratios = [1.0] + [np.prod([o / (1 - c + c * o) for c in chances]) for o in ODDS]
    assert log_e[0] == pytest.approx(np.log(np.mean(ratios)))
    assert hits.sum() == 2
    assert expected.sum() == pytest.approx(sum(chances))
    assert most[0] == pytest.approx(3 * np.log(100))
