"""Near-identical pictures: pairs and clusters of perceptual hashes by Hamming distance, none missed.

Multi-index search (Norouzi, Punjani and Fleet 2012): a hash is read as chunks of 16 bits, four to a word. Two hashes
within the radius differ little in at least one chunk: the radius is shared out so that the chunks' limits t, each plus
one, add up to radius + 1. Each chunk is looked up in a table under all values within its limit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.pairs import grown, popcount
from tocsin.kernels.utf8 import Hashes, Ints, Longs, Texts, utf8

_VALUES = 1 << 16


class ParsedHashes(NamedTuple):
    """Hashes (uint64, shape (n, words)), the rows they come from, and the rows that hold none."""

    rows: Longs
    hashes: Hashes
    malformed: Longs


class HammingPairs(NamedTuple):
    """Pairs i < j (int32 row numbers) with their distance in bits (int32), and how many candidates it took."""

    i: Ints
    j: Ints
    distance: Ints
    candidates: int


class HammingClusters(NamedTuple):
    """For each hash the row number of its cluster's first member and the distance to it in bits (int32)."""

    first: Ints
    distance: Ints
    candidates: int


def parse_hashes(texts: Texts, bits: int) -> ParsedHashes:
    """Read hashes of so many bits (64, or 256 for PDQ) from hexadecimal digits of either case, highest first.

    A row that is null, of another length or not hexadecimal is malformed.
    """
    if bits <= 0 or bits % 64:
        raise ValueError(f"hashes of a multiple of 64 bits are needed, not {bits}")
    data, offsets = utf8(texts)
    hashes, good = _parse(data, offsets, bits // 64)
    return ParsedHashes(np.flatnonzero(good), hashes[good], np.flatnonzero(~good))


def hamming_pairs(hashes: Hashes, radius: int) -> HammingPairs:
    """All pairs of distinct hashes (uint64, shape (n, words)) within `radius` bits of each other, exact.

    Equal hashes are collapsed first: each stands for its first row, and no pair has distance 0. Usual radii: 10 for
    64-bit hashes, 31 for PDQ (256 bits). `OverflowError` past 2^27 pairs.
    """
    first, _ = _distinct(hashes)
    i, j, distance, candidates = _search(hashes[first], *plan(hashes, radius), radius, True)
    return HammingPairs(first[i], first[j], distance, int(candidates))


def hamming_clusters(hashes: Hashes, radius: int) -> HammingClusters:
    """Cluster hashes (uint64, shape (n, words)) around the first of their kind.

    In row order each joins the cluster whose first member is nearest, if that is within `radius` (the earlier one on a
    tie), else it starts its own: every member is within the radius of the first one, chains do not merge.
    """
    first, group = _distinct(hashes)
    leader, _, distance, candidates = _search(hashes[first], *plan(hashes, radius), radius, False)
    return HammingClusters(first[leader][group], distance[group], int(candidates))


def _distinct(hashes: Hashes) -> tuple[Ints, Longs]:
    """First row of each distinct hash, ascending, and for each row which of them it equals."""
    if hashes.ndim != 2 or hashes.dtype != np.uint64:
        raise ValueError(f"hashes: uint64 of shape (n, words) is needed, not {hashes.dtype} of shape {hashes.shape}")
    _, first, group = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return first[order].astype(np.int32), rank[group]


def plan(hashes: Hashes, radius: int) -> tuple[npt.NDArray[np.uint16], Longs]:
    """All 16-bit masks by number of set bits, and how many of them each chunk is looked up under."""
    chunks = 4 * hashes.shape[1]
    if not 0 <= radius <= 16 * chunks:
        raise ValueError(f"radius: 0 to {16 * chunks} bits are possible, not {radius}")
    share, rest = divmod(radius + 1, chunks)
    limits = share - 1 + (np.arange(chunks) < rest)
    bits = np.bitwise_count(np.arange(_VALUES, dtype=np.uint16))
    return np.argsort(bits, kind="stable").astype(np.uint16), np.cumsum(np.bincount(bits, minlength=18))[limits] * (
        limits >= 0
    )


@njit(cache=True, nogil=True)
def _parse(data: Any, offsets: Any, words: int) -> Any:
    rows = offsets.size - 1
    hashes = np.zeros((rows, words), np.uint64)
    good = np.zeros(rows, np.bool_)
    for r in range(rows):
        good[r] = offsets[r + 1] - offsets[r] == 16 * words
        for k in range(16 * words if good[r] else 0):
            byte = data[offsets[r] + k]
            digit = byte - 48 if byte < 58 else (byte | 32) - 87
            if byte < 48 or digit < 0 or digit > 15 or (byte >= 58 and digit < 10):
                good[r] = False
                break
            hashes[r, k // 16] = hashes[r, k // 16] << np.uint64(4) | np.uint64(digit)
    return hashes, good


@njit(cache=True, nogil=True)
def chunk_of(hashes: Any, row: int, chunk: int) -> Any:
    """Sixteen bits of a hash."""
    return np.int64(hashes[row, chunk // 4] >> np.uint64(16 * (chunk % 4)) & np.uint64(0xFFFF))


@njit(cache=True, nogil=True)
def table_starts(hashes: Any, chunks: int) -> Any:
    """Where the part of each value begins in each chunk's table."""
    begin = np.zeros((chunks, _VALUES + 1), np.int64)
    for c in range(chunks):
        for row in range(hashes.shape[0]):
            begin[c, chunk_of(hashes, row, c) + 1] += 1
        for value in range(_VALUES):
            begin[c, value + 1] += begin[c, value]
    return begin


@njit(cache=True, nogil=True)
def _search(hashes: Any, masks: Any, probes: Any, radius: int, all_pairs: bool) -> Any:
    """Find for each hash the earlier ones within the radius; see `hamming_pairs` and `hamming_clusters`.

    For all pairs every hash is entered into the tables, for clusters only the first member of each.
    """
    rows, chunks = hashes.shape[0], probes.size
    begin = table_starts(hashes, chunks)
    filled = begin.copy()
    entries = np.empty((chunks, rows), np.int32)
    seen = np.full(rows, -1, np.int32)
    room = 1024 if all_pairs else rows
    left, right, distance = np.empty(room, np.int32), np.empty(room, np.int32), np.zeros(room, np.int32)
    n = candidates = 0
    for x in range(rows):
        best, nearest = x, radius + 1
        for c in range(chunks):
            value = chunk_of(hashes, x, c)
            for probe in range(probes[c]):
                near = value ^ np.int64(masks[probe])
                candidates += filled[c, near] - begin[c, near]
                for e in range(begin[c, near], filled[c, near]):
                    y = entries[c, e]
                    bits = bits_apart(hashes, x, hashes, y, radius)
                    if bits > radius or seen[y] == x:
                        continue
                    seen[y] = x
                    if all_pairs:
                        if n == left.size:
                            left, right, distance = grown(left), grown(right), grown(distance)
                        left[n], right[n], distance[n] = y, x, bits
                        n += 1
                    elif bits < nearest or (bits == nearest and y < best):
                        best, nearest = y, bits
        if not all_pairs:
            left[x] = best
            distance[x] = nearest if best < x else 0
        if all_pairs or best == x:
            for c in range(chunks):
                place = filled[c, chunk_of(hashes, x, c)]
                entries[c, place] = x
                filled[c, chunk_of(hashes, x, c)] += 1
    if all_pairs:
        left, right, distance = left[:n].copy(), right[:n].copy(), distance[:n].copy()
    return left, right, distance, candidates


@njit(cache=True, nogil=True)
def bits_apart(ones: Any, x: int, others: Any, y: int, radius: int) -> Any:
    """Bits in which hash x of `ones` and hash y of `others` differ; some number above the radius once it is passed."""
    bits = 0
    for word in range(ones.shape[1]):
        bits += popcount(ones[x, word] ^ others[y, word])
        if bits > radius:
            break
    return bits
