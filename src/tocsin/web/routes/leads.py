"""Leads: the list, acts on many of them that can be undone, scans taken in, leads typed in."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import Field

from tocsin import plugins
from tocsin.cases import leads, work
from tocsin.cases.states import EDITABLE
from tocsin.errors import ConflictError, InputError, TocsinError, UsageError, WorkspaceError
from tocsin.jobs.intake import take_in_one
from tocsin.model.case import Case, Lead
from tocsin.model.people import Actor
from tocsin.share.words import shortest
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import intake, lead_list, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.lead_list import Filter
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/leads", tags=["leads"])
ROOM = pages.Room("/leads", N_("Leads"), 10)


class Listed(Filter):
    """The list with the place to go on from; `done` is the journal entry of an act that can be undone."""

    after: str = Field(default="", max_length=500)
    done: int | None = Field(default=None, ge=0, le=2**62)


class Act(Filter):
    """An act on leads: those ticked (`lead`), those on the page (`shown`), or all that match, which `number` counts."""

    act: Literal["dismiss", "attach", "open", "restore"]
    scope: Literal["ticked", "page", "all"] = "ticked"
    lead: tuple[Annotated[str, Field(max_length=80)], ...] = Field(default=(), max_length=2 * lead_list.ROWS)
    shown: tuple[Annotated[str, Field(max_length=80)], ...] = Field(default=(), max_length=2 * lead_list.ROWS)
    number: int = Field(default=0, ge=0, le=lead_list.MOST)
    reason: str = Field(default="", max_length=20_000)
    case: str = Field(default="", max_length=80)

    @property
    def filter(self) -> Filter:
        """The list it was chosen from."""
        return Filter(**self.model_dump(include=set(Filter.model_fields)))

    def leads(self, reader: Reader) -> tuple[str, ...]:
        """The ids of the leads it is about. Raises `UsageError` for none."""
        if self.scope == "all":
            return lead_list.all_of(reader, self.filter)
        chosen = self.lead if self.scope == "ticked" else self.shown
        if not chosen:
            raise UsageError("No lead is chosen.", hint="Tick the leads, or choose all on the page.")
        return chosen


@router.get("")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Listed, Query()]) -> Response:
    """Leads, narrowed and ordered as the address says."""
    narrowed = Filter(**wanted.model_dump(exclude={"after", "done"}))
    with ws.read() as reader:
        found = lead_list.rows(reader, narrowed, wanted.after)
        veils = Veils(reader, who)
        shown = [_row(veils, lead) for lead in found.leads]
    undo = _undoable(ws, who, wanted.done) if wanted.done is not None else ()
    return words.page(
        request,
        "leads/index.html",
        wanted=narrowed,
        leads=shown,
        total=found.total,
        more=narrowed.address(after=found.next) if found.next else "",
        found_by=[(name, name) for name in plugins.load("detectors")],
        chance=_chance,
        about=lead_list.about,
        accounts=lead_list.accounts,
        undo=len(undo),
        done=wanted.done,
    )


def _row(veils: Veils, lead: Lead) -> Lead:
    """A lead with the texts of its row as the actor may see them."""
    lead = veils.leaked(lead)
    texts = {"title": veils.text(lead.case, lead.title)}
    return lead.model_copy(update=texts | {"platforms": tuple(veils.text(lead.case, one) for one in lead.platforms)})


def _chance(lead: Lead) -> str:
    """How strong the first test of a lead's finding is, in one short cell."""
    tests = lead.body.tests if lead.body else ()
    return shortest(tests[0]) if tests else ""


@router.post("/act")
def ask(request: Request, ws: Place, who: Who, form: Annotated[Act, Form()]) -> Response:
    """Ask once more, with the number of leads that an act is about."""
    with ws.read() as reader:
        chosen = form.leads(reader)
        cases = _cases(reader, who)
    if form.act == "open":
        return words.page(request, "cases/new.html", leads=chosen, typed={}, error=None)
    ids = () if form.scope == "all" else chosen
    return words.page(request, "leads/act.html", cases=cases, number=len(chosen), ids=ids, form=form)


def _cases(reader: Reader, who: Actor) -> list[tuple[str, str]]:
    """The cases that leads can be taken into: those of the actor that can be changed."""
    where = {"owner": who.id, "state": tuple(sorted(EDITABLE))}
    return [(case.id, case.title) for case in reader.page(Case, where, "-updated", limit=200).items]


@router.post("/do")
def do(request: Request, ws: Place, who: Who, form: Annotated[Act, Form()]) -> Response:
    """Dismiss leads for a reason, take them into a case, or take back that they were dismissed. Nothing is done where
    they are not as many as the page named."""
    with ws.read() as reader:
        chosen = form.leads(reader)
    if len(chosen) != form.number:
        raise ConflictError("Other leads match now than the page said.", hint="Go back to the list and choose again.")
    language, number = visit.of(request).language, len(chosen)
    if form.act == "dismiss":
        leads.dismiss(ws, who, chosen, form.reason)
        told = language.ngettext("%(num)s lead is dismissed.", "%(num)s leads are dismissed.", number)
    elif form.act == "attach":
        work.attach(ws, who, form.case, chosen)
        told = language.ngettext("%(num)s lead is in the case.", "%(num)s leads are in the case.", number)
    else:
        leads.restore(ws, who, chosen)
        told = language.ngettext("%(num)s lead is open again.", "%(num)s leads are open again.", number)
    with ws.read() as reader:
        entry = reader.trace(Lead, chosen[0]).seq
    return pages.redirect(request, form.filter.address(done=str(entry)), told)


def _undoable(ws: Workspace, who: Actor, seq: int) -> tuple[Lead, ...]:
    """The leads that an entry of the actor dismissed, opened again or took into a case, and that are still so."""
    entries = ws.journal.entries(seq - 1, 1)
    if not entries or entries[0].seq != seq or entries[0].actor != who.id:
        return ()
    state = {"dismiss leads": "dismissed", "attach leads": "in case", "restore leads": "new"}.get(entries[0].action)
    changes = ws.journal.changes(seq)
    with ws.read() as reader:
        found = [reader.find(Lead, change.id) for change in changes if change.kind == Lead.kind]
    return tuple(lead for lead in found if lead and lead.state == state)


@router.post("/undo")
def undo(request: Request, ws: Place, who: Who, entry: Annotated[int, Form(ge=0, le=2**62)]) -> Response:
    """Take back a bulk act of one's own: what still is as the act left it."""
    found = _undoable(ws, who, entry)
    if not found:
        raise ConflictError("There is nothing left to undo.", hint="See the list.")
    if found[0].state == "dismissed":
        leads.restore(ws, who, [lead.id for lead in found])
    for lead in found:
        if lead.state == "in case":
            work.detach(ws, who, lead.case, lead.id)
    for reason in {lead.reason for lead in found if lead.state == "new"}:
        leads.dismiss(ws, who, [lead.id for lead in found if lead.reason == reason], reason)
    told = visit.of(request).language.ngettext("%(num)s lead is as before.", "%(num)s leads are as before.", len(found))
    return pages.redirect(request, "/leads", told)


@router.get("/new")
def new(request: Request, who: Who) -> Response:
    """The forms that take leads in: a scan, or one typed by hand."""
    return _new(request)


def _new(request: Request, error: TocsinError | None = None, **typed: str) -> Response:
    return words.page(request, "leads/new.html", error.http_status if error else 200, error=error, typed=typed)


@router.post("/new")
def add(
    request: Request,
    ws: Place,
    who: Who,
    title: Annotated[str, Form(max_length=300)],
    text: Annotated[str, Form(max_length=20_000)],
    first: Annotated[str, Form(max_length=30)],
    last: Annotated[str, Form(max_length=30)],
    platforms: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep a lead typed in by hand."""
    try:
        named = tuple(part.strip() for part in platforms.split(",") if part.strip())
        lead = leads.add(ws, who, title, text, moment(first), moment(last), named)
    except UsageError as error:
        return _new(request, error, title=title, text=text, first=first, last=last, platforms=platforms)
    return pages.redirect(request, f"/findings/{lead.id}", visit.of(request).gettext("The lead is kept."))


def moment(text: str) -> datetime:
    """A time as a form gives it, in UTC. Raises `UsageError`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("That is no time.", hint="Write year-month-day and hour:minute, in UTC.") from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


@router.post("/import", max_body_size=UPLOAD_BYTES)
def take_in(request: Request, ws: Place, who: Who, scan: UploadFile) -> Response:
    """Take in the findings of a scan folder that was packed as a zip."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            intake.unpack(scan.file, Path(folder))
            found = take_in_one(ws, who, Path(folder))
        except (UsageError, InputError, WorkspaceError) as error:
            return _new(request, error)
    told = visit.of(request).gettext(
        "%(new)s new leads, %(changed)s changed (%(returned)s of them came back), %(same)s as before.",
        **found._asdict(),
    )
    return pages.redirect(request, "/leads", told)
