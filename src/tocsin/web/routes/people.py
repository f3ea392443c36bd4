"""People and roles: who may do what, invitations, sessions of others. For administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from tocsin.model.people import Actor, Person
from tocsin.web import pages, visit
from tocsin.web.auth import accounts, invitations
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/people", tags=["people"])
ROOM = pages.Room("/people", N_("People"), 80, frozenset({"administrator"}))

Key = Annotated[str, Path(max_length=80)]
Roles = Annotated[tuple[str, ...], Form(max_length=10)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The accounts, their roles, and the invitations that are out."""
    return _index(request, ws, who)


def _index(request: Request, ws: Place, who: Actor, link: str = "", status: int = 200) -> Response:
    accounts.require_administrator(who)
    with ws.read() as reader:
        people, waiting = accounts.everybody(reader), invitations.waiting(reader)
    names = {person.id: person.name for person in people}
    context = {"people": people, "waiting": waiting, "names": names, "link": link}
    return pages.render(request, "people/index.html", status, **context)


# The link is in this one answer and nowhere else, so there is no redirect: what is kept is its digest.


@router.post("/invitations")
def invite(
    request: Request, ws: Place, who: Who, roles: Roles = (), note: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Make a link that gives somebody an account with these roles."""
    token = invitations.invite(ws, who, roles, note)
    return _index(request, ws, who, f"{request.app.state.origin}/invitation/{token}")


@router.post("/invitations/{key}/withdraw")
def withdraw(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Make an invitation worthless."""
    invitations.withdraw(ws, who, key)
    return pages.redirect(request, "/people", visit.of(request).gettext("The invitation is withdrawn."))


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One account: roles, sessions."""
    accounts.require_administrator(who)
    with ws.read() as reader:
        person = reader.get(Person, key)
    sessions = request.app.state.sessions
    used = [(one, sessions.used(one)) for one in sessions.of(person.id)]
    return pages.render(request, "people/person.html", person=person, sessions=used)


@router.post("/{key}/roles")
def set_roles(request: Request, ws: Place, who: Who, key: Key, roles: Roles = ()) -> Response:
    """Give an account these roles and no others."""
    accounts.set_roles(ws, who, key, roles)
    return pages.redirect(request, f"/people/{key}", visit.of(request).gettext("The roles are changed."))


@router.post("/{key}/active")
def set_active(request: Request, ws: Place, who: Who, key: Key, active: Annotated[bool, Form()]) -> Response:
    """Close an account, or open it again."""
    accounts.set_active(ws, who, key, active)
    _ = visit.of(request).gettext
    message = _("The account is open again.") if active else _("The account is closed.")
    return pages.redirect(request, f"/people/{key}", message)


@router.post("/{key}/sessions/end")
def end_sessions(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """End every session of an account."""
    accounts.require_administrator(who)
    request.app.state.sessions.end_all(who, key)
    return pages.redirect(request, f"/people/{key}", visit.of(request).gettext("The sessions have ended."))


@router.post("/{key}/link")
def new_link(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Make a link by which a person who cannot get in any more sets a new password."""
    token = invitations.new_way_in(ws, who, key)
    return _index(request, ws, who, f"{request.app.state.origin}/invitation/{token}")
