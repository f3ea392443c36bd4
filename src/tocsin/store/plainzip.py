"""Zip files in one exact form: stored, in order of name, fixed times. Equal contents give equal bytes, and there is no
room for anything that one program would read and another would not (APPNOTE.TXT 6.3, sections 4.3 to 4.5)."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_DATE = 0x21  # 1 January 1980, the first that a zip can say
_UNIX_FILE = 0o100644 << 16
_MADE_BY = 3 << 8  # Unix
_SHORT, _LONG = 0xFFFF, 0xFFFFFFFF
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of a zip: its header begins at `at`, its content at `start`; sizes in bytes."""

    name: str
    at: int
    start: int
    size: int
    crc: int

    @property
    def end(self) -> int:
        """Where the content ends."""
        return self.start + self.size


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before the content of a file."""
    raw = name.encode("latin-1")
    return LOCAL + struct.pack("<5H3L2H", 20, 0, 0, 0, _DATE, crc, size, size, len(raw), 0) + raw


def _central_header(member: Member) -> bytes:
    raw, far = member.name.encode("latin-1"), member.at >= _LONG
    extra = struct.pack("<2HQ", 1, 8, member.at) if far else b""
    version = 45 if far else 20
    fixed = struct.pack("<6H3L", _MADE_BY | version, version, 0, 0, 0, _DATE, member.crc, member.size, member.size)
    where = struct.pack("<5H2L", len(raw), len(extra), 0, 0, 0, _UNIX_FILE, min(member.at, _LONG))
    return CENTRAL + fixed + where + raw + extra


def directory(members: list[Member], at: int) -> bytes:
    """What stands at `at`, after the last content, to the end of the zip. Zip64 only where the numbers need it."""
    central = b"".join(_central_header(member) for member in members)
    count, size = len(members), len(central)
    long = b""
    if count >= _SHORT or size >= _LONG or at >= _LONG:
        long = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, _MADE_BY | 45, 45, 0, 0, count, count, size, at)
        long += b"PK\6\7" + struct.pack("<LQL", 0, at + size, 1)
    short = min(count, _SHORT)
    end = END + struct.pack("<4H2LH", 0, 0, short, short, min(size, _LONG), min(at, _LONG), 0)
    return central + long + end


class Writer:
    """Writes such a zip to a seekable stream. The caller adds the files in ascending order of name."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._members: list[Member] = []

    def add(self, name: str, content: BinaryIO) -> tuple[str, int]:
        """Copy one file, under 4 GiB, into the zip; returns the SHA-256 and size of what was copied."""
        if self._members and name <= self._members[-1].name:
            raise ValueError(f"{name} after {self._members[-1].name}")
        at = self._out.tell()
        self._out.write(local_header(name, 0, 0))
        size, crc, sha256 = 0, 0, hashlib.sha256()
        while chunk := content.read(_CHUNK):
            self._out.write(chunk)
            sha256.update(chunk)
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        end = self._out.tell()
        self._out.seek(at)
        self._out.write(header := local_header(name, size, crc))
        self._out.seek(end)
        self._members.append(Member(name, at, at + len(header), size, crc))
        return sha256.hexdigest(), size

    def close(self) -> None:
        """Write the directory."""
        self._out.write(directory(self._members, self._out.tell()))


def walk(stream: BinaryIO, size: int) -> Iterator[tuple[Member, bytes]]:
    """Yield the members of a zip of `size` bytes from its start, each with its header as it stands, while header and
    content fit. What comes after the last of them is for the caller to compare with `directory`."""
    at = 0
    while True:
        stream.seek(at)
        fixed = stream.read(30)
        if len(fixed) < 30 or fixed[:4] != LOCAL:
            return
        crc, content, _, name, extra = struct.unpack("<3L2H", fixed[14:])
        header = fixed + stream.read(name + extra)
        member = Member(header[30 : 30 + name].decode("latin-1"), at, at + 30 + name + extra, content, crc)
        if member.end > size:
            return
        yield member, header
        at = member.end


class Part(io.RawIOBase):
    """A stretch of a seekable stream as a stream of its own."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream, self._at, self._end = stream, start, start + size

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from where the last read ended."""
        self._stream.seek(self._at)
        data = self._stream.read(min(len(buffer), self._end - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
