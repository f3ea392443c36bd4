"""The coordination gap over some lists, and the evidence package of a dossier, from the command line or a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.jobs.editions import Editions
from tocsin.jobs.money import owners_asked
from tocsin.progress import Progress
from tocsin.resolve.clusters import cluster
from tocsin.resolve.screen import Screen
from tocsin.respond.sanctions.export import write_gap, write_package
from tocsin.respond.sanctions.gap import Gap, gap
from tocsin.respond.sanctions.owned import Ownership
from tocsin.respond.sanctions.package import Package, package
from tocsin.respond.sanctions.reading import read_dossier
from tocsin.sources.owners import read_owners


def gap_of(
    lists: Editions, day: date, progress: Progress, since: date | None = None, owners: Iterable[str] = ()
) -> Gap:
    """The gap between the lists as published on `day`; with ownership data, companies that the lists leave out.
    Raises `UsageError` where there is no list."""
    listed = lists.on(day)
    if not listed.num_rows:
        raise UsageError("no lists to line up", hint="give --lists, or a --workspace that keeps lists")
    progress.start("Saying which entries are one", None)
    clusters = cluster(listed)
    progress.start("Lining the lists up", None)
    return gap(listed, clusters, day, since=since, owners=_ownership(listed, tuple(owners), progress))


def write_gap_of(
    lists: Editions, day: date, out: Path, since: date | None, owners: Iterable[str], progress: Progress
) -> Gap:
    """The gap, and its tables and page in the folder `out`."""
    made = gap_of(lists, day, progress, since, owners)
    write_gap(made, out)
    return made


def write_package_of(
    dossier: Path, out: Path, regimes: Sequence[str], lists: Editions, day: date, progress: Progress
) -> Package:
    """The package of a dossier file as `day` would judge it, with what the lists said that day; written to `out`."""
    listed = lists.on(day)
    progress.start("Holding the dossier against each regime", None)
    told = {"listed": listed, "clusters": cluster(listed)} if listed.num_rows else {}
    made = package(read_dossier(dossier), day, regimes=regimes, **told)
    write_package(made, out)
    return made


def _ownership(listed: pa.Table, paths: tuple[str, ...], progress: Progress) -> Ownership | None:
    if not paths:
        return None
    read = read_owners(paths, progress)
    hits = Screen(listed, progress).search(owners_asked(read.entities))
    return Ownership(read.entities, read.holdings, hits)
