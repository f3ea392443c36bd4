"""What two accounts share, against what chance lets them share: the sums behind the p-values of pairs.

Shares of one layer are sorted by object, then post; posts are numbered in time order. `mine` lists the shares of each
account by object, then post (`mine_start[a]:mine_start[a + 1]`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.typed import Dict


@njit(cache=True, nogil=True)
def closeness(obj: Any, post: Any, time: Any, objects: int, windows: Any, near: int) -> Any:
    """For each object, pairs of its shares within each window, and within `near` (last column); int64."""
    limits = np.append(windows, near)
    out = np.zeros((objects, len(limits)), np.int64)
    for k in range(len(limits)):
        low = 0
        for i in range(len(obj)):
            while obj[low] != obj[i] or time[post[i]] - time[post[low]] > limits[k]:
                low += 1
            out[obj[i], k] += i - low
    return out


@njit(cache=True, nogil=True)
def meetings(obj: Any, post: Any, time: Any, account: Any, stratum: Any, strata: int, windows: Any) -> Any:
    """Pairs of shares of two accounts within each window, by the strata of the two posts: (key, counts), where key is
    s * strata + t for s <= t, ascending, and counts have one column a window."""
    index = Dict.empty(types.int64, types.int64)
    counts = np.zeros((1024, len(windows)), np.int64)
    for i in range(len(obj)):
        last, slot = np.int64(-1), np.int64(-1)
        s = np.int64(stratum[post[i]])
        j = i - 1
        while j >= 0 and obj[j] == obj[i]:
            lag = time[post[i]] - time[post[j]]
            if lag > windows[-1]:
                break
            if account[i] != account[j]:
                t = np.int64(stratum[post[j]])
                key = min(s, t) * strata + max(s, t)
                if key != last:
                    last = key
                    if key not in index:
                        index[key] = len(index)
                        if len(index) > len(counts):
                            counts = np.concatenate((counts, np.zeros_like(counts)))
                    slot = index[key]
                k = len(windows) - 1
                while k >= 0 and lag <= windows[k]:
                    counts[slot, k] += 1
                    k -= 1
            j -= 1
    keys = np.empty(len(index), np.int64)
    for key in index:
        keys[index[key]] = key
    order = np.argsort(keys)
    return keys[order], counts[: len(keys)][order]


@njit(cache=True, nogil=True)
def expected(
    a: Any, b: Any, start: Any, stratum: Any, posts: Any, link_start: Any, link: Any, rate: Any, windows: int
) -> Any:
    """Expected meetings of each pair of accounts within each window when each stratum's posts are dealt at random.

    `stratum[start[a]:start[a + 1]]` and `posts` there are where account a posts, and how often. `rate[e]` (one column
    a window) is the chance per pair of posts that posts of strata s and link[e], e in link_start[s]:link_start[s + 1],
    meet. Pairs that follow one another with the same a share most of the work.
    """
    out = np.zeros((len(a), windows))
    near = np.empty((len(link_start) - 1, windows))  # meetings of one post in each stratum with a's
    filled = np.full(len(near), -1, np.int64)  # the pair for whose a the row was filled
    since = 0
    for e in range(len(a)):
        if e == 0 or a[e] != a[e - 1]:
            since = e
            for i in range(start[a[e]], start[a[e] + 1]):
                for f in range(link_start[stratum[i]], link_start[stratum[i] + 1]):
                    if filled[link[f]] != e:
                        filled[link[f]] = e
                        near[link[f]] = 0
                    for k in range(windows):
                        near[link[f], k] += rate[f, k] * posts[i]
        for i in range(start[b[e]], start[b[e] + 1]):
            if filled[stratum[i]] == since:
                for k in range(windows):
                    out[e, k] += near[stratum[i], k] * posts[i]
    return out


@njit(cache=True, nogil=True)
def _first_not_below(values: Any, low: int, high: int, value: int) -> int:
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def compare(
    a: Any, b: Any, mine_start: Any, mine_obj: Any, mine_post: Any, time: Any, pace: Any, windows: Any, near: int
) -> Any:
    """For each pair of accounts, of the objects that both shared:

    shared: objects shared within `near` of each other; mean: the expected number of them within each window, given
    `pace[object, window]`, the chance that two shares within `near` lie within the window; occasions: posts of the one
    with a joint object in a post of the other, or the reverse, whichever is less, for each window; delay: the median of
    the smallest gap on each object within the last window, microseconds.
    """
    n, w = len(a), len(windows)
    shared = np.zeros(n, np.int64)
    mean = np.zeros((n, w))
    occasions = np.zeros((n, w), np.int64)
    delay = np.zeros(n)
    seen = np.full((2, w, len(time)), -1, np.int32)
    gaps = np.empty(1024, np.int64)
    for e in range(n):
        x, y = a[e], b[e]
        if mine_start[x + 1] - mine_start[x] > mine_start[y + 1] - mine_start[y]:
            x, y = y, x
        i, stop = mine_start[x], mine_start[x + 1]
        at, end = mine_start[y], mine_start[y + 1]
        count = np.zeros((2, w), np.int64)
        g = 0
        while i < stop:
            o = mine_obj[i]
            at = _first_not_below(mine_obj, at, end, o)
            best, pairs = np.int64(near) + 1, 0
            while i < stop and mine_obj[i] == o:
                p = mine_post[i]
                j = at
                while j < end and mine_obj[j] == o:
                    q = mine_post[j]
                    lag = abs(time[p] - time[q])
                    if lag <= near:
                        pairs += 1
                        best = min(best, lag)
                        for k in range(w):
                            if lag <= windows[k]:
                                if seen[0, k, p] != e:
                                    seen[0, k, p] = e
                                    count[0, k] += 1
                                if seen[1, k, q] != e:
                                    seen[1, k, q] = e
                                    count[1, k] += 1
                    j += 1
                i += 1
            if pairs:
                shared[e] += 1
                for k in range(w):
                    mean[e, k] += 1 - (1 - pace[o, k]) ** pairs
                if best <= windows[-1]:
                    if g == len(gaps):
                        gaps = np.concatenate((gaps, np.empty_like(gaps)))
                    gaps[g] = best
                    g += 1
        for k in range(w):
            occasions[e, k] = min(count[0, k], count[1, k])
        delay[e] = np.median(gaps[:g]) if g else np.nan
    return shared, mean, occasions, delay
