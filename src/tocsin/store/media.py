"""What a file is, found from its bytes. A name or a header is not believed."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from typing import BinaryIO

from tocsin.errors import InputError
from tocsin.store import zips

HEAD_BYTES = 1 << 16
UNKNOWN = "application/octet-stream"
WARC, WACZ = "application/warc", "application/wacz"
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

#: First bytes and what they mean (the file formats' own specifications).
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"WARC/", WARC),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-msdownload"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
# Atomic and possessive (`(?>`, `*+`): a file that nearly matches must not be tried in every way.
_MARKUP = re.compile(
    rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(!doctype\s+html|html|head|body|script|iframe|style|title|table|div|p|a|img|br|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(rb"\A(?>[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+){2,}+\r?\n")


def media_type(stream: BinaryIO) -> str:
    """The media type of a seekable stream, which is read from its start."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head[:4] == b"RIFF" and len(head) >= 12:
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return {b"qt  ": "video/quicktime", b"heic": "image/heic", b"avif": "image/avif"}.get(head[8:12], "video/mp4")
    if head[:2] == b"\x1f\x8b":
        return WARC if _unpacked_head(head).startswith(b"WARC/") else "application/gzip"
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return _zip_type(stream)
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "") or _text_type(head)


def _unpacked_head(head: bytes) -> bytes:
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(head)).read(16)
    except (OSError, EOFError, zlib.error):
        return b""


def _zip_type(stream: BinaryIO) -> str:
    try:
        names = set(zips.opened(stream).namelist())
    except InputError:
        return "application/zip"
    if "[Content_Types].xml" in names:
        return next(
            (kind for start, kind in OFFICE.items() if any(n.startswith(start) for n in names)), "application/zip"
        )
    archived = any(name.startswith("archive/") for name in names)
    return WACZ if archived and "datapackage.json" in names else "application/zip"


def _text_type(head: bytes) -> str:
    """Text of some kind, or unknown. HTML with an SVG picture in it may be called SVG; both can run scripts."""
    if b"\0" in head or not _is_utf8(head):
        return UNKNOWN
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") and re.search(rb"<svg[\s>]", text, re.IGNORECASE):
        return "image/svg+xml"
    if _MARKUP.match(text):
        return "text/html"
    if text.startswith(b"<?xml"):
        return "application/xml"
    if text[:1] in (b"{", b"["):
        return "application/json"
    return "message/rfc822" if _MAIL.match(text) else "text/plain"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start >= HEAD_BYTES - 3  # the head ends inside a letter
    return True
