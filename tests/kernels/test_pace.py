"""Pace kernels against plain Python."""

from itertools import pairwise

import numpy as np
import pytest

from tocsin.kernels.pace import firsts, gaps, ranks

CAP, DRAWS, MEMBERS, ACCOUNTS = 3_600_000_000, 64, 5, 40


def world(seed, objects=400, troupe=60):
    """First shares of objects by chance accounts over a day; the first `troupe` objects also by accounts 0 to 4 at
    once: (start, account, time), sorted by object, then time."""
    rng = np.random.default_rng(seed)
    rows = []
    for o in range(objects):
        chosen = rng.choice(np.arange(MEMBERS, ACCOUNTS), rng.integers(4, 9), replace=False)
        times = rng.integers(0, 4 * CAP, len(chosen))
        if o < troupe:
            chosen = np.append(chosen, np.arange(MEMBERS))
            times = np.append(times, rng.integers(0, 4 * CAP) + np.arange(MEMBERS) * 1_000_000)
        rows += [(o, int(t), int(a)) for t, a in zip(times, chosen, strict=True)]
    obj, time, account = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return np.searchsorted(obj, np.arange(objects + 1)), account, time


def asked(label, start, account, time, seed=1, apart=None):
    """Rows of `gaps`, their gaps and their ranks; objects of every popularity are one kind."""
    objects = len(start) - 1
    key, gap = gaps(int(label.max()) + 1, label, start, account, time, CAP)
    order = np.lexsort((key[:, 2], key[:, 0]))
    nobody = np.zeros(len(label), np.bool_)
    kinds = np.zeros(objects, np.int32), np.array([0, objects]), np.arange(objects), np.zeros(1, np.int64)
    rank = ranks(
        key[order], label, nobody if apart is None else apart, start, account, time, *kinds, CAP, DRAWS, seed
    )  # fmt: skip
    return key[order], gap[order], rank


def labelled(*members):
    label = np.full(ACCOUNTS, -1, np.int32)
    label[list(members)] = 0
    return label


def mean_log_gap(times):
    near = [(b - a) / 1e6 for a, b in pairwise(times) if b - a <= CAP]
    return np.mean(np.log1p(near)) if near else None


def plain_rank(times, part, pool, rng, draws):
    """The rank by many draws, each object of the pool thinned by choosing its shares from a hat."""
    below = made = 0
    while made < draws:
        other = pool[rng.integers(len(pool))]
        need = min(len(other), max(2, round(part * len(other))))
        value = mean_log_gap(other[np.sort(rng.choice(len(other), need, replace=False))])
        mine = mean_log_gap(times[np.sort(rng.choice(len(times), min(need, len(times)), replace=False))])
        if value is not None and mine is not None:
            below += 1.0 if value < mine else 0.5 if value == mine else 0.0
            made += 1
    return (below + 0.5) / (made + 1)


def test_firsts_are_the_first_of_each_object_and_account():
    rng = np.random.default_rng(3)
    obj, account = np.sort(rng.integers(0, 9, 200)).astype(np.int32), rng.integers(0, 12, 200).astype(np.int32)
    expected = [(obj[i], account[i]) not in set(zip(obj[:i], account[:i], strict=True)) for i in range(200)]
    assert firsts(obj, account, 12).tolist() == expected


def test_gaps_are_those_of_a_plain_loop():
    start, account, time = world(1)
    label = (np.arange(ACCOUNTS) % 7 - 1).astype(np.int32)
    expected = {}
    for o in range(len(start) - 1):
        here = slice(start[o], start[o + 1])
        for g in range(6):
            times = time[here][label[account[here]] == g]
            if len(times) >= 2 and (gap := mean_log_gap(times)) is not None:
                expected[g, o] = (gap, len(times), start[o + 1] - start[o])
    key, gap, _ = asked(label, start, account, time)
    found = {(g, o): (x, n, size) for (g, o, _, n, size), x in zip(key.tolist(), gap.tolist(), strict=True)}
    assert found.keys() == expected.keys()
    for pair, figures in found.items():
        assert figures == pytest.approx(expected[pair])


def test_a_group_that_posts_at_once_is_faster_than_others():
    start, account, time = world(2)
    key, _, rank = asked(labelled(*range(MEMBERS)), start, account, time)
    assert sorted(key[:, 1].tolist()) == list(range(60))
    assert rank.max() < 0.05


@pytest.mark.parametrize("seed", range(3))
def test_ranks_agree_with_plain_python(seed):
    """Of a group of accounts taken by chance, on every object: equal in the mean, and alike one by one."""
    start, account, time = world(seed, troupe=0)
    label = labelled(*range(MEMBERS, MEMBERS + 12))
    key, _, rank = asked(label, start, account, time, seed)
    inside = label[account] == 0
    objects = [slice(start[o], start[o + 1]) for o in range(len(start) - 1)]
    pool = [time[here] for here in objects if inside[here].sum() < 2 and mean_log_gap(time[here]) is not None]
    rng = np.random.default_rng(seed)
    expected = np.array([
        plain_rank(time[objects[o]][inside[objects[o]]], n / size, pool, rng, 4 * DRAWS)
        for _, o, _, n, size in key[:80].tolist()
    ])  # fmt: skip
    apart = rank[:80] - expected
    assert abs(apart.mean()) <= 4 * apart.std() / np.sqrt(80)
    assert apart.std() == pytest.approx(
        np.sqrt(np.mean(expected * (1 - expected)) * (1 / DRAWS + 1 / 4 / DRAWS)), rel=0.4
    )


def test_ranks_are_one_half_in_the_mean_where_labels_mean_nothing():
    told = []
    for seed in range(8):
        start, account, time = world(seed, objects=300, troupe=0)
        members = np.random.default_rng(seed).permutation(np.arange(MEMBERS, ACCOUNTS))[:8]
        told.append(np.mean(asked(labelled(*members), start, account, time, seed)[2]))
    assert abs(np.mean(told) - 0.5) <= 4 * np.std(told, ddof=1) / np.sqrt(len(told))


def test_a_rank_does_not_hang_on_other_groups_and_same_shares_are_ranked_once():
    start, account, time = world(4)
    both = labelled(*range(MEMBERS))
    both[10:16] = 1
    key, _, rank = asked(both, start, account, time)
    alone = asked(np.where(both == 1, 1, -1).astype(np.int32), start, account, time)[2]
    assert rank[key[:, 0] == 1].tolist() == alone.tolist()
    twice = np.concatenate([start, start[-1] + start[1:]])
    rows, _, again = asked(both, twice, np.tile(account, 2), np.tile(time, 2))
    _, first = np.unique(rows[:, [0, 2]], axis=0, return_index=True)
    assert np.flatnonzero(~np.isnan(again)).tolist() == sorted(first.tolist())


def test_objects_of_those_set_apart_are_no_measure():
    """Everybody else shares at once as well: beside them the group is usual; with them apart nothing is left."""
    start, account, time = world(5, objects=60, troupe=60)
    label = labelled(5, 6, 7, 8, 9, 10, 11, 12)
    assert not np.isnan(asked(label, start, account, time)[2]).all()
    apart = np.arange(ACCOUNTS) < MEMBERS
    assert np.isnan(asked(label, start, account, time, apart=apart)[2]).all()
