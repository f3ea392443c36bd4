"""Look-up of perceptual hashes among many: all within a radius, none missed.

The tables of `tocsin.kernels.hamming`, filled once and asked often: multi-index search (Norouzi, Punjani and Fleet
2012) over chunks of 16 bits. Beside each row stand two words of its hash, in table order: most candidates are refused
by them without a jump to the hash itself, which doubles the speed and takes 16 bytes a row and chunk.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tocsin.kernels.hamming import bits_apart, chunk_of, plan, table_starts
from tocsin.kernels.pairs import grown, popcount
from tocsin.kernels.utf8 import Hashes, Ints, Longs


class HammingIndex(NamedTuple):
    """Hashes (uint64, shape (n, words)); where each chunk's values begin in its table; the rows in table order, and two
    words of each (one, where there is but one)."""

    hashes: Hashes
    begin: Longs
    rows: Ints
    beside: Hashes


class Hits(NamedTuple):
    """Pairs of a query's row and an indexed row (int32) with their distance in bits (int32), ordered by query, then
    distance, then row."""

    query: Ints
    row: Ints
    distance: Ints


def build(hashes: Hashes) -> HammingIndex:
    """Index hashes (uint64, shape (n, words)); equal ones are all kept."""
    if hashes.ndim != 2 or hashes.dtype != np.uint64:
        raise ValueError(f"hashes: uint64 of shape (n, words) is needed, not {hashes.dtype} of shape {hashes.shape}")
    kept = np.ascontiguousarray(hashes)
    begin = table_starts(kept, 4 * kept.shape[1])
    return HammingIndex(kept, begin, *_filled(kept, begin))


def search(index: HammingIndex, queries: Hashes, radius: int) -> Hits:
    """Every indexed hash within `radius` bits of a query (uint64, shape (m, words)), exact."""
    if queries.ndim != 2 or queries.dtype != np.uint64 or queries.shape[1] != index.hashes.shape[1]:
        raise ValueError(f"queries: uint64 of shape (m, {index.hashes.shape[1]}) is needed")
    masks, probes = plan(index.hashes, radius)
    query, row, distance = _lookup(*index, np.ascontiguousarray(queries), masks, probes, radius)
    order = np.lexsort((row, distance, query))
    return Hits(query[order], row[order], distance[order])


@njit(cache=True, nogil=True)
def _filled(hashes: Any, begin: Any) -> Any:
    chunks = begin.shape[0]
    place = begin.copy()
    words = hashes.shape[1]
    rows = np.empty((chunks, hashes.shape[0]), np.int32)
    beside = np.empty((chunks, hashes.shape[0], min(2, words)), np.uint64)
    for c in range(chunks):
        for row in range(hashes.shape[0]):
            value = chunk_of(hashes, row, c)
            at = place[c, value]
            rows[c, at] = row
            for word in range(beside.shape[2]):
                beside[c, at, word] = hashes[row, (c // 4 + 1 + word) % words]
            place[c, value] += 1
    return rows, beside


@njit(cache=True, nogil=True)
def _lookup(hashes: Any, begin: Any, rows: Any, beside: Any, queries: Any, masks: Any, probes: Any, radius: int) -> Any:
    seen = np.full(hashes.shape[0], -1, np.int32)
    query, found, distance = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32)
    n, words = 0, hashes.shape[1]
    for q in range(queries.shape[0]):
        for c in range(probes.size):
            value = chunk_of(queries, q, c)
            one, other = queries[q, (c // 4 + 1) % words], queries[q, (c // 4 + 2) % words]
            for probe in range(probes[c]):
                near = value ^ np.int64(masks[probe])
                for e in range(begin[c, near], begin[c, near + 1]):
                    bits = popcount(one ^ beside[c, e, 0])
                    if words > 1:
                        bits += popcount(other ^ beside[c, e, 1])
                    if bits > radius:
                        continue
                    row = rows[c, e]
                    bits = bits_apart(queries, q, hashes, row, radius)
                    if bits > radius or seen[row] == q:
                        continue
                    seen[row] = q
                    if n == found.size:
                        query, found, distance = grown(query), grown(found), grown(distance)
                    query[n], found[n], distance[n] = q, row, bits
                    n += 1
    return query[:n].copy(), found[:n].copy(), distance[:n].copy()
