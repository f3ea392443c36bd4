"""How far a network falls into two halves that do not meet, and how far one with the same degrees does by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

HUBS, STEPS, CLOSE, SWAPS = 10, 300, 1e-5, 10


@dataclass(frozen=True, slots=True)
class Divided:
    """Random-walk controversy of a network (-1 to 1) and of `draws` networks with the same degrees; `p`: the share of
    these, and the network itself, that have as much. `nodes` and `ties` are of its largest component."""

    score: float
    null_mean: float
    null_low: float
    null_high: float
    p: float
    draws: int
    nodes: int
    ties: int


def divided(a: Any, b: Any, draws: int = 20, seed: int = 1) -> Divided:
    """Of the network of ties between node numbers `a` and `b`, each pair once and undirected, without weights.

    Score: random-walk controversy (Garimella, De Francisci Morales, Gionis and Mathioudakis 2018, section 4.1) between
    two halves with few ties between them; a walk ends at one of the ten nodes of most ties of either half. Null: the
    same on networks in which ends of ties are swapped, ten swaps a tie. It is of the largest component alone.
    """
    from tocsin.kernels.halves import swapped

    a, b = _largest(np.asarray(a), np.asarray(b))
    if a.size < 2 * HUBS:
        return Divided(np.nan, np.nan, np.nan, np.nan, 1.0, 0, int(np.unique(np.r_[a, b]).size), int(a.size))
    rng = np.random.default_rng(seed)
    score, null = walk_score(a, b), np.empty(draws)
    for n in range(draws):
        c, d = a.copy(), b.copy()
        drawn = rng.integers(0, a.size, (SWAPS * a.size, 3))
        drawn[:, 2] &= 1
        swapped(c, d, drawn)
        null[n] = walk_score(*_largest(c, d))
    low, high = np.quantile(null, [0.025, 0.975])
    p = (1 + int((null >= score).sum())) / (1 + draws)
    return Divided(
        score, float(null.mean()), float(low), float(high), p, draws, int(max(a.max(), b.max())) + 1, int(a.size)
    )


def walk_score(a: Any, b: Any) -> float:
    """Random-walk controversy of one connected network."""
    from scipy import sparse

    from tocsin.kernels.halves import halves

    size = int(max(a.max(), b.max())) + 1
    ties = sparse.coo_matrix((np.ones(a.size), (a, b)), (size, size)).tocsr()
    ties = ties + ties.T
    half = halves(ties)
    degree = np.asarray(ties.sum(axis=1)).ravel()
    order = np.lexsort((np.arange(size), -degree))
    hubs = [order[half[order] == side][:HUBS] for side in (0, 1)]
    ends = _ending(ties, degree, hubs[0], hubs[1])
    mine = [float(ends[half == side].mean()) for side in (0, 1)]  # of walks that begin in a half, those that end in 0
    to_0, to_1 = sum(mine), 2 - sum(mine)
    if not (to_0 > 0 and to_1 > 0):
        return 1.0
    return mine[0] / to_0 * (1 - mine[1]) / to_1 - mine[1] / to_0 * (1 - mine[0]) / to_1


def _ending(ties: Any, degree: Any, own: Any, others: Any) -> Any:
    """For each node the chance that a walk from it meets a node of `own` before one of `others`."""
    ends = np.full(degree.size, 0.5)
    for _ in range(STEPS):
        ends[own], ends[others] = 1.0, 0.0
        following = (ties @ ends) / degree
        following[own], following[others] = 1.0, 0.0
        if np.abs(following - ends).max() < CLOSE:
            break
        ends = following
    return ends


def _largest(a: Any, b: Any) -> tuple[Any, Any]:
    """The ties of the largest component, with nodes numbered from 0."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    if not a.size:
        return a, b
    names, both = np.unique(np.r_[a, b], return_inverse=True)
    a, b = both[: a.size], both[a.size :]
    ties = sparse.coo_matrix((np.ones(a.size), (a, b)), (names.size, names.size))
    label = connected_components(ties, directed=False)[1]
    kept = label[a] == np.bincount(label).argmax()
    both = np.unique(np.r_[a[kept], b[kept]], return_inverse=True)[1]
    return both[: kept.sum()], both[kept.sum() :]
