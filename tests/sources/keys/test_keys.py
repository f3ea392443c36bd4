"""Key files of archives, DNS tools and ours: each key keeps who says so."""

import json
from datetime import UTC, datetime

import pytest

from tocsin.errors import InputError, UnknownFormat
from tocsin.sources.keys.reading import read_keys, write_keys

FILES = {
    "map.json": '{"s1._domainkey.ex.org": "v=DKIM1; p=AA", "s2._domainkey.ex.org": ["p=BB", "p=CC"], "made": "2016"}',
    "archive.json": '[{"domain": "ex.org", "selector": "s1", "firstSeenAt": "2015-01-01T00:00:00.000Z",'
    ' "lastSeenAt": null, "value": "p=DD"}]',
    "doh.json": '{"Answer": [{"name": "s._domainkey.h.org.", "type": 16, "data": "\\"v=DKIM1; p=EE\\" \\"FF\\""}]}',
    "passive.jsonl": '{"rrname": "s._domainkey.c.org", "rrtype": "TXT", "rdata": "p=GG", "time_first": 1420070400}\n{',
    "zone.txt": '$ORIGIN ex.org.\ns1._domainkey 300 IN TXT ( "v=DKIM1; k=rsa; " ; first\n\t"p=HH" "II" )\n'
    's3._domainkey.ex.net. IN TXT "v=DKIM1\\; p=JJ"\nwww IN A 192.0.2.1\n',
    "host.txt": 's._domainkey.q.org descriptive text "v=DKIM1; p=KK"\ns._domainkey.r.org\ttext = "p=LL"\n',
    "table.csv": "domain,selector,record,first\nex.org,s9,v=DKIM1; p=MM,2016-02-03\nex.org,s8,nothing,\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_every_kind_of_file_is_read_with_its_source(folder):
    found = read_keys([folder])
    got = {(key.origin, key.selector, key.domain, key.record, key.source) for key in found.keys}
    assert got == {
        ("map.json", "s1", "ex.org", "v=DKIM1; p=AA", "other"),
        ("map.json", "s2", "ex.org", "p=BB", "other"),
        ("map.json", "s2", "ex.org", "p=CC", "other"),
        ("archive.json", "s1", "ex.org", "p=DD", "archive"),
        ("doh.json", "s", "h.org", "v=DKIM1; p=EEFF", "dns"),
        ("passive.jsonl", "s", "c.org", "p=GG", "dns"),
        ("zone.txt", "s1", "ex.org", "v=DKIM1; k=rsa; p=HHII", "dns"),
        ("zone.txt", "s3", "ex.net", "v=DKIM1; p=JJ", "dns"),
        ("host.txt", "s", "q.org", "v=DKIM1; p=KK", "dns"),
        ("host.txt", "s", "r.org", "p=LL", "dns"),
        ("table.csv", "s9", "ex.org", "v=DKIM1; p=MM", "archive"),
    }
    assert {(one.row, one.file.rpartition("/")[2]) for one in found.rejected} == {
        (2, "passive.jsonl"),
        (3, "table.csv"),
    }
    assert {key.first for key in found.keys if key.origin == "passive.jsonl"} == {datetime(2015, 1, 1, tzinfo=UTC)}
    assert [key.source for key in read_keys([folder / "map.json"], source="archive").keys] == ["archive"] * 3


def test_what_is_written_is_read_back_as_it_was(folder, tmp_path):
    keys = read_keys([folder]).keys
    (tmp_path / "ours.json").write_text(write_keys(keys))
    assert read_keys([tmp_path / "ours.json"]).keys == keys


def test_files_that_hold_no_keys_are_told(tmp_path):
    for name, text in {"words.txt": "no keys here\n", "deep.json": "[" * 100_000, "empty.txt": ""}.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UnknownFormat, match=r"words\.txt"):
        read_keys([tmp_path / "words.txt"])
    assert read_keys([tmp_path / "deep.json"]).keys == ()
    with pytest.raises(InputError):
        read_keys([tmp_path / "empty.txt"])
    (tmp_path / "good.json").write_text(json.dumps({"s._domainkey.ex.org": "p=A"}))
    found = read_keys([tmp_path])
    assert len(found.keys) == 1
    assert [one.format for one in found.inputs if one.file.endswith("words.txt")] == [""]
