"""Put shares in order: by object, then time, then account."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

_SHORT = 24  # below this many rows insertion sort is the fastest


def codes(values: npt.ArrayLike, name: str) -> Ints:
    """Integer codes as int32 from 0, dense enough to index an array by. Sparse or wide codes are ranked anew, which
    keeps their order; `ValueError` for a negative or non-integer code."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name}: a one-dimensional array of integer codes is needed, not {array.dtype}")
    if array.size >= 2**31 - 2:
        raise ValueError(f"{name}: {array.size:,} rows in one call; at most 2^31 - 3, partition by object first")
    if array.size and array.min() < 0:
        raise ValueError(f"{name}: codes start at 0, found {array.min()}")
    if array.size and array.max() > 4 * array.size + 65_536:
        array = np.unique(array, return_inverse=True)[1]
    return np.require(array, np.int32, ["C", "W"])


def times(values: npt.ArrayLike, rows: int) -> Longs:
    """Times as int64 microseconds, writable and contiguous; `ValueError` unless there is one for each row."""
    array = np.asarray(values)
    if array.shape != (rows,) or (rows and array.dtype.kind not in "iu"):
        raise ValueError(f"time: {rows:,} integers are needed, got {array.dtype} of shape {array.shape}")
    return np.require(array, np.int64, ["C", "W"])


@njit(cache=True, nogil=True)
def _sort_slice(keys: Any, order: Any, low: int, high: int) -> None:
    """Sort keys[low:high], and order with it, stably."""
    if high - low <= _SHORT:
        for i in range(low + 1, high):
            key, row, j = keys[i], order[i], i
            while j > low and keys[j - 1] > key:
                keys[j], order[j] = keys[j - 1], order[j - 1]
                j -= 1
            keys[j], order[j] = key, row
        return
    for i in range(low + 1, high):
        if keys[i] < keys[i - 1]:
            place = np.argsort(keys[low:high], kind="mergesort")
            keys[low:high] = keys[low:high][place]
            order[low:high] = order[low:high][place]
            return


@njit(cache=True, nogil=True)
def _sort_ties(clock: Any, order: Any, account: Any, low: int, high: int) -> None:
    """Sort rows of equal time by account."""
    i = low
    while i < high - 1:
        j = i + 1
        while j < high and clock[j] == clock[i]:
            j += 1
        if j - i > 1:
            _sort_slice(account[order[i:j]], order[i:j], 0, j - i)
        i = j


@njit(cache=True, nogil=True)
def by_object(obj: Any, account: Any, time: Any) -> Any:
    """Counting sort by object, then by time and account inside each object.

    Takes codes as `codes` makes them and int64 times. Returns the order (int32 row numbers), the times in that order,
    both with one unused place at each end for a guard, and the start of each object's slice (one more than there are
    object codes; the first is 1).
    """
    rows = obj.size
    objects = obj.max() + 1 if rows else 0
    starts = np.zeros(objects + 1, np.int64)
    starts[0] = 1
    for i in range(rows):
        starts[obj[i] + 1] += 1
    for k in range(objects):
        starts[k + 1] += starts[k]
    order = np.empty(rows + 2, np.int32)
    clock = np.empty(rows + 2, np.int64)
    place = starts[:objects].copy()
    for i in range(rows):
        at = place[obj[i]]
        place[obj[i]] = at + 1
        order[at] = i
        clock[at] = time[i]
    for k in range(objects):
        if starts[k + 1] - starts[k] > 1:
            _sort_slice(clock, order, starts[k], starts[k + 1])
            _sort_ties(clock, order, account, starts[k], starts[k + 1])
    return order, clock, starts


def sort_shares(obj: npt.ArrayLike, account: npt.ArrayLike, time_us: npt.ArrayLike) -> Ints:
    """Row numbers in the order object, time, account; equal rows keep their order.

    obj, account: integer codes from 0, length n; time_us: integer microseconds, length n. Linear where the rows come
    in time order, n log(rows of one object) otherwise. `ValueError` for codes or lengths that do not fit.
    """
    objects, accounts = codes(obj, "obj"), codes(account, "account")
    if objects.size != accounts.size:
        raise ValueError(f"obj has {objects.size:,} rows, account {accounts.size:,}")
    order: Ints = by_object(objects, accounts, times(time_us, objects.size))[0][1:-1]
    return order
