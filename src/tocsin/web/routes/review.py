"""Reviews: asked of a second reader, graded blind, then with the names, and decided."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, review, sight
from tocsin.errors import ConflictError, TocsinError, UsageError
from tocsin.model.case import Case, Graded, Review, Which
from tocsin.model.grades import Grade
from tocsin.model.people import Actor
from tocsin.store.workspace import Workspace
from tocsin.web import case_page, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(tags=["review"])
ROOM = pages.Room("/review", N_("Reviews"), 40, frozenset({"reviewer"}))

Key = Annotated[str, Path(max_length=80)]
Short = Annotated[str, Field(max_length=100)]
Parts = Annotated[tuple[Short, ...], Field(default=(), max_length=4)]


@router.get("/review")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The reviews that were asked of the reader, those that wait first."""
    with ws.read() as reader:
        waiting = reader.page(Review, {"reviewer": who.id, "state": ("asked", "open")}, "asked", limit=200).items
        decided = reader.page(Review, {"reviewer": who.id, "state": "decided"}, "-asked", limit=50).items
        rows = [(one, sight.heading(reader, who, reader.get(Case, one.case))) for one in (*waiting, *decided)]
    return words.page(request, "review/index.html", rows=rows, waiting=len(waiting))


class Grades(BaseModel):
    """Grades of the claims in `which`, one value of each list for each of them."""

    which: Annotated[tuple[Which, ...], Field(default=(), max_length=4)]
    source: Parts
    information: Parts
    likelihood: Parts
    confidence: Parts
    note: Annotated[tuple[Annotated[str, Field(max_length=20_000)], ...], Field(default=(), max_length=4)]
    guess: str = Field(default="", max_length=300)
    decision: Literal["", "accepted", "revise", "rejected"] = ""
    reasons: str = Field(default="", max_length=20_000)

    def graded(self) -> list[Graded]:
        """The grades as records. Raises `UsageError` for a value that a scale does not have."""
        lists = zip(self.which, self.source, self.information, self.likelihood, self.confidence, strict=False)
        notes = (*self.note, "", "", "", "")
        return [
            acts.checked(
                Graded,
                which=which,
                grade=acts.checked(Grade, source=s, information=i, likelihood=lh, confidence=c),
                note=note,
            )
            for (which, s, i, lh, c), note in zip(lists, notes, strict=False)
        ]


@router.get("/review/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """A review: the case blind, or with its names once it was graded blind."""
    return _show(request, ws, who, key)


def _show(
    request: Request,
    ws: Workspace,
    who: Actor,
    key: str,
    error: TocsinError | None = None,
    typed: Grades | None = None,
) -> Response:
    with ws.read() as reader:
        seen = review.view(reader, who, key)
        held = reader.get(Review, key)
    before = {one.which: one for one in held.open or held.blind}
    given = {one.which: one for one in _typed(typed)}
    return words.page(
        request,
        "review/show.html",
        error.http_status if error else 200,
        review=held,
        look=seen,
        case=seen.case,
        titles=case_page.titles(seen),
        given=before | given,
        typed=typed,
        error=error,
        empty=Graded(which="behaviour", grade=Grade()),
    )


def _typed(form: Grades | None) -> list[Graded]:
    try:
        return form.graded() if form else []
    except UsageError:
        return []


@router.post("/review/{key}/blind")
def grade_blind(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Grades, Form()]) -> Response:
    """Give the blind grades; the names are shown from then on."""
    try:
        review.grade_blind(ws, who, key, form.graded(), form.guess)
    except UsageError as error:
        return _show(request, ws, who, key, error, form)
    message = visit.of(request).gettext("Your blind grades are kept. Now the names are shown: grade again and decide.")
    return pages.redirect(request, f"/review/{key}", message)


@router.post("/review/{key}/decide")
def decide(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Grades, Form()]) -> Response:
    """Grade with the names shown, and decide."""
    try:
        review.decide(ws, who, key, form.graded(), form.decision, form.reasons)
    except UsageError as error:
        return _show(request, ws, who, key, error, form)
    return pages.redirect(request, "/review", visit.of(request).gettext("Your decision is kept."))


@router.get("/cases/{key}/review")
def ask_form(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Whom to ask for a review."""
    return _ask(request, ws, who, key)


def _ask(request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        reviewers = case_page.reviewers(reader, case)
        asked = reader.page(Review, {"case": key}, "-asked", limit=50).items
        people = words.names(reader, (one.reviewer for one in asked))
    status = error.http_status if error else 200
    context = {"case": case, "reviewers": reviewers, "asked": asked, "people": people, "error": error}
    return words.page(request, "review/ask.html", status, **context)


@router.post("/cases/{key}/review")
def ask(request: Request, ws: Place, who: Who, key: Key, person: Annotated[str, Form(max_length=80)]) -> Response:
    """Ask a reviewer to read the case as it is now."""
    try:
        review.ask(ws, who, key, person)
    except (UsageError, ConflictError) as error:
        return _ask(request, ws, who, key, error)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The review is asked for."))
