"""A scan of registers gives the same leads wherever its donors are paired and in whatever order its rows come."""

import json
import random
import shutil

import pytest

from tocsin.errors import UsageError
from tocsin.jobs.money import MoneyRequest, scan_money
from tocsin.simulate.money.election import MoneyParams
from tocsin.simulate.money.write import write_money

WHERE = ("file", "row", "evidence")  # what names a line of a file: it moves with the rows


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A simulated register large enough for a fitted model, the same in another order, and a scan in memory."""
    folder = tmp_path_factory.mktemp("made")
    head, *rows = write_money(MoneyParams(gifts=20_000, decoys=1), folder).read_text().splitlines(keepends=True)
    random.Random(3).shuffle(rows)
    (folder / "shuffled.csv").write_text(head + "".join(rows))
    scan_money(request(folder, folder / "memory"))
    return folder


def request(folder, out, file="gifts.csv", **more):
    paths = (str(folder / file),)
    return MoneyRequest(paths, out, (str(folder / "owners.json"),), (str(folder / "lists"),), **more)


def scanned(made, out, **more):
    """Scan with the pseudonyms of the first scan."""
    out.mkdir()
    for name in ("key", "scan.json", ".tocsin-lock"):
        shutil.copy(made / "memory" / name, out / name)
    scan_money(request(made, out, **more))
    return found(out)


def found(out):
    return json.loads((out / "scan.json").read_bytes())["findings"]


def unplaced(value):
    if isinstance(value, dict):
        return {name: unplaced(one) for name, one in value.items() if name not in WHERE}
    return [unplaced(one) for one in value] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("name", ["embedded", "sail", "sail_cluster", "pyspark"])
def test_an_engine_gives_the_same_leads_and_files(made, name, tmp_path, request):
    address = "embedded" if name == "embedded" else request.getfixturevalue(name)
    findings = scanned(made, tmp_path / "out", engine=address, tables=str(tmp_path / "tables"))
    assert len(findings) > 30
    assert findings == found(made / "memory")
    for file in ("gifts.parquet", "evidence.parquet", "leads.csv"):
        assert (tmp_path / "out" / file).read_bytes() == (made / "memory" / file).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["", "embedded"])
def test_the_order_of_rows_changes_no_lead(made, tmp_path, engine):
    tables = str(tmp_path / "tables") if engine else ""
    findings = scanned(made, tmp_path / "out", file="shuffled.csv", engine=engine, tables=tables)
    assert unplaced(findings) == unplaced(found(made / "memory"))


def test_an_engine_needs_a_place_for_its_tables(tmp_path):
    with pytest.raises(UsageError, match="go together"):
        scan_money(request(tmp_path, tmp_path / "out", engine="embedded"))
    assert not (tmp_path / "out").exists()
