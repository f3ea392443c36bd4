"""A mail put together again from the parts in which a program kept it: readable as mail, not what was sent.

The header that came with the mail is kept as it is where the program kept it; only the fields that speak of the body's
form are new, since the body's form is lost.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.header import Header
from urllib.parse import quote

_OF_FORM = re.compile(rb"(?im)^(?:Content-[\w-]+|MIME-Version)[ \t]*:.*(?:\r?\n[ \t].*)*\r?\n?")


@dataclass(frozen=True, slots=True)
class Piece:
    """One body or attachment. A mail in the mail is a piece of type message/rfc822."""

    media_type: str
    data: bytes
    name: str = ""


def rebuild(header: bytes, fields: Mapping[str, str], bodies: Iterable[Piece], attached: Iterable[Piece]) -> bytes:
    """The mail (RFC 5322, lines end in CRLF). `fields` stand for a header that was not kept."""
    top = _OF_FORM.sub(b"", header).strip(b"\r\n")
    top = b"\r\n".join(top.splitlines()) if top else _written(fields)
    texts = list(bodies) or [Piece("text/plain", b"")]
    inner = _part(texts[0]) if len(texts) == 1 else _multipart("alternative", map(_part, texts))
    rest = [_part(piece) for piece in attached]
    return top + b"\r\nMIME-Version: 1.0\r\n" + (_multipart("mixed", [inner, *rest]) if rest else inner)


def _written(fields: Mapping[str, str]) -> bytes:
    plain = {name: _plain(text) for name, text in fields.items() if text}
    lines = (f"{name}: {Header(text, None if text.isascii() else 'utf-8').encode()}" for name, text in plain.items())
    return b"\r\n".join(line.replace("\n", "\r\n").encode("ascii", "replace") for line in lines)


def _plain(text: str) -> str:
    """Without what would end the field, and as ASCII where it is."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _part(piece: Piece) -> bytes:
    if piece.media_type == "message/rfc822":  # never encoded (RFC 2046, 5.2.1)
        return b"Content-Type: message/rfc822\r\n\r\n" + piece.data
    name = f"; filename*=UTF-8''{_quoted(piece.name)}" if piece.name else ""
    kind = f"Content-Type: {piece.media_type}" + ("; charset=utf-8" if piece.media_type.startswith("text/") else "")
    place = f"Content-Disposition: attachment{name}\r\n" if piece.name else ""
    text = base64.encodebytes(piece.data).replace(b"\n", b"\r\n")
    return f"{kind}\r\n{place}Content-Transfer-Encoding: base64\r\n\r\n".encode("ascii", "replace") + text


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="replace")


def _multipart(kind: str, inside: Iterable[bytes]) -> bytes:
    pieces = list(inside)
    # of the contents, so that the same mail is the same bytes whenever it is read
    boundary = hashlib.sha256(b"\0".join(pieces)).hexdigest()[:32].encode()
    body = b"".join(b"--" + boundary + b"\r\n" + piece + b"\r\n" for piece in pieces)
    start = b"Content-Type: multipart/" + kind.encode() + b'; boundary="' + boundary + b'"\r\n\r\n'
    return start + body + b"--" + boundary + b"--\r\n"
