"""Draws: fixed values worked out with hashlib in the test itself, and what a draw must keep."""

import csv
import re
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tocsin.assure.audit import draw
from tocsin.errors import InputError, UsageError

SEED = "72810463951827364019"


def manifest(*sizes, tabulator="1"):
    return pa.table(
        {
            "jurisdiction": ["Kent"] * len(sizes),
            "tabulator": [tabulator] * len(sizes),
            "batch": [f"b{k}" for k in range(len(sizes))],
            "cards": pa.array(sizes, pa.int64()),
        }
    )


def rows(table):
    return list(zip(*(table[name].to_pylist() for name in ("ticket", "batch", "position")), strict=True))


def hashed(text):
    return sha256(text.encode()).hexdigest()


def test_a_sample_of_cards_is_what_hashlib_alone_gives():
    sizes = [3, 0, 40, 7]
    tickets = sorted(
        (hashed(f"{SEED},Kent,1,b{batch},{position}"), f"b{batch}", position)
        for batch, size in enumerate(sizes)
        for position in range(1, size + 1)
    )
    assert rows(draw.sample(SEED, manifest(*sizes), 12)) == tickets[:12]
    assert rows(draw.sample(SEED, manifest(*sizes), 99)) == tickets


def test_rounds_extend_and_other_containers_change_nothing():
    wide, narrow = draw.sample(SEED, manifest(9, 30, 12), 40), draw.sample(SEED, manifest(9, 30, 12), 11)
    assert rows(wide)[:11] == rows(narrow)
    kept = [row for row in rows(wide) if row[1] != "b2"]
    assert rows(draw.sample(SEED, manifest(9, 30), len(kept))) == kept


def test_with_replacement_each_ticket_lies_between_the_last_and_one():
    drawn = draw.sample(SEED, ["x", "y"], 9, replacement=True)
    expected = []
    for card in "xy":
        ticket = int(hashed(f"{SEED},{card}"), 16)
        for generation in range(1, 10):
            expected.append((f"{ticket:064x}", card, generation))
            ticket += 1 + ((2**256 - 1 - ticket) * int(hashed(f"{SEED},{card},{generation + 1}"), 16) >> 256)
    found = zip(*(drawn[name].to_pylist() for name in ("ticket", "id", "generation")), strict=True)
    assert list(found) == sorted(expected)[:9]


def test_contests_share_one_sample():
    cards = [f"c{k}" for k in range(200)]
    holds = {"mayor": np.arange(200) < 150, "school": np.arange(200) % 10 == 0}
    ids = draw.sample(SEED, cards, {"mayor": 20, "school": 15}, holds)["id"].to_pylist()
    alone = draw.sample(SEED, cards, 200)["id"].to_pylist()
    for name, n in {"mayor": 20, "school": 15}.items():
        among = {card for card, held in zip(cards, holds[name], strict=True) if held}
        assert [i for i in ids if i in among][:n] == [i for i in alone if i in among][:n]
    assert 20 <= len(ids) < 35


def test_every_card_is_as_likely_as_any_other():
    seen = np.zeros(20)
    for seed in range(400):
        for row in draw.sample(f"s{seed}", manifest(5, 15), 5).to_pylist():
            seen[row["position"] - 1 + (5 if row["batch"] == "b1" else 0)] += 1
    assert ((seen - 100) ** 2 / (100 * 0.75)).sum() < 50  # chi-square of 19 degrees; beyond it once in 10,000


def test_batches_are_drawn_by_weight():
    weights = {"a": Fraction(1, 3), "b": 0, "c": Fraction(1, 6)}
    picks = [int(hashed(f"{SEED},{k}"), 16) / 2**256 for k in range(1, 301)]
    assert draw.weighted(SEED, weights, 300) == ["a" if pick < 2 / 3 else "c" for pick in picks]
    assert draw.weighted(SEED, {"a": 0}, 5) == []


def test_names_that_read_alike_and_empty_seeds_are_refused():
    with pytest.raises(InputError, match="same name"):
        draw.sample(SEED, pa.concat_tables([manifest(4), manifest(4)]), 2)
    for wrong in (
        lambda: draw.sample("", ["a"], 1),
        lambda: draw.tickets("", ["a"], 1),
        lambda: draw.tickets(SEED, ["a", "a"], 1),
        lambda: draw.corla(SEED, 1, 5, 6, replacement=False),
        lambda: draw.weighted(SEED, {"a": -1, "b": 2}, 1),
        lambda: draw.arlo_batches("", {("j", "a"): 1.0, ("j", "b"): 1.0}, 1),
        lambda: draw.sample(SEED, ["a"], {"mayor": 1}),
        lambda: draw.Cryptorandom(SEED).sample(3, 4),
        lambda: draw.Cryptorandom(SEED).randint(3, 3),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_other_tools_draws_keep_their_rules():
    picks = [int(hashed(f"{SEED},{k}"), 16) % 6 + 10 for k in range(1, 60)]
    assert draw.corla(SEED, 10, 15, 59, replacement=True) == picks
    assert draw.corla(SEED, 10, 15, 6, replacement=False) == list(dict.fromkeys(picks))
    assert sorted(draw.Cryptorandom(SEED).sample(30, 30)) == list(range(1, 31))
    ballots = {"a": range(1, 9), "b": range(1, 5)}
    twelve = draw.arlo_ballots(SEED, ballots, 12, replacement=False)
    assert {ticket.id for ticket in twelve} == {(batch, k) for batch in ballots for k in ballots[batch]}
    more = draw.arlo_ballots(SEED, ballots, 5, drawn=7)
    assert draw.arlo_ballots(SEED, ballots, 12)[7:] == more
    first, *later = draw.tickets("s", ["x"], 4, replacement=True)
    assert first.number < later[0].number < later[-1].number
    assert [t.generation for t in later] == [2, 3, 4]


@pytest.mark.parametrize("replacement", [False, True])
def test_the_recipe_in_the_docs_draws_the_same(tmp_path, replacement):
    page = (Path(__file__).parents[3] / "docs/methods/audit-alpha.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    assert len(code.splitlines()) < 40
    (tmp_path / "recipe.py").write_text(code)
    table = manifest(13, 1, 30, tabulator='Precinct 1, "East"')
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        rows = table.to_pylist()
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    more = ["again"] if replacement else []
    command = [sys.executable, "-I", "recipe.py", SEED, "manifest.csv", "40", *more]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    drawn = draw.sample(SEED, table, 40, replacement=replacement).to_pylist()
    assert printed.splitlines() == [",".join(map(str, row.values())) for row in drawn]
