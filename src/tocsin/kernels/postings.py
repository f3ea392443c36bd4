"""An inverted index: for each feature the texts that hold it and how often; scores of all texts for a question."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.features import Features
from tocsin.kernels.utf8 import Ints, Longs

Floats = npt.NDArray[np.float32]
ROWS_MAX = 1 << 24


class Postings(NamedTuple):
    """Feature keys[k] (ascending) stands in the texts rows[starts[k]:starts[k + 1]], counts[...] times each."""

    keys: npt.NDArray[np.uint32]
    starts: Longs
    rows: Ints
    counts: npt.NDArray[np.uint8]


def invert(features: Features, first: int = 0) -> Postings:
    """The index of texts first, first + 1, ...; `ValueError` past 2^24 texts."""
    rows = np.repeat(np.arange(features.offsets.size - 1, dtype=np.uint64), np.diff(features.offsets))
    if features.offsets.size + first > ROWS_MAX:
        raise ValueError(f"an index holds at most {ROWS_MAX:,} texts; divide them")
    packed = features.hashes.astype(np.uint64) << np.uint64(32) | rows << np.uint64(8) | features.counts
    return _unpacked(packed, first)


def merged(one: Postings, other: Postings) -> Postings:
    """Both as one; the rows of `other` lie behind those of `one`."""
    return _unpacked(np.concatenate([_packed(one), _packed(other)]), 0)


def _packed(postings: Postings) -> Any:
    keys = np.repeat(postings.keys.astype(np.uint64), np.diff(postings.starts))
    return keys << np.uint64(32) | postings.rows.astype(np.uint64) << np.uint64(8) | postings.counts


def _unpacked(packed: Any, first: int) -> Postings:
    packed.sort()
    hashes = (packed >> np.uint64(32)).astype(np.uint32)
    begins = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1])) if hashes.size else np.zeros(0, np.int64)
    rows = (packed >> np.uint64(8) & np.uint64(0xFFFFFF)).astype(np.int32) + np.int32(first)
    counts = (packed & np.uint64(0xFF)).astype(np.uint8)
    return Postings(hashes[begins], np.append(begins, hashes.size).astype(np.int64), rows, counts)


@njit(cache=True, nogil=True)
def norms(starts: Any, rows: Any, counts: Any, idf: Any, out: Any) -> None:
    """Add to out[row] the squared TF-IDF weight of each posting; idf by feature."""
    for k in range(starts.size - 1):
        weight = idf[k]
        for at in range(starts[k], starts[k + 1]):
            value = (1.0 + np.log(counts[at])) * weight
            out[rows[at]] += value * value


@njit(cache=True, nogil=True)
def add_cosine(scores: Any, starts: Any, rows: Any, counts: Any, places: Any, weights: Any) -> None:
    """Add weights[q] * (1 + ln count) to each text that holds feature places[q] (-1: none does)."""
    table = np.zeros(256, np.float32)
    for n in range(1, 256):
        table[n] = 1.0 + np.log(n)
    for q in range(places.size):
        if places[q] >= 0:
            weight = weights[q]
            for at in range(starts[places[q]], starts[places[q] + 1]):
                scores[rows[at]] += weight * table[counts[at]]


@njit(cache=True, nogil=True)
def add_bm25(
    scores: Any, starts: Any, rows: Any, counts: Any, places: Any, weights: Any, longer: Any, k1: float
) -> None:
    """Add weights[q] * count * (k1 + 1) / (count + longer[row]) to each text that holds feature places[q]."""
    for q in range(places.size):
        if places[q] >= 0:
            weight = weights[q] * (k1 + 1.0)
            for at in range(starts[places[q]], starts[places[q] + 1]):
                scores[rows[at]] += weight * counts[at] / (counts[at] + longer[rows[at]])
