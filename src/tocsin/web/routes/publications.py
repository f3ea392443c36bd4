"""Publications: two persons approve the same words, then it is issued; corrections, withdrawals, exports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, publish, sight
from tocsin.cases.approvals import NEEDED
from tocsin.cases.states import PUBLIC
from tocsin.errors import ConflictError, ForbiddenError, TocsinError, UsageError
from tocsin.model.case import Case, Claim, Publication
from tocsin.model.evidence import Item
from tocsin.model.people import Actor, Role
from tocsin.model.record import Stored
from tocsin.store import export as exports
from tocsin.store.vault import CHUNK_BYTES
from tocsin.store.workspace import Workspace
from tocsin.web import case_page, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["publications"])
ROOM = pages.Room("/publications", N_("Published"), 60)
ROWS = 50

Key = Annotated[str, Path(max_length=80)]
_GIVERS: tuple[Role, ...] = ("custodian", "publisher")


class Listed(BaseModel):
    """What the list is narrowed to, and the place to go on from."""

    issue: Literal["", "claim", "correction", "withdrawal"] = ""
    after: str = Field(default="", max_length=500)


@router.get("/publications")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Listed, Query()]) -> Response:
    """Everything issued, the latest first."""
    where: dict[str, object] = {"issue": wanted.issue} if wanted.issue else {}
    with ws.read() as reader:
        page = reader.page(Publication, where, "-made", wanted.after, ROWS)
        rows = [(one, _title(reader.get(Case, one.case), one)) for one in page.items]
        total = reader.count(Publication, where)
    url = request.url.include_query_params(after=page.next) if page.next else None
    more = f"{url.path}?{url.query}" if url else ""
    return words.page(request, "publications/index.html", rows=rows, total=total, wanted=wanted, more=more)


def _title(case: Case, one: Publication) -> str:
    return acts.private_names(case).text(one.body.title)


@router.get("/publications/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One issue as it was made, without names that were put on the list of private persons since."""
    with ws.read() as reader:
        one = reader.get(Publication, key)
        hidden = acts.private_names(reader.get(Case, one.case))
        later = [other for other in publish.history(reader, one.case) if other.number > one.number]
    body = hidden.record(one.body)
    gives = bool(who.roles.intersection(_GIVERS))
    return words.page(
        request,
        "publications/show.html",
        issue=one,
        body=body,
        changed=hidden.text(one.changed),
        broke=hidden.text(one.break_glass),
        later=later,
        gives=gives,
    )


class Wanted(BaseModel):
    """An act on the publication of a case, with its printed words."""

    action: publish.Issue
    text: str = Field(default="", max_length=20_000)
    break_glass: str = Field(default="", max_length=20_000)


@router.get("/cases/{key}/publish")
def form(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """What would be issued, who approved which words, and the forms to approve and issue."""
    return _form(request, ws, who, key)


def _form(
    request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None, typed: Wanted | None = None
) -> Response:
    with ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        public = case.state in PUBLIC
        pending = publish.pending(reader, case, "correct" if public else "publish")
        waiting = [
            (one, publish.pending(reader, case, one.action, one.text, one.break_glass).approved_by)  # type: ignore[arg-type]
            for one in case_page.waiting(reader, case)
        ]
        people = words.names(reader, (person for _, by in waiting for person in by))
    return words.page(
        request,
        "publications/form.html",
        error.http_status if error else 200,
        case=case,
        public=public,
        ended=case.state in ("withdrawn", "closed"),
        body=pending.body,
        closed=case_page.closed(pending.gates),
        waiting=waiting,
        people=people,
        needed=NEEDED,
        typed=typed,
        error=error,
    )


@router.post("/cases/{key}/publish/approve")
def approve(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Wanted, Form()]) -> Response:
    """Say yes to issuing exactly this."""
    try:
        given = publish.approve(ws, who, key, form.action, form.text, form.break_glass)
    except (UsageError, ConflictError) as error:
        return _form(request, ws, who, key, error, form)
    _ = visit.of(request).gettext
    if len(given) < NEEDED:
        told = _("Your yes is kept. Another person must approve the same words.")
    else:
        told = _("Two persons have approved. It can be issued now.")
    return pages.redirect(request, f"/cases/{key}/publish", told)


@router.post("/cases/{key}/publish/issue")
def issue(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Wanted, Form()]) -> Response:
    """Publish, correct or withdraw what two persons approved."""
    try:
        made = publish.issue(ws, who, key, form.action, form.text, form.break_glass)
    except (UsageError, ConflictError) as error:
        return _form(request, ws, who, key, error, form)
    message = visit.of(request).gettext("It is issued. The public site shows it after the next tocsin publish.")
    return pages.redirect(request, f"/publications/{made.id}", message)


@router.post("/cases/{key}/export")
def export(request: Request, ws: Place, who: Who, key: Key, reason: Annotated[str, Form(max_length=2000)]) -> Response:
    """A zip of the case's evidence and issues with their proof. To whom and why is kept before the bytes leave."""
    if not reason.strip():
        raise UsageError("An export is for somebody, for a reason.", hint="Say to whom it goes and why.")
    records = _records(ws, who, key, reason)
    folder = tempfile.TemporaryDirectory()
    path = File(folder.name) / "export.zip"
    exports.export(ws, path, records, by=who.id, case=key)
    return pages.attachment(_sent(folder, path), f"tocsin-{key}.zip", path.stat().st_size)


def _records(ws: Workspace, who: Actor, key: str, reason: str) -> list[Stored]:
    """The items and issues of a case for who may hand them over; others are refused, which is kept."""
    with acts.on_case(ws, who, "hand over", key, _GIVERS, reason) as (w, case):
        sight.need_open(w, who, case)
        if case.state not in PUBLIC:
            raise ForbiddenError("The case is not public yet.", hint="Publish it first.")
        linked = {link.id for claim in acts.every(w, Claim, {"case": key}) for link in claim.evidence}
        items = {item.id: item for item in acts.every(w, Item, {"case": key})}
        extra = (w.find(Item, id_) for id_ in sorted(linked - items.keys()))
        return [*items.values(), *(item for item in extra if item), *acts.every(w, Publication, {"case": key})]


def _sent(folder: tempfile.TemporaryDirectory[str], path: File) -> Iterator[bytes]:
    """The file's bytes; the folder goes when they were sent."""
    with folder, path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
