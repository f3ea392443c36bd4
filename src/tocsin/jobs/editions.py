"""Sanctions lists for a piece of work: the editions in some files and folders, or those that a workspace keeps."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from tocsin.cases import acts
from tocsin.cases.confirm import confirmed
from tocsin.errors import UsageError
from tocsin.model.history import History
from tocsin.model.listing import LISTED, ListEdition
from tocsin.model.people import Actor
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.containers import list_files
from tocsin.sources.lists import ListFile, read_list
from tocsin.sources.lists.reading import format_of
from tocsin.store.lists import ADDED, add_edition, history_of
from tocsin.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Editions:
    """What was read: a history of all the lists, the editions themselves with their files, and what was set aside."""

    history: History
    read: tuple[tuple[tuple[str, ...], ListFile], ...] = ()
    rejected: list[Rejected] = field(default_factory=list)

    def on(self, day: date) -> pa.Table:
        """Every list as it held and was published on a day, in one table (`LISTED`); lists that did not exist by then
        are left out. Raises `UsageError` where none did."""
        lists = [name for name in self.history.lists() if self.history.days(name)[0] <= day]
        if self.history.lists() and not lists:
            raise UsageError(f"no list was published by {day}", hint="give an older edition, or a later day")
        return pa.concat_tables([LISTED.empty_table(), *(self.history.as_of(name, day) for name in lists)])


def editions(paths: Iterable[str], published: date | None = None, progress: Progress | None = None) -> Editions:
    """Read every edition in the files and folders. Files of one format that takes several (OFAC's sdn, add and alt) are
    one edition where they are in one folder. A file that is no list, or breaks off, is an error: nobody could say of
    the rest who is not listed."""
    read = [(files, read_list(files, published=published, progress=progress)) for files in _grouped(paths)]
    history = History([(one.edition, one.table) for _, one in read])
    return Editions(history, tuple(read), [row for _, one in read for row in one.rejected])


def kept(workspace: Path) -> Editions:
    """The editions that a workspace keeps."""
    with closing(Workspace.open(workspace)) as opened:
        return Editions(history_of(opened))


def confirmed_in(workspace: Path | None) -> frozenset[str]:
    """The ids of the dated rules that a person has confirmed in a workspace; none without one."""
    if workspace is None:
        return frozenset()
    with closing(Workspace.open(workspace)) as opened, opened.read() as reader:
        return confirmed(reader)


def lists_from(
    paths: Iterable[str], workspace: Path | None, published: date | None = None, progress: Progress | None = None
) -> Editions:
    """The lists in files, else those of a workspace, else none."""
    given = tuple(paths)
    if given and workspace:
        raise UsageError("lists are given, and a workspace that keeps lists", hint="give one of the two")
    if workspace:
        return kept(workspace)
    return editions(given, published, progress or Silent())


def _grouped(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """The files of each edition."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in list_files(paths) if (paths := list(paths)) else ():
        known = format_of(path)
        found.setdefault((known.id, str(Path(path).parent) if known.files > 1 else path), []).append(path)
    return [tuple(files) for files in found.values()]


def add_editions(
    workspace: Workspace, actor: Actor, paths: Iterable[str], published: date | None, progress: Progress
) -> list[tuple[ListEdition, int]]:
    """Read the editions in the files and keep them in a workspace; each with how many rows were set aside. Raises
    `ForbiddenError` for one who is no analyst."""
    found = editions(paths, published, progress)
    with acts.gate(workspace, actor, ADDED, "", ("analyst",)):
        return [
            (add_edition(workspace, actor.id, files, one.edition, one.table), len(one.rejected))
            for files, one in found.read
        ]
