"""Where the bytes are: files, folders, standard input, and what they are packed in (gzip, zstd, zip).

The packing is told from the first bytes, never from the name. Nothing is ever unpacked to a path.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from tocsin.errors import InputError, TocsinError
from tocsin.model.finding import InputFile

GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
ZIP_MAX_RATIO = 1_000  # deflate cannot pass 1,032; text seldom passes 50
UNPACKED_MAX_BYTES = 1 << 40
RATIO_FREE_BYTES = 64 << 20  # small files may shrink as they like
MAX_NESTING = 3


@dataclass(slots=True)
class Facts:
    """What is known of the original file once it has been read to its end."""

    size: int = 0
    sha256: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Input:
    """One stream to read: a file, or a member of a zip file. `facts` is complete after `close`."""

    name: str
    stream: Peekable
    facts: Facts
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Unopened:
    """An input that could not be opened, and why."""

    name: str
    error: TocsinError
    facts: Facts


def as_read(
    item: Input | Unopened,
    format: str,  # noqa: A002  as the record's field is called
    reason: str,
    rows: int,
    rejected: int,
    notes: Iterable[str] = (),
    duplicates: int = 0,
) -> InputFile:
    """What became of an input: its digest and size, the format that was taken and why, rows kept and set aside."""
    return InputFile(
        file=item.name,
        sha256=item.facts.sha256,
        size=item.facts.size,
        format=format,
        reason=reason,
        posts=rows,
        rejected=rejected,
        duplicates=duplicates,
        notes=tuple(dict.fromkeys([*item.facts.notes, *notes])),
    )


class Peekable(io.RawIOBase):
    """A byte stream that gives its head without losing it. `cut` says why it ended early, '' if it did not.

    A packed stream that breaks off delivers what came before the break and then ends; it never raises.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._head = b""
        self.cut = ""

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end of the stream."""
        while len(self._head) < size and (more := self._read_raw(size - len(self._head))):
            self._head += more
        return self._head[:size]

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all that is left when `size` is negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._read_raw(size)

    def readable(self) -> bool:
        """Always."""
        return True

    def random_access(self) -> BinaryIO:
        """The same bytes as a stream that can seek (Parquet needs it); kept in an unnamed file if need be."""
        if self._raw.seekable() and not isinstance(self._raw, Unpacked | zipfile.ZipExtFile):
            self._raw.seek(0)
            return self._raw
        spool = tempfile.SpooledTemporaryFile(max_size=256 << 20)  # noqa: SIM115  closed with the stream
        while data := self.read(1 << 20):
            spool.write(data)
        spool.seek(0)
        return cast("BinaryIO", spool)

    def _read_raw(self, size: int) -> bytes:
        try:
            return self._raw.read(size) or b""
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            self.cut = self.cut or f"the packed data is damaged or cut off ({error})"
            return b""
        except _BombError as error:
            self.cut = str(error)
            return b""


class _BombError(Exception):
    """Unpacking passed a limit."""


class Unpacked(io.RawIOBase):
    """Decompresses gzip (several members too) or zstd while it is read, within the limits of a bomb."""

    def __init__(self, raw: BinaryIO, magic: bytes) -> None:
        self._raw, self._in, self._out = raw, 0, 0
        self._stream = _unpacked(self._counted(), magic)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of the unpacked data."""
        while not self._rest:
            more = next(self._stream, None)
            if more is None:
                return b""
            self._rest, self._out = more, self._out + len(more)
            _bound(self._in, self._out)
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def readable(self) -> bool:
        """Always."""
        return True

    def _counted(self) -> Iterator[bytes]:
        while data := self._raw.read(1 << 16):
            self._in += len(data)
            yield data


class _Hashed(io.RawIOBase):
    """Computes size and SHA-256 of a file while it is read in order."""

    def __init__(self, raw: BinaryIO, facts: Facts) -> None:
        self._raw, self._facts, self._hash = raw, facts, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size) or b""
        self._hash.update(data)
        self._facts.size += len(data)
        return data

    def readable(self) -> bool:
        return True

    def finish(self) -> None:
        """Read what the reader left, so that the digest is of the whole file."""
        while self.read(1 << 20):
            pass
        self._facts.sha256 = self._hash.hexdigest()
        self._raw.close()


def open_inputs(paths: Iterable[str]) -> Iterator[Input | Unopened]:
    """Open each file, each file below each folder (sorted by path), and `-` for standard input.

    An input that cannot be opened is given as `Unopened` and never stops the others. Close each input before the next.
    """
    for path in paths:
        if path == "-":
            yield from _open_one("standard input", _spooled_stdin)
            continue
        for file in _files(Path(path)):
            if isinstance(file, Unopened):
                yield file
            else:
                yield from _open_one(str(file), lambda file=file: file.open("rb"))  # type: ignore[misc]


def list_files(paths: Iterable[str]) -> Iterator[str]:
    """What `open_inputs` would open, in its order: each file below each folder; a path without files, and `-`, as it
    is."""
    for path in paths:
        found = [path] if path == "-" else [file for file in _files(Path(path)) if isinstance(file, Path)]
        yield from map(str, found or [path])


def _files(path: Path) -> Iterator[Path | Unopened]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        yield from found
        if not found:
            error = InputError(f"{path}: the folder holds no files", hint="give the folder that holds the exports")
            yield Unopened(str(path), error, Facts())
    elif not path.exists():
        error = InputError(f"{path}: no such file or folder", hint="check the path")
        yield Unopened(str(path), error, Facts())
    elif not path.is_file():
        error = InputError(f"{path}: neither a file nor a folder", hint="use - to read from a pipe")
        yield Unopened(str(path), error, Facts())
    else:
        yield path


def _hidden(path: Path) -> bool:
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)


def _open_one(name: str, opener: Callable[[], BinaryIO]) -> Iterator[Input | Unopened]:
    facts = Facts()
    try:
        raw = opener()
        magic = raw.read(4)
        raw.seek(0)
        if magic in (ZIP, b"PAR1"):
            # both need to seek, so the digest takes a pass of its own over the same open file
            facts.sha256 = hashlib.file_digest(cast("Any", raw), "sha256").hexdigest()
            facts.size = raw.tell()
            raw.seek(0)
            if magic == ZIP:
                yield from _members(name, raw, facts)
            else:
                yield Input(name, Peekable(raw), facts, raw.close)
            return
    except OSError as error:
        reason = error.strerror or str(error)
        unreadable = InputError(f"{name}: cannot be read: {reason}", hint="check the file and its permissions")
        yield Unopened(name, unreadable, facts)
        return
    hashed = _Hashed(raw, facts)
    yield Input(name, _unpack(cast("BinaryIO", hashed), 0), facts, hashed.finish)


def _unpack(raw: BinaryIO, depth: int) -> Peekable:
    """Take off gzip and zstd layers, up to `MAX_NESTING` of them."""
    stream = Peekable(raw)
    magic = stream.peek(4)
    for known in (GZIP, ZSTD):
        if magic.startswith(known) and depth < MAX_NESTING:
            return _unpack(cast("BinaryIO", Unpacked(cast("BinaryIO", stream), known)), depth + 1)
    return stream


def _members(name: str, raw: BinaryIO, facts: Facts) -> Iterator[Input | Unopened]:
    """Each file of a zip archive as an input of its own, `archive.zip!member`."""
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        damaged = InputError(f"{name}: a damaged zip file: {error}", hint="fetch the file again, or unpack it yourself")
        yield Unopened(name, damaged, facts)
        return
    with raw, archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(Path(m.filename))]
        for member in sorted(members, key=lambda m: m.filename):
            yield _member(f"{name}!{member.filename}", archive, member, facts)
        if not members:
            empty = InputError(f"{name}: the zip file holds no files", hint="check what was packed")
            yield Unopened(name, empty, facts)


def _member(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, facts: Facts) -> Input | Unopened:
    own = Facts(facts.size, facts.sha256)
    try:
        if member.flag_bits & 1:
            raise InputError(f"{name}: is encrypted", hint="unpack it with its password and scan the result")
        _bound(member.compress_size, member.file_size)
        opened = archive.open(member)
    except InputError as error:
        return Unopened(name, error, own)
    except _BombError as error:
        return Unopened(name, InputError(f"{name}: {error}", hint="unpack it yourself if you trust it"), own)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        message = f"{name}: this member of the zip file is damaged: {error}"
        return Unopened(name, InputError(message, hint="fetch the file again"), own)
    stream = _unpack(cast("BinaryIO", opened), 0)
    if stream.peek(4) == ZIP:
        return Unopened(name, InputError(f"{name}: a zip file in a zip file", hint="unpack the outer one"), own)
    return Input(name, stream, own, opened.close)


def _bound(packed: int, unpacked: int) -> None:
    if unpacked > UNPACKED_MAX_BYTES or (unpacked > RATIO_FREE_BYTES and unpacked > ZIP_MAX_RATIO * max(packed, 1)):
        raise _BombError(f"unpacks {unpacked:,} bytes from {packed:,}: refused as a decompression bomb")


def _engine(magic: bytes) -> Any:
    """A decompressor of zlib or zstandard: both have `decompress`, `eof` and `unused_data`."""
    if magic == GZIP:
        return zlib.decompressobj(31)
    import zstandard

    # Reddit's archives use windows of 2 GiB
    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()


def _unpacked(chunks: Iterator[bytes], magic: bytes) -> Iterator[bytes]:
    """Unpack one member (frame) after the other. Raises EOFError where the data breaks off or is damaged."""
    engine = _engine(magic)
    for chunk in chunks:
        # small pieces bound what one call can unpack (a kilobyte of zstd may hold 32 MB)
        for start in range(0, len(chunk), 1 << 10):
            data = chunk[start : start + (1 << 10)]
            while data:
                if engine.eof:
                    if data.startswith(b"\0"):  # padding after the last member, which gzip ignores too
                        return
                    engine = _engine(magic)
                yield _decompress(engine, data)
                data = engine.unused_data if engine.eof else b""
    if not engine.eof:
        raise EOFError("it ends too early")


def _decompress(engine: Any, data: bytes) -> bytes:
    try:
        return bytes(engine.decompress(data))
    except Exception as error:  # zlib.error or ZstdError, which have no common base
        raise EOFError(str(error)) from error


def _spooled_stdin() -> BinaryIO:
    """Standard input, kept in an unnamed file where it cannot seek."""
    spool = tempfile.SpooledTemporaryFile(max_size=256 << 20)  # noqa: SIM115  closed by the input
    while data := sys.stdin.buffer.read(1 << 20):
        spool.write(data)
    spool.seek(0)
    return cast("BinaryIO", spool)
