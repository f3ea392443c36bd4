"""Membership: which accounts belong to which group, and which groups are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.contacts import REACH, SMALLEST, Contacts, Floats, Mask
from tocsin.detect.amplification.incidence import Ints
from tocsin.stats.intervals import poisson_ratio
from tocsin.stats.tails import poisson_tail

MEMBER_FDR = 0.05
NAMED = 0.8  # least posterior probability of a named member
#: The mixture takes posts as independent and is too sure: a member's joint posts must also be this unusual (Poisson
#: tail) for somebody outside the group who posts in the same strata.
OWN, LEAN = 0.03, 10.0
ALIKE = 0.3  # groups that meet each other this often, relative to themselves, are one
MEETINGS = 0.1  # least chance to meet, relative to a group's own, for that to be told


@dataclass(slots=True)
class Membership:
    """Which group each account belongs to (-1: none), with the posterior probability, after EM."""

    label: Ints
    probability: Floats
    together: Ints  # posts beside the own group's
    expected: Floats  # the same if the account's posts were dealt to it at random within their strata
    posts: Ints


def fill(contacts: Contacts, start: list[Ints], ordinary: bool, rounds: int = 4) -> Membership:
    """Say which accounts belong to which seed's group.

    Each post has one outcome: none, or the group it stands beside with the class of the contact. Accounts are draws
    from a mixture of the groups and a background, each with its own frequencies of outcomes (multinomial mixture, EM,
    smoothed). Outcomes are read anew against the likely members until those stay the same. Members are named in order
    of their posterior while it is `NAMED` or more and the group's expected share of wrong names at most `MEMBER_FDR`
    (Newton et al. 2004). Accounts that stand amid the group no more often than an outsider does (where there are no
    `ordinary` outsiders: beside it no more often than anybody, posts dealt at random) are not named (`OWN`).
    """
    label = np.full(len(contacts.data.accounts), -1, np.int32)
    for k, accounts in enumerate(start):
        label[accounts] = k
    best, certain = label, (label >= 0).astype(float)
    for _ in range(rounds if start else 0):
        best, certain = _refit(contacts, label, len(start))
        likely = np.where(certain > 0.5, best, -1).astype(np.int32)
        if (likely == label).all():
            break
        label = likely
    named = _tally(contacts, _name(best, certain), certain)
    usual = _usual(contacts, named.label) if ordinary else poisson_tail(named.together, named.expected) > OWN
    usual &= named.label >= 0
    if usual.any():
        named = _tally(contacts, np.where(usual, -1, named.label).astype(np.int32), certain)
    return named


def _name(best: Ints, certain: Floats) -> Ints:
    label = np.full(len(best), -1, np.int32)
    for group in np.unique(best[best >= 0]):
        mine = np.flatnonzero((best == group) & (certain >= NAMED))
        mine = mine[np.argsort(-certain[mine], kind="stable")]
        wrong = np.cumsum(1 - certain[mine]) / np.arange(1, len(mine) + 1)
        named = mine[wrong <= MEMBER_FDR]
        if len(named) >= SMALLEST:
            label[named] = group
    return label


def outcomes(contacts: Contacts, label: Ints) -> tuple[Any, Any]:
    """For each post its strongest class of contact with a labelled group, and that group (-1: none)."""
    from tocsin.kernels import exposure

    data, s = contacts.data, contacts.shares
    groups = int(label.max(initial=-1)) + 1
    result: tuple[Any, Any] = exposure.outcomes(
        s.obj, s.post, data.time, data.account, contacts.topic, label, groups, contacts.windows, REACH
    )
    return result


def _tally(contacts: Contacts, label: Ints, probability: Floats) -> Membership:
    data = contacts.data
    _, group = outcomes(contacts, label)
    own = (group >= 0) & (group == label[data.account])
    together = np.bincount(data.account[own], minlength=len(label)).astype(np.int32)
    posts = np.bincount(data.account, minlength=len(label)).astype(np.int32)
    size = np.bincount(data.stratum)
    expected = np.zeros(len(label))
    for g in np.unique(label[label >= 0]):
        rate = np.bincount(data.stratum[group == g], minlength=len(size)) / np.maximum(size, 1)
        mine = label[data.account] == g
        expected += np.bincount(data.account[mine], rate[data.stratum[mine]], minlength=len(label))
    return Membership(label, probability, together, expected, posts)


def _usual(contacts: Contacts, label: Ints) -> Mask:
    """Labelled accounts that stand amid their group (contacts of the strongest kind) no more often than posts of
    outsiders in the same strata do, `OWN`; strata with few of those lean on all."""
    data = contacts.data
    cls, group = outcomes(contacts, label)
    group = np.where(cls < len(contacts.windows), group, -1)
    own = label[data.account]
    strata = int(data.stratum.max(initial=-1)) + 1
    amid, expected = np.zeros(len(label)), np.zeros(len(label))
    for g in np.unique(label[label >= 0]):
        outside = own != g
        beside = outside & (group == g)
        met = np.bincount(data.stratum[beside], minlength=strata)
        posts = np.bincount(data.stratum[outside], minlength=strata)
        rate = (met + LEAN * beside.sum() / max(outside.sum(), 1)) / (posts + LEAN)
        expected += np.bincount(data.account[~outside], rate[data.stratum[~outside]], minlength=len(label))
        amid += np.bincount(data.account[~outside & (group == g)], minlength=len(label))
    return poisson_tail(amid, expected) > OWN


def _refit(contacts: Contacts, label: Ints, groups: int) -> tuple[Ints, Floats]:
    """One round: outcomes against the likely members, then EM: each account's best group, and its posterior. Accounts
    that stand beside nobody are background."""
    from scipy.sparse import coo_array

    from tocsin.kernels.exposure import PARTS

    data = contacts.data
    size, classes = len(data.accounts), 2 * len(contacts.windows) * (len(PARTS) + 1)
    cls, group = outcomes(contacts, label)
    beside = np.bincount(data.account[group >= 0], minlength=size) > 0
    kept = beside[data.account]
    nothing = groups * classes
    outcome = np.where(group >= 0, group.astype(np.int64) * classes + cls, nothing)[kept]
    row = (np.cumsum(beside) - 1)[data.account[kept]]
    count = coo_array((np.ones(len(row)), (row, outcome)), shape=(int(beside.sum()), nothing + 1)).tocsr()
    alone = (size - int(beside.sum()), data.n - len(row))
    posterior = _mixture(count, np.where(label >= 0, label, groups)[beside], groups, alone)
    best, certain = np.full(size, -1, np.int32), np.zeros(size)
    best[beside] = posterior[:, :groups].argmax(axis=1)
    certain[beside] = posterior[:, :groups].max(axis=1)
    return best, certain


def _mixture(
    count: Any,
    start: npt.NDArray[Any],
    groups: int,
    alone: tuple[int, int],
    steps: int = 15,
    smooth: float = 0.05,
) -> Floats:
    """Posterior of each account over groups and background (last column), given its counts of outcomes; `alone` are the
    accounts, and their posts, that are background for certain."""
    size = count.shape[0]
    score = np.zeros((size, groups + 1))
    score[np.arange(size), start] = 1.0
    for _ in range(steps):
        before = score
        frequency = np.asarray((count.T @ before).T) + smooth
        frequency[:, -1] += 20 * smooth  # that a post stands beside nobody is the usual case
        frequency[groups, -1] += alone[1]
        frequency /= frequency.sum(axis=1, keepdims=True)
        prior = before.sum(axis=0) + 0.5
        prior[groups] += alone[0]
        score = np.asarray(count @ np.log(frequency).T) + np.log(prior / prior.sum())
        score -= score.max(axis=1, keepdims=True)
        np.exp(score, out=score)
        score /= score.sum(axis=1, keepdims=True)
        if np.abs(score - before).max(initial=0.0) < 0.01:
            break
    return score


def unite(contacts: Contacts, label: Ints, leads: Sequence[int]) -> Ints:
    """Merge leads whose members meet each other about as often as their own, given when they post.

    Meetings are joint posts; the chance to meet is that of posting in the same stratum. The relative rate is
    rate(A, B) / sqrt(rate(A, A) rate(B, B)); pairs of groups are merged from the highest rate (the lower end
    of its interval) down to `ALIKE`.
    """
    groups = int(label.max(initial=-1)) + 1
    if groups < 2:
        return label
    met, chance = _meetings(contacts, label, groups)
    parent = np.arange(groups)
    alive = [k for k in leads if chance[k, k] > 0]
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
