"""Who takes part in an assessment, what is used where, figures of many offices, and files for other workspaces."""

from __future__ import annotations

import tempfile
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, UploadFile
from fastapi.responses import Response

from tocsin.assure.assessment import answers, exchange, figures, rollup
from tocsin.assure.assessment.book import Book, by_name
from tocsin.assure.assessment.inherit import cells
from tocsin.cases.acts import checked, every
from tocsin.model.assessment import LEVELS, Component, Level, Party, Product, Use
from tocsin.model.people import Person
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit
from tocsin.web.assess_page import desk, page
from tocsin.web.auth.accounts import require_administrator
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/assess", tags=["assess"])
FILE_BYTES = exchange.MOST_BYTES

Key = Annotated[str, Path(max_length=80)]
Id = Annotated[str, Form(max_length=80)]
Line = Annotated[str, Form(max_length=300)]
Components = Annotated[list[Component] | None, Form(max_length=20)]


def _book(ws: Workspace) -> Book:
    with ws.read() as reader:
        return answers.open_book(reader)


@router.get("/parties")
def parties(request: Request, ws: Place, who: Who) -> Response:
    """Who takes part."""
    book = _book(ws)
    listed = by_name(book.parties.values())
    return page(request, "assess/parties.html", book, parties=listed, administers="administrator" in who.roles)


@router.get("/parties/{party}")
def party_form(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """The form to change a party; `new` for one to add."""
    require_administrator(who)
    book = _book(ws)
    with ws.read() as reader:
        people = sorted((one for one in every(reader, Person) if one.active), key=lambda one: one.name)
    return page(
        request,
        "assess/one_party.html",
        book,
        held=None if party == "new" else book.party(party),
        parties=by_name(book.parties.values()),
        people=people,
        levels=LEVELS,
    )


@router.post("/parties")
def put(
    request: Request,
    ws: Place,
    who: Who,
    name: Line,
    level: Annotated[Level, Form()],
    party: Id = "",
    version: Annotated[int, Form(ge=0, le=2**40)] = 0,
    parent: Id = "",
    components: Components = None,
    people: Annotated[list[str] | None, Form(max_length=1000)] = None,
) -> Response:
    """Add a party, or change one: what it runs, and who speaks for it."""
    require_administrator(who)
    held = _book(ws).parties.get(party)
    said = {"name": name, "level": level, "parent": parent, "components": tuple(components or ())}
    base = {**dict(held), "version": version} if held else {}
    answers.put_party(ws, who, checked(Party, **{**base, **said, "people": tuple(people or ())}))
    return pages.redirect(request, "/assess/parties", visit.of(request).gettext("The party is kept."))


@router.post("/of/{party}/products")
def product(
    request: Request, ws: Place, who: Who, party: Key, name: Line, release: Line = "", components: Components = None
) -> Response:
    """Add a version of a vendor's product."""
    made = checked(Product, vendor=party, name=name, release=release, components=tuple(components or ()))
    answers.put_product(ws, who, made)
    return pages.redirect(request, f"/assess/of/{party}", visit.of(request).gettext("The product is kept."))


@router.post("/of/{party}/uses")
def use(
    request: Request, ws: Place, who: Who, party: Key, component: Annotated[Component, Form()], product: Id
) -> Response:
    """Say that an office uses a product version for a component."""
    answers.use(ws, who, party, component, product)
    return pages.redirect(request, f"/assess/of/{party}", visit.of(request).gettext("The use is kept."))


@router.post("/of/{party}/uses/{key}/end")
def stop(request: Request, ws: Place, who: Who, party: Key, key: Key) -> Response:
    """Say that an office uses a product version no more."""
    with ws.read() as reader:
        ended = reader.get(Use, key)
    answers.stop_using(ws, who, ended.id)
    return pages.redirect(request, f"/assess/of/{party}", visit.of(request).gettext("The use is ended."))


@router.get("/rollup/{party}")
def roll_up(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """How many offices of a party and below it stand where, and how far each is: nothing of what one answered."""
    book = _book(ws)
    found = figures.figures_of(book, who, party)
    return page(
        request,
        "assess/rollup.html",
        book,
        party=book.party(party),
        found=found,
        counts={count.question: count for count in found.counts},
        total=rollup.total(found.counts),
        hidden=sum(count.hidden for count in found.counts),
        below=[(child, its, rollup.total(its.counts)) for child, its in rollup.by_level(book, party, found.made)],
        progress=rollup.progress(book, party),
    )


@router.get("/peers")
def peers(request: Request, ws: Place, who: Who) -> Response:
    """How many offices stand where, beside the reader's own; no figure, nor difference of two, is about one to four."""
    book = _book(ws)
    with ws.read() as reader:
        shown = figures.shown_peers(reader)
    may = any(one.level in ("state", "federal") for one in book.speakers(who.id))
    groups = sorted({count.group for count in shown.counts}) if shown else []
    offices = [one for one in book.speakers(who.id) if one.components]
    mine = [(one, {cell.question.id: cell.standing for cell in cells(book, one.id)}) for one in offices]
    return page(request, "assess/peers.html", book, shown=shown, groups=groups, mine=mine, may=may)


@router.post("/peers")
def release(request: Request, ws: Place, who: Who) -> Response:
    """Release new figures of peers, for everybody."""
    figures.release_peers(ws, who)
    return pages.redirect(request, "/assess/peers", visit.of(request).gettext("New figures are released."))


@router.get("/of/{party}/files")
def files(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """Files for parties of other workspaces, and files from them."""
    book, mine = desk(ws, who, party)
    others = [one for one in by_name(book.parties.values()) if one.key]
    return page(request, "assess/files.html", book, party=mine, others=others)


@router.post("/of/{party}/files/give")
def give(request: Request, ws: Place, who: Who, party: Key, to: Id) -> Response:
    """The party's file for another: states, no statement and no evidence; signed."""
    desk(ws, who, party)
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / "file.json"
        made = exchange.give(ws, who, party, to, path)
        data = path.read_bytes()
    return pages.attachment([data], f"assess-{made.made:%Y%m%d-%H%M}.json", len(data))


@router.post("/of/{party}/files/take", max_body_size=FILE_BYTES)
def take(request: Request, ws: Place, who: Who, party: Key, file: UploadFile) -> Response:
    """Take over a file that another party has written for this one."""
    _, mine = desk(ws, who, party)
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / "file.json"
        path.write_bytes(file.file.read())
        taken = exchange.take(ws, who, path)
    language = visit.of(request).language
    told = language.ngettext(
        "%(num)s answer of %(party)s is new or withdrawn.",
        "%(num)s answers of %(party)s are new or withdrawn.",
        taken.answers,
        party=taken.party.name,
    )
    return pages.redirect(request, f"/assess/of/{mine.id}/files", told)
