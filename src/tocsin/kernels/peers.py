"""Count as other tools do: messages with a match (directed), and pairs of rows (undirected).

Both go account by account over the rows near its own, as `coshare` does, and differ in what they add up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.sorting import Ints, Longs, by_object, codes, times


class Directed(NamedTuple):
    """Account a has `weight` messages with a match among those of account b. Sorted by a."""

    a: Ints
    b: Ints
    weight: Ints


class Weighted(NamedTuple):
    """Accounts a < b with `weight` pairs of rows, `apart_us` microseconds apart in total. Sorted by b."""

    a: Ints
    b: Ints
    weight: Longs
    apart_us: Longs


class TokenSets(NamedTuple):
    """The distinct tokens of each message, ascending by rank (0 is the rarest): ranks[starts[m]:starts[m + 1]]."""

    starts: Longs
    ranks: Ints


@njit(cache=True, nogil=True)
def _slices(starts: Any, rows: int) -> Any:
    """First place and last place, inclusive, of the object's slice for each place."""
    first, last = np.zeros(rows, np.int32), np.zeros(rows, np.int32)
    for k in range(starts.size - 1):
        first[starts[k] : starts[k + 1]] = starts[k]
        last[starts[k] : starts[k + 1]] = starts[k + 1] - 1
    return first, last


@njit(cache=True, nogil=True)
def _jaccard(starts: Any, ranks: Any, m: int, n: int) -> Any:
    i, j, common = starts[m], starts[n], 0
    while i < starts[m + 1] and j < starts[n + 1]:
        if ranks[i] == ranks[j]:
            common, i, j = common + 1, i + 1, j + 1
        elif ranks[i] < ranks[j]:
            i += 1
        else:
            j += 1
    return common / (starts[m + 1] - starts[m] + starts[n + 1] - starts[n] - common)


@njit(cache=True, nogil=True)
def _directed(
    who: Any, what: Any, clock: Any, first: Any, last: Any, places: Any, begin: Any, window: int, keep: int,
    loops: bool, starts: Any, ranks: Any, threshold: float,
) -> Any:  # fmt: skip
    accounts = begin.size - 1
    done, owner, count = np.full(accounts, -1, np.int32), np.full(accounts, -1, np.int32), np.zeros(accounts, np.int32)
    left, right, weight = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32)
    n = 0
    for a in range(accounts):
        found = n
        for i in range(begin[a], begin[a + 1]):
            p = places[i]
            low, high = p, p
            while low > first[p] and clock[p] - clock[low - 1] <= window:
                low -= 1
            while high < last[p] and clock[high + 1] - clock[p] <= window:
                high += 1
            for j in range(low, high + 1):
                b = who[j]
                if done[b] == what[p] or what[j] == what[p] or (b == a and not loops):
                    continue
                if threshold > 0 and _jaccard(starts, ranks, what[p], what[j]) < threshold:
                    continue
                done[b] = what[p]
                count[b] = count[b] + 1 if owner[b] == a else 1
                owner[b] = a
                if count[b] == keep:
                    if n == left.size:
                        left, right = np.concatenate((left, left)), np.concatenate((right, right))
                        weight = np.concatenate((weight, weight))
                    left[n], right[n] = a, b
                    n += 1
        for m in range(found, n):
            weight[m] = count[right[m]]
    return left[:n].copy(), right[:n].copy(), weight[:n].copy()


def directed(
    obj: npt.ArrayLike,
    message: npt.ArrayLike,
    author: npt.ArrayLike,
    time_us: npt.ArrayLike,
    window_us: int,
    *,
    keep: int = 1,
    loops: bool = False,
    sets: TokenSets | None = None,
    threshold: float = 0.0,
) -> Directed:
    """For each ordered pair of accounts, the distinct messages of the first that have a match in the second.

    obj, message: codes of equal length, one row for each object of each message; author, time_us: by message. Messages
    match if they share an object within the window, inclusive. With `sets` and `threshold` in (0, 1] an object is only
    a reason to compare: the Jaccard index of the two token sets must reach the threshold. `keep` is the smallest
    weight returned; `loops` also counts matches between different messages of one account. Codes stay dense: those of
    `message` and `author` are used as they are.
    """
    things, posts, authors = codes(obj, "obj"), np.asarray(message, np.int32), np.asarray(author, np.int32)
    who, when = authors[posts], times(time_us, authors.size)[posts]
    order, clock, starts = by_object(things, who, when)
    first, last = _slices(starts, order.size)
    order = order[1:-1]
    who, what, clock = who[order], posts[order], clock[1:-1]
    places, _, begin = by_object(who, np.zeros(who.size, np.int32), what.astype(np.int64))
    tokens = sets or TokenSets(np.zeros(1, np.int64), np.empty(0, np.int32))
    return Directed(
        *_directed(
            who, what, clock, first[1:-1] - 1, last[1:-1] - 1, places[1:-1], begin - 1, window_us, keep, loops,
            tokens.starts, tokens.ranks, threshold,
        )
    )  # fmt: skip


@njit(cache=True, nogil=True)
def prefixes(starts: Any, ranks: Any, threshold: float) -> Any:
    """(token, message) rows of which two sets with a Jaccard index of at least `threshold` share one: the rarest
    n - ceil(threshold n) + 1 tokens of each set of n (Chaudhuri, Ganti and Kaushik 2006, prefix filter)."""
    token, message = np.empty(ranks.size, np.int32), np.empty(ranks.size, np.int32)
    used = 0
    for m in range(starts.size - 1):
        n = starts[m + 1] - starts[m]
        for i in range(starts[m], starts[m + 1] - np.int64(np.ceil(threshold * n - 1e-9)) + 1):
            if i < starts[m + 1]:
                token[used], message[used] = ranks[i], m
                used += 1
    return token[:used].copy(), message[:used].copy()


@njit(cache=True, nogil=True)
def _paired(obj: Any, who: Any, what: Any, clock: Any, last: Any, window: int, contents: int) -> Any:
    """Which contents stand in at least one pair of rows."""
    seen = np.zeros(contents, np.bool_)
    for p in range(obj.size):
        j = p + 1
        while j <= last[p] and clock[j] - clock[p] <= window:
            if who[j] != who[p] and what[j] != what[p]:
                seen[what[p]] = seen[what[j]] = True
            j += 1
    return seen


@njit(cache=True, nogil=True)
def _weighted(
    who: Any, what: Any, clock: Any, first: Any, last: Any, places: Any, begin: Any, window: int, active: Any
) -> Any:
    accounts = begin.size - 1
    owner = np.full(accounts, -1, np.int32)
    count, apart = np.zeros(accounts, np.int64), np.zeros(accounts, np.int64)
    left, right = np.empty(1024, np.int32), np.empty(1024, np.int32)
    weight, total = np.empty(1024, np.int64), np.empty(1024, np.int64)
    n = 0
    for a in range(accounts):
        found = n
        for i in range(begin[a], begin[a + 1]):
            p = places[i]
            low, high = p, p
            while low > first[p] and clock[p] - clock[low - 1] <= window:
                low -= 1
            while high < last[p] and clock[high + 1] - clock[p] <= window:
                high += 1
            for j in range(low, high + 1):
                b = who[j]
                if b >= a or what[j] == what[p] or not (active[what[p]] or active[what[j]]):
                    continue
                if owner[b] != a:
                    owner[b], count[b], apart[b] = a, 0, 0
                    if n == left.size:
                        left, right = np.concatenate((left, left)), np.concatenate((right, right))
                        weight, total = np.concatenate((weight, weight)), np.concatenate((total, total))
                    left[n], right[n] = b, a
                    n += 1
                count[b] += 1
                apart[b] += abs(clock[j] - clock[p])
        for m in range(found, n):
            weight[m], total[m] = count[left[m]], apart[left[m]]
    return left[:n].copy(), right[:n].copy(), weight[:n].copy(), total[:n].copy()


def weighted(
    obj: npt.ArrayLike,
    content: npt.ArrayLike,
    account: npt.ArrayLike,
    time_us: npt.ArrayLike,
    window_us: int,
    min_participation: int,
) -> Weighted:
    """For each unordered pair of accounts, the pairs of their rows of one object within the window, inclusive.

    One row a share; obj and content are codes of one common numbering, account codes are their own. Left out: accounts
    with fewer than `min_participation` rows; pairs of rows with equal contents or whose object is one of the contents;
    then pairs of which neither content belongs to an account with `min_participation` rows of contents still paired.
    """
    things, what, who = codes(obj, "obj"), np.asarray(content, np.int32), np.asarray(account, np.int32)
    often = np.bincount(who)[who] >= min_participation
    shares = np.flatnonzero(often & (things != what))
    order, clock, starts = by_object(things[shares], who[shares], times(time_us, things.size)[shares])
    first, last = (edge[1:-1] - 1 for edge in _slices(starts, order.size))
    order, clock = shares[order[1:-1]], clock[1:-1]
    contents = int(what.max()) + 1 if what.size else 0
    paired = _paired(things[order], who[order], what[order], clock, last, window_us, contents)
    mine = often & paired[what]
    enough = np.bincount(who[mine], minlength=int(who.max()) + 1 if who.size else 0) >= min_participation
    active = np.zeros(contents, np.bool_)
    active[what[mine & enough[who]]] = True
    places, _, begin = by_object(who[order], np.zeros(order.size, np.int32), clock)
    return Weighted(*_weighted(who[order], what[order], clock, first, last, places[1:-1], begin - 1, window_us, active))
