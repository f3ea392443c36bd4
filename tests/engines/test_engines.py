"""One test, every engine: an engine that registers itself is tested here without a change."""

from datetime import UTC, datetime

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tocsin import plugins
from tocsin.errors import UsageError, WorkspaceError
from tocsin.kernels.coshare import coshare

PAIRS = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("objects", pa.int64())])


@pytest.fixture(params=sorted(plugins.load("engines")))
def engine(request, tmp_path):
    with plugins.load("engines")[request.param](tmp_path / "tables", memory_mb=512, threads=2) as opened:
        yield opened


@pytest.fixture
def shares(engine, tmp_path):
    rng = np.random.default_rng(5)
    n = 20_000
    table = pa.table(
        {
            "object": pa.array(rng.integers(0, 300, n).astype(np.int32)),
            "account": pa.array(rng.integers(0, 80, n).astype(np.int32)),
            "time_us": pa.array(rng.integers(-(10**9), 10**9, n)),
        }
    )
    pq.write_table(table, tmp_path / "tables" / "shares.parquet")
    return table


def count(rows):
    found = coshare(rows["object"].to_numpy(), rows["account"].to_numpy(), rows["time_us"].to_numpy(), 10**6, keep=1)
    return pa.table([found.a, found.b, found.objects[:, 0]], names=PAIRS.names).cast(PAIRS)


def test_scan_filter_and_collect(engine, shares):
    got = engine.collect(engine.scan("shares").filter(nw.col("account") == 3).select("object", "time_us"))
    want = shares.filter(pc.equal(shares["account"], 3)).select(["object", "time_us"])
    assert sorted(map(tuple, got.to_pylist())) == sorted(map(tuple, want.to_pylist()))
    assert sorted(got.column(1).to_pylist()) == sorted(want.column(1).to_pylist())


def test_partitioned_kernel_and_sum_give_what_one_call_gives(engine, shares):
    parts = engine.partition_apply(engine.scan("shares"), "object", count, PAIRS)
    summed = engine.collect(parts.group_by("a", "b").agg(nw.col("objects").sum()))
    whole = count(shares)
    assert {(r["a"], r["b"]): r["objects"] for r in summed.to_pylist()} == {
        (r["a"], r["b"]): r["objects"] for r in whole.to_pylist()
    }


def test_a_group_reaches_the_kernel_in_one_call_nulls_too(engine, tmp_path):
    table = pa.table({"key": pa.array([None, "x", "y", None, "x"]), "n": pa.array(range(5), pa.int64())})
    pq.write_table(table, tmp_path / "tables" / "t.parquet")
    schema = pa.schema([("key", pa.string()), ("calls", pa.int64())])

    def once(rows):
        keys = rows["key"].to_pylist()
        return pa.table({"key": sorted(set(keys), key=str), "calls": [1] * len(set(keys))}, schema=schema)

    got = engine.collect(engine.partition_apply(engine.scan("t"), "key", once, schema))
    assert sorted(got["key"].to_pylist(), key=str) == [None, "x", "y"]


def test_empty_tables_keep_their_schema(engine, shares):
    none = engine.scan("shares").filter(nw.col("account") > 1000)
    assert engine.collect(engine.partition_apply(none, "object", count, PAIRS)).schema == PAIRS
    engine.write(none, "nobody")
    assert engine.collect(engine.scan("nobody")).num_rows == 0


def test_times_lists_and_nulls_survive_writing(engine, tmp_path):
    table = pa.table(
        {
            "time": pa.array([datetime(1969, 7, 20, 20, 17, 40, 5, UTC), None], pa.timestamp("us", tz="UTC")),
            "tags": pa.array([["a", "ж"], None], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "tables" / "t.parquet")
    engine.write(engine.scan("t"), "again")
    assert engine.collect(engine.scan("again")).to_pylist() == table.to_pylist()


def test_a_failed_write_leaves_the_old_table(engine, shares, tmp_path):
    engine.write(engine.scan("shares"), "kept")
    before = (tmp_path / "tables" / "kept.parquet").read_bytes()
    bad = engine.scan("shares").with_columns(
        t=nw.concat_str(nw.lit("x"), nw.col("object").cast(nw.String)).cast(nw.Int64)
    )
    with pytest.raises(Exception, match="x"):
        engine.write(bad, "kept")
    assert (tmp_path / "tables" / "kept.parquet").read_bytes() == before


def test_a_table_may_be_rewritten_from_itself(engine, shares):
    engine.write(engine.scan("shares").filter(nw.col("account") < 40), "shares")
    assert engine.collect(engine.scan("shares")).num_rows == pc.sum(pc.less(shares["account"], 40)).as_py()


def test_what_a_kernel_raises_is_raised(engine, shares):
    def broken(rows):
        raise ZeroDivisionError("in the kernel")

    with pytest.raises(ZeroDivisionError, match="in the kernel"):
        engine.partition_apply(engine.scan("shares"), "object", broken, PAIRS)


def test_wrong_names_and_columns(engine, shares):
    with pytest.raises(WorkspaceError, match="absent"):
        engine.scan("absent")
    with pytest.raises(UsageError, match=r"\.\./x"):
        engine.scan("../x")
    with pytest.raises(UsageError, match="absent"):
        engine.partition_apply(engine.scan("shares"), "absent", count, PAIRS)


def test_a_damaged_table_is_named(engine, tmp_path):
    (tmp_path / "tables" / "bad.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        engine.collect(engine.scan("bad"))


@pytest.mark.parametrize("name", sorted(plugins.load("engines")))
def test_no_temporary_files_stay(tmp_path, name):
    pq.write_table(pa.table({"k": [1, 2]}), tmp_path / "t.parquet")
    with plugins.load("engines")[name](tmp_path, memory_mb=512, threads=2) as engine:
        engine.partition_apply(engine.scan("t"), "k", lambda rows: rows, pa.schema([("k", pa.int64())]))
        engine.write(engine.scan("t"), "u")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.parquet", "u.parquet"]
