"""Groups: found on one part of the content, tested on the rest, then filled up with the accounts that belong.

1. Posts are dealt to parts by their rarest object, so that what is shared together stays together. Leaving out one
   part at a time, communities of the joint-post network of the rest (Leiden) are candidates.
2. Each candidate is weighed on the part that it was not found on (`kernels.exposure.weigh`): an e-value against the
   null that each hour's (and language's) posts are dealt to its accounts at random. e-BH over all candidates of all
   parts keeps the false discovery rate, whatever they have in common.
3. Confirmed candidates, taken in order of evidence, seed a mixture of groups and background, fitted by EM to how often
   each account's posts stand beside each group's; groups whose members meet each other as they meet their own are one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.incidence import Incidence, Ints, Longs, Shares, csr
from tocsin.progress import Progress
from tocsin.stats.intervals import poisson_ratio
from tocsin.stats.tails import e_q

Floats = npt.NDArray[np.float64]

REACH = 24  # places after a share that count as following it: bounds the work on popular objects
LEVELS = np.array([3, 8, 32], np.int32)  # classes of crowding around a share
ODDS = np.array([4.0, 32.0, 256.0, 4096.0])  # alternatives of the test martingale
CROWDED = 63  # other shares around a share beyond which it makes no tie
#: Networks in which candidates are sought: least number of ties between two accounts, and resolutions.
NETWORKS = ((1, (1.0, 16.0)), (2, (1.0, 16.0)))
RUNS = sum(len(resolutions) for _, resolutions in NETWORKS)
PARTS = 4
SMALLEST = 3
MEMBER_FDR = 0.05
NAMED = 0.9  # least posterior probability of a named member
ALIKE = 0.3  # groups that meet each other this often, relative to themselves, are one
MEETINGS = 0.1  # least chance to meet, relative to a group's own, for that to be told


@dataclass(frozen=True, slots=True)
class Candidate:
    """A community found without one part of the content, and what that part says of it."""

    accounts: Ints
    log_e: float
    hits: Floats  # by class: exposed posts that were a member's
    expected: Floats
    run: int  # candidates of one run are disjoint: one split, part, network and resolution
    q: float = 1.0


@dataclass(slots=True)
class Membership:
    """Which group each account belongs to (-1: none), with the posterior probability, after EM."""

    label: Ints
    probability: Floats
    together: Ints  # posts beside the own group's
    posts: Ints


class Contacts:
    """The joint-post network, and the parts into which content is dealt."""

    def __init__(self, data: Incidence, windows_us: Longs) -> None:
        from tocsin.kernels.exposure import crowds, joint_posts

        self.data, self.windows = data, windows_us
        self.shares = data.all
        s = self.shares
        self.crowd: Ints = crowds(s.obj, s.post, data.time, int(windows_us[-1]))
        self.start, self.place = csr(s.post, data.n)
        self.later, self.earlier, self.weight = joint_posts(
            self.start, self.place, s.obj, s.post, data.time, data.account, self.crowd, int(windows_us[-1]), REACH
        )
        self._drop_crowded()
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

    def communities(self, keep: npt.NDArray[np.bool_]) -> list[list[Ints]]:
        """Communities of at least `SMALLEST` accounts in the network of the kept post pairs, a list for each of
        `NETWORKS`: ties of any kind, and ties that were made more than once."""
        times = np.bincount(self.pair[keep], minlength=len(self.pairs))
        weight = np.bincount(self.pair[keep], self.weight[keep], minlength=len(self.pairs))
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


def find(contacts: Contacts, splits: int, progress: Progress) -> list[Candidate]:
    """All candidates of all splits and parts, weighed on the part left out, strongest first, with their q-values."""
    found: list[Candidate] = []
    progress.start("Testing groups on content they were not found on", splits * PARTS)
    for split in range(splits):
        part = contacts.parts(split)
        for left_out in range(PARTS):
            keep = (part[contacts.later] != left_out) & (part[contacts.earlier] != left_out)
            inside = Part(contacts, part == left_out)
            seen: set[bytes] = set()
            for k, groups in enumerate(contacts.communities(keep)):
                new = [g for g in groups if g.tobytes() not in seen]
                seen.update(g.tobytes() for g in new)
                run = (split * PARTS + left_out) * RUNS + k
                found += [Candidate(g, float(e), h, x, run) for g, e, h, x in zip(new, *inside.weigh(new), strict=True)]
            progress.advance()
    found.sort(key=lambda c: (-c.log_e, len(c.accounts), c.accounts.tolist(), c.run))
    q = e_q([c.log_e for c in found], len(found))
    return [replace(c, q=float(value)) for c, value in zip(found, q, strict=True)]


class Part:
    """The posts of one part and their shares, in the form that `weigh` reads."""

    def __init__(self, contacts: Contacts, inside: npt.NDArray[np.bool_]) -> None:
        data, s = contacts.data, contacts.shares
        kept = inside[s.post]
        self.data, self.contacts = data, contacts
        self.shares = Shares(s.obj[kept], s.post[kept], s.account[kept])
        self.crowd = contacts.crowd[kept]
        self.by_account = csr(self.shares.account, len(data.accounts))
        posts = np.flatnonzero(inside)
        start, at = csr(data.account[posts], len(data.accounts))
        self.posts = start, posts[at].astype(np.int32)
        start, at = csr(data.stratum[posts], int(data.stratum.max(initial=-1)) + 1)
        self.size = np.diff(start)
        self.rank = np.zeros(data.n, np.int64)
        self.rank[posts[at]] = np.arange(len(posts)) - start[data.stratum[posts[at]]]

    def weigh(self, groups: list[Ints]) -> tuple[Floats, Floats, Floats]:
        """`kernels.exposure.weigh` for groups of accounts: log e, hits and expected by class."""
        from tocsin.kernels.exposure import weigh

        start = np.zeros(len(groups) + 1, np.int64)
        np.cumsum([len(g) for g in groups], out=start[1:])
        members = np.concatenate(groups) if groups else np.empty(0, np.int32)
        data, s = self.data, self.shares
        result: tuple[Floats, Floats, Floats] = weigh(
            start, members, *self.by_account, *self.posts, s.obj, s.post, data.time, data.account, self.crowd,
            data.stratum, self.rank, self.size, self.contacts.windows, LEVELS, REACH, ODDS, len(data.accounts),
        )  # fmt: skip
        return result


def seeds(confirmed: list[Candidate], accounts: int) -> list[Ints]:
    """Disjoint seeds: confirmed candidates by evidence, each without what is taken; those mostly taken are passed."""
    taken = np.zeros(accounts, np.bool_)
    result = []
    for candidate in confirmed:
        if taken[candidate.accounts].mean() <= 0.5:
            result.append(candidate.accounts[~taken[candidate.accounts]])
            taken[candidate.accounts] = True
    return result


def fill(contacts: Contacts, start: list[Ints], rounds: int = 5) -> Membership:
    """Say which accounts belong to which seed's group.

    Each post has one outcome: none, or the group it stands beside with the class of the contact. Accounts are draws
    from a mixture of the groups and a background, each with its own frequencies of outcomes (multinomial mixture, EM,
    smoothed). Members are named in order of their posterior while the expected share of wrong names stays at
    `MEMBER_FDR` (Newton et al. 2004); then outcomes are read anew against the named, until nothing changes.
    """
    label = np.full(len(contacts.data.accounts), -1, np.int32)
    for k, accounts in enumerate(start):
        label[accounts] = k
    membership = _tally(contacts, label)
    for _ in range(rounds):
        membership = _refit(contacts, label, len(start))
        if (membership.label == label).all():
            break
        label = membership.label
    return membership


def _outcomes(contacts: Contacts, label: Ints) -> tuple[Any, Any]:
    from tocsin.kernels.exposure import outcomes

    data, s = contacts.data, contacts.shares
    result: tuple[Any, Any] = outcomes(
        s.obj, s.post, data.time, data.account, contacts.crowd, label, contacts.windows, LEVELS, REACH
    )
    return result


def _tally(contacts: Contacts, label: Ints, probability: Floats | None = None) -> Membership:
    data = contacts.data
    _, group = _outcomes(contacts, label)
    own = (group >= 0) & (group == label[data.account])
    size = len(data.accounts)
    certain = (label >= 0).astype(float) if probability is None else probability
    count = [np.bincount(data.account[rows], minlength=size).astype(np.int32) for rows in (own, slice(None))]
    return Membership(label, certain, count[0], count[1])


def _refit(contacts: Contacts, label: Ints, groups: int) -> Membership:
    from scipy.sparse import coo_array

    data = contacts.data
    size, classes = len(data.accounts), len(contacts.windows) * (len(LEVELS) + 1)
    cls, group = _outcomes(contacts, label)
    nothing = groups * classes
    outcome = np.where(group >= 0, group.astype(np.int64) * classes + cls, nothing)
    count = coo_array((np.ones(data.n), (data.account, outcome)), shape=(size, nothing + 1)).tocsr()
    beside = np.bincount(data.account[group >= 0], minlength=size) > 0
    posterior = _mixture(count, np.where(label >= 0, label, groups), groups)
    best = posterior[:, :groups].argmax(axis=1).astype(np.int32)
    certain = np.where(beside, posterior[np.arange(size), best], 0.0)
    order = np.argsort(-certain, kind="stable")
    wrong = np.cumsum(1 - certain[order]) / np.arange(1, size + 1)
    named = order[(wrong <= MEMBER_FDR) & (certain[order] >= NAMED)]
    new = np.full(size, -1, np.int32)
    new[named] = best[named]
    new[(new >= 0) & (np.bincount(new[named], minlength=groups)[new] < SMALLEST)] = -1
    return _tally(contacts, new, certain)


def _mixture(count: Any, start: npt.NDArray[Any], groups: int, steps: int = 40, smooth: float = 0.05) -> Floats:
    """Posterior of each account over groups and background (last column)."""
    size = count.shape[0]
    posterior = np.zeros((size, groups + 1))
    posterior[np.arange(size), start] = 1.0
    for _ in range(steps):
        frequency = np.asarray((count.T @ posterior).T) + smooth
        frequency[:, -1] += 20 * smooth  # that a post stands beside nobody is the usual case
        frequency /= frequency.sum(axis=1, keepdims=True)
        prior = posterior.sum(axis=0) + 0.5
        score = np.asarray(count @ np.log(frequency).T) + np.log(prior / prior.sum())
        score -= score.max(axis=1, keepdims=True)
        new = np.exp(score)
        new /= new.sum(axis=1, keepdims=True)
        change = np.abs(new - posterior).max(initial=0.0)
        posterior = new
        if change < 1e-3:
            break
    return posterior


def unite(contacts: Contacts, label: Ints) -> Ints:
    """Merge groups whose members meet each other about as often as their own, given when they post.

    Meetings are joint posts; the chance to meet is that of posting in the same stratum. The relative rate is
    rate(A, B) / sqrt(rate(A, A) rate(B, B)); pairs of groups are merged from the highest rate (the lower end
    of its interval) down to `ALIKE`.
    """
    groups = int(label.max(initial=-1)) + 1
    if groups < 2:
        return label
    met, chance = _meetings(contacts, label, groups)
    parent = np.arange(groups)
    alive = [k for k in range(groups) if chance[k, k] > 0]
    while True:
        best, pair = ALIKE, (-1, -1)
        for x, a in enumerate(alive):
            for b in alive[x + 1 :]:
                usual = chance[a, b] * np.sqrt(met[a, a] / chance[a, a] * met[b, b] / chance[b, b])
                if usual > 0 and usual >= MEETINGS * min(met[a, a], met[b, b]):
                    rate = poisson_ratio(met[a, b], usual)[1]  # the lower end: a chance meeting unites nobody
                    if rate >= best:
                        best, pair = rate, (a, b)
        if pair == (-1, -1):
            break
        a, b = pair
        for table in (met, chance):
            table[a] += table[b]
            table[:, a] += table[:, b]
        alive.remove(b)
        parent[parent == b] = a
    return np.where(label >= 0, parent[label], -1).astype(np.int32)


def _meetings(contacts: Contacts, label: Ints, groups: int) -> tuple[Floats, Floats]:
    from scipy.sparse import coo_array

    data = contacts.data
    a, b = label[data.account[contacts.later]], label[data.account[contacts.earlier]]
    both = (a >= 0) & (b >= 0)
    met = np.zeros((groups, groups))
    np.add.at(met, (a[both], b[both]), 1.0)
    own = label[data.account]
    inside = own >= 0
    strata = int(data.stratum.max()) + 1
    posts = coo_array((np.ones(inside.sum()), (own[inside], data.stratum[inside])), shape=(groups, strata)).tocsr()
    size = np.bincount(data.stratum, minlength=strata)
    return met + met.T, np.asarray((posts.multiply(1.0 / size).tocsr() @ posts.T).todense())
