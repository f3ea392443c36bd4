"""The audits of a workspace: where they lie, who may take which step, and what they publish."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from tocsin.assure.audit.life.files import PRIVATE, SETUP, AuditFolder
from tocsin.cases.acts import gate
from tocsin.errors import NotFoundError, TocsinError, UsageError
from tocsin.jobs.audit import AUDITS, STEP, Told, note, state
from tocsin.model.audit import AuditSetup, AuditState
from tocsin.model.people import Actor, Role
from tocsin.store.workspace import Workspace

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
STAFF: tuple[Role, ...] = ("analyst",)  # who sets up, commits, draws and computes
READERS: tuple[Role, ...] = ("analyst", "reviewer")  # who enters what the paper says


class KeptAudit(NamedTuple):
    """An audit of a workspace. `fault` says why it cannot be read, if it cannot."""

    key: str
    setup: AuditSetup | None
    state: AuditState | None
    fault: str = ""


def audits(ws: Workspace) -> list[KeptAudit]:
    """The audits of a workspace, by their keys."""
    paths = sorted(path.parent for path in (ws.path / AUDITS).glob(f"*/{SETUP}"))
    return [_kept(path) for path in paths if KEY.fullmatch(path.name)]


def _kept(path: Path) -> KeptAudit:
    try:
        return KeptAudit(path.name, AuditFolder(path).setup, state(path))
    except TocsinError as error:
        return KeptAudit(path.name, None, None, str(error))


def path_of(ws: Workspace, key: str) -> Path:
    """The folder of an audit; raises `NotFoundError` where there is none."""
    path = ws.path / AUDITS / key
    if not KEY.fullmatch(key) or not (path / SETUP).is_file():
        raise NotFoundError("There is no such audit.", hint="Look in the list of audits.")
    return path


def new_path(ws: Workspace, key: str) -> Path:
    """The folder for a new audit; raises `UsageError` for a name that is taken or cannot be one."""
    if not KEY.fullmatch(key):
        raise UsageError("That cannot be the name of a folder.", hint="Use small letters, digits and hyphens.")
    if (ws.path / AUDITS / key).exists():
        raise UsageError("There is an audit of that name.", hint="Choose another name.")
    (ws.path / AUDITS).mkdir(exist_ok=True)
    return ws.path / AUDITS / key


@contextmanager
def step(ws: Workspace, actor: Actor, key: str, roles: tuple[Role, ...] = STAFF) -> Iterator[Told]:
    """Take a step of an audit: yields what journals its lines. `ForbiddenError` where the actor has no such role."""
    with gate(ws, actor, STEP, key, roles):
        yield partial(note, ws, actor.id, key)


def public_files(path: Path) -> list[str]:
    """The files of an audit that are published, in order."""
    every = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
    return sorted(
        name.as_posix()
        for name in every
        if name.parts[0] != PRIVATE and not any(part.startswith(".") for part in name.parts)
    )


def public_zip(path: Path) -> bytes:
    """What is published, packed."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in public_files(path):
            archive.write(path / name, f"{path.name}/{name}")
    return packed.getvalue()
