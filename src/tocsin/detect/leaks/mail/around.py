"""What a reader sees that no signature covers: doubled fields, unsigned ones, another From, dates that cannot be."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from tocsin.detect.leaks.mail.fields import Field, Mail, moment
from tocsin.detect.leaks.mail.keys import LEAST_BITS, SHORT_BITS
from tocsin.detect.leaks.mail.signature import SignatureReport
from tocsin.sources.names import hosts

#: Fields that a mail has once at most (RFC 5322, section 3.6; RFC 2045, section 3).
ONCE = {
    "from": "From",
    "sender": "Sender",
    "reply-to": "Reply-To",
    "to": "To",
    "cc": "Cc",
    "subject": "Subject",
    "date": "Date",
    "message-id": "Message-ID",
    "in-reply-to": "In-Reply-To",
    "references": "References",
    "mime-version": "MIME-Version",
    "content-type": "Content-Type",
    "content-transfer-encoding": "Content-Transfer-Encoding",
}
#: Fields that change what a reader sees, or where an answer goes.
SEEN = ("subject", "date", "to", "cc", "reply-to", "content-type", "content-transfer-encoding")
SLACK, LATE = timedelta(hours=1), timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ASIDE = re.compile(r'"(?:\\.|[^"\\])*"|\([^()]*\)')  # names and comments
_ANGLES, _NO_ADDRESS = re.compile(r"<([^<>]*)>"), re.compile(r"[\s<>\[\]]")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.I)


class Warned(NamedTuple):
    """Something about a mail that its signatures do not settle. `code` is a word of docs/methods/leaks.mail.md."""

    code: str
    text: str


def sender_domains(mail: Mail) -> tuple[str, ...]:
    """The domains of all addresses in all From fields, in lower case; none where there is no address."""
    found = []
    for field in mail.all("from"):
        for one in _ASIDE.sub(" ", field.text).split(","):
            address = (_ANGLES.findall(one) or [one])[-1].strip()
            local, at, domain = address.rpartition("@")
            if at and local and not _NO_ADDRESS.search(address) and _HOST.fullmatch(domain):
                found.append(domain.lower())
    return tuple(dict.fromkeys(found))


def aligned(domain: str, senders: Sequence[str]) -> bool:
    """Whether the domain that signs is of the same organisation as every sender (RFC 7489, section 3.1.1, relaxed)."""
    return bool(senders) and all(organisation(domain) == organisation(sender) for sender in senders)


@lru_cache(4096)
def organisation(domain: str) -> str:
    """The part of a domain that was registered, after the Public Suffix List."""
    return hosts.parts(domain).registered


def doubled(mail: Mail, covered: Sequence[str] | None) -> list[Warned]:
    """Fields that are there more often than a signature covers, and whose texts differ. `covered`: the names of its
    list h=; None for a mail without one that holds. A signature covers the lowest of them, most programs show the
    uppermost."""
    found = []
    for name, shown in ONCE.items():
        fields = mail.all(name)
        if len(fields) < 2 or len({_plain(field) for field in fields}) == 1:
            continue
        if covered is None:
            found.append(Warned("doubled", f"{shown} is there {len(fields)} times with different texts"))
        elif 0 < (signed := covered.count(name)) < len(fields):
            told = f"{shown} is there {len(fields)} times; the signature covers the lowest {signed}"
            found.append(Warned("doubled", f"{told}, most programs show the uppermost, which is another"))
    return found


def _plain(field: Field) -> bytes:
    return b" ".join(field.value.split())


def limits(mail: Mail, report: SignatureReport, names: Sequence[str]) -> list[Warned]:
    """What a signature that holds does not cover, and how far it can be relied on."""
    found = []
    for name in SEEN:
        if name in mail.at and name not in names:
            where = " (it says where an answer goes)" if name == "reply-to" else ""
            where = " (it says how the body is shown)" if name.startswith("content-") else where
            found.append(Warned("unsigned", f"{ONCE[name]} is not covered by the signature of {report.domain}{where}"))
    if not report.aligned:
        of = ", ".join(sender_domains(mail)) or "no domain"
        found.append(Warned("alignment", f"{report.domain} signed, From is of {of}"))
    if report.beyond.strip():
        text = report.beyond.strip()[:60].decode("utf-8", "replace")
        found.append(
            Warned("length", f"the signature covers the body up to l=; {len(report.beyond)} bytes follow: {text!r}")
        )
    if report.algorithm == "rsa-sha1":
        found.append(Warned("sha1", "the signature uses SHA-1, which RFC 8301 retired in 2018"))
    if report.bits and LEAST_BITS <= report.bits < SHORT_BITS and report.algorithm.startswith("rsa"):
        found.append(Warned("short key", f"the key has {report.bits} bits: a state could break it today"))
    if report.testing:
        found.append(Warned("testing", f"{report.domain} said that it was testing its signatures (t=y)"))
    return found


def dates(mail: Mail, reports: Sequence[tuple[int, SignatureReport]], as_of: datetime | None) -> list[Warned]:
    """Dates that cannot be, or not together. `reports` with the position of each signature's field."""
    found = []
    for field in mail.all("date"):
        found += _date(field)
    passed = [(n, moment(mail.fields[n].text.rpartition(";")[2])) for n in mail.at.get("received", ())]
    timed = [(n, time) for n, time in passed if time]
    if len(timed) < len(passed):
        found.append(Warned("received", f"{len(passed) - len(timed)} of {len(passed)} Received lines tell no date"))
    for (_, later), (_, earlier) in itertools.pairwise(timed):
        if later < earlier - SLACK:
            found.append(
                Warned(
                    "received", f"Received goes back in time, from {earlier:%Y-%m-%d %H:%M} to {later:%Y-%m-%d %H:%M}"
                )
            )
            break
    top = mail.first("date")
    written = moment(top.text) if top else None
    for position, report in reports:
        found += _signed(position, report, written, timed)
    arrived = timed[0][1] if timed else None
    if written and arrived and written > arrived + LATE:
        found.append(Warned("date", f"Date ({written:%Y-%m-%d}) is after the arrival ({arrived:%Y-%m-%d})"))
    return list(dict.fromkeys(found))


def _date(field: Field) -> list[Warned]:
    time = moment(field.text)
    if time is None:
        return [Warned("date", f"Date is no date that exists: {field.text[:60]!r}")]
    told = field.text[:3].lower()
    own = re.search(r"[+-]\d{4}", field.text)
    here = time + _offset(own[0]) if own else time
    if told in _WEEKDAYS and _WEEKDAYS[here.weekday()] != told:
        return [Warned("date", f"Date names the wrong day of the week: {field.text[:60]}")]
    return []


def _offset(zone: str) -> timedelta:
    span = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return -span if zone[0] == "-" else span


def _signed(
    position: int, report: SignatureReport, written: datetime | None, timed: Sequence[tuple[int, datetime]]
) -> list[Warned]:
    """Whether the moment of signing (t=) fits Date and the Received lines above and below the signature."""
    at, found = report.signed_at, []
    if at is None:
        return []
    if written and abs(written - at) > LATE:
        found.append(Warned("date", f"Date says {written:%Y-%m-%d}, {report.domain} signed on {at:%Y-%m-%d}"))
    above = [time for n, time in timed[:1] if n < position]
    below = [time for n, time in timed if n > position]
    if above and above[0] < at - LATE:
        found.append(
            Warned("received", f"Received says {above[0]:%Y-%m-%d}, before {report.domain} signed on {at:%Y-%m-%d}")
        )
    if below and max(below) > at + LATE:
        found.append(
            Warned("received", f"Received before the signature says {max(below):%Y-%m-%d}, signed on {at:%Y-%m-%d}")
        )
    return found


def key_days(report: SignatureReport, as_of: datetime | None) -> list[Warned]:
    """Whether the key was seen around the day of the mail."""
    key = report.key
    if key is None or as_of is None:
        return []
    if key.first and as_of < key.first - LATE:
        return [Warned("key days", f"the key was first seen on {key.first:%Y-%m-%d}, after the mail ({key.origin})")]
    if key.last and as_of > key.last + LATE:
        return [Warned("key days", f"the key was last seen on {key.last:%Y-%m-%d}, before the mail ({key.origin})")]
    return []
