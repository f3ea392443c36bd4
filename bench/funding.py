"""Covert funding: planted schemes found, leads where nothing is planted, and the cost of ten million rows.

    python bench/funding.py [--rows 10000000]

Precision and recall over rows, by kind and level of scheme, on the planted register of the data folder (TOCSIN_DATA
names another); leads per 10,000 counted rows on the same without its plants, and on copies whose gifts are dealt anew
among the rows of each recipient; then CPU-seconds and peak memory of F1 to F7 over a register made by code. The last
runs in a process of its own. The tables go to bench/results/funding.json too.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data/funding"))
RESULTS = ROOT / "bench/results/funding.json"
DEALT = ("last_name", "first_name", "date", "amount_minor", "employer", "occupation", "street", "postcode")
TIMED = ("employer_conduit", "shared_address", "structuring", "split_identity", "new_entity", "company_cluster")


def leads_of(gifts: pa.Table) -> tuple[list[Any], int]:
    """The leads in settled gifts, and how many rows are counted."""
    from tocsin.detect.funding.base import MoneyTables
    from tocsin.detect.funding.run import look
    from tocsin.model.rules import Rules
    from tocsin.resolve.donors import resolve_donors

    tables = MoneyTables(gifts, resolve_donors(gifts), Rules.load())
    found = look(tables, str)
    return [finding for finding in found.findings if finding.standing == "lead"], tables.register.rows


def planted() -> dict[str, Any]:
    """Rows in leads against the truth, by kind and level."""
    from tocsin.sources.gifts import read_gifts
    from tocsin.sources.gifts.settle import settle

    with (DATA / "fec/planted_dev_truth.csv").open() as file:
        truth = {int(row["row_id"]) + 1: row for row in csv.DictReader(file)}  # row 1 is the header
    gifts = read_gifts([str(DATA / "fec/planted_dev.csv")]).table
    leads, _ = leads_of(settle(gifts))
    rows = {row.row for lead in leads if lead.money for row in lead.money.rows}
    illicit = {row for row, told in truth.items() if told["is_illicit"] == "1"}
    kinds: dict[str, list[int]] = {}
    for row, told in truth.items():
        count = kinds.setdefault(f"{told['scheme_type']} {told['difficulty']}", [0, 0])
        count[0] += row in rows
        count[1] += 1
    clean = gifts.filter(pa.array([row not in truth for row in gifts["row"].to_pylist()]))
    return {
        "precision": len(rows & illicit) / len(rows),
        "recall": len(rows & illicit) / len(illicit),
        "rows": {kind: f"{found}/{total}" for kind, (found, total) in sorted(kinds.items())},
        "leads per 10,000 rows without plants": _rate([settle(clean)]),
        "leads per 10,000 rows dealt anew": _rate([dealt(settle(clean), seed) for seed in range(10)]),
    }


def _rate(registers: list[pa.Table]) -> float:
    found = [leads_of(register) for register in registers]
    return 1e4 * sum(len(leads) for leads, _ in found) / sum(rows for _, rows in found)


def dealt(gifts: pa.Table, seed: int) -> pa.Table:
    """Each of some columns dealt anew among the counted rows of each recipient: nothing goes together but by chance."""
    rng = np.random.default_rng(seed)
    recipient = gifts["recipient"].dictionary_encode().combine_chunks().indices.to_numpy()
    counted = np.asarray(gifts["standing"].to_pylist()) == "counted"
    for name in DEALT:
        order = np.arange(gifts.num_rows)
        for code in np.unique(recipient):
            own = np.flatnonzero((recipient == code) & counted)
            order[own] = rng.permutation(own)
        gifts = gifts.set_column(gifts.schema.get_field_index(name), gifts.schema.field(name), gifts[name].take(order))
    return gifts


def made(rows: int) -> tuple[pa.Table, pa.Array, pa.Table]:
    """A settled register of so many rows over eight years, its donors, and companies of which some gave."""
    from tocsin.model.gift import SETTLED
    from tocsin.model.owner import ENTITIES

    rng = np.random.default_rng(1)
    people = rows // 4
    donor = (people * rng.random(rows) ** 2).astype(np.int64)  # a few give often
    company = donor % 50 == 0
    words = [f"{a}{b}" for a in _syllables(40) for b in _syllables(50)]
    amounts = np.array([500, 1000, 2500, 5000, 10000, 15000, 19900, 25000, 50000, 100000, 200000, 270000])
    weights = np.array([8, 14, 22, 18, 14, 3, 1, 8, 6, 4, 1, 1]) / 100
    day = rng.integers(14_610, 17_500, rows).astype(np.int32)
    named = {
        "gift": [f"T{n}" for n in range(1000)],
        "recipient": [f"C{n:08d}" for n in range(1300)],
        "last_name": words,
        "first_name": words[:600],
        "street": [f"{n} {word} St" for word in words[:400] for n in range(1, 9000, 90)],
        "postcode": [f"{n:05d}" for n in range(1000, 31000)],
        "employer": [f"{a} {b} Inc" for a in words[:300] for b in ("Foods", "Motors", "Health", "Steel", "Media")],
        "occupation": ["Retired", "Attorney", "Cashier", "Driver", "Engineer", "Teacher", "Manager", "Clerk", "Nurse"],
        "election": ["P2018", "G2018", "P2016", "G2016", "P2014", "G2014"],
    }
    code = {name: (donor * (n + 7) * 2654435761 >> 7) % len(texts) for n, (name, texts) in enumerate(named.items())}
    choice = (donor * 3 + rng.integers(0, 3, rows)) * 2654435761 % 99_991 / 99_991  # a donor is loyal to three
    code["recipient"] = (len(named["recipient"]) * choice**3).astype(np.int64)
    code["employer"] = (len(named["employer"]) * (donor * 40503 % 65_537 / 65_537) ** 2).astype(np.int64)
    code["gift"], code["election"] = rng.integers(0, 1000, rows), rng.integers(0, 6, rows)
    columns: dict[str, Any] = {
        name: pa.array(texts, pa.string()).take(pa.array(code[name])) for name, texts in named.items()
    }
    columns["donor_name"] = columns["last_name"]
    for name, value in (("register", "made"), ("jurisdiction", "us"), ("currency", "USD"), ("kind", "money")):
        columns[name] = pa.repeat(value, rows)
    columns |= {
        "standing": pa.repeat("counted", rows),
        "file": pa.repeat("made", rows),
        "date": pa.array(day, pa.date32()),
    }
    columns["amount_minor"] = pa.array(rng.choice(amounts, rows, p=weights / weights.sum()))
    columns["donor_type"] = pa.array(["person", "company"]).take(pa.array(company.astype(np.int8)))
    columns |= {"memo": pa.repeat(False, rows), "row": pa.array(np.arange(rows))}
    empty = {kind: pa.nulls(rows, kind) for kind in {field.type for field in SETTLED}}
    table = pa.table([columns.get(field.name, empty[field.type]) for field in SETTLED], schema=SETTLED)
    firms = [
        {"entity": str(n), "kind": "company", "names": [word], "formed": None, "file": "made", "row": n}
        for n, word in enumerate(words)
    ]
    return table, pa.array(donor), pa.Table.from_pylist(firms, schema=ENTITIES)


def _syllables(number: int) -> list[str]:
    return [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "nrlst"][:number]


def cost(rows: int) -> dict[str, float]:
    """CPU-seconds and peak memory of F1 to F7, with all that they need, in this process."""
    from importlib import import_module

    from tocsin.detect.funding.base import MoneyTables
    from tocsin.model.rules import Rules

    gifts, donor, entities = made(rows)
    out: dict[str, float] = {"rows": rows, "register GB": gifts.nbytes / 1e9, "peak GB before": _peak_gb()}
    before = time.process_time()
    tables = MoneyTables(gifts, donor, Rules.load(), entities)
    for name in (*TIMED, "first_gift"):
        began = time.process_time()
        result = import_module(f"tocsin.detect.funding.{name}").DETECTOR.run(tables)
        out[name] = time.process_time() - began
        out[f"{name} tested"] = result.tested
    out["CPU-seconds"] = time.process_time() - before
    out["peak GB"] = _peak_gb()
    return out


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--cost", action="store_true", help="only the cost, in this process")
    asked = parser.parse_args()
    if asked.cost:
        print(json.dumps(cost(asked.rows)))
        return
    results: dict[str, Any] = {}
    if DATA.exists():
        results["planted"] = planted()
    command = [sys.executable, __file__, "--cost", "--rows", str(asked.rows)]
    results["cost"] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(json.dumps(results, indent=1))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
