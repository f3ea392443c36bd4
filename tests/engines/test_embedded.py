import os
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.engine.embedded import Embedded
from tocsin.engine.opening import open_engine
from tocsin.errors import RefusedError, UsageError


def test_partition_count_does_not_matter(tmp_path):
    tables = []
    for partitions in (1, 3, 40):
        with Embedded(tmp_path, partitions=partitions) as engine:
            pq.write_table(pa.table({"k": [i % 7 for i in range(100)]}), tmp_path / "t.parquet")
            schema = pa.schema([("k", pa.int64()), ("n", pa.int64())])

            def sizes(rows, schema=schema):
                keys, counts = np.unique(rows["k"].to_numpy(), return_counts=True)
                return pa.table([keys, counts], schema=schema)

            got = engine.collect(engine.partition_apply(engine.scan("t"), "k", sizes, schema))
            tables.append(sorted(zip(got["k"].to_pylist(), got["n"].to_pylist(), strict=True)))
    assert tables[0] == tables[1] == tables[2]


def test_no_extension_is_fetched(tmp_path):
    with Embedded(tmp_path) as engine:
        settings = dict(engine._duckdb.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["autoinstall_known_extensions"] == settings["autoload_known_extensions"] == "false"


def test_more_than_memory_is_refused(tmp_path):
    rng = np.random.default_rng(1)
    pq.write_table(pa.table({"v": rng.integers(0, 2**60, 4_000_000)}), tmp_path / "t.parquet")
    with Embedded(tmp_path, memory_mb=16, threads=1) as engine:
        engine._duckdb.execute("SET max_temp_directory_size = '1MB'")
        with pytest.raises(RefusedError, match="16 MB"):
            engine.write(engine.scan("t").sort("v"), "sorted")


def test_a_frame_of_another_kind_is_refused(tmp_path):
    with Embedded(tmp_path) as engine, pytest.raises(UsageError, match="another engine"):
        engine.collect(pa.table({"v": [1]}))


def test_folders_with_signs_that_mean_other_files(tmp_path):
    folder = tmp_path / "a [b]* c"
    table = pa.table({"k": [1, 2, 2]})
    with Embedded(folder) as engine:
        engine.put(table.to_reader(), "t")
        again = engine.partition_apply(engine.scan("t"), "k", lambda rows: rows, table.schema)
        assert sorted(engine.collect(again)["k"].to_pylist()) == [1, 2, 2]
    with pytest.raises(UsageError, match="a folder of this machine"):
        open_engine("embedded", "s3://bucket/x", memory_mb=256, threads=1)


def test_what_a_killed_run_left_is_removed_after_a_week(tmp_path):
    for name, days in (("old", 8), ("new", 1)):
        (tmp_path / f".engine-{name}").mkdir()
        at = time.time() - days * 86_400
        os.utime(tmp_path / f".engine-{name}", (at, at))
    with Embedded(tmp_path):
        assert not (tmp_path / ".engine-old").exists()
    assert (tmp_path / ".engine-new").exists()
