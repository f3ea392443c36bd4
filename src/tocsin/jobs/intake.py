"""Scans into a workspace, from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.cases.leads import Imported, import_findings
from tocsin.errors import UsageError
from tocsin.model.people import Actor, Preferences
from tocsin.store.workspace import Workspace

#: Whoever may write into the folder; shown in the journal under this name.
OPERATOR = Actor(id="command line", roles=frozenset({"analyst"}))


@contextmanager
def workspace(path: Path, title: str = "", *, exercise: bool = False, database: str = "") -> Iterator[Workspace]:
    """The workspace in a folder; made there if the folder is new or empty, under `title` and, as an `exercise`, marked
    so on every page. `UsageError` where one that exists would be named or marked anew."""
    new = not path.exists() or (path.is_dir() and not any(path.iterdir()))
    if not new and (title or exercise):
        raise UsageError(f"{path} is there already", hint="its title and marks are changed in the workbench")
    opened = Workspace.create(path, title or path.resolve().name, database) if new else Workspace.open(path, database)
    try:
        if exercise:
            with opened.write(OPERATOR.id, "mark as exercise") as writer:
                writer.put(Preferences(exercise=True))
        yield opened
    finally:
        opened.close()


def take_in(place: Workspace, scans: Iterable[Path]) -> list[tuple[Path, Imported]]:
    """Take the findings of finished scans into a workspace, as leads."""
    return [(scan, import_findings(place, OPERATOR, scan)) for scan in scans]
