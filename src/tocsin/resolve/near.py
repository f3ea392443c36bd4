"""Near-identical texts on an engine: leader clustering that no single memory has to hold.

The answer is that of `kernels.near.near_clusters`. Which texts lead is decided in rounds, each over parts that hold the
texts with some of the keys (MinHash bands, or rare tokens): a text with a leader like it follows; one with no earlier
text like it that leads or may yet lead becomes a leader; the others wait for the next round, where only they and the
new leaders are compared. This is the greedy maximal independent set in the order of keys, found in parallel (Blelloch,
Fineman and Shun 2012): the rounds are as many as the longest chain of texts that wait for each other. Once what is left
fits into one part, one more round decides all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.engine.port import Engine, Frame
from tocsin.kernels.near import (
    FOLLOWS,
    LEADS,
    UNDECIDED,
    NearKeys,
    band_keys,
    near_found,
    prefix_keys,
    token_buckets,
)
from tocsin.kernels.text import Tokens, tokenise
from tocsin.progress import Progress, Silent

TOGETHER = 16_000_000  # tokens that one part holds, 128 MB
HOT = 32_768  # texts under one key from which they are spread over several parts

_SETTLED = 3  # beside the states of `kernels.near`: no longer compared
_BITS_MAX = 18  # a table of so many buckets travels to every worker
_CHUNK = 1 << 27  # tokens in a chunk of bytes, whose offsets have 32 bits
_KEY: tuple[str, pa.DataType] = ("key", pa.int64())
_SETS = pa.schema([_KEY, ("size", pa.int64()), ("tokens", pa.binary())])
_BUCKETS = pa.schema([("bucket", pa.int64()), ("n", pa.int64())])
_KEYS = pa.schema([_KEY, ("size", pa.int64()), ("under", pa.int64()), ("position", pa.int32())])
_ROWS = _KEYS.append(pa.field("cell", pa.int64()))
_STATE = pa.schema([_KEY, ("state", pa.int32()), ("first", pa.int64()), ("jaccard", pa.float64())])
_FOUND = _STATE.append(pa.field("waits", pa.int32()))


def near_on(
    engine: Engine,
    texts: Frame,
    threshold: float,
    recall: float = 0.99,
    *,
    cut: Callable[[Any], Tokens] = tokenise,
    together: int = TOGETHER,
    hot: int = HOT,
    progress: Progress | None = None,
) -> Frame:
    """Cluster texts around the first of their kind, as `near_clusters` does over the same sets of tokens.

    `texts` has `key` (int64, each once, ascending by first appearance) and `text`; `cut` makes texts into sets
    (`tokenise`, or a partial of `shingles`). Gives `key`, `first` (key of the cluster's first member) and `jaccard`
    (float32; 1 for the first itself), one row a text. `together` tokens at most are compared in one part, those of the
    texts under one key aside, which are cut into parts of `hot` texts; neither changes the answer. No text leaves
    the engine.
    """
    told = progress or Silent()
    sets = engine.partition_apply(texts.select("key", "text"), None, partial(_sets, cut=cut), _SETS)
    state = sets.select(
        "key",
        state=nw.lit(UNDECIDED).cast(nw.Int32),
        first=nw.lit(0).cast(nw.Int64),
        jaccard=nw.lit(0.0).cast(nw.Float64),
    )
    rows: Frame | None = None
    while True:
        compared = state.filter(nw.col("state") < _SETTLED)
        open_, tokens = _left(engine, compared, sets)
        if not open_:
            break
        told.start("Near texts", open_)
        if tokens > together:
            rows = rows or _dealt(engine, sets, threshold, recall, hot)
            met = _met(rows, compared)
            compared = met.select("key", "state").unique()
            tokens, spread = _spread(engine, met)
        if tokens > together:
            found = _in_parts(engine, met, sets, threshold, -(-spread // together))
        else:
            whole = compared.select("key", "state", part=nw.lit(0)).join(sets, on="key")
            found = engine.partition_apply(whole, "part", partial(_whole, threshold=threshold, recall=recall), _FOUND)
        held = state.with_columns(waits=nw.lit(0).cast(nw.Int32))
        state = engine.partition_apply(nw.concat([held, found]), "key", _settle, _STATE)
    return state.select("key", "first", nw.col("jaccard").cast(nw.Float32))


def _left(engine: Engine, compared: Frame, sets: Frame) -> tuple[int, int]:
    """Texts that are not decided or wait, and tokens of all that are compared."""
    told = compared.join(sets.select("key", "size"), on="key").group_by("state")
    rows = engine.collect(told.agg(n=nw.len(), tokens=nw.col("size").sum())).to_pylist()
    return sum(row["n"] for row in rows if row["state"] != LEADS), int(sum(row["tokens"] for row in rows))


def _spread(engine: Engine, met: Frame) -> tuple[int, int]:
    """Tokens of all that meet, each text once, and each once for each of its keys."""
    texts = met.group_by("key", "size").agg(n=nw.len())
    sums = texts.select(once=nw.col("size").sum(), spread=(nw.col("size") * nw.col("n")).sum())
    (row,) = engine.collect(sums).to_pylist()
    return int(row["once"] or 0), int(row["spread"] or 0)


def _dealt(engine: Engine, sets: Frame, threshold: float, recall: float, hot: int) -> Frame:
    """The keys that several texts are under, each with those texts; those under a frequent one by cells."""
    kernel = partial(_banded, threshold=threshold, recall=recall)
    if recall == 1:
        kernel = partial(_prefixed, threshold=threshold, counts=_frequencies(engine, sets))
    keys = engine.partition_apply(sets, None, kernel, _KEYS)
    shared = keys.group_by("under").agg(n=nw.len()).filter(nw.col("n") > 1)
    return engine.partition_apply(keys.join(shared, on="under"), None, partial(_celled, hot=hot), _ROWS)


def _frequencies(engine: Engine, sets: Frame) -> npt.NDArray[np.int64]:
    """Tokens in each bucket; `_BITS_MAX` bits, or fewer where there are few tokens."""
    total = engine.collect(sets.select(nw.col("size").sum()))["size"][0].as_py() or 0
    bits = min(max(int(total).bit_length() - 2, 8), _BITS_MAX)
    parts = engine.partition_apply(sets, None, partial(_bucketed, bits=bits), _BUCKETS)
    summed = engine.collect(parts.group_by("bucket").agg(n=nw.col("n").sum()))
    counts = np.zeros(1 << bits, np.int64)
    counts[summed["bucket"].to_numpy()] = summed["n"].to_numpy()
    return counts


def _met(rows: Frame, compared: Frame) -> Frame:
    """The rows of texts that are compared, where not only leaders meet."""
    met = rows.join(compared.select("key", "state"), on="key")
    open_ = met.filter(nw.col("state") != LEADS).select("under").unique()
    return met.join(open_, on="under", how="semi")


def _in_parts(engine: Engine, met: Frame, sets: Frame, threshold: float, parts: int) -> Frame:
    """Each text travels once to each part that one of its keys falls into."""
    keyed = met.with_columns(part=(nw.col("under") + nw.col("cell")) % parts)
    tokens = keyed.select("part", "key", "state").unique().join(sets.select("key", "tokens"), on="key")
    both = [
        keyed.select("part", "key", "state", "under", "cell", "position", tokens=nw.lit(None).cast(nw.Binary)),
        tokens.select(
            "part",
            "key",
            "state",
            under=nw.lit(-1).cast(nw.Int64),
            cell=nw.lit(0).cast(nw.Int64),
            position=nw.lit(0).cast(nw.Int32),
            tokens=nw.col("tokens"),
        ),
    ]
    return engine.partition_apply(nw.concat(both), "part", partial(_part, threshold=threshold), _FOUND)


def _sets(rows: pa.Table, cut: Callable[[Any], Tokens]) -> pa.Table:
    offsets, hashes = cut(rows["text"])
    ends = [*np.searchsorted(offsets[1:], np.arange(0, max(hashes.size, 1), _CHUNK)).tolist(), offsets.size - 1]
    chunks = [_binary(offsets[i : j + 1], hashes) for i, j in pairwise(ends)]
    return pa.table([rows["key"], np.diff(offsets), pa.chunked_array(chunks, pa.binary())], schema=_SETS)


def _binary(offsets: npt.NDArray[np.int64], hashes: npt.NDArray[np.uint64]) -> Any:
    part = hashes[offsets[0] : offsets[-1]] if offsets.size else hashes[:0]
    places = ((offsets - offsets[0]) * 8).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), offsets.size - 1, [None, pa.py_buffer(places), pa.py_buffer(part.data)])


def _read(tokens: Any) -> Tokens:
    """Sets from their bytes, without copying where they are in one piece."""
    whole = tokens.cast(pa.large_binary()).combine_chunks()
    _, places, data = whole.buffers()
    offsets = np.frombuffer(places, np.int64)[whole.offset : whole.offset + len(whole) + 1] // 8
    hashes = np.frombuffer(data, np.uint64)[offsets[0] : offsets[-1]] if data else np.zeros(0, np.uint64)
    return Tokens(offsets - offsets[0], hashes)


def _bucketed(rows: pa.Table, bits: int) -> pa.Table:
    counts = token_buckets(_read(rows["tokens"]).hashes, bits)
    bucket = np.flatnonzero(counts)
    return pa.table([bucket, counts[bucket]], schema=_BUCKETS)


def _banded(rows: pa.Table, threshold: float, recall: float) -> pa.Table:
    return _keyed(rows, band_keys(*_read(rows["tokens"]), threshold, recall))


def _prefixed(rows: pa.Table, threshold: float, counts: npt.NDArray[np.int64]) -> pa.Table:
    return _keyed(rows, prefix_keys(*_read(rows["tokens"]), threshold, counts))


def _keyed(rows: pa.Table, keys: NearKeys) -> pa.Table:
    return pa.table(
        [rows[name].to_numpy()[keys.row] for name in ("key", "size")] + [keys.key, keys.position], schema=_KEYS
    )


def _celled(rows: pa.Table, hot: int) -> pa.Table:
    """Where n texts are under a key, they are dealt to n / hot groups, and each two groups meet in a cell."""
    groups = -(-rows["n"].to_numpy() // hot)
    at = np.repeat(np.arange(groups.size), groups)
    one = (rows["key"].to_numpy() % groups)[at]
    other = np.arange(at.size) - np.repeat(np.cumsum(groups) - groups, groups)
    cell = np.minimum(one, other) * groups[at] + np.maximum(one, other)
    return pa.table([rows[name].to_numpy()[at] for name in _KEYS.names] + [cell], schema=_ROWS)


def _part(rows: pa.Table, threshold: float) -> pa.Table:
    """What the keys of some parts show, each part for itself."""
    part, key, is_set = rows["part"].to_numpy(), rows["key"].to_numpy(), rows["under"].to_numpy() < 0
    ints = rows.select(["key", "under", "cell", "position"])
    made = []
    for one in np.unique(part):
        at, keyed = np.flatnonzero((part == one) & is_set), ints.filter(pa.array((part == one) & ~is_set))
        sets = rows.select(["key", "state", "tokens"]).take(at[np.argsort(key[at])])
        row = np.searchsorted(sets["key"].to_numpy(), keyed["key"].to_numpy())
        made.append(_told(sets, threshold, NearKeys(row, _numbered(keyed), keyed["position"].to_numpy())))
    return pa.concat_tables(made)


def _numbered(keyed: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each key and cell."""
    under: npt.NDArray[np.int64] = np.unique(keyed["under"].to_numpy(), return_inverse=True)[1]
    cell: npt.NDArray[np.int64] = keyed["cell"].to_numpy()
    return under * (int(cell.max(initial=0)) + 1) + cell


def _whole(rows: pa.Table, threshold: float, recall: float) -> pa.Table:
    return _told(rows.sort_by("key"), threshold, recall)


def _told(sets: pa.Table, threshold: float, keys: NearKeys | float) -> pa.Table:
    """Of each text that is no leader yet: its leader among those compared (similarity 0: none), whether it waits."""
    found = near_found(*_read(sets["tokens"]), threshold, sets["state"].to_numpy(), keys)
    key, at = sets["key"].to_numpy(), np.flatnonzero((found.leader >= 0) | found.waits)
    first = np.where(found.leader[at] < 0, 0, key[found.leader[at]])
    state = np.full(at.size, -1)
    return pa.table([key[at], state, first, found.jaccard[at], found.waits[at].astype(np.int32)], schema=_FOUND)


def _settle(rows: pa.Table) -> pa.Table:
    """What is known after a round, from what was known before (state >= 0) and what its parts found."""
    key, state, first, jaccard, waits = (rows[name].to_numpy() for name in _FOUND.names)
    order = np.lexsort((first, -jaccard, key))  # of each text the best leader first
    starts = np.flatnonzero(np.diff(key[order], prepend=key.min() - 1))
    best, waiting = order[starts], np.maximum.reduceat(waits[order], starts) > 0
    before = np.maximum.reduceat(state[order], starts)
    led, key = jaccard[best] > 0, key[best]
    leads = (before == UNDECIDED) & ~led & ~waiting
    open_ = (before == UNDECIDED) | (before == FOLLOWS)
    after = np.where(open_ & waiting, np.where(led, FOLLOWS, UNDECIDED), np.where(leads, LEADS, _SETTLED))
    after = np.where(before == _SETTLED, _SETTLED, after)
    return pa.table([key, after, np.where(leads, key, first[best]), np.where(leads, 1.0, jaccard[best])], schema=_STATE)
