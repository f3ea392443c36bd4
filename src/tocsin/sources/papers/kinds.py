"""Which kind of document a file is, from its bytes."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, NamedTuple

from tocsin.sources.packed import DAMAGE, is_document

HEAD_BYTES = 1 << 16
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_PARTS = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
_MAGIC = {
    b"%PDF-": ("pdf", "application/pdf"),
    b"\xff\xd8\xff": ("picture", "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": ("picture", "image/png"),
    b"GIF87a": ("picture", "image/gif"),
    b"GIF89a": ("picture", "image/gif"),
    b"II*\0": ("picture", "image/tiff"),
    b"MM\0*": ("picture", "image/tiff"),
    b"BM": ("picture", "image/bmp"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("ole", "application/x-ole-storage"),
    b"{\\rtf": ("rtf", "application/rtf"),
    b"\x78\x9f\x3e\x22": ("tnef", "application/ms-tnef"),
    b"7z\xbc\xaf\x27\x1c": ("", "application/x-7z-compressed"),
    b"Rar!\x1a\x07": ("", "application/vnd.rar"),
    b"\x7fELF": ("", "application/x-executable"),
    b"MZ": ("", "application/x-msdownload"),
}
_HTML = re.compile(
    rb"(?i)\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|title|div|p|table|meta)\b", re.DOTALL
)


class Kind(NamedTuple):
    """`task`: what reads it (see `parsers.work.TASKS`), "" where nothing does."""

    task: str
    media_type: str


def kind_of(stream: BinaryIO) -> Kind:
    """The kind of a seekable stream."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head[:4] == b"PK\3\4":
        return Kind("office", _office(stream)) if is_document(stream) else Kind("", "application/zip")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("picture", "image/webp")
    if b"%PDF-" in head[:1024]:  # readers allow for something before it
        return Kind("pdf", "application/pdf")
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found:
        return Kind(*found)
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Kind("html", "text/html")
    return Kind("text", "text/plain") if is_text(head) else Kind("", "application/octet-stream")


def is_text(head: bytes) -> bool:
    """Whether the bytes are text in UTF-8, UTF-16 with its mark, or a code page: no control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    control = sum(head.count(bytes([sign])) for sign in range(32) if sign not in (8, 9, 10, 12, 13, 27))
    return bool(head) and control == 0


def _office(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    return file.read(100).decode("ascii", "replace").strip()
    except DAMAGE:
        names = []
    return next(
        (kind for start, kind in _OFFICE_PARTS.items() if any(name.startswith(start) for name in names)),
        "application/vnd.openxmlformats-package",
    )
