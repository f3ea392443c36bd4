"""The same post seen again: dropped where it says the same, set aside where it says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import POSTS, Rejected
from tocsin.sources import cells
from tocsin.sources.base import Batch

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
_ROW_BITS = 40
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Run(NamedTuple):
    """Hashes of some posts: of (platform, id), of what they say, of that with their lists; and where they stand."""

    keys: U64
    said: U64
    full: U64
    place: I64


class Seen:
    """Every post that was read, as 64-bit hashes in sorted runs: 32 bytes a post.

    Two different ids share a hash with a probability of 3e-7 in three million posts.
    """

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._further: set[int] = set()
        self._files: list[str] = []

    def filter(self, batch: Batch) -> tuple[Batch, int, int]:
        """The batch without what was seen before; how many were dropped as equal, how many kept as further objects.

        A row that repeats a post but lists other objects (a table with a row for each object shared) is kept under
        the id `<post>+<row>`.
        """
        posts = batch.posts
        if not len(posts):
            return batch, 0, 0
        run, order = _sorted(Run(*_hashes(posts), self._places(posts)))
        first, again = self._firsts(run)
        self._add(_picked(run, ~again))
        if not again.any():
            return batch, 0, 0
        keep = np.ones(len(posts), bool)
        keep[order[again]] = False
        renamed: dict[int, str] = {}
        equal, rejected = 0, list(batch.rejected)
        for place in np.flatnonzero(again).tolist():
            row, full = int(order[place]), int(run.full[place])
            if full == int(first.full[place]) or full in self._further:
                equal += 1
            elif run.said[place] == first.said[place]:
                self._further.add(full)
                keep[row] = True
                renamed[row] = f"{posts['post'][row]}+{posts['row'][row]}"
            else:
                rejected.append(self._conflict(posts, row, int(first.place[place])))
        return Batch(_rename(posts, renamed).filter(pa.array(keep)), rejected, batch.notes), equal, len(renamed)

    def recall(self, posts: pa.RecordBatch) -> None:
        """Remember posts of one file that another `Seen` let through."""
        if not len(posts):
            return
        run = Run(*_hashes(posts), self._places(posts))
        if pc.any(pc.match_substring(posts["post"], "+")).as_py():
            ids = zip(posts["post"].to_pylist(), posts["row"].to_pylist(), strict=True)
            further = np.array([str(post).endswith(f"+{row}") for post, row in ids], np.bool_)
            self._further.update(run.full[further].tolist())
            run = _picked(run, ~further)
        self._add(_sorted(run)[0])

    def _places(self, posts: pa.RecordBatch) -> I64:
        name = posts["file"][0].as_py()
        if not self._files or self._files[-1] != name:
            self._files.append(name)
        rows: I64 = posts["row"].to_numpy()
        return rows + ((len(self._files) - 1) << _ROW_BITS)

    def _firsts(self, run: Run) -> tuple[Run, npt.NDArray[np.bool_]]:
        """For each row of a run sorted by id what its post was when first seen, and whether that was another row."""
        keys = run[0]
        begins = np.concatenate(([True], keys[1:] != keys[:-1]))
        origin = np.maximum.accumulate(np.where(begins, np.arange(len(keys)), 0))
        first = _picked(run, origin)
        again = ~begins
        for older in self._runs:
            at = np.minimum(np.searchsorted(older.keys, keys), len(older.keys) - 1)
            known = older.keys[at] == keys
            if known.any():
                for part, source in zip(first, older, strict=True):
                    part[known] = source[at[known]]
                again |= known
        return first, again

    def _add(self, run: Run) -> None:
        """Keep a sorted run; runs of like size are merged, so that few have to be searched."""
        while self._runs and len(self._runs[-1].keys) < 2 * len(run.keys):
            older = self._runs.pop()
            run = _sorted(Run(*(np.concatenate(pair) for pair in zip(older, run, strict=True))))[0]
        if len(run.keys):
            self._runs.append(run)

    def _conflict(self, posts: pa.RecordBatch, row: int, place: int) -> Rejected:
        file, first = self._files[place >> _ROW_BITS], place & ((1 << _ROW_BITS) - 1)
        reason = f"post {posts['post'][row]} was already read with other content: {file}, row {first}"
        text = f"{posts['account'][row]} {posts['time'][row]} {posts['text'][row]}"
        return Rejected(posts["file"][row].as_py(), posts["row"][row].as_py(), reason, text[:500])


def _picked(run: Run, which: npt.NDArray[Any]) -> Run:
    return Run(run.keys[which], run.said[which], run.full[which], run.place[which])


def _sorted(run: Run) -> tuple[Run, npt.NDArray[np.intp]]:
    order = np.argsort(run.keys, kind="stable")
    return _picked(run, order), order


def _hashes(posts: pa.RecordBatch) -> tuple[U64, U64, U64]:
    """Hashes of (platform, id), of what the post says, and of that with its lists."""
    ids = np.fromiter(map(hash, posts["post"].to_pylist()), np.int64, len(posts)).view(np.uint64)
    keys = _mixed(_coded(posts["platform"]), ids)
    made: npt.NDArray[np.bool_] = pc.starts_with(posts["post"], f"{cells.DIGEST}-").to_numpy(zero_copy_only=False)
    if made.all():  # the id is made of all that the post says
        return keys, keys, keys
    said = _mixed(_coded(posts["account"]), posts["time"].cast(pa.int64()).to_numpy().view(np.uint64))
    said = np.where(made, keys, _mixed(said, _checks(_joined(posts, ("text", "repost_of", "reply_to")))))
    lists = _checks(_joined(posts, ("urls", "hashtags", "mentions", "media", "objects")))
    return keys, said, np.where(made, keys, _mixed(said, lists))


def _joined(posts: pa.RecordBatch, names: Sequence[str]) -> Array:
    """The named columns as one string a row, whatever other rows of the batch hold; one string where all are empty."""
    parts = [
        "" if (column := posts[name]).null_count == len(column)
        else pc.fill_null(pc.binary_join(column, " ") if pa.types.is_list(column.type) else column, "")
        for name in names
    ]  # fmt: skip
    if all(isinstance(part, str) for part in parts):
        return pa.array(["\n".join(parts)])
    return pc.binary_join_element_wise(*parts, "\n")


def _coded(column: Array) -> U64:
    coded = column.dictionary_encode(null_encoding="encode")
    hashes = np.fromiter(map(hash, coded.dictionary.to_pylist()), np.int64, len(coded.dictionary))
    found: U64 = hashes[coded.indices.to_numpy()].view(np.uint64)
    return found


def _checks(column: Array) -> U64:
    found: U64 = np.fromiter(map(hash, column.cast(pa.binary()).to_pylist()), np.int64, len(column)).view(np.uint64)
    return found


def _mixed(left: U64, right: U64) -> U64:
    mixed = (left ^ (left >> np.uint64(29))) * _MIX + right
    return mixed ^ (mixed >> np.uint64(32))


def _rename(posts: pa.RecordBatch, renamed: dict[int, str]) -> pa.RecordBatch:
    if not renamed:
        return posts
    mask = np.zeros(len(posts), bool)
    mask[list(renamed)] = True
    ids = pc.replace_with_mask(posts["post"], pa.array(mask), pa.array([renamed[row] for row in sorted(renamed)]))
    return posts.set_column(POSTS.get_field_index("post"), POSTS.field("post"), ids)
