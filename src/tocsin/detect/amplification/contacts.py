"""Joint posts and the network they make; the parts into which content is dealt."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.incidence import Ints, Longs, Numbered, csr

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

REACH = 24  # places after a share that count as following it: bounds the work on popular objects
LEVELS = np.array([3, 8, 32], np.int32)  # classes of crowding around a share
CROWDED = 63  # other shares around a share beyond which it makes no tie
ODDS = np.array([4.0, 32.0, 256.0, 4096.0])  # alternatives of the test martingale
#: Networks in which candidates are sought: least number of ties between two accounts, and resolutions.
NETWORKS = ((1, (1.0, 16.0)), (2, (1.0, 16.0)))
RUNS = sum(len(resolutions) for _, resolutions in NETWORKS)
PARTS = 4
#: Layers too coarse to count with the others: a common site says less than a common link.
TOPICS = frozenset({"domain"})
SMALLEST = 3


class Contacts:
    """The joint-post network, and the parts into which content is dealt."""

    def __init__(self, data: Numbered, windows_us: Longs) -> None:
        from tocsin.kernels.exposure import crowds, joint_posts

        self.data, self.windows = data, windows_us
        self.shares = data.all
        s = self.shares
        self.crowd: Ints = crowds(s.obj, s.post, data.time, int(windows_us[-1]))
        kinds = np.array([layer in TOPICS for layer in data.layers], np.bool_)
        self.topic: Mask = kinds[data.layer_of(s.obj)] if len(s.obj) else np.empty(0, np.bool_)
        self.start, self.place = csr(s.post, data.n)
        self.later, self.earlier, self.weight = joint_posts(
            self.start, self.place, s.obj, s.post, data.time, data.account, self.crowd, int(windows_us[-1]), REACH
        )
        self._drop_crowded()
        data.afford(len(self.later))
        a, b = data.account[self.later], data.account[self.earlier]
        key = np.minimum(a, b).astype(np.int64) * len(data.accounts) + np.maximum(a, b)
        self.pairs, self.pair = np.unique(key, return_inverse=True)
        self.rarest = self._rarest()

    def _drop_crowded(self) -> None:
        """Two posts among many on one object say next to nothing and make up most of the network."""
        keep = self.weight >= 1 / CROWDED
        self.later, self.earlier, self.weight = self.later[keep], self.earlier[keep], self.weight[keep]

    def _rarest(self) -> Longs:
        """The rarest object of each post; for posts that share nothing a number of their own."""
        uses = np.bincount(self.shares.obj, minlength=self.data.objects).astype(np.int64)
        key = uses[self.shares.obj] << 32 | self.shares.obj
        best = np.full(self.data.n, np.iinfo(np.int64).max)
        np.minimum.at(best, self.shares.post, key)
        none = best == np.iinfo(np.int64).max
        best = best & 0xFFFFFFFF
        best[none] = self.data.objects + np.flatnonzero(none)
        return best

    def parts(self, split: int) -> npt.NDArray[np.uint8]:
        """Deal posts into `PARTS` parts by their rarest object; every split deals anew."""
        with np.errstate(over="ignore"):
            x = self.rarest.astype(np.uint64) + np.uint64(split + 1) * np.uint64(0x9E3779B97F4A7C15)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((x ^ (x >> np.uint64(31))) % np.uint64(PARTS)).astype(np.uint8)

    def communities(self, keep: Mask) -> list[list[Ints]]:
        """Communities of at least `SMALLEST` accounts in the network of the kept post pairs, a list for each of
        `NETWORKS`: ties of any kind, and ties that were made more than once."""
        times = np.bincount(self.pair[keep], minlength=len(self.pairs))
        weight: Any = np.bincount(self.pair[keep], self.weight[keep], minlength=len(self.pairs))
        size = len(self.data.accounts)
        found = []
        for least, resolutions in NETWORKS:
            used = np.flatnonzero(times >= least)
            found += leiden(*np.divmod(self.pairs[used], size), weight[used], size, resolutions)
        return found


def leiden(a: Longs, b: Longs, weight: Floats, accounts: int, resolutions: tuple[float, ...]) -> list[list[Ints]]:
    """Communities (Traag, Waltman and van Eck 2019) of a weighted network given as pairs of accounts, at each
    resolution; sorted codes each. Deterministic: one thread, fixed seed, nodes in order."""
    import networkit as nk

    if not len(a):
        return [[] for _ in resolutions]
    nk.setNumberOfThreads(1)
    nk.setSeed(1, False)
    graph = nk.GraphFromCoo((weight, (a, b)), n=accounts, weighted=True, directed=False)
    found = []
    for resolution in resolutions:
        method = nk.community.ParallelLeiden(graph, iterations=3, randomize=False, gamma=resolution)
        method.run()
        start, at = csr(np.asarray(method.getPartition().getVector()), accounts)
        found.append([at[start[k] : start[k + 1]] for k in np.flatnonzero(np.diff(start) >= SMALLEST)])
    return found


class Part:
    """The posts of one part and their shares, in the form that `weigh` reads."""

    def __init__(self, contacts: Contacts, inside: Mask) -> None:
        data, s = contacts.data, contacts.shares
        self.data, self.contacts = data, contacts
        self.shares = s.of(inside)
        self.crowd = contacts.crowd[inside[s.post]]
        self.by_account = csr(self.shares.account, len(data.accounts))
        posts = np.flatnonzero(inside)
        start, at = csr(data.account[posts], len(data.accounts))
        self.posts = start, posts[at].astype(np.int32)
        start, at = csr(data.stratum[posts], int(data.stratum.max(initial=-1)) + 1)
        self.size = np.diff(start)
        self.rank = np.zeros(data.n, np.int64)
        self.rank[posts[at]] = np.arange(len(posts)) - start[data.stratum[posts[at]]]

    def weigh(self, groups: list[Ints]) -> tuple[Floats, Floats, Floats, Floats]:
        """`kernels.exposure.weigh` for groups of accounts: log e, its bound, hits and expected by class."""
        from tocsin.kernels.exposure import weigh

        start = np.zeros(len(groups) + 1, np.int64)
        np.cumsum([len(g) for g in groups], out=start[1:])
        members = np.concatenate(groups) if groups else np.empty(0, np.int32)
        data, s = self.data, self.shares
        result: tuple[Floats, Floats, Floats, Floats] = weigh(
            start, members, *self.by_account, *self.posts, s.obj, s.post, data.time, data.account, self.crowd,
            data.stratum, self.rank, self.size, self.contacts.windows, LEVELS, REACH, ODDS, len(data.accounts),
        )  # fmt: skip
        return result
