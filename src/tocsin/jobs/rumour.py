"""Rumours held against evidence: read from files, gathered from what a workspace keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from tocsin.assure.rumour import Columns, from_audit, from_comparison, from_items, from_scan
from tocsin.assure.rumour.keeping import ACTION, WRITERS, add_items
from tocsin.assure.rumour.ties import same_place
from tocsin.cases import acts
from tocsin.cases.scans import SUMMARY
from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.jobs.audit import AUDITS
from tocsin.jobs.audits import audits
from tocsin.model.evidence import Item as Kept
from tocsin.model.people import Actor
from tocsin.model.rumour import Item, KeptRumour
from tocsin.store.capture import capture
from tocsin.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Counts:
    """Tables that set two counts against each other: the columns, what each counts in words ("" = as the column is
    called), and whether the second was made by hand."""

    paths: tuple[str, ...]
    columns: Columns
    what: tuple[str, str] = ("", "")
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """Where evidence is read from: folders of audits, scans (folder or scan.json), counts, lists that offices wrote."""

    audits: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    counts: Counts | None = None
    items: tuple[str, ...] = ()


class Gathered(NamedTuple):
    """Evidence, and what could not be read with the reason."""

    items: tuple[Item, ...]
    faults: tuple[str, ...]


def read_evidence(files: EvidenceFiles, places: Iterable[str] = ()) -> tuple[Item, ...]:
    """Every piece of evidence in the files. Of counts by place, only those of `places` and of the whole where places
    are told. Raises as the readers do, `UsageError` for counts without the names of their columns, `InputError` for
    counts by place that hold none of the places: their total says nothing of them."""
    return tuple(item for _, found in _read(files, tuple(places)) for item in found)


def gather(ws: Workspace, actor: Actor, rumour_id: str) -> Gathered:
    """Keep beside a rumour what the audits and scans of the workspace say now. An audit that cannot be read is told in
    the faults. Errors as `add_items`."""
    with acts.gate(ws, actor, ACTION, rumour_id, WRITERS):
        found = _kept_here(ws)
    if found.items:
        add_items(ws, actor, rumour_id, found.items)
    return found


def _kept_here(ws: Workspace) -> Gathered:
    items, faults = list[Item](), list[str]()
    for kept in audits(ws):
        try:
            items += from_audit(ws.path / AUDITS / kept.key)
        except TocsinError as error:
            faults.append(f"{kept.key}: {error}")
    with ws.read() as reader:
        keys = sorted({one.sha256 for one in acts.every(reader, Kept, {"how": "scan", "name": SUMMARY})})
    for key in keys:
        items += (item.model_copy(update={"file": SUMMARY}) for item in from_scan(ws.vault.path(key)))
    return Gathered(tuple(items), tuple(faults))


def add_files(ws: Workspace, actor: Actor, rumour_id: str, files: EvidenceFiles) -> tuple[Item, ...]:
    """Keep beside a rumour what files say, and the files themselves in the vault, so that each digest stays in reach.
    Raises as `read_evidence` and `add_items`; nothing is kept then."""
    with acts.gate(ws, actor, ACTION, rumour_id, WRITERS), ws.read() as reader:
        places = reader.get(KeptRumour, rumour_id).places
    read = list(_read(files, places))
    items = tuple(item for _, found in read for item in found)
    add_items(ws, actor, rumour_id, items)
    with ws.read() as reader:
        paths = [path for path, found in read if not any(reader.count(Kept, {"sha256": one.sha256}) for one in found)]
    for path in paths:
        with path.open("rb") as file:
            capture(ws, file, path.name, by=actor.id, source="evidence on a rumour")
    return items


def _read(files: EvidenceFiles, places: tuple[str, ...]) -> Iterator[tuple[Path, tuple[Item, ...]]]:
    """Each file that is the source of evidence, with what it says."""
    for folder in map(Path, files.audits):
        if found := from_audit(folder):
            yield folder.parent / found[0].file, found
    for path in map(Path, files.scans):
        summary = path / SUMMARY if path.is_dir() else path
        yield summary, from_scan(summary)
    for path in map(Path, files.counts.paths if files.counts else ()):
        assert files.counts is not None
        yield path, _compared(path, files.counts, places)
    for path in map(Path, files.items):
        yield path, from_items(path)


def _compared(path: Path, counts: Counts, places: tuple[str, ...]) -> tuple[Item, ...]:
    columns = counts.columns
    if not (columns.left and columns.right):
        raise UsageError(f"{path}: which columns hold the two counts?", hint="name both, as in the file's first line")
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="name each table by itself, so that its digest is known")
    kind: Literal["hand tally", "reconciliation"] = "hand tally" if counts.by_hand else "reconciliation"
    what = (counts.what[0] or columns.left, counts.what[1] or columns.right)
    found = from_comparison(path, kind, columns, what)
    if not (places and columns.place):
        return found
    here = tuple(item for item in found if item.place and same_place(item.place, places))
    if not here:
        named = ", ".join(item.place for item in found if item.place)
        raise InputError(f"{path}: has no row of {', '.join(places)}", hint=f"its places: {named[:1000]}")
    return (*here, *(item for item in found if not item.place))
