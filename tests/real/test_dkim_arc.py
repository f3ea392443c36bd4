"""Mails and chains of others: every vector right, those that a library passes wrongly too; damage is not alteration."""

import csv
import json
import re

import pytest
from tests.detect.leaks.mail.making import DAMAGES

from common import ROOT
from tocsin.detect.leaks.mail import arc, fields, recovery
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.verify import verify
from tocsin.model.mail import DomainKey, Message
from tocsin.sources.keys.reading import read_keys

DATA = ROOT.parent / "shared/data/content"
MAILS, CHAINS = DATA / "dkim_mail", DATA / "arc_mail/arc_validation.json"
pytestmark = pytest.mark.skipif(not MAILS.exists(), reason="the content data are not beside the checkout")
#: Damages that leave the structure of any mail alone.
GENTLE = (
    "line ends of Unix",
    "line ends doubled",
    "mbox line before",
    "byte order mark",
    "blank lines after",
    "mbox quoting",
    "blanks at line ends",
    "dots doubled",
)


def vectors():
    if not MAILS.exists():
        return []
    with (MAILS / "expected.tsv").open() as file:
        return [(row["file"], row["truth"]) for row in csv.DictReader(file, delimiter="\t")]


def chains():
    groups = json.loads(CHAINS.read_text()) if CHAINS.exists() else []
    return [(group["txt_records"], name, one) for group in groups for name, one in group["tests"].items()]


@pytest.fixture(scope="module")
def keys():
    return KeyBook(read_keys([MAILS / "keys.json"]).keys)


def read(name):
    return Message((MAILS / name).read_bytes(), name, 1, "eml")


@pytest.mark.parametrize(("name", "truth"), vectors(), ids=[name for name, _ in vectors()])
def test_every_mail_is_judged_as_it_is(keys, name, truth):
    report = verify(read(name), keys)
    checked = [one for one in report.signatures if one.key]
    if truth.startswith("altered"):
        assert report.verdict == "contradicted"
    elif truth.startswith("valid"):
        assert checked
        assert all(one.state == "holds" for one in checked)
        assert report.verdict == ("unknown" if "not aligned" in truth else "verified")
    else:
        assert report.verdict == "unknown"
        assert not any(one.good for one in report.signatures)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("alignment-from_not_in_sdid.eml", "alignment"),
        ("time-received_long_before_creation.eml", "received"),
        ("unsigned_header-content-type.eml", "unsigned"),
        ("unsigned_header-reply_to-invalid.eml", "unsigned"),
        ("added_header-date.eml", "doubled"),
        ("rfc6376-A.2.eml", "short key"),
    ],
)
def test_what_a_signature_does_not_settle_is_told(keys, name, code):
    assert code in {one.code for one in verify(read(name), keys).warnings}


def test_every_chain_is_judged_as_the_suite_has_it():
    wrong = []
    for records, name, one in chains():
        parts = [(key.partition("._domainkey."), record) for key, record in records.items()]
        book = KeyBook(DomainKey(where[2], where[0], record, "dns", name) for where, record in parts)
        found = arc.chain(fields.read(one["message"].encode()), book)
        if found.status != one["cv"].lower():
            wrong.append((name, one["cv"], found))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, truth in vectors() if truth in ("valid", "valid real mail")])
def test_real_mails_survive_damage_and_no_exchanged_word(keys, name):
    raw = re.sub(rb"\r?\n", b"\r\n", read(name).raw)
    for damage in GENTLE:
        report = verify(Message(DAMAGES[damage](raw), name, 1, "eml"), keys)
        assert report.verdict == "verified", (damage, report.reasons)
    head, gap, body = raw.partition(b"\r\n\r\n")
    forged = head + gap + re.sub(rb"\b([a-z]{4,})( +)([a-z]{4,})\b", rb"\3\2\1", body, count=1)
    assert verify(Message(forged, name, 1, "eml"), keys).verdict == ("contradicted" if forged != raw else "verified")


@pytest.mark.slow
def test_the_key_of_two_real_chains_is_recovered():
    pytest.importorskip("gmpy2")
    pair = [read(name) for name, truth in vectors() if truth == "valid real mail"]
    found = recovery.recover(pair)
    assert [(key.domain, key.selector) for key in found] == [("messagingengine.com", "fm3")]
    assert {arc.chain(fields.read(one.raw), KeyBook(found)).status for one in pair} == {"pass"}
