"""What a live desk costs: a stream over a WebSocket on this machine, followed by `tocsin follow`.

    python bench/follow.py [--rate 5000] [--seconds 1800] [--folder DIR] [--results FILE]

The stream (`tocsin.simulate.stream`) runs in a process of its own, with a group planted every minute. While it runs,
processor time, memory and handles of the follower are sampled every ten seconds and written to the results, so that a
run that is cut short leaves what it has. At the end: how far behind its own time each post was when it was on disk, how
long a planted group took to be raised once there was enough of it to be seen, and whether all posts were taken once.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RESULTS = Path(__file__).parent / "results" / "follow.json"
SAMPLE_S, MEMBERS = 10, 3


def serve(folder: Path, rate: int, seconds: int) -> None:
    """The stream: port.txt once it listens; truth.jsonl and served.txt as it goes on."""
    from tocsin.simulate.served import Log, chatter, serve
    from tocsin.simulate.stream import Chatter, StreamParams

    log, made, told = Log(120), Chatter(StreamParams(rate=rate)), [0]

    def tell(made: Chatter) -> None:
        with (folder / "truth.jsonl").open("a") as file:
            for planted in made.truth[told[0] :]:
                file.write(json.dumps(dataclasses.asdict(planted)) + "\n")
        told[0] = len(made.truth)
        (folder / "served.txt").write_text(str(log.begins + len(log.events)))

    def ready(port: int) -> None:
        (folder / "port.txt").write_text(str(port))

    async def both() -> None:
        await asyncio.gather(serve(log, 0, ready), chatter(made, log, seconds, tell), done())

    async def done() -> None:
        await asyncio.sleep(seconds + 5)
        (folder / "served.txt").write_text(f"{log.begins + len(log.events)} all")

    asyncio.run(both())


def run(folder: Path, rate: int, seconds: int, results: Path) -> dict[str, object]:
    """Serve, follow, sample, judge; the results are written as they come."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", "--folder", folder, "--rate", str(rate), "--seconds", str(seconds)]
    )
    follower = None
    try:
        while not (folder / "port.txt").exists():
            time.sleep(0.1)
        address = f"ws://127.0.0.1:{(folder / 'port.txt').read_text()}/subscribe?cursor=0"
        command = [Path(sys.executable).with_name("tocsin"), "follow", address, "--out", folder / "desk"]
        with (folder / "desk.log").open("wb") as log:
            follower = subprocess.Popen(command, stdout=log, stderr=log)
        samples: list[dict[str, float]] = []
        found: dict[str, object] = {"rate": rate, "seconds": seconds, "cores": os.cpu_count(), "samples": samples}
        begun = time.time()
        while time.time() - begun < seconds + 30 and follower.poll() is None:
            time.sleep(SAMPLE_S)
            samples.append(sample(follower.pid, server.pid, time.time() - begun))
            results.write_text(json.dumps(found, indent=1) + "\n")
        follower.send_signal(signal.SIGTERM)
        found["exit"] = follower.wait(120)
        found |= judge(folder)
        results.write_text(json.dumps(found, indent=1) + "\n")
        return found
    finally:
        for process in (server, follower):
            if process and process.poll() is None:
                process.kill()


def sample(pid: int, server: int, at_s: float) -> dict[str, float]:
    """Processor seconds since the start of follower and server, memory, handles, load of the machine."""
    tick = os.sysconf("SC_CLK_TCK")

    def cpu_s(process: int) -> float:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / tick

    return {
        "at_s": round(at_s, 1),
        "cpu_s": cpu_s(pid),
        "server_cpu_s": cpu_s(server),
        "memory_mb": int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20,
        "handles": sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        "load": os.getloadavg()[0],
    }


def judge(folder: Path) -> dict[str, object]:
    """Posts served and taken, how late they were on disk, and how soon planted groups were raised."""
    state = json.loads((folder / "desk" / "follow.json").read_text())
    figures = [json.loads(line) for line in (folder / "desk" / "figures.jsonl").read_text().splitlines()]
    ids, lags = [], []  # ids as hashes: tens of millions of them
    for part in sorted((folder / "desk" / "posts").glob("*.parquet")):
        posts = pq.read_table(part, columns=["post", "time"])
        ids.append(np.fromiter(map(hash, posts["post"].to_pylist()), np.int64, posts.num_rows))
        lags.append(part.stat().st_mtime - posts["time"].cast(pa.int64()).to_numpy() / 1e6)
    lag = np.concatenate(lags)
    served, _, whole = (folder / "served.txt").read_text().partition(" ")
    return {
        "served": int(served),
        "all_served": whole == "all",
        "posts": state["posts"],
        "distinct": len(np.unique(np.concatenate(ids))),
        "duplicates_dropped": state["duplicates"],
        "lag_s": dict(zip(("p50", "p99", "max"), np.percentile(lag, [50, 99, 100]).round(2).tolist(), strict=True)),
        "look_s": {
            "median": float(np.median([f["look_s"] for f in figures])),
            "max": max(f["look_s"] for f in figures),
        },
        "held_max": max(f["held"] for f in figures),
        **raised(folder),
    }


def raised(folder: Path) -> dict[str, object]:
    """Seconds from the moment at which a planted group had shared three things to its lead; leads that are of none."""
    from datetime import datetime

    from tocsin.sources.pseudonyms import pseudonym

    key = (folder / "desk" / "key").read_bytes()
    kept = json.loads((folder / "desk" / "leads.json").read_text())
    leads = [
        (datetime.fromisoformat(lead["raised"]).timestamp(), set(lead["finding"]["subjects"]))
        for lead in kept["present"] + kept["ended"]
    ]
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    end_us = json.loads((folder / "desk" / "follow.json").read_text())["newest_us"]
    delays, missed, planted = [], [], set[str]()
    for group in truth:
        accounts = {pseudonym(key, "bluesky", account) for account in group["accounts"]}
        planted |= accounts
        times = [at for at, members in leads if len(members & accounts) >= MEMBERS]
        if times:
            delays.append(round(min(times) - group["third_us"] / 1e6, 1))
        elif group["last_us"] < end_us:
            missed.append(f"{group['unit']} ({group['kind']})")
    return {
        "planted": len(truth),
        "raised": len(delays),
        "missed": missed,
        "seconds_to_lead": {"all": delays, "median": float(np.median(delays)) if delays else None},
        "leads_of_no_group": sum(not members & planted for _, members in leads),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=1_800)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.folder, asked.rate, asked.seconds)
    else:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(run(asked.folder or Path(place), asked.rate, asked.seconds, asked.results), indent=1))
