"""What texts are searched by: each text's words or character n-grams, hashed, with how often they stand in it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.pairs import sort_few
from tocsin.kernels.text import Prepared, Tokens, normalise, prepare, space_for_longest
from tocsin.kernels.utf8 import DENSE, WORD, Longs, Texts, table

_SEED, _FACTOR = np.uint64(0x13198A2E03707344), np.uint64(0x9E3779B97F4A7C15)
_BLANK, _UNDERSCORE = 32, 95
SHINGLE = 5  # characters by which near copies are told


class Features(NamedTuple):
    """Those of text r: hashes[offsets[r]:offsets[r + 1]], uint32, ascending, each once; and how often (at most 255)."""

    offsets: Longs
    hashes: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]


def words(texts: Texts | Prepared) -> Features:
    """Words, cut as `text.tokenise` cuts them: runs of letters and numbers, pairs of characters in dense scripts."""
    return features(texts, 0, 0)


def features(texts: Texts | Prepared, low: int, high: int) -> Features:
    """Character n-grams of low to high characters inside words, a blank at either end of a word counted as one.

    Texts are normalised as by `text.text_hash`. In scripts written without spaces one to three characters are taken
    instead, without blanks. With low = high = 0 these are whole words. Hashes are 32 bits wide: among a million
    different n-grams one in 4,000 shares its hash with another.
    """
    data, offsets, start, end = texts if isinstance(texts, Prepared) else prepare(texts)
    return Features(*_features(data, offsets, *table(), start, end, low, high))


def shingles(texts: Texts | Prepared, size: int, rows: Longs | None = None) -> Tokens:
    """The set of character n-grams of each text, or of each of the given rows (ascending).

    These are all runs of `size` characters of the normalised text, blanks and punctuation included; a shorter text is
    one. uint64, as `near` wants them.
    """
    data, offsets, start, end = texts if isinstance(texts, Prepared) else prepare(texts)
    chosen = np.arange(offsets.size - 1) if rows is None else rows
    return Tokens(*_shingles(data, offsets, chosen, *table(), start, end, size))


@njit(cache=True, nogil=True)
def _shingles(data: Any, offsets: Any, rows: Any, flags: Any, fold: Any, start: Any, end: Any, size: int) -> Any:
    places = np.zeros(rows.size + 1, np.int64)
    room = 1
    for r in rows:
        room += offsets[r + 1] - offsets[r] + 1
    hashes = np.empty(room, np.uint64)
    codes, words = space_for_longest(offsets)
    at, skip = 0, 0
    for m in range(rows.size):
        r = rows[m]
        while skip < start.size and start[skip] < offsets[r]:
            skip += 1
        n, skip = normalise(data, offsets[r], offsets[r + 1], flags, fold, start, end, skip, codes)
        count = min(n, max(1, n - size + 1))
        for i in range(count):
            state = _SEED
            for j in range(i, min(n, i + size)):
                state = _mix(state, codes[j])
            words[i] = _spread(state)
        sort_few(words[:count])
        for k in range(count):
            if k == 0 or words[k] != words[k - 1]:
                hashes[at] = words[k]
                at += 1
        places[m + 1] = at
    return places, hashes[:at].copy()


@njit(cache=True, nogil=True)
def _features(data: Any, offsets: Any, flags: Any, fold: Any, start: Any, end: Any, low: int, high: int) -> Any:
    rows = offsets.size - 1
    places = np.zeros(rows + 1, np.int64)
    codes, _ = space_for_longest(offsets)
    most = 8 * codes.size + 16 if high == 0 else (high + 4) * (codes.size + 2) * 2
    found = np.empty(most, np.uint32)
    hashes, counts = np.empty(1024, np.uint32), np.empty(1024, np.uint8)
    at, skip = 0, 0
    for r in range(rows):
        n, skip = normalise(data, offsets[r], offsets[r + 1], flags, fold, start, end, skip, codes)
        seen = np.sort(found[: _walk(codes, n, flags, low, high, found)])
        while at + seen.size > hashes.size:
            hashes, counts = _grown(hashes), _grown(counts)
        k = 0
        while k < seen.size:
            j = k
            while j < seen.size and seen[j] == seen[k]:
                j += 1
            hashes[at], counts[at] = seen[k], min(j - k, 255)
            at += 1
            k = j
        places[r + 1] = at
    return places, hashes[:at].copy(), counts[:at].copy()


@njit(cache=True, nogil=True)
def _grown(array: Any) -> Any:
    larger = np.empty(array.size * 2, array.dtype)
    larger[: array.size] = array
    return larger


@njit(cache=True, nogil=True)
def _walk(codes: Any, n: int, flags: Any, low: int, high: int, found: Any) -> int:
    """Write the hashes of all features of codes[:n]; return how many."""
    count = k = 0
    while k < n:
        flag = flags[codes[k]]
        if not flag & WORD or codes[k] == _UNDERSCORE:
            k += 1
            continue
        begin, dense = k, flag & DENSE
        while k < n and flags[codes[k]] & WORD and flags[codes[k]] & DENSE == dense and codes[k] != _UNDERSCORE:
            k += 1
        if dense:
            count = _slices(codes, begin, k, 1 if high else 2, 3 if high else 2, found, count)
            if not high and k - begin == 1:
                count = _slices(codes, begin, k, 1, 1, found, count)
        elif high:
            count = _padded(codes, begin, k, low, high, found, count)
        else:
            count = _slices(codes, begin, k, k - begin, k - begin, found, count)
    return count


@njit(cache=True, nogil=True)
def _slices(codes: Any, begin: int, end: int, low: int, high: int, found: Any, count: int) -> int:
    for i in range(begin, end):
        state = _SEED
        for j in range(i, min(end, i + high)):
            state = _mix(state, codes[j])
            if j - i + 1 >= low:
                found[count] = _finish(state)
                count += 1
    return count


@njit(cache=True, nogil=True)
def _padded(codes: Any, begin: int, end: int, low: int, high: int, found: Any, count: int) -> int:
    """As `_slices` with a blank before and behind; a word shorter than `low` with its blanks is one feature."""
    size = end - begin + 2
    low = min(low, size)
    for i in range(size):
        state = _SEED
        for j in range(i, min(size, i + high)):
            state = _mix(state, codes[begin + j - 1] if 0 < j < size - 1 else _BLANK)
            if j - i + 1 >= low:
                found[count] = _finish(state)
                count += 1
    return count


@njit(cache=True, nogil=True)
def _mix(state: Any, code: int) -> Any:
    state = (state ^ np.uint64(code)) * _FACTOR
    return state ^ (state >> np.uint64(29))


@njit(cache=True, nogil=True)
def _finish(state: Any) -> Any:
    return np.uint32(_spread(state) >> np.uint64(32))


@njit(cache=True, nogil=True)
def _spread(state: Any) -> Any:
    """Spread every bit over all others (the finaliser of MurmurHash3)."""
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return state ^ (state >> np.uint64(33))
