"""Ties: pairs of accounts that meet more often than chance allows; and the groups that ties make."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.contacts import CROWDED, SMALLEST
from tocsin.detect.amplification.incidence import Ints, Longs, csr
from tocsin.detect.amplification.live.snapshot import Snapshot
from tocsin.detect.amplification.pairs import paces, posts_by_stratum, rates
from tocsin.detect.amplification.synchrony import SLOWEST, Pace, Synchrony, only, summarise
from tocsin.stats.tails import bernoulli_sum_tail, by_q, poisson_tail

Floats = npt.NDArray[np.float64]
ORDINARY = 100  # objects of other people that a layer must hold to compare with


@dataclass(slots=True)
class Ties:
    """Pairs a < b of accounts, one row each: distinct objects shared within the window, occasions (posts), expected
    meetings; p and q of meeting at all (affinity) and of meeting so fast (synchrony); median delay in seconds."""

    a: Ints
    b: Ints
    objects: Longs
    occasions: Longs
    expected: Floats
    p: Floats
    q: Floats
    p_synchrony: Floats
    q_synchrony: Floats
    delay_s: Floats

    def but(self, keep: Any) -> Ties:
        """The rows that the mask says."""
        return Ties(*(getattr(self, field.name)[keep] for field in fields(self)))


def find(data: Snapshot, window_us: int, span_us: int, objects: int, alpha: float, threads: int) -> Ties:
    """Pairs that share at least so many objects on as many occasions, and meet more often than chance allows: with
    q at most `alpha`, Benjamini-Yekutieli over all possible pairs. Shares amid more than `CROWDED` others of their
    object within the window make no tie."""
    from tocsin.kernels.coshare import coshare
    from tocsin.kernels.exposure import crowds
    from tocsin.kernels.ties import closeness, compare, expected, meetings

    windows, shares = np.array([window_us], np.int64), data.all
    quiet = crowds(shares.obj, shares.post, data.time, window_us) <= CROWDED + 1
    obj, post, account = shares.obj[quiet], shares.post[quiet], shares.account[quiet]
    found = coshare(obj, account, data.time[post], windows, keep=objects, threads=threads)
    strata = int(data.stratum.max(initial=0)) + 1
    key, count = meetings(obj, post, data.time, account, data.stratum, strata, windows)
    size = np.bincount(data.stratum, minlength=strata)
    placed: Any = data
    mean = expected(found.a, found.b, *posts_by_stratum(placed, strata), *rates(key, count, size, strata), 1)[:, 0]
    tests = max(len(data.accounts) * (len(data.accounts) - 1) // 2, 1)
    together = found.objects[:, 0].astype(np.int64)
    able = _able(poisson_tail(together, mean), tests, alpha)  # as many occasions as objects would be the most
    a, b, together, mean = found.a[able], found.b[able], together[able], mean[able]
    asked = np.zeros(len(data.accounts), np.bool_)
    asked[a] = asked[b] = True
    mine = np.flatnonzero(asked[account])
    mine = mine[np.argsort(account[mine], kind="stable")]  # by account, and inside by object, then post
    start = csr(account[mine], len(data.accounts))[0]
    pace = paces(closeness(obj, post, data.time, data.objects, windows, span_us))
    shared, close, met, delay = compare(a, b, start, obj[mine], post[mine], data.time, pace, windows, span_us)
    occasions = np.minimum(met[:, 0], together)  # one thing posted again and again is one occasion
    p = poisson_tail(occasions, mean)
    synchrony = bernoulli_sum_tail(together, shared, close[:, 0])
    q, q_synchrony = by_q(p, tests), by_q(synchrony, tests)
    ties = Ties(a, b, together, occasions, mean, p, q, synchrony, q_synchrony, delay / 1e6)
    return ties.but((occasions >= objects) & (q <= alpha))


def _able(least: Floats, tests: int, alpha: float) -> npt.NDArray[np.bool_]:
    """Which pairs could have q of at most `alpha`, given the least that each p can be: those whose p is low enough for
    the rank that it has if all the others that could have it do."""
    limit, count = alpha / tests, len(least)
    while True:
        able = least <= limit * count
        if able.sum() == count:
            return able
        count = int(able.sum())


def groups(ties: Ties, accounts: int) -> Ints:
    """The group of each account, -1 for none, of ties that hold: accounts joined by ties each of which stands in a
    triangle (the 3-truss, Cohen 2008), so that no single tie chains two groups together. Numbered by first account."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    from tocsin.kernels.live import in_triangles

    ends = np.concatenate([ties.a, ties.b]), np.concatenate([ties.b, ties.a])
    order = np.lexsort((ends[1], ends[0]))
    start = csr(ends[0], accounts)[0]
    firm = in_triangles(start, ends[1][order], ties.a, ties.b)
    a, b = ties.a[firm], ties.b[firm]
    label = connected_components(coo_array((np.ones(len(a)), (a, b)), (accounts, accounts)), directed=False)[1]
    large = np.bincount(label, minlength=1) >= SMALLEST
    tied = large[label] if accounts else np.zeros(0, np.bool_)
    result = np.full(accounts, -1, np.int32)
    _, first, code = np.unique(label[tied], return_index=True, return_inverse=True)
    result[tied] = np.argsort(np.argsort(first))[code]
    return result


def fast(data: Snapshot, label: Ints, alpha: float) -> dict[int, Synchrony]:
    """The groups whose members follow one another faster than as many others do on objects as popular (`synchrony`),
    with their pace. Groups already found to be fast are no measure for the others. A group that shares things of a
    layer in which hardly anybody else shares is compared with objects of every layer."""
    alone = _alone(data, label)
    leads: dict[int, Synchrony] = {}
    views: tuple[tuple[Any, Any], ...] = (data, ~alone), (_OneLayer(data), alone)
    for read, some in views:
        asked = set(np.flatnonzero(some).tolist())
        pace = Pace(read, data.all) if asked else None
        while asked and pace:
            told = summarise(pace.ranks(only(label, asked), np.isin(label, list(leads))))
            more = {g: s for g, s in told.items() if s.fast and s.high <= SLOWEST and s.p <= alpha / len(alone)}
            if not more:
                break
            leads |= more
            asked -= set(more)
    return leads


class _OneLayer:
    """A snapshot in which all objects are of one layer."""

    def __init__(self, data: Snapshot) -> None:
        self.accounts, self.time, self.objects = data.accounts, data.time, data.objects

    def layer_of(self, obj: Any) -> Any:
        """0 for every object."""
        return np.zeros(len(obj), np.int64)


def _alone(data: Snapshot, label: Ints) -> Any:
    """For each group, whether fewer than `ORDINARY` objects of the layer it shares most in are anybody else's."""
    s = data.all
    tied = np.flatnonzero(label[s.account] >= 0)
    shares = np.bincount(s.obj[tied], minlength=data.objects)
    ordinary = np.bincount(data.layer_of(np.flatnonzero(shares <= 1)), minlength=len(data.layers))
    joint = tied[shares[s.obj[tied]] > 1]
    used = np.zeros((int(label.max(initial=-1)) + 1, len(data.layers)), np.int64)
    np.add.at(used, (label[s.account[joint]], data.layer_of(s.obj[joint])), 1)
    return ordinary[used.argmax(axis=1)] < ORDINARY
