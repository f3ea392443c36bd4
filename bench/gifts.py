"""Ten million donations: seconds of CPU and peak memory to read and to settle them, each step a process of its own.

    python bench/gifts.py

The file is made by code, seeded, in the layout of the FEC's bulk file: 20,000 committees, two million donors, a third
of the gifts earmarked and a part of these reported by the platform as well, payroll, refunds, amendments. Beside it
stands fecfile, the usual reader of the FEC's filings, on one filing of 100,000 rows made here.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"
COMMITTEES, DONORS, CHUNK = 20_000, 2_000_000, 100_000
PLATFORM = 401_224
_EMPLOYERS = (
    "RETIRED",
    "NOT EMPLOYED",
    "SELF-EMPLOYED",
    *(f"{word} COMPANY" for word in ("ACME", "BOLT", "CROWN", "DELTA")),
)


def words(rng: np.random.Generator, size: int) -> list[str]:
    """Made-up names of two to four syllables."""
    syllables = [a + b for a in "BDFGHKLMNPRSTVW" for b in ("A", "E", "I", "O", "U", "AN", "ER")]
    picked = rng.integers(0, len(syllables), (size, 4))
    lengths = rng.integers(2, 5, size)
    return ["".join(syllables[i] for i in row[:n]) for row, n in zip(picked, lengths, strict=True)]


def make(path: Path, rows: int) -> None:
    """Write `rows` lines of itcont."""
    rng = np.random.default_rng(5)
    last, first = words(rng, 60_000), words(rng, 3_000)
    with path.open("w", encoding="ascii") as file:
        for start in range(0, rows, CHUNK):
            file.writelines(lines(rng, last, first, start, min(CHUNK, rows - start)))


def lines(rng: np.random.Generator, last: list[str], first: list[str], start: int, size: int) -> Iterator[str]:
    """One chunk: some donors' gifts, the platform's lines for a part of them, some refunds and repeats."""
    donors = rng.zipf(1.3, size) % DONORS
    committees = rng.zipf(1.2, size) % COMMITTEES
    days = rng.integers(0, 730, size)
    amounts = rng.choice([5, 10, 25, 50, 100, 250, 500, 1000, 2700], size)
    what = rng.random(size)
    passed_on = np.flatnonzero((what >= 0.33) & (what < 0.5))
    own = rng.choice(np.flatnonzero(what < 0.33), len(passed_on), replace=False)
    for column in (donors, committees, days, amounts):
        column[passed_on] = column[own]
        column[1:][what[1:] > 0.99] = column[:-1][what[1:] > 0.99]  # an amendment repeats the row before
    opening = date(2015, 1, 1)
    texts = [f"{opening + timedelta(days=int(n)):%m%d%Y}" for n in range(730)]
    for at in range(size):
        donor, row = int(donors[at]), start + at
        name = f"{last[donor % len(last)]}, {first[donor % len(first)]}"
        kind, memo, other, committee = "15", "", "", f"C{committees[at]:08d}"
        if what[at] < 0.33:
            kind, memo = "15E", "* EARMARKED CONTRIBUTION: SEE BELOW"
        elif what[at] < 0.5:
            kind, other, committee = "24T", committee, f"C{PLATFORM:08d}"
            memo = f"EARMARKED FOR COMMITTEE ({other})"
        elif what[at] < 0.55:
            memo = "P/R DEDUCTION ($20.00 MONTHLY)"
        elif what[at] < 0.56:
            kind = "22Y"
        amends = int(what[at] > 0.99)
        yield (
            f"{committee}|{'NA'[amends]}|Q{days[at] % 365 // 92 + 1}|P|{201500000000000000 + row}|{kind}|IND|"
            f"{name}|CITY {donor % 9000}|{('CA', 'NY', 'TX', 'FL', 'OH')[donor % 5]}|{10000 + donor % 80000}|"
            f"{_EMPLOYERS[donor % len(_EMPLOYERS)]}|OCCUPATION {donor % 700}|{texts[days[at]]}|{amounts[at]}|{other}|"
            f"SA11AI.{row - amends}|{1000000 + row // 5000 + amends * 1000000}||{memo}|{4000000000000000000 + row}\n"
        )


def make_filing(path: Path, rows: int) -> None:
    """Write a filing of version 8.3 with `rows` receipts."""
    rng = np.random.default_rng(6)
    last = words(rng, 5000)
    with path.open("w", encoding="ascii") as file:
        file.write("\x1c".join(["HDR", "FEC", "8.3", "BENCH", "1", "", "", ""]) + "\n")
        file.write(
            "\x1c".join(["F3N", "C00000001", "BENCH", *[""] * 8, "Q1", "", "", "", "20210101", "20210331"]) + "\n"
        )
        for row in range(rows):
            person = [
                "IND",
                "",
                last[row % 5000],
                last[row * 7 % 5000],
                "",
                "",
                "",
                f"{row} MAIN ST",
                "",
                "TOWN",
                "OH",
                "43004",
            ]
            gift = ["P2022", "", "20210115", "250.00", "500.00", "", "ACME", "CLERK"]
            file.write("\x1c".join(["SA11AI", "C00000001", f"T{row}", "", "", *person, *gift, *[""] * 20]) + "\n")


def step(name: str, path: str) -> dict[str, object]:
    """Do one step and tell what it found."""
    from tocsin.sources.gifts import GiftOutcome, iter_gifts, read_gifts

    if name == "stream":
        return {"rows": sum(len(b.gifts) for b in iter_gifts([path]) if not isinstance(b, GiftOutcome))}
    if name == "fecfile":
        import fecfile

        return {"rows": sum(item.data_type == "itemization" for item in fecfile.iter_file(path))}
    gifts = read_gifts([path]).table
    if name == "table":
        return {"rows": gifts.num_rows, "bytes": gifts.nbytes}
    from tocsin.sources.gifts.settle import settle

    before = resource.getrusage(resource.RUSAGE_SELF)
    settled = settle(gifts)
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rows": settled.num_rows, "settle_cpu_s": own, "standings": Counter(settled["standing"].to_pylist())}


def measure(name: str, path: Path) -> dict[str, object]:
    """Run a step in a process of its own: CPU-seconds (user and system) and peak memory."""
    done = subprocess.run([sys.executable, __file__, "--step", name, str(path)], capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Make the files, run the steps, print and keep the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--step", nargs=2)
    asked = parser.parse_args()
    if asked.step:
        told = step(*asked.step)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({**told, "cpu_s": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}))
        return
    with tempfile.TemporaryDirectory() as folder:
        bulk, filing = Path(folder, "itcont.txt"), Path(folder, "1.fec")
        make(bulk, asked.rows)
        make_filing(filing, 100_000)
        results: dict[str, object] = {"file_bytes": bulk.stat().st_size}
        for name, path in (("stream", bulk), ("table", bulk), ("settle", bulk)):
            results[name] = measure(name, path)
            print(name, results[name], flush=True)
        for name in ("stream", "fecfile"):
            results[f"filing, {name}"] = measure(name, filing)
            print("filing,", name, results[f"filing, {name}"], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "gifts.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
