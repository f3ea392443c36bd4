"""Planted schemes over real filings (F1 score's parts, by level), and leads where nothing is planted.

The data folder is for evaluation; no name of a donor is written anywhere.
"""

import csv
import os
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from tocsin.detect.funding.base import MoneyTables
from tocsin.detect.funding.run import look
from tocsin.model.rules import Rules
from tocsin.sources.gifts import read_gifts
from tocsin.sources.gifts.settle import settle

DATA = Path(os.environ.get("TOCSIN_DATA", Path(__file__).parents[3] / "shared/data")) / "funding"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not here")


@cache
def truth():
    with (DATA / "fec/planted_dev_truth.csv").open() as file:
        return {int(row["row_id"]) + 1: row for row in csv.DictReader(file)}  # row 1 is the header


@cache
def table():
    return read_gifts([str(DATA / "fec/planted_dev.csv")]).table


def leads(gifts):
    from tocsin.resolve.donors import resolve_donors

    settled = settle(gifts)
    tables = MoneyTables(settled, resolve_donors(settled), Rules.load())
    found = look(tables, str).findings
    return [finding for finding in found if finding.standing == "lead"], tables.register.rows


@pytest.fixture(scope="module")
def flagged():
    return {row.row for lead in leads(table())[0] for row in lead.money.rows}


def rows(kind, *levels):
    return {
        row
        for row, told in truth().items()
        if told["scheme_type"].startswith(kind) and (not levels or int(told["difficulty"]) in levels)
    }


def test_precision_and_recall_over_rows(flagged):
    illicit = {row for row, told in truth().items() if told["is_illicit"] == "1"}
    assert len(flagged & illicit) >= 0.85 * len(flagged)
    assert len(flagged & illicit) >= 0.80 * len(illicit)


@pytest.mark.parametrize("level", [2, 3])
def test_conduits_that_simple_rules_miss_are_found(flagged, level):
    planted = rows("employer_conduit", level)
    assert len(flagged & planted) >= 0.7 * len(planted)


@pytest.mark.parametrize("decoy", ["decoy_family", "decoy_firm_fundraiser", "decoy_small_dollar_surge"])
def test_lawful_groups_are_left_alone(flagged, decoy):
    lawful = rows(decoy)
    assert len(flagged & lawful) < 0.2 * len(lawful)


def test_without_plants_there_are_next_to_no_leads():
    clean = table().filter(pa.array([row not in truth() for row in table()["row"].to_pylist()]))
    found, counted = leads(clean)
    assert counted > 1_500
    assert len(found) <= 1


@pytest.mark.parametrize("name", ["1544132", "467627", "767339", "1229017", "1550548", "27789"])
def test_real_filings_have_next_to_no_leads(name):
    found, _ = leads(read_gifts([str(DATA / f"fec/filings/{name}.fec")]).table)
    assert found == []


def test_a_random_sample_of_all_committees_has_next_to_no_leads():
    found, counted = leads(read_gifts([str(DATA / "fec/itcont_10k.txt")]).table)
    assert counted > 8_000
    assert len(found) <= 5
