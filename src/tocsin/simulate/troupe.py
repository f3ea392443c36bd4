"""Accounts that act together, planted into a table of posts: who takes part in which joint act, when, and what else
they post in between. What a joint act looks like is given by the kind (`plant`, `decoys`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.errors import UsageError
from tocsin.model.post import POSTS
from tocsin.simulate.crowd import reaction_s
from tocsin.simulate.draws import Floats, Ints, Keys
from tocsin.simulate.render import post_ids
from tocsin.simulate.words import CODES, TOPICS, handles, sentences

Values = dict[str, list[Any]]
Delay = Callable[[np.random.Generator, int], Floats]

#: Columns that a planted post leaves empty where the whole table does, so that it stands out by nothing but its acts.
_OPTIONAL = ("platform", "language", "client", "repost_of", "urls", "hashtags", "mentions", "media")


@dataclass(frozen=True, slots=True)
class Scene:
    """The joint acts of one troupe: act i is `member[i]` sharing `object[i]` at `time[i]` (microseconds). `rows` are
    the posts of the table that the objects are taken from, one an object; None where the objects are new."""

    rng: np.random.Generator
    posts: pa.Table
    object: Ints
    member: Ints
    time: Ints
    rows: Ints | None
    accounts: list[str]
    language: int
    first_row: int

    @property
    def objects(self) -> int:
        """How many objects are shared."""
        return int(self.object.max()) + 1

    @property
    def first(self) -> Ints:
        """When each object is first shared."""
        first = np.full(self.objects, np.iinfo(np.int64).max)
        np.minimum.at(first, self.object, self.time)
        return first

    def keys(self, n: int) -> Keys:
        """Fresh keys for texts."""
        return self.rng.integers(0, 1 << 63, n).astype(np.uint64)

    def texts(self, n: int) -> list[str]:
        """Fresh texts in the troupe's language, all different for all practical purposes."""
        group = np.full(n, self.language)
        return [str(t) for t in sentences(self.keys(n), group, self.rng.integers(0, len(TOPICS), n)).to_pylist()]

    def sources(self) -> list[dict[str, Any]]:
        """The post that each object is taken from; none where the objects are new."""
        posts: list[dict[str, Any]] = [] if self.rows is None else self.posts.take(self.rows).to_pylist()
        return posts


@dataclass(frozen=True, slots=True)
class Troupe:
    """How a set of accounts acts together. `dress` fills the columns of the joint acts (it may add rows by giving
    columns of another length than there are acts, then with `account` and `time`). `points_at`: the column whose value
    an existing object needs. `hours`: joint acts begin in this many hours of the day only. `within_s`: they all begin
    within so many seconds. `led`: the first member makes what the others share."""

    members: int
    objects: int
    delay: Delay
    dress: Callable[[Scene], Values]
    participation: float
    camouflage: float
    points_at: str | None = None
    hours: int | None = None
    within_s: float | None = None
    led: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """New posts (schema `POSTS`) and the accounts that made them."""

    posts: pa.Table
    accounts: list[str]


def plant_troupe(
    posts: pa.Table, troupe: Troupe, rng: np.random.Generator, first_account: int, first_row: int
) -> Planted:
    """Act as `troupe` among `posts` (schema `POSTS`, at least one row).

    `first_account` numbers the new handles, `first_row` the new ids. Raises UsageError where the table lacks what the
    objects are to be taken from.
    """
    times = posts.column("time").cast(pa.int64()).to_numpy()
    stage = posts.slice(int(rng.integers(posts.num_rows)), 1).to_pylist()[0]
    rows = None if troupe.points_at is None else _targets(posts, troupe, rng, stage["platform"])
    anchors = _anchors(rng, times, troupe) if rows is None else _soon_after(rng, times, rows)
    language = CODES.index(stage["language"]) if stage["language"] in CODES else 0
    accounts = [str(h) for h in handles(first_account + np.arange(troupe.members)).to_pylist()]
    member, shared = _who(rng, troupe)
    grain = _grain_us(times)
    delay = np.minimum(troupe.delay(rng, len(member)) * 1e6, (times.max() - anchors[shared]).clip(0))
    time = (anchors[shared] + delay.astype(np.int64)) // grain * grain
    scene = Scene(rng, posts, shared, member, time, rows, accounts, language, first_row)
    columns = {"account": [accounts[m] for m in member], "time": list(time), **troupe.dress(scene)}
    clients = _draw(posts, "client", rng, troupe.members)
    columns = _complete(columns, stage, dict(zip(accounts, clients, strict=True)))
    _add_camouflage(columns, posts, times, troupe, scene, stage["platform"], clients, grain)
    return Planted(_table(columns, posts, first_row), accounts)


def _who(rng: np.random.Generator, troupe: Troupe) -> tuple[Ints, Ints]:
    """Members and objects of all joint acts: two members at least share each object, and each member one at least."""
    sharers = np.arange(int(troupe.led), troupe.members)
    joins = rng.random((troupe.objects, troupe.members)) < troupe.participation
    joins[:, : sharers[0]] = False
    for row in joins:
        if row.sum() < 2:
            row[rng.choice(sharers, 2, replace=False)] = True
    idle = sharers[~joins[:, sharers].any(axis=0)]
    joins[rng.integers(0, troupe.objects, len(idle)), idle] = True
    shared, member = np.nonzero(joins)
    return member, shared


def _anchors(rng: np.random.Generator, times: Ints, troupe: Troupe) -> Ints:
    """When the joint acts begin: at times of posts of the table, up to a quarter of an hour off, so that they follow
    its rhythm; with `hours`, in that many of the hours of day, drawn by how much is posted in them."""
    if troupe.within_s is not None:
        start = times[rng.integers(len(times))]
        anchors = start + (rng.random(troupe.objects) * troupe.within_s * 1e6).astype(np.int64)
    elif troupe.hours is not None:
        hour = times // 3_600_000_000 % 24
        chosen = hour[rng.integers(0, len(times), troupe.hours)]
        anchors = rng.choice(times[np.isin(hour, chosen)], troupe.objects)
    else:
        quarter_us = 900_000_000
        anchors = rng.choice(times, troupe.objects) + rng.integers(-quarter_us, quarter_us + 1, troupe.objects)
    return np.asarray(anchors.clip(times.min(), times.max()), dtype=np.int64)


def _targets(posts: pa.Table, troupe: Troupe, rng: np.random.Generator, platform: str | None) -> Ints:
    """Rows of the table to take objects from: on the troupe's platform, no two with the same object. What is shared
    more is taken more often."""
    column = str(troupe.points_at)
    names = list({column, "post", "repost_of", "text"})
    candidates = rng.permutation(np.flatnonzero(_on(posts, platform)))
    chosen: dict[Any, int] = {}
    for first in range(0, len(candidates), 1000):
        part = candidates[first : first + 1000]
        for row, post in zip(part, posts.select(names).take(part).to_pylist(), strict=True):
            if post[column]:
                chosen.setdefault(_object(post, column), int(row))
            if len(chosen) == troupe.objects:
                return np.array(list(chosen.values()), dtype=np.int64)
    raise UsageError(
        f"the table has {len(chosen)} different objects in {column!r}; the operation needs {troupe.objects}",
        hint="Plant new objects (existing=False), fewer of them, or another kind.",
    )


def _object(post: dict[str, Any], column: str) -> Any:
    """What tells the object of a post from others."""
    if column == "post":
        return post["repost_of"] or (post["text"] if is_repost(post) else post["post"])
    return plain_text(post["text"]) if column == "text" else tuple(post[column])


def is_repost(post: dict[str, Any]) -> bool:
    """Whether a post repeats another, by its id or by its text."""
    return post["repost_of"] is not None or (post["text"] or "").startswith("RT @")


def plain_text(text: str | None) -> str:
    """A text without the mark of a repost."""
    text = text or ""
    return text.split(": ", 1)[-1] if text.startswith("RT @") else text


def as_repost(post: dict[str, Any]) -> dict[str, Any]:
    """Text and target of a repost of `post`, or of what it repeats itself."""
    if is_repost(post):
        return {"text": post["text"], "repost_of": post["repost_of"]}
    return {"text": f"RT @{post['account']}: {post['text'] or ''}", "repost_of": post["post"]}


def _on(posts: pa.Table, platform: str | None) -> Any:
    if platform is None:
        return np.ones(posts.num_rows, dtype=np.bool_)
    column: Any = posts.column("platform")
    return pc.fill_null(pc.equal(column, pa.scalar(platform)), False).to_numpy()


def _soon_after(rng: np.random.Generator, times: Ints, rows: Ints) -> Ints:
    """Reaction times to the given posts, kept before the end of the table."""
    after = times[rows] + (reaction_s(rng, len(rows), longest_s=21_600.0) * 1e6).astype(np.int64)
    inside = times[rows] + (rng.random(len(rows)) * (times.max() - times[rows])).astype(np.int64)
    return np.where(after <= times.max(), after, inside)


def _grain_us(times: Ints) -> int:
    """The table's grain of time: a minute, a second, or a microsecond."""
    return next((grain for grain in (60_000_000, 1_000_000) if not (times % grain).any()), 1)


def _draw(posts: pa.Table, column: str, rng: np.random.Generator, n: int) -> list[Any]:
    values: list[Any] = posts.column(column).take(rng.integers(0, posts.num_rows, n)).to_pylist()
    return values


def _complete(columns: Values, stage: dict[str, Any], clients: dict[str, Any]) -> Values:
    """Give the joint acts what their kind left open."""
    n = len(columns["account"])
    columns.setdefault("client", [clients[account] for account in columns["account"]])
    columns["platform"], columns["language"] = [stage["platform"]] * n, [stage["language"]] * n
    for name in ("repost_of", "reply_to", "objects"):
        columns.setdefault(name, [None] * n)
    for name in ("urls", "hashtags", "mentions", "media"):
        columns.setdefault(name, [[] for _ in range(n)])
    return columns


def _add_camouflage(
    columns: Values,
    posts: pa.Table,
    times: Ints,
    troupe: Troupe,
    scene: Scene,
    platform: str | None,
    clients: list[Any],
    grain: int,
) -> None:
    """Between the joint acts the members repost ordinary posts of the table, as many as `camouflage` says for each
    joint act, each soon after the post it repeats (in place)."""
    rng = scene.rng
    member = np.repeat(np.arange(troupe.members), rng.poisson(np.bincount(scene.member) * troupe.camouflage))
    rows = rng.choice(np.flatnonzero(_on(posts, platform)), len(member))
    time = _soon_after(rng, times, rows) // grain * grain
    repeated = posts.take(rows).to_pylist()
    for m, when, post in zip(member, time, repeated, strict=True):
        post |= as_repost(post)
        post |= {"account": scene.accounts[m], "time": when, "client": clients[m], "reply_to": None}
    for name, values in columns.items():
        values.extend(post[name] for post in repeated)


def _table(columns: Values, posts: pa.Table, first_row: int) -> pa.Table:
    """The planted posts in order of time, saying no more than the table says."""
    time = np.array(columns["time"], dtype=np.int64)
    order = np.argsort(time, kind="stable")
    arrays = {name: pa.array(values, POSTS.field(name).type) for name, values in columns.items() if name != "time"}
    for name in _OPTIONAL:
        if posts.column(name).null_count == posts.num_rows:
            arrays[name] = pa.nulls(len(time), POSTS.field(name).type)
    arrays["time"] = pa.array(time, POSTS.field("time").type)
    arrays["post"] = post_ids(time // 1_000_000, first_row + np.arange(len(time)), planted=True)
    arrays["file"] = pa.repeat("planted", len(time))
    arrays["row"] = pa.array(np.argsort(order) + 1)
    return pa.table([arrays[name] for name in POSTS.names], schema=POSTS).take(order)
