"""Edges: which pairs of accounts share objects within a window, and the two questions asked of each.

*Affinity*: do they meet more often than their activity, hour by hour and language by language, lets them? Under the
null each stratum's posts are dealt to its accounts at random; the expected number of meetings follows exactly from
where the two post and how often posts of those strata meet, and occasions (posts, not objects, so that five hashtags in
one post count once) have at most a Poisson tail of that mean.

*Synchrony*: of the objects that both shared within an hour, are more within the window than those objects' own bursts
explain? Each object's chance is the rate among its other pairs of shares (leave-pair-out), shrunk toward objects of
like popularity; the sum of unequal Bernoullis is bounded by Hoeffding's inequality (`stats.tails`).

q-values are Benjamini-Yekutieli over all possible pairs of accounts, not only those seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.amplification.incidence import HOUR_US, Ints, Longs, Numbered, Shares, csr
from tocsin.detect.amplification.layers import Layer
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.tables import EDGES
from tocsin.stats.tails import bernoulli_sum_tail, by_q, poisson_tail

NEAR_US = HOUR_US
PRIOR_PAIRS = 2.0  # weight of like objects beside an object's own pairs
SLICE = 1 << 19  # pairs that are put against chance at a time
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class LayerEdges:
    """Edges of one layer: codes a < b, and one column a window."""

    a: Ints
    b: Ints
    objects: Ints
    expected: Floats
    p_affinity: Floats
    p_synchrony: Floats  # NaN where the window is an hour or more
    delay_s: Floats


class Meeting:
    """What all edges of a layer need: rates between strata, each account's posts by stratum, each object's pace."""

    def __init__(self, data: Numbered, shares: Shares, first: int, objects: int, windows_us: Longs) -> None:
        from tocsin.kernels.ties import closeness, meetings

        self.data, self.windows = data, windows_us
        strata = int(data.stratum.max()) + 1
        self.posts = posts_by_stratum(data, strata)
        size = np.bincount(data.stratum, minlength=strata)
        key, count = meetings(shares.obj, shares.post, data.time, shares.account, data.stratum, strata, windows_us)
        self.rates = rates(key, count, size, strata)
        local = shares.obj - first
        self.pace = paces(closeness(local, shares.post, data.time, objects, windows_us, NEAR_US))
        order = np.lexsort((shares.post, local, shares.account))
        start, _ = csr(shares.account, len(data.accounts))
        self.mine = start, local[order], shares.post[order]

    def edges(self, a: Ints, b: Ints, objects: Ints) -> LayerEdges:
        """Put the pairs a < b, which share `objects` within each window, against chance."""
        from tocsin.kernels.ties import compare, expected

        n, windows = objects.shape
        mu, affinity, synchrony = (np.empty((n, windows)) for _ in range(3))
        found = LayerEdges(a, b, objects, mu, affinity, synchrony, np.empty(n))
        for begin in range(0, n, SLICE):  # what is computed on the way is many times what stays
            at = slice(begin, begin + SLICE)
            mu[at] = expected(a[at], b[at], *self.posts, *self.rates, windows)
            shared, mean, occasions, delay = compare(
                a[at], b[at], *self.mine, self.data.time, self.pace, self.windows, NEAR_US
            )
            affinity[at] = poisson_tail(occasions, mu[at])
            synchrony[at] = bernoulli_sum_tail(objects[at], shared[:, None], mean)
            found.delay_s[at] = delay / 1e6
        synchrony[:, self.windows >= NEAR_US] = np.nan
        return found


def posts_by_stratum(data: Numbered, strata: int) -> tuple[Longs, Ints, Longs]:
    """Where each account posts, and how often: start of each account (one more), stratum, posts."""
    key, posts = np.unique(data.account.astype(np.int64) * strata + data.stratum, return_counts=True)
    account, stratum = np.divmod(key, strata)
    return np.searchsorted(account, np.arange(len(data.accounts) + 1)), stratum.astype(np.int32), posts


def rates(key: Longs, count: Any, size: Any, strata: int) -> tuple[Longs, Ints, Floats]:
    """Chance per ordered pair of posts of strata (s, t) to meet, for both orders, by s."""
    s, t = np.divmod(key, strata)
    same = s == t
    pairs = np.where(same, size[s] * (size[s] - 1) / 2, size[s] * size[t])
    rate = count / np.maximum(pairs, 1)[:, None]
    source, target = np.concatenate([s, t[~same]]), np.concatenate([t, s[~same]])
    start, at = csr(source, strata)
    return start, target[at].astype(np.int32), np.concatenate([rate, rate[~same]])[at]


def paces(close: Longs) -> Floats:
    """Chance that two shares of an object within an hour lie within each window: leave-pair-out, shrunk toward objects
    with like numbers of pairs."""
    near = close[:, -1]
    kind = np.ceil(np.log2(np.maximum(near, 1))).astype(np.int64)
    total = np.maximum(np.bincount(kind, near), 1.0)
    pace = np.empty((len(close), close.shape[1] - 1))
    for k in range(pace.shape[1]):
        usual = (np.bincount(kind, close[:, k]) / total)[kind]
        others = np.maximum(close[:, k] - 1, 0)  # without the pair that is asked about, taken to be together
        pace[:, k] = (others + PRIOR_PAIRS * usual) / (np.maximum(near - 1, 0) + PRIOR_PAIRS)
    return np.clip(pace, 0.0, 1.0)


def table(data: Numbered, layer: Layer, edges: LayerEdges, windows_s: Sequence[float], finding: Array) -> pa.Table:
    """Edges as rows of `EDGES`, one for each window in which the pair shares something. `finding[k]` names the finding
    that holds both accounts of edge k, or is null."""
    tests = len(data.accounts) * (len(data.accounts) - 1) // 2
    parts = []
    rank = np.argsort(pc.sort_indices(data.accounts).to_numpy())  # of names
    turned = rank[edges.a] > rank[edges.b]
    ends = np.where(turned, edges.b, edges.a), np.where(turned, edges.a, edges.b)
    for k, window in enumerate(windows_s):
        p = [edges.p_synchrony[:, k], edges.p_affinity[:, k]]
        q = [by_q(np.where(np.isnan(values), 1.0, values), tests) for values in p]
        rows = np.flatnonzero(edges.objects[:, k] > 0)
        a, b = (data.accounts.take(positions(codes[rows])) for codes in ends)
        delay, missing = edges.delay_s[rows], np.isnan(p[0][rows])
        columns = [
            pa.repeat(layer, len(rows)), pa.repeat(float(window), len(rows)), a, b,
            pa.array(edges.objects[rows, k].astype(np.int64)), pa.array(edges.expected[rows, k]),
            pa.array(delay, mask=np.isnan(delay)),
            pa.array(p[0][rows], mask=missing), pa.array(q[0][rows], mask=missing),
            pa.array(p[1][rows]), pa.array(q[1][rows]), finding.take(positions(rows)),
        ]  # fmt: skip
        parts.append(pa.table(columns, schema=EDGES))
    return pa.concat_tables(parts)
