"""Replies: a named party is asked, has its days, answers or does not, and what it says is printed beside the claim."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import reply, sight
from tocsin.cases.acts import now
from tocsin.cases.snapshot import latest_replies
from tocsin.errors import ConflictError, ForbiddenError, TocsinError, UsageError
from tocsin.model.case import Case, Reply
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["reply"])
ROOM = pages.Room("/reply", N_("Replies"), 50, frozenset({"analyst", "publisher"}))
ROWS = 50

Key = Annotated[str, Path(max_length=80)]
Line = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=20_000)]


class Listed(BaseModel):
    """What the list is narrowed to, and the place to go on from."""

    state: Literal["asked", "answered", "waived", "all"] = "asked"
    after: str = Field(default="", max_length=500)


@router.get("/reply")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Listed, Query()]) -> Response:
    """Requests for a reply, those due first at the top."""
    _need_role(who)
    where: dict[str, object] = {} if wanted.state == "all" else {"state": wanted.state}
    with ws.read() as reader:
        page = reader.page(Reply, where, "due", wanted.after, ROWS)
        rows = [_row(reader, who, one) for one in page.items]
        total = reader.count(Reply, where)
    url = request.url.include_query_params(after=page.next) if page.next else None
    more = f"{url.path}?{url.query}" if url else ""
    return words.page(request, "reply/index.html", rows=rows, total=total, wanted=wanted, more=more, now=now())


def _need_role(who: Actor) -> None:
    if not who.roles & {"analyst", "publisher"}:
        raise ForbiddenError("Replies are for analysts and publishers.", hint="Ask an administrator for the role.")


def _row(reader: Reader, who: Actor, one: Reply) -> tuple[Reply, str, str]:
    """A request with the title of its case and whom it went to, as the reader may see them."""
    case = reader.get(Case, one.case)
    shown = sight.sight(reader, who, case)
    whom = one.whom if shown == "open" else one.placeholder
    return one, sight.heading(reader, who, case), whom


@router.get("/cases/{key}/reply")
def form(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The named parties of a case and what became of asking them."""
    return _form(request, ws, who, key)


def _form(request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        held = {one.placeholder: one for one in latest_replies(reader, key)}
    parties = [(name, held.get(name.placeholder)) for name in case.names if name.standing == "named"]
    return words.page(
        request,
        "reply/case.html",
        error.http_status if error else 200,
        case=case,
        parties=parties,
        error=error,
        now=now(),
        wrote=who.id in case.authors,
    )


@router.post("/cases/{key}/reply")
def ask(request: Request, ws: Place, who: Who, key: Key, placeholder: Line, whom: Line, how: Line) -> Response:
    """Keep that a named party was asked."""
    try:
        reply.ask(ws, who, key, placeholder, whom, how)
    except (UsageError, ConflictError) as error:
        return _form(request, ws, who, key, error)
    return pages.redirect(request, f"/cases/{key}/reply", visit.of(request).gettext("The request is kept."))


@router.post("/cases/{key}/reply/waive")
def waive(request: Request, ws: Place, who: Who, key: Key, placeholder: Line, whom: Line, reason: Text) -> Response:
    """Do without a reply, for a reason that is printed."""
    try:
        reply.waive(ws, who, key, placeholder, whom, reason)
    except UsageError as error:
        return _form(request, ws, who, key, error)
    return pages.redirect(request, f"/cases/{key}/reply", visit.of(request).gettext("The reply is waived."))


@router.post("/cases/{key}/reply/{asked}/answer")
def answer(
    request: Request, ws: Place, who: Who, key: Key, asked: Annotated[str, Path(max_length=80)], text: Text
) -> Response:
    """Keep what a named party answered."""
    try:
        reply.answer(ws, who, asked, text)
    except (UsageError, ConflictError) as error:
        return _form(request, ws, who, key, error)
    return pages.redirect(request, f"/cases/{key}/reply", visit.of(request).gettext("The answer is kept."))
