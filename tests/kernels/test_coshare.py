from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.coshare import coshare, coshare_rounds, count_pairs, group_rows, pair_rows
from tocsin.kernels.sorting import sort_shares

rows_of = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(-30, 30)), max_size=60
)  # few values: ties, equal times and repeated accounts are the rule
windows_of = st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True).map(sorted)


def columns(rows):
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def brute(rows, windows, keep=1):
    nearest = {}
    for (o1, a1, t1), (o2, a2, t2) in combinations(rows, 2):
        if o1 == o2 and a1 != a2:
            key = (min(a1, a2), max(a1, a2), o1)
            nearest[key] = min(nearest.get(key, abs(t1 - t2)), abs(t1 - t2))
    found = defaultdict(lambda: [0] * len(windows))
    for (a, b, _), apart in nearest.items():
        for k, window in enumerate(windows):
            found[a, b][k] += apart <= window
    return {pair: counts for pair, counts in found.items() if counts[-1] >= keep}


def as_dict(result):
    return {(a, b): c for a, b, c in zip(result.a.tolist(), result.b.tolist(), result.objects.tolist(), strict=True)}


@given(rows_of, windows_of, st.integers(1, 3), st.integers(1, 5), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_equals_brute_force(rows, windows, keep, rounds, threads):
    found = coshare(*columns(rows), windows, keep=keep, rounds=rounds, threads=threads)
    assert as_dict(found) == brute(rows, windows, keep)
    assert found.a.dtype == found.b.dtype == found.objects.dtype == np.int32
    assert list(zip(found.a, found.b, strict=True)) == sorted(zip(found.a, found.b, strict=True))


@given(rows_of, windows_of, st.randoms())
@settings(max_examples=100, deadline=None)
def test_row_order_does_not_matter(rows, windows, random):
    shuffled = random.sample(rows, len(rows))
    one, two = coshare(*columns(rows), windows, keep=1), coshare(*columns(shuffled), windows, keep=1)
    for left, right in zip(one, two, strict=True):
        np.testing.assert_array_equal(left, right)


@given(rows_of, windows_of, st.integers(2, 4))
@settings(max_examples=100, deadline=None)
def test_sum_over_partitions_of_objects_is_the_whole(rows, windows, parts):
    total = defaultdict(lambda: np.zeros(len(windows), int))
    for part in range(parts):
        for pair, counts in as_dict(
            coshare(*columns([r for r in rows if r[0] % parts == part]), windows, keep=1)
        ).items():
            total[pair] += counts
    assert {pair: counts.tolist() for pair, counts in total.items()} == brute(rows, windows)


@given(rows_of, windows_of)
@settings(max_examples=100, deadline=None)
def test_rounds_hold_each_pair_once(rows, windows):
    parts = list(coshare_rounds(*columns(rows), windows, keep=1, rounds=3))
    pairs = [pair for part in parts for pair in as_dict(part)]
    assert len(pairs) == len(set(pairs)) == len(brute(rows, windows))


@given(rows_of, windows_of)
@settings(max_examples=150, deadline=None)
def test_preflight_counts_row_pairs_and_bounds_the_result(rows, windows):
    counted = count_pairs(*columns(rows), windows)
    for k, window in enumerate(windows):
        apart = [abs(r[2] - s[2]) for r, s in combinations(rows, 2) if r[0] == s[0]]
        assert counted.row_pairs[k] == sum(d <= window for d in apart)
    made = coshare(*columns(rows), windows, keep=1).objects.sum(axis=0)
    assert (made <= counted.pair_objects).all()
    assert (counted.pair_objects <= counted.row_pairs).all()


@given(
    rows_of, st.integers(0, 40), st.sets(st.integers(0, 8)), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)))
)
@settings(max_examples=150, deadline=None)
def test_rows_behind_pairs_and_groups(rows, window, members, pairs):
    def expected(wanted):
        return sorted(
            (i, j)
            for (i, r), (j, s) in combinations(enumerate(rows), 2)
            if r[0] == s[0] and r[1] != s[1] and abs(r[2] - s[2]) <= window and wanted(r[1], s[1])
        )

    def found(result):
        assert all(rows[i][2] <= rows[j][2] for i, j in zip(*result, strict=True))
        return sorted((min(i, j), max(i, j)) for i, j in zip(*result, strict=True))

    asked = {frozenset(pair) for pair in pairs}
    a, b = [p[0] for p in pairs], [p[1] for p in pairs]
    assert found(pair_rows(*columns(rows), window, a, b)) == expected(lambda x, y: frozenset((x, y)) in asked)
    assert found(group_rows(*columns(rows), window, sorted(members))) == expected(
        lambda x, y: x in members and y in members
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 60)), max_size=300))
@settings(max_examples=100, deadline=None)
def test_sorting_is_by_object_time_account_and_stable(rows):
    order = sort_shares(*columns(rows))
    assert order.tolist() == sorted(range(len(rows)), key=lambda i: (rows[i][0], rows[i][2], rows[i][1], i))


@pytest.mark.parametrize(
    "rows", [[], [(0, 0, 5)], [(i % 3, 7, i) for i in range(50)]], ids=["empty", "one row", "one account"]
)
def test_nothing_to_pair(rows):
    found = coshare(*columns(rows), [10, 60], keep=1)
    assert found.a.size == found.b.size == 0
    assert found.objects.shape == (0, 2)
    assert pair_rows(*columns(rows), 10, [0], [7]).first.size == 0


def test_wide_codes_and_times_far_from_1970():
    top, low = 2**31 - 1, -(2**59)
    obj = np.array([2**40, 2**40, 2**40 + 1, 2**40 + 1], np.int64)
    found = coshare(obj, np.array([top, 5, 5, top]), np.array([low, low + 3, low + 9, low + 9]), [0, 3], keep=2)
    assert as_dict(found) == {(5, top): [1, 2]}
    assert pair_rows(obj, [top, 5, 5, top], [low, low + 3, low + 9, low + 9], 3, [top], [5]).first.tolist() == [0, 2]


def test_a_popular_object_costs_its_in_window_pairs_only():
    n = 2_000_000  # all pairs would be 2 * 10^12
    found = coshare(np.zeros(n, int), np.arange(n) % 1000, np.arange(n) * 10, [20], keep=1)
    assert found.a.size == 2000
    assert set(found.objects.ravel().tolist()) == {1}


@pytest.mark.parametrize(
    ("obj", "account", "time", "windows", "word"),
    [
        ([0], [0], [0], [], "windows_us"),
        ([0], [0], [0], [5, 5], "windows_us"),
        ([0], [0], [0], [-1], "windows_us"),
        ([0], [0, 1], [0], [1], "account"),
        ([0], [0], [0, 1], [1], "time"),
        ([-1], [0], [0], [1], "obj"),
        ([0], [0.5], [0], [1], "account"),
        ([0], [2**31], [0], [1], "account"),
        ([0, 0], [0, 1], [-(2**62), 2**62], [1], "2\\^60"),
    ],
)
def test_input_that_does_not_fit(obj, account, time, windows, word):
    with pytest.raises(ValueError, match=word):
        coshare(obj, account, time, windows)
