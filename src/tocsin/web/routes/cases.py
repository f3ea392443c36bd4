"""Cases: the list, one case with its gates, and the work on it: facts, scope, names, leads, owner, end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import retention, scope, sight, work
from tocsin.cases.approvals import NEEDED
from tocsin.cases.states import WORKING
from tocsin.errors import ConflictError, TocsinError, UsageError
from tocsin.model.case import Case, CaseState, Interference, Outcome
from tocsin.model.grades import Tlp
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import case_page, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/cases", tags=["cases"])
ROOM = pages.Room("/cases", N_("Cases"), 20)
ROWS = 50

Key = Annotated[str, Path(max_length=80)]
Line = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=20_000)]
Ids = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Form(max_length=5000)]


class Listed(BaseModel):
    """What the list is narrowed to, and the place to go on from."""

    state: Literal["", "under way", CaseState] = ""
    outcome: Outcome = ""
    owner: Literal["", "me"] = ""
    interference: Interference = ""
    after: str = Field(default="", max_length=500)

    def where(self, who: Actor) -> dict[str, object]:
        """The part of it that the store looks up."""
        found: dict[str, object] = {name: getattr(self, name) for name in ("outcome", "interference")}
        found["state"] = tuple(sorted(WORKING)) if self.state == "under way" else self.state
        found["owner"] = who.id if self.owner else ""
        if self.owner and not self.state:
            found["state"] = tuple(sorted(WORKING))
        return {name: value for name, value in found.items() if value}


@router.get("")
def index(request: Request, ws: Place, who: Who, wanted: Annotated[Listed, Query()]) -> Response:
    """Cases, those changed last first, under the titles the reader may see."""
    with ws.read() as reader:
        where = wanted.where(who)
        page = reader.page(Case, where, "-updated", wanted.after, ROWS)
        rows = [_row(reader, who, case) for case in page.items]
        total = reader.count(Case, where)
    url = request.url.include_query_params(after=page.next) if page.next else None
    more = f"{url.path}?{url.query}" if url else ""
    return words.page(request, "cases/index.html", wanted=wanted, rows=rows, total=total, more=more)


def _row(reader: Reader, who: Actor, case: Case) -> tuple[Case, str, str]:
    """A case with its title and the name of its owner, as the reader may see them."""
    is_open = sight.sight(reader, who, case) == "open"
    owner = words.names(reader, (case.owner,)).get(case.owner, "") if is_open else ""
    return case, case.title if is_open else case.working_title, owner


@router.get("/new")
def new(request: Request, who: Who) -> Response:
    """The form for a case without leads."""
    return words.page(request, "cases/new.html", leads=(), typed={}, error=None)


@router.post("")
def open_case(request: Request, ws: Place, who: Who, title: Line, working_title: Line, lead: Ids = ()) -> Response:
    """Open a case, with the leads it begins from."""
    try:
        case = work.open_case(ws, who, title, working_title, lead)
    except (UsageError, ConflictError) as error:
        typed = {"title": title, "working_title": working_title}
        return words.page(request, "cases/new.html", error.http_status, leads=lead, typed=typed, error=error)
    message = visit.of(request).gettext("The case is open. First answer whether it is one for us.")
    return pages.redirect(request, f"/cases/{case.id}/scope", message)


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One case: its claims, evidence and gates, and who can do what is missing."""
    with ws.read() as reader:
        context = case_page.show(reader, who, key)
    return words.page(request, "cases/show.html", **context)


@router.get("/{key}/history")
def history(
    request: Request, ws: Place, who: Who, key: Key, after: Annotated[int, Query(ge=-1, le=2**62)] = -1
) -> Response:
    """What was done in a case, by whom and when. For those who see its names, and custodians."""
    with ws.read() as reader:
        case = reader.get(Case, key)
        if "custodian" not in who.roles:
            sight.need_open(reader, who, case)
        entries = ws.journal.entries(after, ROWS, key)
        people = words.names(reader, (entry.actor for entry in entries))
        title = sight.heading(reader, who, case)
    more = f"/cases/{key}/history?after={entries[-1].seq}" if len(entries) == ROWS else ""
    return words.page(request, "cases/history.html", case=case, title=title, entries=entries, people=people, more=more)


@router.post("/{key}/names/show")
def see_names(request: Request, ws: Place, who: Who, key: Key, why: Text) -> Response:
    """Show the names of the case to who asks, which is kept."""
    sight.show_names(ws, who, key, why)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The names are shown to you."))


def _open(ws: Workspace, who: Actor, key: str) -> tuple[sight.Look, dict[str, str]]:
    """The case for a form: only for those who see its names."""
    with ws.read() as reader:
        sight.need_open(reader, who, reader.get(Case, key))
        seen = sight.look(reader, who, key)
    return seen, case_page.titles(seen)


class Facts(BaseModel):
    """The form of a case's facts. `version` is that of the case as it was read."""

    version: int = Field(ge=0, le=2**62)
    title: str = Field(max_length=300)
    working_title: str = Field(max_length=300)
    summary: str = Field(default="", max_length=20_000)
    unknown: str = Field(default="", max_length=20_000)
    interference: Interference = ""
    election: str = Field(default="", max_length=300)
    voting_day: str = Field(default="", max_length=10)
    first_day: str = Field(default="", max_length=10)
    last_day: str = Field(default="", max_length=10)
    tlp: Tlp = "amber"


@router.get("/{key}/facts")
def facts(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The form of a case's facts."""
    seen, _ = _open(ws, who, key)
    return words.page(request, "cases/facts.html", case=seen.case, typed=seen.case, error=None)


@router.post("/{key}/facts")
def save_facts(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Facts, Form()]) -> Response:
    """Change the facts of a case."""
    changes = form.model_dump(exclude={"version"})
    try:
        days = {name: _day(changes[name]) for name in ("voting_day", "first_day", "last_day")}
        work.edit(ws, who, key, form.version, **{**changes, **days})
    except (UsageError, ConflictError) as error:
        seen, _ = _open(ws, who, key)
        return words.page(request, "cases/facts.html", error.http_status, case=seen.case, typed=form, error=error)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The facts are saved."))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError("That is no day.", hint="Write year-month-day, for instance 2027-01-31.") from error


class Scope(BaseModel):
    """The answers of the scope check: the n-th of each list belongs to the n-th question; evidence as `n|key`."""

    answer: tuple[Literal["", "yes", "no", "unclear"], ...] = Field(max_length=3)
    reason: tuple[Annotated[str, Field(max_length=20_000)], ...] = Field(max_length=3)
    evidence: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=600)

    def answers(self) -> list[scope.Answer]:
        """The questions that were answered."""
        given = zip(scope.QUESTIONS, self.answer, self.reason, strict=False)
        return [
            scope.Answer(question, answer, reason, case_page.links(_after(self.evidence, n)))
            for n, (question, answer, reason) in enumerate(given)
            if answer
        ]


def _after(keys: tuple[str, ...], number: int) -> list[str]:
    return [key.partition("|")[2] for key in keys if key.partition("|")[0] == str(number)]


@router.get("/{key}/scope")
def scope_form(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The scope check."""
    return _scope(request, ws, who, key)


def _scope(
    request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None, form: Scope | None = None
) -> Response:
    seen, titles = _open(ws, who, key)
    held = {one.question: one for one in seen.case.scope}
    questions = [
        {
            "question": question,
            "answer": form.answer[n]
            if form and n < len(form.answer)
            else held[question].answer
            if question in held
            else "",
            "reason": form.reason[n]
            if form and n < len(form.reason)
            else held[question].reason
            if question in held
            else "",
            "chosen": _after(form.evidence, n)
            if form
            else [f"{link.to}:{link.id}" for link in held[question].evidence]
            if question in held
            else [],
        }
        for n, question in enumerate(scope.QUESTIONS)
    ]
    status = error.http_status if error else 200
    context = {"case": seen.case, "titles": titles, "questions": questions, "error": error}
    return words.page(request, "cases/scope.html", status, **context)


@router.post("/{key}/scope")
def answer_scope(request: Request, ws: Place, who: Who, key: Key, form: Annotated[Scope, Form()]) -> Response:
    """Answer the scope check. A case that is none for us is closed, and that is kept."""
    try:
        case = scope.answer(ws, who, key, form.answers())
    except (UsageError, ConflictError) as error:
        return _scope(request, ws, who, key, error, form)
    _ = visit.of(request).gettext
    if case.outcome == "domestic":
        told = _("There is no foreign link: the case is closed as domestic. That is kept in the journal.")
    elif case.outcome:
        told = _("This is none for us; lawful opinion is not looked into. The case is closed, and the journal says so.")
    else:
        told = _("The answers are saved.")
    return pages.redirect(request, f"/cases/{key}", told)


@router.get("/{key}/names")
def names(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The names a blinded reader must not see."""
    return _names(request, ws, who, key)


def _names(
    request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None, **typed: str
) -> Response:
    seen, _ = _open(ws, who, key)
    status = error.http_status if error else 200
    return words.page(request, "cases/names.html", status, case=seen.case, error=error, typed=typed)


@router.post("/{key}/names")
def add_name(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    sort: Annotated[Literal["party", "candidate", "country", "account", "organisation", "person"], Form()],
    text: Line,
    standing: Annotated[Literal["named", "mentioned", "private"], Form()],
    also: Annotated[str, Form(max_length=6000)] = "",
    effect: Annotated[Literal["helped", "harmed", "neither", "unknown"], Form()] = "unknown",
) -> Response:
    """Put a name on the list."""
    try:
        work.add_name(ws, who, key, sort, text, standing, also.split(","), effect)
    except (UsageError, ConflictError) as error:
        return _names(request, ws, who, key, error, text=text, also=also, sort=sort, standing=standing, effect=effect)
    return pages.redirect(request, f"/cases/{key}/names", visit.of(request).gettext("The name is on the list."))


@router.post("/{key}/names/remove")
def remove_name(request: Request, ws: Place, who: Who, key: Key, placeholder: Line) -> Response:
    """Take a name off the list."""
    work.remove_name(ws, who, key, placeholder)
    return pages.redirect(request, f"/cases/{key}/names", visit.of(request).gettext("The name is off the list."))


@router.post("/{key}/leads/detach")
def detach(request: Request, ws: Place, who: Who, key: Key, lead: Line) -> Response:
    """Put a lead back on the list."""
    work.detach(ws, who, key, lead)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The lead is on the list again."))


@router.get("/{key}/end")
def end(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The forms that hand a case over, close it, open it again or erase it."""
    return _end(request, ws, who, key)


def _end(request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        analysts = [(one.id, one.name) for one in case_page.with_role(reader, "analyst") if one.id != case.owner]
    status = error.http_status if error else 200
    return words.page(
        request, "cases/end.html", status, case=case, analysts=analysts, working=case.state in WORKING, error=error
    )


@router.post("/{key}/close")
def close(
    request: Request, ws: Place, who: Who, key: Key, outcome: Annotated[Outcome, Form()], reason: Text
) -> Response:
    """Close a case with what was found, or not found."""
    try:
        work.close(ws, who, key, outcome, reason)
    except UsageError as error:
        return _end(request, ws, who, key, error)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The case is closed."))


@router.post("/{key}/reopen")
def reopen(request: Request, ws: Place, who: Who, key: Key, reason: Text) -> Response:
    """Work on a closed case again."""
    work.reopen(ws, who, key, reason)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The case is open again."))


@router.post("/{key}/owner")
def hand_over(request: Request, ws: Place, who: Who, key: Key, person: Line) -> Response:
    """Give the case to another analyst."""
    work.hand_over(ws, who, key, person)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The case is handed over."))


@router.post("/{key}/erase")
def erase(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Say yes to erasing the case; with the second person's yes it is erased."""
    _ = visit.of(request).gettext
    if retention.approve_erasure(ws, who, Case, key) < NEEDED:
        return pages.redirect(request, f"/cases/{key}", _("Your yes is kept. Another person must say yes as well."))
    retention.erase(ws, who, Case, key)
    return pages.redirect(request, "/cases", _("The case is erased."))
