"""Files of a leak, wherever they lie: in folders, in zip and tar archives, packed with gzip, bzip2, xz or zstd.

The packing is told from the bytes. Nothing is unpacked to a path, links are not followed, names are only shown. What
one file may cost is bounded, and every file is given or set aside with its reason.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from tocsin.model.post import Rejected
from tocsin.sources.shown import plain_path

MIB = 1 << 20
_END_BYTES = 22 + 0xFFFF  # the end record of a zip with the longest comment (APPNOTE.TXT 4.3.16)

#: What reading damaged or cut packed data raises.
DAMAGE = (
    EOFError, LookupError, MemoryError, OSError, RuntimeError, NotImplementedError, ValueError, OverflowError,
    RecursionError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file of a leak may cost. `ratio`: an archive may give so many times its size, 64 MiB in any case."""

    total_bytes: int = 16_384 * MIB
    ratio: int = 200
    directory_bytes: int = 16 * MIB  # of a zip, which is read at once
    entries: int = 100_000
    depth: int = 5  # archives in archives, documents in documents
    message_bytes: int = 64 * MIB
    paper_bytes: int = 200 * MIB
    parts: int = 10_000  # of one mail
    nesting: int = 100  # of parts in parts, mails in mails
    answer_bytes: int = 512 * MIB  # text and files of one document
    cpu_s: int = 60  # for one document; each one that takes longer halves it for those after
    memory_bytes: int = 2_048 * MIB  # of the process that reads documents


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Found:
    """One file. `stream` can seek and is good until the next one is asked for."""

    name: str
    stream: BinaryIO
    size: int


class Budget:
    """What is left of the bytes and entries that one file may give."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.bytes = min(limits.total_bytes, max(limits.ratio * size, 64 * MIB))
        self.entries = limits.entries
        self.limits = limits


class _BombError(Exception):
    """Unpacking passed a limit."""


def walk(paths: Iterable[str], limits: Limits = LIMITS) -> Iterator[Found | Rejected]:
    """Every file in these files, folders and archives, in the order of their names."""
    for one in originals(paths):
        if isinstance(one, Rejected):
            yield one
        else:
            yield from unpacked(one.name, one.stream, one.size, Budget(one.size, limits))


def originals(paths: Iterable[str]) -> Iterator[Found | Rejected]:
    """Every file in these files and folders as it lies there; archives are not looked into."""
    for file in (one for path in paths for one in _files(Path(path))):
        if isinstance(file, Rejected):
            yield file
            continue
        try:
            stream = _open(file)
        except OSError as error:
            yield Rejected(str(file), 0, f"cannot be read: {error.strerror or error}")
            continue
        with stream:
            size = stream.seek(0, io.SEEK_END)
            stream.seek(0)
            yield Found(str(file), stream, size)


def unpacked(name: str, stream: BinaryIO, size: int, budget: Budget, depth: int = 0) -> Iterator[Found | Rejected]:
    """The files in a stream that is an archive; itself where it is none."""
    way = _way(stream)
    if way is None:
        stream.seek(0)
        yield Found(name, stream, size)
    elif depth >= budget.limits.depth:
        yield Rejected(name, 0, f"archives in archives, more than {depth} deep; the rest was not looked at")
    else:
        stream.seek(0)
        empty = True
        try:
            for one in way(name, stream, budget, depth + 1):
                empty = False
                yield one
            if empty:
                yield Rejected(name, 0, "the archive holds no files")
        except _BombError as error:
            yield Rejected(name, 0, str(error))
        except DAMAGE as error:
            yield Rejected(name, 0, f"a damaged archive: {error}")


def _files(path: Path) -> Iterator[Path | Rejected]:
    if path.is_symlink():
        yield Rejected(str(path), 0, "a link, which is not followed")
    elif path.is_dir():
        empty = True
        for root, folders, files in os.walk(path):
            folders.sort()
            for name in sorted([*files, *(one for one in folders if (Path(root) / one).is_symlink())]):
                empty = False
                file = Path(root) / name
                yield Rejected(str(file), 0, "a link, which is not followed") if file.is_symlink() else file
        if empty:
            yield Rejected(str(path), 0, "the folder holds no files")
    else:
        yield path if path.exists() else Rejected(str(path), 0, "no such file or folder")


def _open(path: Path) -> BinaryIO:
    """A plain file; a pipe or device is refused before it is read."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "not a plain file")
    return os.fdopen(handle, "rb")


_Way = Callable[[str, BinaryIO, Budget, int], Iterator[Found | Rejected]]


def _way(stream: BinaryIO) -> _Way | None:
    """How the stream is unpacked, None for a file that is no archive."""
    stream.seek(0)
    head = stream.read(512)
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return None if is_document(stream) else _zip
    if head[257:262] == b"ustar":
        return _tar
    return next((way for magic, way in _PACKINGS.items() if head.startswith(magic)), None)


def is_document(stream: BinaryIO) -> bool:
    """Whether a zip is an Office or OpenDocument file: one document, not an archive of files. Told from the directory,
    since programs put their parts in any order; where that is damaged, from the beginning."""
    stream.seek(0)
    head = stream.read(4096)
    try:
        if _directory_bytes(stream) <= LIMITS.directory_bytes:
            with zipfile.ZipFile(stream) as archive:
                names = archive.NameToInfo.keys()
                return "[Content_Types].xml" in names or names >= {"mimetype", "content.xml"}
    except DAMAGE:
        pass
    return b"[Content_Types].xml" in head or head[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument")


def _zip(name: str, stream: BinaryIO, budget: Budget, depth: int) -> Iterator[Found | Rejected]:
    if _directory_bytes(stream) > budget.limits.directory_bytes:
        raise _BombError("the zip's directory is larger than is read")
    with zipfile.ZipFile(stream) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.filename.endswith("/"):  # `is_dir` fails for an empty name
                continue
            here = f"{name}!{plain_path(info.orig_filename)}"
            if info.flag_bits & 1:
                yield Rejected(here, 0, "is encrypted: unpack it with its password and take the result in")
            elif stat.S_ISLNK(info.external_attr >> 16):
                yield Rejected(here, 0, "a symbolic link, which is not followed")
            else:
                yield from _member(here, lambda info=info: cast("BinaryIO", archive.open(info)), budget, depth)  # type: ignore[misc]


def _directory_bytes(stream: BinaryIO) -> int:
    """Size of a zip's directory as its end record states it."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END_BYTES))
    tail = stream.read(_END_BYTES)
    at = tail.rfind(b"PK\5\6")
    stated: int = struct.unpack_from("<L", tail, at + 12)[0] if 0 <= at <= len(tail) - 22 else 0
    if at >= 20 and tail[at - 20 : at - 16] == b"PK\6\7":
        stream.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        head = stream.read(56)
        stated = max(stated if stated != 0xFFFFFFFF else 0, struct.unpack_from("<Q", head, 40)[0])
    return stated


def _tar(name: str, stream: BinaryIO, budget: Budget, depth: int) -> Iterator[Found | Rejected]:
    with tarfile.open(fileobj=_Short(stream), mode="r:") as archive:
        for info in archive:
            archive.members = []  # type: ignore[attr-defined]  # it would keep every member it has seen
            if info.isdir():
                continue
            here = f"{name}!{plain_path(info.name)}"
            if info.isreg():
                yield from _member(here, lambda info=info: cast("BinaryIO", archive.extractfile(info)), budget, depth)  # type: ignore[misc]
            else:
                yield Rejected(here, 0, "a link or device, which is not followed")


class _Short(io.RawIOBase):
    """A stream that gives at most 16 MiB at a time: tarfile asks for all that a header says at once."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        return self._raw.read(min(size, 16 * MIB) if size >= 0 else 16 * MIB)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go there."""
        return self._raw.seek(place, whence)

    def tell(self) -> int:
        """Where it is."""
        return self._raw.tell()


def _member(name: str, opener: Callable[[], BinaryIO], budget: Budget, depth: int) -> Iterator[Found | Rejected]:
    """One member of an archive, and what is packed in it. A damaged member does not stop the others."""
    budget.entries -= 1
    if budget.entries < 0:
        raise _BombError(f"more than {budget.limits.entries:,} files; the rest was not looked at")
    with tempfile.SpooledTemporaryFile(max_size=8 * MIB) as spool:
        target = cast("BinaryIO", spool)
        try:
            with opener() as source:
                size = _copy(source, target, budget)
        except DAMAGE as error:
            yield Rejected(name, 0, f"this member of the archive is damaged: {error}")
            return
        yield from unpacked(name, target, size, budget, depth)


def _copy(source: BinaryIO, target: BinaryIO, budget: Budget) -> int:
    size = 0
    while data := source.read(min(MIB, budget.bytes + 1)):
        budget.bytes -= len(data)
        if budget.bytes < 0:
            raise _BombError("unpacks to more than is allowed for its size: refused as a decompression bomb")
        size += target.write(data)
    return size


def _packing(opener: Callable[[BinaryIO], BinaryIO]) -> _Way:
    def way(name: str, stream: BinaryIO, budget: Budget, depth: int) -> Iterator[Found | Rejected]:
        yield from _member(f"{name}!unpacked", lambda: opener(stream), budget, depth)

    return way


class _Engine(io.RawIOBase):
    """Unpacks xz or zstd as it is read, in memory of at most 256 MiB; `read` raises what `DAMAGE` names."""

    def __init__(self, raw: BinaryIO, new: Callable[[], Any]) -> None:
        self._raw, self._new, self._engine, self._rest = raw, new, new(), b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; b"" at the end."""
        while not self._rest:
            data = self._engine.unused_data if self._engine.eof else b""
            data = data or self._raw.read(1 << 10)  # a kilobyte of zstd may hold 32 MB
            if not data:
                if not self._engine.eof:
                    raise EOFError("it ends too early")
                return b""
            if self._engine.eof:
                self._engine = self._new()
            try:
                self._rest = self._engine.decompress(data)
            except Exception as error:  # LZMAError or ZstdError, which have no common base
                raise OSError(str(error)) from error
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _xz(stream: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", _Engine(stream, lambda: lzma.LZMADecompressor(memlimit=256 * MIB)))


def _zstd(stream: BinaryIO) -> BinaryIO:
    import zstandard

    return cast(
        "BinaryIO", _Engine(stream, lambda: zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj())
    )


_PACKINGS: dict[bytes, _Way] = {
    b"\x1f\x8b": _packing(lambda stream: cast("BinaryIO", gzip.GzipFile(fileobj=stream, mode="rb"))),
    b"BZh": _packing(lambda stream: cast("BinaryIO", bz2.BZ2File(stream))),
    b"\xfd7zXZ\0": _packing(_xz),
    b"\x28\xb5\x2f\xfd": _packing(_zstd),
}
