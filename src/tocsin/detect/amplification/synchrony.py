"""Synchrony: given what a group's accounts share, are they closer in time than others are on objects as popular?

A community of interest shares the same things too; it need not share them at the same moment. For each object that two
or more members shared, the mean log gap between their shares is ranked among objects of like popularity and the same
layer that the group did not share, thinned to as many accounts. Gaps over `CAP_US` are left out on both sides, so that
active hours do not count as synchrony. Without a link to time the ranks are uniform: their mean is 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.incidence import Incidence, Ints, Shares
from tocsin.stats.intervals import bootstrap_mean
from tocsin.stats.tails import fisher

CAP_US = 3_600_000_000
DRAWS = 64
MAIN, FEW, FIRST = 0.25, 3, 10
#: A lead is at least this fast: mean rank of its objects among others. A community of interest lies near 0.5.
FAST = 0.25
#: The same over all objects, where what members share by the way counts too.
FAST_ALL = 0.4
#: Main objects this fast need no support of the others: large groups share much by the way.
FASTEST = 0.05
#: Share of the accounts that must belong to no group, for the others' pace to say what is ordinary.
ORDINARY = 0.5


@dataclass(frozen=True, slots=True)
class Synchrony:
    """The pace of one group on its main objects: how many, mean rank with its interval, p-value, median gap in seconds;
    and the mean rank and p-value over all its objects."""

    objects: int
    rank: float
    low: float
    high: float
    p: float
    gap_s: float
    rank_all: float
    p_all: float

    @property
    def fast(self) -> bool:
        """Whether the group is faster than a community of interest would be; significance is judged apart."""
        return self.fastest or (self.rank <= FAST and self.rank_all <= FAST_ALL)

    @property
    def fastest(self) -> bool:
        """Whether the main objects alone say so, whatever the group shares by the way."""
        return self.rank <= FASTEST


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rows (group, object, hash of who shared it when, members) and (mean log gap, rank among others)."""

    key: Any
    value: Any

    @staticmethod
    def join(parts: Sequence[Ranks]) -> Ranks:
        """One after the other."""
        empty = Ranks(np.empty((0, 4), np.int64), np.empty((0, 2)))
        return Ranks(*(np.concatenate([getattr(part, name) for part in (empty, *parts)]) for name in ("key", "value")))


class Pace:
    """The first shares of a set of posts, ready to be compared."""

    def __init__(self, data: Incidence, shares: Shares, seed: int = 1) -> None:
        self.data, self.seed = data, seed
        key = shares.obj.astype(np.int64) * len(data.accounts) + shares.account
        first = np.sort(np.unique(key, return_index=True)[1])  # shares are in order of time inside an object
        self.obj, self.account = shares.obj[first], shares.account[first]
        self.time = data.time[shares.post[first]]
        self.start = np.searchsorted(self.obj, np.arange(data.objects + 1))
        self.kind, self.kind_start, self.kind_member = self._kinds()

    def _kinds(self) -> tuple[Ints, Any, Any]:
        """Objects of one layer and like popularity (powers of two): kind of each, and the members of each kind."""
        size = np.diff(self.start)
        layer = self.data.layer_of(np.arange(self.data.objects))
        kind = np.unique(layer * 64 + np.ceil(np.log2(np.maximum(size, 1))), return_inverse=True)[1].astype(np.int32)
        order = np.argsort(kind, kind="stable")
        return kind, np.searchsorted(kind[order], np.arange(kind.max(initial=-1) + 2)), order

    def ranks(self, label: Ints, apart: npt.NDArray[np.bool_] | None = None) -> Ranks:
        """Gap and rank of each object that two or more accounts of a labelled group (-1: no group) shared. Objects that
        accounts set `apart` shared together are not compared with: groups that are fast themselves are no measure."""
        from tocsin.kernels.exposure import speeds

        groups = int(label.max(initial=-1)) + 1
        if not groups or not len(self.obj):
            return Ranks.join([])
        none = np.zeros(len(label), np.bool_)
        key, value = speeds(
            groups, label, none if apart is None else apart, self.start, self.account, self.time,
            self.kind, self.kind_start, self.kind_member,
            CAP_US, DRAWS, self.seed,
        )  # fmt: skip
        told = ~np.isnan(value[:, 1])
        return Ranks(key[told], value[told])


def summarise(ranks: Ranks, seed: int = 1) -> dict[int, Synchrony]:
    """The synchrony of each group; a group without comparable objects has none.

    Told by its main objects: those with at least `MAIN` of the members of the most shared one, or where these are less
    than `FEW` the `FIRST` most shared; a choice that does not look at times. Several layers of the same posts say the
    same thing, so of objects that the same members shared at the same times only the first counts.
    """
    result = {}
    for g in np.unique(ranks.key[:, 0]):
        rows = np.flatnonzero(ranks.key[:, 0] == g)
        rows = np.sort(rows[np.unique(ranks.key[rows, 2], return_index=True)[1]])
        members = ranks.key[rows, 3]
        main = rows[members >= MAIN * members.max()]
        if len(main) < FEW:
            main = rows[members >= np.sort(members)[-FIRST:][0]]
        overall = ranks.value[rows, 1]
        mean, low, high = bootstrap_mean(ranks.value[main, 1].tolist(), seed)
        seconds = float(np.expm1(np.median(ranks.value[main, 0])))
        p = fisher(ranks.value[main, 1])
        result[int(g)] = Synchrony(len(main), mean, low, high, p, seconds, float(overall.mean()), fisher(overall))
    return result
