"""Passkeys: the questions a browser answers with one, and the forms that carry the answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from tocsin.web import pages, visit
from tocsin.web.auth import passkeys
from tocsin.web.routes.signin import Next, address, enter, origin
from tocsin.web.visit import Me, Place

router = APIRouter(tags=["account"])

Answer = Annotated[str, Form(max_length=20_000)]


@router.post("/account/passkeys/question", response_class=JSONResponse)
def creation(request: Request, ws: Place, me: Me) -> Response:
    """What the browser needs to make a passkey."""
    key = visit.of(request).key
    options = passkeys.creation(ws, request.app.state.pending, key, origin(request), me)
    return Response(options, media_type="application/json")


@router.post("/account/passkeys")
def add(
    request: Request, ws: Place, me: Me, answer: Answer, name: Annotated[str, Form(min_length=1, max_length=120)]
) -> Response:
    """Keep the passkey the browser made."""
    _ = visit.of(request).gettext
    passkeys.add(ws, request.app.state.pending, visit.of(request).key, origin(request), me, answer, name)
    return pages.redirect(request, "/account", _("The passkey can be used from now on."))


@router.post("/sign-in/passkey/question", response_class=JSONResponse)
def question(request: Request) -> Response:
    """What the browser needs to sign in with a passkey."""
    request.app.state.addresses.take(address(request))
    options = passkeys.request(request.app.state.pending, visit.of(request).key, origin(request))
    return Response(options, media_type="application/json")


@router.post("/sign-in/passkey")
def sign_in(request: Request, ws: Place, answer: Answer, next: Next = "/") -> Response:  # noqa: A002
    """Sign in with a passkey."""
    person = passkeys.check(ws, request.app.state.pending, visit.of(request).key, origin(request), answer)
    enter(request, person, "passkey")
    return pages.redirect(request, next)
