"""Synchrony: given what a group's accounts share, are they closer in time than others are on objects as popular?

A community of interest shares the same things too; it need not share them at the same moment. For each object that two
or more members shared, the mean log gap between their shares is ranked among objects of like popularity and the same
layer that the group did not share, thinned to as many accounts. Gaps over `CAP_US` are left out on both sides, so that
active hours do not count as synchrony. Without a link to time the ranks are uniform: their mean is 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.detect.amplification.incidence import Incidence, Ints, Shares
from tocsin.stats.intervals import bootstrap_mean
from tocsin.stats.tails import fisher

CAP_US = 3_600_000_000
DRAWS = 64
MAIN = 0.25
#: A lead is at least this fast: mean rank of its objects among others. A community of interest lies near 0.5.
FAST = 0.25
#: Share of the accounts that must belong to no group, for the others' pace to say what is ordinary.
ORDINARY = 0.5


@dataclass(frozen=True, slots=True)
class Synchrony:
    """The pace of one group: objects compared, mean rank with its interval, p-value, median gap in seconds."""

    objects: int
    rank: float
    low: float
    high: float
    p: float
    gap_s: float


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

    def of(self, label: Ints) -> dict[int, Synchrony]:
        """The synchrony of each labelled group (-1: no group); a group without comparable objects has none.

        Told by its main objects: those with at least `MAIN` of the members of the most shared one, a choice that does
        not look at times. Several layers of the same posts say the same thing, so of objects that the same members
        shared at the same times only the first counts.
        """
        from tocsin.kernels.exposure import speeds

        groups = int(label.max(initial=-1)) + 1
        if not groups or not len(self.obj):
            return {}
        key, value = speeds(
            groups, label, self.start, self.account, self.time, self.kind, self.kind_start, self.kind_member,
            CAP_US, DRAWS, self.seed,
        )  # fmt: skip
        result = {}
        key, value = key[~np.isnan(value[:, 1])], value[~np.isnan(value[:, 1])]
        for g in np.unique(key[:, 0]):
            rows = np.flatnonzero(key[:, 0] == g)
            rows = rows[key[rows, 3] >= MAIN * key[rows, 3].max()]
            rows = np.sort(rows[np.unique(key[rows, 2], return_index=True)[1]])
            ranks = value[rows, 1]
            mean, low, high = bootstrap_mean(ranks.tolist(), self.seed)
            seconds = float(np.expm1(np.median(value[rows, 0])))
            result[int(g)] = Synchrony(len(rows), mean, low, high, fisher(ranks), seconds)
        return result
