"""The coordination gap: who is listed where, who is not, since when, on any past day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, field_validator

from tocsin.respond.sanctions.chart import lag_chart, timeline
from tocsin.web import gap_view, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/money/gap", tags=["money"])
ROWS, ALIASES = 100, 200
LAGS, TIMES = N_("How far one is behind the other"), N_("Listed over time")


class Wanted(BaseModel):
    """What is asked for: the day, from which day lags count, whom to show, and from which row."""

    on: date | None = None
    since: date | None = None
    without: str = Field(default="any", max_length=100)
    name: str = Field(default="", max_length=300)
    start: int = Field(default=0, ge=0, le=2**40)

    @field_validator("on", "since", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        """An empty field of a form is no day."""
        return value or None

    def address(self, start: int) -> str:
        """The page from another row."""
        asked = self.model_dump(mode="json", exclude_none=True) | {"start": start}
        return f"/money/gap?{urlencode(asked)}"


@router.get("")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Wanted, Query()]) -> Response:
    """The gap as of a day: cells, lags, and the table, narrowed as asked."""
    day = wanted.on or datetime.now(UTC).date()
    found = gap_view.gap_on(ws, day, wanted.since)
    if found is None:
        return words.page(request, "money/gap.html", gap=None, wanted=wanted, day=day)
    rows = gap_view.rows(found, wanted.without, wanted.name)
    more = wanted.start + ROWS < len(rows)
    return words.page(
        request,
        "money/gap.html",
        gap=found,
        wanted=wanted,
        day=day,
        charts=[(title, drawn) for title, drawn in ((LAGS, lag_chart(found)), (TIMES, timeline(found))) if drawn],
        rows=rows[wanted.start : wanted.start + ROWS],
        number=len(rows),
        aliases=found.aliases.slice(0, ALIASES).to_pylist(),
        more=wanted.address(wanted.start + ROWS) if more else "",
    )
