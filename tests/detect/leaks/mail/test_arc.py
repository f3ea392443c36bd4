"""Chains of servers that passed a mail on: whole, broken, and not to be checked."""

import base64
import hashlib
import re

import pytest
from tests.detect.leaks.mail.making import RSA, WHEN, book, mail, message

from tocsin.detect.leaks.mail import arc, fields
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.verify import verify
from tocsin.simulate.mail import SigningKey, canonical_body, canonical_field, sign

LIST = SigningKey("lists.example", "l", seed=5)
MX = SigningKey("mx.example", "m", seed=6)


def seal(raw, key, instance, status, form=b" c=relaxed/relaxed;"):
    """A set of fields on top: results, signature over the mail, seal over all sets (RFC 8617, section 5.1). `form` is
    what the signature says of its canonical form, which is relaxed in any case."""
    results = f"ARC-Authentication-Results: i={instance}; {key.domain}; dkim=pass header.d=party.example\r\n".encode()
    signed = sign(raw, key, WHEN, i="@" + key.domain).partition(raw)[0]
    message_field = signed.replace(b"DKIM-Signature: v=1;", b"ARC-Message-Signature:").replace(
        b"i=@" + key.domain.encode(), b"i=%d" % instance
    )
    message_field = message_field.replace(b"\r\n c=relaxed/relaxed;", b"\r\n" + form if form else b"")
    body = canonical_body(raw.partition(b"\r\n\r\n")[2], "relaxed")
    names = re.search(rb"h=([^;]*)", message_field)[1].decode().split(":")
    found = {one.name: one.raw for one in fields.read(raw).fields}
    text = b"".join(canonical_field(found[name.lower()], "relaxed") for name in names)
    empty = re.sub(rb"(;\r\n b=).*\r\n\Z", rb"\1\r\n", message_field, flags=re.S)
    assert base64.b64encode(hashlib.sha256(body).digest()) in empty
    digest = hashlib.sha256(text + canonical_field(empty, "relaxed")[:-2]).digest()
    message_field = empty[:-2] + base64.b64encode(key.sign(digest)) + b"\r\n"
    head = f"ARC-Seal: i={instance}; a=rsa-sha256; cv={status}; d={key.domain}; s={key.selector}; t=1458639001; b=\r\n"
    before = [one.raw for one in fields.read(raw).fields if one.name.startswith("arc-")]
    sets = [before[n : n + 3] for n in range(0, len(before), 3)][::-1]
    old = b"".join(canonical_field(one, "relaxed") for each in sets for one in (each[2], each[1], each[0]))
    new = canonical_field(results, "relaxed") + canonical_field(message_field, "relaxed")
    value = key.sign(hashlib.sha256(old + new + canonical_field(head.encode(), "relaxed")[:-2]).digest())
    return head.encode()[:-2] + base64.b64encode(value) + b"\r\n" + message_field + results + raw


def chain(raw, keys=None):
    return arc.chain(fields.read(raw), keys or KeyBook([*book(), *book(LIST, MX)]))


@pytest.fixture(scope="module")
def twice():
    return seal(seal(mail(), LIST, 1, "none"), MX, 2, "pass")


def test_a_whole_chain_passes(twice):
    found = chain(twice)
    assert (found.status, found.sealers, found.vouched) == ("pass", ("lists.example", "mx.example"), ("party.example",))
    assert chain(mail()).status == "none"


def test_what_breaks_a_chain(twice):
    for old, new in (
        (b"too small", b"too large"),
        (b"Subject: The", b"Subject: No"),
        (b"i=1; lists", b"i=1; tests"),
        (b"cv=none", b"cv=pass"),
        (b"ARC-Seal: i=1", b"ARC-Seal: i=3"),
        (b"ARC-Authentication-Results: i=2;", b"X-Results: i=2;"),
        (b"ARC-Seal: i=2; a=rsa-sha256;", b"ARC-Seal: i=2; a=rsa-sha1;"),
        (b"ARC-Seal: i=2; ", b"ARC-Seal: i=2; h=from; "),
    ):
        assert old in twice
        assert chain(twice.replace(old, new, 1)).status == "fail", new


def test_a_chain_without_its_canonical_form_and_one_with_a_second_sender():
    assert chain(seal(mail(), LIST, 1, "none", form=b"")).status == "pass"
    assert chain(b"From: Boss <boss@party.example>\r\n" + seal(mail(), LIST, 1, "none")).status == "fail"
    assert chain(seal(mail(), LIST, 1, "None")).status == "fail"
    assert chain(seal(mail(), LIST, 1, "fail").replace(b"too small", b"too large")).status == "fail"


def test_a_chain_sealed_as_broken_says_nothing_and_a_missing_key_is_told(twice):
    assert chain(seal(mail(), LIST, 1, "fail")).status == "none"
    found = chain(twice, KeyBook([*book(), *book(LIST)]))
    assert (found.status, found.missing) == ("fail", ("m._domainkey.mx.example",))
    weak = SigningKey("mx.example", "m", bits=512)
    assert "512 bits" in chain(seal(mail(), weak, 1, "none"), book(weak)).reason


def test_a_mail_that_was_changed_before_the_chain_began_is_unknown():
    changed = mail().replace(b"Subject: The", b"Subject: [tour] The")
    report = verify(message(seal(changed, LIST, 1, "none")), KeyBook([*book(RSA), *book(LIST)]))
    assert (report.verdict, report.arc.status) == ("unknown", "pass")
    assert "sealed by lists.example;" in " ".join(report.reasons)
