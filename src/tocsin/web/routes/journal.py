"""The journal: what was done, when and by whom, and the roots of each day. For custodians and administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tocsin.errors import ForbiddenError, NotFoundError
from tocsin.model.evidence import Timestamp
from tocsin.model.people import Actor
from tocsin.store.journal import Entry
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit
from tocsin.web.auth import accounts
from tocsin.web.i18n import N_
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/journal", tags=["journal"])
ROOM = pages.Room("/journal", N_("Journal"), 70, frozenset({"custodian", "administrator"}))
ROWS = 50


def _check(who: Actor) -> None:
    if not who.roles & {"custodian", "administrator"}:
        raise ForbiddenError("Only a custodian or an administrator reads the journal.", hint="Ask one of them.")


def _notes(ws: Workspace, who: Actor, entries: list[Entry]) -> dict[int, str]:
    """The notes for a custodian, without names of cases that are not shown to this one."""
    if "custodian" not in who.roles:
        return {}
    subjects = {entry.seq: entry.subject for entry in entries}
    with ws.read() as reader:
        veils = Veils(reader, who)
        return {seq: veils.text(subjects[seq], note) for seq, note in ws.journal.notes(entries).items()}


@router.get("")
def index(
    request: Request,
    ws: Place,
    who: Who,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    subject: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Entries, the newest first; with `subject` those about it, the oldest first. Notes only for custodians."""
    _check(who)
    end = min(before if before is not None else 2**62, ws.journal.head().seq + 1)
    first = max(end - ROWS, 0)
    entries = ws.journal.entries(subject=subject) if subject else ws.journal.entries(first - 1, end - first)[::-1]
    notes = _notes(ws, who, entries)
    with ws.read() as reader:
        names = {person.id: person.name for person in accounts.everybody(reader)}
    more = f"/journal?before={first}" if first and not subject else ""
    return pages.render(
        request, "journal/index.html", entries=entries, notes=notes, names=names, subject=subject, more=more
    )


@router.get("/roots")
def roots(request: Request, ws: Place, who: Who) -> Response:
    """The daily roots, and what the timestamp authority said of each."""
    _check(who)
    found = ws.journal.roots()[::-1]
    with ws.read() as reader:
        stamps = {root.digest: reader.find(Timestamp, root.digest) for root in found}
    return pages.render(request, "journal/roots.html", roots=found, stamps=stamps)


@router.post("/roots")
def make_root(request: Request, ws: Place, who: Who) -> Response:
    """Make the root of today so far."""
    _check(who)
    ws.journal.make_root(datetime.now(UTC).date())
    return pages.redirect(request, "/journal/roots", visit.of(request).gettext("The root of today is made."))


@router.get("/{seq}")
def entry(request: Request, ws: Place, who: Who, seq: int) -> Response:
    """One entry with all its digests, and the records it wrote."""
    _check(who)
    found = ws.journal.entries(seq - 1, 1) if 0 <= seq < 2**62 else []
    if not found or found[0].seq != seq:
        raise NotFoundError("The journal has no entry with that number.", hint="Look in the list.")
    notes = _notes(ws, who, found)
    return pages.render(
        request, "journal/entry.html", entry=found[0], note=notes.get(seq, ""), changes=ws.journal.changes(seq)
    )


@router.post("/check")
def check(request: Request, ws: Place, who: Who) -> Response:
    """Check vault, records, chain and roots, and say what is wrong where."""
    _check(who)
    return pages.render(request, "journal/check.html", faults=ws.check())
