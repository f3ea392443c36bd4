"""Whole percentages in results by station, and clients in web logs: figures of the method pages, CPU-seconds.

    python bench/forensics.py

Results: each file of the election data, its deviations and negative controls; the invented share that is found; false
alarms on results drawn again. Logs: the share of a real scanner run that is found; ordinary clients in halves of their
log; speed on a million made requests. The tables go to bench/results/forensics.json too.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyarrow as pa

from common import ROOT, markdown, write
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.break_in import DETECTOR as BREAK_IN
from tocsin.detect.voting.outages import DETECTOR as OUTAGES
from tocsin.detect.voting.results import CONTROLS, DETECTOR
from tocsin.detect.voting.run import look
from tocsin.detect.voting.scans import DETECTOR as SCANS
from tocsin.detect.voting.stations import Stations
from tocsin.model.targets import CHOICES, EVENTS, STATIONS
from tocsin.sources.logs import read_events
from tocsin.sources.results import read_stations
from tocsin.stats.percentages import deviation

DATA = ROOT.parent / "shared/data/elections"
FILES = sorted(DATA.glob("precinct/*.parquet"))
INVENTED = (0.002, 0.005, 0.01, 0.02)
DRAWN = 20


def leads(tables: VotingTables, *chosen: Any) -> list[Any]:
    """Leads of the detectors."""
    found = look(tables, lambda _: "x", chosen={one.id: one for one in chosen}).findings
    return [one for one in found if one.standing == "lead"]


def results() -> list[dict[str, Any]]:
    """Deviations of each real file, and of its windows that are no whole percentages."""
    rows = []
    for path in FILES:
        begun = time.process_time()
        (table,) = read_stations([str(path)]).tables
        stations = Stations.of(table)
        hit, chance = stations.near()
        z = {what: deviation(int(hit[what].sum()), chance[what]) for what in hit}
        other = []
        for shift in CONTROLS:
            control, by_chance = stations.near(shift)
            other.append(deviation(int(control["either"].sum()), by_chance["either"]))
        lead = bool(leads(VotingTables(stations=(table,)), DETECTOR))
        rows.append(
            {"file": path.stem, "stations": table.num_rows}
            | {what: round(value, 1) for what, value in z.items()}
            | {"highest control": round(max(other), 1), "lead": "yes" if lead else "no"}
            | {"CPU-s": round(time.process_time() - begun, 1)}
        )
    return rows


def table_of(registered: Any, cast: Any, first: Any) -> pa.Table:
    """Stations of two choices."""
    size = registered.size
    votes = pa.ListArray.from_arrays(
        pa.array(np.arange(size + 1) * 2, pa.int32()), pa.array(np.stack([first, cast - first], 1).ravel())
    )
    texts = pa.array([str(n) for n in range(size)])
    columns = [texts, texts, pa.array(registered), pa.array(cast), pa.array(cast), votes, texts, pa.array(range(size))]
    made = [column.cast(one.type) for column, one in zip(columns, STATIONS, strict=True)]
    return pa.Table.from_arrays(made, schema=STATIONS.with_metadata({CHOICES: b'["a", "b"]'}))


def power() -> list[dict[str, Any]]:
    """The control with most stations, drawn again, a share of its stations rewritten to whole percentages."""
    (table,) = read_stations([str(DATA / "precinct/pl_2025_round1.parquet")]).tables
    stations = Stations.of(table)
    keep = stations.turned & stations.shared
    registered, cast, first = (one[keep] for one in (stations.registered, stations.cast, stations.first))
    rng, rows = np.random.default_rng(1), []
    for share in (0.0, *INVENTED):
        found = 0
        for _ in range(DRAWN):
            there = rng.binomial(registered, cast / registered)
            votes = rng.binomial(there, first / cast)
            chosen = rng.random(there.size) < share
            wished = rng.integers(12, 19, there.size) * 5
            there = np.where(chosen, np.round(registered * wished / 100).astype(np.int64), there)
            votes = np.where(chosen, np.round(there * wished / 100).astype(np.int64), np.minimum(votes, there))
            found += bool(leads(VotingTables(stations=(table_of(registered, there, votes),)), DETECTOR))
        rows.append({"stations invented": f"{share:.1%}", "found": f"{found} of {DRAWN}"})
    return rows


def scans() -> list[dict[str, Any]]:
    """Parts of a real scanner run, chosen at random, among ordinary clients of another site."""
    ordinary = read_events([str(DATA / "weblogs/access_benign_mixed.csv.gz")], office="b").table
    rng, rows = np.random.default_rng(1), []
    for path in sorted(DATA.glob("weblogs/access_scan_*")):
        scan = read_events([str(path)], office="a").table
        for number in (50, 100, 200, 500, scan.num_rows):
            found = wrong = 0
            for _ in range(10 if number < scan.num_rows else 1):
                part = scan.take(pa.array(np.sort(rng.choice(scan.num_rows, number, replace=False))))
                made = leads(VotingTables(events=pa.concat_tables([ordinary, part])), SCANS, BREAK_IN)
                named = {source for one in made for source in one.subjects}
                clients = set(scan["source"].to_pylist())
                found += bool(named & clients)
                wrong += len(named - clients)
            tries = 10 if number < scan.num_rows else 1
            rows.append(
                {"run": path.name.split(".")[0].removeprefix("access_scan_"), "requests": number}
                | {"found": f"{found} of {tries}", "ordinary clients flagged": wrong}
            )
    return rows


def million() -> pa.Table:
    """A million requests of some 56,000 made clients to twenty offices."""
    size, rng = 1_000_000, np.random.default_rng(1)
    client = (rng.pareto(1.2, size) * 2_000).astype(int) % 200_000
    paths = np.array([f"/page{n}" for n in range(3_000)] + [f"/s?q={n}" for n in range(3_000)])
    columns = {
        "time": pa.array(1_730_419_200_000_000 + rng.integers(0, 432_000_000_000, size)),
        "office": pa.array(np.array([f"office {n}" for n in range(20)])[rng.integers(0, 20, size)]),
        "kind": pa.array(["web"] * size),
        "source": pa.array([f"198.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in client.tolist()]),
        "method": pa.array(["GET"] * size),
        "path": pa.array(paths[rng.integers(0, paths.size, size)]),
        "status": pa.array(np.where(rng.random(size) < 0.02, 404, 200)),
        "agent": pa.array(["Mozilla/5.0"] * size),
        "file": pa.array(["log"] * size),
        "row": pa.array(np.arange(size)),
    }
    made = [columns[one.name].cast(one.type) if one.name in columns else pa.nulls(size, one.type) for one in EVENTS]
    return pa.Table.from_arrays(made, schema=EVENTS)


def speed() -> list[dict[str, Any]]:
    """CPU-seconds of each detector on a million requests."""
    tables, rows = VotingTables(events=million()), []
    for one in (SCANS, BREAK_IN, OUTAGES):
        begun = time.process_time()
        result = one.run(tables)
        rows.append({"detector": one.id, "hypotheses": result.tested, "CPU-s": round(time.process_time() - begun, 1)})
    return rows


def main() -> None:
    """Measure, print, keep."""
    tables = {"results": results(), "invented results": power(), "scanner runs": scans(), "million requests": speed()}
    for title, rows in tables.items():
        print(f"\n{title}\n\n" + markdown(list(rows[0]), [list(row.values()) for row in rows]))
    write("forensics", tables)


if __name__ == "__main__":
    main()
