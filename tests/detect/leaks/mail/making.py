"""Signed mails, what transport does to them, and what a forger does."""

import base64
import quopri
import re
from datetime import UTC, datetime

from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.model.mail import DomainKey, Message
from tocsin.simulate.mail import SigningKey, compose, sign

WHEN = datetime(2016, 3, 22, 9, 30, tzinfo=UTC)
RSA = SigningKey("party.example", "mail", seed=1)
EDWARDS = SigningKey("party.example", "ed", seed=1, algorithm="ed25519")
FORMS = ("relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed")
WORDS = (
    "Dear Anna,\n\nthe list of halls for the tour is attached; please have a look at it before Thursday and tell me "
    "which\nof them is too small.  From here I would say it is the one in Lille.\n\nFrom Monday I am in Brussels.\n"
    "\tRoom 4 = 120 seats\n\tRoom 7 = 300 seats\n\n..and so on\n\n-- \nMaria Vogel\nOffice of the campaign\n"
)
FLOWED = (
    "Dear Anna, \n\nwe have to decide about the second debate, since the station wants an \nanswer this week and the "
    "others have given theirs \nlong ago.\n\nThe costs are 12,500 euros.\n\n-- \nMaria\n"
)
ACCENTS = (
    "Liebe Anna,\n\ndie Säle für die Tour sind gebucht, nur in Köln müssen wir noch über den Preis reden, weil die "
    "Vermieterin mehr als 4.000 Euro haben will.\n\nGrüße\nMaria\n"
)
MULTI = (
    "This is a message of several parts.\n--xyz\n"
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    + ACCENTS
    + '\n--xyz\nContent-Type: application/pdf; name="halls.pdf"\nContent-Transfer-Encoding: base64\n\n'
    + base64.encodebytes(bytes(range(256)) * 3).decode()
    + "\n--xyz--\n"
)


def quoted(text):
    """Quoted-printable, as most programs write it."""
    return quopri.encodestring(text.encode()).decode()


#: name -> (body, content type, transfer encoding)
BODIES = {
    "words": (WORDS, "text/plain; charset=us-ascii", "7bit"),
    "flowed": (FLOWED, "text/plain; charset=us-ascii; format=flowed", "7bit"),
    "accents": (ACCENTS, "text/plain; charset=utf-8", "8bit"),
    "quoted": (quoted(ACCENTS), "text/plain; charset=utf-8", "quoted-printable"),
    "base64": (base64.encodebytes(ACCENTS.encode()).decode(), "text/plain; charset=utf-8", "base64"),
    "parts": (MULTI, 'multipart/mixed; boundary="xyz"', "8bit"),
}


def bare(name="words", number=1):
    """A mail that is not signed."""
    body, kind, encoding = BODIES[name]
    return compose(
        "Maria Vogel <maria@party.example>",
        "Anna Blum <anna@party.example>, Office <office@party.example>",
        f"The halls for the tour, question {number}",
        body,
        WHEN,
        message_id=f"{number}.halls@party.example",
        content_type=kind,
        encoding=encoding,
    )


def mail(name="words", form="relaxed/relaxed", key=RSA, number=1, **tags):
    """A signed mail, its Received line on top."""
    signed = sign(bare(name, number), key, WHEN, canonical=form, **tags)
    return b"Received: from mx.party.example by mail.party.example; Tue, 22 Mar 2016 09:30:02 +0000\r\n" + signed


def book(*keys, source="archive", **more):
    """The public keys of signing keys."""
    return KeyBook(
        DomainKey(key.domain, key.selector, key.record, source, "kept", **more) for key in keys or (RSA, EDWARDS)
    )


def message(raw, **more):
    """A message of one file."""
    return Message(raw, "leak.eml", 1, "eml", **more)


def body_of(change):
    """A damage to the body alone."""

    def damage(raw):
        head, gap, body = raw.partition(b"\r\n\r\n")
        return head + gap + change(body)

    return damage


def replaced(pattern, to, count=0):
    """A damage to the body by a pattern."""
    return body_of(lambda body: re.sub(pattern, to, body, count=count))


def nth(pattern, to, n):
    """The same at the n-th place (from 0) only."""

    def change(body):
        places = [found.span() for found in re.finditer(pattern, body)]
        start, end = places[n % len(places)]
        return body[:start] + to + body[end:]

    return body_of(change)


def to_quoted(raw):
    """A server without 8BITMIME: text goes into quoted-printable."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    if b"boundary" in head:
        return raw.replace(
            b": 8bit\r\n\r\n" + ACCENTS.replace("\n", "\r\n").encode(),
            b": quoted-printable\r\n\r\n" + _qp(ACCENTS.encode()),
        )
    return re.sub(rb"(?i)(content-transfer-encoding: )8bit", rb"\1quoted-printable", head) + gap + _qp(body)


def _qp(data):
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def to_base64(raw):
    """The same, into base64."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    coded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    return re.sub(rb"(?i)(content-transfer-encoding: )[78]bit", rb"\1base64", head) + gap + coded


def to_plain(raw):
    """A store that keeps text decoded."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    decoded = base64.b64decode(body) if b"base64" in head else quopri.decodestring(body)
    head = re.sub(rb"(?i)(content-transfer-encoding: )(base64|quoted-printable)", rb"\1 8bit", head)
    return head + gap + re.sub(rb"\r?\n", b"\r\n", decoded)


#: name -> what it does; `bodies`, where not all of them are meant.
DAMAGES = {
    "line ends of Unix": lambda raw: raw.replace(b"\r\n", b"\n"),
    "line ends of old Macs": lambda raw: raw.replace(b"\r\n", b"\r"),
    "line ends doubled": lambda raw: raw.replace(b"\r\n", b"\r\r\n"),
    "mbox line before": lambda raw: b"From maria@party.example Tue Mar 22 09:30:00 2016\r\n" + raw,
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "blank lines after": lambda raw: raw + b"\r\n\r\n\r\n",
    "mbox quoting": replaced(rb"(?m)^(>*From )", rb">\1"),
    "blanks at line ends": replaced(rb"\r\n", b"  \r\n"),
    "blanks at line ends cut": replaced(rb"[ \t]+\r\n", b"\r\n"),
    "three blanks added": nth(rb"(?<=\w) (?=\w)", b"    ", 5),
    "three blanks at three places": lambda raw: nth(rb"(?<=\w) (?=\w)", b"  ", 9)(
        nth(rb"(?<=\w) (?=\w)", b"  ", 6)(nth(rb"(?<=\w) (?=\w)", b"  ", 2)(raw))
    ),
    "line break made a blank": nth(rb"(?<=[^\r\n=]) ?\r\n(?=\w)", b" ", 1),
    "blank made a line break": nth(rb"(?<=\w) (?=\w)", b"\r\n", 7),
    "blank line before": body_of(lambda body: b"\r\n" + body),
    "blank lines doubled": replaced(rb"\r\n\r\n", b"\r\n\r\n\r\n"),
    "double spaced": replaced(rb"\r\n", b"\r\n\r\n"),
    "dots doubled": replaced(rb"(?m)^\.", b".."),
    "tabs made blanks": replaced(rb"\t", b"        "),
    "mbox quoting and blanks cut": lambda raw: DAMAGES["mbox quoting"](DAMAGES["blanks at line ends cut"](raw)),
    "mbox quoting and blanks": lambda raw: DAMAGES["mbox quoting"](DAMAGES["blanks at line ends"](raw)),
    "header joined": lambda raw: (
        re.sub(rb"\r\n (?=[a-zA-Z0-9+/=]+[;=\r])", b" ", raw.partition(b"\r\n\r\n")[0])
        + b"\r\n\r\n"
        + raw.partition(b"\r\n\r\n")[2]
    ),
    "header folded with tabs": lambda raw: (
        raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b"\r\n\t") + b"\r\n\r\n" + raw.partition(b"\r\n\r\n")[2]
    ),
    "names of fields in capitals": lambda raw: raw.replace(b"\r\nMessage-ID:", b"\r\nMessage-Id:"),
    "to quoted-printable": to_quoted,
    "to base64": to_base64,
    "to plain text": to_plain,
    "soft break joined": nth(rb"=\r\n", b"", 0),
    "soft breaks joined": replaced(rb"=\r\n", b""),
    "base64 wrapped otherwise": body_of(lambda body: _wrapped(body)),
    "attachment wrapped otherwise": replaced(
        rb"(?m)(?:^[A-Za-z0-9+/]{76}\r\n)+[A-Za-z0-9+/=]+\r\n", lambda found: _wrapped(found[0])
    ),
}
ONLY = {
    "blanks at line ends": ("words", "flowed", "accents"),
    "double spaced": ("words", "accents"),
    "blank lines doubled": ("words", "flowed", "accents"),
    "three blanks added": ("words", "flowed", "accents", "parts"),
    "three blanks at three places": ("words", "flowed", "accents", "parts"),
    "line break made a blank": ("words", "flowed"),
    "blank made a line break": ("words", "flowed", "accents", "quoted"),
    "to quoted-printable": ("accents", "parts"),
    "to base64": ("words", "flowed", "accents"),
    "to plain text": ("quoted", "base64"),
    "soft break joined": ("quoted",),
    "soft breaks joined": ("quoted",),
    "base64 wrapped otherwise": ("base64",),
    "attachment wrapped otherwise": ("parts",),
    "mbox quoting and blanks": ("words", "flowed"),
}


def _wrapped(body):
    text = re.sub(rb"\s", b"", body)
    return b"".join(text[n : n + 60] + b"\r\n" for n in range(0, len(text), 60))


def damaged(name):
    """Names of the bodies that a damage is meant for."""
    return ONLY.get(name, tuple(BODIES))


def altered(raw):
    """A forger's changes: name -> mail."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    digits = re.sub(rb"(\d)(?=[\d,. ]*(seats|Euro|euros))", lambda found: b"%d" % ((int(found[1]) + 1) % 10), body)
    yield "subject", raw.replace(b"Subject: The halls", b"Subject: The bribes")
    yield "sender", raw.replace(b"maria@party.example", b"marta@party.example")
    yield "date", raw.replace(b"Date: Tue, 22 Mar", b"Date: Wed, 23 Mar")
    yield "recipient", raw.replace(b"Anna Blum", b"Olga Blum")
    yield "second subject", b"Subject: The bribes\r\n" + raw
    yield "second sender", b"From: Boss <boss@party.example>\r\n" + raw
    yield "sentence added", head + gap + body.replace(b"\r\n\r\n", b"\r\n\r\nThe money comes on Friday.\r\n\r\n", 1)
    yield "line added at the end", raw + b"Burn this.\r\n"
    yield "word cut", head + gap + re.sub(rb"(?<=[a-z] )[a-z]+ (?=[a-z])", b"", body, count=1)
    yield "words joined", head + gap + re.sub(rb"(?<=[a-z]) (?=[a-z])", b"", body, count=1)
    yield "letter exchanged", head + gap + re.sub(rb"(?<=[a-z])e(?=[a-z])", b"a", body, count=1)
    if digits != body:
        yield "number", head + gap + digits
