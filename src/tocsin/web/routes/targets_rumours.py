"""Rumours about an election: what is said, the evidence that bears on it, what that cannot show. Never a verdict."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.assure.rumour import Columns, keeping, kind_of, kinds, suggest
from tocsin.assure.rumour.answer import Answer, answer, hidden, html
from tocsin.cases import acts
from tocsin.errors import TocsinError, UsageError
from tocsin.jobs import rumour as job
from tocsin.jobs.rumour import Counts, EvidenceFiles
from tocsin.model.people import Actor
from tocsin.model.rumour import KeptRumour
from tocsin.store.capture import plain_name
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.kept_scans import Hide
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/targets/rumours", tags=["targets"])
ITEMS_BYTES = 4 << 20
SHOWN = 200  # ties on a page

Key = Annotated[str, Path(max_length=80)]
Line = Annotated[str, Form(max_length=300)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The rumours of the workspace, the last changed first."""
    with ws.read() as reader:
        found = sorted(acts.every(reader, KeptRumour), key=lambda one: (str(one.updated), one.id), reverse=True)
        hide = _hide(ws, reader, who)
    rows = [(one, kind_of(one.chosen).title if one.chosen else "", len(one.items)) for one in found]
    return words.page(request, "targets/rumours.html", rumours=rows, hide=hide, may="analyst" in who.roles)


@router.get("/new")
def new(request: Request, who: Who) -> Response:
    """The form for a rumour."""
    return words.page(request, "targets/rumour_new.html", error=None, typed={})


class Said(BaseModel):
    """The form for what is said."""

    text: Annotated[str, Field(max_length=20_000)]
    places: Annotated[str, Field(max_length=300)] = ""
    contest: Annotated[str, Field(max_length=300)] = ""
    source: Annotated[str, Field(max_length=300)] = ""
    seen: Annotated[str, Field(max_length=10)] = ""

    def rumour(self) -> KeptRumour:
        """What it says, checked. Raises `UsageError`."""
        places = tuple(part.strip() for part in self.places.split(";") if part.strip())
        fields = {"text": self.text, "places": places, "contest": self.contest, "source": self.source}
        return acts.checked(KeptRumour, **fields, seen=_day(self.seen))


@router.post("/new")
def add(request: Request, ws: Place, who: Who, said: Annotated[Said, Form()]) -> Response:
    """Keep what is said."""
    try:
        kept = keeping.add(ws, who, said.rumour())
    except UsageError as error:
        typed = said.model_dump()
        return words.page(request, "targets/rumour_new.html", error.http_status, error=error, typed=typed)
    return pages.redirect(request, f"/targets/rumours/{kept.id}", visit.of(request).gettext("The rumour is kept."))


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One rumour: its kind, the evidence tied to it, and the forms for what is next."""
    return _show(request, ws, who, key)


def _show(request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        kept = reader.get(KeptRumour, key)
        hide = _hide(ws, reader, who)
        ties = keeping.ties_of(kept)
        people = words.names(reader, (tie.by for tie in ties))
    kind = kind_of(kept.chosen) if kept.chosen else None
    held = {tie.item.kind for tie in ties}
    typed = {
        **{name: getattr(kept, name) for name in ("text", "contest", "source")},
        "places": "; ".join(kept.places),
        "seen": f"{kept.seen:%Y-%m-%d}" if kept.seen else "",
    }
    # who reads placeholders must not save them over the names
    whole = all(hide(text) == text for text in typed.values())
    return words.page(
        request,
        "targets/rumour.html",
        error.http_status if error else 200,
        error=error,
        rumour=kept,
        kind=kind,
        kinds=kinds(),
        suggested=[(kind_of(one.kind), one) for one in suggest(kept.text)],
        ties=[(keeping.key_of(tie), tie) for tie in ties[:SHOWN]],
        total=len(ties),
        missing=[one for one in kind.bearings if one.evidence not in held] if kind else [],
        people=people,
        hide=hide,
        typed=typed if whole and not kept.settled else None,
        may="analyst" in who.roles,
        settles=bool(who.roles.intersection(keeping.SETTLERS)),
    )


@router.post("/{key}/said")
def reword(request: Request, ws: Place, who: Who, key: Key, said: Annotated[Said, Form()]) -> Response:
    """Change what is said, until a tie is settled."""
    return _do(request, ws, who, key, lambda: keeping.reword(ws, who, key, said.rumour()), N_("The rumour is kept."))


@router.post("/{key}/kind")
def choose(request: Request, ws: Place, who: Who, key: Key, kind: Line) -> Response:
    """Say of which kind the rumour is."""
    return _do(request, ws, who, key, lambda: keeping.choose(ws, who, key, kind), N_("The kind is chosen."))


@router.post("/{key}/gather")
def gather(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Gather what the audits and scans of the workspace say; an audit that cannot be read is named."""
    gettext = visit.of(request).gettext
    try:
        found = job.gather(ws, who, key)
    except TocsinError as error:
        return _show(request, ws, who, key, error)
    said = gettext("The evidence is gathered.") if found.items else gettext("No audit or scan kept here says anything.")
    return pages.redirect(request, f"/targets/rumours/{key}", "; ".join((said, *found.faults)))


@router.post("/{key}/counts", max_body_size=UPLOAD_BYTES)
def counts(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    table: UploadFile,
    left: Line,
    right: Line,
    place: Line = "",
    left_words: Line = "",
    right_words: Line = "",
    by_hand: Annotated[bool, Form()] = False,
) -> Response:
    """Take in a table that sets two counts against each other."""
    columns = Columns(place.strip(), left.strip(), right.strip())

    def run(path: str) -> EvidenceFiles:
        return EvidenceFiles(counts=Counts((path,), columns, (left_words.strip(), right_words.strip()), by_hand))

    return _take_in(request, ws, who, key, table, run)


@router.post("/{key}/items", max_body_size=ITEMS_BYTES)
def items(request: Request, ws: Place, who: Who, key: Key, written: UploadFile) -> Response:
    """Take in evidence that an office wrote down itself."""
    return _take_in(request, ws, who, key, written, lambda path: EvidenceFiles(items=(path,)))


@router.post("/{key}/tie")
def settle(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    tie: Annotated[str, Form(max_length=80)],
    act: Annotated[Literal["confirm", "reject", "reopen"], Form()],
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Confirm or reject a tie with a reason, or take that back."""
    steps: dict[str, Callable[[], object]] = {
        "confirm": lambda: keeping.confirm_tie(ws, who, key, tie, why),
        "reject": lambda: keeping.reject_tie(ws, who, key, tie, why),
        "reopen": lambda: keeping.reopen_tie(ws, who, key, tie),
    }
    return _do(request, ws, who, key, steps[act], N_("The tie is saved."))


@router.get("/{key}/answer")
def known(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """What is known, from the ties that people confirmed, as a page to print."""
    return words.page(request, "targets/answer.html", key=key, page=_answer(request, ws, who, key))


@router.get("/{key}/answer.html")
def download(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """What is known, as a file to keep."""
    data = html(_answer(request, ws, who, key)).encode("utf-8", "replace")
    return pages.attachment([data], "answer.html", len(data))


def _answer(request: Request, ws: Workspace, who: Actor, key: str) -> Answer:
    with ws.read() as reader:
        kept = reader.get(KeptRumour, key)
        hide = _hide(ws, reader, who)
    if not kept.chosen:
        raise UsageError("No kind is chosen yet.", hint="Choose of which kind the rumour is first.")
    confirmed = [tie for tie in keeping.ties_of(kept) if tie.state == "confirmed"]
    exercise = visit.of(request).preferences.exercise
    page = answer(kept.said, kind_of(kept.chosen), confirmed, datetime.now(UTC), exercise=exercise)
    return hidden(page, hide)


def _do(request: Request, ws: Workspace, who: Actor, key: str, run: Callable[[], object], said: str) -> Response:
    try:
        run()
    except TocsinError as error:
        return _show(request, ws, who, key, error)
    return pages.redirect(request, f"/targets/rumours/{key}", visit.of(request).gettext(said))


def _take_in(
    request: Request, ws: Workspace, who: Actor, key: str, sent: UploadFile, files: Callable[[str], EvidenceFiles]
) -> Response:
    """Keep a file that was sent, under its own name, and what it says."""

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = File(folder) / (plain_name(sent.filename or "").strip(".")[:60] or "unnamed")
            with path.open("wb") as target:
                while chunk := sent.file.read(1 << 20):
                    target.write(chunk)
            try:
                job.add_files(ws, who, key, files(str(path)))
            except TocsinError as error:  # where it lay for a moment says nothing
                raise type(error)(str(error).replace(f"{path.parent}{os.sep}", ""), hint=error.hint) from error

    return _do(request, ws, who, key, run, N_("The evidence is gathered."))


def _hide(ws: Workspace, reader: Reader, who: Actor) -> Hide:
    """What hides the names of every case that holds a lead of a scan for targeting."""
    every = [lead for one in kept_scans.scans(ws, reader, "watch") for lead in kept_scans.leads(reader, one)]
    return kept_scans.hidden(Veils(reader, who), every)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day.") from error
