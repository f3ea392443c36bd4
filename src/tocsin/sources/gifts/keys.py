"""64-bit keys of columns, to compare and join millions of rows without building tables of strings.

A string's key is the sum over its bytes of T[byte] * P^place modulo 2^64 with T a fixed random table (polynomial
hashing): two different strings of a table of 10 million rows share a key with probability about 10^-5.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc

Keys: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint64]]
Ints: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_TABLE = np.random.default_rng(20_160_111).integers(1, 1 << 63, 256, np.uint64)
_NULL = np.uint64(0xD6E8FEB86659FD93)
_powers: dict[np.uint64, Keys] = {}


def _powers_of(base: np.uint64, size: int) -> Keys:
    held = _powers.get(base)
    if held is None or len(held) < size:
        held = np.full(max(size, 1 << 16), base, np.uint64)
        held[0] = 1
        np.cumprod(held, out=held)
        _powers[base] = held
    return held[:size]


def key(column: Any) -> Keys:
    """The keys of a column of strings (one piece or chunked); nulls share one key."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_key(piece) for chunk in chunks for piece in _pieces(chunk)]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)


def _pieces(chunk: Array) -> list[Array]:
    """Pieces small enough for the tables of powers to stay small."""
    return [chunk.slice(start, 1 << 16) for start in range(0, len(chunk), 1 << 16)]


def _key(column: Array) -> Keys:
    size = len(column)
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + size + 1]
    if data is None or ends[-1] == ends[0]:
        made = np.zeros(size, np.uint64)
    else:
        raw = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
        sums = np.zeros(len(raw) + 1, np.uint64)
        np.cumsum(_TABLE[raw] * _powers_of(_ODD, len(raw)), out=sums[1:])
        ends = ends - ends[0]
        made = mixed((sums[ends[1:]] - sums[ends[:-1]]) * _powers_of(_INVERSE, len(raw) + 1)[ends[:-1]])
    if column.null_count:
        made[column.is_null().to_numpy(zero_copy_only=False)] = _NULL
    return made


def mixed(keys: Keys) -> Keys:
    """The finaliser of SplitMix64: every bit of the input reaches every bit of the output."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def joint(*parts: Keys | Ints) -> Keys:
    """One key of several columns' keys or whole numbers."""
    made = mixed(parts[0].astype(np.uint64))
    for part in parts[1:]:
        made = mixed(made * np.uint64(3) + part.astype(np.uint64))
    return made


def folded(column: Any) -> Keys:
    """Keys of strings without regard to case."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_key(pc.utf8_upper(piece)) for chunk in chunks for piece in _pieces(chunk)]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)


def numbered(column: Any) -> Ints:
    """The distinct strings of a column without nulls as numbers from 0."""
    chunks: list[Any] = column.dictionary_encode().unify_dictionaries().chunks
    parts = [chunk.indices.to_numpy(zero_copy_only=False).astype(np.int64) for chunk in chunks]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def one_to_one(left: Keys, right: Keys) -> Ints:
    """For each left row the position of a right row with the same key: the first takes the first, the second the
    second, and so on; -1 where none is left."""
    likely = among(right, left)
    found = find(_ranked(left), _ranked(right[likely]))
    found[found >= 0] = likely[found[found >= 0]]
    return found


def among(keys: Keys, wanted: Keys) -> Ints:
    """Positions of the rows whose key is one of those wanted."""
    low = np.uint64((1 << 24) - 1)
    marked = np.zeros(1 << 24, bool)
    marked[(wanted & low).astype(np.int64)] = True
    likely = np.flatnonzero(marked[(keys & low).astype(np.int64)])  # few of many rows are left to compare in full
    return likely[np.isin(keys[likely], wanted)]


def _ranked(keys: Keys) -> Keys:
    """Keys told apart by how often they came before."""
    if not len(keys):
        return keys
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    starts = np.concatenate((np.ones(1, bool), sorted_keys[1:] != sorted_keys[:-1]))
    first = np.maximum.accumulate(np.where(starts, np.arange(len(keys)), 0))
    rank = np.empty(len(keys), np.int64)
    rank[order] = np.arange(len(keys)) - first
    return joint(keys, rank)


def find(wanted: Keys, keys: Keys) -> Ints:
    """For each wanted key the position of the first row that has it, -1 where none has."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    found = order[at]
    return np.where(keys[found] == wanted, found, -1)


def repeated(keys: Keys) -> Ints:
    """Positions of the rows whose key another row has too."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    marked = np.zeros(len(keys), bool)
    marked[:-1] |= same
    marked[1:] |= same
    return np.sort(order[marked])
