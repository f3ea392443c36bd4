"""The span as it stands at one moment, numbered the same whatever the order in which its posts arrived."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification.incidence import LANGUAGE_KNOWN, Ints, Shares
from tocsin.detect.amplification.live.held import LAYER_BITS, LAYERS, Hashes, Longs, Part

CELL_US = 300_000_000  # within five minutes and one language posts are exchangeable under the null


class Snapshot:
    """Posts after `since_us` and up to `now_us`, the newest `most` of them, in order of time, then of the hash of
    their id; a post that came twice counts once. Objects (shared by two accounts or more) are numbered by key, accounts
    by first appearance. Has what `pairs`, `synchrony` and `describe` read of an `Incidence`."""

    def __init__(self, held: Part, since_us: int, now_us: int, most: int) -> None:
        inside = np.flatnonzero((held.time > since_us) & (held.time <= now_us))
        order = inside[_order(held.time[inside], held.post[inside])]
        again = (np.diff(held.time[order]) == 0) & (np.diff(held.post[order]) == 0)
        order = order[np.concatenate([[True], ~again])[: len(order)]]
        order = order[max(len(order) - most, 0) :]
        self.n = len(order)
        self.layers = LAYERS
        self.time: Longs = held.time[order]
        self.number: Longs = held.number[order]
        self.post: Hashes = held.post[order]
        coded = pa.array(held.account[order]).dictionary_encode()
        self.accounts, self.account = coded.dictionary, coded.indices.to_numpy()
        self.stratum = _strata(self.time, held.language[order])
        row = np.full(len(held.number), -1, np.int32)
        row[order] = np.arange(self.n, dtype=np.int32)
        of = row[np.searchsorted(held.number, held.of)]
        self.all, self.keys = self._shared(of[of >= 0], held.obj[of >= 0])
        self.objects = len(self.keys)

    def _shared(self, post: Ints, key: Hashes) -> tuple[Shares, Hashes]:
        """Shares of the objects of two accounts or more, sorted by object, then post; the keys of these objects."""
        coded = pa.array(key).dictionary_encode()
        code, account = coded.indices.to_numpy(), self.account[post]
        low = np.full(len(coded.dictionary), len(self.accounts), np.int32)
        high = np.full(len(coded.dictionary), -1, np.int32)
        np.minimum.at(low, code, account)
        np.maximum.at(high, code, account)
        many = np.flatnonzero(high > low)
        keys = coded.dictionary.to_numpy()[many]
        by_key = np.argsort(keys)
        number = np.full(len(low), -1, np.int32)
        number[many[by_key]] = np.arange(len(many), dtype=np.int32)
        obj = number[code]
        sorted_shares = np.sort(obj[obj >= 0].astype(np.int64) << 32 | post[obj >= 0])
        obj, post = (sorted_shares >> 32).astype(np.int32), sorted_shares.astype(np.int32)
        return Shares(obj, post, self.account[post]), keys[by_key]

    def layer_of(self, obj: Any) -> Any:
        """Index into `layers` of each object number."""
        return (self.keys[obj] >> np.uint64(64 - LAYER_BITS)).astype(np.int64)


def _order(time: Longs, post: Hashes) -> Longs:
    """By time, then hash; rows that are equal in both keep their order. Quick where rows come nearly in order."""
    order = np.argsort(time, kind="stable")
    same = np.diff(time[order]) == 0
    ties = np.flatnonzero(np.append(same, False) | np.append(False, same))
    order[ties] = order[ties][np.lexsort((post[order[ties]], time[order[ties]]))]
    return order


def _strata(time: Longs, language: Hashes) -> Ints:
    """Five minutes and language; five minutes alone where the language of too many posts is unknown."""
    cell = time // CELL_US
    if len(time) and (language != 0).mean() >= LANGUAGE_KNOWN:
        coded = pa.array(language).dictionary_encode()
        cell = cell * len(coded.dictionary) + coded.indices.to_numpy()
    return np.unique(cell, return_inverse=True)[1].astype(np.int32)
