"""Clusters whose wordings are alike on average become one: leader clustering parts them where a first one is odd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.detect.fabrication import spaces
from tocsin.detect.fabrication.spaces import Encoded, Space


def merged(compared: Sequence[Space], first: Any) -> Any:
    """The first wording of each, after clusters were merged into earlier ones.

    Average linkage (Sokal and Michener 1958) between clusters of which one has two wordings at least: the mean over all
    pairs of wordings of how far they are above what is needed is not negative. The most alike are merged first, each
    pair is looked at again with what was merged before, and it is done once, so no chain arises. Only models are used.
    """
    dense = [space for space in compared if isinstance(space.how, Encoded)]
    roots, group = np.unique(first, return_inverse=True)
    many = np.flatnonzero(np.bincount(group, minlength=roots.size) > 1)
    sums = [_Sums(space, group, roots.size) for space in dense]
    pairs = []
    for a in many.tolist():
        value = _linked(sums, np.array([a]), np.arange(roots.size))[0]
        value[a] = -1.0
        pairs += [(float(value[b]), min(a, b), max(a, b)) for b in np.flatnonzero(value >= 0).tolist()]
    to = np.arange(roots.size)
    for _, a, b in sorted(set(pairs), key=lambda pair: (-pair[0], pair[1], pair[2])):
        one, other = sorted(to[[a, b]].tolist())
        if one != other and _linked(sums, np.array([one]), np.array([other]))[0, 0] >= 0:
            to[to == other] = one
            for some in sums:
                some.join(one, other)
    return roots[to[group]]


class _Sums:
    """Of each cluster, in one space: the sum of its vectors, and its wordings by language."""

    def __init__(self, space: Space, group: Any, n: int) -> None:
        held = np.flatnonzero(space.has)
        self.vectors = np.zeros((n, space.vectors.shape[1]), np.float32)
        np.add.at(self.vectors, group[held], space.vectors[held])
        self.languages = np.zeros((n, len(space.languages)), np.float32)
        np.add.at(self.languages, (group[held], space.codes[held]), 1)
        self.needed = spaces.needed(space.how.table, space.has.size, space.languages, space.languages)

    def join(self, one: int, other: int) -> None:
        """Put the second cluster into the first."""
        self.vectors[one] += self.vectors[other]
        self.languages[one] += self.languages[other]


def _linked(sums: Sequence[_Sums], rows: Any, others: Any) -> Any:
    """The mean excess between clusters, in the first space that holds wordings of both; -1 where there is none."""
    value = np.full((rows.size, others.size), -1.0)
    open_ = np.ones(value.shape, np.bool_)
    for some in sums:
        a, b = some.languages[rows], some.languages[others]
        pairs = a.sum(1)[:, None] * b.sum(1)[None, :]
        here = open_ & (pairs > 0)
        if here.any():
            mean = (some.vectors[rows] @ some.vectors[others].T) / np.maximum(pairs, 1)
            needed = (a @ some.needed @ b.T) / np.maximum(pairs, 1)
            value[here] = ((mean - needed) / (1 - needed))[here]
            open_ &= ~here
    return value
