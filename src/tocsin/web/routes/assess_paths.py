"""The attack paths on one voting technology, each with its steps, what closes it, and the people it takes."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from tocsin.assure.assessment import threats
from tocsin.assure.assessment.attackers import Contest, chances, team
from tocsin.assure.assessment.inherit import cells
from tocsin.errors import NotFoundError
from tocsin.web.assess_page import desk, page
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/assess/of/{party}", tags=["assess"])
SEED = 1  # of the chances, so that the same answers give the same figures
ORDER = ("open", "not known", "closed")

Key = Annotated[str, Path(max_length=80)]
Number = Annotated[int, Query(ge=1, le=1_000_000_000)]


@router.get("/threats/{technology}")
def of(
    request: Request,
    ws: Place,
    who: Who,
    party: Key,
    technology: Key,
    votes: Number = 1000,
    places: Number = 100,
    cast: Number = 50_000,
) -> Response:
    """Every path on a technology by class of threat, the open ones first; the chance of each class; teams for a
    contest in which so many votes must change."""
    book, mine = desk(ws, who, party)
    if technology not in threats.technologies():
        raise NotFoundError("There is no such technology.", hint="Look in the table of attack paths.")
    standings = {one.question.id: one.standing for one in cells(book, party)}
    found = threats.paths(standings, [technology])
    contest = Contest(votes=votes, offices=1, places=places, votes_per_place=cast / places)
    likely = chances(standings, SEED)
    return page(
        request,
        "assess/paths.html",
        book,
        party=mine,
        technology=technology,
        names=threats.technologies(),
        classes=threats.classes(),
        groups=[
            (threat, likely[technology, threat], sorted(listed, key=lambda one: ORDER.index(one.standing)))
            for threat, listed in groupby(found, key=lambda one: one.threat)
        ],
        team=lambda path: team(path, contest),
        contest={"votes": votes, "places": places, "cast": cast},
    )
