"""One test, every engine: an engine that registers itself is tested here without a change."""

import re
from datetime import UTC, datetime

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tocsin import plugins
from tocsin.engine.embedded import Embedded
from tocsin.engine.opening import open_engine
from tocsin.errors import RefusedError, UsageError, WorkspaceError
from tocsin.kernels.coshare import coshare

PAIRS = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("objects", pa.int64())])


ENGINES = ["embedded", "sail", "sail_cluster", pytest.param("pyspark", marks=pytest.mark.slow)]


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    name = "embedded" if request.param == "embedded" else request.getfixturevalue(request.param)
    with open_engine(name, str(tmp_path / "tables"), memory_mb=512, threads=2) as opened:
        yield opened


def test_every_registered_engine_is_tested():
    assert sorted(plugins.load("engines")) == ["embedded", "sc"]


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


def as_given(rows):
    return rows


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


@pytest.mark.parametrize("by", ["object", None])
def test_large_buckets_are_dealt_again(tmp_path, monkeypatch, by):
    monkeypatch.setattr("tocsin.engine.embedded._MOST_ROWS", 1_000)
    n, told = 20_000, pa.schema([("rows", pa.int64()), ("objects", pa.list_(pa.int64()))])
    table = pa.table({"object": np.random.default_rng(5).integers(0, 300, n)})

    def seen(rows):
        return pa.table([[rows.num_rows], [pc.unique(rows["object"]).to_pylist()]], schema=told)

    with Embedded(tmp_path, memory_mb=256, partitions=2) as engine:
        engine.put(table.to_reader(), "shares")
        calls = engine.collect(engine.partition_apply(engine.scan("shares"), by, seen, told)).to_pylist()
    assert sum(call["rows"] for call in calls) == n
    assert max(call["rows"] for call in calls) < 2_000
    if by:
        assert sorted(one for call in calls for one in call["objects"]) == list(range(300))


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
    bad = engine.scan("shares").with_columns(
        t=nw.concat_str(nw.lit("x"), nw.col("object").cast(nw.String)).cast(nw.Int64)
    )
    with pytest.raises(Exception, match=r"x\d|attempt"):
        engine.write(bad, "kept")
    assert engine.collect(engine.scan("kept")).num_rows == shares.num_rows
    assert len([path for path in (tmp_path / "tables").iterdir() if re.match(r"kept\.\w+$", path.name)]) == 1


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


def test_what_a_table_was_made_of_stands_only_beside_it(engine):
    rows = pa.table({"k": pa.array(range(3), pa.int64())})
    assert engine.made_of("t") is None
    engine.put(rows.to_reader(), "t", made_of="first")
    assert engine.made_of("t") == "first"
    assert engine.collect(engine.scan("t")) == rows
    engine.write(engine.scan("t").filter(nw.col("k") > 0), "t")
    assert engine.made_of("t") == ""
    engine.put(rows[:0].to_reader(), "t")
    assert engine.collect(engine.scan("t")).schema == rows.schema


def test_rows_dealt_without_a_key_reach_a_kernel_once(engine, shares):
    dealt = engine.collect(engine.partition_apply(engine.scan("shares"), None, as_given, shares.schema))
    assert sorted(dealt["time_us"].to_pylist()) == sorted(shares["time_us"].to_pylist())


def test_more_than_fits_is_refused(engine):
    engine.put(pa.table({"v": np.zeros(2**18, np.int64)}).to_reader(), "t")  # 2 MB, of which Parquet makes some kB
    engine._memory_mb = 1
    with pytest.raises(RefusedError, match="1 MB"):
        engine.collect(engine.scan("t"))


def test_a_later_run_takes_the_tables_over(engine, shares, request, tmp_path):
    rows = engine.scan("shares")
    name = "embedded" if engine.id == "embedded" else request.getfixturevalue(request.node.callspec.params["engine"])
    with open_engine(name, str(tmp_path / "tables"), memory_mb=512, threads=2) as later:
        with pytest.raises(WorkspaceError, match="another run began to use these tables"):
            engine.collect(rows)
        with pytest.raises(WorkspaceError, match="another run began to use these tables"):
            engine.write(rows, "mine")
        later.write(later.scan("shares"), "mine")
        assert later.collect(later.scan("mine")).num_rows == shares.num_rows


@pytest.mark.parametrize("name", ENGINES)
def test_no_temporary_files_stay(tmp_path, name, request):
    name = "embedded" if name == "embedded" else request.getfixturevalue(name)
    with open_engine(name, str(tmp_path), memory_mb=512, threads=2) as engine:
        engine.put(pa.table({"k": [1, 2]}).to_reader(), "t")
        engine.partition_apply(engine.scan("t"), "k", as_given, pa.schema([("k", pa.int64())]))
        engine.write(engine.scan("t"), "u")
    assert {path.name.split(".")[0] for path in tmp_path.iterdir() if path.name != ".turn"} == {"t", "u"}
