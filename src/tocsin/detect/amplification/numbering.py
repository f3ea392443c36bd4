"""Posts and shares of a table numbered on an engine, as `in_order` and the layers number them in memory.

No step sorts more than an hour's posts: each post's number is its rank within its clock hour and the count of posts of
the hours before. An object is known by its first share (number of the post, place in it), which is unique in its layer
and puts objects in order of first appearance. Accounts, languages and platforms are known by their first post.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin import __version__
from tocsin.detect.amplification.incidence import HOUR_US, ORDER
from tocsin.detect.amplification.layers import NEAR_JACCARD, READERS, Content, Layer, as_given, notes_on_links, pictures
from tocsin.detect.amplification.urls import short_links
from tocsin.engine.port import Engine, Frame
from tocsin.errors import RefusedError
from tocsin.model.arrow import pc, positions, schema
from tocsin.model.post import POSTS
from tocsin.progress import Progress

PLACES = 1 << 24  # of shares in one post; a share is known by the post's number times this plus its place
CODE = {layer: number for number, layer in enumerate(READERS)}
SHORT, LONG = len(CODE), len(CODE) + 1  # links as they stand, kept to be counted
_MOST = np.iinfo(np.int32).max

_NUMBERED = schema(
    [pa.field("number", pa.int64()), pa.field("us", pa.int64())]
    + [pa.field(field.name, field.type) for field in POSTS if field.name != "time"]
)
_SHARES = schema(
    [pa.field("layer", pa.int32()), pa.field("value", pa.string())]
    + [pa.field(name, pa.int64()) for name in ("object", "number", "who", "us")]
)
_READ = ("number", "us", "who", "text", "repost_of", "reply_to", "urls", "hashtags", "mentions", "media", "objects")
_KEPT_IN = {"plain": "kept", "near": "kept-near", "media": "kept-media"}
_KEPT = ("layer", "object", "number", "who", "us")


class Steps:
    """Tables that are made one from another; one that stands and was made of the same is not made again. Where the
    engine does not know what the posts were made of, all are made."""

    def __init__(self, engine: Engine, table: str, progress: Progress) -> None:
        self.engine, self.posts, self.progress = engine, table, progress
        self._of = engine.made_of(table) or ""

    def table(self, name: str, make: Callable[[], Frame], *decided_by: object) -> Frame:
        """The step's table, below the name of the posts'."""
        name = f"{self.posts}-{name}"
        said = repr((__version__, self._of, name, decided_by))
        digest = hashlib.sha256(said.encode()).hexdigest() if self._of else ""
        if not digest or self.engine.made_of(name) != digest:
            self.engine.write(make(), name, made_of=digest)
        self.progress.advance()
        return self.engine.scan(name)


def numbered(steps: Steps) -> Frame:
    """The posts with their `number`, time in microseconds (`us`), and the first post of their account (`who`), language
    (`tongue`) and platform (`square`; null where there is none). `RefusedError` over 2^31 posts."""

    def make() -> Frame:
        engine = steps.engine
        posts = engine.scan(steps.posts).with_columns(hour=nw.col("time").dt.truncate("1h"))
        counted = engine.collect(posts.group_by("hour").agg(posts=nw.len()))
        hours = counted["hour"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy() // HOUR_US
        order = np.argsort(hours)
        size = counted["posts"].to_numpy()[order]
        ends = np.cumsum(size)
        if len(ends) and ends[-1] > _MOST:
            raise RefusedError(
                f"{steps.posts}: {ends[-1]:,} posts; one scan takes {_MOST:,}", hint="scan fewer days at a time"
            )
        starts = dict(zip(hours[order].tolist(), (ends - size).tolist(), strict=True))
        made = engine.partition_apply(posts, "hour", partial(_number, starts=starts), _NUMBERED)
        for column, first in (("account", "who"), ("language", "tongue"), ("platform", "square")):
            firsts = made.group_by(column).agg(nw.col("number").min().alias(first))
            made = made.join(firsts, on=column, how="left")
        return made

    return steps.table("numbered", make)


def _number(posts: pa.Table, starts: Mapping[int, int]) -> pa.Table:
    """Whole hours of posts, put in order and numbered from the `starts` of their hours on."""
    posts = posts.take(pc.sort_indices(posts.select(ORDER), [(name, "ascending") for name in ORDER]))
    us = posts["time"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    hours, first, of = np.unique(us // HOUR_US, return_index=True, return_inverse=True)
    start = np.array([starts[hour] for hour in hours.tolist()], np.int64)
    number = start[of] + np.arange(len(us)) - first[of]
    columns = [pa.array(number), pa.array(us), *(posts[name] for name in _NUMBERED.names[2:])]
    return pa.table(columns, names=_NUMBERED.names)


def shares(steps: Steps, posts: Frame, layers: Sequence[Layer]) -> Frame:
    """What posts share, layer by layer as their readers see it: pictures as given, texts by their hash; nearly
    identical texts stand under `text`. Also every distinct link of a part, as it stands (`SHORT`, `LONG`)."""
    read = tuple(sorted({_read_as(layer) for layer in layers}, key=CODE.__getitem__))

    def make() -> Frame:
        return steps.engine.partition_apply(posts.select(_READ), None, partial(_read, layers=read), _SHARES)

    return steps.table("shares", make, read)


def _read_as(layer: Layer) -> Layer:
    return "text" if layer == "near_text" else layer


def _read(posts: pa.Table, layers: Sequence[Layer]) -> pa.Table:
    posts = posts.take(pc.sort_indices(posts["number"]))
    content, number = Content(posts), posts["number"].to_numpy()
    parts = [_SHARES.empty_table()]
    for layer in layers:
        found = as_given(content, "media") if layer == "media" else READERS[layer](content)
        values = pa.array(content.hashes).cast(pa.string()) if layer == "text" else found.names
        of = number[found.post]
        places = np.arange(len(of)) - np.searchsorted(found.post, found.post)
        rows = positions(found.post)
        columns = [
            pa.repeat(pa.scalar(CODE[layer], pa.int32()), len(of)), values.take(positions(found.obj)),
            pa.array(of * PLACES + places), pa.array(of), posts["who"].take(rows), posts["us"].take(rows),
        ]  # fmt: skip
        parts.append(pa.table(columns, schema=_SHARES))
    if "url" in layers:
        links = content.raw_links.names
        kinds = pc.if_else(short_links(links), pa.scalar(SHORT, pa.int32()), pa.scalar(LONG, pa.int32()))
        none = pa.repeat(pa.scalar(0, pa.int64()), len(links))
        parts.append(pa.table([kinds, links.cast(pa.string()), none, none, none, none], schema=_SHARES))
    return pa.concat_tables(parts)


def objects(steps: Steps, shared: Frame) -> Frame:
    """Every object of every layer: its first share, that one's post, the lowest and highest of its accounts."""

    def make() -> Frame:
        return shared.group_by("layer", "value").agg(
            first=nw.col("object").min(), post=nw.col("number").min(), **_ACCOUNTS
        )

    return steps.table("objects", make, _decided(steps, "shares"))


_ACCOUNTS = {"low": nw.col("who").min(), "high": nw.col("who").max()}
_MANY = nw.col("low") != nw.col("high")


def _decided(steps: Steps, name: str) -> str | None:
    return steps.engine.made_of(f"{steps.posts}-{name}")


def step_of(layer: Layer) -> str:
    """Which step keeps the shares of a layer."""
    return {"near_text": "near", "media": "media"}.get(layer, "plain")


def kept(steps: Steps, posts: Frame, layers: Sequence[Layer]) -> tuple[dict[str, Frame], list[str]]:
    """Shares (`_KEPT`) of the objects that two accounts or more share, by `step_of` their layer; what to tell of links
    and pictures."""
    shared = shares(steps, posts, layers)
    known = objects(steps, shared)
    frames, notes = dict[str, Frame](), list[str]()
    wanted = {step_of(layer) for layer in layers}
    if "plain" in wanted:
        frames["plain"] = _plain(steps, shared, known, [CODE[layer] for layer in layers if step_of(layer) == "plain"])
    if "near" in wanted:
        frames["near"] = _near(steps, posts, shared, known)
    if "media" in wanted:
        frames["media"], of_pictures = _media(steps, shared, known)
    for layer in layers:  # in the order in which they were asked for
        if layer == "url":
            notes += _told_of_links(steps.engine, known)
        if layer == "media":
            notes += of_pictures
    return frames, notes


def pairs(steps: Steps, layer: Layer, make: Callable[[], Frame], *decided_by: object) -> Frame:
    """What was counted of a layer's shares; `make` counts it."""
    return steps.table(f"pairs-{layer}", make, *decided_by, _decided(steps, _KEPT_IN[step_of(layer)]))


def _told_of_links(engine: Engine, known: Frame) -> list[str]:
    links = known.filter(nw.col("layer") >= SHORT).group_by("layer").agg(links=nw.len())
    count = {row["layer"]: row["links"] for row in engine.collect(links).to_pylist()}
    return notes_on_links(count.get(SHORT, 0), sum(count.values()))


def _plain(steps: Steps, shared: Frame, known: Frame, codes: list[int]) -> Frame:
    """Shares of objects that are the same only where they are equal."""

    def make() -> Frame:
        many = known.filter(_MANY, nw.col("layer").is_in(codes)).select("layer", "value", "first")
        return _named(shared.join(many, on=["layer", "value"]))

    return steps.table("kept", make, codes, _decided(steps, "objects"))


def _named(shares: Frame) -> Frame:
    """Shares under the object's first one."""
    return shares.select("layer", nw.col("first").alias("object"), "number", "who", "us")


def _of(frame: Frame, layer: Layer) -> Frame:
    return frame.filter(nw.col("layer") == CODE[layer])


def _regrouped(shares: Frame) -> Frame:
    """Shares (`_KEPT`) whose objects were put together, each once, without those of one account."""
    once = shares.unique(list(_KEPT))
    many = once.group_by("object").agg(**_ACCOUNTS).filter(_MANY).select("object")
    return once.join(many, on="object").select(_KEPT)


def _near(steps: Steps, posts: Frame, shared: Frame, known: Frame) -> Frame:
    """Shares of nearly identical texts; an object is named by the first text of its cluster."""
    from tocsin.resolve.near import near_on

    def clusters() -> Frame:
        distinct = _of(known, "text").select(nw.col("post").alias("key"))
        texts = distinct.join(posts.select(nw.col("number").alias("key"), "text"), on="key")
        return near_on(steps.engine, texts, NEAR_JACCARD, 0.99)

    near = steps.table("near", clusters, NEAR_JACCARD, _decided(steps, "objects"))

    def make() -> Frame:
        keys = _of(known, "text").select("value", nw.col("post").alias("key"))
        leaders = keys.join(near.select("key", nw.col("first").alias("leader")), on="key").select("value", "leader")
        moved = _of(shared, "text").join(leaders, on="value")
        code = nw.lit(CODE["near_text"]).cast(nw.Int32)
        return _regrouped(moved.select(code.alias("layer"), (nw.col("leader") * PLACES).alias("object"), *_KEPT[2:]))

    return steps.table("kept-near", make, _decided(steps, "near"))


def _media(steps: Steps, shared: Frame, known: Frame) -> tuple[Frame, list[str]]:
    """Shares of pictures; distinct hashes are compared here, and `RefusedError` is raised where they do not fit."""
    found = steps.engine.collect(_of(known, "media").select("first", "value")).sort_by("first")
    firsts = found["first"].to_numpy()
    code, notes = pictures(found["value"].combine_chunks())
    moved = np.flatnonzero(code != np.arange(len(code)))
    of, to = firsts[moved], firsts[code[moved]]

    def make() -> Frame:
        named = _named(_of(shared, "media").join(_of(known, "media").select("value", "first"), on="value"))
        kept_columns = schema([_SHARES.field(name) for name in _KEPT])
        return _regrouped(steps.engine.partition_apply(named, None, partial(_move, of=of, to=to), kept_columns))

    return steps.table("kept-media", make, _decided(steps, "objects")), notes


def _move(shares: pa.Table, of: npt.NDArray[Any], to: npt.NDArray[Any]) -> pa.Table:
    """Shares with the objects in `of` (ascending) named as `to` says."""
    given = shares["object"].to_numpy().copy()
    if len(of):
        at = np.minimum(np.searchsorted(of, given), len(of) - 1)
        given = np.where(of[at] == given, to[at], given)
    return shares.set_column(shares.column_names.index("object"), "object", pa.array(given)).select(_KEPT)
