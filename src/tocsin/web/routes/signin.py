"""In and out: the sign-in form, the link of an invitation, the way out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from tocsin.errors import ConflictError, TocsinError, UsageError
from tocsin.model.people import Person
from tocsin.web import pages, visit
from tocsin.web.auth import accounts, invitations, passkeys
from tocsin.web.auth.sessions import LIFE
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["account"])

Token = Annotated[str, Path(max_length=100)]
Login = Annotated[str, Form(min_length=2, max_length=64)]
Name = Annotated[str, Form(min_length=1, max_length=120)]
Password = Annotated[str, Form(max_length=1024)]
Next = Annotated[str, Form(max_length=2000)]


def enter(request: Request, person: Person, by: Literal["password", "passkey", "openid", "invitation"]) -> None:
    """Begin a session for a person who has proved who they are. An older one of this browser ends."""
    here, sessions = visit.of(request), request.app.state.sessions
    if here.person and here.session:
        sessions.end(here.person.actor, here.session.id)
    here.key = sessions.begin(person, by, request.headers.get("user-agent", ""))
    here.keep[visit.SESSION] = (here.key, int(LIFE.total_seconds()))
    here.keep[visit.BROWSER] = ("", 0)


def origin(request: Request) -> str:
    """The address this browser used; the gate let only those of this server pass."""
    return f"{request.app.state.origin.partition('://')[0]}://{request.headers['host'].lower()}"


def address(request: Request) -> str:
    """Where a request came from; its /64 network for IPv6, of which one party has the whole."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if host.count(":") > 3 else host


@router.get("/sign-in")
def form(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002
    """The sign-in form."""
    return _form(request, next)


def _form(request: Request, target: str, login: str = "", error: TocsinError | None = None) -> Response:
    status = error.http_status if error else 200
    context = {
        "target": pages.local(target),
        "login": login,
        "error": error,
        "passkey_site": passkeys.site(origin(request)),
    }
    return pages.render(request, "account/sign-in.html", status, **context)


@router.post("/sign-in")
def sign_in(request: Request, ws: Place, login: Login, password: Password, next: Next = "/") -> Response:  # noqa: A002
    """Sign in with name and password."""
    state = request.app.state
    try:
        state.addresses.take(address(request))
        person = accounts.check_password(ws, state.accounts, login, password)
    except TocsinError as error:
        return _form(request, next, login, error)
    enter(request, person, "password")
    return pages.redirect(request, next)


@router.post("/sign-out")
def sign_out(request: Request, who: Who) -> Response:
    """End this session."""
    here = visit.of(request)
    assert here.session
    request.app.state.sessions.end(who, here.session.id)
    here.keep[visit.SESSION] = ("", 0)
    return pages.redirect(request, "/sign-in")


@router.get("/invitation/{token}")
def invitation(request: Request, ws: Place, token: Token) -> Response:
    """The form behind the link of an invitation."""
    return _invitation(request, ws, token)


def _invitation(request: Request, ws: Place, token: str, error: TocsinError | None = None, **typed: str) -> Response:
    with ws.read() as reader:
        found = invitations.find(reader, token)
        known = reader.find(Person, found.person) if found.person else None
    context = {"invitation": found, "known": known, "token": token, "typed": typed, "error": error}
    return pages.render(request, "account/invitation.html", error.http_status if error else 200, **context)


@router.post("/invitation/{token}")
def accept(
    request: Request, ws: Place, token: Token, login: Login, name: Name, password: Password, again: Password
) -> Response:
    """Make the account of an invitation with a password, and sign in."""
    request.app.state.addresses.take(address(request))
    try:
        if password != again:
            raise UsageError("The two passwords differ.", hint="Type the same one twice.")
        person = invitations.accept(ws, token, login, name, password)
    except (UsageError, ConflictError) as error:
        return _invitation(request, ws, token, error, login=login, name=name)
    enter(request, person, "invitation")
    return pages.redirect(request, "/")
