"""Audits: what is set up, drawn, read and computed, the steps that are next, and the check of all of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, UploadFile
from fastapi.responses import Response
from markupsafe import Markup

from tocsin.assure.audit.life.setup import Plan
from tocsin.errors import NotFoundError, TocsinError
from tocsin.inform.notebook import Book, charts, read_book
from tocsin.jobs import audit, audits, contests
from tocsin.jobs.audit import AuditFiles
from tocsin.model.audit import METHODS, Kind, Method, Published
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.audit_words import LABELS
from tocsin.web.i18n import N_
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/audits", tags=["audits"])
ROOM = pages.Room("/audits", N_("Audits"), 14)
UNSAFE = re.compile(r"[^\w .,&()+-]|^\.+")  # in the name of a file, which may say whose it is

Key = Annotated[str, Path(max_length=61)]
Line = Annotated[str, Form(max_length=300)]
Said = Annotated[str, Form(max_length=2000)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The audits of the workspace and where each stands."""
    return words.page(request, "audits/index.html", audits=audits.audits(ws), said=_said(request))


@router.get("/new")
def new(request: Request, who: Who) -> Response:
    """The form that sets an audit up."""
    return _new(request)


def _new(request: Request, error: TocsinError | None = None, **typed: str) -> Response:
    status = error.http_status if error else 200
    methods = list(dict.fromkeys(method for some in METHODS.values() for method in some))
    return words.page(
        request, "audits/new.html", status, error=error, typed=typed, methods=methods, said=_said(request)
    )


@router.post("/new", max_body_size=UPLOAD_BYTES)
def add(
    request: Request,
    ws: Place,
    who: Who,
    key: Annotated[str, Form(max_length=61)],
    title: Annotated[str, Form(min_length=1, max_length=300)],
    manifest: list[UploadFile],
    kind: Annotated[Kind, Form()],
    cvrs: list[UploadFile] | None = None,
    tallies: list[UploadFile] | None = None,
    results: list[UploadFile] | None = None,
    method: Annotated[Method | Literal[""], Form()] = "",
    percent: Annotated[float, Form(gt=0, lt=100)] = 5,
    targets: Annotated[str, Form(max_length=2000)] = "",
    authority: Line = "",
    published: Annotated[Published, Form()] = "redacted",
    by_style: Annotated[bool, Form()] = False,
    seats: Said = "",
    vote_for: Said = "",
    cards: Said = "",
    share: Said = "",
) -> Response:
    """Set an audit up from files."""
    named = tuple(part.strip() for part in targets.split(",") if part.strip())
    typed = {"seats": seats, "vote_for": vote_for, "cards": cards, "share": share}
    plan = Plan(
        title,
        kind,
        authority,
        percent / 100,
        method=method or None,
        targets=named,
        published=published,
        by_style=by_style,
    )
    try:
        path = audits.new_path(ws, key)
        with tempfile.TemporaryDirectory() as folder, audits.step(ws, who, key) as told:
            given = [
                _saved(File(folder) / str(n), files or []) for n, files in enumerate((manifest, cvrs, tallies, results))
            ]
            said = contests.told(
                **{name: filter(None, map(str.strip, text.split(";"))) for name, text in typed.items()}
            )
            audit.new_audit(path, plan, AuditFiles(given[0], given[1], given[2], given[3], told=said), told=told)
    except TocsinError as error:
        return _new(request, error, key=key, title=title, targets=targets, authority=authority, **typed)
    return pages.redirect(request, f"/audits/{key}", visit.of(request).gettext("The audit is set up."))


def _saved(folder: File, files: list[UploadFile]) -> list[str]:
    """Write the files that were sent, by number and name; empty fields of the form send one without a name."""
    folder.mkdir()
    paths = []
    for number, file in enumerate(files):
        if file.filename:
            path = folder / str(number) / UNSAFE.sub("_", File(file.filename).name)[-100:]
            path.parent.mkdir()
            with path.open("wb") as target:
                while chunk := file.file.read(1 << 20):
                    target.write(chunk)
            paths.append(str(path))
    return paths


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One audit: its contests with risks, its rounds, the step that is next, and its files."""
    return _show(request, ws, key)


def _show(request: Request, ws: Workspace, key: str, error: TocsinError | None = None) -> Response:
    path = audits.path_of(ws, key)
    book = read_book(path)
    return words.page(
        request,
        "audits/show.html",
        error.http_status if error else 200,
        error=error,
        key=key,
        book=book,
        state=audit.state(path),
        chart=_chart(request, book),
        files=audits.public_files(path),
        said=_said(request),
    )


def _chart(request: Request, book: Book) -> Markup:
    language = visit.of(request).language
    told = "; ".join(f"{one.contest}: {one.risk:.3g}" for one in (book.last.contests if book.last else ()))
    drawn = charts.risk_chart(book, f"{language.gettext('Risk')}: {told}", language.gettext("Limit"))
    return Markup(drawn)  # noqa: S704  escaped where it is made


@router.post("/{key}/step")
def take(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    act: Annotated[Literal["commit", "seed", "draw", "risk", "report"], Form()],
    size: Annotated[str, Form(pattern=r"^[0-9]{0,9}$")] = "",
) -> Response:
    """Take the next step."""
    path = audits.path_of(ws, key)
    steps: dict[str, Callable[[audit.Told], object]] = {
        "commit": lambda told: audit.commit(path, told),
        "seed": lambda told: audit.end_ceremony(path, told),
        "draw": lambda told: audit.draw_round(path, int(size) if size else None, None, told),
        "risk": lambda told: audit.compute_risk(path, told),
        "report": lambda told: audit.write_report(path, told),
    }
    return _step(request, ws, who, key, steps[act])


@router.post("/{key}/dice")
def dice(request: Request, ws: Place, who: Who, key: Key, person: Line, digits: Line) -> Response:
    """Write down one person's dice."""
    path = audits.path_of(ws, key)
    return _step(request, ws, who, key, lambda told: audit.throw(path, person, digits, told))


def _step(request: Request, ws: Workspace, who: Who, key: str, run: Callable[[audit.Told], object]) -> Response:
    try:
        with audits.step(ws, who, key) as told:
            run(told)
    except TocsinError as error:
        return _show(request, ws, key, error)
    return pages.redirect(request, f"/audits/{key}", visit.of(request).gettext("The step is done."))


@router.get("/{key}/check")
def check(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Everything computed again, and what does not come out."""
    found = audit.verify(audits.path_of(ws, key))
    failed = sum(one.outcome == "failed" for one in found)
    return words.page(request, "audits/check.html", key=key, checks=found, failed=failed, said=_said(request))


@router.get("/{key}/public.zip")
def packed(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Everything that is published, as one file."""
    data = audits.public_zip(audits.path_of(ws, key))
    return pages.attachment([data], f"{key}.zip", len(data))


@router.get("/{key}/files/{name:path}")
def file(request: Request, ws: Place, who: Who, key: Key, name: Annotated[str, Path(max_length=300)]) -> Response:
    """One published file."""
    path = audits.path_of(ws, key)
    if name not in audits.public_files(path):
        raise NotFoundError("There is no such file.", hint="See the list of files of the audit.")
    data = (path / name).read_bytes()
    return pages.attachment([data], name.replace("/", "-"), len(data))


def _said(request: Request) -> Callable[[str, str], str]:
    """The words for a code of an audit."""
    gettext = visit.of(request).gettext
    return lambda sort, code: gettext(LABELS[sort][code]) if code in LABELS[sort] else code
