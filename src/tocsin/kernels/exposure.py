"""Who follows whom on what: joint posts, exposures to a group, and the evidence that they carry.

Posts are numbered in time order. A share is a post with an object; shares are sorted by object, then post. A post is
*exposed* to a group when it shares an object that a member shared at most `reach` places and `windows[-1]` earlier.
The *class* of an exposure is its lag (which window) and how busy the object is there (which crowd); low is strong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NONE = np.uint8(255)
PART = 0.25  # of what stands around a post, or of an object's shares, that makes either a group's own
LEVELS = 4  # own object, own surroundings, either with one other account alone, neither


@njit(cache=True, nogil=True)
def crowds(obj: Any, post: Any, time: Any, window: int) -> Any:
    """Shares of the same object within the window around each share, itself included (int32)."""
    n = len(obj)
    out = np.empty(n, np.int32)
    low = high = 0
    for i in range(n):
        while obj[low] != obj[i] or time[post[i]] - time[post[low]] > window:
            low += 1
        high = max(high, i)
        while high + 1 < n and obj[high + 1] == obj[i] and time[post[high + 1]] - time[post[i]] <= window:
            high += 1
        out[i] = high - low + 1
    return out


@njit(cache=True, nogil=True)
def joint_posts(
    start: Any, place: Any, obj: Any, post: Any, time: Any, account: Any, crowd: Any, window: int, reach: int
) -> Any:
    """Pairs of posts of two accounts that share an object within window and reach, each pair once: (later, earlier,
    weight), weight 1/(crowd - 1) of the rarest object (Newman 2001). `place[start[p]:start[p + 1]]` are the shares of
    post p. At most `reach` pairs a share, whatever the popularity of the object."""
    later = np.empty(1024, np.int32)
    earlier = np.empty(1024, np.int32)
    weight = np.empty(1024, np.float32)
    seen = np.full(len(time), -1, np.int64)
    k = 0
    for p in range(len(time)):
        first = k
        for e in range(start[p], start[p + 1]):
            s = place[e]
            i = s - 1
            while i >= 0 and s - i <= reach and obj[i] == obj[s] and time[p] - time[post[i]] <= window:
                q = post[i]
                if account[q] != account[p]:
                    w = 1.0 / max(max(crowd[s], crowd[i]) - 1, 1)
                    if seen[q] >= first:
                        weight[seen[q]] = max(weight[seen[q]], w)
                    else:
                        if k == len(later):
                            later = np.concatenate((later, np.empty(k, np.int32)))
                            earlier = np.concatenate((earlier, np.empty(k, np.int32)))
                            weight = np.concatenate((weight, np.empty(k, np.float32)))
                        later[k] = p
                        earlier[k] = q
                        weight[k] = w
                        seen[q] = k
                        k += 1
                i -= 1
    return later[:k], earlier[:k], weight[:k]


@njit(cache=True, nogil=True)
def _class_of(lag: int, crowd: int, windows: Any, levels: Any) -> int:
    c = 0
    while lag > windows[c]:
        c += 1
    level = 0
    while level < len(levels) and crowd > levels[level]:
        level += 1
    return level * len(windows) + c


@njit(cache=True, nogil=True)
def expose(
    members: Any,
    in_group: Any,
    share_start: Any,
    share_at: Any,
    obj: Any,
    post: Any,
    time: Any,
    account: Any,
    crowd: Any,
    windows: Any,
    levels: Any,
    reach: int,
    mark: Any,
    by: Any,
    touched: Any,
) -> int:
    """Mark the posts exposed to a group with their strongest class and the account that exposed them; return how many
    were touched. The walk from each member's share ends at the next member's share, which it includes."""
    k = 0
    n = len(obj)
    for g in members:
        for e in range(share_start[g], share_start[g + 1]):
            i = share_at[e]
            j = i + 1
            while j < n and j - i <= reach and obj[j] == obj[i]:
                lag = time[post[j]] - time[post[i]]
                if lag > windows[-1]:
                    break
                p = post[j]
                c = _class_of(lag, crowd[i], windows, levels)
                if mark[p] == NONE:
                    touched[k] = p
                    k += 1
                    mark[p] = c
                    by[p] = g
                elif c < mark[p]:
                    mark[p] = c
                    by[p] = g
                if in_group[account[p]]:
                    break
                j += 1
    return k


@njit(cache=True, nogil=True)
def weigh(
    group_start: Any,
    group: Any,
    share_start: Any,
    share_at: Any,
    post_start: Any,
    post_of: Any,
    obj: Any,
    post: Any,
    time: Any,
    account: Any,
    crowd: Any,
    stratum: Any,
    rank: Any,
    size: Any,
    windows: Any,
    levels: Any,
    reach: int,
    odds: Any,
    accounts: int,
) -> Any:
    """Weigh each group by what its members do after one another shared something.

    Under the null each stratum's posts are dealt to its accounts at random, so a post is a member's with probability
    p = members' posts still to come / posts still to come in its stratum. Against it stand alternatives that multiply
    the odds p/(1-p) of exposed posts by one of `odds`. The likelihood ratio of the exposed posts in time order is a
    test martingale; averaged over `odds` and 1 in each class and multiplied over classes it is an e-value.

    Groups are group[group_start[g]:group_start[g + 1]] (account codes). Returns (log e, the most it could be given how
    often the members post in each stratum, hits, expected): hits and expected have one column a class (lag x crowd).
    """
    classes = len(windows) * (len(levels) + 1)
    groups = len(group_start) - 1
    log_e = np.zeros(groups)
    most = np.zeros(groups)
    hits = np.zeros((groups, classes))
    expected = np.zeros((groups, classes))
    in_group = np.zeros(accounts, np.bool_)
    mark = np.full(len(time), NONE, np.uint8)
    by = np.empty(len(time), np.int32)
    touched = np.empty(len(time), np.int32)
    ratio = np.empty((classes, len(odds)))
    used = np.empty(classes, np.bool_)
    for g in range(groups):
        members = group[group_start[g] : group_start[g + 1]]
        total = 0
        for m in members:
            in_group[m] = True
            total += post_start[m + 1] - post_start[m]
        keys = np.empty(total, np.int64)
        k = 0
        for m in members:
            for e in range(post_start[m], post_start[m + 1]):
                q = post_of[e]
                keys[k] = (np.int64(stratum[q]) << 32) + rank[q]
                most[g] += np.log(size[stratum[q]])  # no hit tells more than 1 / (its stratum's posts)
                k += 1
        keys.sort()
        n = expose(
            members,
            in_group,
            share_start,
            share_at,
            obj,
            post,
            time,
            account,
            crowd,
            windows,
            levels,
            reach,
            mark,
            by,
            touched,
        )
        ratio[:] = 0
        used[:] = False
        for t in range(n):
            p = touched[t]
            c = mark[p]
            mark[p] = NONE
            base = np.int64(stratum[p]) << 32
            here = np.searchsorted(keys, base + rank[p])
            left = np.searchsorted(keys, base + (np.int64(1) << 32)) - here
            rest = size[stratum[p]] - rank[p]
            if left == 0 or left >= rest:
                continue
            chance = left / rest
            hit = in_group[account[p]] and account[p] != by[p]
            expected[g, c] += chance
            used[c] = True
            if hit:
                hits[g, c] += 1
            for o in range(len(odds)):
                lifted = chance * odds[o] / (1 - chance + chance * odds[o])
                ratio[c, o] += np.log(lifted / chance) if hit else np.log((1 - lifted) / (1 - chance))
        for c in range(classes):
            if used[c]:
                top = max(0.0, ratio[c].max())
                log_e[g] += top + np.log((np.exp(-top) + np.exp(ratio[c] - top).sum()) / (len(odds) + 1))
        for m in members:
            in_group[m] = False
    return log_e, most, hits, expected


@njit(cache=True, nogil=True)
def outcomes(
    obj: Any, post: Any, time: Any, account: Any, topic: Any, label: Any, groups: int, windows: Any, reach: int
) -> Any:
    """For each post, how strongly it stands beside a labelled group, and that group; class NONE beside none.

    Around each share (at most `reach` places and the last window away, the account itself left out) the group with
    most shares counts. Classes run from strong to weak: whether the group makes `PART` of all other shares of the
    object, of those around, or less; then by the window of its nearest share. Objects flagged in `topic` (by share)
    make classes of their own, after all others: a common hashtag says less than a common link. Of a post's objects the
    strongest class counts.
    """
    n = len(obj)
    cls = np.full(len(time), NONE, np.uint8)
    group = np.full(len(time), -1, np.int32)
    total = np.zeros(groups, np.int32)
    count = np.zeros(groups, np.int32)
    nearest = np.zeros(groups, np.int64)
    low = 0
    while low < n:
        high = low
        while high < n and obj[high] == obj[low]:
            g = label[account[post[high]]]
            if g >= 0:
                total[g] += 1
            high += 1
        for i in range(low, high):
            p = post[i]
            around, best = _around(i, low, high, post, time, account, label, windows[-1], reach, count, nearest)
            if best < 0:
                continue
            others = total[best] - (label[account[p]] == best)
            level = 3
            if others >= PART * (high - low - 1):
                level = 0 if others > 1 else 2  # one other could be anybody
            elif count[best] >= PART * around:
                level = 1 if count[best] > 1 else 2
            c = (int(topic[i]) * LEVELS + level) * len(windows) + np.searchsorted(windows, nearest[best])
            if c < cls[p]:
                cls[p] = c
                group[p] = best
        for i in range(low, high):
            if label[account[post[i]]] >= 0:
                total[label[account[post[i]]]] = 0
        low = high
    return cls, group


@njit(cache=True, nogil=True)
def _around(
    i: int,
    low: int,
    high: int,
    post: Any,
    time: Any,
    account: Any,
    label: Any,
    window: int,
    reach: int,
    count: Any,
    nearest: Any,
) -> Any:
    """Shares around a share, and the group that has most of them; `count` and `nearest` are filled by group."""
    around, best = 0, -1
    count[:] = 0
    for side in (-1, 1):
        j = i + side
        while low <= j < high and abs(j - i) <= reach:
            lag = abs(time[post[j]] - time[post[i]])
            if lag > window:
                break
            if account[post[j]] != account[post[i]]:
                around += 1
                g = label[account[post[j]]]
                if g >= 0:
                    nearest[g] = min(nearest[g], lag) if count[g] else lag
                    count[g] += 1
                    if best < 0 or count[g] > count[best]:
                        best = g
            j += side
    return around, best


@njit(cache=True, nogil=True)
def beside(key: Any, post: Any, time: Any, account: Any, window: int) -> Any:
    """Which shares stand within the window of another account's share with the same key; sorted by key, then post."""
    n = len(key)
    out = np.zeros(n, np.bool_)
    for i in range(n):
        for side in (-1, 1):
            j = i + side
            while 0 <= j < n and key[j] == key[i] and abs(time[post[j]] - time[post[i]]) <= window:
                if account[j] != account[i]:
                    out[i] = True
                    break
                j += side
            if out[i]:
                break
    return out
