"""`tocsin leak` as a user runs it, on the simulated leak."""

import csv

import pytest
from tests.jobs.commands import tocsin

from tocsin.progress import Silent
from tocsin.simulate.content.election import ContentParams
from tocsin.simulate.content.write import write_content

pytestmark = pytest.mark.slow
PUBLIC = "2024-05-28"  # as README.md of the simulation has it


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leak")
    write_content(ContentParams(seed=3), folder, Silent())
    assert f"public from {PUBLIC}" in (folder / "README.md").read_text().replace("\n", " ")
    return folder


def rows(path):
    with path.open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def planted(place, detector):
    units = {
        row["unit"] for row in rows(place / "units.csv") if (row["role"], row["detector"]) == ("operation", detector)
    }
    return {row["item"] for row in rows(place / "truth.csv") if row["unit"] in units}


def test_everything_planted_is_found_and_told(place):
    words = ["leak", "--originals", "originals", "--keys", "keys.json", "--posts", "posts.csv", "--public", PUBLIC]
    said = tocsin("leak", "scan", *words, "--out", "out", cwd=place).stdout
    assert "finding about quotes" in said
    found = {row["post"] for row in rows(place / "out/quotes.csv")}
    assert found <= planted(place, "leaks.tracing")
    assert len(found) >= 24
    verdicts = {row["verdict"] for row in rows(place / "out/messages.csv")}
    assert {"verified", "contradicted"} <= verdicts
    assert any("125,000" in row["after"] for row in rows(place / "out/changes.csv"))


def test_what_is_wanting_is_said(place):
    assert "--public" in tocsin("leak", "trace", "leak", "--posts", "posts.csv", "--out", "x", cwd=place, code=2).stderr
    assert "--originals" in tocsin("leak", "compare", "leak", "--out", "y", cwd=place, code=2).stderr
