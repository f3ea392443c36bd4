"""TNEF [MS-OXTNEF], the `winmail.dat` of Outlook: files and the text of a mail, packed into one attachment."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from tocsin.errors import InputError
from tocsin.sources.parsers.answer import answer
from tocsin.sources.parsers.richtext import body_of
from tocsin.sources.parsers.rtf import unpack_rtf
from tocsin.sources.parsers.wire import Answer

_BEGINS, _TITLE, _DATA, _PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069003
_SAYS = {0x00018004: "subject", 0x00068008: "program", 0x00018009: "message id"}
_TEXT, _PACKED = 0x0002800C, b"LZFu"  # the text as it is, or as RTF among the properties


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The text, plain or of the packed RTF, and the files."""
    texts: list[str] = []
    says: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    notes: list[str] = []
    for tag, value in _attributes(stream.read(), notes):
        if tag == _BEGINS or (tag in (_TITLE, _DATA) and not files):
            files.append(("unnamed", b""))
        if tag == _TITLE:
            files[-1] = (_plain(value) or "unnamed", files[-1][1])
        elif tag == _DATA:
            files[-1] = (files[-1][0], value)
        elif tag == _TEXT:
            texts.append(_plain(value))
        elif tag == _PROPERTIES:
            texts += _packed(value, notes)
        elif tag in _SAYS:
            says[_SAYS[tag]] = _plain(value)
    yield answer(texts, says, files, notes)


def _attributes(data: bytes, notes: list[str]) -> Iterator[tuple[int, bytes]]:
    """Each attribute: level, tag, size, value, checksum, after a signature and a key (2.1.3)."""
    at = 6
    while at < len(data):
        level, tag, size = struct.unpack_from("<BLL", data, at) if at + 9 <= len(data) else (0, 0, 0)
        at += 9
        if level not in (1, 2) or at + size > len(data):
            notes.append("is damaged or cut: what comes after that place was not read")
            return
        yield tag, data[at : at + size]
        at += size + 2


def _packed(value: bytes, notes: list[str]) -> list[str]:
    """The text of the RTF among the properties; its packing is told by its sign, eight bytes after its beginning."""
    at = value.find(_PACKED) - 8
    if at < 0:
        return []
    size: int = struct.unpack_from("<L", value, at)[0]
    try:
        return [body_of(unpack_rtf(value[at : at + 4 + size]))[0]]
    except InputError as error:
        notes.append(f"its text cannot be read: {error}")
        return []


def _plain(value: bytes) -> str:
    return value.rstrip(b"\0").decode("cp1252", "replace")
