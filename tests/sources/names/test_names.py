"""Names out of each format, made here; all are reserved or invented."""

import json

import pytest
from tests.sources.hostile import HOSTILE

from tocsin.errors import InputError, TocsinError, UnknownFormat, UsageError
from tocsin.sources.names import read_observed, read_official
from tocsin.sources.names.hosts import parts

CERTIFICATE = {
    "message_type": "certificate_update",
    "data": {
        "seen": 1700000000.5,
        "leaf_cert": {
            "all_domains": ["*.Vote.example.org", "www.results.example.org"],
            "not_before": 1699990000,
            "issuer": {"O": "Free CA", "CN": "R3"},
            "subject": {"CN": "vote.example.org"},
        },
        "chain": [{"subject": {"CN": "root.example.com"}}],
    },
}
LOOKUP = [
    {
        "issuer_name": "C=US, O=Free CA",
        "common_name": "a.example.com",
        "name_value": "a.example.com\nb.example.com",
        "entry_timestamp": "2024-01-01T00:00:00.123",
    }
]
PASSIVE = {"rrname": "c.example.net.", "rrtype": "A", "rdata": ["192.0.2.1", "192.0.2.2"], "time_first": 1600000000}
ZONE = """$ORIGIN example.
$TTL 3600
@ IN SOA ns1 host ( 1 ; serial
 2 3 4 ns )
 IN NS ns1
foo 3600 IN NS ns.bar.com.
 300 IN A 192.0.2.1
ns A 192.0.2.1
_dmarc TXT "x"
abs.other.org. IN CNAME x
"""
REGISTRY_ZONE = (
    "ltd.\t86400\tin\tsoa\tx.y. z. 1 2 3 4 5\nvote.ltd.\t3600\tin\tns\tns1.x.com.\nvote.ltd.\t3600\tin\tds\t1 2\n"
)
LIST = (
    "# seen today\nhxxps://vote[.]example/login?x=1\n192.0.2.7 evil.example.com\nbücher.example\n"
    "vоte.example # Cyrillic\n"
    "not a name\n192.0.2.1\nuser@mail.example.org\n"
)
TABLE = "Domain,First seen,Registrar\nvote.example,2024-05-06,R\nresults.example,,\n"
FILES = {
    "certificates": json.dumps({"message_type": "heartbeat"}) + "\n" + json.dumps(CERTIFICATE) + "\n",
    "lookup": json.dumps(LOOKUP),
    "passive": json.dumps(PASSIVE) + "\n",
    "zone": ZONE,
    "registry": REGISTRY_ZONE,
    "list": LIST,
    "table": TABLE,
}


def written(folder, text, name="names"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder, text, **more):
    return read_observed([written(folder, text)], **more)


def cells(file, *names):
    return [tuple(row[name] for name in names) for row in file.table.to_pylist()]


def test_certificate_feeds(tmp_path):
    file = read(tmp_path, FILES["certificates"])
    assert cells(file, "name", "how", "detail", "row") == [
        ("vote.example.org", "certificate", "Free CA", 2),
        ("results.example.org", "certificate", "Free CA", 2),
    ]
    assert {time.isoformat() for (time,) in cells(file, "time")} == {"2023-11-14T22:13:20.500000+00:00"}
    assert cells(read(tmp_path, FILES["lookup"]), "name", "how", "row") == [
        ("a.example.com", "certificate", 1),
        ("b.example.com", "certificate", 1),
    ]


def test_passive_dns_and_zones(tmp_path):
    file = read(tmp_path, FILES["passive"] + '{"broken\n' + '{"x": 1}\n')
    assert cells(file, "name", "how", "detail") == [("c.example.net", "passive-dns", "192.0.2.1, 192.0.2.2")]
    assert [(row.row, row.reason) for row in file.rejected] == [(2, "not a JSON value"), (3, "no name in it")]
    zone = read(tmp_path, FILES["zone"])
    assert cells(zone, "name", "row") == [("foo.example", 6), ("ns.example", 8), ("abs.other.org", 10)]
    assert cells(read(tmp_path, FILES["registry"]), "name", "how") == [("vote.ltd", "zone")]


def test_lists_and_tables(tmp_path):
    file = read(tmp_path, FILES["list"])
    names = ["vote.example", "evil.example.com", "xn--bcher-kva.example", "xn--vte-sed.example", "mail.example.org"]
    assert [name for (name,) in cells(file, "name")] == names
    assert [(row.row, row.text) for row in file.rejected] == [(6, "not a name"), (7, "192.0.2.1")]
    table = read(tmp_path, FILES["table"])
    assert [(name, time and time.year) for name, time in cells(table, "name", "time")] == [
        ("vote.example", 2024),
        ("results.example", None),
    ]
    mapped = read(tmp_path, "what,where\n1,vote.example\n", mapping={"name": "where"})
    assert cells(mapped, "name") == [("vote.example",)]


def test_official_names(tmp_path):
    registry = "Domain name,Domain type,Organization name,City,State\nelm.gov,City,City of Elm,Elm,VT\n" + (
        "elmvotes.gov,County,Elm County Elections,Elm,VT\n"
    )
    own = "name,office,kind,jurisdiction,brands\nwww.paper.example,The Paper,outlet,zz,paper|the paper\n" * 2
    file = read_official([written(tmp_path, registry, "a"), written(tmp_path, own.replace("\nname", "\n# name"), "b")])
    rows = cells(file, "name", "office", "kind", "jurisdiction", "brands")
    assert rows == [
        ("elm.gov", "City of Elm", "government", "us-vt", []),
        ("elmvotes.gov", "Elm County Elections", "office", "us-vt", []),
        ("paper.example", "The Paper", "outlet", "zz", ["paper", "the paper"]),
    ]


def test_what_is_no_file_of_names_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="neither names"):
        read(tmp_path, "colour,size\nred,1\nblue,2\n")
    with pytest.raises(UnknownFormat, match="no column 'nowhere'"):
        read(tmp_path, FILES["table"], mapping={"name": "nowhere"})
    with pytest.raises(UsageError, match="no such format"):
        read(tmp_path, FILES["table"], format="pdf")
    with pytest.raises(InputError, match="empty"):
        read(tmp_path, "")


@pytest.mark.parametrize("spoil", sorted(set(HOSTILE) - {"a bomb"})[::3])
def test_hostile_files_raise_nothing_else(tmp_path, spoil):
    for kind in ("certificates", "zone", "table"):
        path = written(tmp_path, HOSTILE[spoil](FILES[kind].encode()), kind)
        for reader in (read_observed, read_official):
            try:
                file = reader([path])
            except TocsinError:
                continue
            assert all(name.isascii() and "." in name for name in file.table["name"].to_pylist())


def test_the_ending_is_told_from_the_public_suffix_list():
    assert parts("adfs.senate.qov.info") == ("adfs.senate.qov", "info", "qov.info")
    assert parts("mfa.gov.ua") == ("mfa", "gov.ua", "mfa.gov.ua")
    assert parts("paper.co.com").suffix == "co.com"
    assert parts("vote.example") == ("vote", "example", "vote.example")
    assert parts("gov.uk") == ("gov", "uk", "gov.uk")
