"""Posts and shares in the form that the kernels read: who posted when, in which stratum, sharing which objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.amplification.layers import Layer, LayerShares
from tocsin.model.arrow import Array, pc, positions

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

HOUR_US = 3_600_000_000
LANGUAGE_KNOWN = 0.95  # below this share of posts with a language, strata leave it out: unknown is not a language


def in_order(posts: pa.Table) -> pa.Table:
    """Posts by time, then id: the order in which everything is numbered, whatever the order of the input. Posts that
    are in order come back as they are."""
    keys = pa.table({"t": posts.column("time"), "p": posts.column("post")})
    order = pc.sort_indices(keys, [("t", "ascending"), ("p", "ascending")])
    return posts if (np.diff(order.to_numpy().astype(np.int64)) > 0).all() else posts.take(order)


def stratified_by_language(posts: pa.Table) -> bool:
    """Whether enough posts carry a language to keep languages apart under the null."""
    return posts.num_rows > 0 and posts.column("language").null_count <= (1 - LANGUAGE_KNOWN) * posts.num_rows


def _strata(posts: pa.Table, time: Longs) -> Ints:
    hour = time // HOUR_US
    if stratified_by_language(posts):
        language = pc.dictionary_encode(posts.column("language"), null_encoding="encode").combine_chunks()
        codes = language.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        hour = hour * (len(language.dictionary) + 1) + codes
    return np.unique(hour, return_inverse=True)[1].astype(np.int32)


@dataclass(slots=True)
class Shares:
    """Shares sorted by object, then post, of the objects that at least two accounts share."""

    obj: Ints
    post: Ints
    account: Ints

    def of(self, posts: Any) -> Shares:
        """Those of the posts that the mask says."""
        kept = posts[self.post]
        return Shares(self.obj[kept], self.post[kept], self.account[kept])


class Incidence:
    """Posts in order (`in_order`) with their accounts and strata, and the shares of all layers over one numbering of
    objects. Objects of one account alone are left out: nobody can share them with anybody."""

    def __init__(self, posts: pa.Table, layers: Mapping[Layer, LayerShares]) -> None:
        self.posts = posts
        self.n = posts.num_rows
        self.time: Longs = posts.column("time").cast(pa.int64()).to_numpy()
        # numbered by first appearance, not by name: findings must not depend on the pseudonyms' key
        names = pc.unique(posts.column("account"))
        self.accounts: Array = names
        self.account: Ints = pc.index_in(posts.column("account"), names).to_numpy().astype(np.int32)
        self.stratum: Ints = _strata(posts, self.time)
        self.layers = tuple(layers)
        self.shared: dict[Layer, Shares] = {}
        self.code: dict[Layer, Ints] = {}  # the layer's own object codes, by number here less the layer's first
        self.names = {layer: shares.names for layer, shares in layers.items()}
        self.first: dict[Layer, int] = {}
        objects = 0
        for layer, shares in layers.items():
            self.first[layer] = objects
            self.shared[layer], self.code[layer] = self._keep_shared(shares, objects)
            objects += len(self.code[layer])
        self.objects = objects
        self._starts = np.array(list(self.first.values()))

    def _keep_shared(self, shares: LayerShares, first: int) -> tuple[Shares, Ints]:
        account = self.account[shares.post]
        n = len(shares.names)
        low = np.full(n, np.iinfo(np.int32).max, np.int32)
        high = np.full(n, -1, np.int32)
        np.minimum.at(low, shares.obj, account)
        np.maximum.at(high, shares.obj, account)
        many = high > low
        code = np.flatnonzero(many).astype(np.int32)
        number = np.cumsum(many, dtype=np.int32) - 1 + np.int32(first)
        keep = many[shares.obj]
        obj, post = number[shares.obj[keep]], shares.post[keep]
        order = np.argsort(obj.astype(np.int64) << 32 | post)
        obj, post = obj[order], post[order]
        return Shares(obj, post, self.account[post]), code

    @cached_property
    def all(self) -> Shares:
        """The shares of every layer; sorted, since objects are numbered layer by layer."""
        parts = [self.shared[layer] for layer in self.layers]
        if not parts:
            empty = np.empty(0, np.int32)
            return Shares(empty, empty, empty)
        return Shares(*(np.concatenate([getattr(part, name) for part in parts]) for name in Shares.__slots__))

    def layer_of(self, obj: Any) -> npt.NDArray[np.intp]:
        """Index into `layers` of each object number."""
        # empty layers share their start with the next one: the last of those that start there holds the object
        found: npt.NDArray[np.intp] = self._starts.searchsorted(obj, side="right") - 1
        return found

    def name_of(self, obj: int) -> tuple[Layer, str]:
        """Layer and text of an object."""
        return self.layers[int(self.layer_of(obj))], self.names_of(np.array([obj]))[0].as_py()

    def names_of(self, objects: Any) -> Array:
        """Texts of objects, which come in ascending order."""
        layer = self.layer_of(objects)
        parts = [pa.array([], pa.string())]
        for k in np.unique(layer):
            name = self.layers[k]
            codes = self.code[name][objects[layer == k] - self.first[name]]
            parts.append(self.names[name].take(positions(codes)).cast(pa.string()))
        return pa.concat_arrays(parts)


def csr(keys: Any, size: int) -> tuple[Longs, Ints]:
    """Positions of each key 0..size-1: `at[start[k]:start[k + 1]]`, ascending."""
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=start[1:])
    return start, np.argsort(keys, kind="stable").astype(np.int32)


def time_grain_s(time: Longs) -> float:
    """The coarsest of an hour, a minute, a second and a microsecond that divides all times, in seconds."""
    for grain in (3600.0, 60.0, 1.0):
        if len(time) and not (time % int(grain * 1e6)).any():
            return grain
    return 1e-6


def warnings(data: Incidence, windows_s: Sequence[float], grain_s: float) -> list[str]:
    """What a user should know before reading the findings."""
    told = []
    coarse = [f"{w:g} s" for w in windows_s if w < grain_s]
    if coarse:
        told.append(
            f"Times are given to the {grain_s:g} s; windows of {', '.join(coarse)} see only posts with the same stamp."
        )
    if not stratified_by_language(data.posts):
        known = 1 - data.posts.column("language").null_count / max(data.n, 1)
        told.append(
            f"The language is known for {known:.0%} of the posts, too few to keep languages apart: a shared language "
            "can look like affinity."
        )
    return told
