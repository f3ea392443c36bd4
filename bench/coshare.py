"""Cost of the co-share kernel: CPU-seconds and peak memory of a whole process, by rows and by window.

    python bench/coshare.py                  1 and 10 million rows, several windows
    python bench/coshare.py --rows 100000000 --rounds 16

The data are synthetic and seeded: objects Zipf(1.05) with the most popular capped near 1 % of the rows, accounts
Zipf(0.7), 30 days, 60 % of the shares Exp(8 h) after their object's birth and the rest uniform, and rows / 50,000
planted groups of 12 accounts that share 40 objects within 20 s. One process makes the data, another loads and counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"
DAY_US = 86_400_000_000
STEP = 5_000_000  # rows made at a time
CASES = [(1_000_000, [60]), (1_000_000, [300]), (1_000_000, [1, 10, 60, 300]), (10_000_000, [10]), (10_000_000, [60])]
CASES += [(10_000_000, [1, 10, 60]), (10_000_000, [300])]


def zipf(rng: np.random.Generator, size: int, exponent: float, n: int, cap: float = 1.0) -> np.ndarray:
    """Draw n of `size` codes with weights rank^-exponent, none above `cap` of the whole."""
    weights = np.arange(1, size + 1, dtype=float) ** -exponent
    weights = np.minimum(weights / weights.sum(), cap)
    return np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(n)).clip(max=size - 1).astype(np.int32)


def make(rows: int, seed: int, folder: Path) -> None:
    """Write obj.npy, account.npy (int32) and time.npy (int64 microseconds), about `rows` long, in random order."""
    rng = np.random.default_rng(seed)
    objects, accounts, groups = rows // 8, rows // 20, rows // 50_000
    total = rows + groups * 480
    shape = {"obj": np.int32, "account": np.int32, "time": np.int64}
    files = {k: np.lib.format.open_memmap(folder / f"{k}.npy", "w+", t, (total,)) for k, t in shape.items()}
    birth = rng.integers(0, 30 * DAY_US, objects)
    for low in range(0, rows, STEP):
        high = min(low + STEP, rows)
        obj = zipf(rng, objects, 1.05, high - low, cap=0.01)
        burst = birth[obj] + (rng.exponential(8 * 3600e6, obj.size)).astype(np.int64)
        at = np.where(rng.random(obj.size) < 0.6, burst, rng.integers(0, 30 * DAY_US, obj.size))
        files["obj"][low:high], files["time"][low:high] = obj, at
        files["account"][low:high] = zipf(rng, accounts, 0.7, obj.size)
    for g in range(groups):
        block = slice(rows + g * 480, rows + (g + 1) * 480)
        files["obj"][block] = np.repeat(rng.integers(0, objects, 40), 12)
        files["account"][block] = np.tile(rng.choice(accounts, 12, replace=False), 40)
        start = np.repeat(rng.integers(0, 30 * DAY_US, 40), 12)
        files["time"][block] = start + rng.integers(0, 20_000_000, 480)


def measure(folder: Path, windows_s: list[int], rounds: int, threads: int) -> dict[str, object]:
    """Count in this process; CPU-seconds and peak memory are those of the whole process, imports included."""
    from tocsin.kernels.coshare import coshare_rounds

    obj, account, at = (np.load(folder / f"{name}.npy") for name in ("obj", "account", "time"))
    windows = np.array(windows_s, np.int64) * 1_000_000
    started, cpu = time.perf_counter(), time.process_time()
    pairs, shared, most = 0, 0, 0
    for part in coshare_rounds(obj, account, at, windows, keep=2, rounds=rounds, threads=threads):
        pairs += part.a.size
        shared += int(part.objects[:, -1].sum(dtype=np.int64))
        most = max(most, int(part.objects.max(initial=0)))
    work, wall = time.process_time() - cpu, time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": obj.size,
        "windows_s": windows_s,
        "rounds": rounds,
        "pairs_kept": pairs,
        "objects_in_them": shared,
        "most": most,
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "kernel_cpu_s": round(work, 2),
        "wall_s": round(wall, 2),
        "peak_gib": round(usage.ru_maxrss / 2**20, 2),
    }


def preflight(folder: Path, windows_s: list[int]) -> dict[str, object]:
    """The pass that counts without pairing, in this process."""
    from tocsin.kernels.coshare import count_pairs

    obj, account, at = (np.load(folder / f"{name}.npy") for name in ("obj", "account", "time"))
    cpu = time.process_time()
    counted = count_pairs(obj, account, at, np.array(windows_s, np.int64) * 1_000_000)
    return {
        "row_pairs": int(counted.row_pairs[-1]),
        "pair_objects_bound": int(counted.pair_objects[-1]),
        "preflight_cpu_s": round(time.process_time() - cpu, 2),
    }


def child(*arguments: object) -> dict[str, object]:
    """Run one step of this file in a process of its own."""
    command = [sys.executable, __file__, "--step", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(cases: list[tuple[int, list[int]]], rounds: int, threads: int) -> list[dict[str, object]]:
    """Every case once, after one that is not counted and leaves the kernels compiled; printed as a table."""
    rows_of: dict[int, list[list[int]]] = {}
    for rows, windows in cases:
        rows_of.setdefault(rows, []).append(windows)
    results = []
    print(f"{'rows':>12} {'windows_s':>16} {'row pairs':>15} {'kept':>12} {'CPU s':>8} {'GiB':>6} {'preflight':>9}")
    for rows, sets in rows_of.items():
        with tempfile.TemporaryDirectory() as folder:
            make(rows, 2026, Path(folder))
            if not results:
                child("measure", folder, 1, rounds, threads)
                child("preflight", folder, 1)
            for windows in sets:
                listed = ",".join(map(str, windows))
                row = child("measure", folder, listed, rounds, threads) | child("preflight", folder, listed)
                results.append(row)
                print(
                    f"{row['rows']:>12,} {listed:>16} {row['row_pairs']:>15,} {row['pairs_kept']:>12,} "
                    f"{row['cpu_s']:>8} {row['peak_gib']:>6} {row['preflight_cpu_s']:>9}",
                    flush=True,
                )
    return results


def plot(results: list[dict[str, object]]) -> None:
    """CPU-seconds against pairs of rows inside the window, both logarithmic."""
    import altair as alt
    import vl_convert

    values = [{"pairs": r["row_pairs"], "cpu": r["cpu_s"], "rows": f"{r['rows']:,} rows"} for r in results]
    chart = (
        alt.Chart(alt.Data(values=values), width=480, height=320)
        .mark_point(filled=True, size=80)
        .encode(
            x=alt.X(
                "pairs:Q",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~s"),
                title="pairs of rows inside the largest window",
            ),
            y=alt.Y("cpu:Q", scale=alt.Scale(type="log"), title="CPU-seconds, whole process"),
            color=alt.Color("rows:N", title=None),
        )
    )
    (RESULTS / "coshare.svg").write_text(vl_convert.vegalite_to_svg(chart.to_json()))


def main() -> None:
    """Parse the command line; the hidden --step runs one measurement for the parent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, help="one size only, window 60 s, printed only")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        name, folder, windows, *rest = given.step
        step = {"measure": measure, "preflight": preflight}[name]
        print(json.dumps(step(Path(folder), [int(w) for w in windows.split(",")], *map(int, rest))))
        return
    if given.rows:
        run([(given.rows, [60])], given.rounds, given.threads)
        return
    results = run(CASES, given.rounds, given.threads)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "coshare.json").write_text(json.dumps(results, indent=1))
    plot(results)


if __name__ == "__main__":
    main()
