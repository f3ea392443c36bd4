"""The parts of a mail (RFC 2045, 2046) as they stand: bytes are cut out, never written anew.

The walk keeps its own stack: a mail nested thousands deep costs no more than `Limits.nesting` levels of it.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message as Fields
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import islice

from tocsin.sources.packed import LIMITS, Limits
from tocsin.sources.shown import plain_path

_FIELD_BYTES = 1 << 12  # of a field, from which type and name are taken
_PARAMETERS = 64  # reading them takes the square of their number
_OF_CONTENT = re.compile(rb"(?im)^Content-(?:Type|Disposition|Transfer-Encoding)[ \t]*:[^\n]*+(?:\n[ \t][^\n]*+)*+")
_END = re.compile(rb"\A\r?\n|\r?\n\r?\n|\r\r")
_NOT_OF_TEXT = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")  # some take forever
_AFTER = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds no others, or a mail in a mail. `path` counts from 1, such as 2.1; `raw` is as it stands,
    transfer encoding and all."""

    path: str
    media_type: str
    name: str  # as the mail calls it; "" where it does not
    encoding: str
    charset: str  # "" where it does not say
    raw: bytes
    attached: bool

    @property
    def data(self) -> bytes:
        """Without the transfer encoding; signs that base64 does not have are left out, as readers do."""
        if self.encoding == "base64":
            signs = _NOT_BASE64.sub(b"", self.raw)
            return binascii.a2b_base64(signs[: len(signs) - (len(signs) % 4 == 1)] + b"==")
        return binascii.a2b_qp(self.raw) if self.encoding == "quoted-printable" else self.raw

    @property
    def text(self) -> str:
        """Its text, in the character set it names, else UTF-8; what that cannot read is marked."""
        try:
            name = codecs.lookup(self.charset or "utf-8").name
            return self.data.decode("utf-8" if name in _NOT_OF_TEXT else name, "replace")
        except (LookupError, ValueError):
            return self.data.decode("utf-8", "replace")


def split_header(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body of a mail or part; without an empty line all of it is header."""
    found = _END.search(raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def parts(raw: bytes, limits: Limits = LIMITS) -> Iterator[Part | str]:
    """The parts of a mail in order, mails in it (message/rfc822) as one part each. A string says what was not looked
    at: parts beyond the limits of number and depth."""
    waiting = [("", raw, 0)]
    given = 0
    while waiting:
        path, piece, depth = waiting.pop()
        given += 1
        if given > limits.parts:
            yield f"more than {limits.parts:,} parts; the rest was not looked at"
            return
        if depth > limits.nesting:
            yield f"parts in parts, more than {limits.nesting} deep; the rest was not looked at"
            continue
        header, body = split_header(piece)
        fields = _fields(header)
        media_type = fields.get_content_type()
        boundary = _boundary(fields) if media_type.startswith("multipart/") else b""
        if boundary:
            inside = _between(body, boundary, limits.parts)
            numbered = [(f"{path}.{n}".lstrip("."), one, depth + 1) for n, one in enumerate(inside, 1)]
            waiting += reversed(numbered)
        else:
            encoding = str(fields.get("Content-Transfer-Encoding", "")).strip().lower()
            attached = str(fields.get("Content-Disposition", "")).strip().lower().startswith("attachment")
            charset = str(fields.get_param("charset", "") or "")[:40]
            yield Part(path or "1", media_type, _name(fields), encoding, charset, body, attached)


def _fields(header: bytes) -> Fields:
    """The header's fields that speak of its content, read leniently; what is longer than any program writes is cut."""
    whole = (field[0][:_FIELD_BYTES].rstrip(b"\r\n") for field in islice(_OF_CONTENT.finditer(header), 8))
    found = (b";".join(field.split(b";", _PARAMETERS)[:_PARAMETERS]) for field in whole)
    return BytesHeaderParser(policy=compat32).parsebytes(b"\r\n".join(found) + b"\r\n\r\n")


def _boundary(fields: Fields) -> bytes:
    try:
        return (fields.get_boundary() or "").encode("utf-8", "surrogateescape")
    except (LookupError, ValueError):  # an unknown character set of RFC 2231
        return b""


def _between(body: bytes, boundary: bytes, most: int) -> list[bytes]:
    """What stands between the boundary lines, up to the closing one or the end; one piece more than `most` at most."""
    line = b"--" + boundary
    pieces: list[bytes] = []
    start, at = -1, body.find(line)
    while at >= 0:
        after = at + len(line)
        rest = _AFTER.match(body, after)
        if rest and (at == 0 or body[at - 1 : at] == b"\n"):
            if start >= 0:
                pieces.append(body[start : max(start, at - (2 if body[at - 2 : at] == b"\r\n" else 1))])
            start = rest.end()
            if rest[1] or len(pieces) > most:
                return pieces
        at = body.find(line, after)
    return [*pieces, body[start:]] if start >= 0 else pieces


def _name(fields: Fields) -> str:
    try:
        name = fields.get_filename() or ""
        name = str(make_header(decode_header(name))) if "=?" in name else name
    except (LookupError, ValueError):
        name = ""
    return plain_path(name) if name else ""
