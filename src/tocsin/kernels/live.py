"""What a sliding span of a stream is reduced to, and ties that hold each other: hashes of strings, triangles."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.utf8 import Hashes, Texts, utf8

_SEED = np.uint64(0x243F6A8885A308D3)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def hash_strings(values: Texts) -> Hashes:
    """A 64-bit hash of the bytes of each string (uint64); a null counts as the empty string. Not keyed: who wants two
    strings with one hash can make them, so what hangs on equality is read again from the strings."""
    return np.asarray(_hash(*utf8(values)), np.uint64)


@njit(cache=True, nogil=True)
def _hash(data: Any, offsets: Any) -> Any:
    out = np.empty(offsets.size - 1, np.uint64)
    for r in range(out.size):
        state = _SEED
        for i in range(offsets[r], offsets[r + 1]):
            state = (state ^ np.uint64(data[i])) * _FACTOR
            state ^= state >> np.uint64(32)
        state = (state ^ (state >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        state = (state ^ (state >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        out[r] = state ^ (state >> np.uint64(33))
    return out


@njit(cache=True, nogil=True)
def in_triangles(start: Any, other: Any, a: Any, b: Any) -> npt.NDArray[np.bool_]:
    """Which of the edges a[e], b[e] have a third account that is tied to both. other[start[x]:start[x + 1]] are the
    accounts tied to x, ascending."""
    out = np.zeros(a.size, np.bool_)
    for e in range(a.size):
        i, j = start[a[e]], start[b[e]]
        while i < start[a[e] + 1] and j < start[b[e] + 1]:
            if other[i] == other[j]:
                out[e] = True
                break
            if other[i] < other[j]:
                i += 1
            else:
                j += 1
    return out
