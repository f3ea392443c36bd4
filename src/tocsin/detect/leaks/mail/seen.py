"""What a reader sees of a mail: its words, whatever their spacing, folding and transfer encoding. A repair keeps it."""

from __future__ import annotations

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from tocsin.detect.leaks.mail.fields import Field, Mail
from tocsin.detect.leaks.mail.parts import Part, decode, parts

#: Fields that say how the bytes are written, not what they say.
WRITTEN = ("content-transfer-encoding", "content-length", "lines")
_FROM, _DOTS = re.compile(rb"(?m)^>+(?=From )"), re.compile(rb"(?m)^\.{2,}")
_ENCODING = re.compile(r"^content-transfer-encoding[ \t]*:.*$", re.I | re.M)
_COMMAS = re.compile(r"\s*([,:;<>])\s*")


def same(one: Mail, other: Mail) -> bool:
    """Whether a reader sees the same of both: the same words in the same order in every field and every part of text,
    the same bytes in every other part. Spacing, line breaks, transfer encodings, the coding of words in header fields,
    quotes around names, `>` before a line that begins with From (mbox) and doubled dots at the start of a line (SMTP)
    make no difference; anything else does."""
    return _fields(one) == _fields(other) and _parts(one) == _parts(other)


def _fields(mail: Mail) -> list[tuple[str, str]]:
    return [(field.name, words(field)) for field in mail.fields if field.name not in WRITTEN]


def words(field: Field) -> str:
    """A field as it is read: coded words decoded, quotes and spacing left out."""
    text = field.text
    if "=?" in text:
        with suppress(HeaderParseError, LookupError, ValueError):
            text = str(make_header(decode_header(text)))
    return _COMMAS.sub(r"\1", " ".join(text.replace('"', "").split()))


def _parts(mail: Mail) -> list[object]:
    found: list[object] = []
    at = 0
    for part in parts(mail):
        found += _text(mail.body[at : part.start])
        found.append(_content(mail.body[part.start : part.end], part))
        at = part.end
    return [*found, *_text(mail.body[at:])]


def _text(between: bytes) -> list[str]:
    """The words between parts: boundaries and the headers of parts, without their transfer encoding."""
    return _ENCODING.sub("", between.decode("latin-1").replace("\r\n", "\n")).split()


def _content(content: bytes, part: Part) -> object:
    data = decode(_plain(content), part.encoding)
    if data is None:
        return content
    if not part.is_text:
        return data if part.encoding == "base64" else data.split()
    data = _plain(data)
    try:
        text = data.decode(part.charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = other_charset(data)
    return text.lstrip("\ufeff").split()


def _plain(content: bytes) -> bytes:
    """Without what mbox files and SMTP add at line starts."""
    return _DOTS.sub(b".", _FROM.sub(b"", content))


def other_charset(data: bytes) -> str:
    """Text that is not in the charset that it names: UTF-8 where it is that, else Latin-1."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
