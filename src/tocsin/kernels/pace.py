"""How fast accounts follow one another on what they share, beside other objects of like popularity.

First shares, one for each object and account, are sorted by object, then time: `start` of each object, `account` and
`time` of each first share. `label` is the group of each account, or negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

LEAST = 10  # comparisons that a rank needs
TRIES = 10  # draws for each comparison wanted, since some have nothing to compare


@njit(cache=True, nogil=True)
def firsts(obj: Any, account: Any, accounts: int) -> Any:
    """Which of the shares, sorted by object, then time, are the first of their object and account."""
    last = np.full(accounts, -1, np.int64)
    out = np.empty(len(obj), np.bool_)
    for i in range(len(obj)):
        out[i] = last[account[i]] != obj[i]
        last[account[i]] = obj[i]
    return out


@njit(cache=True, nogil=True)
def gaps(groups: int, label: Any, start: Any, account: Any, time: Any, cap: int) -> Any:
    """Objects that two or more accounts of a group share: rows (group, object, hash of who shared it when, members,
    accounts) by object, and the mean log gap between the members (gaps over `cap` left out; none left: no row)."""
    key = np.empty((1024, 5), np.int64)
    out = np.empty(1024)
    k = 0
    count = np.zeros(groups, np.int64)
    for o in range(len(start) - 1):
        low, high = start[o], start[o + 1]
        for i in range(low, high):
            if label[account[i]] >= 0:
                count[label[account[i]]] += 1
        for i in range(low, high):
            g = label[account[i]]
            if g < 0:
                continue
            members = count[g]
            count[g] = 0  # each group once an object
            if members >= 2:
                own, mark = _own(low, high, g, members, label, account, time)
                gap = _thinned(own, members, cap)
                if gap >= 0:
                    if k == len(out):
                        out = np.concatenate((out, np.empty_like(out)))
                        key = np.concatenate((key, np.empty_like(key)))
                    out[k] = gap
                    key[k, 0], key[k, 1], key[k, 2], key[k, 3], key[k, 4] = g, o, mark, members, high - low
                    k += 1
    return key[:k], out[:k]


@njit(cache=True, nogil=True)
def ranks(
    key: Any,
    label: Any,
    apart: Any,
    start: Any,
    account: Any,
    time: Any,
    kind: Any,
    kind_start: Any,
    kind_member: Any,
    lowest: Any,
    cap: int,
    draws: int,
    seed: int,
) -> Any:
    """The rank in (0, 1) of the gap of each row of `gaps`; rows come sorted by group, then hash.

    A row's object is ranked among `draws` objects of the same `kind` (objects kind_member[kind_start[k]:
    kind_start[k + 1]]) that no two accounts of the group, or of the accounts set `apart`, share, each thinned to the
    same part of its accounts. Where a kind holds too few, the next lower kinds down to `lowest[kind]` serve, and the
    group's accounts are thinned to as few. NaN where fewer than `LEAST` comparisons could be made, and for rows with
    the hash of one that has a rank. Each group draws from `seed` anew: its ranks do not hang on who else is asked.
    """
    out = np.full(len(key), np.nan)
    count, usual = _usual(apart, start, account, time, cap)
    barred = usual.copy()
    of_account, place = _by(account, len(label))
    of_group, members_of = _by(label, int(label.max()) + 1 if len(label) else 0)
    mine = np.empty(len(account), np.int32)
    for o in range(len(start) - 1):
        mine[start[o] : start[o + 1]] = o
    mine = mine[place]
    told = -1
    for r in range(len(key)):
        g, o, mark, members = key[r, 0], key[r, 1], key[r, 2], key[r, 3]
        if r == 0 or g != key[r - 1, 0]:
            np.random.seed(seed)
            if r > 0:
                last = key[r - 1, 0]
                _bar(barred, usual, count, -1, members_of[of_group[last] : of_group[last + 1]], apart, of_account, mine)
            _bar(barred, usual, count, 1, members_of[of_group[g] : of_group[g + 1]], apart, of_account, mine)
            told = -1
        if told >= 0 and key[told, 2] == mark:
            continue
        own, _ = _own(start[o], start[o + 1], g, members, label, account, time)
        part = members / (start[o + 1] - start[o])
        out[r] = _rank(own, part, kind[o], lowest[kind[o]], kind_start, kind_member, barred, start, time, cap, draws)
        if not np.isnan(out[r]):
            told = r
    return out


@njit(cache=True, nogil=True)
def _own(low: int, high: int, g: int, members: int, label: Any, account: Any, time: Any) -> Any:
    """Times of the group's shares of an object, and a hash of who shared it when."""
    own, n, mark = np.empty(members, np.int64), 0, np.int64(17)
    for i in range(low, high):
        if label[account[i]] == g:
            mark = (mark * np.int64(1_000_003)) ^ time[i] ^ (np.int64(account[i]) << 20)
            own[n] = time[i]
            n += 1
    return own, mark


@njit(cache=True, nogil=True)
def _by(keys: Any, size: int) -> Any:
    """Positions of each key 0..size-1 (negative keys have none): `at[start[k]:start[k + 1]]`, ascending."""
    start = np.zeros(size + 1, np.int64)
    for key in keys:
        if key >= 0:
            start[key + 1] += 1
    for k in range(size):
        start[k + 1] += start[k]
    at, cursor = np.empty(start[size], np.int32), start[:size].copy()
    for i in range(len(keys)):
        if keys[i] >= 0:
            at[cursor[keys[i]]] = i
            cursor[keys[i]] += 1
    return start, at


@njit(cache=True, nogil=True)
def _usual(apart: Any, start: Any, account: Any, time: Any, cap: int) -> Any:
    """How many accounts set apart share each object, and the objects that no group is compared with: two of those share
    them, or nobody follows anybody within `cap`."""
    count, barred = np.zeros(len(start) - 1, np.int32), np.empty(len(start) - 1, np.bool_)
    for o in range(len(barred)):
        near = False
        for i in range(start[o], start[o + 1]):
            count[o] += apart[account[i]]
            if i > start[o] and time[i] - time[i - 1] <= cap:
                near = True
        barred[o] = count[o] >= 2 or not near
    return count, barred


@njit(cache=True, nogil=True)
def _bar(barred: Any, usual: Any, count: Any, sign: int, group: Any, apart: Any, of_account: Any, mine: Any) -> None:
    """Bar the objects that two of the group's accounts, or of those set apart, share (sign 1), or undo it (-1)."""
    for member in group:
        if apart[member]:
            continue  # counted already
        for i in range(of_account[member], of_account[member + 1]):
            o = mine[i]
            count[o] += sign
            barred[o] = usual[o] or count[o] >= 2


@njit(cache=True, nogil=True)
def _rank(
    own: Any,
    part: float,
    kind: int,
    lowest: int,
    kind_start: Any,
    kind_member: Any,
    barred: Any,
    start: Any,
    time: Any,
    cap: int,
    draws: int,
) -> float:
    below, made = 0.0, 0
    for k in range(kind, lowest - 1, -1):
        pool = kind_member[kind_start[k] : kind_start[k + 1]]
        for _ in range(TRIES * draws):
            d = pool[np.random.randint(len(pool))]
            if barred[d]:
                continue
            low, high = start[d], start[d + 1]
            need = min(high - low, max(2, round(part * (high - low))))
            value, gap = _thinned(time[low:high], need, cap), _thinned(own, need, cap)
            if value >= 0 and gap >= 0:
                made += 1
                below += 1.0 if value < gap else 0.5 if value == gap else 0.0
            if made == draws:
                break
        if made >= LEAST:
            return (below + 0.5) / (made + 1)
    return np.nan


@njit(cache=True, nogil=True)
def _thinned(times: Any, need: int, cap: int) -> float:
    """Mean log gap of as many of the times, taken at random; -1 where no gap is left."""
    total, gaps, last = 0.0, 0, np.int64(-1)
    for i in range(len(times)):
        if need == 0:
            break
        left = len(times) - i
        if need >= left or np.random.random() * left < need:
            need -= 1
            if last >= 0 and times[i] - times[last] <= cap:
                total += np.log1p((times[i] - times[last]) / 1e6)
                gaps += 1
            last = np.int64(i)
    return total / gaps if gaps else -1.0
