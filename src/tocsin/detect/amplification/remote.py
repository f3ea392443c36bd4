"""What is numbered on an engine, brought here as numbers; texts and names only of what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.amplification import numbering
from tocsin.detect.amplification.incidence import Longs, Numbered, Shares, strata
from tocsin.detect.amplification.innocent import spread_out
from tocsin.detect.amplification.layers import Layer
from tocsin.detect.amplification.numbering import CODE, PLACES
from tocsin.engine.port import Engine, Frame
from tocsin.errors import RefusedError
from tocsin.model.arrow import Array, pc, positions, schema
from tocsin.model.post import POSTS
from tocsin.progress import Progress

_POST, _SHARE = 64, 48  # bytes held here of a post and of a share while they are brought in order
_JOINT = 165  # and of a pair of joint posts while groups are sought, as measured
_FEW = 2_000  # accounts by whose names posts are looked for
_TEXTS = ("text", "near_text")
_ROWS = schema(
    [pa.field("number", pa.int64())]
    + [pa.field(name, POSTS.field(name).type) for name in ("post", "text", "client", "repost_of", "file", "row")]
)
_WRITTEN = schema([pa.field("number", pa.int64()), pa.field("post", pa.string())])
_NAMES = schema([pa.field("first", pa.int64()), pa.field("value", pa.string())])


class Remote(Numbered):
    """The posts of an engine's table, numbered there. `notes` is what the layers tell.

    Here are, for each post, its time, account, stratum and platform, and the shares of what two accounts share;
    `RefusedError` where these do not fit into `memory_mb`.
    """

    def __init__(self, engine: Engine, table: str, layers: Sequence[Layer], memory_mb: int, progress: Progress) -> None:
        super().__init__(layers)
        progress.start("Numbering posts and what they share")
        self._engine, self._steps = engine, numbering.Steps(engine, table, progress)
        self._posts = numbering.numbered(self._steps)
        self._kept, self.notes = numbering.kept(self._steps, self._posts, layers)
        self._objects = engine.scan(f"{table}-objects")
        self.n, shares = self._count(self._posts), sum(map(self._count, self._kept.values()))
        self._table, self._memory_mb = table, memory_mb
        self._held_bytes = self.n * _POST + shares * _SHARE
        self._refuse(f"{self.n:,} posts with {shares:,} shares", self._held_bytes)
        self._bring_posts()
        self._bring_shares()
        self._held = _ROWS.empty_table()
        self._asked: Array = pa.array([], pa.string())
        self._answers = _WRITTEN.empty_table()
        self._names: dict[Layer, dict[int, str]] = {layer: {} for layer in layers}

    def _count(self, frame: Frame) -> int:
        return int(self._engine.collect(frame.select(rows=nw.len()))["rows"][0].as_py())

    def _bring_posts(self) -> None:
        posts = self._engine.collect(self._posts.select("number", "us", "who", "tongue", "square"))
        number = posts["number"].to_numpy()
        self.time, who = np.empty(self.n, np.int64), np.empty(self.n, np.int64)
        self.time[number], who[number] = posts["us"].to_numpy(), posts["who"].to_numpy()
        starts = who == np.arange(self.n)
        self._who: Longs = np.flatnonzero(starts)  # each account's first post
        self.account = (np.cumsum(starts, dtype=np.int32) - 1)[who]
        tongue, languages, unknown = _ranked(number, posts["tongue"])
        self.language_known = 1 - unknown / max(self.n, 1)
        self.stratum = strata(self.time, *((tongue, languages) if self.by_language else (None, 0)))
        self._platform = _ranked(number, posts["square"])[0].astype(np.int32)
        firsts = self._posts.filter(nw.col("number") == nw.col("who")).select("who", "account")
        self.accounts = self._engine.collect(firsts).sort_by("who")["account"].combine_chunks().cast(pa.string())
        squares = self._engine.collect(self._posts.group_by("platform").agg(first=nw.col("number").min()))
        self._platforms = squares.sort_by("first")["platform"].combine_chunks().cast(pa.string())

    def _bring_shares(self) -> None:
        for layer in self.layers:
            mine = self._engine.collect(self._of(layer).select("object", "number"))
            first, number = mine["object"].to_numpy(), mine["number"].to_numpy()
            code, obj = np.unique(first, return_inverse=True)
            order = np.argsort(obj << 32 | number)
            post = number[order].astype(np.int32)
            self.add(layer, Shares((obj[order] + self.objects).astype(np.int32), post, self.account[post]), code)

    def _of(self, layer: Layer) -> Frame:
        return self._kept[numbering.step_of(layer)].filter(nw.col("layer") == CODE[layer])

    def rows(self, columns: Sequence[str], at: Any) -> pa.Table:
        """Columns of posts by number, in the order asked for; what is not here is brought."""
        at = np.asarray(at)
        here: dict[str, Callable[[], Any]] = {
            "time": lambda: pa.array(self.time[at], pa.timestamp("us", tz="UTC")),
            "platform": lambda: self._platforms.take(positions(self._platform[at])),
        }
        if set(columns) - set(here):
            self._fetch(at)
        place = positions(np.searchsorted(self._held["number"].to_numpy(), at))
        found = [here[name]() if name in here else self._held[name].take(place) for name in columns]
        return pa.table(found, names=list(columns))

    def _fetch(self, posts: Any) -> None:
        """Bring the rows of posts that are not here yet."""
        missing = np.setdiff1d(posts, self._held["number"].to_numpy()).astype(np.int64)
        if not len(missing):
            return
        frame, accounts = self._posts, self._who[np.unique(self.account[missing])]
        if len(accounts) <= _FEW:
            frame = frame.filter(nw.col("who").is_in(accounts.tolist()))
        fresh = self._apply(frame, _ROWS, partial(_among, column="number", wanted=missing))
        self._held = pa.concat_tables([self._held, fresh]).sort_by("number").combine_chunks()

    def _apply(self, frame: Frame, columns: pa.Schema, kernel: Any) -> pa.Table:
        found = self._engine.partition_apply(frame.select(columns.names), None, kernel, columns)
        return self._engine.collect(found).cast(columns)

    def written(self, ids: Array) -> tuple[Array, Any]:
        """Of these ids of posts those that are there, and their numbers, ascending."""
        self._ask(ids)
        found = self._answers.filter(pc.is_in(self._answers["post"], value_set=_whole(ids)))
        return found["post"], found["number"].to_numpy()

    def _ask(self, ids: Array) -> None:
        ids = pc.unique(_whole(ids).drop_null())
        ids = ids.filter(pc.invert(pc.is_in(ids, value_set=self._asked)))
        if not len(ids):
            return
        self._asked = pa.concat_arrays([self._asked, ids])
        fresh = self._apply(self._posts, _WRITTEN, partial(_among, column="post", wanted=ids))
        self._answers = pa.concat_tables([self._answers, fresh]).sort_by("number")

    def posted_with(self, client: str) -> int:
        """How many posts name the application."""
        return self._clients.get(client, 0)

    @cached_property
    def _clients(self) -> dict[str | None, int]:
        counted = self._engine.collect(self._posts.group_by("client").agg(posts=nw.len()))
        return {row["client"]: row["posts"] for row in counted.to_pylist()}

    def names_of(self, objects: Any) -> Array:
        """Texts of objects, which come in ascending order."""
        parts = [pa.array([], pa.string())]
        for layer, firsts in self._by_layer(objects):
            if layer in _TEXTS:
                parts.append(_whole(self.rows(["text"], firsts // PLACES)["text"]))
                continue
            self._name(layer, firsts)
            parts.append(pa.array([self._names[layer][first] for first in firsts.tolist()], pa.string()))
        return pa.concat_arrays(parts)

    def _name(self, layer: Layer, firsts: Longs) -> None:
        """Bring the names of objects that are not here yet."""
        known = self._names[layer]
        missing = np.array([first for first in np.unique(firsts).tolist() if first not in known], np.int64)
        if len(missing):
            frame = self._objects.filter(nw.col("layer") == CODE[layer])
            found = self._apply(frame, _NAMES, partial(_among, column="first", wanted=missing))
            known.update({row["first"]: row["value"] for row in found.to_pylist()})

    def _by_layer(self, objects: Any) -> Iterable[tuple[Layer, Longs]]:
        of = self.layer_of(objects)
        for k in np.unique(of).tolist():
            layer = self.layers[k]
            yield layer, self.code[layer][objects[of == k] - self.first[layer]]

    def bring(self, posts: Any, objects: Any) -> None:
        """Fetch in few passes what describing these posts and objects (ascending) will ask for."""
        wanted = [posts]
        for layer, firsts in self._by_layer(objects):
            if layer in _TEXTS:
                wanted.append(firsts // PLACES)
            else:
                self._name(layer, firsts)
        if len(posts) and not self.by_language:
            wanted.append(spread_out(self.n))
        self._fetch(np.unique(np.concatenate(wanted)))
        if len(posts):
            self._ask(self.rows(["repost_of"], posts)["repost_of"])

    def afford(self, joint_posts: int) -> None:
        """See `Numbered.afford`."""
        self._refuse(f"{joint_posts:,} pairs of joint posts", self._held_bytes + joint_posts * _JOINT)

    def _refuse(self, what: str, held: int) -> None:
        needed = held // 2**20 + 1
        if needed > self._memory_mb:
            raise RefusedError(
                f"{self._table}: {what} need {needed:,} MB here to be put in groups, "
                f"{self._memory_mb:,} MB are allowed",
                hint=f"set TOCSIN_MEMORY_MB to {needed} or more, name fewer layers, or scan fewer days at a time",
            )

    def forget_posts(self) -> None:
        """Free what only descriptions need."""
        self._held = _ROWS.empty_table()

    def pairs(self, layer: Layer, windows_us: Longs, *, keep: int, rounds: int, threads: int) -> Any:
        """`kernels.coshare.coshare` of a layer's shares, counted on the engine, which chooses its own rounds."""
        from tocsin.detect.amplification.counting import pairs_on
        from tocsin.kernels.coshare import Coshares

        shares = self._of(layer).select("object", nw.col("who").alias("account"), nw.col("us").alias("time"))

        def make() -> Frame:
            return pairs_on(self._engine, shares, windows_us.tolist(), keep=keep)

        found = self._engine.collect(numbering.pairs(self._steps, layer, make, windows_us.tolist(), keep))
        a, b = (np.searchsorted(self._who, found[name].to_numpy()).astype(np.int32) for name in ("a", "b"))
        order = np.lexsort((b, a))
        objects = [found[f"objects_{k}"].to_numpy()[order].astype(np.int32) for k in range(len(windows_us))]
        return Coshares(a[order], b[order], np.stack(objects, axis=1))


def _ranked(number: Longs, first: Array) -> tuple[Longs, int, int]:
    """By number of the post, the rank of the value it is known to have by that value's first post; how many values, and
    how many posts have none, which is a value too."""
    none = first.is_null().to_numpy()
    known = pc.fill_null(first, -1).to_numpy().copy()
    if none.any():
        known[none] = number[none].min()
    values, codes = np.unique(known, return_inverse=True)
    ranks = np.empty(len(number), np.int64)
    ranks[number] = codes
    return ranks, len(values), int(none.sum())


def _whole(column: Any) -> Array:
    return (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).cast(pa.string())


def _among(rows: pa.Table, column: str, wanted: npt.NDArray[Any] | Array) -> pa.Table:
    """The rows whose column holds one of the values."""
    return rows.filter(pc.is_in(rows[column], value_set=pa.array(wanted)))
