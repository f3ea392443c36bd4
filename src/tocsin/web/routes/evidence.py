"""Evidence: the items of the vault, files added to a case, working copies, and bytes to keep. Who took what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, sight
from tocsin.cases.settle import need_editable
from tocsin.errors import ForbiddenError, InputError
from tocsin.model.case import Case
from tocsin.model.evidence import How, Item
from tocsin.model.people import Actor, Role
from tocsin.store.capture import capture
from tocsin.store.copies import TEXT, make_copy
from tocsin.store.records import Reader
from tocsin.store.vault import CHUNK_BYTES
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["evidence"])
ROOM = pages.Room("/evidence", N_("Evidence"), 30)
ROWS = 50
PREVIEW_BYTES = 20_000
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")

Key = Annotated[str, Path(max_length=80)]
_HOLDERS: tuple[Role, ...] = ("analyst", "publisher", "custodian", "reviewer")


class Listed(BaseModel):
    """What the list is narrowed to, and the place to go on from. `out_of`: the archive that items were taken out of."""

    how: Literal["", How] = ""
    case: str = Field(default="", max_length=80)
    out_of: str = Field(default="", max_length=80)
    after: str = Field(default="", max_length=500)

    @property
    def where(self) -> dict[str, object]:
        """The part of it that the store looks up; working copies stand with their originals."""
        found: dict[str, object] = {"is_copy": False}
        wanted = {"how": self.how, "case": self.case, "derived_from": self.out_of}
        return found | {name: value for name, value in wanted.items() if value}


@router.get("/evidence")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Listed, Query()]) -> Response:
    """The items of the vault, the latest first."""
    with ws.read() as reader:
        page = reader.page(Item, wanted.where, "-captured", wanted.after, ROWS)
        veils = Veils(reader, who)
        items = [veils.seen(item) for item in page.items]
        total = reader.count(Item, wanted.where)
        people = words.names(reader, (item.captured_by for item in items))
    url = request.url.include_query_params(after=page.next) if page.next else None
    more = f"{url.path}?{url.query}" if url else ""
    return words.page(request, "evidence/index.html", items=items, total=total, more=more, wanted=wanted, people=people)


@router.get("/evidence/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One item: the facts of its capture, its working copy if there is one, what was made from it."""
    with ws.read() as reader:
        stored = reader.get(Item, key)
        item = Veils(reader, who).seen(stored)
        holds = held(reader, who, stored)
        copy = working_copy(reader, stored)
        parts = reader.count(Item, {"derived_from": key, "is_copy": False})
        people = words.names(reader, (stored.captured_by,))
    return words.page(
        request,
        "evidence/show.html",
        item=item,
        holds=holds,
        copy=copy,
        pages=parts,
        text=_preview(ws, copy) if holds and copy and copy.media_type == TEXT else "",
        picture=bool(holds and copy and copy.media_type in PICTURES),
        people=people,
    )


def working_copy(reader: Reader, item: Item) -> Item | None:
    """The working copy of an item; itself where it is one."""
    made = reader.page(Item, {"derived_from": item.id, "is_copy": True}, limit=1).items
    return item if item.is_copy else made[0] if made else None


def _preview(ws: Workspace, copy: Item) -> str:
    with ws.vault.open(copy.sha256) as file:
        return file.read(PREVIEW_BYTES).decode("utf-8", "replace")


def held(reader: Reader, who: Actor, item: Item) -> bool:
    """Whether the actor may have the bytes: with a role that works with evidence, and seeing the names of its case. The
    files of a scan belong to no case and hold the posts of many: nobody has them here."""
    case = reader.find(Case, item.case) if item.case else None
    holds = bool(who.roles.intersection(_HOLDERS))
    return holds and case is not None and sight.sight(reader, who, case) == "open"


def _need_held(ws: Workspace, who: Actor, key: str, action: str) -> Item:
    """The item, for who may have its bytes; a refusal is kept. Raises `ForbiddenError`."""
    with acts.gate(ws, who, action, key, _HOLDERS), ws.read() as reader:
        item = reader.get(Item, key)
        if not held(reader, who, item):
            raise ForbiddenError(
                "The bytes are for those who see the names of the item's case.",
                hint="Ask to see them on the page of the case. Files of a scan leave only by an export on the server.",
            )
    return item


@router.post("/evidence/{key}/original")
def original(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The original bytes, to keep and never to show; who took them is kept."""
    item = _need_held(ws, who, key, "open original")
    ws.note(who.id, "open original", item.id)
    return pages.attachment(_chunks(ws, item), item.name, item.size)


@router.post("/evidence/{key}/copy")
def make(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Make the working copy."""
    _ = visit.of(request).gettext
    item = _need_held(ws, who, key, "copy")
    make_copy(ws, item, by=who.id)
    return pages.redirect(request, f"/evidence/{key}", _("The working copy is made."))


@router.post("/evidence/{key}/copy/file")
def copy_file(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The bytes of the working copy, to keep; who took them is kept."""
    item = _need_held(ws, who, key, "open copy")
    made = make_copy(ws, item, by=who.id) if not item.is_copy else item
    ws.note(who.id, "open copy", item.id)
    return pages.attachment(_chunks(ws, made), made.name, made.size)


@router.get("/evidence/{key}/picture")
def picture(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The working copy of a picture, written anew and without metadata, to be shown on the item's page."""
    item = _need_held(ws, who, key, "see picture")
    with ws.read() as reader:
        copy = working_copy(reader, item)
    if copy is None or copy.media_type not in PICTURES:
        raise InputError("There is no picture to show.", hint="Make a working copy first.")
    with ws.vault.open(copy.sha256) as file:
        return Response(file.read(), media_type=copy.media_type, headers={"Content-Security-Policy": pages.SANDBOX})


def _chunks(ws: Workspace, item: Item) -> Iterator[bytes]:
    with ws.vault.open(item.sha256) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@router.post("/cases/{key}/evidence", max_body_size=UPLOAD_BYTES)
def add(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    file: UploadFile,
    source: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Keep a file as evidence of a case; of a web archive also each page in it."""
    with acts.gate(ws, who, "capture", key, ("analyst",)), ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        need_editable(case)
    taken = capture(ws, file.file, file.filename or "", by=who.id, case=key, source=source)
    language = visit.of(request).language
    told = language.ngettext("%(num)s item is kept.", "%(num)s items are kept.", len(taken.items))
    if taken.refused:
        refused = len(taken.refused)
        told += " " + language.ngettext("%(num)s entry was set aside.", "%(num)s entries were set aside.", refused)
    return pages.redirect(request, f"/evidence/{taken.items[0].id}", told)
