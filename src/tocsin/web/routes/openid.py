"""Sign-in through an OpenID provider: there, and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from tocsin.errors import NotFoundError, SignInError, UsageError
from tocsin.web import pages, visit
from tocsin.web.auth import invitations, openid
from tocsin.web.auth.openid import Flow, Provider
from tocsin.web.routes.signin import Login, Name, Token, address, enter
from tocsin.web.visit import Me, Place

router = APIRouter(tags=["account"])


def provider(request: Request) -> Provider:
    """The provider named in the settings. Raises `NotFoundError` where there is none."""
    chosen = visit.of(request).preferences
    if not chosen.issuer:
        raise NotFoundError("This server has no OpenID provider.", hint="Sign in another way.")
    return Provider(chosen.issuer, chosen.client, request.app.state.openid_secret)


def _address_there(request: Request, going: Flow) -> str:
    request.app.state.addresses.take(address(request))
    state = request.app.state.pending.put(visit.of(request).key, going)
    return provider(request).start(state, going)


@router.get("/sign-in/openid")
def sign_in(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002
    """Send the browser to the provider."""
    going = openid.flow("sign-in", request.app.state.origin, target=pages.local(next))
    return RedirectResponse(_address_there(request, going), status_code=303)


# A form may not lead to another server (form-action in the policy), so these two show a page with the link.


@router.post("/account/openid")
def join(request: Request, me: Me) -> Response:
    """Begin to join one's identity at the provider to one's account."""
    going = openid.flow("join", request.app.state.origin, person=me.id, target="/account")
    return _leave(request, going)


@router.post("/invitation/{token}/openid")
def accept(request: Request, ws: Place, token: Token, login: Login, name: Name) -> Response:
    """Begin to make the account of an invitation with an identity in place of a password."""
    with ws.read() as reader:
        invitations.find(reader, token)
    return _leave(request, openid.flow("invitation", request.app.state.origin, token=token, login=login, name=name))


def _leave(request: Request, going: Flow) -> Response:
    return pages.render(request, "account/leave.html", url=_address_there(request, going))


@router.get("/sign-in/openid/back")
def back(
    request: Request,
    ws: Place,
    state: Annotated[str, Query(max_length=100)],
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Where the provider sends the browser back to."""
    going = request.app.state.pending.take(visit.of(request).key, state)
    if not isinstance(going, Flow) or not code:
        raise UsageError("The sign-in was broken off, or took too long.", hint="Start again from the sign-in page.")
    chosen = provider(request)
    return _arrived(request, ws, chosen.issuer, chosen.finish(code, iss, going), going)


def _arrived(request: Request, ws: Place, issuer: str, subject: str, going: Flow) -> Response:
    here = visit.of(request)
    if going.use == "join":
        if here.person is None or here.person.id != going.person:
            raise SignInError("You are not signed in any more.", hint="Sign in and start again.")
        with ws.write(here.person.id, "identity joined", here.person.id) as writer:
            openid.join(writer, here.person, issuer, subject)
        return pages.redirect(request, "/account", here.gettext("You can sign in with that identity from now on."))
    if going.use == "invitation":
        with ws.write("", "account made or recovered") as writer:
            person = invitations.use(writer, going.token, going.login, going.name)
            openid.join(writer, person, issuer, subject)
        enter(request, person, "invitation")
    else:
        enter(request, openid.find(ws, issuer, subject), "openid")
    return pages.redirect(request, going.target)
