"""Division: a community of the joint-post network can hold several groups that merely met; each seeds its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.detect.amplification.candidates import SAME, Candidate, Known
from tocsin.detect.amplification.contacts import Contacts, leiden
from tocsin.detect.amplification.incidence import Ints
from tocsin.detect.amplification.membership import unite

FINE = 1.0  # resolution at which parts are sought inside a community
CARRIED = 0.5  # share of a community's joint posts that its confirmed parts must carry for it to divide


def divide(contacts: Contacts, seeds: list[Ints], confirmed: Sequence[Candidate]) -> list[Ints]:
    """Each seed (disjoint) cut into the communities of its own joint posts, put together again where these meet each
    other about as often as themselves (`unite`). Parts count that are alike (`SAME`) to a candidate confirmed by
    itself; a seed of which they carry less than `CARRIED` stays whole, else the rest of it is dropped."""
    size, known = len(contacts.data.accounts), Known(list(confirmed))
    weight: Any = np.bincount(contacts.pair, contacts.weight, minlength=len(contacts.pairs))
    times = np.bincount(contacts.pair, minlength=len(contacts.pairs))
    a, b = np.divmod(contacts.pairs, size)
    found: list[Ints] = []
    for seed, kept in zip(seeds, _pairs_inside(seeds, a, b, size), strict=True):
        one, other = a[kept], b[kept]
        # numbered among themselves, in the same order: a network of the seed, not of all accounts
        (parts,) = leiden(np.searchsorted(seed, one), np.searchsorted(seed, other), weight[kept], len(seed), (FINE,))
        label = np.full(size, -1, np.int32)
        for k, part in enumerate(parts):
            label[seed[part]] = k
        label = unite(contacts, label, range(len(parts)))
        alike = [int(k) for k in np.unique(label[label >= 0]) if (known.likeness(label == k) >= SAME).any()]
        same = (label[one] == label[other]) & np.isin(label[one], alike)
        if alike and times[kept][same].sum() >= CARRIED * times[kept].sum():
            found += [np.flatnonzero(label == k).astype(np.int32) for k in alike]
        else:
            found.append(seed)
    return found


def _pairs_inside(seeds: Sequence[Ints], a: Any, b: Any, size: int) -> list[Any]:
    """For each seed the positions of the pairs of accounts that lie inside it, ascending."""
    label = np.full(size, -1, np.int32)
    for k, seed in enumerate(seeds):
        label[seed] = k
    inside = np.flatnonzero((label[a] >= 0) & (label[a] == label[b]))
    order = inside[np.argsort(label[a[inside]], kind="stable")]
    return np.split(order, np.searchsorted(label[a[order]], np.arange(1, len(seeds)))) if seeds else []
