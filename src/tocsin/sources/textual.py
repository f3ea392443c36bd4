"""From bytes of any encoding to blocks of whole, clean lines in UTF-8, and nothing lost on the way."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from tocsin.errors import InputError, UsageError

BLOCK_BYTES = 4 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def looks_binary(head: bytes) -> bool:
    """Whether the bytes are no text in any encoding read here: many control characters or stray NULs."""
    if not head or guess_wide(head) or head.startswith(codecs.BOM_UTF8):
        return False
    return head.count(0) > len(head) // 10 or len(_CONTROLS.findall(head)) > len(head) // 20


def guess_wide(head: bytes) -> str | None:
    """The UTF-16 flavour of `head`, by its byte order mark or by where its NUL bytes stand; None for others."""
    for bom, name in _BOMS[1:]:
        if head.startswith(bom):
            return name
    half = len(head) // 2
    if half >= 8:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > half * 0.4 and even < half * 0.05:
            return "utf-16-le"
        if even > half * 0.4 and odd < half * 0.05:
            return "utf-16-be"
    return None


def decode_head(head: bytes, encoding: str | None = None) -> str:
    """The first bytes as text, for recognition; a character cut at the end is dropped."""
    wide = guess_wide(head) if encoding is None else None
    text = head.decode(wide or encoding or "utf-8", errors="replace")
    return text.lstrip("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


class Lines:
    """The lines of a text stream as blocks of UTF-8 bytes; every line in a block ends with a newline.

    CRLF and CR become LF, NUL bytes go. A line that is not UTF-8 is read as Windows-1252. What was done is in
    `notes()` after the last block. `cut` is the unfinished last line of a stream that broke off, else b"".
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None, block_bytes: int = BLOCK_BYTES) -> None:
        self._stream = stream
        self._block_bytes = block_bytes
        self._named = _check(encoding)
        self._wide: str | None = None
        self._nuls = self._legacy = self._paired = self._utf8 = 0
        self.cut = b""
        self.cut_reason = ""

    def __iter__(self) -> Iterator[bytes]:
        parts: list[bytes] = []  # of a line that goes on: put together once, however long it gets
        held = b""
        for chunk in self._utf8_chunks():
            data = held + chunk
            held = b"\r" if data.endswith(b"\r") else b""  # its LF may be in the next chunk
            data = data[: len(data) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            end = data.rfind(b"\n") + 1
            if end:
                yield self._clean(b"".join([*parts, data[:end]]))
                parts.clear()
            parts.append(data[end:])
        rest = b"".join(parts) + held.replace(b"\r", b"\n")
        self.cut_reason = getattr(self._stream, "cut", "")
        if self.cut_reason:
            end = rest.rfind(b"\n") + 1
            rest, self.cut = rest[:end], self._clean(rest[end:])
        if rest:
            yield self._clean(rest if rest.endswith(b"\n") else rest + b"\n")

    def notes(self) -> list[str]:
        """What had to be done to the text, in words."""
        found = []
        if self._wide:
            found.append(f"encoding {self._wide.upper()}")
        if self._legacy and not self._utf8:
            found.append(f"not UTF-8: {self._legacy} lines read as Windows-1252; give the encoding if that is wrong")
        elif self._legacy:
            found.append(f"mixed encodings: {self._legacy} lines that are not UTF-8 read as Windows-1252")
        if self._paired:
            found.append(f"{self._paired} lines with surrogates written as UTF-8: put together or replaced")
        if self._nuls:
            found.append(f"{self._nuls} NUL bytes removed")
        return found

    def _utf8_chunks(self) -> Iterator[bytes]:
        chunk = self._stream.read(self._block_bytes)
        self._wide = guess_wide(chunk[: 1 << 16]) if self._named is None else None
        codec = self._wide or self._named
        if codec is None:
            yield chunk.removeprefix(codecs.BOM_UTF8)
            while chunk := self._stream.read(self._block_bytes):
                yield chunk
            return
        decoder = codecs.getincrementaldecoder(codec)(errors="replace")
        first = True
        while True:
            text = decoder.decode(chunk, final=not chunk)
            yield (text.removeprefix("\ufeff") if first else text).encode("utf-8", "replace")
            first = False
            if not chunk:
                return
            chunk = self._stream.read(self._block_bytes)

    def _clean(self, block: bytes) -> bytes:
        if nuls := block.count(0):
            self._nuls += nuls
            block = block.replace(b"\0", b"")
        try:
            if not block.isascii():
                block.decode()
                self._utf8 += 1
        except UnicodeDecodeError:
            return b"".join(map(self._clean_line, block.splitlines(keepends=True)))
        return block

    def _clean_line(self, line: bytes) -> bytes:
        try:
            line.decode()
            self._utf8 += not line.isascii()
            return line
        except UnicodeDecodeError:
            pass
        try:
            # emoji written as two surrogates of three bytes each, as old Java and MySQL exports do
            text = line.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            self._paired += 1
        except UnicodeDecodeError:
            self._legacy += 1
            text = line.decode("cp1252", "replace") if _in_cp1252(line) else line.decode("latin-1")
        return text.encode()


def _in_cp1252(line: bytes) -> bool:
    try:
        line.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _check(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)
    except (LookupError, ValueError) as error:
        raise UsageError(f"unknown encoding {encoding!r}", hint="for example utf-8, windows-1251, utf-16") from error
    return None if name in ("utf-8", "utf-8-sig") else name


def not_text(name: str) -> InputError:
    """The error for a file that is no text at all."""
    return InputError(f"{name}: binary data, not text", hint="give a CSV, JSON or Parquet export; spreadsheets as CSV")
