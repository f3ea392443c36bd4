"""Count, for each pair of accounts, the distinct objects both shared within a window.

Rows are sorted by object and time. Each account in turn visits the rows that stand near its own in their objects and
adds up its partners in one array indexed by account (Gustavson's row-wise sparse product), so no pair is ever stored
before it is known to be kept: memory holds the rows, one array a thread, and the result. A pair belongs to its less
active account, which keeps the array's used part small and in cache. Cost: two visits for each pair of rows inside the
largest window, whatever the popularity of the object; smaller windows are visited only by accounts with a kept pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.sorting import Ints, Longs, by_object, codes, times

_LIMIT = 2**60  # of time span plus window, so that no difference overflows


class Coshares(NamedTuple):
    """Pairs a < b (account codes, int32, in ascending order) and, for each window, the objects they share."""

    a: Ints
    b: Ints
    objects: Ints  # shape (pairs, windows), never falling from left to right


class PairCounts(NamedTuple):
    """What counting would cost, for each window (int64): pairs of rows of one object within the window, and a bound on
    the (pair of accounts, object) combinations among them."""

    row_pairs: Longs
    pair_objects: Longs


class RowPairs(NamedTuple):
    """Pairs of rows (int64 row numbers of the input) that share an object within the window; `first` is not later."""

    first: Longs
    second: Longs


class _Shares(NamedTuple):
    """Checked input."""

    obj: Ints
    account: Ints
    code: Ints  # what the caller called each account
    time: Longs
    windows: Longs
    origin: int  # the earliest time
    span: int  # from the earliest to the latest


class _Rows(NamedTuple):
    """Rows that have a neighbour within the largest window, sorted by object, time and account; one guard at each end.

    The clock runs from 0 in every second object and from beyond reach in the others, so that one unsigned comparison
    tells both "later" and "of another object".
    """

    account: Ints  # by rank: 0 is the most active
    clock: Longs
    starts: Longs  # of each object's slice
    code: Ints  # account of each rank


def _check(obj: npt.ArrayLike, account: npt.ArrayLike, time_us: npt.ArrayLike, windows_us: npt.ArrayLike) -> _Shares:
    given = np.asarray(account)
    objects, accounts = codes(obj, "obj"), codes(given, "account")
    if objects.size != accounts.size:
        raise ValueError(f"obj has {objects.size:,} rows, account {accounts.size:,}")
    time = times(time_us, objects.size)
    windows = np.atleast_1d(np.asarray(windows_us, np.int64))
    if windows.ndim != 1 or not windows.size or windows[0] < 0 or (np.diff(windows) <= 0).any():
        raise ValueError(f"windows_us: one or more ascending times of 0 or more are needed, got {windows.tolist()}")
    origin = int(time.min()) if time.size else 0
    span = int(time.max()) - origin if time.size else 0
    if time.size * windows.size >= 2**31:
        raise ValueError(f"{time.size:,} rows by {windows.size} windows in one call; below 2^31, partition by object")
    if span + int(windows[-1]) >= _LIMIT:
        raise ValueError(f"time: a span of {span} microseconds with a window of {windows[-1]} is beyond 2^60")
    largest = int(given.max()) if given.size else -1
    if largest >= 2**31:
        raise ValueError(f"account: codes are below 2^31, found {largest}")
    recoded = accounts.size > 0 and largest != int(accounts.max())
    code = (np.unique(given) if recoded else np.arange(largest + 1)).astype(np.int32)
    return _Shares(objects, accounts, code, time, windows, origin, span)


@njit(cache=True, nogil=True)
def _near(account: Any, order: Any, rank: Any, time: Any, starts: Any, window: int, origin: int, span: int) -> Any:
    """Keep the rows that have a neighbour within the window, once each; turn their order into ranks and their times
    into clocks, in place. Returns the start of each object's slice among them."""
    beyond = span + window + 1
    slices = np.empty(starts.size, np.int32)
    n, used, shift = 1, 0, 0
    for k in range(starts.size - 1):
        slices[used] = n
        last, last_time = -1, np.int64(0)
        for i in range(starts[k], starts[k + 1]):
            now, here = time[i], account[order[i]]
            before = last >= 0 and now - last_time <= window
            after = i + 1 < starts[k + 1] and time[i + 1] - now <= window
            if (after or before) and not (last == here and last_time == now):
                order[n] = rank[here]
                time[n] = now - origin + shift
                n += 1
            last, last_time = here, now
        if n > slices[used]:
            used += 1
            shift = beyond - shift
    slices[used] = n
    time[0] = time[n] = 2**62
    return slices[: used + 1].copy()


def _arrange(shares: _Shares) -> _Rows:
    """Sort, rank accounts by activity, drop the rows that cannot pair."""
    busy = np.argsort(-np.bincount(shares.account, minlength=shares.code.size), kind="stable")
    rank = np.empty(busy.size, np.int32)
    rank[busy] = np.arange(busy.size, dtype=np.int32)
    order, time, starts = by_object(shares.obj, shares.account, shares.time)
    window = int(shares.windows[-1])
    slices = _near(shares.account, order, rank, time, starts, window, shares.origin, shares.span)
    return _Rows(order[: slices[-1] + 1], time[: slices[-1] + 1], slices, shares.code[busy])


@njit(cache=True, nogil=True)
def _rows_by_account(account: Any, starts: Any, accounts: int, turn: int, rounds: int) -> Any:
    """For the accounts of one round: where the rows of each begin, and their places; ~place where the account's row
    before it is of the same object."""
    begin = np.zeros(accounts + 1, np.int32)
    for p in range(1, account.size - 1):
        if account[p] % rounds == turn:
            begin[account[p] + 1] += 1
    for a in range(accounts):
        begin[a + 1] += begin[a]
    places = np.empty(begin[accounts], np.int32)
    cursor = begin[:accounts].copy()
    seen = np.full(accounts, -1, np.int32)
    for k in range(starts.size - 1):
        for p in range(starts[k], starts[k + 1]):
            a = account[p]
            if a % rounds == turn:
                places[cursor[a]] = ~p if seen[a] == k else p
                cursor[a] += 1
                seen[a] = k
    return begin, places


@njit(cache=True, nogil=True)
def _visit(
    account: Any, clock: Any, places: Any, a: int, base: int, window: int, keep: int, tally: Any, kept: Any, used: int
) -> Any:
    """Add up the partners of account a, whose rows stand at `places`, within one window; append to `kept` those that
    reach `keep` objects.

    `tally` holds for each account the stamp of the last object counted and the number of objects. Stamps only grow,
    so one below `base` was left by another account or window and means zero.
    """
    reach, one, two = np.uint64(window), np.uint64(1), np.uint64(2)  # unsigned: no wrap-around checks
    stamp = base
    for i in range(places.size):
        place = places[i]
        if place < 0:
            place = ~place
        else:
            stamp = base + i
        low = high = np.uint64(place)
        now = clock[low]
        while np.uint64(now - clock[low - one]) <= reach:
            low -= one
        while np.uint64(clock[high + one] - now) <= reach:
            high += one
        if used + high - low >= kept.size:
            kept = np.concatenate((kept, np.empty(kept.size + np.int64(high - low), np.int32)))
        for j in range(low, high + one):
            b = account[j]
            if b < a:
                at = np.uint64(b) * two
                last = tally[at]
                if last != stamp:
                    count = tally[at + one] + 1 if last >= base else 1
                    tally[at] = stamp
                    tally[at + one] = count
                    if count == keep:
                        kept[used] = b
                        used += 1
    return kept, used


@njit(cache=True, nogil=True)
def _count(
    account: Any, clock: Any, begin: Any, places: Any, low: int, high: int, windows: Any, keep: int, tally: Any
) -> Any:
    """The kept pairs of accounts low <= a < high with more active accounts b < a.

    The largest window decides which pairs are kept; only accounts that have one are visited for the other windows.
    """
    n = windows.size
    right, used = np.empty(1024, np.int32), 0
    objects = np.empty((1024, n), np.int32)
    found = np.zeros(high - low + 1, np.int64)
    for a in range(low, high):
        mine = places[begin[a] : begin[a + 1]]
        base = begin[a] * n + 1
        right, used = _visit(account, clock, mine, a, base, windows[n - 1], keep, tally, right, used)
        found[a - low + 1] = used
        if objects.shape[0] < used:
            objects = np.concatenate((objects, np.empty((used, n), np.int32)))
        for k in range(n - 1, -1, -1):
            if k < n - 1 and used > found[a - low]:
                base += mine.size
                right, used = _visit(account, clock, mine, a, base, windows[k], -1, tally, right, used)
            for m in range(found[a - low], used):
                objects[m, k] = tally[2 * right[m] + 1] if tally[2 * right[m]] >= base else 0
    return np.repeat(np.arange(low, high).astype(np.int32), np.diff(found)), right[:used].copy(), objects[:used].copy()


def _one_round(rows: _Rows, windows: Longs, keep: int, turn: int, rounds: int, threads: int) -> Coshares:
    accounts = rows.code.size
    begin, places = _rows_by_account(rows.account, rows.starts, accounts, turn, rounds)
    edges = np.unique(np.searchsorted(begin, np.linspace(0, places.size, 16 * threads + 1)))
    edges[-1:] = accounts
    chunks = iter(list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)))

    def work() -> list[Coshares]:
        tally = np.zeros(2 * accounts, np.int32)
        return [
            _named(rows.code, *_count(rows.account, rows.clock, begin, places, low, high, windows, keep, tally))
            for low, high in chunks  # shared: whoever is free takes the next
        ]

    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work) for _ in range(threads)]
        parts = [part for job in jobs for part in job.result()]
    return _join(parts, windows.size)


def _named(code: Ints, left: Ints, right: Ints, objects: Ints) -> Coshares:
    one, two = code[left], code[right]
    return Coshares(np.minimum(one, two), np.maximum(one, two), objects)


def _join(parts: list[Coshares], windows: int) -> Coshares:
    """Parts one after the other, in the order of a, then b."""
    none = Coshares(np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, windows), np.int32))
    a, b, objects = (np.concatenate(column) for column in zip(none, *parts, strict=True))
    parts.clear()  # they may be as large as all the rest
    order = np.argsort(a.astype(np.int64) << 32 | b)
    return Coshares(a[order], b[order], objects[order])


def coshare_rounds(
    obj: npt.ArrayLike,
    account: npt.ArrayLike,
    time_us: npt.ArrayLike,
    windows_us: npt.ArrayLike,
    *,
    keep: int = 2,
    rounds: int = 1,
    threads: int = 2,
) -> Iterator[Coshares]:
    """`coshare` in `rounds` parts of about equal size, each pair in exactly one; memory holds one part at a time."""
    if keep < 1 or rounds < 1 or threads < 1:
        raise ValueError(f"keep, rounds and threads are at least 1, got {keep}, {rounds}, {threads}")
    shares = _check(obj, account, time_us, windows_us)
    rows = _arrange(shares)
    for turn in range(rounds):
        yield _one_round(rows, shares.windows, keep, turn, rounds, threads)


def coshare(
    obj: npt.ArrayLike,
    account: npt.ArrayLike,
    time_us: npt.ArrayLike,
    windows_us: npt.ArrayLike,
    *,
    keep: int = 2,
    rounds: int = 1,
    threads: int = 2,
) -> Coshares:
    """Exact co-share counts of all pairs of distinct accounts, for several windows in one pass.

    obj, account: integer codes from 0, length n, rows in any order; time_us: integer microseconds of any epoch;
    windows_us: ascending microseconds. An object counts once for a pair, at the smallest |t1 - t2| of their rows of
    it; windows are inclusive. Pairs with fewer than `keep` objects at the largest window are left out. `rounds` and
    `threads` change memory and time, never the result. `ValueError` for input that does not fit.
    """
    parts = list(coshare_rounds(obj, account, time_us, windows_us, keep=keep, rounds=rounds, threads=threads))
    return parts[0] if rounds == 1 else _join(parts, np.size(windows_us))


@njit(cache=True, nogil=True)
def _row_pairs(account: Any, order: Any, time: Any, starts: Any, windows: Any, accounts: int) -> Any:
    pairs, bound = np.zeros(windows.size, np.int64), np.zeros(windows.size, np.int64)
    seen = np.full(accounts, -1, np.int64)
    for k in range(starts.size - 1):
        begin, end = starts[k], starts[k + 1]
        distinct = 0
        for i in range(begin, end):
            if seen[account[order[i]]] != k:
                seen[account[order[i]]] = k
                distinct += 1
        for w in range(windows.size):
            tail, here = begin, 0
            for i in range(begin, end):
                while time[i] - time[tail] > windows[w]:
                    tail += 1
                here += i - tail
            pairs[w] += here
            bound[w] += min(here, distinct * (distinct - 1) // 2)
    return pairs, bound


def count_pairs(
    obj: npt.ArrayLike, account: npt.ArrayLike, time_us: npt.ArrayLike, windows_us: npt.ArrayLike
) -> PairCounts:
    """What `coshare` would have to visit, counted without visiting it: one pass over the sorted rows a window.

    Input as for `coshare`. `row_pairs` is exact (rows of one account among them); `pair_objects` is an upper bound:
    for each object the smaller of its row pairs and the pairs of its accounts.
    """
    shares = _check(obj, account, time_us, windows_us)
    order, time, starts = by_object(shares.obj, shares.account, shares.time)
    return PairCounts(*_row_pairs(shares.account, order, time, starts, shares.windows, shares.code.size))


@njit(cache=True, nogil=True)
def _emit(account: Any, order: Any, time: Any, starts: Any, window: int, wanted: Any, everyone: bool) -> Any:
    size, n = 1024, 0
    first, second = np.empty(size, np.int64), np.empty(size, np.int64)
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            one = np.int64(account[order[i]])
            j = i + 1
            while j < starts[k + 1] and time[j] - time[i] <= window:
                two = np.int64(account[order[j]])
                key = (min(one, two) << 32) | max(one, two)
                at = np.searchsorted(wanted, key)
                if one != two and (everyone or (at < wanted.size and wanted[at] == key)):
                    if n == size:
                        size *= 2
                        first, second = np.concatenate((first, first)), np.concatenate((second, second))
                    first[n], second[n] = order[i], order[j]
                    n += 1
                j += 1
    return first[:n].copy(), second[:n].copy()


def _among(shares: _Shares, members: npt.NDArray[np.bool_], wanted: Longs, everyone: bool) -> RowPairs:
    rows = np.flatnonzero(members[shares.account])
    obj = codes(np.unique(shares.obj[rows], return_inverse=True)[1], "obj")
    account = shares.account[rows]
    order, time, starts = by_object(obj, account, shares.time[rows])
    first, second = _emit(account, order, time, starts, shares.windows[-1], wanted, everyone)
    return RowPairs(rows[first], rows[second])


def _positions(code: Ints, wanted: npt.ArrayLike) -> Longs:
    """Where each wanted account stands in `code`; -1 where it is absent."""
    asked = np.asarray(wanted, np.int64)
    at = np.searchsorted(code, asked)
    inside = np.minimum(at, max(code.size - 1, 0))
    return np.where(code[inside] == asked, inside, -1) if code.size else np.full(asked.shape, -1)


def pair_rows(
    obj: npt.ArrayLike,
    account: npt.ArrayLike,
    time_us: npt.ArrayLike,
    window_us: int,
    a: npt.ArrayLike,
    b: npt.ArrayLike,
) -> RowPairs:
    """The rows behind given pairs of accounts: every pair of rows of one object within the window.

    Input as for `coshare`; a and b are account codes of equal length, in either order. Sorted by object, then time.
    """
    shares = _check(obj, account, time_us, window_us)
    one, two = _positions(shares.code, a), _positions(shares.code, b)
    known = (one >= 0) & (two >= 0)
    one, two = one[known], two[known]
    members = np.zeros(shares.code.size, np.bool_)
    members[one] = members[two] = True
    return _among(shares, members, np.unique((np.minimum(one, two) << 32) | np.maximum(one, two)), False)


def group_rows(
    obj: npt.ArrayLike, account: npt.ArrayLike, time_us: npt.ArrayLike, window_us: int, accounts: npt.ArrayLike
) -> RowPairs:
    """The rows behind a group: as `pair_rows`, for all pairs among `accounts`."""
    shares = _check(obj, account, time_us, window_us)
    at = _positions(shares.code, accounts)
    members = np.zeros(shares.code.size, np.bool_)
    members[at[at >= 0]] = True
    return _among(shares, members, np.empty(0, np.int64), True)
