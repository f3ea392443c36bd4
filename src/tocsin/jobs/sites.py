"""What lists say of the sites that a message links to: official names and opinions, from files or in a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from tocsin.cases import acts
from tocsin.detect.fabrication.base import ContentTables
from tocsin.errors import UsageError
from tocsin.jobs.claims import WRITERS
from tocsin.model.check import ClaimCollection
from tocsin.model.factcheck import OPINIONS
from tocsin.model.people import Actor
from tocsin.model.targets import OFFICIAL
from tocsin.progress import Progress, Silent
from tocsin.sources.claims import read_opinions
from tocsin.sources.containers import list_files
from tocsin.sources.names import read_official
from tocsin.store import claims as store
from tocsin.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists to look sites up in: official names, and (whose, day, file) of opinions on domains."""

    official: tuple[str, ...] = ()
    opinions: tuple[tuple[str, date | None, str], ...] = ()

    def read(self, progress: Progress) -> ContentTables:
        """Their tables."""
        told = [
            read_opinions([path], source=name, day=day, progress=progress).table for name, day, path in self.opinions
        ]
        official = read_official(self.official, progress=progress).table if self.official else OFFICIAL.empty_table()
        return ContentTables(official=official, opinions=pa.concat_tables([OPINIONS.empty_table(), *told]))


def add_sites(
    ws: Workspace, actor: Actor, lists: Lists, progress: Progress | None = None
) -> tuple[ClaimCollection, ...]:
    """Keep lists of sites in a workspace, for every check there. `ForbiddenError` for one who is no analyst,
    `UsageError` without a list."""
    told = progress or Silent()
    if not (lists.official or lists.opinions):
        raise UsageError("there is no list to keep", hint="give --official FILE or --opinions NAME[@DAY]=FILE")
    kept = []
    with acts.gate(ws, actor, store.ADDED, "", WRITERS):
        for path in lists.official:
            names = read_official([path], progress=told)
            files, aside = list(list_files([path])), len(names.rejected)
            kept.append(
                store.add_collection(ws, actor.id, files, Path(path).stem, names.table, aside, holds="official")
            )
        for name, day, path in lists.opinions:
            found = read_opinions([path], source=name, day=day, progress=told)
            files, aside = list(list_files([path])), len(found.rejected)
            kept.append(store.add_collection(ws, actor.id, files, name, found.table, aside, holds="opinions"))
    return tuple(kept)


def sites_in(ws: Workspace, lists: Lists | None = None, progress: Progress | None = None) -> ContentTables:
    """The lists of sites that a workspace keeps, and those given."""
    given = (lists or Lists()).read(progress or Silent())
    return ContentTables(
        official=pa.concat_tables([store.sites_of(ws, "official"), given.official]).combine_chunks(),
        opinions=pa.concat_tables([store.sites_of(ws, "opinions"), given.opinions]).combine_chunks(),
    )
