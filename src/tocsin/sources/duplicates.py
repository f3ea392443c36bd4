"""The same post seen again: dropped where it says the same, set aside where it says otherwise."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.post import POSTS, Rejected
from tocsin.sources import cells
from tocsin.sources.arrow import Array, pc
from tocsin.sources.base import Batch

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
_ROW_BITS = 40
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Seen:
    """Every post that was read, as 64-bit hashes in sorted runs: 32 bytes a post.

    Two different ids share a hash with a probability of 3e-7 in three million posts.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[U64, U64, U64, I64]] = []  # id, what was said, that with its lists, place
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
        keys, said, full = _hashes(posts)
        places = self._places(posts)
        first_said, first_full, first_place, again = self._firsts(keys, said, full, places)
        self._add(keys[~again], said[~again], full[~again], places[~again])
        if not again.any():
            return batch, 0, 0
        keep = ~again
        renamed: dict[int, str] = {}
        equal, rejected = 0, list(batch.rejected)
        for row in np.flatnonzero(again).tolist():
            whole = int(full[row])
            if whole == int(first_full[row]) or whole in self._further:
                equal += 1
            elif said[row] == first_said[row]:
                self._further.add(whole)
                keep[row] = True
                renamed[row] = f"{posts['post'][row]}+{posts['row'][row]}"
            else:
                rejected.append(self._conflict(posts, row, int(first_place[row])))
        return Batch(_rename(posts, renamed).filter(pa.array(keep)), rejected, batch.notes), equal, len(renamed)

    def _places(self, posts: pa.RecordBatch) -> I64:
        name = posts["file"][0].as_py()
        if not self._files or self._files[-1] != name:
            self._files.append(name)
        rows: I64 = posts["row"].to_numpy()
        return rows + ((len(self._files) - 1) << _ROW_BITS)

    def _firsts(self, keys: U64, said: U64, full: U64, places: I64) -> tuple[U64, U64, I64, npt.NDArray[np.bool_]]:
        """For each row what its post said when first seen, where, and whether that was another row."""
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        origin = first[inverse]
        again = origin != np.arange(len(keys))
        first_said, first_full, first_place = said[origin], full[origin], places[origin]
        for run_keys, run_said, run_full, run_place in self._runs:
            at = np.minimum(np.searchsorted(run_keys, keys), len(run_keys) - 1)
            known = run_keys[at] == keys
            first_said[known], first_full[known] = run_said[at[known]], run_full[at[known]]
            first_place[known] = run_place[at[known]]
            again |= known
        return first_said, first_full, first_place, again

    def _add(self, keys: U64, said: U64, full: U64, places: I64) -> None:
        run = _sorted((keys, said, full, places))
        while self._runs and len(self._runs[-1][0]) < 2 * len(run[0]):
            older = self._runs.pop()
            run = _sorted(tuple(np.concatenate(pair) for pair in zip(older, run, strict=True)))  # type: ignore[arg-type]
        if len(run[0]):
            self._runs.append(run)

    def _conflict(self, posts: pa.RecordBatch, row: int, place: int) -> Rejected:
        file, first = self._files[place >> _ROW_BITS], place & ((1 << _ROW_BITS) - 1)
        reason = f"post {posts['post'][row]} was already read with other content: {file}, row {first}"
        text = f"{posts['account'][row]} {posts['time'][row]} {posts['text'][row]}"
        return Rejected(posts["file"][row].as_py(), posts["row"][row].as_py(), reason, text[:500])


def _sorted(run: tuple[U64, U64, U64, I64]) -> tuple[U64, U64, U64, I64]:
    order = np.argsort(run[0], kind="stable")
    return run[0][order], run[1][order], run[2][order], run[3][order]


def _hashes(posts: pa.RecordBatch) -> tuple[U64, U64, U64]:
    """Hashes of (platform, id), of what the post says, and of that with its lists."""
    ids = np.fromiter(map(hash, posts["post"].to_pylist()), np.int64, len(posts)).view(np.uint64)
    keys = _mixed(_coded(posts["platform"]), ids)
    said = _mixed(_coded(posts["account"]), posts["time"].cast(pa.int64()).to_numpy().view(np.uint64))
    said = _mixed(said, _checks(cells.joined(posts, ("text", "repost_of", "reply_to"))))
    lists = cells.joined(posts, ("urls", "hashtags", "mentions", "media", "objects"))
    return keys, said, said if lists is None else _mixed(said, _checks(lists))


def _coded(column: Array) -> U64:
    coded = column.dictionary_encode(null_encoding="encode")
    hashes = np.fromiter(map(hash, coded.dictionary.to_pylist()), np.int64, len(coded.dictionary))
    found: U64 = hashes[coded.indices.to_numpy()].view(np.uint64)
    return found


def _checks(column: Array | None) -> U64:
    if column is None:
        return np.zeros(1, np.uint64)
    return np.fromiter(map(zlib.crc32, column.cast(pa.binary()).to_pylist()), np.uint64, len(column))


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
