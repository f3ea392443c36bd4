"""Simulated mails are signed as another program reads the standard, too, where that is installed."""

from datetime import UTC, datetime

import pytest

from tocsin.simulate.mail import SigningKey, compose, sign

WHEN = datetime(2016, 3, 22, 9, 30, tzinfo=UTC)
BODY = "Dear Anna, \n\nthe  halls are\tbooked.\nGrüße\n\n\n"


def test_a_key_follows_from_its_seed_and_has_its_length():
    one, same, other = (SigningKey("a.example", "s", seed=seed) for seed in (1, 1, 2))
    assert one.record == same.record != other.record
    assert (one.primes[0] * one.primes[1]).bit_length() == 1024
    assert SigningKey("a.example", "s", algorithm="ed25519").record.startswith("v=DKIM1; k=ed25519; p=")


@pytest.mark.parametrize("form", ["simple/simple", "relaxed/relaxed", "simple/relaxed", "relaxed/simple", "relaxed"])
def test_another_program_accepts_the_signature(form):
    dkim = pytest.importorskip("dkim")
    raw = compose("a@a.example", "b@b.example", "The  halls", BODY, WHEN, message_id="1@a.example")
    for key in (SigningKey("a.example", "s"), SigningKey("a.example", "e", algorithm="ed25519")):
        signed = sign(raw, key, WHEN, canonical=form)
        asked = []

        def answer(name, timeout=5, key=key, asked=asked):
            asked.append(name)
            return key.record.encode()

        assert dkim.verify(signed, dnsfunc=answer)
        assert asked == [f"{key.selector}._domainkey.a.example.".encode()]
        assert not dkim.verify(signed.replace(b"booked", b"closed"), dnsfunc=answer)
