"""Sanctions lists: the editions kept, what changed between two days, and the history of one entry."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

import pyarrow.compute as pc
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tocsin.errors import NotFoundError
from tocsin.model.history import History
from tocsin.model.listing import LISTS
from tocsin.store.lists import editions
from tocsin.web import list_history, words
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/money/lists", tags=["money"])
ROWS = 500

List = Annotated[str, Query(alias="list", max_length=100)]
Day = Annotated[date, Query()]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The editions by list, and the form that asks for changes."""
    records = editions(ws)
    past = list_history.history(ws)
    with ws.read() as reader:
        people = words.names(reader, (record.added_by for record in records))
    groups = [
        (name, LISTS.get(name, ""), [r for r in records if r.list == name], list_history.growth(past, name))
        for name in past.lists()
    ]
    days = {name: [(day.isoformat(), day.isoformat()) for day in past.days(name)] for name in past.lists()}
    return words.page(request, "money/lists.html", groups=groups, days=days, people=people, hide=str)


@router.get("/changes")
def changes(
    request: Request,
    ws: Place,
    who: Who,
    name: List,
    before: Day,
    after: Day,
    start: Annotated[int, Query(ge=0, le=2**40)] = 0,
) -> Response:
    """What differs between a list as of two days, as published by each."""
    found = list_history.history(ws).changes(name, before, after)
    kinds, entries = Counter(found["change"].to_pylist()), set(found["entry"].to_pylist())
    address = f"/money/lists/changes?list={name}&before={before}&after={after}"
    return words.page(
        request,
        "money/changes.html",
        name=name,
        before=before,
        after=after,
        rows=found.slice(start, ROWS).to_pylist(),
        number=found.num_rows,
        entries=len(entries),
        added=kinds["added"],
        removed=kinds["removed"],
        more=f"{address}&start={start + ROWS}" if start + ROWS < found.num_rows else "",
    )


@router.get("/entry")
def entry(
    request: Request, ws: Place, who: Who, name: List, key: Annotated[str, Query(alias="entry", max_length=300)]
) -> Response:
    """One entry: what the last edition that has it says, and what each edition changed. `NotFoundError` for none."""
    past = list_history.history(ws)
    seen = past.first_seen(name).filter(pc.field("entry") == key).to_pylist()
    if not seen:
        raise NotFoundError("The list never had that entry.", hint="Look in the list of changes.")
    last = past.as_of(name, seen[0]["last"]).filter(pc.field("entry") == key).to_pylist()
    return words.page(
        request,
        "money/entry.html",
        name=name,
        seen=seen[0],
        said=_said(last[0]) if last else [],
        steps=_steps(past, name, key),
    )


def _said(row: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The fields of an entry that say something, each as lines of text."""
    kept = ((field, value) for field, value in row.items() if field not in ("list", "entry", "file", "row"))
    return [(field, _lines(value)) for field, value in kept if value not in (None, [], "")]


def _lines(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [" · ".join(str(p) for p in one.values() if p) if isinstance(one, dict) else str(one) for one in values]


def _steps(past: History, name: str, key: str) -> list[dict[str, Any]]:
    """What each edition changed of the entry, the last first."""
    found = []
    for before, after in pairwise(past.days(name)):
        rows = past.changes(name, before, after).filter(pc.field("entry") == key).to_pylist()
        found += [row | {"day": after} for row in rows]
    return found[::-1]
