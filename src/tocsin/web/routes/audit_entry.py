"""Data entry of an audit: what one person read of one card or batch, without sight of what the other one read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk
from tocsin.assure.audit.life.files import AuditFolder
from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.life.readings import KEYWORDS, MOST_DIGITS, keyword, text_of
from tocsin.errors import ConflictError, NotFoundError, TocsinError
from tocsin.jobs import audit, audits
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.visit import Me, Place

router = APIRouter(prefix="/audits/{key}/enter", tags=["audits"])

Key = Annotated[str, Path(max_length=61)]
Unit = Annotated[str, Query(max_length=1000)]
Texts = Annotated[list[str], Form(max_length=4000)]


@router.get("")
def form(request: Request, ws: Place, me: Me, key: Key, unit: Unit = "") -> Response:
    """The form for one card: the one asked for, else the next that this person can read."""
    return _form(request, ws, me.name, key, unit)


def _form(
    request: Request, ws: Workspace, person: str, key: str, unit: str, error: TocsinError | None = None
) -> Response:
    desk = _desk(ws, key)
    left, third = _open(desk, person)
    chosen = unit or next(iter({**left, **third}), "")
    if chosen and chosen not in desk.units:
        raise NotFoundError("That card was not drawn.", hint="Take one from the list.")
    asked = {**left, **third}.get(chosen, []) if not error else list(desk.contests_of(chosen))
    contests = [desk.election.contests[contest].contest for contest in asked]
    return words.page(
        request,
        "audits/enter.html",
        error.http_status if error else 200,
        error=error,
        key=key,
        unit=chosen,
        card=_card(desk, chosen),
        contests=contests,
        numbered=desk.election.setup.kind == "batch",
        third=chosen in third,
        left=len(left),
        settle=len(third),
    )


@router.post("")
def enter(
    request: Request,
    ws: Place,
    me: Me,
    key: Key,
    unit: Annotated[str, Form(max_length=1000)],
    mark: Texts = [],  # noqa: B006  a form field
    field: Texts = [],  # noqa: B006
    number: Texts = [],  # noqa: B006
) -> Response:
    """Keep what was read: marks are "contest|choice", numbers (ranks, or votes of a batch) go with `field`."""
    desk = _desk(ws, key)
    try:
        readings = [(unit, contest, text) for contest, text in _texts(desk, mark, field, number).items()]
        if not readings:
            raise ConflictError("Nothing was marked.", hint="Mark what the card says of each contest.")
        with audits.step(ws, me.actor, key, audits.READERS) as told:
            audit.enter(audits.path_of(ws, key), me.name, readings, told)
    except TocsinError as error:
        return _form(request, ws, me.name, key, unit, error)
    return pages.redirect(request, f"/audits/{key}/enter", visit.of(request).gettext("The reading is kept."))


def _texts(desk: Desk, mark: list[str], field: list[str], number: list[str]) -> dict[str, str]:
    """What was marked, as text by contest."""
    batch = desk.election.setup.kind == "batch"
    found: dict[str, list[str]] = {}
    ranks: dict[str, list[tuple[int, str]]] = {}
    for contest, _, choice in (one.partition("|") for one in mark):
        found.setdefault(contest, []).append(choice)
    for (contest, _, choice), text in zip((one.partition("|") for one in field), number, strict=False):
        if text.strip().isdecimal() and len(text) <= MOST_DIGITS:
            ranks.setdefault(contest, []).append((int(text), choice))
    for contest, values in ranks.items():
        named = [(value, text_of(Reading((choice,)))) for value, choice in values]
        text = "; ".join(f"{choice}={votes}" for votes, choice in named)
        found[contest] = [text if batch else "; ".join(choice for _, choice in sorted(named))]
    words_ = {keyword(word) for word in KEYWORDS}
    return {contest: "; ".join(_once(parts, words_, bool(ranks.get(contest)))) for contest, parts in found.items()}


def _once(parts: list[str], words_: set[str], whole: bool) -> list[str]:
    return parts if whole else [part if part in words_ else text_of(Reading((part,))) for part in parts]


def _desk(ws: Workspace, key: str) -> Desk:
    folder = AuditFolder(audits.path_of(ws, key))
    rounds = len(folder.rounds)
    if not rounds or len(folder.risks) >= rounds:
        raise ConflictError("Nothing is to be read now.", hint="Draw the next round first.")
    return Desk(Election(folder), rounds)


def _open(desk: Desk, person: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Cards that this person can read as one of the first two, and as the third, each with its contests."""
    made = desk.entries()
    unread, unsettled = desk.open()
    left: dict[str, list[str]] = {}
    third: dict[str, list[str]] = {}
    for keys, into in ((unread, left), (unsettled, third)):
        for unit, contest in keys:
            if all(entry.person != person for entry in made.get((unit, contest), ())):
                into.setdefault(unit, []).append(contest)
    return left, third


def _card(desk: Desk, unit: str) -> dict[str, str]:
    rows = desk.election.folder.rows(f"{desk.place}/draw.csv")
    return next((row for row in rows if row["unit"] == unit), {})
