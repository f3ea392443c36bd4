"""Scans into a workspace: findings as leads, and the checks that a machine suggests for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.cases.leads import Imported, import_findings
from tocsin.cases.scans import SUMMARY
from tocsin.errors import UsageError
from tocsin.model.finding import ScanSummary
from tocsin.model.people import Actor, Preferences
from tocsin.store.workspace import Workspace

#: Whoever may write into the folder; shown in the journal under this name.
OPERATOR = Actor(id="command line", roles=frozenset({"analyst"}))
MESSAGE = 20_000  # characters of a message that a link to a claim keeps


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
    return [(scan, take_in_one(place, OPERATOR, scan)) for scan in scans]


def take_in_one(ws: Workspace, actor: Actor, scan: Path) -> Imported:
    """Take the findings of a finished scan into a workspace (`cases.leads.import_findings`); links to checked claims
    that come with them wait to be confirmed or rejected, each for the first wording of its finding."""
    taken = import_findings(ws, actor, scan)
    summary = ScanSummary.model_validate_json((scan / SUMMARY).read_bytes())
    linked = [one for finding in summary.findings if (one := finding.content) and one.claims and one.wordings]
    if linked:
        from tocsin.jobs.claims import suggest  # with what compares texts, which takes a moment to load

        for one in linked:
            suggest(ws, actor, one.wordings[0].text[:MESSAGE], one.claims)
    return taken
