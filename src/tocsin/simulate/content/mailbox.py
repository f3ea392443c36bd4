"""The mailbox of the leak: signed mails, a few altered before they were given away, a few damaged on their way."""

from __future__ import annotations

import quopri
import re
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta

from tocsin.simulate.content.feed import START, words
from tocsin.simulate.mail import SigningKey, compose, sign
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DETECTOR = "leaks.mail"
DOMAIN, SELECTOR = "corvcivic.example", "post2024"

Change = Callable[[bytes], bytes]


def _body(raw: bytes, change: Callable[[bytes], bytes]) -> bytes:
    head, gap, body = raw.partition(b"\r\n\r\n")
    return head + gap + change(body)


def _number(raw: bytes) -> bytes:
    """The sum in the last line of the body, ten times as much."""
    return _body(raw, lambda body: re.sub(rb"(\d+) crowns from petty cash", rb"\g<1>0 crowns from petty cash", body))


def _person(raw: bytes) -> bytes:
    return _body(raw, lambda body: body.replace(b"for the choir", b"for the ministry"))


def _subject(raw: bytes) -> bytes:
    return re.sub(rb"\r\nSubject: [^\r]+", b"\r\nSubject: Burn after reading", raw)


def _second_date(raw: bytes) -> bytes:
    return b"Date: Mon, 01 Apr 2024 08:00:00 +0000\r\n" + raw


def _trailing(raw: bytes) -> bytes:
    return _body(raw, lambda body: body.replace(b",\r\n\r\n", b",  \r\n\r\n", 1))


def _wrapped(raw: bytes) -> bytes:
    """Long lines of the body folded, as some programs do when they store."""

    def fold(body: bytes) -> bytes:
        lines = body.decode().split("\r\n")
        return "\r\n".join(part for line in lines for part in (textwrap.wrap(line, 72) or [""])).encode()

    return _body(raw, fold)


def _quoted(raw: bytes) -> bytes:
    """Lines that begin with From, as an mbox file quotes them."""
    return _body(raw, lambda body: re.sub(rb"(?m)^From ", b">From ", body))


def _encoded(raw: bytes) -> bytes:
    """The body as quoted-printable, as a relay without 8BITMIME makes it; the header says so."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    head = head.replace(b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: quoted-printable")
    return head + gap + quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


#: What becomes of the first mails: how, the header and body forms that were signed, and what it is.
ALTERED: dict[str, tuple[Change, str, str]] = {
    "mail-number": (_number, "relaxed/relaxed", "a sum in the text was changed"),
    "mail-words": (_person, "relaxed/simple", "for whom a sum was spent was changed"),
    "mail-subject": (_subject, "relaxed/relaxed", "the subject was changed"),
    "mail-second-date": (_second_date, "relaxed/relaxed", "a second date was put above the one that was signed"),
}
DAMAGED: dict[str, tuple[Change, str, str]] = {
    "mail-trailing-blanks": (_trailing, "relaxed/simple", "blanks at the end of lines"),
    "mail-wrapped": (_wrapped, "relaxed/simple", "long lines folded"),
    "mail-quoted": (_quoted, "relaxed/relaxed", "lines that begin with From quoted by a mailbox file"),
    "mail-encoded": (_encoded, "relaxed/relaxed", "the text in another transfer encoding"),
}


def mailbox(desk: Desk, draw: Draw, seed: int, count: int) -> tuple[dict[str, bytes], SigningKey]:
    """Files by name, and the key that signed them. Each kind of change meets two mails."""
    key = SigningKey(DOMAIN, SELECTOR, seed, bits=2048)
    changes = [*ALTERED.items(), *DAMAGED.items()]
    files, units = {}, dict[str, list[str]]()
    for n, spot in enumerate(draw.some(range(count), count)):
        name = f"{spot + 1:03d}.eml"
        unit, (change, forms, _) = changes[n // 2] if n < 2 * len(changes) else ("", (bytes, "relaxed/relaxed", ""))
        files[name] = change(_mail(draw, key, spot, forms, count))
        units.setdefault(unit, []).append(name)
    for unit, (_, _, what) in ALTERED.items():
        desk.plant(unit, DETECTOR, units[unit], what, 2)
    for unit, (_, _, what) in DAMAGED.items():
        desk.plant(unit, DETECTOR, units[unit], what)
    desk.ordinary("mail", units[""])
    return dict(sorted(files.items())), key


def _mail(draw: Draw, key: SigningKey, n: int, forms: str, count: int) -> bytes:
    told = words("leak")
    sender, to = draw.some(told["people"], 2)
    when = START - timedelta(days=20) + timedelta(days=n * 56 // count, seconds=draw.between(8 * 3600, 17 * 3600))
    middles = draw.some(told["middles"], 2)
    if not any(one.startswith("From") for one in middles):  # what a mailbox file quotes
        middles[1] = draw.of([one for one in told["middles"] if one.startswith("From")])
    spent = f"I took {draw.between(20, 99)} crowns from petty cash for the choir's scores – receipts enclosed."
    parts = [f"Dear {to[0].split()[0]},", draw.of(told["openings"]), *middles, spent, draw.of(told["endings"])]
    text = "\n\n".join([*parts, sender[0]]) + "\n"
    return sign(
        compose(
            f"{sender[0]} <{sender[1]}@{DOMAIN}>", f"{to[0]} <{to[1]}@{DOMAIN}>", draw.of(told["subjects"]), text,
            when, message_id=f"{n:04d}.{int(when.timestamp())}@{DOMAIN}",
        ),
        key, when, canonical=forms,
    )  # fmt: skip


def keys_of(key: SigningKey) -> dict[str, str]:
    """The keys as an archive has them: TXT records by name."""
    return {f"{key.selector}._domainkey.{key.domain}": key.record}


def received() -> datetime:
    """When the leak was made public; nothing that was posted before quotes it."""
    return START + timedelta(days=44)
