"""How often the detector reports a group where there is none, and whether its p-values keep their promise.

    python bench/calibration.py --runs 200                   every family
    python bench/calibration.py --runs 20 --family gop up

Real posts with accounts permuted within hour and language (IRA by month, all six in turn), and simulations without
operations of 3,000 to 20,000 posts. A family passes if the share of runs with a lead is at most the nominal level and
three standard errors. Simulations with decoys hold groups that do act together: there only leads that are not mostly
decoys count as wrong; leads on decoys are counted beside them, and those of them that no innocent explanation takes
out. The figure shows, for p = exp(-log e) of all
candidates, the share of values up to each level: under the diagonal is conservative. It leaves out the decoys, which
are no null.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from common import FIGURES, RESULTS, Scan, load, markdown, months, need_data, scan, write
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.permute import permute_accounts

LEVEL = 0.05
SIZES = (3_000, 5_000, 10_000, 20_000)
LEVELS = [10 ** (-k / 4) for k in range(25)]  # of p, for the figure


@dataclass(frozen=True, slots=True)
class Run:
    """One data set without operations: leads, those that are mostly decoys, those of these that stay unexplained,
    confirmed candidates, and how many of the candidates have p up to each of `LEVELS`."""

    leads: int
    on_decoys: int
    unexplained: int
    confirmed: int
    candidates: int
    below: list[int]


def summarise(found: Scan, decoys: set[str]) -> Run:
    """Count what matters of one scan."""
    mostly = [lead for lead in found.leads if len(lead.accounts & decoys) > len(lead.accounts) / 2]
    unexplained = sum(not lead.explained for lead in mostly)
    below = [int((found.log_e >= -np.log(level)).sum()) for level in LEVELS]
    below[0] = len(found.log_e)  # p is at most 1
    return Run(len(found.leads), len(mostly), unexplained, found.confirmed, len(found.log_e), below)


def permuted(name: str) -> Callable[[int], tuple[pa.Table, set[str]]]:
    """Runs on a real data set whose accounts are permuted."""
    tables = list(months(load(name)).values()) if name == "ira" else [load(name)]
    return lambda seed: (permute_accounts(tables[seed % len(tables)], seed), set())


def simulated(decoys: bool) -> Callable[[int], tuple[pa.Table, set[str]]]:
    """Runs on simulations without operations, all sizes in turn."""

    def make(seed: int) -> tuple[pa.Table, set[str]]:
        size = SIZES[seed % len(SIZES)]
        made = simulate(ElectionParams(seed=seed, posts=size, decoys=decoys, operations="none"))
        truth = made.truth.to_pylist()
        return made.posts, {row["account"] for row in truth if row["role"] == "decoy"}

    return make


FAMILIES: dict[str, tuple[str, Callable[[], Callable[[int], tuple[pa.Table, set[str]]]]]] = {
    "gop": ("GOP debate, permuted", lambda: permuted("gop")),
    "up": ("UP election, permuted", lambda: permuted("up")),
    "ira": ("IRA months, permuted", lambda: permuted("ira")),
    "simulated": ("simulated, no operations", lambda: simulated(decoys=False)),
    "decoys": ("simulated, decoys only", lambda: simulated(decoys=True)),
}


def measure(family: str, runs: int) -> dict[str, Any]:
    """All runs of one family; the result is kept as calibration-<family>.json and summed up by `table`."""
    make = FAMILIES[family][1]()
    done = [summarise(*_scanned(*make(seed))) for seed in range(runs)]
    result = {"family": family, "runs": runs, "each": [asdict(run) for run in done]}
    write(f"calibration-{family}", result)
    return result


def _scanned(posts: pa.Table, decoys: set[str]) -> tuple[Scan, set[str]]:
    return scan(posts, described=bool(decoys)), decoys


def figures(result: dict[str, Any]) -> dict[str, Any]:
    """The shares of runs that matter, with the limit."""
    runs, each = result["runs"], result["each"]
    wrong = sum(run["leads"] > run["on_decoys"] for run in each) / runs
    limit = LEVEL + 3 * (LEVEL * (1 - LEVEL) / runs) ** 0.5
    return {
        "data": FAMILIES[result["family"]][0],
        "runs": runs,
        "any lead": wrong,
        "limit": limit,
        "kept": "yes" if wrong <= limit else "no",
        "any confirmed candidate": sum(run["confirmed"] > 0 for run in each) / runs,
        "leads on decoys, a run": sum(run["on_decoys"] for run in each) / runs,
        "of these unexplained": sum(run["unexplained"] for run in each) / runs,
        "candidates": sum(run["candidates"] for run in each),
    }


def plot(results: list[dict[str, Any]]) -> str:
    """The share of p-values up to each level against the level, as SVG."""
    import altair as alt
    import vl_convert

    rows = []
    for result in results:
        if result["family"] == "decoys":
            continue
        below = np.sum([run["below"] for run in result["each"]], axis=0)
        rows += [
            {"level": level, "share": count / below[0], "data": FAMILIES[result["family"]][0]}
            for level, count in zip(LEVELS, below, strict=True)
            if count
        ]
    low = min(row["share"] for row in rows)
    scale = alt.Scale(type="log", domain=[min(low, LEVELS[-1]), 1])
    axis = alt.Axis(format="~e", values=[10.0**-k for k in range(9)])
    x = alt.X("level:Q", scale=scale, title="p-value", axis=axis)
    y = alt.Y("share:Q", scale=scale, title="share of candidates with a p-value up to this", axis=axis)
    seen = alt.Chart(alt.Data(values=rows)).mark_line(clip=True)
    seen = seen.encode(x=x, y=y, color=alt.Color("data:N", title=None), strokeDash=alt.StrokeDash("data:N", title=None))
    ideal = [{"level": level, "share": level} for level in (LEVELS[0], LEVELS[-1])]
    line = alt.Chart(alt.Data(values=ideal)).mark_line(color="#555", strokeWidth=1).encode(x=x, y=y)
    chart = alt.layer(line, seen).properties(width=420, height=420)
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))


def main() -> None:
    """Measure, print, keep and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--family", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    given = parser.parse_args()
    need_data(parser)
    for family in given.family:
        measure(family, given.runs)
    kept = [RESULTS / f"calibration-{family}.json" for family in FAMILIES]
    results = [json.loads(path.read_text()) for path in kept if path.exists()]
    table = [figures(result) for result in results]
    print(markdown(list(table[0]), [list(row.values()) for row in table]))
    write("calibration", table)
    if all(result["family"] == "decoys" for result in results):  # no null to draw
        return
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "calibration.svg").write_text(plot(results) + "\n")


if __name__ == "__main__":
    main()
