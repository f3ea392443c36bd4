"""Membership: which accounts belong to which group, and which groups are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.contacts import REACH, SMALLEST, Contacts, Floats
from tocsin.detect.amplification.incidence import Ints
from tocsin.stats.intervals import poisson_ratio
from tocsin.stats.tails import poisson_tail

MEMBER_FDR = 0.05
NAMED = 0.5  # least posterior probability of a named member
LEAN = 1000.0  # posts by which the background of a stratum leans on that of all
#: Where there are no outsiders an account's joint posts must be this unusual (Poisson tail) for anybody.
OWN = 0.03
ALIKE = 0.15  # groups that meet each other this often, relative to themselves, are one
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
    of their posterior while it is over `NAMED` and the group's expected share of wrong names at most `MEMBER_FDR`
    (Newton et al. 2004). Where there are no `ordinary` outsiders, accounts that stand beside the group no more often
    than anybody would, posts dealt at random, are not named (`OWN`).
    """
    label = np.full(len(contacts.data.accounts), -1, np.int32)
    for k, accounts in enumerate(start):
        label[accounts] = k
    best, certain = label, (label >= 0).astype(float)
    for _ in range(rounds if start else 0):
        best, certain = _refit(contacts, label, len(start), ordinary)
        likely = np.where(certain > 0.5, best, -1).astype(np.int32)
        if (likely == label).all():
            break
        label = likely
    named = _tally(contacts, _name(best, certain), certain)
    if not ordinary:
        usual = (named.label >= 0) & (poisson_tail(named.together, named.expected) > OWN)
        named = _tally(contacts, np.where(usual, -1, named.label).astype(np.int32), certain)
    return named


def _name(best: Ints, certain: Floats) -> Ints:
    label = np.full(len(best), -1, np.int32)
    for group in np.unique(best[best >= 0]):
        mine = np.flatnonzero((best == group) & (certain > NAMED))
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


def _refit(contacts: Contacts, label: Ints, groups: int, ordinary: bool) -> tuple[Ints, Floats]:
    """One round: outcomes against the likely members, then EM: each account's best group, and its posterior. Accounts
    that stand beside nobody are background."""
    from tocsin.kernels.exposure import LEVELS

    data = contacts.data
    size, classes = len(data.accounts), 2 * len(contacts.windows) * LEVELS
    cls, group = outcomes(contacts, label)
    beside = np.bincount(data.account[group >= 0], minlength=size) > 0
    kept = beside[data.account]
    nothing = groups * classes
    outcome = np.where(group >= 0, group.astype(np.int64) * classes + cls, nothing)[kept]
    row = (np.cumsum(beside) - 1)[data.account[kept]]
    alone = np.bincount(data.stratum[~kept], minlength=int(data.stratum.max(initial=-1)) + 1)
    mixture = Mixture(row, outcome, data.stratum[kept], nothing + 1, alone, size - int(beside.sum()))
    posterior = mixture.fit(np.where(label >= 0, label, groups)[beside], groups, ordinary)
    best, certain = np.full(size, -1, np.int32), np.zeros(size)
    best[beside] = posterior[:, :groups].argmax(axis=1)
    certain[beside] = posterior[:, :groups].max(axis=1)
    return best, certain


class Mixture:
    """Accounts as draws from groups and a background, told by the outcomes of their posts. The background has its own
    frequencies in each stratum, shrunk toward the overall: what is common in an hour says little in that hour.

    `row`, `outcome`, `stratum` of each post; `alone` are the posts of each stratum that are background for certain,
    and `others` their accounts.
    """

    def __init__(self, row: Any, outcome: Any, stratum: Any, outcomes: int, alone: Any, others: int) -> None:
        from scipy.sparse import coo_array

        self.row, self.stratum, self.alone, self.others = row, stratum, alone, others
        shape = (int(row.max(initial=-1)) + 1, outcomes)
        self.count = coo_array((np.ones(len(row)), (row, outcome)), shape=shape).tocsr()
        cells, self.cell = np.unique(stratum.astype(np.int64) * outcomes + outcome, return_inverse=True)
        self.cell_stratum, self.cell_outcome = np.divmod(cells, outcomes)

    def fit(self, start: npt.NDArray[Any], groups: int, local: bool, steps: int = 15, smooth: float = 0.05) -> Floats:
        """Posterior of each account over groups and background (last column), by EM with one background; a last step
        asks again against each stratum's own (`local`), not to be learned while members still count as background."""
        score = np.zeros((self.count.shape[0], groups + 1))
        score[np.arange(len(score)), start] = 1.0
        for step in range(steps + local):
            before = score
            frequency = np.asarray((self.count.T @ before).T) + smooth
            frequency[:, -1] += 20 * smooth  # that a post stands beside nobody is the usual case
            frequency[groups, -1] += self.alone.sum()
            frequency /= frequency.sum(axis=1, keepdims=True)
            prior = before.sum(axis=0) + 0.5
            prior[groups] += self.others
            score = np.asarray(self.count @ np.log(frequency).T)
            if step == steps:
                score[:, groups] = self._background(before[:, groups], frequency[groups])
            score += np.log(prior / prior.sum())
            score -= score.max(axis=1, keepdims=True)
            np.exp(score, out=score)
            score /= score.sum(axis=1, keepdims=True)
        return score

    def _background(self, outsider: Floats, frequency: Floats) -> Floats:
        """Log-likelihood of each account's posts if it is background."""
        weight = outsider[self.row]
        met = np.bincount(self.cell, weight, minlength=len(self.cell_outcome))
        posts = np.bincount(self.stratum, weight, minlength=len(self.alone)) + self.alone
        usual = (met + LEAN * frequency[self.cell_outcome]) / (posts[self.cell_stratum] + LEAN)
        # the posts beside nobody of accounts that are background for certain are in `posts` alone
        nobody = self.cell_outcome == len(frequency) - 1
        usual[nobody] += (self.alone / (posts + LEAN))[self.cell_stratum[nobody]]
        return np.bincount(self.row, np.log(usual)[self.cell], minlength=len(outsider)).astype(float)


def relabel(contacts: Contacts, membership: Membership, label: Ints) -> Membership:
    """The membership with other labels."""
    return _tally(contacts, label, membership.probability)


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
    inside = (label >= 0)[data.account]
    both = inside[contacts.later] & inside[contacts.earlier]
    a, b = (label[data.account[posts[both]]] for posts in (contacts.later, contacts.earlier))
    met = np.bincount(a.astype(np.int64) * groups + b, minlength=groups * groups).reshape(groups, groups).astype(float)
    own = label[data.account]
    strata = int(data.stratum.max()) + 1
    posts = coo_array((np.ones(inside.sum()), (own[inside], data.stratum[inside])), shape=(groups, strata)).tocsr()
    size = np.bincount(data.stratum, minlength=strata)
    return met + met.T, np.asarray((posts.multiply(1.0 / size).tocsr() @ posts.T).todense())
