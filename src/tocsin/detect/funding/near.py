"""Spellings that are one edit apart: one letter more, less, another, or at another place.

Two texts are linked where they, or they with one character left out, have the same hash (the symmetric-delete idea of
Mor and Fraenkel 1982). All texts of one length are hashed at once; the cost is that of a sort.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions

Numbers: TypeAlias = Any  # a NumPy array; its stubs lag behind what it does

SHORTEST = 6  # letters; shorter texts are too often one edit apart by chance
LONGEST = 48
AT_ONCE = 500_000  # texts that are hashed together, some 15 hashes each
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def near_groups(texts: Array, block: Numbers, number: Numbers) -> Numbers:
    """A code for each row so that texts of one block which are one edit apart share it, and so on in chains.

    `texts` are distinct keys, `block` their block, `number` the text of each row (-1: none). Spaces do not count.
    """
    plain = pc.fill_null(pc.replace_substring(texts, " ", ""), "")
    size = pc.binary_length(plain).to_numpy(zero_copy_only=False)
    several = np.bincount(block, minlength=1)[block] > 1
    chosen = np.flatnonzero((size >= 1) & (size <= LONGEST) & several)
    rounds = 1 + chosen.size // AT_ONCE  # a block is in one round, so no link is lost
    links = [_links(plain, size, block, chosen[block[chosen] % rounds == part]) for part in range(rounds)]
    left, right = (np.concatenate(side) for side in zip(*links, strict=True))
    label = components(len(texts), left, right)
    return np.where(number >= 0, label[np.maximum(number, 0)] if len(texts) else -1, -1).astype(np.int64)


def components(size: int, left: Numbers, right: Numbers) -> Numbers:
    """Number each of `size` things by the smallest member of its chain of links."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not size:
        return np.empty(0, np.int64)
    graph = coo_matrix((np.ones(left.size, np.int8), (left, right)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    smallest = np.full(int(label.max()) + 1, size, np.int64)
    np.minimum.at(smallest, label, np.arange(size))
    return smallest[label]


def _links(plain: Array, size: Numbers, block: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers]:
    hashes, members = [], []
    for length in np.unique(size[chosen]):
        which = chosen[size[chosen] == length]
        text = plain.take(positions(which))
        letters = np.frombuffer(pc.binary_join(pa.array([text.to_pylist()]), "")[0].as_buffer(), np.uint8)
        whole, without = _hashes(letters.reshape(-1, int(length)), block[which])
        hashes.append(whole)
        members.append(which)
        if length >= SHORTEST:
            hashes.append(without.ravel())
            members.append(np.repeat(which, without.shape[1]))
    if not hashes:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    value, member = np.concatenate(hashes), np.concatenate(members)
    order = np.argsort(value, kind="stable")
    value, member = value[order], member[order]
    same = np.flatnonzero((value[1:] == value[:-1]) & (member[1:] != member[:-1]))
    return member[same], member[same + 1]


def _hashes(letters: Numbers, block: Numbers) -> tuple[Numbers, Numbers]:
    """Hash of each text, and of each text with one letter left out (one column a letter)."""
    count, length = letters.shape
    powers = np.full(length, _BASE)
    powers[0] = 1
    powers = np.cumprod(powers)
    terms = (letters.astype(np.uint64) + np.uint64(1)) * powers
    before = np.zeros((count, length + 1), np.uint64)
    np.cumsum(terms, axis=1, out=before[:, 1:])
    salt = (block.astype(np.uint64) + np.uint64(1)) * _MIX
    inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
    after = (before[:, -1:] - before[:, 1:]) * inverse  # what stands behind moves one place forward
    whole = before[:, -1] ^ (salt + np.uint64(length))
    return whole, (before[:, :-1] + after) ^ (salt + np.uint64(length - 1))[:, None]
