"""What is done about what a party lacks: gaps, plan of action, attack paths and fixes, sheets, OSCAL."""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path as File
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from tocsin.assure.assessment import fixes, plan, threats
from tocsin.assure.assessment.inherit import cells
from tocsin.assure.assessment.table import write_table
from tocsin.cases.acts import checked, now
from tocsin.errors import NotFoundError, UsageError
from tocsin.jobs.assess import take_table
from tocsin.model.assessment import Measure
from tocsin.web import pages, visit
from tocsin.web.assess_page import desk, page
from tocsin.web.assess_sheet import printed
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/assess/of/{party}", tags=["assess"])
TABLE_BYTES = 4 << 20

Key = Annotated[str, Path(max_length=80)]
Line = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=20_000)]


@router.get("/gaps")
def gaps(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """What is left to do, the most urgent first, with the measures for it and the attack paths that it leaves open."""
    book, mine = desk(ws, who, party)
    with ws.read() as reader:
        measures = plan.measures_of(reader, book, who, party)
    found = plan.gaps(book, party, measures)
    paths = threats.paths({one.question.id: one.standing for one in cells(book, party)})
    opened = {gap.cell.question.id: len(threats.opens(gap.cell.question.id, paths)) for gap in found}
    return page(
        request, "assess/gaps.html", book, party=mine, left=found, opened=opened, today=datetime.now(UTC).date()
    )


@router.get("/plan")
def show(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """The plan of action, by date."""
    book, mine = desk(ws, who, party)
    with ws.read() as reader:
        measures = plan.measures_of(reader, book, who, party)
    today = datetime.now(UTC).date()
    return page(request, "assess/plan.html", book, party=mine, measures=measures, live=plan.LIVE, today=today)


@router.post("/plan")
def write(
    request: Request,
    ws: Place,
    who: Who,
    party: Key,
    question: Annotated[str, Form(max_length=80)],
    action: Annotated[str, Form(min_length=1, max_length=20_000)],
    gap: Text = "",
    owner: Line = "",
    due: Annotated[str, Form(max_length=10)] = "",
    state: Annotated[Literal["planned", "under way", "done", "dropped"], Form()] = "planned",
    measure: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Write a measure into the plan, or change one."""
    book, _ = desk(ws, who, party)
    with ws.read() as reader:
        held = next((one for one in plan.measures_of(reader, book, who, party) if one.id == measure), None)
    if measure and held is None:
        raise NotFoundError("No such measure is in this plan.", hint="Look in the plan of action.")
    base = dict(held) if held else {"party": party, "opened": now()}
    said = {"question": question, "action": action, "gap": gap, "owner": owner, "due": _day(due), "state": state}
    plan.put_measure(ws, who, checked(Measure, **{**base, **said}))
    return pages.redirect(request, f"/assess/of/{party}/plan", visit.of(request).gettext("The measure is kept."))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day.") from error


@router.get("/threats")
def paths(
    request: Request,
    ws: Place,
    who: Who,
    party: Key,
    budget: Annotated[int, Query(ge=0, le=100_000)] = 20,
    technology: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Response:
    """The attack paths that the gaps leave open, by technology and class of threat, and the best fixes for a budget;
    of the technologies in use, or of all where none is named."""
    book, mine = desk(ws, who, party)
    standings = {one.question.id: one.standing for one in cells(book, party)}
    known = threats.technologies()
    used = [code for code in known if code in (technology or known)] or list(known)
    found = threats.paths(standings, used)
    costs = {id_: float(one.effort_days) for id_, one in book.questions.items() if id_ in standings and one.effort_days}
    return page(
        request,
        "assess/threats.html",
        book,
        party=mine,
        technologies=known,
        used=used,
        classes=threats.classes(),
        counts=Counter((one.technology, one.threat, one.standing) for one in found),
        total=Counter(one.standing for one in found),
        best=fixes.best(found, costs, budget),
        budget=budget,
    )


@router.get("/sheet", response_class=HTMLResponse)
def sheet(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """A sheet for the printer: every question with room to write."""
    book, mine = desk(ws, who, party)
    return HTMLResponse(printed(book, mine.id, visit.of(request).language.code, pages.asset("assess-print.css")))


@router.get("/table")
def table(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """The questions as a table to fill in."""
    book, mine = desk(ws, who, party)
    data = write_table(book, mine.id).encode()
    return pages.attachment([data], "questions.csv", len(data))


@router.post("/table", max_body_size=TABLE_BYTES)
def filled(request: Request, ws: Place, who: Who, party: Key, file: UploadFile) -> Response:
    """Take a table that was filled in; files of evidence are attached on the page of a question."""
    desk(ws, who, party)
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / "table.csv"
        path.write_bytes(file.file.read())
        taken = take_table(ws, who, party, path)
    language = visit.of(request).language
    told = [language.ngettext("%(num)s answer is kept.", "%(num)s answers are kept.", taken.given)]
    if taken.rejected:
        number = len(taken.rejected)
        told.append(language.ngettext("%(num)s row was set aside:", "%(num)s rows were set aside:", number))
        told += [f"{line}: {reason}" for line, reason in taken.rejected[:10]]
    return pages.redirect(request, f"/assess/of/{party}", " ".join(told))


@router.post("/oscal")
def oscal(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """The party's profile, answers, products and plan as OSCAL, in one ZIP file; who took it is kept."""
    from tocsin.jobs.assess_oscal import bundle

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in bundle(ws, who, party).items():
            archive.writestr(name, data)
    return pages.attachment([out.getvalue()], "assessment.oscal.zip", out.tell())
