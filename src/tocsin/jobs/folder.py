"""The scan folder: made, recognised, held by one process at a time, with the key of its pseudonyms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tocsin.errors import WorkspaceError
from tocsin.share.write import write_whole
from tocsin.sources.pseudonyms import KEY_BYTES, new_key

#: Marks a folder as ours and is locked by the process that works in it; the system frees the lock when that one ends.
LOCK = ".tocsin-lock"
KEY = "key"


def is_scan_folder(path: Path) -> bool:
    """Whether a scan was begun in the folder."""
    return (path / LOCK).is_file()


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Make the scan folder, or take the one that is there, and keep other processes out.

    Raises `WorkspaceError` where `out` holds something else, cannot be written, or is in use.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()) and not is_scan_folder(out):
            raise WorkspaceError(f"{out} exists and is not a scan folder", hint="name a new folder with --out")
        lock = (out / LOCK).open("a+b")
    except OSError as error:
        raise WorkspaceError(
            f"{out}: cannot be used: {error.strerror}", hint="name a folder that you may write to with --out"
        ) from error
    with lock:
        _take(lock, out)
        for left in list(out.rglob(".*.part")):  # of a process that was killed
            left.unlink()
        yield


def _take(lock: BinaryIO, out: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise WorkspaceError(
            f"{out}: another scan works in this folder", hint="wait for it to end, or name another folder with --out"
        ) from error


def key_of(out: Path) -> bytes:
    """The key of the folder's pseudonyms, made at the first call; only its owner may read it.

    Raises `WorkspaceError` where the file is not a key.
    """
    path = out / KEY
    if not path.exists():
        write_whole(path, partial(_write_key, new_key()))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise WorkspaceError(
            f"{path} is not a key: {len(key)} bytes instead of {KEY_BYTES}",
            hint="put the right one back, or delete it: accounts then get new pseudonyms",
        )
    return key


def _write_key(key: bytes, stream: BinaryIO) -> None:
    Path(stream.name).chmod(0o600)
    stream.write(key)
