"""Words in ordinary use among names: how many names that set a word beside others go with one that bears it alone.

Measured on the names at hand, since feeds differ: among a million popular names a word set beside others in four names
is a name by itself in two, among names made at random in hardly any.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.kernels.lookalike import SHORTEST, Folded, hashes

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
BESIDE = 0.2  # names alike in another way for one that sets a word beside others, where nothing is measured
WEIGHT = 5.0  # names beside others that such a guess counts for; where a class is small, the rate over all classes


class Uses(NamedTuple):
    """`alone[c]`: names that are a word alone, for one that sets it beside others, of words that 2**c to 2**(c + 1) - 1
    names set so."""

    alone: Floats

    def rate(self, uses: npt.ArrayLike) -> Floats:
        """Names that are a word alone for one that sets it beside others, of words used as often (0: as once)."""
        classes = np.log2(np.maximum(np.asarray(uses, float), 1)).astype(np.int64)
        made: Floats = self.alone[np.minimum(classes, self.alone.size - 1)]
        return made


def cut(names: Folded) -> tuple[Longs, Longs]:
    """Where the parts of names between edges begin and end in their letters, and which name each is of."""
    count = names.at[1:] - names.at[:-1]
    owner = np.repeat(np.arange(count.size), count)
    starts = np.flatnonzero(names.edge[np.arange(names.letters.size) + owner] > 0)
    return np.r_[starts, names.letters.size], owner[starts]


def learnt(labels: Folded, taken: npt.NDArray[np.bool_]) -> Uses:
    """The rates of the words of those labels that are `taken`; each label is one of a registered name."""
    at, owner = cut(labels)
    parts = np.bincount(owner, minlength=labels.at.size - 1)
    kept = taken[owner] & (np.diff(at) >= SHORTEST)
    words, single, owner = hashes(labels.letters, at[:-1][kept], at[1:][kept]), parts[owner[kept]] == 1, owner[kept]
    used, times = _counted(words[~single], owner[~single])
    own, alone = np.unique(words[single], return_counts=True)
    found = np.zeros(used.size)
    place = np.minimum(np.searchsorted(own, used), max(own.size - 1, 0))
    if own.size:
        found = np.where(own[place] == used, alone[place], 0.0)
    classes = np.log2(np.maximum(times, 1)).astype(np.int64)
    size = int(classes.max(initial=0)) + 1
    bare, beside = (np.bincount(classes, what, size) for what in (found, times))
    every = (bare.sum() + BESIDE * WEIGHT) / (beside.sum() + WEIGHT)
    return Uses((bare + every * WEIGHT) / (beside + WEIGHT))


def _counted(words: npt.NDArray[np.uint64], owner: Longs) -> tuple[npt.NDArray[np.uint64], Longs]:
    """The distinct words, and how many owners have each."""
    order = np.lexsort((owner, words))
    words, owner = words[order], owner[order]
    new = np.ones(words.size, np.bool_)
    new[1:] = (words[1:] != words[:-1]) | (owner[1:] != owner[:-1])
    return np.unique(words[new], return_counts=True)
