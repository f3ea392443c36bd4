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

    number: int
    expected: float
    p: float


@dataclass(frozen=True)
class Tail:
    """The share of pairs of wordings of different clusters that are `x` above what is needed (see `spaces.excess`):
    `_TAIL` * exp(-(x - start) / scale), an exponential over the greatest of them (Pickands 1975; Balkema and de Haan
    1974). Some first wordings are nearer to everything than others (topics, forms): how many join one by chance is
    Poisson with a gamma distributed mean of this `shape`, as the counts of all first wordings spread."""

    start: float
    scale: float
    shape: float
    pairs: int

    def rate(self, excess: float) -> float:
        """The share of unrelated pairs that are so far above what is needed."""
        return float(min(_TAIL * np.exp(-(excess - self.start) / self.scale), 1.0))


@dataclass(frozen=True)
class Null:
    """The tails of pairs of one language and of pairs across languages; None where there are too few. `size`: wordings
    in all."""

    size: int
    same: Tail | None
    cross: Tail | None

    @property
    def words(self) -> str:
        """The null in words."""
        told = [
            f"of {tail.pairs:,} pairs of unlike wordings {kind} {tail.rate(0.0):.1e} reach what is needed"
            for tail, kind in ((self.same, "of one language"), (self.cross, "across languages"))
            if tail
        ]
        if not told:
            return "too few wordings to tell how alike unrelated ones are; no rewording counts as more than chance"
        return "exponential tails of the similarities in this collection: " + "; ".join(told)

    def joined(self, clusters: Clusters, first: int) -> Joined:
        """Of the cluster of a first wording: of its wordings of the same and of other languages, by similarity, the
        most improbable number; p is times the numbers that were looked at."""
        at = np.flatnonzero((clusters.first[clusters.leaders] == first) & (clusters.leaders != first))
        lead = np.flatnonzero(clusters.leaders == first)
        best, looked = Joined(int(at.size), 0.0, 1.0), 0
        if not at.size:
            return best
        over = spaces.excess(clusters.spaces, at, lead).excess[:, 0]
        crossed = np.array([clusters.languages[row] != clusters.languages[first] for row in clusters.leaders[at]])
        for tail, chosen in ((self.same, ~crossed), (self.cross, crossed)):
            some = np.sort(over[chosen & (over > -1)])[::-1]
            looked += some.size
            if tail and some.size:
                expected = self.size * np.array([tail.rate(value) for value in some.tolist()])
                p = tails.gamma_poisson_tail(np.arange(1, some.size + 1), expected, tail.shape)
                n = int(p.argmin())
                best = min(best, Joined(n + 1, float(expected[n]), float(p[n])), key=lambda one: one.p)
        return best._replace(p=min(best.p * max(looked, 1), 1.0))


def of(clusters: Clusters) -> Null:
    """The null of a collection, from wordings that a fixed mixing of their letters chooses: the same in any order of
    rows."""
    size = clusters.leaders.size
    keys = [zlib.crc32(clusters.texts[row].encode("utf-8", "replace")) for row in clusters.leaders]
    chosen = np.sort(np.argsort(keys, kind="stable")[:_SAMPLE])
    first = clusters.first[clusters.leaders[chosen]]
    language = np.array([clusters.languages[row] for row in clusters.leaders[chosen]], str)
    found = spaces.excess(clusters.spaces, chosen, chosen)
    looked = (first[:, None] != first[None, :]) & np.triu(np.ones(found.space.shape, np.bool_), 1) & (found.space >= 0)
    alike = language[:, None] == language[None, :]
    joined = np.array(clusters.relation, str)[clusters.leaders]
    counts = {
        word: np.bincount(clusters.first[clusters.leaders][joined == word], minlength=len(clusters.texts))
        for word in ("rewording", "translation")
    }
    firsts = clusters.leaders[clusters.first[clusters.leaders] == clusters.leaders]
    return Null(
        size,
        _tail(found.excess[looked & alike], counts["rewording"][firsts]),
        _tail(found.excess[looked & ~alike], counts["translation"][firsts]),
    )


def _tail(values: Any, counts: Any) -> Tail | None:
    """Fitted to the greatest values; the shape by moments (negative binomial) of how many joined each first wording."""
    above = int(values.size * _TAIL)
    if above < _FEWEST:
        return None
    ordered = np.sort(values)
    start = float(ordered[-above - 1])
    mean, spread = float(counts.mean()), float(counts.var())
    shape = mean**2 / max(spread - mean, 1e-9) if mean else 1.0
    return Tail(start, float((ordered[-above:] - start).mean()), max(shape, 1e-6), values.size)
