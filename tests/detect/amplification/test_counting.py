"""Pairs counted on an engine are those that one machine counts in one call."""

import pickle
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.detect.amplification.counting import _count_part, _deal, pairs_on, preflight_on
from tocsin.engine.embedded import Embedded
from tocsin.engine.spark import Spark
from tocsin.kernels.coshare import coshare, count_pairs
from tocsin.kernels.meeting import deal, group_of, part_of

WINDOWS = [0, 3, 9]


def some_shares(seed, n=400):
    """Few objects, one of them with most rows; accounts and times that repeat, before and after 1970."""
    rng = np.random.default_rng(seed)
    obj = np.where(rng.random(n) < 0.5, 7, rng.integers(0, 9, n)) + 10**12
    return pa.table(
        {
            "object": pa.array(obj),
            "account": pa.array(rng.integers(0, 40, n).astype(np.int32)),
            "time": pa.array(rng.integers(-300, 300, n)),
        }
    )


def columns(table):
    obj = np.unique(table["object"].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    return obj, table["account"].to_numpy(), table["time"].to_numpy()


def in_memory(table, windows, keep):
    found = coshare(*columns(table), windows, keep=keep)
    return sorted(zip(found.a.tolist(), found.b.tolist(), *found.objects.T.tolist(), strict=True))


def rows_of(table):
    return sorted(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))


@pytest.mark.parametrize(
    ("seed", "partitions", "max_rows", "keep"),
    [(1, 1, 10**6, 2), (3, 16, 40, 2), (4, 3, 15, 2), (4, 2, 25, 1)],
)
def test_pairs_and_preflight_are_those_of_one_call(tmp_path, seed, partitions, max_rows, keep):
    table = some_shares(seed)
    if seed == 3:
        table = table.set_column(0, "object", table["object"].cast(pa.string()))
    shuffled = table.take(np.random.default_rng(seed).permutation(table.num_rows))
    pq.write_table(shuffled, tmp_path / "shares.parquet")
    with Embedded(tmp_path, memory_mb=256, partitions=partitions) as engine:
        shares = engine.scan("shares")
        found = engine.collect(pairs_on(engine, shares, WINDOWS, keep=keep, max_partition_rows=max_rows))
        assert found.schema.names == ["a", "b", "objects_0", "objects_1", "objects_2"]
        assert set(found.schema.types) == {pa.int32()}
        assert rows_of(found) == in_memory(table, WINDOWS, keep)
        assert found.num_rows > 25
        counted = preflight_on(engine, shares, WINDOWS, max_partition_rows=max_rows)
        np.testing.assert_array_equal(counted, count_pairs(*columns(table), WINDOWS))


def test_sail_gives_the_same(sail_cluster, tmp_path):
    table = some_shares(4)
    pq.write_table(table, tmp_path / "shares.parquet")
    with Spark(tmp_path, address=sail_cluster, partitions=3) as engine:
        shares = engine.scan("shares")
        found = engine.collect(pairs_on(engine, shares, WINDOWS, keep=1, max_partition_rows=150))
        assert rows_of(found) == in_memory(table, WINDOWS, 1)
        counted = preflight_on(engine, shares, WINDOWS, max_partition_rows=150)
        np.testing.assert_array_equal(counted, count_pairs(*columns(table), WINDOWS))


def test_no_rows_no_pairs(tmp_path):
    pq.write_table(some_shares(1).slice(0, 0), tmp_path / "shares.parquet")
    with Embedded(tmp_path, memory_mb=256, partitions=2) as engine:
        assert engine.collect(pairs_on(engine, engine.scan("shares"), [5])).num_rows == 0
        assert [list(counted) for counted in preflight_on(engine, engine.scan("shares"), [5, 6])] == [[0, 0], [0, 0]]


def test_every_pair_of_rows_stands_in_its_part_and_rows_near_nobody_in_none():
    for seed in range(20):
        obj, account, time = columns(some_shares(seed, 80))
        groups = 1 + seed % 7
        dealt = deal(obj, account, time, 9, groups=groups)
        held = set(zip(dealt.row.tolist(), dealt.part.tolist(), strict=True))
        assert len(held) == dealt.row.size
        group = group_of(account, groups)
        apart = np.abs(time[:, None] - time[None, :]) <= 9
        meets = apart & (obj[:, None] == obj[None, :]) & (account[:, None] != account[None, :])
        needed = {(i, part_of(group[i], group[j])) for i, j in np.argwhere(meets).tolist()}
        assert needed <= held
        alone = ~(apart & (obj[:, None] == obj[None, :]) & ~np.eye(80, dtype=bool)).any(1)
        assert not alone[dealt.row].any()


def test_kernels_travel():
    for kernel in (partial(_deal, 9, 6, "object"), partial(_count_part, (9,), 2, 6)):
        assert pickle.loads(pickle.dumps(kernel)).func is kernel.func
