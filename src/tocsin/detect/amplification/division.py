"""Division: a community of the joint-post network can hold several groups that merely met; each seeds its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.detect.amplification.candidates import SAME, Candidate
from tocsin.detect.amplification.contacts import Contacts, Mask, leiden
from tocsin.detect.amplification.incidence import Ints
from tocsin.detect.amplification.membership import unite

FINE = 1.0  # resolution at which parts are sought inside a community
CARRIED = 0.5  # share of a community's joint posts that its confirmed parts must carry for it to divide


def divide(contacts: Contacts, seeds: list[Ints], confirmed: Sequence[Candidate]) -> list[Ints]:
    """Each seed cut into the communities of its own joint posts, put together again where these meet each other about
    as often as themselves (`unite`). Parts count that are alike (`SAME`) to a candidate confirmed by itself; a seed of
    which they carry less than `CARRIED` stays whole, else the rest of it is dropped."""
    size = len(contacts.data.accounts)
    a, b = np.divmod(contacts.pairs, size)
    weight: Any = np.bincount(contacts.pair, contacts.weight, minlength=len(contacts.pairs))
    times = np.bincount(contacts.pair, minlength=len(contacts.pairs))
    inside = np.zeros(size, np.bool_)
    found: list[Ints] = []
    for seed in seeds:
        inside[seed] = True
        kept = inside[a] & inside[b]
        (parts,) = leiden(a[kept], b[kept], weight[kept], size, (FINE,))
        inside[seed] = False
        label = np.full(size, -1, np.int32)
        for k, part in enumerate(parts):
            label[part] = k
        label = unite(contacts, label, range(len(parts)))
        alike = [int(k) for k in np.unique(label[label >= 0]) if _confirmed(label == k, confirmed)]
        same = kept & (label[a] == label[b]) & np.isin(label[a], alike)
        if alike and times[same].sum() >= CARRIED * times[kept].sum():
            found += [np.flatnonzero(label == k).astype(np.int32) for k in alike]
        else:
            found.append(seed)
    return found


def _confirmed(part: Mask, confirmed: Sequence[Candidate]) -> bool:
    size = int(part.sum())
    common = ((int(part[c.accounts].sum()), len(c.accounts)) for c in confirmed)
    return any(n >= SAME * (size + other - n) for n, other in common)
