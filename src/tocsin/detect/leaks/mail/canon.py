"""The canonical forms over which a signature is made (RFC 6376, section 3.4), and the digests of both parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from tocsin.detect.leaks.mail.fields import CRLF, Field, Mail

_BLANKS = re.compile(rb"[ \t]+")
_VALUE_OF_B = re.compile(rb"((?:\A[^:]*:|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")  # not in the copied fields of z=
_LONG_BLANKS = re.compile(rb"[ \t]{2,}|\t")
HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}


def body(data: bytes, relaxed: bool) -> bytes:
    """The canonical body: blank lines at the end go; relaxed: runs of blanks are one, those at line ends go too."""
    if relaxed:
        data = _LONG_BLANKS.sub(b" ", data).replace(b" \r\n", CRLF).removesuffix(b" ")
    end = len(data)
    while data.endswith(CRLF, 0, end):
        end -= 2
    if end:
        return data[:end] + CRLF
    return b"" if relaxed else CRLF


def field(raw: bytes, relaxed: bool) -> bytes:
    """A canonical header field with its CRLF; relaxed: unfolded, name in lower case, runs of blanks are one."""
    if not relaxed:
        return raw
    name, _, value = raw.partition(b":")
    return name.strip(b" \t\r\n").lower() + b":" + _BLANKS.sub(b" ", value.replace(CRLF, b"")).strip(b" ") + CRLF


def unsigned(raw: bytes) -> bytes:
    """A signature field without the value of its b= tag."""
    return _VALUE_OF_B.sub(rb"\1", raw, count=1)


def body_digest(data: bytes, relaxed: bool, limit: int | None, algorithm: str) -> bytes:
    """Digest of the canonical body, of its first `limit` bytes where there is a limit (tag l=)."""
    content = body(data, relaxed)
    return HASHES[algorithm](content if limit is None else content[:limit]).digest()


def chosen(mail: Mail, names: Sequence[str]) -> list[Field]:
    """The fields that a list h= stands for, in its order: of fields that occur more than once the lowest comes first
    (section 5.4.2); a name for which none is left stands for nothing."""
    left: dict[str, int] = {}
    found = []
    for name in names:
        places = mail.at.get(name, ())
        used = left[name] = left.get(name, 0) + 1
        if used <= len(places):
            found.append(mail.fields[places[-used]])
    return found


def header_text(fields: Sequence[Field], signature: Field, relaxed: bool) -> bytes:
    """What the header's digest is made over: the canonical fields, then the signature's own without b= and CRLF."""
    own = field(unsigned(signature.raw), relaxed).removesuffix(CRLF)
    return b"".join(field(one.raw, relaxed) for one in fields) + own
