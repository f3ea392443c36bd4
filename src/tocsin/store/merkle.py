"""Merkle trees as in Certificate Transparency (RFC 6962, section 2.1): a root over many leaves, and proofs for one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import reduce


def leaf(data: bytes) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; that of no leaves is the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:  # a level's odd last hash moves up as it is: the same tree as the RFC's recursion
        level = [node(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def prefix_roots(leaves: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Roots over the first n leaf hashes, for each n of `sizes` that is reached; one pass, whatever the number of n."""
    full: list[tuple[int, bytes]] = []  # complete subtrees from the left, each with its number of leaves
    found = {0: root(())} if 0 in sizes else {}
    for count, hashed in enumerate(leaves, 1):
        size = 1
        while full and full[-1][0] == size:
            size, hashed = 2 * size, node(full.pop()[1], hashed)
        full.append((size, hashed))
        if count in sizes:
            found[count] = reduce(lambda right, left: node(left, right), [part for _, part in reversed(full)])
    return found


def tree(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All levels of the tree, leaf hashes first: made once where many proofs are wanted."""
    levels = [list(leaves)]
    while len(level := levels[-1]) > 1:
        levels.append([node(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)])
    return levels


def path(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The audit path of the leaf at `index` of a tree, lowest first. Raises `IndexError` outside it."""
    if not 0 <= index < len(levels[0]):
        raise IndexError(f"no leaf {index} in a tree of {len(levels[0])}")
    beside = [(level, (index >> height) ^ 1) for height, level in enumerate(levels)]
    return [level[at] for level, at in beside if at < len(level)]


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of the leaf at `index`, lowest first. Raises `IndexError` outside the tree."""
    return path(tree(leaves), index)


def verify(hashed: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the leaf hash stands at `index` in the tree of `size` leaves with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    last, found = size - 1, hashed
    for step in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node(step, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, step)
        index, last = index >> 1, last >> 1
    return last == 0 and found == expected
