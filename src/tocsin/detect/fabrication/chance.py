"""How alike unrelated wordings of one collection are, and how many would be as like a first wording by chance."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tocsin.detect.fabrication import spaces
from tocsin.detect.fabrication.same import Clusters
from tocsin.stats import tails

_SAMPLE = 1_500  # wordings; all their pairs are looked at
_TAIL = 1e-3  # share of the pairs that the tail is fitted to
_FEWEST = 20  # pairs of the tail


class Joined(NamedTuple):
    """Wordings that joined a first one by their meaning, how many chance lets expect, and p."""

    count: int
    expected: float
    p: float


@dataclass(frozen=True)
class Null:
    """The share of pairs of wordings of different clusters that are `x` above what is needed (see `spaces.excess`):
    `_TAIL` * exp(-(x - start) / scale), an exponential tail over the greatest of them (Pickands 1975; Balkema and de Haan
    1974). None could be fitted where `scale` is 0. `size`: wordings in all."""

    size: int
    start: float
    scale: float
    pairs: int
    shape: float

    @property
    def words(self) -> str:
        """The null in words."""
        if not self.scale:
            return "too few wordings to tell how alike unrelated ones are; no rewording counts as more than chance"
        return (
            f"exponential tail of the similarities of {self.pairs:,} pairs of wordings of different clusters of this "
            f"collection: {self.rate(0.0):.1e} of them reach what is needed"
        )

    def rate(self, excess: float) -> float:
        """The share of unrelated pairs that are so far above what is needed."""
        return float(min(_TAIL * np.exp(-(excess - self.start) / self.scale), 1.0)) if self.scale else 1.0

    def joined(self, clusters: Clusters, first: int) -> Joined:
        """Of the cluster of a first wording: the most improbable of its n most similar wordings, times their number."""
        at = np.flatnonzero((clusters.first[clusters.leaders] == first) & (clusters.leaders != first))
        if not at.size:
            return Joined(0, 0.0, 1.0)
        lead = np.flatnonzero(clusters.leaders == first)
        over = np.sort(spaces.excess(clusters.spaces, at, lead).excess[:, 0])[::-1]
        best = Joined(int(at.size), self.size * self.rate(float(over[-1])), 1.0)
        for n, excess in enumerate(over.tolist(), 1):
            expected = self.size * self.rate(excess)
            p = min(float(tails.gamma_poisson_tail(n, expected, self.shape)) * at.size, 1.0)
            if p < best.p:
                best = Joined(n, expected, p)
        return best


def of(clusters: Clusters) -> Null:
    """The null of a collection, from the wordings whose texts come first by a fixed mixing of their hashes: the same in
    any order of rows."""
    size = clusters.leaders.size
    chosen = _chosen(clusters, size)
    first = clusters.first[clusters.leaders[chosen]]
    found = spaces.excess(clusters.spaces, chosen, chosen)
    different = (first[:, None] != first[None, :]) & np.triu(np.ones((chosen.size, chosen.size), np.bool_), 1)
    values = np.sort(found.excess[different & (found.space >= 0)])
    above = int(values.size * _TAIL)
    if above < _FEWEST:
        return Null(size, 0.0, 0.0, values.size, 1.0)
    start = float(values[-above - 1])
    return Null(size, start, float((values[-above:] - start).mean()), values.size, _shape(clusters))


def _shape(clusters: Clusters) -> float:
    """By moments (negative binomial), from the wordings that joined each first one."""
    counts = np.unique(clusters.first[clusters.leaders], return_counts=True)[1] - 1.0
    mean, spread = float(counts.mean()), float(counts.var())
    return mean**2 / max(spread - mean, 1e-9) if mean else 1.0


def _chosen(clusters: Clusters, size: int) -> Any:
    keys = [zlib.crc32(clusters.texts[row].encode("utf-8", "replace")) for row in clusters.leaders]
    return np.sort(np.argsort(keys, kind="stable")[:_SAMPLE]) if size else np.zeros(0, np.int64)
