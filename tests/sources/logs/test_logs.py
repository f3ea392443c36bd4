"""Logs of every format, made here: what they say comes out; what is broken is set aside, and nothing private stays."""

import tracemalloc
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from tests.sources.hostile import HOSTILE
from tests.sources.logs import samples

from tocsin.errors import InputError, TocsinError, UnknownFormat, UsageError
from tocsin.model.targets import EVENTS
from tocsin.sources.logs import read_events, read_rules

NOW = datetime(2024, 3, 2, tzinfo=UTC)
KEY = b"k" * 32
START = datetime(2024, 3, 1, 8, tzinfo=UTC)
#: Twenty ways to spoil a file that cost little.
SPOILT = [name for name in HOSTILE if "bomb" not in name and "long" not in name][:20]


def read(folder, data, name="log", **options):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return read_events([str(path)], key=KEY, now=NOW, **options)


@pytest.mark.parametrize("name", samples.WEB)
def test_requests(tmp_path, name):
    found = read(tmp_path, samples.WEB[name])
    assert (found.inputs[0].format, found.rejected) == (name, [])
    assert found.table.schema.equals(EVENTS)
    first, second, *_ = found.table.to_pylist()
    told = ("time", "kind", "source", "method", "path", "status")
    assert [first[one] for one in told] == [START, "web", "192.0.2.7", "GET", "/a?x=1", 200]
    assert [second[one] for one in told[1:]] == ["web", "192.0.2.8", "POST", "/b", 404]
    assert first["size"] == 12
    assert first["office"] == tmp_path.name


@pytest.mark.parametrize("name", samples.SIGN_INS)
def test_sign_ins(tmp_path, name):
    found = read(tmp_path, samples.SIGN_INS[name], office="denver")
    assert (found.inputs[0].format, found.rejected) == (name, [])
    told = [(row["time"], row["source"], row["action"]) for row in found.table.to_pylist()]
    assert told == [(START, "192.0.2.7", "failure"), (START.replace(second=1), "192.0.2.8", "success")]
    assert set(found.table["kind"].to_pylist()) == {"auth"}
    assert set(found.table["office"].to_pylist()) == {"denver"}
    (user,) = set(found.table["user"].to_pylist())
    assert user.startswith("acct_")
    assert "maria" not in repr(found)


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [("suricata", "ids", "Scan seen"), ("testssl", "tls", "SSLv3: offered"), ("zeek-tsv", "flow", "S0")],
)
def test_other_logs(tmp_path, name, kind, what):
    found = read(tmp_path, samples.OTHERS[name])
    assert found.inputs[0].format == name
    assert [(row["kind"], row["action"]) for row in found.table.to_pylist()] == [(kind, what)]


@pytest.mark.parametrize("name", samples.EVERY)
def test_spoilt_files_cost_rows_and_no_more(tmp_path, name):
    for way in SPOILT:
        data = HOSTILE[way](samples.EVERY[name])
        with suppress(InputError):  # nothing else may be raised
            found = read(tmp_path, data, way.replace(" ", "-").replace("%", ""))
            assert not any(row.text for row in found.rejected), way
            assert "192.0.2" not in "".join(row.reason for row in found.rejected), way


def test_a_bad_line_is_set_aside_with_its_number_and_without_its_text(tmp_path):
    rows = samples.WEB["combined"].splitlines(keepends=True)
    future = rows[0].replace(b"/2024:", b"/2031:")
    found = read(tmp_path, rows[0] + b"192.0.2.9 nonsense\n" + future + rows[1])
    assert found.table["row"].to_pylist() == [1, 4]
    assert [(row.row, row.text) for row in found.rejected] == [(2, ""), (3, "")]
    assert found.rejected[1].reason == "a time before 1990 or in the future"


def test_a_document_type_declaration_is_refused(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    data = samples.SIGN_INS["windows-xml"].replace(b"<?xml version='1.0'?>", bomb)
    with pytest.raises(InputError):
        read(tmp_path, data, format="windows-xml")


def test_columns_can_be_said(tmp_path):
    data = b"wann;wer;was\n2024-03-01T08:00:00Z;192.0.2.7;/a\n"
    with pytest.raises(UnknownFormat):
        read(tmp_path, data)
    found = read(tmp_path, data, mapping={"time": "wann", "source": "wer", "path": "was"})
    assert found.table["path"].to_pylist() == ["/a"]
    with pytest.raises(UsageError):
        read(tmp_path, data, mapping={"colour": "wann"})
    with pytest.raises(InputError):
        read(tmp_path, data, mapping={"time": "quand", "source": "wer", "path": "was"})
    with pytest.raises(UsageError):
        read(tmp_path, data, format="nothing")


def test_a_log_is_of_the_folder_it_is_in_and_one_bad_file_stops_nothing(tmp_path):
    for office in ("denver", "boulder"):
        (tmp_path / office).mkdir()
        (tmp_path / office / "access.log").write_bytes(samples.WEB["combined"])
    (tmp_path / "denver" / "broken.log").write_bytes(b"")
    found = read_events([str(tmp_path)], now=NOW)
    assert sorted(set(found.table["office"].to_pylist())) == ["boulder", "denver"]
    assert [bool(file.notes) for file in found.inputs] == [False, False, True]


def test_rules_are_read_from_files_and_folders(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "b.yml").write_text("b")
    (tmp_path / "rules" / "a.yaml").write_text("a")
    assert read_rules([str(tmp_path / "rules"), str(tmp_path / "rules" / "b.yml")]) == ("a", "b", "b")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    for wrong in ("absent", "binary.yml"):
        with pytest.raises(TocsinError):
            read_rules([str(tmp_path / wrong)])


BROWSED = '{} - - [{}] "GET / HTTP/1.1" 200 5 "-" "x"\n'
MOMENT = "20/Oct/2024:08:00:00 +0000"


def test_times_that_there_are_not_are_set_aside(tmp_path):
    wrong = ("31/Feb/2024:08:00:00 +0000", "99/Oct/2024:08:00:00 +0000", "20/Oct/2024:25:61:61 +0000")
    wrong += ("20/Oct/2024:08:00:00 +9999",)
    path = tmp_path / "access.log"
    path.write_text("".join(BROWSED.format("192.0.2.1", time) for time in (*wrong, MOMENT, MOMENT, MOMENT, MOMENT)))
    read = read_events([str(path)])
    assert [one.row for one in read.rejected] == [1, 2, 3, 4]
    assert read.table.num_rows == 4


def test_a_client_has_one_address_however_it_is_written(tmp_path):
    path = tmp_path / "access.log"
    written = ("::ffff:192.0.2.1", "192.0.2.1", "2001:DB8:0:0:0:0:0:1", "2001:db8::1")
    path.write_text("".join(BROWSED.format(one, MOMENT) for one in written))
    assert read_events([str(path)]).table["source"].to_pylist() == ["192.0.2.1"] * 2 + ["2001:db8::1"] * 2


def test_a_line_of_great_length_is_set_aside(tmp_path):
    path = tmp_path / "access.log"
    line = BROWSED.format("192.0.2.1", MOMENT)
    path.write_text(line * 3 + line.replace("GET /", "GET /" + "a" * 3_000_000) + line)
    tracemalloc.start()
    read = read_events([str(path)])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (read.table.num_rows, [one.row for one in read.rejected]) == (4, [4])
    assert most < 60 << 20


def test_a_packed_file_that_ends_early_between_lines_is_told_in_a_row(tmp_path):
    path = tmp_path / "access.log.gz"
    packer = zlib.compressobj(wbits=31)
    path.write_bytes(
        packer.compress(BROWSED.format("192.0.2.1", MOMENT).encode() * 50) + packer.flush(zlib.Z_FULL_FLUSH)
    )
    assert [one.reason[:25] for one in read_events([str(path)]).rejected] == ["the file breaks off in th"]
