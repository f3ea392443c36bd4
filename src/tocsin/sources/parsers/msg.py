"""Mails that Outlook saved as MSG [MS-OXMSG]: a compound file with one stream for each property."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, formataddr
from typing import Any, BinaryIO

from tocsin.errors import InputError
from tocsin.sources.parsers.rebuilt import Piece, rebuild
from tocsin.sources.parsers.richtext import body_of
from tocsin.sources.parsers.rtf import unpack_rtf
from tocsin.sources.parsers.wire import Answer
from tocsin.sources.shown import plain_path

DEPTH = 20  # mails in mails
_FIXED = "__properties_version1.0"
_TIMES = (0x0039, 0x0E06)  # PidTagClientSubmitTime, PidTagMessageDeliveryTime
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}

Where = tuple[str, ...]


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The mail in the file, those attached to it inside."""
    import olefile  # type: ignore[import-untyped,unused-ignore]

    with olefile.OleFileIO(stream) as file:
        yield {"folder": ""}, [_mail(file, (), 32)]


def _mail(file: Any, at: Where, fixed_from: int, depth: int = 0) -> bytes:
    """The mail in a storage; its fixed properties begin at that byte of their stream (2.4.1)."""
    if depth > DEPTH:
        raise InputError(f"mails in mails, more than {DEPTH} deep")
    bodies = [Piece("text/plain", text.encode("utf-8", "replace"))] if (text := _text(file, at, 0x1000)) else []
    if html := _bytes(file, at, 0x1013) or _text(file, at, 0x1013).encode("utf-8", "replace"):
        bodies.append(Piece("text/html", html))
    if not bodies and (packed := _bytes(file, at, 0x1009)):
        written, media_type = body_of(unpack_rtf(packed))
        bodies.append(Piece(media_type, written.encode("utf-8", "replace")))
    header = _text(file, at, 0x007D).encode("utf-8", "replace")
    fields = _fields(file, at, fixed_from)
    return rebuild(header, fields, bodies, list(_attachments(file, at, depth)))


def _fields(file: Any, at: Where, fixed_from: int) -> dict[str, str]:
    """What stands for a header that was not kept, of properties (PidTag... of [MS-OXPROPS])."""
    sender = formataddr((_text(file, at, 0x0C1A), _text(file, at, 0x5D01) or _text(file, at, 0x0C1F)))
    people: dict[str, list[str]] = {}
    for place in _storages(file, at, "__recip_version1.0_"):
        numbers = _fixed(file, place, 8)
        kind = _KINDS.get(numbers.get(0x0C15, 1) & 15, "To")
        name = formataddr((_text(file, place, 0x3001), _text(file, place, 0x39FE) or _text(file, place, 0x3003)))
        people.setdefault(kind, []).append(name)
    numbers = _fixed(file, at, fixed_from)
    when = next((numbers[tag] for tag in _TIMES if numbers.get(tag)), 0)
    return {
        "From": sender,
        **{kind: ", ".join(names) for kind, names in people.items()},
        "Subject": _text(file, at, 0x0037),
        "Date": _date(when),
        "Message-ID": _text(file, at, 0x1035),
    }


def _attachments(file: Any, at: Where, depth: int) -> Iterator[Piece]:
    for place in _storages(file, at, "__attach_version1.0_"):
        inner = (*place, "__substg1.0_3701000D")
        if file.exists([*inner, _FIXED]):
            yield Piece("message/rfc822", _mail(file, inner, 24, depth + 1))
            continue
        name = _text(file, place, 0x3707) or _text(file, place, 0x3704) or "unnamed"
        media_type = _text(file, place, 0x370E).lower()
        plain = media_type.count("/") == 1 and media_type.replace("/", "").replace("-", "").replace(".", "").isalnum()
        kind = media_type if plain and media_type.isascii() and not media_type.startswith("message/") else ""
        yield Piece(kind or "application/octet-stream", _bytes(file, place, 0x3701), plain_path(name))


def _storages(file: Any, at: Where, start: str) -> list[Where]:
    """The storages directly below one that begin so, in order."""
    found = {
        tuple(path[: len(at) + 1]) for path in file.listdir() if tuple(path[: len(at)]) == at and len(path) > len(at)
    }
    return sorted(place for place in found if place[-1].startswith(start))


def _text(file: Any, at: Where, tag: int) -> str:
    """A property of text: Unicode, else in the code page of Windows."""
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        path = [*at, f"__substg1.0_{tag:04X}{kind}"]
        if file.exists(path):
            return _stream(file, path).decode(encoding, "replace").rstrip("\0")
    return ""


def _stream(file: Any, path: list[str]) -> bytes:
    """A stream, which cannot be larger than its file; olefile goes round in a damaged one as long as it says."""
    if file.get_size(path) > file.fp.seek(0, 2):
        raise InputError(f"{path[-1]} says that it is larger than the file")
    return bytes(file.openstream(path).read())


def _bytes(file: Any, at: Where, tag: int) -> bytes:
    path = [*at, f"__substg1.0_{tag:04X}0102"]
    return _stream(file, path) if file.exists(path) else b""


def _fixed(file: Any, at: Where, start: int) -> dict[int, int]:
    """Properties of fixed length by tag, as unsigned numbers (2.4.2)."""
    path = [*at, _FIXED]
    data = _stream(file, path) if file.exists(path) else b""
    rows = (data[place : place + 16] for place in range(start, len(data) - 15, 16))
    return {struct.unpack_from("<H", row, 2)[0]: struct.unpack_from("<Q", row, 8)[0] for row in rows}


def _date(ticks: int) -> str:
    """A FILETIME (tenths of a microsecond since 1601) as a mail writes it; "" for one outside what dates can say."""
    try:
        return format_datetime(datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)) if ticks else ""
    except OverflowError:
        return ""
