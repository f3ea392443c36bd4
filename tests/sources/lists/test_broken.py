"""Fifty hostile files for each reader: a clear error, or rows set aside; nothing lost, nothing expanded, no hang."""

import time
from pathlib import Path

import pytest
from tests.sources.lists import hostile, samples

from tocsin.errors import InputError, TocsinError
from tocsin.sources.lists import read_list

LONGEST_CPU_S = 5  # most take milliseconds
OFAC = samples.ofac_tables()[0]
FILES = {
    **{id_: (name, data) for id_, (name, data) in samples.SINGLE.items()},
    "ofac-csv": ("sdn_2024-05-06.csv", OFAC),
    "ofac-delimited": ("sdn_2024-05-06.del", samples.ofac_tables(delimiter="@")[0]),
}
ENDINGS = {"XML": "xml", "xml": "xml", "csv": "csv", "del": "csv", "json": "json", "xlsx": "xlsx"}


def kind_of(id_):
    return ENDINGS[FILES[id_][0].rpartition(".")[2]]


def cases():
    for id_ in FILES:
        for name, change in {**hostile.ANY, **hostile.KINDS[kind_of(id_)]}.items():
            yield pytest.param(id_, change, id=f"{id_}-{name}".replace(" ", "_"))


def attempt(tmp_path, id_, data, format_=""):
    """What came of a file: the edition, or the error. Fails on any other error, and on one without advice."""
    path = tmp_path / FILES[id_][0]
    path.write_bytes(data)
    start = time.process_time()
    try:
        came = read_list([path], format=format_)
    except TocsinError as error:
        came = error
    assert time.process_time() - start < LONGEST_CPU_S
    if isinstance(came, TocsinError):
        assert came.hint
        assert came.exit_code in (2, 4)
        assert 0 < len(str(came)) < 1_000
    return came


def test_each_reader_meets_fifty():
    for id_ in FILES:
        assert len(hostile.ANY) + len(hostile.KINDS[kind_of(id_)]) >= 50, id_


@pytest.mark.parametrize(("id_", "change"), [*cases()])
def test_hostile(tmp_path, id_, change):
    data = change(FILES[id_][1])
    told, given = attempt(tmp_path, id_, data), attempt(tmp_path, id_, data, id_)  # the second is not told by its head
    for came in (told, given):
        if not isinstance(came, TocsinError):
            check(came)


def check(came):
    """What was read is counted, clean, and no more than what stood there."""
    entries = came.table.to_pylist()
    assert entries
    assert came.edition.entries == len(entries) == len({row["entry"] for row in entries})
    assert came.edition.rejected == len(came.rejected)
    assert all(row.reason and len(row.text) <= 500 for row in came.rejected)
    text = str(entries)
    assert "\0" not in text
    assert "\u202e" not in text
    assert len(text) < 400_000  # nothing was expanded
    assert Path("/etc/hostname").read_text().strip() not in [name["name"] for row in entries for name in row["names"]]


@pytest.mark.parametrize("id_", [id_ for id_ in FILES if kind_of(id_) == "xml"])
def test_xml_that_breaks_off_is_no_list(tmp_path, id_):
    data = FILES[id_][1].rstrip()
    for cut in range(len(data) // 3, len(data), max(len(data) // 25, 1)):
        came = attempt(tmp_path, id_, data[:cut])
        assert isinstance(came, InputError)
        assert "breaks off" in str(came)


@pytest.mark.parametrize("id_", [id_ for id_ in FILES if kind_of(id_) in ("csv", "json")])
def test_of_rows_that_break_off_none_is_lost(tmp_path, id_):
    """Each row is in the table, or set aside; a row that is cut may lack its last cells' ends, not more."""
    data = FILES[id_][1]
    whole = {row["entry"] for row in read_entries(tmp_path, id_, data)}
    for cut in range(len(data) // 2, len(data), max(len(data) // 25, 1)):
        came = attempt(tmp_path, id_, data[:cut])
        if not isinstance(came, TocsinError):
            entries = {row["entry"] for row in came.table.to_pylist()}
            assert entries <= whole
            said = str([row["names"] for row in came.table.to_pylist()]) + str(came.rejected)
            for one in samples.PEOPLE:  # whose name stands in what is left, whole
                if one.last.encode() in data[: cut - 200]:
                    assert one.last in said


def read_entries(tmp_path, id_, data):
    came = attempt(tmp_path, id_, data)
    assert not isinstance(came, TocsinError), came
    return came.table.to_pylist()


BAD_RECORDS = {
    "ofac-xml": (b'<Profile ID="1002"', b"<Profile"),
    "eu-fsf": (b'euReferenceNumber="EU.1002.1" logicalId="1002"', b""),
    "uksl-xml": (b"<UniqueID>1002</UniqueID>", b""),
    "uksl-csv": (b",1002,", b",,"),
    "ca-sema": (b"SAMPLE TRADING HOUSE, LTD.", b""),
    "ch-seco": (b'<target ssid="1002">', b"<target>"),
    "opensanctions": (b'"id": "T-1002"', b'"id": null'),
    "ofac-csv": (b"1002,", b"x,"),
    "ofac-delimited": (b"1002@", b"x@"),
}


@pytest.mark.parametrize("id_", BAD_RECORDS)
def test_a_bad_record_costs_only_itself(tmp_path, id_):
    old, new = BAD_RECORDS[id_]
    data = FILES[id_][1]
    assert old in data
    came = attempt(tmp_path, id_, data.replace(old, new, 2))
    names = [row["names"][0]["name"] for row in came.table.to_pylist()]
    assert len(names) == 3
    assert not any("SAMPLE" in name for name in names)
    assert came.rejected
    assert all(row.reason and row.file and row.row for row in came.rejected)


def test_a_bad_row_of_a_workbook_costs_only_itself(tmp_path):
    rows = samples.dfat_rows()
    company = next(row for row in rows if row[0] == "1002")
    company[0] = "no. 1002"
    came = attempt(tmp_path, "au-dfat", samples.xlsx([rows]))
    assert came.table["entry"].to_pylist() == ["1001", "1002", "1003", "1004"]  # 1002a still stands
    assert [(row.row, row.reason) for row in came.rejected] == [(rows.index(company) + 1, "no reference")]


@pytest.mark.parametrize("id_", ["ofac-xml", "eu-fsf", "uksl-xml", "ca-sema", "ch-seco", "au-dfat"])
def test_nothing_in_a_document_type_is_followed(tmp_path, id_):
    change = hostile.BOOKS["entities in the sheet"] if id_ == "au-dfat" else hostile.XML["an entity from a file"]
    came = attempt(tmp_path, id_, change(FILES[id_][1]))
    assert isinstance(came, InputError)
    assert "document type declaration" in str(came)
