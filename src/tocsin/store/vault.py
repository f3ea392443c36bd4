"""The evidence vault: original bytes under their SHA-256, written once."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import uuid4

from tocsin.errors import NotFoundError, RefusedError
from tocsin.store.fault import Fault
from tocsin.store.files import sync_folder

LIMIT_BYTES = 2 << 30
CHUNK_BYTES = 1 << 20
ABANDONED_S = 3600  # a file half written that nobody has written to for so long was left by a kill
UNFINISHED = "unfinished-"


class StoredFile(NamedTuple):
    """What the vault knows of a file: its SHA-256 (hexadecimal) and size in bytes."""

    sha256: str
    size: int


class Vault:
    """The files under one folder: `<first two digits>/<sha256>`, read-only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes | BinaryIO, limit: int = LIMIT_BYTES) -> StoredFile:
        """Keep bytes, or a stream to its end. When it returns, they are on the disk. `RefusedError` over the limit."""
        part = self.folder / f"{UNFINISHED}{uuid4().hex}"
        try:
            stored = _copy(BytesIO(data) if isinstance(data, bytes) else data, part, limit)
            self._keep(part, stored.sha256)
        finally:
            part.unlink(missing_ok=True)
        return stored

    def _keep(self, part: Path, sha256: str) -> None:
        path = self.path(sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            part.replace(path)
        sync_folder(path.parent)
        sync_folder(self.folder)

    def path(self, sha256: str) -> Path:
        """Where the file is, or would be; `NotFoundError` for what is no SHA-256."""
        if not re.fullmatch("[0-9a-f]{64}", sha256):
            raise NotFoundError(f"{sha256!r} is no SHA-256", hint="64 digits, 0-9 and a-f")
        return self.folder / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """The file, to be read; `NotFoundError` if it is not kept."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFoundError(
                f"vault file {sha256} is not there", hint="see what `tocsin verify` says of the workspace"
            ) from error

    def check(self, sha256: str) -> Fault | None:
        """Read the file again: its fault, or None."""
        where = f"vault/{sha256[:2]}/{sha256}"
        try:
            with self.open(sha256) as file:
                found, size = _digest(file)
        except (NotFoundError, OSError) as error:
            return Fault(where, f"cannot be read: {error}")
        return (
            None
            if found == sha256
            else Fault(f"{where}, bytes 0-{max(size - 1, 0)}", f"changed: their SHA-256 is {found}")
        )

    def files(self) -> Iterator[Path]:
        """Every file in the folder, those that are only half written left out, in the order of their names."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith(UNFINISHED):
                yield path

    def sweep(self) -> None:
        """Drop what a kill left half written; nothing speaks of it."""
        for path in self.folder.glob(f"{UNFINISHED}*"):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink(missing_ok=True)


def _copy(stream: BinaryIO, path: Path, limit: int) -> StoredFile:
    hashed, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise RefusedError(f"the file has more than {limit} bytes", hint="take it in parts")
            hashed.update(chunk)
            file.write(chunk)
        file.flush()
        path.chmod(0o444)
        os.fsync(file.fileno())
    return StoredFile(hashed.hexdigest(), size)


def _digest(stream: BinaryIO) -> StoredFile:
    hashed, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        hashed.update(chunk)
        size += len(chunk)
    return StoredFile(hashed.hexdigest(), size)
