"""The secret of a workspace, by which ids of audiences are made."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tocsin.errors import WorkspaceError

FILE, BYTES = "release.key", 32


def secret_of(folder: Path) -> bytes:
    """The secret of the workspace in this folder, made the first time; to be called inside a write, by one process at a
    time. Only its owner can read the file. Ids that were given are kept with the records, so if it is lost only new ids
    differ. `WorkspaceError` for a damaged file."""
    path = folder / FILE
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
            file.flush()
            os.fsync(file.fileno())
    found = path.read_bytes()
    if len(found) != BYTES:
        raise WorkspaceError(f"{path} is damaged", hint="restore it from a backup")
    return found
