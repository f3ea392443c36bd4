"""Clusters whose wordings are alike on average become one: leader clustering parts them where a first one is odd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.detect.fabrication.alike import Dense
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
    pairs = set().union(*(some.near(many) for some in sums))
    a, b = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    value = _linked(sums, a, b)
    to = np.arange(roots.size)
    for k in sorted(np.flatnonzero(value >= 0).tolist(), key=lambda k: (-value[k], a[k], b[k])):
        one, other = sorted(to[[a[k], b[k]]].tolist())
        if one != other and _linked(sums, np.array([one]), np.array([other]))[0] >= 0:
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
        self.needed, self._bound = space.needed, space.near.bound

    def near(self, many: Any) -> set[tuple[int, int]]:
        """The pairs of one of many and another whose means may be alike enough: on average at the bound."""
        means = Dense(self.vectors / np.maximum(self.languages.sum(1), 1)[:, None], self._bound)
        found = [(part.row, part.other) for part in means.pairs(many, np.arange(len(self.vectors)))]
        return {
            (min(a, b), max(a, b))
            for row, other in found
            for a, b in zip(row.tolist(), other.tolist(), strict=True)
            if a != b
        }

    def join(self, one: int, other: int) -> None:
        """Put the second cluster into the first."""
        self.vectors[one] += self.vectors[other]
        self.languages[one] += self.languages[other]


def _linked(sums: Sequence[_Sums], one: Any, other: Any) -> Any:
    """The mean excess between clusters, pair by pair, in the first space that holds wordings of both; -1 where there is
    none."""
    value = np.full(one.size, -1.0)
    open_ = np.ones(one.size, np.bool_)
    for some in sums:
        a, b = some.languages[one], some.languages[other]
        pairs = a.sum(1) * b.sum(1)
        here = open_ & (pairs > 0)
        mean = np.einsum("ij,ij->i", some.vectors[one], some.vectors[other]) / np.maximum(pairs, 1)
        needed = np.einsum("ij,ij->i", a @ some.needed, b) / np.maximum(pairs, 1)
        value[here] = ((mean - needed) / (1 - needed))[here]
        open_ &= ~here
    return value
