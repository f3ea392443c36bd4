"""The folder of the public site: recognised, written whole or not at all, never mixed with files of others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.errors import UsageError, WorkspaceError

#: Marks a folder as a site of ours: the workspace it belongs to and every file in it.
MARK = "site.json"


@contextmanager
def replaced(folder: Path, workspace: str) -> Iterator[Path]:
    """Yield an empty folder; once the block ends well it stands in the place of `folder`, with its mark.

    Raises `UsageError` before anything is written where `folder` holds what no site of this workspace wrote, and
    `WorkspaceError` where the new site lacks a page of the one that stands.
    """
    folder = folder.resolve()
    part, old = (folder.with_name(f".{folder.name}.{state}") for state in ("part", "old"))
    try:
        if old.exists() and not folder.exists():  # killed between the two renames
            old.rename(folder)
        _check(folder, workspace)
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        _check_kept(folder, part)
        (part / MARK).write_text(json.dumps({"workspace": workspace, "files": files(part)}, indent=1) + "\n", "utf-8")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder} cannot be written: {error.strerror}", hint="Name another folder with --to."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def files(folder: Path) -> list[str]:
    """The files under `folder`, as paths relative to it, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _check(folder: Path, workspace: str) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    mark = _mark(folder)
    if mark.get("workspace") != workspace:
        raise UsageError(
            f"{folder} exists and is not a public site of this workspace", hint="Name a new or empty folder with --to."
        )
    foreign = sorted({*files(folder)} - {*mark["files"], MARK})
    if foreign:
        raise UsageError(
            f"{folder} holds what this site did not write: {', '.join(foreign[:5])}",
            hint="Move those files elsewhere, or name another folder with --to.",
        )


def _check_kept(folder: Path, part: Path) -> None:
    """Nothing that was published disappears: every page that stands must stand again."""
    gone = sorted(path for path in {*_mark(folder).get("files", ())} - {*files(part)} if path.endswith(".html"))
    if gone:
        raise WorkspaceError(
            f"{folder} holds pages of issues that the workspace no longer has: {', '.join(gone[:5])}",
            hint="Check the workspace with `tocsin verify`: records were lost, or it is an older copy.",
        )


def _mark(folder: Path) -> dict[str, Any]:
    try:
        mark = json.loads((folder / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) and isinstance(mark.get("files"), list) else {}
