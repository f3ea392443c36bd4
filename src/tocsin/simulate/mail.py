"""Mails as a sender's server signs them (RFC 6376, RFC 8463): for the simulated leak and for tests.

Written apart from the verifier in `detect.leaks.mail`, on purpose: where both agree, two readings of
the standard agree.
Keys follow from a seed, so that a simulation is the same each time. They protect nothing.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

SIGNED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
EXPONENT = 65537
#: DigestInfo of SHA-256 without the digest (RFC 8017, section 9.2, note 1).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class SigningKey:
    """A key pair of a domain. `algorithm` is rsa or ed25519; `bits` counts for rsa."""

    domain: str
    selector: str
    seed: int = 0
    algorithm: str = "rsa"
    bits: int = 1024

    @cached_property
    def record(self) -> str:
        """The TXT record that the domain publishes under `selector._domainkey.domain`."""
        return f"v=DKIM1; k={self.algorithm}; p={base64.b64encode(self._public()).decode()}"

    @cached_property
    def primes(self) -> tuple[int, int]:
        """The two primes of an RSA key."""
        draws = random.Random(f"{self.domain} {self.selector} {self.seed} {self.bits}")  # noqa: S311  made, not secret
        return _prime(draws, self.bits // 2), _prime(draws, self.bits - self.bits // 2)

    @cached_property
    def _edwards(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = hashlib.sha256(f"{self.domain} {self.selector} {self.seed}".encode()).digest()
        return Ed25519PrivateKey.from_private_bytes(seed)

    def _public(self) -> bytes:
        from cryptography.hazmat.primitives import serialization as form

        if self.algorithm == "ed25519":
            return bytes(self._edwards.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw))
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

        p, q = self.primes
        key = RSAPublicNumbers(EXPONENT, p * q).public_key()
        return key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, digest: bytes) -> bytes:
        """The signature of a SHA-256 digest, in the form that DKIM has for the algorithm."""
        if self.algorithm == "ed25519":
            return bytes(self._edwards.sign(digest))
        p, q = self.primes
        size = (p * q).bit_length() + 7 >> 3
        padded = b"\0\1" + b"\xff" * (size - 54) + b"\0" + _SHA256 + digest
        private = pow(EXPONENT, -1, (p - 1) * (q - 1))
        return pow(int.from_bytes(padded, "big"), private, p * q).to_bytes(size, "big")


def compose(
    sender: str,
    to: str,
    subject: str,
    body: str,
    when: datetime,
    *,
    message_id: str,
    content_type: str = "text/plain; charset=utf-8",
    encoding: str = "8bit",
    more: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail with CRLF line ends, not signed. `body` is taken as it is, so it must already be in `encoding`."""
    fields = [
        *more,
        ("From", sender),
        ("To", to),
        ("Subject", subject),
        ("Date", format_datetime(when)),
        ("Message-ID", f"<{message_id}>"),
        ("MIME-Version", "1.0"),
        ("Content-Type", content_type),
        ("Content-Transfer-Encoding", encoding),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return (head + "\r\n" + re.sub(r"\r?\n", "\r\n", body)).encode()


def sign(
    raw: bytes,
    key: SigningKey,
    when: datetime,
    *,
    canonical: str = "relaxed/relaxed",
    signed: Sequence[str] = SIGNED,
    **tags: str | int,
) -> bytes:
    """The mail `raw` (CRLF) with a signature by `key` on top. `tags` are further tags, such as x=..., l=..., i=...."""
    head, _, body = raw.partition(b"\r\n\r\n")
    form, _, body_form = canonical.partition("/")
    content = canonical_body(body, body_form or "simple")
    if "l" in tags:
        content = content[: int(tags["l"])]
    given = {
        "v": 1,
        "a": f"{key.algorithm}-sha256",
        "c": canonical,
        "d": key.domain,
        "s": key.selector,
        "t": int(when.timestamp()),
        **tags,
        "h": ":".join(signed),
        "bh": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        "b": "",
    }
    field = b"DKIM-Signature: " + ";\r\n ".join(f"{tag}={value}" for tag, value in given.items()).encode()
    left = _fields(head)
    text = b""
    for name in signed:
        at = next((n for n in reversed(range(len(left))) if left[n][0] == name.lower()), None)
        if at is not None:
            text += canonical_field(left.pop(at)[1], form)
    text += canonical_field(field + b"\r\n", form)[:-2]
    value = base64.b64encode(key.sign(hashlib.sha256(text).digest()))
    folded = b"\r\n ".join(value[n : n + 70] for n in range(0, len(value), 70))
    return field + folded + b"\r\n" + raw


def canonical_body(body: bytes, form: str) -> bytes:
    """The body in one of the two canonical forms of RFC 6376, section 3.4.3 and 3.4.4."""
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [b" ".join(re.split(rb"[ \t]+", line)).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return b"" if form == "relaxed" else b"\r\n"
    return b"\r\n".join(lines) + b"\r\n"


def canonical_field(field: bytes, form: str) -> bytes:
    """A header field, with its CRLF, in one of the two canonical forms of RFC 6376, section 3.4.1 and 3.4.2."""
    if form == "simple":
        return field
    name, _, value = field.partition(b":")
    value = b" ".join(re.split(rb"[ \t]+", value.replace(b"\r\n", b""))).strip(b" ")
    return name.strip().lower() + b":" + value + b"\r\n"


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    found = re.findall(rb"([^\r\n:]+):((?:[^\r]|\r(?!\n)|\r\n[ \t])*)(?:\r\n|$)", head)
    return [(name.decode("ascii").strip().lower(), name + b":" + value + b"\r\n") for name, value in found]


def _prime(draws: random.Random, bits: int) -> int:
    """A prime of exactly `bits` bits, its two upper bits set, that has no factor in common with the exponent."""
    while True:
        n = draws.getrandbits(bits) | 3 << bits - 2 | 1
        if all(n % small for small in _SMALL) and n % EXPONENT != 1 and _strong(draws, n):
            return n


def _strong(draws: random.Random, n: int) -> bool:
    """The Miller-Rabin test with 12 bases: a number that is not prime passes with a probability below 4 ** -12."""
    shift = (n - 1 & 1 - n).bit_length() - 1
    for _ in range(12):
        x = pow(draws.randrange(2, n - 1), n >> shift, n)
        if x in (1, n - 1):
            continue
        if not any((x := x * x % n) == n - 1 for _ in range(shift - 1)):
            return False
    return True


_SMALL = [n for n in range(3, 5000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
