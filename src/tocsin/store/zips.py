"""Zip files from strangers: opened without trust, each entry taken or refused with a reason."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from typing import BinaryIO, NamedTuple
from zipfile import ZipFile, ZipInfo

from tocsin.errors import InputError
from tocsin.store.limits import MIB, Limits

DIRECTORY_BYTES = 64 * MIB
END_BYTES = 22 + 0xFFFF  # the end record with the longest comment (APPNOTE.TXT 4.3.16)
ENCRYPTED = 1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

#: What reading a damaged entry can raise.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class Refused(NamedTuple):
    """Something in an import that was not taken, and why. Its bytes are still in the original."""

    name: str
    reason: str


def opened(stream: BinaryIO) -> ZipFile:
    """Open a zip. Raises `InputError` for one that is damaged or whose directory is over 64 MiB."""
    try:
        if _directory_bytes(stream) > DIRECTORY_BYTES:
            raise InputError("the zip's directory is over 64 MiB", hint="Unpack it and import what is needed.")
        return ZipFile(stream)
    except DAMAGE as error:
        raise InputError(f"the zip cannot be opened: {error}", hint="Get the file again.") from error


def _directory_bytes(stream: BinaryIO) -> int:
    """Size of the directory as the end record states it; zipfile reads as much at once."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - END_BYTES))
    tail = stream.read(END_BYTES)
    at = tail.rfind(b"PK\5\6")
    stated: int = struct.unpack_from("<L", tail, at + 12)[0] if 0 <= at <= len(tail) - 22 else 0
    if (stated == 0xFFFFFFFF or at >= 20) and tail[at - 20 : at - 16] == b"PK\6\7":
        stream.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        head = stream.read(56)
        stated = max(stated if stated != 0xFFFFFFFF else 0, struct.unpack_from("<Q", head, 40)[0])
    return stated


def entries(archive: ZipFile, size: int, limits: Limits) -> tuple[dict[str, ZipInfo], list[Refused]]:
    """The files of a zip of `size` bytes that can be read without harm, by name, and those that are refused."""
    taken: dict[str, ZipInfo] = {}
    refused: list[Refused] = []
    left = limits.unpacked(size)
    for number, info in enumerate(archive.infolist()):
        if info.is_dir():
            continue
        if number >= limits.entries:
            refused.append(Refused("", f"more than {limits.entries:,} entries; the rest was not looked at"))
            break
        reason = _problem(info, taken, left, limits)
        if reason:
            refused.append(Refused(info.orig_filename, reason))
        else:
            taken[info.filename] = info
            left -= info.file_size
    return taken, refused


def _problem(info: ZipInfo, taken: dict[str, ZipInfo], left: int, limits: Limits) -> str:
    """Why an entry is refused; empty where it is not."""
    name = info.orig_filename
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        return "its name leads out of the archive or is not plain"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a symbolic link"
    if name in taken:
        return "a second entry of the same name"
    if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
        return "is encrypted or packed in a way that is not read"
    if info.file_size > min(limits.file_bytes, left) or info.file_size > limits.unpacked(info.compress_size):
        return f"would unpack to {info.file_size:,} bytes, over the limit"
    return ""


def read(archive: ZipFile, info: ZipInfo) -> bytes:
    """The whole of a small entry. Raises `InputError` for a damaged one."""
    try:
        return archive.read(info)
    except DAMAGE as error:
        raise InputError(f"{info.filename} cannot be read: {error}", hint="Get the file again.") from error
