"""Results by station: wide and long tables, columns by name and by mapping, figures that are none."""

import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sources.hostile import HOSTILE

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.targets import CHOICES, CONTEST, STATIONS
from tocsin.sources.results import read_stations

WIDE = (
    b'County,Precinct,Registered Voters,Ballots Cast,Ann,Bob\nN,1,500,300,200,90\nN,2,400,"1,200",x,1\nS,1,10,8,5,3\n'
)
LONG = b"county,precinct,office,candidate,votes\nN,1,Mayor,Ann,5\nN,1,Mayor,Bob,7\nN,1,Mayor,Ann,2\nN,1,Judge,Cem,9\n"


def read(folder, data, name="results.csv", **options):
    (folder / name).write_bytes(data)
    return read_stations([str(folder / name)], **options)


def choices(table):
    return json.loads(table.schema.metadata[CHOICES])


def test_a_column_for_each_choice(tmp_path):
    found = read(tmp_path, WIDE)
    (table,) = found.tables
    assert table.schema.equals(STATIONS)
    assert choices(table) == ["Ann", "Bob"]
    assert [(row.row, row.reason) for row in found.rejected] == [(3, "votes that are no whole number")]
    told = [
        tuple(row[name] for name in ("region", "unit", "registered", "cast", "valid", "votes"))
        for row in table.to_pylist()
    ]
    assert told == [("N", "1", 500, 300, None, [200, 90]), ("S", "1", 10, 8, None, [5, 3])]


def test_a_row_for_each_choice_and_a_table_for_each_contest(tmp_path):
    found = read(tmp_path, LONG)
    judge, mayor = found.tables
    assert [table.schema.metadata[CONTEST] for table in found.tables] == [b"Judge", b"Mayor"]
    assert (choices(judge), choices(mayor)) == (["Cem"], ["Ann", "Bob"])
    assert mayor["votes"].to_pylist() == [[7, 7]]  # two rows of one choice are kinds of vote


def test_each_district_votes_on_its_own_and_counties_are_kept_apart(tmp_path):
    rows = ["county_name,precinct,office,district,candidate,votes", "N,1,President,,Ann,4", "S,1,President,,Ann,5"]
    rows += [f"N,1,House,{district},Bob,{district}" for district in (3, 4)]
    found = read(tmp_path, "\n".join(rows).encode())
    assert [table.schema.metadata[CONTEST] for table in found.tables] == [b"House / 3", b"House / 4", b"President"]
    assert found.tables[2]["votes"].to_pylist() == [[4], [5]]


def test_ballots_cast_are_valid_and_invalid_ones(tmp_path):
    columns = {
        "region": ["N"],
        "uik": [7],
        "registered": [500],
        "valid": [300],
        "invalid": [4],
        "c1": [200],
        "c2": [100],
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    (table,) = read_stations([str(tmp_path / "x.parquet")]).tables
    assert (table["cast"][0].as_py(), table["unit"][0].as_py(), choices(table)) == (304, "7", ["c1", "c2"])


def test_columns_can_be_said(tmp_path):
    data = b"ort;wer;da;rot;blau;gelb\nN;1;400;5;6;7\n"
    with pytest.raises(UnknownFormat):
        read(tmp_path, data)
    (table,) = read(tmp_path, data, mapping={"unit": "ort, wer", "cast": "da", "votes": "rot,blau"}).tables
    assert (table["unit"].to_pylist(), choices(table)) == (["N / 1"], ["rot", "blau"])
    for wrong in ({"colour": "rot"}, {"unit": "absent"}):
        with pytest.raises(UsageError):
            read(tmp_path, data, mapping=wrong)


def test_spoilt_files_cost_rows_and_no_more(tmp_path):
    for way in [name for name in HOSTILE if "bomb" not in name][:20]:
        with suppress(InputError):  # nothing else may be raised
            read(tmp_path, HOSTILE[way](WIDE))
