"""Evidence packages: dossiers that people wrote, each held against the criteria and the test of every regime."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import Response

from tocsin.cases.confirm import confirmed
from tocsin.errors import ForbiddenError, InputError, NotFoundError, TocsinError, UsageError
from tocsin.model.criteria import Criteria
from tocsin.model.people import Actor
from tocsin.respond.sanctions import keeping
from tocsin.respond.sanctions.outline import outline
from tocsin.respond.sanctions.package import Package, package
from tocsin.respond.sanctions.published import published
from tocsin.respond.sanctions.reading import read_dossier
from tocsin.respond.sanctions.render import html
from tocsin.store.workspace import Workspace
from tocsin.web import gap_view, list_history, pages, visit, words
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/money/dossiers", tags=["money"])
DOSSIER_BYTES = 4 << 20

Key = Annotated[str, Path(max_length=80)]
Day = Annotated[str, Query(max_length=10)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The dossiers that the reader may see, and the forms that begin one."""
    return _index(request, ws, who)


def _index(request: Request, ws: Workspace, who: Actor, error: TocsinError | None = None) -> Response:
    found = keeping.dossiers(ws, who)
    with ws.read() as reader:
        people = words.names(reader, (author for one in found for author in one.authors))
    context = {"dossiers": found, "people": people, "error": error, "may": "analyst" in who.roles}
    return words.page(request, "money/dossiers.html", error.http_status if error else 200, **context)


@router.post("/file", max_body_size=DOSSIER_BYTES)
def add(request: Request, ws: Place, who: Who, dossier: UploadFile) -> Response:
    """Keep a dossier from a file that a person wrote: TOML or JSON."""
    suffix = ".json" if (dossier.filename or "").endswith(".json") else ".toml"
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / f"dossier{suffix}"
        path.write_bytes(dossier.file.read())
        try:
            kept = keeping.keep(ws, who, read_dossier(path))
        except (InputError, UsageError) as error:
            return _index(request, ws, who, error)
    return pages.redirect(request, f"/money/dossiers/{kept.id}", visit.of(request).gettext("The dossier is kept."))


@router.post("/case")
def from_case(
    request: Request,
    ws: Place,
    who: Who,
    case: Annotated[str, Form(max_length=80)],
    name: Annotated[str, Form(max_length=300)],
) -> Response:
    """Begin a dossier about a name of a case, filled from its claims."""
    try:
        kept = keeping.keep(ws, who, keeping.from_case(ws, who, case.strip().rsplit("/", 1)[-1], name.strip()))
    except (UsageError, NotFoundError, ForbiddenError) as error:
        return _index(request, ws, who, error)
    return pages.redirect(request, f"/money/dossiers/{kept.id}", visit.of(request).gettext("The dossier is kept."))


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key, on: Day = "") -> Response:
    """The package as of a day: limb by limb, met or not enough yet, with the draft of the reasons."""
    made = _package(ws, who, key, on)
    return words.page(request, "money/dossier.html", page=outline(made), dossier=made.dossier, day=made.day)


@router.get("/{key}/package.html")
def download(request: Request, ws: Place, who: Who, key: Key, on: Day = "") -> Response:
    """The package as one page to keep."""
    data = html(_package(ws, who, key, on)).encode("utf-8", "replace")
    return pages.attachment([data], "package.html", len(data))


def _package(ws: Workspace, who: Actor, key: str, on: str) -> Package:
    day = _day(on)
    dossier = keeping.dossier_of(ws, who, key)
    listed = published(list_history.history(ws), day)
    with ws.read() as reader:
        criteria = Criteria.load(confirmed(reader))
    clusters = gap_view.clusters(ws, listed) if dossier.entries else None
    return package(dossier, day, listed=listed, clusters=clusters, criteria=criteria)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day.") from error
