"""One's own account: ways in, sessions, password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from tocsin.errors import SignInError, TocsinError, UsageError
from tocsin.model.people import Credential, Person
from tocsin.web import pages, visit
from tocsin.web.auth import accounts, passkeys
from tocsin.web.routes.signin import Password, origin
from tocsin.web.visit import Me, Place, Who

router = APIRouter(tags=["account"])

Key = Annotated[str, Path(max_length=80)]


@router.get("/account")
def show(request: Request, ws: Place, me: Me) -> Response:
    """One's account."""
    return _show(request, ws, me)


def _show(request: Request, ws: Place, me: Person, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        ways = reader.page(Credential, where={"person": me.id}, limit=100).items
    sessions = request.app.state.sessions
    context = {
        "me": me,
        "ways": ways,
        "has_password": any(way.type == "password" for way in ways),
        "sessions": [(one, sessions.used(one)) for one in sessions.of(me.id)],
        "passkey_site": passkeys.site(origin(request)),
        "error": error,
    }
    return pages.render(request, "account/index.html", error.http_status if error else 200, **context)


@router.post("/account/password")
def change_password(
    request: Request, ws: Place, me: Me, password: Password, again: Password, old: Password = ""
) -> Response:
    """Change or set one's password; all other sessions end."""
    here = visit.of(request)
    assert here.session
    try:
        if password != again:
            raise UsageError("The two passwords differ.", hint="Type the same one twice.")
        accounts.change_password(ws, request.app.state.accounts, me, old, password, keep=here.session.id)
    except SignInError:
        return _show(request, ws, me, UsageError("The old password is wrong.", hint="Try again."))
    except UsageError as error:
        return _show(request, ws, me, error)
    return pages.redirect(request, "/account", here.gettext("The password is changed; your other sessions have ended."))


@router.post("/account/ways/{key}/remove")
def remove_way(request: Request, ws: Place, me: Me, key: Key) -> Response:
    """Remove one of one's ways in."""
    accounts.remove_credential(ws, me, key)
    return pages.redirect(request, "/account", visit.of(request).gettext("That way in is removed."))


@router.post("/account/sessions/end")
def end_sessions(request: Request, who: Who, session: Annotated[str, Form(max_length=80)] = "") -> Response:
    """End one of one's sessions, or without `session` all but this one."""
    here, sessions = visit.of(request), request.app.state.sessions
    assert here.session
    if session:
        sessions.end(who, session)
        return pages.redirect(request, "/account", here.gettext("The session has ended."))
    sessions.end_all(who, who.id, but=here.session.id)
    return pages.redirect(request, "/account", here.gettext("Your other sessions have ended."))
