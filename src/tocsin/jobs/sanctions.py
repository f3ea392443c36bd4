"""The coordination gap over some lists, and the evidence package of a dossier, from the command line or a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.jobs.editions import Editions
from tocsin.jobs.money import owners_asked
from tocsin.model.criteria import Criteria
from tocsin.model.rules import Rules
from tocsin.progress import Progress
from tocsin.resolve.clusters import cluster
from tocsin.resolve.screen import Screen
from tocsin.respond.sanctions.entries import of_programmes
from tocsin.respond.sanctions.export import write_package
from tocsin.respond.sanctions.gap import Gap, gap
from tocsin.respond.sanctions.owned import Ownership
from tocsin.respond.sanctions.package import Package, package
from tocsin.respond.sanctions.published import published
from tocsin.respond.sanctions.reading import read_dossier
from tocsin.sources.owners import read_owners


def gap_of(
    lists: Editions,
    day: date,
    progress: Progress,
    since: date | None = None,
    owners: Iterable[str] = (),
    programmes: Sequence[str] = (),
    confirmed: frozenset[str] = frozenset(),
) -> Gap:
    """The gap between the lists as published on `day`: of the programmes that fit a pattern, else of all; with
    ownership data, companies that the lists leave out. Rules with the ids in `confirmed` are verified. Raises
    `UsageError` where nothing is left to line up."""
    listed = published(lists.history, day)
    if programmes:
        listed = of_programmes(listed, programmes)
    if not listed.num_rows:
        raise UsageError(
            f"no entries to line up on {day}",
            hint="give --lists, or a --workspace that keeps lists, with an edition by that day and those programmes",
        )
    progress.start("Saying which entries are one", None)
    clusters = cluster(listed)
    progress.start("Lining the lists up", None)
    return gap(
        listed,
        clusters,
        day,
        since=since,
        owners=_ownership(listed, tuple(owners), progress),
        rules=Rules.load(confirmed),
        criteria=Criteria.load(confirmed),
    )


def write_package_of(
    dossier: Path,
    out: Path,
    regimes: Sequence[str],
    lists: Editions,
    day: date,
    progress: Progress,
    confirmed: frozenset[str] = frozenset(),
) -> Package:
    """The package of a dossier file as `day` would judge it, with what the lists said that day; written to `out`."""
    listed = lists.on(day)
    progress.start("Holding the dossier against each regime", None)
    clusters = cluster(listed) if listed.num_rows else None
    made = package(
        read_dossier(dossier), day, regimes=regimes, listed=listed, clusters=clusters, criteria=Criteria.load(confirmed)
    )
    write_package(made, out)
    return made


def _ownership(listed: pa.Table, paths: tuple[str, ...], progress: Progress) -> Ownership | None:
    if not paths:
        return None
    read = read_owners(paths, progress)
    hits = Screen(listed, progress).search(owners_asked(read.entities))
    return Ownership(read.entities, read.holdings, hits)
