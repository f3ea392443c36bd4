"""Deal shares into parts in which pairs of accounts can be counted apart from each other.

Accounts fall into groups by a hash of their code; a part holds the pairs of two groups. Two pointers over the rows of
an object, in order of time, tell which groups stand near a row; the row goes to the part of its own group with each of
them and nowhere else. A part so holds every row that its pairs need, and rows near nobody are dropped. With G groups a
row goes to at most G parts, and to no more than it has rows near it: the grid that Afrati and Ullman (2010) give for
joins by sharing, restricted to what can meet.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.sorting import Ints, by_object, codes, times


class Dealt(NamedTuple):
    """Rows (int32 row numbers of the input) and the part that each goes to."""

    row: Ints
    part: Ints


def group_of(account: npt.ArrayLike, groups: int) -> Ints:
    """The group 0 to groups - 1 of each account: its code through the finaliser of SplitMix64 (Steele et al. 2014),
    the same on every machine."""
    bits = np.asarray(account).astype(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Ints = ((bits ^ (bits >> np.uint64(31))) % np.uint64(groups)).astype(np.int32)
    return found


def part_of(one: Ints, two: Ints) -> Ints:
    """The part of the pairs between two groups, in either order: 0 to G (G + 1) / 2 - 1."""
    high, low = np.maximum(one, two), np.minimum(one, two)
    found: Ints = high * (high + 1) // 2 + low
    return found


@njit(cache=True, nogil=True)
def _deal(account: Any, group: Any, own: Any, order: Any, time: Any, starts: Any, window: int, groups: int) -> Any:
    row, part, n = np.empty(order.size + groups, np.int32), np.empty(order.size + groups, np.int32), 0
    near = np.zeros(groups, np.int64)
    seen = np.full(groups, -1, np.int64)
    for k in range(starts.size - 1):
        low = high = starts[k]
        for i in range(starts[k], starts[k + 1]):
            while high < starts[k + 1] and time[high] - time[i] <= window:
                near[group[order[high]]] += 1
                high += 1
            while time[i] - time[low] > window:
                near[group[order[low]]] -= 1
                low += 1
            here = order[i]
            if high - low == 1 or not own[here]:
                continue
            if n + groups > row.size:
                row = np.concatenate((row, np.empty(row.size, np.int32)))
                part = np.concatenate((part, np.empty(part.size, np.int32)))
            g = group[here]
            few = high - low <= groups
            for j in range(low, high) if few else range(groups):
                if few:
                    h = group[order[j]]
                    met = account[order[j]] != account[here] and seen[h] != i
                    seen[h] = i if met else seen[h]
                else:
                    h = j
                    met = near[h] > (h == g)
                if met:
                    row[n] = here
                    part[n] = max(g, h) * (max(g, h) + 1) // 2 + min(g, h)
                    n += 1
        for i in range(low, high):
            near[group[order[i]]] = 0
    return row[:n].copy(), part[:n].copy()


def deal(
    obj: npt.ArrayLike, account: npt.ArrayLike, time_us: npt.ArrayLike, window_us: int, *, groups: int, own: Any = None
) -> Dealt:
    """Which rows go to which parts, for pairs of rows of one object within `window_us` of two accounts.

    Input as for `coshare.coshare`; account codes below 2^31. Rows that are not `own` (mask; all where None) stand near
    others but are not dealt themselves. Every pair of rows within the window stands in the part of its accounts'
    groups (`group_of`, `part_of`); rows that need not be there may stand there too.
    """
    accounts = np.asarray(account)
    objects = codes(obj, "obj")
    mask = np.ones(objects.size, np.bool_) if own is None else np.asarray(own, np.bool_)
    order, time, starts = by_object(objects, codes(accounts, "account"), times(time_us, objects.size))
    return Dealt(*_deal(accounts, group_of(accounts, groups), mask, order, time, starts, window_us, groups))
