"""Fifty hostile files for each reader: a clear error or quarantined rows, nothing lost, no hang."""

import time

import pytest
from tests.sources.gifts.samples import SAMPLES
from tests.sources.hostile import HOSTILE, kept_lines

from tocsin.errors import InputError
from tocsin.model.gift import GIFTS
from tocsin.sources.gifts import read_gifts
from tocsin.sources.gifts.settle import settle

SECONDS = 8  # of CPU; a hang takes for ever
LINES = (
    *("fec-itcont", "nyc-cfb", "fec-filing", "uk-ec-loans", "aec-export", "gifts", "fec-table", "uk-ec", "uk-loans"),
    *("bundestag", "aec", "nl-wfpp", "table"),
)


def test_there_are_fifty():
    assert len(HOSTILE) >= 50


#: unpacking a bomb is the same work for every format
PAIRS = [(format_, spoilt) for format_ in SAMPLES for spoilt in HOSTILE if spoilt != "a bomb" or format_ in LINES[:2]]


@pytest.mark.parametrize(("format_", "spoilt"), PAIRS)
def test_no_file_brings_a_reader_down(tmp_path, format_, spoilt):
    path = tmp_path / "register"
    path.write_bytes(HOSTILE[spoilt](SAMPLES[format_]))
    for asked in ("", format_):
        started = time.process_time()
        files, error = attempt(path, asked)
        if error:
            assert str(path) in str(error)
            assert error.hint
            continue
        assert time.process_time() - started < SECONDS
        assert files.table.schema == GIFTS
        files.table.validate(full=True)
        assert all(bad.row >= 1 and bad.reason for bad in files.rejected)
        assert settle(files.table).num_rows == files.table.num_rows
        if any(entry.format == format_ for entry in files.inputs):
            if kept_lines(spoilt) and format_ in LINES:
                everything_is_accounted_for(path, format_, files)
            break  # named, it would be read the same way


def test_a_file_of_bad_rows_only_is_given_up(tmp_path):
    path = tmp_path / "itcont.txt"
    path.write_bytes(SAMPLES["fec-itcont"] + b"C1|no row\n" * 150_000)
    with pytest.raises(InputError, match="rows cannot be read, the last of them because: 2 cells"):
        read_gifts([str(path)], format="fec-itcont")


def attempt(path, asked):
    try:
        return read_gifts([str(path)], format=asked, currency="EUR"), None
    except InputError as error:
        return None, error


def everything_is_accounted_for(path, format_, files):
    if format_ == "fec-filing":
        return filing_is_accounted_for(path, files)
    lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    first = 1 if format_ in ("fec-itcont", "nyc-cfb") else 2
    told = files.table["row"].to_pylist() + [bad.row for bad in files.rejected]
    assert sorted(told) == list(range(first, len(lines) + 1))
    return None


def filing_is_accounted_for(path, files):
    lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    notes = [note for note in files.inputs[0].notes if "of other schedules" in note]
    others = int(notes[0].split()[0]) if notes else 0
    told = files.table["row"].to_pylist() + [bad.row for bad in files.rejected]
    assert len(set(told)) == len(told)
    assert len(told) + others == len(lines) - 2  # header and cover


def test_no_file_brings_the_reader_of_committees_down(tmp_path):
    good = b"C00000001|TEST|T|1 ST||TOWN|OH|43004|P|H|DEM|Q||NONE|H0OH00000\n" * 5
    (tmp_path / "itcont.txt").write_bytes(SAMPLES["fec-itcont"])
    for spoilt in HOSTILE.values():
        (tmp_path / "cm.txt").write_bytes(spoilt(good))
        files = read_gifts([str(tmp_path)])
        assert files.table.num_rows >= 6
