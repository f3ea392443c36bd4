"""What goes wrong on the way: the run ends right or with a clear error, goes on, and no half-written table is seen."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.servers import ROOT, Proxy, free_port, spark, start

from tocsin.engine import faults
from tocsin.engine.embedded import Embedded
from tocsin.engine.opening import open_engine
from tocsin.engine.spark import Spark
from tocsin.engine.storage import TURN
from tocsin.errors import PartnerError, RefusedError, WorkspaceError

K = pa.schema([("k", pa.int64())])
NUMBERS = pa.table({"k": pa.array(range(1000), pa.int64())})
NOISE = pa.table({"k": np.random.default_rng(1).integers(0, 2**62, 2**19)})  # 4 MB that do not compress


def as_given(rows):
    return rows


def slow(rows, *, began, seconds):
    """Takes long over the group that holds 7."""
    if 7 in rows["k"].to_pylist():
        Path(began).touch()
        time.sleep(seconds)
    return rows


def die_once(rows, *, began, victim):
    """Kills what it runs in, the first time the group that holds 7 comes by."""
    if 7 in rows["k"].to_pylist() and not Path(began).exists():
        Path(began).touch()
        os.kill(victim(), signal.SIGKILL)
    return rows


def executor():
    """The process id of Spark's executor: what started the daemon that started this worker."""
    pid = os.getpid()
    while b"java" not in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid


def all_there(engine, table):
    return sorted(engine.collect(engine.scan(table))["k"].to_pylist()) == list(range(1000))


def no_half_written(folder):
    """Besides scratch, the folder holds manifests and the versions they name."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(("scratch-", TURN))}
    tables = {name.removesuffix(".table.json") for name in names if name.endswith(".table.json")}
    return len(names) == 2 * len(tables)


@pytest.mark.slow
def test_full_disk_and_killed_server_then_another_goes_on(tmp_path, sail, monkeypatch):
    """One server of its own that can write 1 MB a file, and is killed in the middle of a step."""
    monkeypatch.setattr(faults, "_TRIES", 2)
    tables = tmp_path / "tables"
    server = start("sail", tmp_path / "mine.address", while_runs=os.getpid(), file_mb=1)
    with Spark(tables, address=(tmp_path / "mine.address").read_text()) as engine:
        engine.put(NOISE.to_reader(), "noise")
        engine.put(NUMBERS.to_reader(), "first", made_of="step 1")
        with pytest.raises(WorkspaceError, match="the disk is full"):
            engine.write(engine.scan("noise"), "copy")
        assert engine.made_of("copy") is None
        kernel = partial(slow, began=str(tmp_path / "began"), seconds=60)
        threading.Thread(target=_kill_when, args=(tmp_path / "began", server), daemon=True).start()
        with pytest.raises(PartnerError, match="connection to the server was lost") as raised:
            engine.write(engine.partition_apply(engine.scan("first"), "k", kernel, K), "second")
        assert "goes on" in raised.value.hint
    assert no_half_written(tables)
    with Spark(tables, address=sail) as engine:
        assert engine.made_of("first") == "step 1"
        assert engine.made_of("second") is None
        engine.write(engine.partition_apply(engine.scan("first"), "k", as_given, K), "second")
        assert all_there(engine, "second")


def _kill_when(began, server):
    while not began.exists():
        time.sleep(0.02)
    server.kill()


def test_full_disk_on_the_embedded_engine(tmp_path):
    with Embedded(tmp_path) as engine:
        engine.put(NOISE.to_reader(), "noise")
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**21, 2**21))\n"
        "from tocsin.engine.opening import open_engine\n"
        f"with open_engine('embedded', {str(tmp_path)!r}, memory_mb=256, threads=1) as engine:\n"
        "    engine.write(engine.scan('noise'), 'copy', made_of='x')"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "WorkspaceError" in ran.stderr
    assert "cannot be read or written" in ran.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != TURN] == ["noise.parquet"]


def test_a_connection_cut_in_the_middle_is_taken_up_again(tmp_path, sail):
    proxy = Proxy(sail)
    began = tmp_path / "began"
    with Spark(tmp_path / "tables", address=proxy.address) as engine:
        engine.put(NUMBERS.to_reader(), "t")
        cutter = threading.Thread(target=_cut_when, args=(began, proxy), daemon=True)
        cutter.start()
        engine.write(engine.partition_apply(engine.scan("t"), "k", partial(slow, began=str(began), seconds=1), K), "u")
        cutter.join(5)
        assert all_there(engine, "u")
    assert no_half_written(tmp_path / "tables")


@pytest.mark.slow
def test_a_session_outlives_work_at_home(tmp_path, monkeypatch):
    monkeypatch.setattr(faults, "_ALIVE_S", 0.5)
    start("sail", tmp_path / "mine.address", while_runs=os.getpid(), SAIL_SPARK__SESSION_TIMEOUT_SECS="2")
    with Spark(tmp_path / "tables", address=(tmp_path / "mine.address").read_text()) as engine:
        engine.put(NUMBERS.to_reader(), "t")
        frame = engine.scan("t")
        time.sleep(4)
        assert engine.collect(frame).num_rows == 1000


def test_a_connection_cut_for_good_is_told(tmp_path, sail, monkeypatch):
    monkeypatch.setattr(faults, "_TRIES", 2)
    proxy = Proxy(sail)
    with Spark(tmp_path / "tables", address=proxy.address) as engine:
        engine.put(NUMBERS.to_reader(), "t")
        proxy.cut(for_good=True)
        with pytest.raises(PartnerError, match="connection to the server was lost"):
            engine.write(engine.scan("t"), "u")
        assert engine.made_of("u") is None
    assert no_half_written(tmp_path / "tables")


def test_a_message_over_the_server_s_limit_says_what_to_set():
    from pyspark.errors import PySparkException

    with pytest.raises(RefusedError, match="over the server's limit") as told, faults.explained("s3://tables"):
        raise PySparkException("Error, decoded message length too large: found 4493921 bytes, the limit is: 4194304")
    assert "TOCSIN_SPARK_PARTITIONS" in told.value.hint


def _cut_when(began, proxy):
    while not began.exists():
        time.sleep(0.02)
    time.sleep(0.2)
    proxy.cut()


def steps(address, folder, began, seconds):
    """A run of two steps, as a detector makes them: each is done unless a table says it was made of the same."""
    with open_engine(address, folder, memory_mb=256, threads=2) as engine:
        for source, step in (("t", "one"), ("one", "two")):
            if engine.made_of(step) == "inputs":
                continue
            kernel = partial(slow, began=f"{began}-{step}", seconds=seconds if step == "two" else 0)
            engine.write(engine.partition_apply(engine.scan(source), "k", kernel, K), step, made_of="inputs")


@pytest.mark.parametrize("name", ["embedded", pytest.param("sail", marks=pytest.mark.slow)])
def test_a_client_killed_between_steps_goes_on_without_repeating(tmp_path, name, request):
    address = name if name == "embedded" else request.getfixturevalue(name)
    tables, began = tmp_path / "tables", tmp_path / "began"
    with open_engine(address, str(tables), memory_mb=256, threads=2) as engine:
        engine.put(NUMBERS.to_reader(), "t")
    call = f"from tests.engines.test_faults import steps; steps({address!r}, {str(tables)!r}, {str(began)!r}, 3)"
    client = subprocess.Popen([sys.executable, "-c", call], cwd=ROOT)
    _kill_when(Path(f"{began}-two"), client)
    client.wait()
    Path(f"{began}-one").unlink()
    steps(address, str(tables), str(began), 0)
    assert not Path(f"{began}-one").exists()  # the confirmed step did not run again
    with open_engine(address, str(tables), memory_mb=256, threads=2) as engine:
        assert all_there(engine, "two")


@pytest.mark.slow
def test_an_executor_killed_in_the_middle_is_made_up_for(tmp_path):
    """Apache Spark with two executors; one is killed with SIGKILL by the kernel it runs."""
    port = free_port()
    server = spark(tmp_path, port, master="local-cluster[2,1,1024]")
    try:
        with Spark(tmp_path / "tables", address=f"sc://127.0.0.1:{port}") as engine:
            engine.put(NUMBERS.to_reader(), "t")
            kernel = partial(die_once, began=str(tmp_path / "began"), victim=executor)
            engine.write(engine.partition_apply(engine.scan("t"), "k", kernel, K), "u")
            assert (tmp_path / "began").exists()
            assert all_there(engine, "u")
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("name", ["embedded", "sail", "pyspark"])
def test_a_disk_that_is_really_full(tmp_path, name, request):
    address = name if name == "embedded" else request.getfixturevalue(name)
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("no permission to mount")
    try:
        with open_engine(address, str(disk), memory_mb=256, threads=2) as engine:
            engine.put(NOISE.to_reader(), "noise", made_of="it")
            with pytest.raises(WorkspaceError, match=r"full|No space left"):
                engine.write(engine.scan("noise"), "copy")
            assert engine.made_of("copy") is None
            assert engine.made_of("noise") == "it"
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
