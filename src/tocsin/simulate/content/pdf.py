"""Small PDF files: pages of text, and later revisions appended as an editor appends them (ISO 32000-1, 7.5.6)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime

_COLUMNS, _LEADING, _TOP = 82, 15, 770
_CATALOG, _PAGES, _FONT, _INFO, _PAGE, _CONTENT = range(1, 7)


def pdf(paragraphs: Sequence[str], info: Mapping[str, str], columns: int = _COLUMNS) -> bytes:
    """A document of one page; `info` is what it says of itself (Title, Producer, CreationDate...)."""
    objects = {
        _CATALOG: b"<< /Type /Catalog /Pages 2 0 R >>",
        _PAGES: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        _FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _INFO: _told(info),
        _PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        _CONTENT: _drawn(paragraphs, columns),
    }
    return _appended(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", objects, b"")


def revise(
    data: bytes, info: Mapping[str, str], paragraphs: Sequence[str] | None = None, columns: int = _COLUMNS
) -> bytes:
    """A later revision appended to a document of ours: other facts about itself and, where given, other text."""
    objects = {_INFO: _told(info)}
    if paragraphs is not None:
        objects[_CONTENT] = _drawn(paragraphs, columns)
    before = re.findall(rb"startxref\n(\d+)\n", data)[-1]
    return _appended(data, objects, b" /Prev " + before)


def pdf_date(time: datetime) -> str:
    """A time as PDF has it (7.9.4)."""
    return f"D:{time:%Y%m%d%H%M%S}Z"


def _told(info: Mapping[str, str]) -> bytes:
    return b"<< " + b" ".join(b"/" + name.encode() + b" " + _text(value) for name, value in info.items()) + b" >>"


def _text(value: str) -> bytes:
    escaped = value.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    return b"(" + escaped + b")"


def _drawn(paragraphs: Sequence[str], columns: int) -> bytes:
    lines = [line for paragraph in paragraphs for line in (*textwrap.wrap(paragraph, columns), "")]
    shown = b"".join(_text(line) + b" Tj T*\n" for line in lines)
    stream = b"BT /F1 11 Tf %d TL 60 %d Td\n" % (_LEADING, _TOP) + shown + b"ET"
    return b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream"


def _appended(data: bytes, objects: Mapping[int, bytes], previous: bytes) -> bytes:
    """Objects, their cross-reference table and a trailer, after what is there."""
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(data)
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        data += b"%d 1\n%010d 00000 n \n" % (number, offset)
    trailer = b"<< /Size 7 /Root 1 0 R /Info 4 0 R" + previous + b" >>"
    return data + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % table
