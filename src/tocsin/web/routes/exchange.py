"""Exchange: what came from partners and what went to them, and the account of every object and field of each."""

from __future__ import annotations

import io
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, sight
from tocsin.errors import ForbiddenError
from tocsin.model.case import Case
from tocsin.model.exchange import Exchange
from tocsin.model.people import Actor, Role
from tocsin.share.stix.ledger import OUTCOMES, Outcome, Row, read_csv
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import pages, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

_ROLES: tuple[Role, ...] = ("analyst", "publisher", "custodian")
router = APIRouter(prefix="/exchange", tags=["exchange"])
ROOM = pages.Room("/exchange", N_("Exchange"), 35, frozenset(_ROLES))
ROWS = 50

DIRECTIONS = {"import": N_("came in"), "export": N_("went out")}
LABELS: dict[Outcome, str] = {
    "kept": N_("kept"),
    "repaired": N_("repaired"),
    "mapped": N_("mapped"),
    "quarantined": N_("set aside"),
    "withheld": N_("withheld"),
}


class Wanted(BaseModel):
    """Which rows of a ledger, and the number of the first."""

    outcome: Literal["", Outcome] = ""
    fields: bool = False
    after: int = Field(default=0, ge=0, le=10_000_000)


@router.get("")
def index(request: Request, ws: Place, who: Who, after: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Imports and exports, the latest first."""
    _need(who)
    with ws.read() as reader:
        page = reader.page(Exchange, order="-at", after=after, limit=ROWS)
        titles = {one.case: _title(reader, who, one.case) for one in page.items}
        people = words.names(reader, (one.by for one in page.items))
    more = f"/exchange?after={page.next}" if page.next else ""
    found = {"exchanges": page.items, "titles": titles, "people": people, "more": more}
    return words.page(request, "exchange/index.html", **found, directions=DIRECTIONS, outcomes=LABELS)


@router.get("/{key}")
def show(
    request: Request,
    ws: Place,
    who: Who,
    key: Annotated[str, Path(max_length=80)],
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """One import or export with its ledger: objects or fields, of one outcome or all."""
    with acts.gate(ws, who, "read ledger", key, _ROLES), ws.read() as reader:
        exchange = reader.get(Exchange, key)
        case = reader.find(Case, exchange.case)
        if case and sight.sight(reader, who, case) != "open":
            raise ForbiddenError(
                "The ledger is for those who see the names of the case.", hint="Ask to see them on its page."
            )
        people = words.names(reader, (exchange.by,))
    rows, more = _rows(ws, exchange, wanted)
    url = request.url.include_query_params(after=wanted.after + ROWS)
    found = {"exchange": exchange, "case": case, "rows": rows, "more": f"{url.path}?{url.query}" if more else ""}
    extra = {"people": people, "wanted": wanted, "directions": DIRECTIONS, "outcomes": LABELS}
    return words.page(request, "exchange/show.html", **found, **extra)


def _need(who: Actor) -> None:
    if not who.roles.intersection(_ROLES):
        raise ForbiddenError(
            "Exchange with partners is for analysts, publishers and custodians.", hint="Ask one of them."
        )


def _title(reader: Reader, who: Actor, case_id: str) -> str:
    case = reader.find(Case, case_id)
    return sight.heading(reader, who, case) if case else ""


def _rows(ws: Workspace, exchange: Exchange, wanted: Wanted) -> tuple[list[Row], bool]:
    """A page of rows, and whether there are more after it."""
    outcomes = (wanted.outcome,) if wanted.outcome else OUTCOMES
    with ws.vault.open(exchange.ledger) as file:
        lines = io.TextIOWrapper(file, encoding="utf-8", newline="")
        chosen = (row for row in read_csv(lines) if bool(row.field) == wanted.fields and row.outcome in outcomes)
        rows = list(islice(chosen, wanted.after, wanted.after + ROWS + 1))
    return rows[:ROWS], len(rows) > ROWS
