"""Small things the text and hash searches share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

PAIRS_MAX = 1 << 27  # 1.6 GB
_FEW = 48  # up to this many insertion sort is the fastest


@njit(cache=True, nogil=True)
def popcount(word: Any) -> Any:
    """Bits set in a 64-bit word (the form compilers turn into one instruction)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def grown(array: Any) -> Any:
    """A copy with twice the room. `OverflowError` where the pairs pass `PAIRS_MAX`."""
    if array.size >= PAIRS_MAX:
        raise OverflowError("more than 134,217,728 near pairs; ask for clusters, which need no list of pairs")
    larger = np.empty(array.size * 2, array.dtype)
    larger[: array.size] = array
    return larger


@njit(cache=True, nogil=True)
def sort_few(values: Any) -> None:
    """Sort numbers, mostly few, in place."""
    if values.size > _FEW:
        values[:] = np.sort(values)
        return
    for i in range(1, values.size):
        value, j = values[i], i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
