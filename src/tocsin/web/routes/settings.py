"""Settings of the workspace: exercise mark, language, OpenID provider, timestamp authority, and the thresholds that two
persons change together."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from tocsin.cases import rules
from tocsin.cases.approvals import NEEDED
from tocsin.errors import TocsinError, UsageError
from tocsin.model.people import Preferences
from tocsin.web import i18n, pages, visit
from tocsin.web.auth import accounts, openid
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/settings", tags=["settings"])
ROOM = pages.Room("/settings", N_("Settings"), 90)

Line = Annotated[str, Form(max_length=300)]


@router.get("")
def show(request: Request, ws: Place, who: Who) -> Response:
    """The settings as they are; forms for those who may change them."""
    return _show(request, ws)


def _show(request: Request, ws: Place, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        preferences, current = reader.find(Preferences, "workspace") or Preferences(), rules.current(reader)
    return pages.render(
        request,
        "settings/index.html",
        error.http_status if error else 200,
        preferences=preferences,
        rules=current,
        secret=bool(request.app.state.openid_secret),
        error=error,
    )


@router.post("")
def save(
    request: Request,
    ws: Place,
    who: Who,
    exercise: Annotated[bool, Form()] = False,
    language: Annotated[str, Form(max_length=16)] = "",
    issuer: Line = "",
    client: Line = "",
    authority: Line = "",
    certificates: Annotated[str, Form(max_length=50_000)] = "",
) -> Response:
    """Change what holds for the whole workspace."""
    accounts.require_administrator(who)
    try:
        if issuer:
            openid.checked(issuer)
        if authority and urlsplit(authority).scheme not in ("http", "https"):  # what comes back is signed
            raise UsageError("That is no address of an authority.", hint="Write https:// or http:// and its address.")
        if authority:
            _check_certificates(certificates)
        if bool(issuer) != bool(client):
            raise UsageError("A provider needs an address and the name it knows this program by.", hint="Give both.")
    except UsageError as error:
        return _show(request, ws, error)
    with ws.write(who.id, "settings changed", "workspace") as writer:
        old = writer.find(Preferences, "workspace") or Preferences()
        known = language if language in i18n.languages() else ""
        writer.put(
            old.but(
                exercise=exercise,
                language=known,
                issuer=issuer.strip(),
                client=client.strip(),
                authority=authority.strip(),
                certificates=certificates.strip(),
            )
        )
    return pages.redirect(request, "/settings", visit.of(request).gettext("The settings are saved."))


def _check_certificates(text: str) -> None:
    try:
        load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise UsageError("Without its certificates no timestamp can be checked.", hint="Give them as PEM.") from error


@router.post("/rules")
def approve_rules(
    request: Request,
    ws: Place,
    who: Who,
    reply_days: Annotated[int, Form(ge=1, le=60)],
    alternatives: Annotated[int, Form(ge=1, le=10)],
    tip_days: Annotated[int, Form(ge=1, le=365)],
    frozen_until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Say yes to these thresholds; with the second person's yes to the same they are in force."""
    _ = visit.of(request).gettext
    try:
        day = date.fromisoformat(frozen_until) if frozen_until else None
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day, for instance 2027-01-31.") from error
    values = {"reply_days": reply_days, "alternatives": alternatives, "tip_days": tip_days, "frozen_until": day}
    given = rules.approve(ws, who, values)
    if given < NEEDED:
        message = _("Your yes is kept. Another person must enter exactly the same values.")
        return pages.redirect(request, "/settings", message)
    rules.change(ws, who, values)
    return pages.redirect(request, "/settings", _("The thresholds are in force."))
