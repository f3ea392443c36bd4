"""Synchrony: given what a group's accounts share, are they closer in time than others are on objects as popular?

A community of interest shares the same things too; it need not share them at the same moment. For each object that two
or more members shared, the mean log gap between their shares is ranked among objects of like popularity and the same
layer that the group did not share, thinned to as many accounts. Gaps over `CAP_US` are left out on both sides, so that
active hours do not count as synchrony. Without a link to time the ranks are uniform: their mean is 0.5.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.incidence import Ints, Longs, Numbered, Shares
from tocsin.stats.intervals import bootstrap_mean
from tocsin.stats.tails import lancaster

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CAP_US = 3_600_000_000
DRAWS = 64
#: A lead is at least this fast: mean rank of its objects among others. A community of interest lies near 0.5.
FAST = 0.25
#: And at the slow end of its interval still faster than two in three.
SLOWEST = 1 / 3


@dataclass(frozen=True, slots=True)
class Synchrony:
    """The pace of one group: on how many objects, mean rank with its interval, p-value, median gap in seconds."""

    objects: int
    rank: float
    low: float
    high: float
    p: float
    gap_s: float

    @property
    def fast(self) -> bool:
        """Whether the group is faster than a community of interest would be; significance is judged apart."""
        return self.rank <= FAST


@dataclass(frozen=True, slots=True)
class Ranks:
    """The group of each row, and (mean log gap, rank among others, evidence: log-likelihood ratio of the members' share
    of the object's accounts against their share of all)."""

    group: Longs
    value: Floats

    @staticmethod
    def join(parts: Sequence[Ranks]) -> Ranks:
        """One after the other."""
        empty = Ranks(np.empty(0, np.int64), np.empty((0, 3)))
        return Ranks(*(np.concatenate([getattr(part, n) for part in (empty, *parts)]) for n in Ranks.__slots__))


class Pace:
    """The first shares of a set of posts, ready to be compared."""

    def __init__(self, data: Numbered, shares: Shares, seed: int = 1) -> None:
        from tocsin.kernels.pace import firsts

        self.data, self.seed = data, seed
        first = firsts(shares.obj, shares.account, len(data.accounts))
        self.obj, self.account = shares.obj[first], shares.account[first]
        self.time = data.time[shares.post[first]]
        self.start = np.searchsorted(self.obj, np.arange(data.objects + 1))
        self.kinds = self._kinds()

    def _kinds(self) -> tuple[Ints, Any, Any, Any]:
        """Objects of one layer and like popularity (powers of two): kind of each, the members of each kind, and the
        first kind of its layer."""
        size = np.diff(self.start)
        layer = self.data.layer_of(np.arange(self.data.objects))
        kinds, kind = np.unique(layer * 64 + np.ceil(np.log2(np.maximum(size, 1))), return_inverse=True)
        order = np.argsort(kind, kind="stable")
        start = np.searchsorted(kind[order], np.arange(len(kinds) + 1))
        return kind.astype(np.int32), start, order, np.searchsorted(kinds, kinds // 64 * 64)

    def ranks(self, label: Ints, apart: Mask | None = None) -> Ranks:
        """Gap and rank of each object that two or more accounts of a labelled group (-1: no group) shared, if it is
        more the group's than everybody's (`evidence`). Several layers of the same posts say the same thing, so of
        objects that the same members shared at the same times only the first counts. Objects that accounts set `apart`
        shared together are not compared with: groups that are fast themselves are no measure."""
        from tocsin.kernels import pace

        groups = int(label.max(initial=-1)) + 1
        if not groups or not len(self.obj):
            return Ranks.join([])
        shares = self.start, self.account, self.time
        key, gap = pace.gaps(groups, label, *shares, CAP_US)
        size = np.bincount(label[label >= 0], minlength=groups)[key[:, 0]] / len(label)
        weight = evidence(key[:, 3], key[:, 4], size)
        order = np.lexsort((key[:, 2], key[:, 0]))
        order = order[weight[order] > 0]
        rank = np.full(len(key), np.nan)
        apart = np.zeros(len(label), np.bool_) if apart is None else apart
        rank[order] = pace.ranks(key[order], label, apart, *shares, *self.kinds, CAP_US, DRAWS, self.seed)
        told = ~np.isnan(rank)
        return Ranks(key[told, 0], np.column_stack([gap, rank, weight])[told])


def only(label: Ints, asked: Collection[int]) -> Ints:
    """The labels of the groups that are asked; -1 for all others."""
    return np.where(np.isin(label, list(asked)), label, -1).astype(np.int32)


def evidence(members: Any, accounts: Any, size: Any) -> Any:
    """Log-likelihood ratio of `members` among an object's `accounts` against the group's `size` as a share of all
    accounts; 0 where members are rarer than that. Times play no part in it."""
    part = members / accounts
    rest = np.where(part < 1, (accounts - members) * np.log(np.maximum(1 - part, 1e-12) / (1 - size)), 0.0)
    return np.where(part > size, members * np.log(part / size) + rest, 0.0)


def summarise(ranks: Ranks, seed: int = 1) -> dict[int, Synchrony]:
    """The synchrony of each group; a group without comparable objects has none.

    Objects count by how much they are the group's own: what everybody shares says nothing of this group.
    """
    result = {}
    for g in np.unique(ranks.group):
        gap, rank, weight = ranks.value[ranks.group == g].T
        mean, low, high = bootstrap_mean(rank, seed, weight)
        order = np.argsort(gap, kind="stable")
        half = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
        seconds = float(np.expm1(gap[order][half]))
        result[int(g)] = Synchrony(len(rank), mean, low, high, lancaster(rank, weight), seconds)
    return result
