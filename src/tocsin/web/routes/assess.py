"""Assessment: what a party is asked and answers, where it stands, and what others say about the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi.responses import Response

from tocsin.assure.assessment import answers, plan, table, threats
from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import cells
from tocsin.assure.assessment.rollup import tally
from tocsin.assure.assessment.sight import need_right, on_products, said_about, seen, shown_cell
from tocsin.assure.assessment.sight import subjects as may_answer_about
from tocsin.assure.assessment.table import Asked
from tocsin.errors import NotFoundError, UsageError
from tocsin.jobs import assess as job
from tocsin.model.assessment import STATES, Answer, Component, Question, State
from tocsin.store.vault import CHUNK_BYTES
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit
from tocsin.web.assess_page import desk, page
from tocsin.web.i18n import N_
from tocsin.web.security import UPLOAD_BYTES
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/assess", tags=["assess"])
ROOM = pages.Room("/assess", N_("Assess"), 14)

Key = Annotated[str, Path(max_length=80)]
Wanted = Annotated[str, Query(max_length=80)]
Field = Annotated[str, Form(max_length=80)]
Statement = Annotated[str, Form(max_length=20_000)]
_ANSWERED = N_("The answer is kept.")


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The parties that the reader speaks for, and how far each is."""
    with ws.read() as reader:
        book = answers.open_book(reader)
    mine = [(one, _asked(book, one.id)) for one in book.speakers(who.id)]
    return page(request, "assess/index.html", book, mine=mine, administers="administrator" in who.roles)


def _asked(book: Book, party: str) -> tuple[int, int]:
    """How many questions a party is asked, and how many it has answered itself."""
    found = table.asked(book, party)
    return len(found), sum(one.answer is not None for one in found)


@router.get("/of/{party}")
def overview(request: Request, ws: Place, who: Who, party: Key) -> Response:
    """Where a party stands: by component and phase, what is open again, where those who answer differ."""
    book, mine = desk(ws, who, party)
    found = cells(book, party)
    subjects: dict[str, list[Asked]] = {}
    for one in table.asked(book, party):
        subjects.setdefault(one.subject, []).append(one)
    differ = [one for one in seen(book, party) if one.standing == "disputed" and one.office != party]
    return page(
        request,
        "assess/party.html",
        book,
        party=mine,
        heat=plan.heat(found),
        total=tally(one.standing for one in found),
        reopened=[one for one in found if one.reopened],
        disputed=[one for one in found if one.standing == "disputed"],
        differ=differ,
        products=[(one, q, v) for one, q, v in on_products(book, party) if len({voice.state for voice in v}) > 1],
        subjects={subject: _by_component(asked) for subject, asked in subjects.items()},
        uses=[use for use in book.uses if use.office == party],
        others=may_answer_about(book, party),
    )


def _by_component(asked: list[Asked]) -> dict[Component, tuple[int, int]]:
    """Questions asked and answered, by component."""
    found: dict[Component, tuple[int, int]] = {}
    for one in asked:
        number, done = found.get(one.question.component, (0, 0))
        found[one.question.component] = (number + 1, done + (one.answer is not None))
    return found


@router.get("/of/{party}/questions")
def questions(
    request: Request, ws: Place, who: Who, party: Key, component: Component, subject: Wanted = ""
) -> Response:
    """The questions about one component of one subject, with the answers so far: one form for all."""
    book, mine = desk(ws, who, party)
    need_right(book, party, subject or party, component)
    asked = {one.question.id: one for one in table.asked(book, party) if one.subject == (subject or party)}
    rows = [_row(one, asked[one.id].answer if one.id in asked else None) for one in book.asked.get(component, ())]
    return page(
        request, "assess/questions.html", book, party=mine, component=component, subject=subject or party, rows=rows
    )


class Row(NamedTuple):
    """A question in the form: the party's answer, what the fields hold, and why that is not kept."""

    question: Question
    own: Answer | None
    state: str
    statement: str
    note: str = ""


def _row(question: Question, own: Answer | None) -> Row:
    return Row(question, own, own.state if own else "", own.statement if own else "")


@router.post("/of/{party}/questions")
def give(
    request: Request,
    ws: Place,
    who: Who,
    party: Key,
    subject: Field,
    component: Annotated[Component, Form()],
    question: Annotated[list[str], Form(max_length=2000)],
    shown: Annotated[list[str], Form(max_length=2000)],
    state: Annotated[list[str], Form(max_length=2000)],
    statement: Annotated[list[str], Form(max_length=2000)],
) -> Response:
    """Give the answers of the form that are new or other than those it was `shown` with. What cannot be kept comes back
    in the form, with the reason beside it; so does what a colleague has answered meanwhile."""
    if not len(question) == len(state) == len(statement) == len(shown):
        raise UsageError("The form is not complete.", hint="Load the page again and repeat the change.")
    book, mine = desk(ws, who, party)
    new, left = [], {}
    past = {one.id: one for one in book.answers if one.party == party}
    for id_, first, told, text in zip(question, shown, state, statement, strict=True):
        entered = (told, text.replace("\r\n", "\n").strip())
        own = answers.before(book, party, subject, id_)
        if entered in (_said(own), _said(past.get(first))):
            continue
        if note := _obstacle(own, first, told):
            left[id_] = (*entered, note)
        else:
            new.append(answers.with_files(book, party, Given(subject, id_, _state(told), entered[1], after=first)))
    if new:
        answers.answer(ws, who, party, new)
    language = visit.of(request).language
    kept = language.ngettext("%(num)s answer is kept.", "%(num)s answers are kept.", len(new))
    if not left:
        address = f"/assess/of/{party}/questions?component={component}&subject={quote(subject)}"
        return pages.redirect(request, address, kept)
    book, _ = desk(ws, who, party)
    rows = [_row(one, answers.before(book, party, subject, one.id)) for one in book.asked.get(component, ())]
    rows = [Row(row.question, row.own, *left[row.question.id]) if row.question.id in left else row for row in rows]
    named = {"party": mine, "component": component, "subject": subject}
    again = page(request, "assess/questions.html", book, **named, rows=rows, kept=kept)
    again.status_code = 409
    return again


def _said(held: Answer | None) -> tuple[str, str]:
    return (held.state, held.statement.strip()) if held else ("", "")


def _obstacle(own: Answer | None, first: str, told: str) -> str:
    """Why what was entered cannot be kept; "" where it can."""
    if (own.id if own else "") != first:
        return N_(
            "Somebody of your party has changed this answer since you opened the page. What you entered is not kept; "
            "save again to put it in place of the other."
        )
    if told:
        return ""
    if own:
        return N_("To take an answer back, open its question and withdraw it there.")
    return N_("This text has no answer beside it. Choose one.")


def _state(told: str) -> State:
    if told not in STATES:
        raise UsageError("That is no answer.", hint="Choose from the list.")
    return told


@router.get("/of/{party}/questions/{question}")
def ask(request: Request, ws: Place, who: Who, party: Key, question: Key, subject: Wanted = "") -> Response:
    """One question: what it rests on, who says what, the party's answer with its evidence, and its measures."""
    book, mine = desk(ws, who, party)
    about = subject or party
    if question not in book.questions:
        raise NotFoundError("No such question is asked.", hint="Look in the list of questions.")
    asked, own = book.questions[question], answers.before(book, party, about, question)
    need_right(book, party, about, asked.component)
    shown = shown_cell(book, party, about, asked) if about in book.parties else None
    others = [voices for one, q, voices in on_products(book, party) if (one.id, q) == (about, question)]
    with ws.read() as reader:
        measures = [one for one in plan.measures_of(reader, book, who, party) if one.question == question]
    past = [one for one in book.answers if (one.party, one.subject, one.question) == (party, about, question)]
    return page(
        request,
        "assess/question.html",
        book,
        party=mine,
        subject=about,
        question=asked,
        own=own,
        cell=shown,
        voices=shown.voices if shown else others[0] if others else (),
        steps=threats.closing(question),
        measures=measures,
        by_others=said_about(book, party, question) if about == party else (),
        past=sorted(past, key=lambda one: one.at, reverse=True),
    )


@router.post("/of/{party}/questions/{question}", max_body_size=UPLOAD_BYTES)
def answer(
    request: Request,
    ws: Place,
    who: Who,
    party: Key,
    question: Key,
    subject: Field,
    state: Field,
    statement: Statement = "",
    shown: Field = "",
    evidence: list[UploadFile] | None = None,
) -> Response:
    """Answer one question, with files as evidence. `ConflictError` where the party's answer is no more the one that was
    `shown`."""
    given = Given(subject, question, _state(state), statement.replace("\r\n", "\n"), after=shown)
    job.answer(ws, who, party, given, ((one.filename, one.file) for one in evidence or () if one.filename))
    return _back(request, party, question, subject, _ANSWERED)


def _back(request: Request, party: str, question: str, subject: str, message: str) -> Response:
    told = visit.of(request).gettext(message)
    address = f"/assess/of/{party}/questions/{quote(question)}?subject={quote(subject)}"
    return pages.redirect(request, address, told)


@router.post("/answers/{key}/withdraw")
def withdraw(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Take an answer back."""
    found = answers.withdraw(ws, who, key)
    return _back(request, found.party, found.question, found.subject, N_("The answer is withdrawn."))


@router.post("/answers/{key}/evidence/{digest}")
def evidence(request: Request, ws: Place, who: Who, key: Key, digest: Key) -> Response:
    """A file of the party's own answer, to keep; who took it is kept."""
    name = answers.evidence(ws, who, key, digest)
    return pages.attachment(_chunks(ws, digest), name or f"evidence-{digest[:12]}")


def _chunks(ws: Workspace, digest: str) -> Iterator[bytes]:
    with ws.vault.open(digest) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
