"""The weights that are added up here are those of splink's own prediction, and of DuckDB's own likeness of texts."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from splink import DuckDBAPI, block_on

from tocsin.resolve import fitted

NAMES = ("anna", "ann", "hanna", "robert", "rupert", "r", "a", "maria", "mariah", "paul")


@pytest.fixture(scope="module")
def people():
    """Persons of whom much is missing or misspelt."""
    drawn = np.random.default_rng(3)
    rows = []
    for _ in range(600):
        last = "".join(drawn.choice(list("bdklmr"), 3)) + str(drawn.choice(["son", "sen", "man"]))
        row = {"last": last, "first": str(drawn.choice(NAMES)), "postcode": str(drawn.integers(10_000, 10_020))}
        row |= {"address": f"{drawn.integers(1, 99)} oak st|{row['postcode']}", "city": f"spring{last[0]}eld"}
        row |= {"employer": f"firm {drawn.integers(0, 30)}", "occupation": str(drawn.choice(["clerk", "cleric"]))}
        again = row | {"last": last[:-1] if drawn.random() < 0.1 else last, "first": str(drawn.choice(NAMES[:3]))}
        rows += [{k: v if drawn.random() < 0.9 else None for k, v in one.items()} for one in (row, again)]
    table = pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in fitted.SAID]))
    for name in ("sound", "letter"):
        values = [(first and first[:2].rstrip("a")) or first for first in table["first"].to_pylist()]
        table = table.append_column(name, pa.array(values, pa.string()))
    return table.append_column("unique_id", pa.array(range(table.num_rows)))


@pytest.mark.slow  # seconds of training
def test_the_weights_are_those_that_splink_predicts(people):
    database = DuckDBAPI()
    linker = fitted.trained(database, people, fitted.SAID)
    model = fitted.read(linker)
    assert [one.column for one in model.compared] == list(fitted.SAID)
    found = linker.inference.predict_within(
        database.register(people.select([*fitted.COLUMNS, "unique_id"])),
        blocking_rules_to_generate_predictions=[block_on("postcode")],
    ).as_pyarrow_table()
    sides = [found[f"unique_id_{end}"].to_numpy() for end in "lr"]
    pairs = {}
    for name in fitted.RARE:
        people = people.append_column(f"{name}_rare", fitted.rarity(people[name]))
    for end, side in zip("lr", sides, strict=True):
        pairs |= {f"{name}_{end}": people[name].take(pa.array(side)) for name in people.column_names}
    here = fitted.weights(model, pa.table(pairs))
    assert here.size > 10_000
    assert np.abs(here - found["match_weight"].to_numpy()).max() < 1e-9


def test_the_likeness_is_that_of_duckdb_to_the_last_bit_but_one():
    drawn = np.random.default_rng(4)
    left, right = (["".join(drawn.choice(list("abc "), drawn.integers(1, 12))) for _ in range(5_000)] for _ in "lr")
    texts = pa.table({"l": left, "r": right})
    database = duckdb.connect()
    rows = database.from_arrow(texts).project("jaro_winkler_similarity(l, r)").fetchall()
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    here = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float64)
    assert np.abs(here - np.array(rows)[:, 0]).max() < 1e-15
