"""The coordination gap on real lists: cells and lags of the Russia regimes on 5 May 2022, beside published figures; and
listings for interference in elections replayed on past days.

    python bench/gap.py

Three lists as they were on 5 May 2022, entries of the Russia regimes: EU 1,180, UK 1,402, US 1,281. They are clustered
by our resolver and, where TOCSIN_NOMENKLATURA names an interpreter, by nomenklatura's logic-v2 as in the figures they
are compared with. Days of the US list are those of 310 daily snapshots; what stood there on the first has no day.

Replay: the US list as of any day from August 2021 to June 2023, against the EU's regimes on election interference.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from common import DATA, markdown, write
from tocsin.model.listing import LISTED
from tocsin.respond.sanctions.entries import of_programmes
from tocsin.respond.sanctions.gap import Gap, gap
from tocsin.sources.lists import read_list
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.days import day, partials

SANCTIONS = DATA.parent / "sanctions"
DAY, SINCE = date(2022, 5, 5), date(2022, 2, 1)
LISTS = {"eu": "eu-fsf", "gb": "gb-uksl", "us": "us-ofac-sdn"}
RUSSIA = ("UKR", "Russia", "RUSSIA-*", "UKRAINE-*")
JUDGE = Path(__file__).with_name("gap_judge.py")
#: Clusters, and persons among them, by who lists them; and n, median and quartiles of the lags. Measured before this
#: program was written, by others' tools.
PUBLISHED = {
    ("us", "eu", "gb"): (474, 449),
    ("eu", "gb"): (620, 590),
    ("us", "eu"): (34, 24),
    ("us", "gb"): (120, 79),
    ("eu",): (50, 36),
    ("gb",): (186, 136),
    ("us",): (651, 199),
}
_HEAD = ("n", "median", "q1", "q3", "same day")
PUBLISHED_LAGS = {("eu", "gb"): (884, 14, 5, 16), ("eu", "us"): (353, 29, 29, 29), ("gb", "us"): (432, 13, 1, 13)}


@cache
def lists() -> pa.Table:
    """The three lists of 5 May 2022 (LISTED), all regimes."""
    rows = [row for schema, file in _files() for row in _rows(schema, file)]
    return pa.Table.from_pylist(rows, LISTED)


@cache
def russia() -> pa.Table:
    """Their entries under the Russia regimes."""
    return of_programmes(lists(), RUSSIA)


def _files() -> Iterator[tuple[str, Path]]:
    yield "Person", SANCTIONS / "sanctioned_persons_2022-05-05_dev.jsonl"
    yield "Organization", SANCTIONS / "sanctioned_organisations_2022-05-05.jsonl"


def _rows(schema: str, file: Path) -> Iterator[dict[str, Any]]:
    days = us_days()
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            raw = json.loads(line)
            entry = raw["id"].partition("-")[2]
            first = days.get(entry) if raw["list"] == "us" else day(raw["first_listed"])
            yield listed_row(
                list=LISTS[raw["list"]],
                entry=entry,
                schema=schema,
                names=raw["names"],
                birth_dates=raw.get("birth_dates", []),
                countries=raw["countries"],
                programmes=raw["regimes"],
                listed=first,
                file=file.name,
                row=number,
            )


def listed_row(names: Iterable[str], **columns: Any) -> dict[str, Any]:
    """One row of LISTED; what is not given is empty."""
    row = {field.name: [] if pa.types.is_list(field.type) else None for field in LISTED}
    kinds = [{"name": name, "kind": "alias" if i else "primary"} for i, name in enumerate(names)]
    return {**row, "names": kinds, **columns}


@cache
def us_days() -> dict[str, date]:
    """First day of each entry in the daily snapshots of the US list; none for what stood there on the first."""
    with (SANCTIONS / "us_ofac/sdn_timeline_2021-08-18_2023-06-30.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["left_censored"] == "0"]
    return {row["ent_num"]: date.fromisoformat(row["first_seen"]) for row in rows}


@cache
def us_list() -> pa.Table:
    """Every entry of the daily snapshots (LISTED): names and birth dates as in January 2022 where it stood there then,
    else the name alone; listed from the first day seen, or without a day."""
    folder, old = SANCTIONS / "us_ofac", {}
    for row in read_list([folder / f"{name}_2022-01.csv" for name in ("sdn", "add", "alt")]).table.to_pylist():
        old[row["entry"]] = row
    with (folder / "sdn_timeline_2021-08-18_2023-06-30.csv").open(encoding="utf-8") as file:
        rows = [_us_row(raw, number, old.get(raw["ent_num"])) for number, raw in enumerate(csv.DictReader(file), 2)]
    return pa.Table.from_pylist(rows, LISTED)


def _us_row(raw: dict[str, str], number: int, old: dict[str, Any] | None) -> dict[str, Any]:
    schema = {"individual": "Person", "entity": "Organization"}.get(raw["sdn_type"], "Other")
    row = listed_row(
        names=[raw["name"]],
        listed=us_days().get(raw["ent_num"]),
        list=LISTS["us"],
        entry=raw["ent_num"],
        schema=schema,
        programmes=raw["program"].split("] ["),
        file="sdn_timeline",
        row=number,
    )
    if old is None:
        return row
    return {**row, **{name: old[name] for name in ("names", "birth_dates", "countries", "numbers", "genders")}}


@cache
def eu_journal(*acts: str) -> pa.Table:
    """Entries of acts of the EU's Official Journal as of August 2026 (LISTED), by CELEX number."""
    rows = []
    for act in acts:
        with (SANCTIONS / f"eu_journal/{act}.csv").open(encoding="utf-8") as file:
            rows += [_eu_row(act, number, raw) for number, raw in enumerate(csv.DictReader(file), 1)]
    return pa.Table.from_pylist(rows, LISTED)


def _eu_row(act: str, number: int, raw: dict[str, str]) -> dict[str, Any]:
    aliases = [name.strip() for name in raw["alias"].split(";") if name.strip()]
    return listed_row(
        names=[raw["name"], *aliases],
        listed=day(raw["startDate"]),
        list=LISTS["eu"],
        entry=f"{act}-{number}",
        schema="Person" if raw["schema"] == "Person" else "Organization",
        birth_dates=partials(raw["birthDate"]),
        countries=countries(raw["nationality"]),
        programmes=[raw["programKey"]],
        reason=raw["reason"],
        file=f"{act}.csv",
        row=number,
    )


def ours(listed: pa.Table) -> pa.Table:
    """Clusters by our resolver."""
    from tocsin.resolve.clusters import cluster

    return cluster(listed)


def judged(listed: pa.Table) -> pa.Table | None:
    """Clusters by nomenklatura; None where it is not at hand."""
    python = os.environ.get("TOCSIN_NOMENKLATURA")
    if not python:
        return None
    rows = listed.select(["list", "entry", "schema", "names", "birth_dates", "countries"]).to_pylist()
    said = "".join(
        json.dumps({**row, "id": f"{row['list']}:{row['entry']}", "names": [n["name"] for n in row["names"]]}) + "\n"
        for row in rows
    )
    answer = subprocess.run([python, str(JUDGE)], input=said, capture_output=True, text=True, check=True)
    found = [
        (*member.split(":", 1), number, None)
        for number, members in enumerate(json.loads(answer.stdout))
        for member in members
    ]
    columns = zip(*found, strict=True)
    types = (pa.string(), pa.string(), pa.int64(), pa.float64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, ["list", "entry", "cluster", "probability"])


def counts(found: Gap) -> dict[tuple[str, ...], tuple[int, int]]:
    """Clusters and persons by who lists them."""
    return {cell.jurisdictions: (cell.clusters, cell.persons) for cell in found.cells}


def measure(name: str, clusters: pa.Table) -> dict[str, Any]:
    """Print the cells and lags of one clustering beside the published ones."""
    start = time.process_time()
    found = gap(russia(), clusters, DAY, since=SINCE)
    seconds = time.process_time() - start
    have = counts(found)
    rows = [
        ("+".join(key), *said, *have.get(key, (0, 0)), f"{100 * (have.get(key, (0, 0))[0] / said[0] - 1):+.1f} %")
        for key, said in PUBLISHED.items()
    ]
    print(f"\n## {name}\n\n{found.clusters} clusters (published: 2,135); gap in {seconds:.1f} CPU-seconds\n")
    print(markdown(("listed by", "published", "persons", "here", "persons", "apart"), rows))
    told = [
        (
            f"{lag.first} before {lag.second}",
            *PUBLISHED_LAGS[lag.first, lag.second],
            *(lag.n, lag.median, lag.low, lag.high, lag.same_day),
        )
        for lag in found.lags
    ]
    print("\n" + markdown(("lag", *("published " + h for h in _HEAD[:4]), *_HEAD), told))
    return {"clusters": found.clusters, "cells": rows, "lags": told, "seconds": seconds}


@cache
def elections() -> tuple[pa.Table, pa.Table]:
    """The US list and all acts of the EU that are at hand, and the clusters of both together."""
    acts = sorted(path.stem for path in (SANCTIONS / "eu_journal").glob("*.csv"))
    listed = pa.concat_tables([us_list(), eu_journal(*acts)])
    return listed, ours(listed)


def on(day: date) -> Gap:
    """The gap between the US and the EU on a day, with the daily snapshots' end as the last day of the US."""
    return gap(*elections(), day)


#: Persons of the published examples, by one of their entries.
EXAMPLES = {
    "Shor": "us-ofac-sdn:39597",
    "Tauber": "eu-fsf:32023R0888-3",
    "Derkach": "us-ofac-sdn:29366",
    "Tupikin": "eu-fsf:32024R2642-2",
}


def of(found: Gap, key: str) -> dict[str, dict[str, Any]]:
    """The lines of whoever has the entry, by jurisdiction; none where nobody had by then."""
    rows = found.rows.to_pylist()
    cluster = next((row["cluster"] for row in rows if key in row["entries"]), None)
    return {row["jurisdiction"]: row for row in rows if row["cluster"] == cluster}


def both(found: Gap, place: str, programme: str) -> tuple[int, int]:
    """How many clusters a place lists under a programme, and how many of them the other place lists as well."""
    rows = found.rows.to_pylist()
    ours_ = {r["cluster"] for r in rows if r["jurisdiction"] == place and r["listed"] and programme in r["programmes"]}
    ours_ -= {r["cluster"] for r in rows if r["schema"] not in ("Person", "Organization")}
    return len(ours_), sum(r["cluster"] in ours_ and r["listed"] and r["jurisdiction"] != place for r in rows)


def replay() -> dict[str, Any]:
    """Print who was listed where on past days, beside the published counts (the US list to May 2024, here to June 2023;
    what it listed later is not at hand)."""
    days = (date(2022, 12, 1), date(2023, 6, 30), date(2025, 3, 1))
    rows = [(name, at, *_said(of(on(at), key))) for name, key in EXAMPLES.items() for at in days]
    print("\n## Replay\n\n" + markdown(("name", "on", "listed by", "lag in days"), rows))
    today = on(date(2026, 8, 31))
    counted = [
        ("US election interference, also in the EU", *both(today, "us", "ELECTION-EO13848"), "16 of 97"),
        ("EU hybrid, also in the US", *both(today, "eu", "EU-RUSDA"), "2 of 100"),
        ("EU Moldova, also in the US", *both(today, "eu", "EU-MDA"), "4 of 34"),
        ("EU cyber, also in the US", *both(today, "eu", "EU-CYB"), "11 of 38"),
    ]
    print("\n" + markdown(("regime", "listed", "of them there too", "published"), counted))
    return {"replay": [[str(cell) for cell in row] for row in rows], "both": counted}


def _said(lines: dict[str, dict[str, Any]]) -> tuple[str, int | None]:
    listed = [f"{place} {row['first'] or '(day not told)'}" for place, row in lines.items() if row["listed"]]
    return ", ".join(listed) or "nobody", next((row["lag_days"] for row in lines.values() if row["lag_days"]), None)


def main() -> None:
    """Measure and keep the results."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not SANCTIONS.exists():
        sys.exit(f"{SANCTIONS} is not here; set TOCSIN_DATA to the folder of the coordination data beside it")
    results = {}
    if (peers := judged(russia())) is not None:
        results["logic-v2"] = measure("nomenklatura logic-v2, .85", peers)
    results["tocsin"] = measure("our resolver", ours(russia()))
    results["elections"] = replay()
    write("gap", results)


if __name__ == "__main__":
    main()
