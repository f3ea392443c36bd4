"""The front page: what is next and who has it. Also the choice of language, and the description of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from tocsin.web import i18n, next_steps, pages, visit
from tocsin.web.auth import accounts
from tocsin.web.auth.sessions import LIFE
from tocsin.web.i18n import N_
from tocsin.web.visit import Me, Place, Who

router = APIRouter(tags=["home"])
ROOM = pages.Room("/", N_("Home"), 0)


@router.get("/")
def home(request: Request, ws: Place, me: Me) -> Response:
    """What is next and who has it."""
    with ws.read() as reader:
        counts, cases = next_steps.counts(reader, me.actor), next_steps.under_way(reader, me.actor)
    return pages.render(request, "home/index.html", counts=counts, cases=cases)


@router.post("/language")
def choose_language(
    request: Request,
    ws: Place,
    language: Annotated[str, Form(max_length=16)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Show the interface in another language from now on."""
    here = visit.of(request)
    if language in i18n.languages():
        here.keep[visit.LANGUAGE] = (language, int(LIFE.total_seconds()) * 700)
        if here.person and here.person.language != language:
            accounts.set_language(ws, here.person, language)
    return pages.redirect(request, next)


@router.get("/openapi.json", response_class=JSONResponse)
def description(request: Request, who: Who) -> Response:
    """The OpenAPI description of every room."""
    return JSONResponse(request.app.openapi())
