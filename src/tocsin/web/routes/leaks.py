"""Leaks under custody: taken in, weighed by two persons, opened one thing at a time; every opening is on the page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts
from tocsin.cases.leaks import WEIGHERS
from tocsin.errors import TocsinError, UsageError
from tocsin.jobs import leak_access, leak_intake
from tocsin.jobs.leak_intake import Origin
from tocsin.model.leak import PERSONS, QUESTIONS, Finds, Leak, LeakItem
from tocsin.model.people import Actor, Person
from tocsin.store.capture import plain_name
from tocsin.store.records import Reader
from tocsin.store.vault import CHUNK_BYTES
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/leaks", tags=["leaks"])
ROOM = pages.Room("/leaks", N_("Leaks"), 33)
ROWS = 100
TEXT_SHOWN = 1 << 20  # characters of a working copy on a page
OPENINGS = 200

SORTS = {
    "original": N_("original"),
    "mail": N_("mail"),
    "document": N_("document"),
    "aside": N_("could not be read"),
}
STATES = {
    "waits": N_("waits to be weighed"),
    "passed": N_("weighed: may be shown"),
    "held": N_("weighed: stays closed"),
}
FINDS: dict[str, str] = {
    "interest": N_("the public interest outweighs the harm"),
    "harm": N_("the harm outweighs the public interest"),
    "unclear": N_("it is unclear"),
}

Key = Annotated[str, Path(max_length=80)]
Sort = Literal["", "original", "mail", "document", "aside"]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The leaks of the workspace, the last received first."""
    with ws.read() as reader:
        found = sorted(acts.every(reader, Leak), key=lambda leak: (leak.received, leak.id), reverse=True)
        rows = [(leak, leak_access.weighed(reader, who, leak).state) for leak in found]
    may = bool(who.roles & set(leak_intake.TAKERS))
    return words.page(request, "leaks/index.html", rows=rows, states=STATES, may=may)


@router.get("/new")
def new(request: Request, ws: Place, who: Who) -> Response:
    """The form for a leak."""
    return _new(request, ws, who)


def _new(
    request: Request, ws: Workspace, who: Actor, error: TocsinError | None = None, typed: dict[str, str] | None = None
) -> Response:
    with ws.read() as reader:
        people = _weighers(reader, (who.id,))
    status = error.http_status if error else 200
    return words.page(request, "leaks/new.html", status, error=error, typed=typed or {}, people=people)


@router.post("/new", max_body_size=UPLOAD_BYTES)
def take(
    request: Request,
    ws: Place,
    who: Who,
    files: list[UploadFile],
    title: Annotated[str, Form(max_length=300)],
    how: Annotated[str, Form(max_length=20_000)] = "",
    received: Annotated[str, Form(max_length=10)] = "",
    weigher: Annotated[list[str], Form(max_length=50)] = [],  # noqa: B006  pydantic copies it
) -> Response:
    """Keep the files unchanged, list what is in them, show nothing."""
    typed = {"title": title, "how": how, "received": received}
    try:
        origin = Origin(title, how, _day(received), tuple(filter(None, weigher)))
        with tempfile.TemporaryDirectory() as folder:
            leak = leak_intake.take(ws, who, [str(path) for path in _written(files, File(folder))], origin)
    except TocsinError as error:
        return _new(request, ws, who, error, typed)
    return pages.redirect(request, f"/leaks/{leak.id}", visit.of(request).gettext("The leak is kept."))


def _written(files: list[UploadFile], folder: File) -> list[File]:
    """The files under their own names, each in a folder of its own: two may be called the same."""
    written: list[File] = []
    for number, sent in enumerate(files):
        path = folder / str(number) / (plain_name(sent.filename or "").lstrip(".")[:100] or "unnamed")
        path.parent.mkdir()
        with path.open("wb") as target:
            while chunk := sent.file.read(CHUNK_BYTES):
                target.write(chunk)
        written.append(path)
    return written


class Shown(BaseModel):
    """What the list of things is narrowed to, and the place to go on from."""

    sort: Sort = ""
    after: str = Field(default="", max_length=500)


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key, shown: Annotated[Shown, Query()]) -> Response:
    """One leak: where the test stands, what is in it, who opened what."""
    return _show(request, ws, who, key, shown)


def _show(
    request: Request, ws: Workspace, who: Actor, key: str, shown: Shown, error: TocsinError | None = None
) -> Response:
    with ws.read() as reader:
        leak = reader.get(Leak, key)
        seen = leak_access.weighed(reader, who, leak)
        where = {"leak": key} | ({"sort": shown.sort} if shown.sort else {})
        page = reader.page(LeakItem, where, "number", shown.after, ROWS)
        log = leak_access.accesses(reader, key)
        named = (leak.by, *leak.weighers, *(person for person, _ in seen.found), *(one.by for one in log))
        people = words.names(reader, named)
        others = _weighers(reader, leak.weighers)
    url = request.url.include_query_params(after=page.next) if page.next else None
    return words.page(
        request,
        "leaks/show.html",
        error.http_status if error else 200,
        error=error,
        leak=leak,
        seen=seen,
        things=page.items,
        more=f"{url.path}?{url.query}" if url else "",
        sort=shown.sort,
        log=log[:OPENINGS],
        total=len(log),
        people=people,
        others=others,
        questions=QUESTIONS,
        persons=PERSONS,
        sorts=SORTS,
        states=STATES,
        finds=FINDS,
    )


def _weighers(reader: Reader, without: tuple[str, ...]) -> list[tuple[str, str]]:
    """Ids and names of the people who could weigh a leak, without some."""
    able = (one for one in acts.every(reader, Person, {"active": True}) if set(one.roles) & set(WEIGHERS))
    return sorted(((one.id, one.name) for one in able if one.id not in without), key=lambda pair: pair[1])


@router.post("/{key}/weigher")
def name(request: Request, ws: Place, who: Who, key: Key, person: Annotated[str, Form(max_length=80)]) -> Response:
    """Let one more person open and weigh it."""
    run = lambda: leak_access.name_weigher(ws, who, key, person)  # noqa: E731
    return _do(request, ws, who, key, run, N_("That person can open and weigh it now."))


class Weighing(BaseModel):
    """The form of the test: an answer to each of `QUESTIONS`."""

    interest: Annotated[str, Field(max_length=20_000)] = ""
    genuine: Annotated[str, Field(max_length=20_000)] = ""
    operation: Annotated[str, Field(max_length=20_000)] = ""
    persons: Annotated[str, Field(max_length=20_000)] = ""
    vote: Annotated[str, Field(max_length=20_000)] = ""
    less: Annotated[str, Field(max_length=20_000)] = ""
    finds: Finds = "unclear"
    reason: Annotated[str, Field(max_length=20_000)] = ""


@router.post("/{key}/weigh")
def weigh(request: Request, ws: Place, who: Who, key: Key, given: Annotated[Weighing, Form()]) -> Response:
    """Weigh the public interest against the harm."""
    answers = given.model_dump(include=set(QUESTIONS))
    run = lambda: leak_access.weigh(ws, who, key, answers, given.finds, given.reason)  # noqa: E731
    return _do(request, ws, who, key, run, N_("What you found is kept."))


@router.post("/{key}/open")
def open_item(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    thing: Annotated[str, Form(max_length=80)],
    why: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Show the working copy of a mail or document; one that is no text is given to keep. The opening is kept first."""
    try:
        found, copy = leak_access.open_item(ws, who, key, thing, why)
    except TocsinError as error:
        return _show(request, ws, who, key, Shown(), error)
    if text := leak_access.text_of(ws, copy):
        return words.page(request, "leaks/thing.html", thing=found, copy=copy, text=text[:TEXT_SHOWN], leak=key)
    return pages.attachment(_chunks(ws, copy.sha256), plain_name(found.name), copy.size)


def _chunks(ws: Workspace, sha256: str) -> Iterator[bytes]:
    with ws.vault.open(sha256) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _do(request: Request, ws: Workspace, who: Actor, key: str, run: Callable[[], object], said: str) -> Response:
    try:
        run()
    except TocsinError as error:
        return _show(request, ws, who, key, Shown(), error)
    return pages.redirect(request, f"/leaks/{key}", visit.of(request).gettext(said))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else acts.now()
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day.") from error
