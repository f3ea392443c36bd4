"""Pairs of records made and weighed on any engine: the same as here, no step twice, no names left behind."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.resolve.test_donors import crowd

from tocsin.engine.embedded import Embedded
from tocsin.engine.spark import Spark
from tocsin.errors import InputError
from tocsin.resolve import donors, fitted, pairs

#: A model as splink gives it, so that nothing need be fitted.
MODEL = fitted.Model(
    -13.3,
    (
        fitted.Compared("last", (8.0, 4.0, 1.0, -6.0), -9.0),
        fitted.Compared("first", (3.0, 2.0, 1.0, 0.5, -5.0), -3.0),
        fitted.Compared("address", (10.0, -2.0), None),
        fitted.Compared("postcode", (6.0, 2.0, -4.0), None),
        fitted.Compared("employer", (5.0, 1.0, -1.0), -6.0),
    ),
)


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(fitted, "fit", lambda people: MODEL)
    monkeypatch.setattr(pairs, "ENOUGH", 150)
    table = donors._blocked(donors._records(crowd(100)[0]).table)
    return pairs.contested(table, [donors._codes(table, names) for names in pairs.BLOCKS], donors._plain(table))


def rows(table):
    return sorted(map(tuple, zip(*table.to_pydict().values(), strict=True)))


@pytest.fixture(
    params=["embedded", "sail", *(pytest.param(name, marks=pytest.mark.slow) for name in ("sail_cluster", "pyspark"))]
)
def engine(request, tmp_path):
    if request.param == "embedded":
        opened = Embedded(tmp_path, partitions=3)
    else:
        opened = Spark(tmp_path, address=request.getfixturevalue(request.param), partitions=3)
    with opened:
        yield opened


def test_an_engine_gives_the_same_and_keeps_no_names(found, engine, tmp_path, monkeypatch):
    here = pairs.matches(found)
    assert here.num_rows > 50
    assert rows(pairs.matches_on(engine, found)) == rows(here)
    kept = [pq.ParquetFile(path).read() for path in tmp_path.rglob("*.parquet") if path.stat().st_size]
    assert len(kept) > 3
    assert [
        said
        for table in kept
        for column in table.columns
        if pa.types.is_string(column.type)
        for said in column.drop_null()
    ] == []
    monkeypatch.setattr(pairs, "weighed", None)
    assert rows(pairs.matches_on(engine, found)) == rows(here)  # confirmed: nothing is weighed again


def test_a_run_that_stopped_goes_on(found, tmp_path, monkeypatch):
    def stops(rows, model):
        raise InputError("stopped", hint="")

    with monkeypatch.context() as patched, Embedded(tmp_path) as engine:
        patched.setattr(pairs, "weighed", stops)
        with pytest.raises(InputError):
            pairs.matches_on(engine, found)
    monkeypatch.setattr(pairs, "made", None)
    with Embedded(tmp_path) as engine:
        assert rows(pairs.matches_on(engine, found)) == rows(expected(found))


def expected(found):
    """By hand: every two records of a block, one by one."""
    blocks = {}
    for block, record in rows(found.blocks):
        blocks.setdefault(block, []).append(record)
    both = sorted({(a, b) for members in blocks.values() for a in members for b in members if a < b})
    both = pa.table({"left": [a for a, _ in both], "right": [b for _, b in both]}, schema=pairs.PAIR)
    parts = [
        pairs.weighed(pairs._sides(both.slice(at, 7), found.records), found.model) for at in range(0, len(both), 7)
    ]
    return pa.concat_tables(parts)


def test_a_crowded_block_says_nothing():
    codes = np.array([0] * (pairs._CROWD + 1) + [1, 1, 2, -1])
    blocks = pairs._blocks([pairs._telling(codes, np.arange(codes.size))], np.arange(codes.size))
    assert blocks["record"].to_pylist() == [pairs._CROWD + 1, pairs._CROWD + 2]
