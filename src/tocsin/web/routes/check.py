"""Check a message: look it up among the claims that the workspace keeps; people settle what looks alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, UploadFile
from fastapi.responses import Response

from tocsin.detect.fabrication.address import is_link
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.check import Checker
from tocsin.detect.fabrication.differences import side_by_side
from tocsin.errors import TocsinError, UsageError
from tocsin.jobs import check as job
from tocsin.jobs import claims
from tocsin.jobs.sites import sites_in
from tocsin.model.check import Holds, KeptLink
from tocsin.model.people import Actor
from tocsin.store.claims import collections, index_folder
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/check", tags=["check"])
ROOM = pages.Room("/check", N_("Check"), 11)
SHOWN = 100
PICTURE_BYTES = 20 << 20
SITES: tuple[Holds, ...] = ("official", "opinions")

#: The five answers, in the reader's language.
ANSWERS = {
    "checked": N_("This was checked."),
    "looks like": N_("This looks like something that was checked. Compare the two; you decide."),
    "official fact": N_("The office in charge says something on this."),
    "being looked at": N_("This is being looked at. There is no result yet."),
    "nobody has checked": N_("Nobody has checked this, as far as the claims at hand go."),
}
STATES = {"suggested": N_("suggested"), "confirmed": N_("confirmed"), "rejected": N_("rejected")}
HOW = {
    "same words": N_("the same words"),
    "meaning": N_("its meaning"),
    "address": N_("its address"),
    "picture": N_("its picture"),
    "confirmed": N_("a link that a person confirmed"),
}

Key = Annotated[str, Path(max_length=80)]
Message = Annotated[str, Form(max_length=job.TEXT_CHARACTERS)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The form, what is kept, and how much awaits confirmation."""
    return _form(request, ws)


def _form(request: Request, ws: Workspace, error: TocsinError | None = None, text: str = "") -> Response:
    with ws.read() as reader:
        waiting = reader.count(KeptLink, {"state": "suggested"})
    kept = collections(ws)
    status = error.http_status if error else 200
    return words.page(request, "check/index.html", status, error=error, text=text, kept=kept, waiting=waiting)


@router.post("", max_body_size=PICTURE_BYTES)
def check(request: Request, ws: Place, who: Who, text: Message = "", picture: UploadFile | None = None) -> Response:
    """The answer for a text or an address, or for a picture. Nothing is kept."""
    try:
        sent = picture.file.read(PICTURE_BYTES) if picture and picture.filename else b""
        asked = job.Message(picture=sent) if sent else _asked(text)
        found = job.answer(_checker(ws), asked, _sites(ws))
    except TocsinError as error:
        return _form(request, ws, error, text)
    may = "analyst" in who.roles and any(one.link.state == "suggested" for one in found.matches) and not sent
    return words.page(request, "check/answer.html", found=found, answers=ANSWERS, states=STATES, how=HOW, may=may)


def _asked(text: str) -> job.Message:
    """What was typed: an address, or words; never a path of this machine."""
    return job.Message(addresses=(text.strip(),)) if is_link(text) else job.of_text(text)


@router.post("/keep")
def keep(request: Request, ws: Place, who: Who, text: Message) -> Response:
    """Keep what looks like a claim, for people to confirm or reject."""
    asked = _asked(text)
    if not asked.text:
        raise UsageError("only words are kept with their claims", hint="check a text")
    job.keep(ws, who, asked.text, job.answer(_checker(ws), asked, _sites(ws)))
    return pages.redirect(request, "/check/links", visit.of(request).gettext("The suggestions are kept."))


@router.get("/links")
def links(
    request: Request, ws: Place, who: Who, state: Literal["", "suggested", "confirmed", "rejected"] = ""
) -> Response:
    """Messages and claims side by side, with what differs marked and the state of each link."""
    return _links(request, ws, who, state)


@router.post("/links/{key}")
def settle(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    act: Annotated[Literal["confirm", "reject", "reopen"], Form()],
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Confirm or reject a link with a reason, or take that back."""
    steps: dict[str, Callable[[], object]] = {
        "confirm": lambda: claims.settle(ws, who, key, "confirmed", why),
        "reject": lambda: claims.settle(ws, who, key, "rejected", why),
        "reopen": lambda: claims.reopen(ws, who, key),
    }
    try:
        steps[act]()
    except UsageError as error:
        return _links(request, ws, who, "", error)
    return pages.redirect(request, "/check/links", visit.of(request).gettext("The link is saved."))


def _links(request: Request, ws: Workspace, who: Actor, state: str, error: TocsinError | None = None) -> Response:
    kept = claims.links_in(ws, state)
    with ws.read() as reader:
        people = words.names(reader, (one.by for one in kept[:SHOWN]))
        every = kept_scans.leads(reader, *kept_scans.scans(ws, reader, "content"))
        hide = kept_scans.hidden(Veils(reader, who), every)  # names that a blind reader of a case must not see
    return words.page(
        request,
        "check/links.html",
        error.http_status if error else 200,
        error=error,
        links=[(one, side_by_side(hide(one.text), hide(one.link.text))) for one in kept[:SHOWN]],
        hide=hide,
        total=len(kept),
        state=state,
        states=STATES,
        people=people,
        settles=bool(who.roles.intersection(claims.SETTLERS)),
    )


_made: dict[str, tuple[str, Checker]] = {}
_lists: dict[str, tuple[tuple[str, ...], ContentTables]] = {}


def _checker(ws: Workspace) -> Checker:
    """The claims of the workspace, kept in memory until others are added and their index stands; links as they are
    settled now."""
    key, folder = str(ws.path), index_folder(ws)
    if key not in _made or (_made[key][0] != str(folder) and folder.is_dir()):
        _made.clear()
        _made[key] = (str(folder), job.checker_in(ws))
    checker = _made[key][1]
    with ws.read() as reader:
        checker.settled = claims.settled_in(reader)
    return checker


def _sites(ws: Workspace) -> ContentTables:
    """What lists of the workspace say of sites, kept in memory until others are added."""
    key = str(ws.path)
    digests = tuple(one.digest for holds in SITES for one in collections(ws, holds))
    if key not in _lists or _lists[key][0] != digests:
        _lists.clear()
        _lists[key] = (digests, sites_in(ws))
    return _lists[key][1]
