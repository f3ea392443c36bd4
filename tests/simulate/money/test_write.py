import csv
import json
from decimal import Decimal
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.csv
import pytest

from tocsin.errors import UsageError
from tocsin.model.gift import GIFTS
from tocsin.simulate.money.compare import money_found_against_planted
from tocsin.simulate.money.election import MoneyParams, simulate_money
from tocsin.simulate.money.write import write_money
from tocsin.sources.gifts import read_gifts

PARAMS = MoneyParams(gifts=1_200, seed=2)


@pytest.fixture(scope="module")
def register():
    return simulate_money(PARAMS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("money")
    write_money(PARAMS, place)
    return place


def test_csv_holds_the_gifts_under_the_names_of_their_fields(folder, register):
    with (folder / "gifts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    gifts = register.gifts.to_pylist()
    assert len(rows) == len(gifts)
    for row, gift in zip(rows, gifts, strict=True):
        assert row["gift"] == gift["gift"]
        assert row["date"] == gift["date"].isoformat()
        assert Decimal(row["amount"]) * 100 == gift["amount_minor"]
        assert row["street"] == (gift["street"] or "")
        assert (row["memo"] == "X") == gift["memo"]


def test_the_register_is_read_as_it_was_written(folder, register):
    read = read_gifts([str(folder / "gifts.csv")])
    assert [file.format for file in read.inputs] == ["gifts"]
    assert read.rejected == []
    same = [name for name in GIFTS.names if name not in ("register", "file", "row")]
    assert read.table.select(same).to_pylist() == register.gifts.select(same).to_pylist()


def test_itcont_has_the_columns_of_the_bulk_file(tmp_path, register):
    path = write_money(PARAMS, tmp_path, "itcont")
    lines = [line.split("|") for line in path.read_text("utf-8").splitlines()]
    assert {len(line) for line in lines} == {21}
    persons = [g for g in register.gifts.to_pylist() if g["donor_type"] == "person" and g["kind"] != "loan"]
    by_id = {line[16]: line for line in lines}
    for gift in persons:
        line = by_id[gift["gift"]]
        assert line[13] == gift["date"].strftime("%m%d%Y")
        assert Decimal(line[14]) * 100 == gift["amount_minor"]
        assert line[7] == gift["donor_name"].upper()


def test_owners_are_statements_that_refer_to_each_other(folder, register):
    statements = json.loads((folder / "owners.json").read_text("utf-8"))
    records = {one["recordId"] for one in statements if one["recordType"] in ("entity", "person")}
    stakes = [one["recordDetails"] for one in statements if one["recordType"] == "relationship"]
    assert len(stakes) == len(register.ownership.stakes) > 50
    assert {stake["subject"] for stake in stakes} | {stake["interestedParty"] for stake in stakes} <= records
    assert len({one["statementId"] for one in statements}) == len(statements)


def test_lists_change_between_their_editions(folder):
    def read(day):
        with (folder / "lists" / day / "sdn.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert {len(row) for row in rows} == {12}
        tree = ElementTree.parse(folder / "lists" / day / "eu.xml").getroot()
        return {row[0] for row in rows}, {one.get("logicalId") for one in tree}

    (us, eu), (us_later, eu_later) = read("2023-06-30"), read("2024-02-23")
    for before, after in ((us, us_later), (eu, eu_later)):
        assert after - before
        assert before - after
    assert us & eu


def test_the_files_are_the_same_each_time(folder, tmp_path):
    write_money(PARAMS, tmp_path)
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 13
    assert [name for name in files if (folder / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_the_parameters_in_the_readme_repeat_it(folder, register):
    readme = (folder / "README.md").read_text("utf-8")
    line = next(line for line in readme.splitlines() if line.startswith("    {"))
    assert MoneyParams.model_validate_json(line) == PARAMS
    assert all(unit in readme for unit in register.units["unit"].to_pylist())


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write the simulation"):
        write_money(PARAMS, tmp_path / "file")


def test_found_against_planted(folder):
    truth, units = (pa.csv.read_csv(folder / name) for name in ("truth.csv", "units.csv"))
    rows = {}
    for row in truth.to_pylist():
        rows.setdefault(row["unit"], []).append(row["gift"])
    conduit, family = rows["employer-conduit-1"], rows["family-1"]
    found = {"a": ("lead", [*conduit[1:], *rows[""][:2]]), "b": ("explained", family)}
    table = money_found_against_planted(found, truth, units).to_pylist()
    assert len(table) == units.num_rows + 1
    one = {row["unit"]: row for row in table}
    n = len(conduit)
    assert one["employer-conduit-1"]["standing"] == "lead"
    assert (one["employer-conduit-1"]["right"], one["employer-conduit-1"]["named"]) == (n - 1, n + 1)
    assert one["employer-conduit-1"]["recall"] == (n - 1) / n
    assert one["family-1"]["standing"] == "explained"
    assert one["structuring-2"]["standing"] == "not found"
    assert (one[""]["named"], one[""]["right"]) == (n + 1, 2)
