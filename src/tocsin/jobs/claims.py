"""Checked claims: read into a folder or a workspace, with an index to search them; links that people settle."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.cases import acts
from tocsin.detect.fabrication.check import subject_of
from tocsin.detect.fabrication.retrieval import ClaimIndex
from tocsin.errors import ConflictError, InputError, NotFoundError, UsageError, WorkspaceError
from tocsin.jobs.folder import held
from tocsin.model.check import ClaimCollection, KeptLink
from tocsin.model.factcheck import CLAIMS
from tocsin.model.finding import ClaimLink
from tocsin.model.people import Actor, Role
from tocsin.progress import Progress, Silent
from tocsin.sources.claims import ClaimsFile, read_claims
from tocsin.sources.containers import list_files
from tocsin.store import claims as store
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

TABLE, INDEX, BEGUN = "claims.parquet", "index", "index.begun"
WRITERS: tuple[Role, ...] = ("analyst",)
SETTLERS: tuple[Role, ...] = ("analyst", "reviewer")


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """Files of claims, and what the user says of them (as `read_claims`)."""

    paths: tuple[str, ...]
    format: str = ""
    mapping: Mapping[str, str] | None = None
    kind: str = ""
    publisher: str = ""

    def read(self, progress: Progress) -> ClaimsFile:
        """The claims; `InputError` where there is none."""
        found = read_claims(
            self.paths, format=self.format, mapping=self.mapping, kind=self.kind, publisher=self.publisher,
            progress=progress,
        )  # fmt: skip
        if not found.table.num_rows:
            first = f"; {found.rejected[0].file}, {found.rejected[0].row}: {found.rejected[0].reason}"
            raise InputError(
                f"no claim could be read{first if found.rejected else ''}",
                hint="say which column holds the claims: --map text=COLUMN",
            )
        return found


def write_claims(request: ClaimsRequest, out: Path, progress: Progress | None = None) -> ClaimsFile:
    """Read claims and keep them with their index in a folder, which `--claims` of other commands takes. Work that was
    cut off goes on with what models had read."""
    told = progress or Silent()
    with held(out):
        found = request.read(told)
        (out / TABLE).unlink(missing_ok=True)  # it stands only beside an index that belongs to it
        shutil.rmtree(out / INDEX, ignore_errors=True)
        index = ClaimIndex.make(found.table, told, begun=out / BEGUN)
        told.start("Writing the index")
        index.save(out / INDEX)
        shutil.rmtree(out / BEGUN, ignore_errors=True)
        pq.write_table(found.table, out / TABLE, compression="zstd")
    return found


def index_of(paths: Iterable[str], progress: Progress | None = None) -> ClaimIndex:
    """The claims in files and in folders that `write_claims` made; one such folder is not read anew."""
    told, given = progress or Silent(), tuple(paths)
    if len(given) == 1 and (Path(given[0]) / TABLE).is_file():
        return ClaimIndex.load(Path(given[0]) / INDEX, _table(Path(given[0])))
    tables = [_table(Path(path)) for path in given if (Path(path) / TABLE).is_file()]
    files = tuple(path for path in given if not (Path(path) / TABLE).is_file())
    if files:
        tables.append(ClaimsRequest(files).read(told).table)
    return ClaimIndex.make(pa.concat_tables([CLAIMS.empty_table(), *tables]).combine_chunks(), told)


def index_in(ws: Workspace, progress: Progress | None = None, earlier: ClaimIndex | None = None) -> ClaimIndex:
    """The claims that a workspace keeps. An index that is missing, damaged or was made with other models is made, with
    what an `earlier` one has read, or work that was cut off."""
    folder, table = store.index_folder(ws), store.claims_of(ws)
    if folder.is_dir():
        try:
            return ClaimIndex.load(folder, table)
        except WorkspaceError:
            shutil.rmtree(folder)
    begun = folder.with_name(BEGUN)
    index = ClaimIndex.make(table, progress, earlier, begun)
    if table.num_rows:
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        index.save(part)
        part.rename(folder)
        shutil.rmtree(begun, ignore_errors=True)
    return index


def add_claims(
    ws: Workspace, actor: Actor, request: ClaimsRequest, name: str, progress: Progress | None = None
) -> tuple[ClaimCollection, ClaimsFile]:
    """Read claims, keep them in a workspace and make its index anew. `ForbiddenError` for one who is no analyst."""
    told = progress or Silent()
    if not name.strip():
        raise UsageError("the collection needs a name", hint="such as the publisher's and the day")
    with acts.gate(ws, actor, store.ADDED, "", WRITERS):
        found = request.read(told)
        files = [path for path in list_files(request.paths) if path != "-"]
        before = store.index_folder(ws)
        earlier = index_in(ws, told)
        record = store.add_collection(ws, actor.id, files, name.strip(), found.table, len(found.rejected))
        index_in(ws, told, earlier)
    if store.index_folder(ws) != before:
        shutil.rmtree(before, ignore_errors=True)
    return record, found


def suggest(ws: Workspace, actor: Actor, text: str, links: Iterable[ClaimLink], subject: str = "") -> list[KeptLink]:
    """Keep what a machine suggests for a message (or a cluster, by `subject`), for people to confirm or reject; what is
    kept already stays as it is."""
    about = subject or subject_of(text)
    with acts.act(ws, actor, "suggest links to claims", about, WRITERS) as writer:
        there = {one.link.claim: one for one in acts.every(writer, KeptLink, {"subject": about})}
        kept = list(there.values())
        for link in links:
            if link.claim not in there:
                plain = link.model_copy(update={"state": "suggested"})
                record = acts.checked(KeptLink, subject=about, text=text, link=plain, updated=acts.now())
                kept.append(writer.put(record))
        return kept


def settle(ws: Workspace, actor: Actor, link_id: str, state: Literal["confirmed", "rejected"], why: str) -> KeptLink:
    """Sign that a message and a claim say the same, or that they do not, and why. `NotFoundError` for no such link,
    `UsageError` without a reason, `ConflictError` for one settled already."""
    if not why.strip():
        raise UsageError("a reason is needed", hint="say in a sentence what is the same, or what is not")
    verb = "confirm" if state == "confirmed" else "reject"
    with acts.act(ws, actor, f"{verb} link to claim", link_id, SETTLERS, note=why.strip()) as writer:
        kept = writer.get(KeptLink, link_id)
        if kept.state != "suggested":
            raise ConflictError(f"the link is {kept.state} by {kept.by}", hint="take it back first (reopen)")
        link = kept.link.model_copy(update={"state": state})
        return writer.put(kept.but(state=state, link=link, by=actor.id, why=why.strip(), updated=acts.now()))


def reopen(ws: Workspace, actor: Actor, link_id: str) -> KeptLink:
    """Take back what was settled; the journal keeps that it was. `ConflictError` for an open one."""
    with acts.act(ws, actor, "reopen link to claim", link_id, SETTLERS) as writer:
        kept = writer.get(KeptLink, link_id)
        if kept.state == "suggested":
            raise ConflictError("the link is open", hint="read the list again")
        link = kept.link.model_copy(update={"state": "suggested"})
        return writer.put(kept.but(state="suggested", link=link, by="", why="", updated=acts.now()))


def links_in(ws: Workspace, state: str = "") -> list[KeptLink]:
    """The links of a workspace, of one state or of all, those changed last first."""
    if state not in ("", "suggested", "confirmed", "rejected"):
        raise UsageError(f"no such state: {state}", hint="suggested, confirmed or rejected")
    with ws.read() as reader:
        found = list(acts.every(reader, KeptLink, {"state": state} if state else {}))
    return sorted(found, key=lambda one: (one.updated is None, one.updated, one.id), reverse=True)


def link_of(ws: Workspace, key: str) -> KeptLink:
    """The link whose id begins so. `NotFoundError` for none, `UsageError` for several."""
    found = [one for one in links_in(ws) if one.id.startswith(key)] if key else []
    if not found:
        raise NotFoundError(f"no link {key!r}", hint="tocsin claims links shows their ids")
    if len(found) > 1:
        raise UsageError(f"{len(found)} links begin with {key!r}", hint="give more of the id")
    return found[0]


def settled_in(reader: Reader) -> dict[str, dict[str, str]]:
    """Subject -> claim -> state, of the links that people settled."""
    found: dict[str, dict[str, str]] = {}
    for state in ("confirmed", "rejected"):
        for one in acts.every(reader, KeptLink, {"state": state}):
            found.setdefault(one.subject, {})[one.link.claim] = one.state
    return found


def _table(folder: Path) -> pa.Table:
    try:
        return pq.read_table(folder / TABLE, schema=CLAIMS)
    except (OSError, pa.ArrowException) as error:
        raise WorkspaceError(
            f"{folder / TABLE} cannot be read: {error}", hint="make it again with tocsin claims read"
        ) from error
