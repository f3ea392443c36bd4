"""Twenty hostile files for each reader: a clear error, or rows set aside; nothing expanded, no hang."""

import json
import time

import pytest
from tests.sources.ballots import samples
from tests.sources.lists import hostile

from tocsin.errors import TocsinError
from tocsin.sources.ballots import read_cvrs, read_manifest, read_results, read_tallies

LONGEST_CPU_S = 3
FILES = {
    "dominion-csv": (read_cvrs, samples.dominion_csv()),
    "dominion-json": (read_cvrs, samples.dominion_json()["CvrExport_1.json"]),
    "hart": (read_cvrs, samples.hart_xml(*samples.CARDS[0])),
    "nist-1500-103": (read_cvrs, samples.as_xml(samples.nist_cvr())),
    "raire": (read_cvrs, samples.RAIRE),
    "cards": (read_cvrs, samples.CARD_TABLE),
    "manifest": (read_manifest, samples.MANIFEST),
    "tallies": (read_tallies, samples.TALLIES),
    "nist-1500-100": (read_results, json.dumps(samples.nist_results()).encode()),
}
NAMES = (
    *("empty", "one byte", "a second byte order mark", "zeros between", "noise behind", "flipped bytes", "backwards"),
    *("twice", "a web page", "utf-16", "windows-1251", "no digits", "no line ends", "cut in the middle"),
    *("cut at the last byte", "cut, packed", "packed and damaged", "a zip that is locked", "a zip that leads out"),
)
LAUGHS = b"<!DOCTYPE Cvr [<!ENTITY a 'ha'>" + b"".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>".encode() for n in range(1, 12)
)
DEEP = b"[" * 100_000


@pytest.mark.parametrize("kind", FILES)
def test_hostile(tmp_path, kind):
    read, data = FILES[kind]
    changed = {name: hostile.ANY[name](data) for name in NAMES}
    head, _, rest = data.partition(b"?>")
    changed["deep"] = head + b"?>" + LAUGHS + b"]>" + rest if rest else data[: len(data) // 2] + DEEP
    assert len(changed) == 20
    for name, made in changed.items():
        path = tmp_path / "file"
        path.write_bytes(made)
        start = time.process_time()
        try:
            came = read([path])
        except TocsinError as error:
            came = error
        if isinstance(came, TocsinError):
            assert came.hint, name
            assert came.exit_code in (2, 4), name
            assert len(str(came)) < 1000, name
        else:
            assert all(row.reason for row in came.rejected), name
        assert time.process_time() - start < LONGEST_CPU_S, name


def test_a_bad_file_stops_no_other(tmp_path):
    (tmp_path / "a.zip").write_bytes(hostile.ANY["a zip that is locked"](b"x"))
    (tmp_path / "b.csv").write_bytes(samples.dominion_csv())
    (tmp_path / "c.png").write_bytes(bytes(range(256)) * 9)
    read = read_cvrs([tmp_path])
    assert len(read.cards) == 4
    assert [bool(file.notes) for file in read.inputs] == [True, False, True]
    assert [(row.row, "encrypted" in row.reason) for row in read.rejected] == [(0, True)]  # cards may be missing


def test_what_breaks_off_is_told_among_what_was_read(tmp_path):
    whole = samples.as_xml(samples.nist_cvr())
    for name, data in (("a.xml", whole), ("b.xml", whole[: len(whole) // 2]), ("c.csv", samples.dominion_csv()[:-30])):
        (tmp_path / name).write_bytes(data)
    read = read_cvrs([tmp_path / "a.xml", tmp_path / "b.xml"])
    assert [row.row for row in read.rejected][-1] == 0
    assert "breaks off" in read.rejected[-1].reason
    assert "the row is cut off" in read_cvrs([tmp_path / "c.csv"]).rejected[0].reason
