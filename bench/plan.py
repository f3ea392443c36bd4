"""What `tocsin plan` tells beside what the scan then takes: CPU-seconds by step, peak memory, rows of edges.

    python bench/plan.py FOLDER [--only NAME]

Simulated elections of 25,000 to 800,000 posts, of other seeds than the calibration's, kept as CSV in FOLDER, and
the real IRA and GOP files. Plan and scan run one after the other in processes of their own; on a machine that others
use both swing (the load is kept with the figures). Results are written after each data set.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import DATA, FILES, RESULTS, markdown, write

#: Ordinary posts and seed of each simulated election.
SIMULATED = ((20_000, 10), (40_000, 11), (90_000, 12), (190_000, 13), (390_000, 14), (790_000, 15))


def sets(folder: Path) -> dict[str, tuple[Path, list[str]]]:
    """Name, file and --map options of each data set."""
    found = {f"simulated-{posts}": (folder / f"s{posts}-{seed}" / "posts.csv", []) for posts, seed in SIMULATED}
    for name in ("gop", "ira"):
        file, mapping = FILES[name]
        found[name] = DATA / file, [word for pair in mapping.items() for word in ("--map", "=".join(pair))]
    return found


def truth(file: str, words: list[str]) -> dict[str, Any]:
    """Scan in this process: CPU-seconds by step and in all, peak, rows of edges."""
    from tocsin import settings
    from tocsin.cli.scan import mapping
    from tocsin.jobs.plan_runs import Meter, peak_mib
    from tocsin.jobs.request import Request
    from tocsin.jobs.scan import scan
    from tocsin.sources.base import ReadOptions

    meter = Meter()
    with tempfile.TemporaryDirectory() as folder:
        options = ReadOptions(mapping(words[1::2]))
        found = scan(Request((file,), Path(folder) / "out", options), settings.load(), meter)
        steps = meter.stop()
    edges = sum(layer.edges for layer in found.layers)
    return {
        "posts": found.posts,
        "cpu_s": time.process_time(),
        "steps": steps,
        "peak_mib": peak_mib(),
        "edges": edges,
        "load": os.getloadavg()[0],
    }


def run(command: list[str]) -> dict[str, Any]:
    """The JSON that a command prints, with its CPU-seconds, those of its children too."""
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return {**json.loads(done.stdout), "process_cpu_s": spent, "load": os.getloadavg()[0]}


def compare(file: Path, words: list[str], real: dict[str, Any] | None) -> dict[str, Any]:
    """Plan and scan of one data set, side by side; a scan that was measured before may stand."""
    planned = run([str(Path(sys.executable).parent / "tocsin"), "plan", str(file), "--json", *words])
    real = real or run([sys.executable, __file__, "--truth", str(file), *words])
    asked = planned["outcomes"][0]
    told = {one["name"]: one["cpu_s"] for one in asked["stages"]}
    edges = sum(map(sum, asked["seen"]["edges"].values()))
    return {
        "posts": real["posts"],
        "real": real,
        "cpu_s": {"told": asked["cpu_s"], "real": real["cpu_s"], "ratio": asked["cpu_s"]["value"] / real["cpu_s"]},
        "peak_mib": {"told": asked["memory_mib"], "real": real["peak_mib"]},
        "edges": {"told": edges, "real": real["edges"]},
        "steps": {name: {"told": cost, "real": real["steps"].get(name)} for name, cost in told.items()},
        "windows": [[one["seen"]["windows_s"], one["cpu_s"]] for one in planned["outcomes"]],
        "plan_cpu_s": planned["process_cpu_s"],
        "pilot_posts": planned["pilot_posts"],
        "load": [planned["load"], real["load"]],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", action="append")
    parser.add_argument("--keep", action="store_true", help="let scans stand that were measured before")
    parser.add_argument("--truth", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.truth:
        print(json.dumps(truth(args.truth[0], args.truth[1:])))
        return
    for posts, seed in SIMULATED:
        out = args.folder / f"s{posts}-{seed}"
        if f"simulated-{posts}" in (args.only or [f"simulated-{posts}"]) and not out.exists():
            words = ["simulate", "--posts", str(posts), "--seed", str(seed), "--out", str(out)]
            subprocess.run([str(Path(sys.executable).parent / "tocsin"), *words], check=True, capture_output=True)
    kept = RESULTS / "plan.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for name, (file, words) in sets(args.folder).items():
        if file.exists() and name in (args.only or [name]):
            results[name] = compare(file, words, results.get(name, {}).get("real") if args.keep else None)
            write("plan", results)
            show({name: results[name]})
    show(results)


def show(results: dict[str, Any]) -> None:
    """The table of the documentation."""
    rows = []
    for name, one in results.items():
        told = one["cpu_s"]["told"]
        interval = f"{told['low']:.0f}–{told['high']:.0f}"
        peak = one["peak_mib"]
        rows.append(
            (
                name,
                one["posts"],
                told["value"],
                interval,
                one["cpu_s"]["real"],
                f"{one['cpu_s']['ratio'] - 1:+.0%}",
                f"{peak['told']['value']:.0f}",
                f"{peak['real']:.0f}",
                f"{one['edges']['told'] / max(one['edges']['real'], 1) - 1:+.0%}",
                one["plan_cpu_s"],
            )
        )
    head = ("data", "posts", "CPU-s told", "90 %", "CPU-s real", "off", "MiB told", "MiB real", "edges off", "plan")
    print(markdown(head, rows), flush=True)


if __name__ == "__main__":
    main()
