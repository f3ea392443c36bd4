"""Donors of a large register linked in memory, on the embedded engine and on Sail: seconds of CPU and peak memory.

    python bench/linkage.py

The register is made here, seeded: what the FEC's bulk file says of donors (no street), respelt here and there.
Each run is a process of its own; the seconds and the memory of Sail are those of its server, with its workers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

import gifts

RESULTS = Path(__file__).parent / "results"
WAYS = ("memory", "embedded", "sail")


def make(path: Path, rows: int) -> None:
    """Write what `rows` gifts say of half as many donors, common and rare names in common and rare places. Of one gift
    in three the first name is an initial, has letters added or a middle initial; of one in five the employer differs.
    """
    from tocsin.model.gift import GIFTS

    rng = np.random.default_rng(9)
    last, first = (np.array(gifts.words(rng, number)) for number in (5_000, 300))
    donor, how = rng.integers(0, rows // 2, rows), rng.random(rows)
    surname, forename, place, firm, work = (
        (number * rng.random(rows // 2) ** 2).astype(int)[donor] for number in (5_000, 300, 3_000, 2_000, 300)
    )
    given = first[forename].astype("<U24")
    for least, most, respelt in ((0.0, 0.1, "{0[0]}"), (0.1, 0.2, "{0[0]}{0}"), (0.2, 0.33, "{0} Q")):
        where = np.flatnonzero((how >= least) & (how < most))
        given[where] = [respelt.format(name) for name in given[where]]
    firm = np.where(rng.random(rows) < 0.2, rng.integers(0, 2_000, rows), firm)
    said = {
        "donor_type": np.full(rows, "person"),
        "donor_name": np.char.add(np.char.add(last[surname], ", "), given),
        "city": np.char.add("CITY ", (place // 10).astype(str)),
        "region": np.array(["CA", "NY", "TX", "FL", "OH"])[place % 5],
        "postcode": (10_000 + place).astype(str),
        "employer": np.char.add("FIRM ", firm.astype(str)),
        "occupation": np.char.add("OCCUPATION ", work.astype(str)),
    }
    columns = [pa.array(said[field.name]) if field.name in said else pa.nulls(rows, field.type) for field in GIFTS]
    pq.write_table(pa.table(columns, names=GIFTS.names), path)


def step(way: str, path: str, tables: str, address: str) -> dict[str, Any]:
    """Link the donors one way."""
    from contextlib import nullcontext

    from tocsin.engine.opening import open_engine
    from tocsin.resolve.donors import resolve

    table = pq.read_table(path)
    began = time.perf_counter()
    with open_engine(address, tables, memory_mb=1024, threads=2) if way != "memory" else nullcontext() as engine:
        found = resolve(table, engine)
    digest = sha256(found.donor.to_numpy().tobytes() + found.probability.fill_null(2).to_numpy().tobytes())
    used = resource.getrusage(resource.RUSAGE_SELF)
    said = {"rows": table.num_rows, "donors": len(found.donor.unique()), "wall_s": time.perf_counter() - began}
    return said | {
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / 1024,
        "sha256": digest.hexdigest(),
    }


def measure(way: str, path: Path) -> dict[str, Any]:
    """Run a way in a process of its own, beside a server of its own where it needs one."""
    with tempfile.TemporaryDirectory() as tables:
        server, address = serve() if way == "sail" else (None, "embedded")
        try:
            words = [sys.executable, __file__, "--step", way, str(path), tables, address]
            told: dict[str, Any] = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
            return told | (server_use(server) if server else {})
        finally:
            if server:
                server.terminate()
                server.wait()


def serve() -> tuple[subprocess.Popen[bytes], str]:
    """A Sail server of one process on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "pysail", "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        time.sleep(0.2)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, f"sc://127.0.0.1:{port}"
    raise RuntimeError("Sail did not start")


def server_use(server: subprocess.Popen[bytes]) -> dict[str, float]:
    """Seconds of CPU and peak memory of a server and its workers until now."""
    processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    times = [process.cpu_times() for process in processes]
    peaks = [int(Path(f"/proc/{p.pid}/status").read_text().partition("VmHWM:")[2].split()[0]) for p in processes]
    return {"server_cpu_s": sum(t.user + t.system for t in times), "server_peak_mib": sum(peaks) / 1024}


def main() -> None:
    """Make the register, link it each way, print and keep the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--step", nargs=4)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(step(*asked.step)))
        return
    results: dict[str, Any] = {"cpus": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "gifts.parquet")
        make(path, asked.rows)
        for way in WAYS:
            results[way] = measure(way, path)
            print(way, results[way], flush=True)
    results["same"] = len({results[way]["sha256"] for way in WAYS}) == 1
    print("the same donors and probabilities:", results["same"])
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "linkage.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
