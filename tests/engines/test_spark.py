"""What is Spark's alone: storage by URL, credentials, Iceberg, versions of the workers. On Sail."""

import json
import os
import shutil
import subprocess
import sys
import time

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.servers import free_port

from tocsin.engine import spark
from tocsin.engine.spark import Spark
from tocsin.engine.storage import TURN
from tocsin.errors import InputError, PartnerError, UsageError, WorkspaceError

ROWS = pa.table({"k": pa.array([1, 2, None], pa.int64()), "s": ["a", "ж", None]})
ONE = pa.schema([("k", pa.int64())])


@pytest.fixture
def engine(sail, tmp_path):
    with Spark(tmp_path / "tables", address=sail) as opened:
        yield opened


def refuse(rows):
    raise InputError(f"{len(rows)} rows", hint="do this")


def odd(rows):
    raise json.JSONDecodeError("odd", "{", 0)


def unsigned(rows):
    return rows


def test_a_table_is_its_manifest_and_one_version(engine, tmp_path):
    for made_of in ("one", "two"):
        engine.put(ROWS.to_reader(), "t", made_of=made_of)
    manifest = json.loads((tmp_path / "tables" / "t.table.json").read_text())
    version = tmp_path / "tables" / manifest["version"]
    stored = sum(path.stat().st_size for path in version.iterdir())
    assert manifest == {"version": version.name, "rows": 3, "bytes": stored, "made_of": "two"}
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {TURN, "t.table.json", version.name}


def test_a_version_without_its_manifest_is_not_seen_and_goes_with_the_next(engine, tmp_path):
    half = tmp_path / "tables" / "t.0123456789abcdef"
    half.mkdir()
    pq.write_table(ROWS, half / "part-0.parquet")
    assert engine.made_of("t") is None
    with pytest.raises(WorkspaceError, match="no such table"):
        engine.scan("t")
    engine.put(ROWS.to_reader(), "t")
    assert not half.exists()


def test_what_a_killed_run_left_is_removed_after_a_week(sail, tmp_path):
    old, young = (f"scratch-{int(time.time()) - age * 86400}-01234567" for age in (8, 6))
    for name in (old, young):
        (tmp_path / name).mkdir()
    with Spark(tmp_path, address=sail):
        assert not (tmp_path / old).exists()
        assert (tmp_path / young).exists()


def test_a_kernel_s_own_error_comes_back_as_it_was_raised(engine):
    engine.put(ROWS.to_reader(), "t")
    with pytest.raises(InputError, match="3 rows") as raised:
        engine.partition_apply(engine.scan("t").with_columns(one=nw.lit(1)), "one", refuse, ONE)
    assert raised.value.hint == "do this"
    with pytest.raises(RuntimeError, match=r"JSONDecodeError: odd"):
        engine.partition_apply(engine.scan("t"), "k", odd, ONE)


def test_types_that_spark_has_not_are_named(engine):
    engine.put(ROWS.to_reader(), "t")
    with pytest.raises(UsageError, match="uint64"):
        engine.partition_apply(engine.scan("t"), "k", unsigned, pa.schema([("k", pa.uint64())]))


def test_credentials_come_from_the_environment_alone(sail, tmp_path, monkeypatch):
    for url in ("s3://key:secret@bucket/x", "s3://bucket/x?secret_key=a", "gs://bucket/x?access_token=a"):
        with pytest.raises(UsageError, match="carry no credentials") as raised:
            Spark(url, address=sail)
        assert "secret" not in str(raised.value).replace("secret_key", "")
    for address in ("sc://127.0.0.1:1/;token=abc", "sc://me@127.0.0.1:1", "sc://127.0.0.1:1/;x-api-key=abc"):
        with pytest.raises(UsageError, match="no credentials"):
            Spark(tmp_path, address=address)
    with pytest.raises(UsageError, match="is not a server's address"):
        Spark(tmp_path, address="sc://127.0.0.1:many")
    with pytest.raises(UsageError, match="ftp"):
        Spark("ftp://host/x", address=sail)


def test_a_version_that_somebody_removed_is_not_there(engine, tmp_path):
    engine.put(ROWS.to_reader(), "t", made_of="one")
    shutil.rmtree(tmp_path / "tables" / json.loads((tmp_path / "tables" / "t.table.json").read_text())["version"])
    assert engine.made_of("t") is None


def test_nobody_answers(tmp_path):
    with pytest.raises(PartnerError, match="no Spark Connect server answers"):
        Spark(tmp_path, address=f"sc://127.0.0.1:{free_port()}")


def test_workers_of_another_version_are_refused_by_the_first_job(engine, monkeypatch):
    engine.put(ROWS.to_reader(), "t")
    monkeypatch.setattr(spark, "versions", lambda: {"python": "3.99", "tocsin": "9"})
    with pytest.raises(UsageError, match=r"3\.99"):
        engine.partition_apply(engine.scan("t"), "k", unsigned, ONE)


def test_without_the_extra_it_is_named(tmp_path):
    script = (
        "import sys; sys.modules['pyspark'] = None\n"
        "from tocsin.engine.opening import open_engine\n"
        f"open_engine('sc://127.0.0.1:1', {str(tmp_path)!r}, memory_mb=256, threads=1)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=os.environ)
    assert "Spark's client is not installed" in ran.stderr


def test_tables_in_an_iceberg_catalog(sail, tmp_path):
    with Spark(f"iceberg:ice@{tmp_path}/work", address=sail) as engine:
        engine.session.sql(f"create schema ice location '{(tmp_path / 'ice').as_uri()}'")
        assert engine.made_of("t") is None
        with pytest.raises(WorkspaceError, match=r"ice\.t: no such table"):
            engine.scan("t")
        engine.put(ROWS.to_reader(), "t", made_of="one")
        assert engine.made_of("t") == "one"
        engine.write(engine.scan("t").filter(nw.col("k") > 1), "t")
        assert engine.made_of("t") == ""
        assert engine.collect(engine.scan("t")).to_pylist() == [{"k": 2, "s": "ж"}]
        assert (tmp_path / "ice" / "t" / "metadata").is_dir() or list((tmp_path / "ice").rglob("metadata"))
    with pytest.raises(UsageError, match="names no tables"):
        Spark("iceberg:ice", address=sail)
