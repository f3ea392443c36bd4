"""Tips: what somebody told us, kept for the days of the rules unless a case keeps it; and requests about oneself."""

from __future__ import annotations

import tempfile
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, UploadFile
from fastapi.responses import Response

from tocsin.cases import acts, retention, rules
from tocsin.cases.approvals import NEEDED
from tocsin.cases.states import EDITABLE
from tocsin.errors import ForbiddenError, TocsinError, UsageError
from tocsin.model.case import Case, Tip
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["tips"])
ROOM = pages.Room("/tips", N_("Tips"), 35, frozenset({"analyst", "custodian"}))
MOST = 200  # tips on the page
KEY_BYTES = 1 << 10  # a key file is shorter

Key = Annotated[str, Path(max_length=80)]
PAGES = {"lead": "/findings/", "case": "/cases/", "publication": "/publications/", "item": "/evidence/"}


@router.get("/tips")
def index(request: Request, ws: Place, who: Who) -> Response:
    """Tips that no case keeps, those that end first at the top."""
    return _index(request, ws, who)


def _index(request: Request, ws: Workspace, who: Actor, error: TocsinError | None = None, typed: str = "") -> Response:
    if not who.roles & ROOM.roles:
        raise ForbiddenError("Tips are for analysts and custodians.", hint="Ask an administrator for the role.")
    with ws.read() as reader:
        seen = [tip for tip in acts.every(reader, Tip, {"state": "open"}) if retention.may_see(reader, who, tip)]
        days = rules.current(reader).tip_days
        cases = _cases(reader, who)
    tips = sorted(seen, key=lambda tip: tip.expires)
    context = {"tips": tips[:MOST], "total": len(tips), "days": days, "cases": cases, "typed": typed, "error": error}
    return words.page(request, "tips/index.html", error.http_status if error else 200, **context)


def _cases(reader: Reader, who: Actor) -> list[tuple[str, str]]:
    where = {"owner": who.id, "state": tuple(sorted(EDITABLE))}
    return [(case.id, case.title) for case in reader.page(Case, where, "-updated", limit=MOST).items]


@router.post("/tips")
def add(
    request: Request,
    ws: Place,
    who: Who,
    text: Annotated[str, Form(max_length=20_000)],
    danger: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a tip, without who gave it."""
    try:
        retention.add_tip(ws, who, text, danger)
    except UsageError as error:
        return _index(request, ws, who, error, text)
    return pages.redirect(request, "/tips", visit.of(request).gettext("The tip is kept."))


@router.post("/tips/{key}/keep")
def keep(request: Request, ws: Place, who: Who, key: Key, case: Annotated[str, Form(max_length=80)]) -> Response:
    """Take a tip into a case: it stays as long as the case."""
    retention.keep_tip(ws, who, key, case)
    return pages.redirect(request, f"/cases/{case}", visit.of(request).gettext("The tip belongs to the case."))


@router.post("/tips/{key}/erase")
def erase(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Say yes to erasing a tip before its time; with the second person's yes it is erased."""
    _ = visit.of(request).gettext
    if retention.approve_erasure(ws, who, Tip, key) < NEEDED:
        return pages.redirect(request, "/tips", _("Your yes is kept. Another person must say yes as well."))
    retention.erase(ws, who, Tip, key)
    return pages.redirect(request, "/tips", _("The tip is erased."))


@router.get("/requests")
def ask(request: Request, who: Who) -> Response:
    """The form for a request about oneself."""
    return _ask(request, who)


def _ask(
    request: Request, who: Actor, error: TocsinError | None = None, hits: list[tuple[str, str, str]] | None = None
) -> Response:
    if "custodian" not in who.roles:
        raise ForbiddenError("A custodian answers requests about oneself.", hint="Ask a custodian.")
    return words.page(request, "tips/requests.html", error.http_status if error else 200, hits=hits, error=error)


@router.post("/requests/key")
def make_key(request: Request, ws: Place, who: Who) -> Response:
    """A new key for pseudonyms, given to the custodian and kept nowhere else."""
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder) / "key"
        retention.new_custodian_key(ws, who, file)
        made = file.read_bytes()
    return pages.attachment([made], "key", len(made))


@router.post("/requests")
def answer(
    request: Request,
    ws: Place,
    who: Who,
    handle: Annotated[str, Form(max_length=300)],
    key: UploadFile,
    platforms: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """The records in which an account occurs. Neither the handle nor the key is kept; the answer is shown once."""
    named = [part.strip() for part in platforms.split(",") if part.strip()]
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder) / "key"
        file.write_bytes(key.file.read(KEY_BYTES))
        try:
            found = retention.about(ws, who, file, handle.strip(), named)
        except UsageError as error:
            return _ask(request, who, error)
    return _ask(request, who, hits=[(hit.kind, hit.id, PAGES.get(hit.kind, "")) for hit in found])
