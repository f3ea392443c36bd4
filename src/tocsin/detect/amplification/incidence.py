"""Posts and shares in the form that the kernels read: who posted when, in which stratum, sharing which objects."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
ORDER = ("time", "post", "platform", "file", "row")  # in which posts are numbered; the last where the first are equal
LANGUAGE_KNOWN = 0.95  # below this share of posts with a language, strata leave it out: unknown is not a language


def in_order(posts: pa.Table) -> pa.Table:
    """Posts by time, then id (`ORDER`): the order in which everything is numbered, whatever the order of the input.
    Posts that are in order come back as they are."""
    order = _order(posts, ("time", "post"))
    if _ties(posts, order):
        order = _order(posts, ORDER)
    return posts if (np.diff(order.to_numpy().astype(np.int64)) > 0).all() else posts.take(order)


def _order(posts: pa.Table, columns: Sequence[str]) -> Array:
    return pc.sort_indices(posts.select(columns), [(name, "ascending") for name in columns])


def _ties(posts: pa.Table, order: Array) -> bool:
    """Whether two posts have one time and one id, as posts of two platforms can."""
    time = posts.column("time").cast(pa.int64()).to_numpy()[order.to_numpy()]
    at = np.flatnonzero(np.diff(time) == 0)
    one, next_ = (posts.column("post").take(order.take(positions(rows))) for rows in (at, at + 1))
    return bool(pc.any(pc.equal(one, next_)).as_py())


def strata(time: Longs, language: Any, languages: int) -> Ints:
    """Numbers of the strata: clock hour, and language where codes of it are given."""
    hour = time // HOUR_US
    if language is not None:
        hour = hour * (languages + 1) + language
    return np.unique(hour, return_inverse=True)[1].astype(np.int32)


def _languages(posts: pa.Table) -> tuple[Longs, int]:
    coded = pc.dictionary_encode(posts.column("language"), null_encoding="encode").combine_chunks()
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), len(coded.dictionary)


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


class Numbered(ABC):
    """Posts in order with their accounts and strata, and the shares of all layers over one numbering of objects.
    Objects of one account alone are left out: nobody can share them with anybody. Accounts are numbered by first
    appearance, not by name: findings must not depend on the pseudonyms' key."""

    n: int
    time: Longs
    accounts: Array
    account: Ints
    stratum: Ints
    language_known: float  # share of the posts
    layers: tuple[Layer, ...]
    shared: dict[Layer, Shares]
    code: dict[Layer, Any]  # what the layer's objects are called where they come from, by number less the layer's first
    first: dict[Layer, int]
    objects: int

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = tuple(layers)
        self.shared, self.code, self.first = {}, {}, {}
        self.objects = 0

    def add(self, layer: Layer, shares: Shares, code: Any) -> None:
        """The next layer's shares, their objects numbered from `objects` on."""
        self.first[layer], self.shared[layer], self.code[layer] = self.objects, shares, code
        self.objects += len(code)

    @property
    def by_language(self) -> bool:
        """Whether enough posts carry a language to keep languages apart under the null."""
        return self.language_known >= LANGUAGE_KNOWN

    @abstractmethod
    def rows(self, columns: Sequence[str], at: Any) -> pa.Table:
        """Columns of posts by number, in the order asked for."""

    @abstractmethod
    def written(self, ids: Array) -> tuple[Array, Any]:
        """Of these ids of posts those that are there, and their numbers, ascending."""

    @abstractmethod
    def posted_with(self, client: str) -> int:
        """How many posts name the application."""

    @abstractmethod
    def names_of(self, objects: Any) -> Array:
        """Texts of objects, which come in ascending order."""

    def bring(self, posts: Any, objects: Any) -> None:  # noqa: B027  by default there is nothing to do
        """Make ready what will be asked of these posts and objects (ascending); a help, not a condition."""

    def afford(self, joint_posts: int) -> None:  # noqa: B027  in memory the posts weigh as much
        """`RefusedError` where a network of so many pairs of posts does not fit beside what is here."""

    def forget_posts(self) -> None:  # noqa: B027  by default there is nothing to do
        """Free what only descriptions need."""

    def pairs(self, layer: Layer, windows_us: Longs, *, keep: int, rounds: int, threads: int) -> Any:
        """`kernels.coshare.coshare` of a layer's shares."""
        from tocsin.kernels.coshare import coshare

        s = self.shared[layer]
        return coshare(s.obj, s.account, self.time[s.post], windows_us, keep=keep, rounds=rounds, threads=threads)

    @cached_property
    def all(self) -> Shares:
        """The shares of every layer; sorted, since objects are numbered layer by layer."""
        parts = [self.shared[layer] for layer in self.layers]
        if not parts:
            empty = np.empty(0, np.int32)
            return Shares(empty, empty, empty)
        return Shares(*(np.concatenate([getattr(part, name) for part in parts]) for name in Shares.__slots__))

    @cached_property
    def _starts(self) -> Any:
        return np.array([self.first[layer] for layer in self.layers])

    def layer_of(self, obj: Any) -> npt.NDArray[np.intp]:
        """Index into `layers` of each object number."""
        # empty layers share their start with the next one: the last of those that start there holds the object
        found: npt.NDArray[np.intp] = self._starts.searchsorted(obj, side="right") - 1
        return found

    def name_of(self, obj: int) -> tuple[Layer, str]:
        """Layer and text of an object."""
        return self.layers[int(self.layer_of(obj))], self.names_of(np.array([obj]))[0].as_py()


class Incidence(Numbered):
    """What is numbered, from a table of posts in order (`in_order`) and the layers read of it."""

    def __init__(self, posts: pa.Table, layers: Mapping[Layer, LayerShares]) -> None:
        super().__init__(tuple(layers))
        self.posts = posts
        self.n = posts.num_rows
        self.time = posts.column("time").cast(pa.int64()).to_numpy()
        names = pc.unique(posts.column("account"))
        self.accounts = names
        self.account = pc.index_in(posts.column("account"), names).to_numpy().astype(np.int32)
        unknown = posts.column("language").null_count
        self.language_known = 1 - unknown / max(self.n, 1)
        self.stratum = strata(self.time, *(_languages(posts) if self.by_language else (None, 0)))
        self.names = {layer: shares.names for layer, shares in layers.items()}
        for layer, shares in layers.items():
            self.add(layer, *self._keep_shared(shares, self.objects))

    def rows(self, columns: Sequence[str], at: Any) -> pa.Table:
        """Columns of posts by number, in the order asked for."""
        return self.posts.select(columns).take(positions(at))

    def written(self, ids: Array) -> tuple[Array, Any]:
        """Of these ids of posts those that are there, and their numbers, ascending."""
        posts = self.posts.column("post")
        at = np.flatnonzero(pc.is_in(posts, value_set=ids).to_numpy())
        return posts.take(positions(at)), at

    def posted_with(self, client: str) -> int:
        """How many posts name the application."""
        return int(pc.sum(pc.equal(self.posts.column("client"), client)).as_py() or 0)

    def forget_posts(self) -> None:
        """Free what only descriptions need."""
        del self.posts

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


def warnings(data: Numbered, windows_s: Sequence[float], grain_s: float) -> list[str]:
    """What a user should know before reading the findings."""
    told = []
    coarse = [f"{w:g} s" for w in windows_s if w < grain_s]
    if coarse:
        told.append(
            f"Times are given to the {grain_s:g} s; windows of {', '.join(coarse)} see only posts with the same stamp."
        )
    if not data.by_language:
        told.append(
            f"The language is known for {data.language_known:.0%} of the posts, too few to keep languages apart: a "
            "shared language can look like affinity."
        )
    return told
