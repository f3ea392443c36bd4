"""Keys from mails themselves, and what is not taken for one."""

import sys

import pytest
from tests.detect.leaks.mail.making import RSA, book, mail, message

from tocsin.detect.leaks.mail import recovery
from tocsin.detect.leaks.mail.keys import KeyBook, rsa_record
from tocsin.detect.leaks.mail.verify import verify
from tocsin.errors import UsageError
from tocsin.simulate.mail import SigningKey


@pytest.fixture
def cubed(monkeypatch):
    """A key with the exponent 3, for which the numbers are small."""
    monkeypatch.setattr("tocsin.simulate.mail.EXPONENT", 3)
    monkeypatch.setattr(recovery, "USUAL_EXPONENT", 5)
    return SigningKey("old.example", "s", seed=4, bits=1024)


def mails(key, count, start=0):
    return [message(mail(key=key, number=n)) for n in range(start, start + count)]


def test_two_mails_give_the_key_and_a_third_holds_under_it(cubed):
    found = recovery.recover(mails(cubed, 2))
    assert [(key.domain, key.selector, key.source) for key in found] == [("old.example", "s", "recovered")]
    assert found[0].record == cubed.record
    report = verify(mails(cubed, 1, start=7)[0], KeyBook(found))
    assert report.signatures[0].state == "holds"
    assert report.signatures[0].key.source == "recovered"


def test_an_altered_mail_among_them_does_not_hinder(cubed):
    several = mails(cubed, 4)
    forged = message(several[0].raw.replace(b"Subject: The", b"Subject: No"))
    found = recovery.recover([forged, *several[1:]])
    assert [key.record for key in found] == [cubed.record]
    assert found[0].origin == "recovered from 3 of 4 mails that name it"


def test_what_gives_no_key(cubed):
    assert recovery.recover(mails(cubed, 1)) == []
    assert recovery.recover([*mails(cubed, 1), *mails(cubed, 1)]) == []
    assert recovery.recoverable(mails(RSA, 2), book()) == {}
    other = SigningKey("old.example", "s", seed=8, bits=1024)
    assert recovery.recover([*mails(cubed, 1), *mails(other, 1, start=1)]) == []


def test_the_usual_exponent_needs_the_package_for_large_numbers(monkeypatch):
    monkeypatch.setitem(sys.modules, "gmpy2", None)
    with pytest.raises(UsageError, match="gmpy2"):
        recovery.recover(mails(SigningKey("old.example", "s", bits=512), 2))


def test_a_record_is_written_as_it_is_read():
    assert rsa_record(RSA.primes[0] * RSA.primes[1], 65537) == RSA.record


@pytest.mark.slow
def test_a_key_with_the_usual_exponent():
    pytest.importorskip("gmpy2")
    key = SigningKey("old.example", "s", bits=512)
    assert [found.record for found in recovery.recover(mails(key, 3))] == [key.record]
