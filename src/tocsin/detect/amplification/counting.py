"""Counting the objects that pairs of accounts share on any engine, in memory that does not grow with the rows.

Three steps. Rows by object: which groups of accounts stand near each row (`kernels.meeting`), which sends the row to
the parts of those pairs of groups; rows near nobody end there. Rows by part: the kernel of one machine
(`kernels.coshare`) counts the pairs whose groups the part is of, all of their objects at once, so that pairs below
`keep` never leave the kernel and nothing is summed afterwards. Where an engine has so many buckets and no more, parts
are counted in rounds of bounded size.

An object with more rows than one partition may hold is cut into slices of time; each slice sees the rows within the
largest window of its ends, so that no row's neighbours are missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.engine.port import Engine, Frame
from tocsin.model.arrow import pc

Longs = npt.NDArray[np.int64]

MAX_PARTITION_ROWS = 4_000_000
LEAST_GROUPS = 6  # 21 parts: enough for the partitions of one machine or a few workers
_BINS = 4096  # of time, from which slices of an object are made


def pairs_on(
    engine: Engine,
    shares: Frame,
    windows_us: Sequence[int],
    *,
    keep: int = 2,
    max_partition_rows: int = MAX_PARTITION_ROWS,
) -> Frame:
    """The pairs of accounts that `kernels.coshare.coshare` finds in all rows at once, in any order.

    `shares`: a stored table (it is read more than once) with `object` (int64 or string), `account` (codes from 0 below
    2^31) and `time` (int64 microseconds); `windows_us` ascending. Gives a < b (int32) and, for each window k, how many
    objects they share within it, `objects_k` (int32); pairs with fewer than `keep` at the largest window are left out.
    `max_partition_rows` changes memory and cost, never the result.
    """
    windows = tuple(int(window) for window in windows_us)
    groups = max(LEAST_GROUPS, -(-_rows(engine, shares) // max_partition_rows))
    cold, hot, _ = _cut(engine, shares, windows[-1], max_partition_rows)
    deal = partial(_deal, windows[-1], groups)
    schema = pa.schema([("object", _type_of(shares, "object")), ("account", pa.int64()), ("time", pa.int64())])
    schema = schema.append(pa.field("part", pa.int32()))
    dealt = engine.partition_apply(cold, "object", partial(deal, "object"), schema)
    if hot is not None:
        dealt = nw.concat([dealt, engine.partition_apply(hot, "slice", partial(deal, "slice"), schema)])
    count = partial(_count_part, windows, keep, groups)
    pairs = _pairs_schema(len(windows))
    if engine.partitions is None:
        return engine.partition_apply(dealt, "part", count, pairs)
    return nw.concat(
        [
            engine.partition_apply(dealt.filter(nw.col("part").is_in(parts)), "part", count, pairs)
            for parts in _rounds(engine, dealt, engine.partitions * max_partition_rows)
        ]
    )


def preflight_on(
    engine: Engine, shares: Frame, windows_us: Sequence[int], *, max_partition_rows: int = MAX_PARTITION_ROWS
) -> tuple[Longs, Longs]:
    """What `kernels.coshare.count_pairs` counts in all rows at once, for each window: the pairs of rows of one object
    within it (exact) and a bound on the (pair of accounts, object) combinations. Input as for `pairs_on`."""
    windows = tuple(int(window) for window in windows_us)
    cold, hot, slices = _cut(engine, shares, windows[-1], max_partition_rows)
    totals = np.zeros((2, len(windows)), np.int64)
    counted = engine.collect(engine.partition_apply(cold, "object", partial(_count_rows, windows), _COUNTED))
    at = counted["window"].to_numpy()
    np.add.at(totals[0], at, counted["row_pairs"].to_numpy())
    np.add.at(totals[1], at, counted["pair_objects"].to_numpy())
    if hot is not None:
        sliced = engine.partition_apply(hot, "slice", partial(_count_slices, windows), _COUNTED)
        per_slice = engine.collect(sliced)
        own = shares.filter(nw.col("object").is_in(list(slices)))
        met = engine.collect(own.group_by("object").agg(nw.col("account").n_unique().alias("accounts")))
        of_slice = np.repeat(np.arange(len(slices)), [len(starts) for starts in slices.values()])
        pairs = np.zeros((len(slices), len(windows)), np.int64)
        np.add.at(
            pairs,
            (of_slice[per_slice["slice"].to_numpy()], per_slice["window"].to_numpy()),
            per_slice["row_pairs"].to_numpy(),
        )
        accounts = dict(zip(met["object"].to_pylist(), met["accounts"].to_pylist(), strict=True))
        distinct = np.array([accounts[key] for key in slices], np.int64)[:, None]
        totals[0] += pairs.sum(0)
        totals[1] += np.minimum(pairs, distinct * (distinct - 1) // 2).sum(0)
    return totals[0], totals[1]


def _rows(engine: Engine, frame: Frame) -> int:
    return int(engine.collect(frame.select(nw.len().alias("rows")))["rows"][0].as_py())


def _pairs_schema(windows: int) -> pa.Schema:
    return pa.schema([(name, pa.int32()) for name in ("a", "b", *(f"objects_{k}" for k in range(windows)))])


_COUNTED = pa.schema(
    [("slice", pa.int64()), ("window", pa.int32()), ("row_pairs", pa.int64()), ("pair_objects", pa.int64())]
)


def _type_of(frame: Frame, name: str) -> pa.DataType:
    return pa.string() if frame.collect_schema()[name] == nw.String else pa.int64()


def _cut(engine: Engine, shares: Frame, window: int, max_rows: int) -> tuple[Frame, Frame | None, dict[Any, Longs]]:
    """The rows of objects that fit into a partition; those of the others by slice, each with the rows near its ends
    (`own` 0; -1 and 1 for those before and after); and of each such object the times at which its slices start."""
    shares = shares.select("object", "account", "time")
    slices = _slices(engine, shares, window, max_rows)
    if not slices:
        return shares, None, slices
    common = nw.col("object").is_in(list(slices))
    numbers = [(name, pa.int64()) for name in ("slice", "account", "time")]
    schema = pa.schema([*numbers, ("object", _type_of(shares, "object")), ("own", pa.int8())])
    hot = engine.partition_apply(shares.filter(common), None, partial(_into_slices, slices, window), schema)
    return shares.filter(~common), hot, slices


def _slices(engine: Engine, shares: Frame, window: int, max_rows: int) -> dict[Any, Longs]:
    """When the slices of each object of more than `max_rows` rows start: whole bins of time, none narrower than the
    window, together at most `max_rows` and one bin."""
    if _rows(engine, shares) <= max_rows:
        return {}
    sizes = shares.group_by("object").agg(
        nw.len().alias("rows"), nw.col("time").min().alias("first"), nw.col("time").max().alias("last")
    )
    hot = engine.collect(sizes.filter(nw.col("rows") > max_rows).sort("object"))
    if not hot.num_rows:
        return {}
    first = pc.min(hot["first"]).as_py()
    width = max(window + 1, (pc.max(hot["last"]).as_py() - first) // _BINS + 1)
    names = hot["object"].to_pylist()
    binned = shares.filter(nw.col("object").is_in(names)).with_columns(bin=(nw.col("time") - first) // width)
    counts = engine.collect(binned.group_by("object", "bin").agg(nw.len().alias("rows"))).sort_by(
        [("object", "ascending"), ("bin", "ascending")]
    )
    found = {}
    for name in names:
        mine = counts.filter(pc.equal(counts["object"], name))
        number = (np.cumsum(mine["rows"].to_numpy()) - 1) // max_rows
        found[name] = first + mine["bin"].to_numpy()[np.r_[True, np.diff(number) > 0]].astype(np.int64) * width
    return found


def _into_slices(slices: Mapping[Any, Longs], window: int, rows: pa.Table) -> pa.Table:
    base, parts = 0, []
    names, time = rows["object"], rows["time"].to_numpy()
    for name, starts in slices.items():
        at = np.flatnonzero(pc.equal(names, name).to_numpy())
        mine = starts.searchsorted(time[at], side="right") - 1
        following = np.minimum(mine + 1, len(starts) - 1)
        early = np.flatnonzero((time[at] - window < starts[mine]) & (mine > 0))
        late = np.flatnonzero((starts[following] - time[at] <= window) & (mine < following))
        for chosen, shift in ((slice(None), 0), (late, 1), (early, -1)):
            taken = rows.take(at[chosen]).select(["object", "account", "time"])
            parts.append(
                taken.append_column("slice", pa.array(base + mine[chosen] + shift)).append_column(
                    "own", pa.array(np.full(taken.num_rows, -shift, np.int8))
                )
            )
        base += len(starts)
    return pa.concat_tables(parts).select(["slice", "account", "time", "object", "own"])


def _coded(values: Any) -> Any:
    """Codes from 0 of any values."""
    return pc.dictionary_encode(values).combine_chunks().indices.to_numpy(zero_copy_only=False)


def _deal(window: int, groups: int, by: str, rows: pa.Table) -> pa.Table:
    """The rows that stand near another account, once for each part they go to."""
    from tocsin.kernels.meeting import deal

    own = rows["own"].to_numpy() == 0 if "own" in rows.column_names else None
    account, time = rows["account"].to_numpy(), rows["time"].to_numpy()
    dealt = deal(_coded(rows[by]), account, time, window, groups=groups, own=own)
    return rows.select(["object", "account", "time"]).take(dealt.row).append_column("part", pa.array(dealt.part))


def _rounds(engine: Engine, dealt: Frame, most: int) -> list[list[int]]:
    """Parts in rounds of at most `most` rows, where no part alone has more; one empty round where there is none."""
    sizes = engine.collect(dealt.group_by("part").agg(nw.len().alias("rows"))).sort_by("part")
    rounds: list[list[int]] = [[]]
    held = 0
    for part, rows in zip(sizes["part"].to_numpy().tolist(), sizes["rows"].to_numpy().tolist(), strict=True):
        if rounds[-1] and held + rows > most:
            rounds.append([])
            held = 0
        rounds[-1].append(part)
        held += rows
    return rounds


def _count_part(windows: Sequence[int], keep: int, groups: int, rows: pa.Table) -> pa.Table:
    """The pairs of each part's two groups."""
    from tocsin.kernels.coshare import coshare
    from tocsin.kernels.meeting import group_of, part_of

    parts = rows["part"].to_numpy()
    tables = []
    for part in np.unique(parts):
        mine = rows.filter(pa.array(parts == part))
        obj, account, time = _coded(mine["object"]), mine["account"].to_numpy(), mine["time"].to_numpy()
        found = coshare(obj, account, time, windows, keep=keep, threads=1)
        kept = part_of(group_of(found.a, groups), group_of(found.b, groups)) == part
        columns = [found.a[kept], found.b[kept], *found.objects[kept].T]
        tables.append(pa.table(columns, schema=_pairs_schema(len(windows))))
    return pa.concat_tables(tables)


def _counted(where: int, pairs: Longs, bound: Longs) -> pa.Table:
    n = len(pairs)
    return pa.table([[where] * n, list(range(n)), pairs, bound], schema=_COUNTED)


def _count_rows(windows: Sequence[int], rows: pa.Table) -> pa.Table:
    from tocsin.kernels.coshare import count_pairs

    obj, account, time = _coded(rows["object"]), rows["account"].to_numpy(), rows["time"].to_numpy()
    return _counted(0, *count_pairs(obj, account, time, windows))


def _count_slices(windows: Sequence[int], rows: pa.Table) -> pa.Table:
    """The row pairs whose later row is the slice's own."""
    tables = []
    for number in pc.unique(rows["slice"]).to_pylist():
        mine = rows.filter((pc.field("slice") == number) & (pc.field("own") <= 0))
        before = mine.filter(pc.field("own") < 0)
        pairs = _pairs_of_one(windows, mine) - _pairs_of_one(windows, before)
        tables.append(_counted(number, pairs, pairs))
    return pa.concat_tables(tables)


def _pairs_of_one(windows: Sequence[int], rows: pa.Table) -> Longs:
    from tocsin.kernels.coshare import count_pairs

    nothing = np.zeros(rows.num_rows, np.int32)
    return count_pairs(nothing, rows["account"].to_numpy(), rows["time"].to_numpy(), windows).row_pairs
