"""The gap as files and charts: all rows are there, nothing runs, and the drawing says what the numbers say."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import date

import pyarrow.parquet as pq
import pytest
from tests.respond import made
from tests.respond.sanctions.dossiers import FULL

from tocsin.errors import WorkspaceError
from tocsin.respond.sanctions.chart import lag_chart, timeline
from tocsin.respond.sanctions.export import page, write_gap, write_package
from tocsin.respond.sanctions.gap import GAP, gap
from tocsin.respond.sanctions.package import package

DAY = date(2025, 1, 1)
FILES = ["gap.csv", "cells.csv", "lags.csv", "aliases.csv", "owned.csv", "gap.parquet", "report.html"]


def pairs(n, behind):
    """Persons whom the US lists some days after the EU."""
    rows, groups = [], []
    for i in range(n):
        rows.append(made.entry("eu-fsf", f"E{i}", f"P {i}", programmes=["UKR"], listed=f"2022-03-{1 + i:02d}"))
        rows.append(made.entry("us-ofac-sdn", f"U{i}", f"P {i}", listed=f"2022-03-{1 + i + behind:02d}"))
        groups.append((("eu-fsf", f"E{i}"), ("us-ofac-sdn", f"U{i}")))
    return gap(made.table(*rows), made.clustered(*groups), DAY)


@pytest.fixture(scope="module")
def found():
    return gap(made.LISTS, made.SAME, DAY)


def read(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_every_row_is_in_the_files(found, tmp_path):
    files = write_gap(found, tmp_path / "out")
    assert [file.name for file in files] == FILES
    rows = read((tmp_path / "out/gap.csv").read_bytes())
    assert len(rows) == found.rows.num_rows
    ivan = next(row for row in rows if row["name"] == "Ivan PETROV" and row["jurisdiction"] == "us")
    assert (ivan["listed"], ivan["entries"], ivan["first"], ivan["lag_days"]) == (
        "yes", "us-ofac-sdn:U1", "2022-03-24", "24",
    )  # fmt: skip
    assert pq.read_table(tmp_path / "out/gap.parquet").schema.equals(GAP)
    lags = read((tmp_path / "out/lags.csv").read_bytes())
    assert {(row["first"], row["second"], row["median"]) for row in lags} == {
        ("eu", "us", "24.0"), ("eu", "gb", "10.0"), ("gb", "us", "14.0"),
    }  # fmt: skip
    assert len(read((tmp_path / "out/aliases.csv").read_bytes())) == 2


def test_no_cell_is_a_formula(tmp_path):
    bad = made.entry("eu-fsf", "E1", '=HYPERLINK("http://x")', programmes=["UKR"], listed="2022-02-28")
    write_gap(gap(made.table(bad), made.clustered(), DAY), tmp_path)
    (row,) = read((tmp_path / "gap.csv").read_bytes())
    assert row["name"].startswith("'=")


def test_a_folder_that_cannot_be_is_named(found, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WorkspaceError, match="cannot write"):
        write_gap(found, tmp_path / "out")


def test_the_page_says_what_the_tables_say(found):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(found)))
    assert "2 persons and organisations" in text
    assert "US + EU + GB 1 1" in text
    assert "Anna SIDOROVA – 2024-12-16 –" in text
    assert "Vanya KORZH us-ofac-sdn:U1" in text
    assert "us-eo-13848" in text
    assert "GB after EU 1 10 10 10 0 0" in text


def test_a_name_is_no_markup_on_the_page():
    bad = made.entry("eu-fsf", "E1", "<script>x</script>", programmes=["UKR"], listed="2022-02-28")
    html = page(gap(made.table(bad, made.ANNA_EU), made.clustered(), DAY))
    assert "<script" not in html


def test_a_long_table_is_cut_on_the_page_and_whole_in_the_file(tmp_path):
    rows = [made.entry("eu-fsf", f"E{i}", f"Person {i}", programmes=["UKR"], listed="2022-03-01") for i in range(600)]
    rows.append(made.entry("us-ofac-sdn", "U1", "Other"))
    found = gap(made.table(*rows), made.clustered(), DAY)
    assert "601 in all; the first 500 here" in page(found)
    write_gap(found, tmp_path)
    assert len(read((tmp_path / "gap.csv").read_bytes())) == 1202


def test_the_lag_chart_draws_median_and_quartiles_to_scale():
    found = pairs(9, 14)
    svg = lag_chart(found)
    ET.fromstring(svg)
    assert "US after EU: median 14 days, quartiles 14 and 14, 9 listed by both" in svg
    ticks = [(float(x), float(t)) for x, t in re.findall(r'<text x="([\d.]+)" [^>]*middle[^>]*>([-\d.]+)<', svg)]
    (x0, low), (x1, high) = ticks[0], ticks[-1]
    at = float(re.search(r'<path d="M([\d.]+) [\d.]+v22"', svg)[1])
    assert low + (at - x0) / (x1 - x0) * (high - low) == pytest.approx(14, abs=0.1)


def test_the_timeline_ends_at_the_counts_of_the_day(found):
    svg = timeline(found)
    ET.fromstring(svg)
    assert "US 1, EU 2, GB 1" in svg
    labels = [float(y) for y in re.findall(r'y="([\d.]+)" text-anchor="start"', svg)]
    assert len(labels) == 3
    assert all(abs(a - b) >= 15 for i, a in enumerate(labels) for b in labels[:i])


def test_the_timeline_says_how_many_have_no_day():
    undated = {**made.OLEG_US, "entry": "U9", "listed": None, "delisted": None}
    svg = timeline(gap(made.table(made.IVAN_US, undated), made.clustered(), DAY))
    assert "US 1 of 2" in svg


def test_nothing_dated_nothing_drawn():
    undated = made.table({**made.ANNA_EU, "listed": None})
    nothing = gap(undated, made.clustered(), DAY)
    assert (lag_chart(nothing), timeline(nothing)) == ("", "")
    assert "<svg" not in page(nothing)


def test_a_package_is_two_files(tmp_path):
    files = write_package(package(FULL, DAY), tmp_path)
    assert [file.name for file in files] == ["package.md", "package.html"]
    assert all(file.stat().st_size > 1000 for file in files)


def test_nothing_listed_is_a_page_too():
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(gap(made.table(), made.clustered(), DAY))))
    assert "0 persons and organisations on the lists of no jurisdiction" in text
