"""Cost of counting pairs of accounts as rows grow: CPU-seconds, peak memory and bytes moved, on each engine.

    python bench/growth.py --folder DIR                    1 to 30 million rows embedded, 1 to 10 million on Sail
    python bench/growth.py --folder DIR --rows 100000000 --engines embedded
    python bench/growth.py --table                         the results so far, for docs/growth.md

Every figure is added to bench/results/growth.json as soon as it is there; a case that ran before is run again and
replaced. The data are synthetic and seeded, written in blocks to DIR and left there for the next run: objects
Zipf(1.05) with the most popular near 1 % of the rows, accounts Zipf(0.7), 30 days, 60 % of the shares Exp(8 h) after
their object's birth and the rest uniform, rows / 50,000 planted groups of 12 accounts that share 40 objects within
20 s. Each case is one process (on Sail: and one server), measured with all its children; the first case of an engine
is run twice and the second is kept, so that compiling is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

RESULTS = Path(__file__).parent / "results/growth.json"
DAY_US = 86_400_000_000
BLOCK = 5_000_000
SHARES = pa.schema([("object", pa.int64()), ("account", pa.int32()), ("time", pa.int64())])
SIZES = {"embedded": (1, 3, 10, 30), "one call": (1, 3, 10), "sail-1": (1, 3, 10), "sail-2": (1, 3, 10)}
SECONDS = {10: 10**10, 60: 10**7}  # window and the most rows it is run with
MEMORY_MB = 1024  # what DuckDB may hold; the kernels come on top
PARTITIONS, BUCKET_ROWS = 16, 150_000  # least on Sail; between workers it takes no message over 4 MB

Row = dict[str, Any]


def steps(size: int, exponent: float, cap: float = 1.0) -> Any:
    """The distribution function of `size` codes with weights rank^-exponent, none above `cap` of the whole."""
    weights = np.arange(1, size + 1, dtype=float) ** -exponent
    weights = np.minimum(weights / weights.sum(), cap)
    return np.cumsum(weights / weights.sum())


def blocks(rows: int, seed: int) -> Iterator[pa.Table]:
    """About `rows` shares in random order, in blocks."""
    rng = np.random.default_rng(seed)
    objects, accounts = rows // 8, rows // 20
    birth = rng.integers(0, 30 * DAY_US, objects)
    by_object, by_account = steps(objects, 1.05, cap=0.01), steps(accounts, 0.7)
    for low in range(0, rows, BLOCK):
        n = min(BLOCK, rows - low)
        obj = by_object.searchsorted(rng.random(n)).clip(max=objects - 1)
        burst = birth[obj] + rng.exponential(8 * 3600e6, n).astype(np.int64)
        at = np.where(rng.random(n) < 0.6, burst, rng.integers(0, 30 * DAY_US, n))
        account = by_account.searchsorted(rng.random(n)).clip(max=accounts - 1).astype(np.int32)
        yield pa.table([obj, account, at], schema=SHARES)
    for _ in range(rows // 50_000):
        obj = np.repeat(rng.integers(0, objects, 40), 12)
        account = np.tile(rng.choice(accounts, 12, replace=False), 40).astype(np.int32)
        at = np.repeat(rng.integers(0, 30 * DAY_US, 40), 12) + rng.integers(0, 20_000_000, 480)
        yield pa.table([obj, account, at], schema=SHARES)


def make(rows: int, folder: Path) -> None:
    """Write shares.parquet, whole or not at all."""
    with pq.ParquetWriter(folder / "part", SHARES, compression="zstd") as writer:
        for block in blocks(rows, 2026):
            writer.write_table(block)
    (folder / "part").replace(folder / "shares.parquet")


class Metered:
    """An engine that says how many bytes it was asked to move: rows by the width of their numbers, uncompressed."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.moved = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def partition_apply(self, frame: Any, by: str | None, kernel: Any, schema: pa.Schema) -> Any:
        """As the engine's, counted."""
        import narwhals as nw

        rows = self.engine.collect(frame.select(nw.len().alias("rows")))["rows"][0].as_py()
        wide = sum(8 if kind == nw.Int64 else 4 for kind in frame.collect_schema().values())
        self.moved += rows * wide
        return self.engine.partition_apply(frame, by, kernel, schema)


def cpu_s(process: psutil.Process) -> float:
    """User and system time of a process and of all its children, living and ended."""
    found = 0.0
    for one in [process, *process.children(recursive=True)]:
        took = one.cpu_times()
        found += took.user + took.system + took.children_user + took.children_system
    return found


@contextmanager
def watched(process: psutil.Process, said: Row) -> Iterator[None]:
    """Say how much memory a process and its children held at most, sampled, and what it wrote."""
    ended, most = threading.Event(), 0

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.2):
            held = [one.memory_info().rss for one in [process, *process.children(recursive=True)]]
            most = max(most, sum(held))

    thread = threading.Thread(target=watch)
    before, written = cpu_s(process), process.io_counters().write_chars
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    said["cpu_s"] = said.get("cpu_s", 0.0) + cpu_s(process) - before
    said["peak_gib"] = said.get("peak_gib", 0.0) + most / 2**30
    said["written_gb"] = said.get("written_gb", 0.0) + (process.io_counters().write_chars - written) / 1e9


def one_call(folder: Path, window_s: int) -> Row:
    """The kernel over all rows at once in memory."""
    from tocsin.kernels.coshare import coshare

    shares = pq.read_table(folder / "shares.parquet")
    obj, account, at = (shares[name].to_numpy() for name in SHARES.names)
    found = coshare(obj, account, at, [window_s * 10**6], keep=2)
    return {"rows": shares.num_rows, "pairs": found.a.size, "objects": int(found.objects.sum(dtype=np.int64))}


def on_engine(folder: Path, window_s: int, address: str) -> Row:
    """Pre-flight and pairs on an engine; the pairs are stored as a table."""
    import narwhals as nw

    from tocsin.detect.amplification.counting import pairs_on, preflight_on
    from tocsin.engine.opening import open_engine

    with open_engine(address, str(folder), memory_mb=MEMORY_MB, threads=2) as opened:
        engine: Any = Metered(opened) if address == "embedded" else opened
        shares = engine.scan("shares")
        begun = cpu_s(psutil.Process())
        row_pairs, bound = preflight_on(engine, shares, [window_s * 10**6])
        preflight = cpu_s(psutil.Process()) - begun
        if address == "embedded":
            engine.moved = 0  # the pre-flight's
        engine.write(pairs_on(engine, shares, [window_s * 10**6]), "pairs")
        pairs = engine.scan("pairs").select(nw.len().alias("pairs"), nw.col("objects_0").sum().alias("objects"))
        found: Row = {"rows": pq.read_metadata(folder / "shares.parquet").num_rows}
        found |= {"row_pairs": int(row_pairs[0]), "pair_objects_bound": int(bound[0])}
        found |= {name: int(value[0]) for name, value in engine.collect(pairs).to_pydict().items()}
        if address == "embedded":
            found |= {"preflight_cpu_s": round(preflight, 2), "moved_gb": round(engine.moved / 1e9, 3)}
        return found


@contextmanager
def sail(workers: int, partitions: int) -> Iterator[tuple[str, psutil.Process]]:
    """A Sail server on loopback with so many workers, which have a core and an equal part of the places for tasks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = {f"SAIL_CLUSTER__WORKER_{name}_COUNT": str(workers) for name in ("INITIAL", "MAX")}
    cluster |= {"SAIL_MODE": "local-cluster", "SAIL_CLUSTER__WORKER_TASK_SLOTS": str(-(-partitions // workers))}
    code = f"from pysail.spark import SparkConnectServer as S; S('127.0.0.1', {port}).start(background=False)"
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | cluster) as server:
        os.sched_setaffinity(server.pid, range(workers))
        try:
            while server.poll() is None:
                with socket.socket() as probe:
                    if not probe.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.1)
            yield f"sc://127.0.0.1:{port}", psutil.Process(server.pid)
        finally:
            server.terminate()


def child(folder: Path, window_s: int, address: str) -> Row:
    """Run one case in this process and watch it."""
    said: Row = {}
    begun, started = cpu_s(psutil.Process()), time.perf_counter()
    with watched(psutil.Process(), said):
        found = one_call(folder, window_s) if address == "one call" else on_engine(folder, window_s, address)
    said["cpu_s"] += begun  # imports before the watch
    said["wall_s"] = time.perf_counter() - started
    return found | said


def case(folder: Path, window_s: int, engine: str) -> Row:
    """One case in processes of its own."""
    command = [sys.executable, __file__, "--folder", str(folder), "--window", str(window_s), "--address"]
    if not engine.startswith("sail"):
        return dict(json.loads(subprocess.run([*command, engine], check=True, stdout=subprocess.PIPE).stdout))
    said: Row = {}
    workers, rows = int(engine[-1]), pq.read_metadata(folder / "shares.parquet").num_rows
    partitions = PARTITIONS if workers == 1 else max(PARTITIONS, rows // BUCKET_ROWS)
    with sail(workers, partitions) as (address, server), watched(server, said):
        environment = os.environ | {"TOCSIN_SPARK_PARTITIONS": str(partitions)}
        ran = subprocess.run([*command, address], check=True, stdout=subprocess.PIPE, env=environment)
        found = json.loads(ran.stdout)
    return dict(found) | {name: found[name] + value for name, value in said.items()}


def keep(row: Row) -> None:
    """Add a row to the results, in place of the same case before it."""
    name = ("engine", "window_s", "million_rows")
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = [other for other in rows if [other[k] for k in name] != [row[k] for k in name]] + [row]
    fresh = RESULTS.with_suffix(".part")
    fresh.write_text(json.dumps(sorted(rows, key=lambda r: [r[k] for k in name]), indent=1) + "\n")
    fresh.replace(RESULTS)


def table() -> str:
    """The results as a Markdown table."""
    from common import markdown  # here, since it loads what the measured processes must not

    rows = sorted(json.loads(RESULTS.read_text()), key=lambda r: (r["window_s"], r["million_rows"], r["engine"]))
    head = [
        "engine",
        "window s",
        "million rows",
        "million pairs of rows",
        "pairs kept",
        "CPU-s",
        "peak GiB",
        "moved GB",
    ]
    names = ("engine", "window_s", "million_rows", "row_pairs", "pairs", "cpu_s", "peak_gib", "moved_gb")
    for row in rows:
        row["million_rows"] = round(row["million_rows"])
        row["row_pairs"] = row["row_pairs"] / 1e6 if "row_pairs" in row else None
        row["pairs"] = f"{row['pairs']:,}"
    return markdown(head, [[row.get(name) for name in names] for row in rows])


def main() -> None:
    """Every case asked for, the small ones first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("growth"))
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--rows", type=int, nargs="*", default=[])
    parser.add_argument("--engines", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--window", type=int)
    parser.add_argument("--address")
    asked = parser.parse_args()
    if asked.table:
        print(table())
        return
    if asked.address:
        print(json.dumps(child(asked.folder, asked.window, asked.address)))
        return
    cases = sorted((r, e) for e in asked.engines for r in asked.rows or [m * 10**6 for m in SIZES[e]])
    warm = set()
    for rows, engine in cases:
        folder = asked.folder / str(rows)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "shares.parquet").exists():
            make(rows, folder)
        for window_s in [asked.window] if asked.window else [w for w, most in SECONDS.items() if rows <= most]:
            if engine not in warm and rows <= 10**6:
                warm.add(engine)
                case(folder, window_s, engine)
            row = {
                "engine": engine,
                "window_s": window_s,
                "million_rows": rows / 10**6,
                **case(folder, window_s, engine),
            }
            keep({name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()})
            print(json.dumps(row), flush=True)
            for left in folder.iterdir():
                if left.name != "shares.parquet":
                    shutil.rmtree(left) if left.is_dir() else left.unlink()


if __name__ == "__main__":
    main()
