"""The second reader: grades blind, may guess the side, is then shown the names, grades again and decides.

Neither an author nor anybody who asked to see the names. The gap between blind and open grades is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.cases import acts
from tocsin.cases.blinding import Blinder
from tocsin.cases.scope import missing as scope_missing
from tocsin.cases.settle import may_review, save
from tocsin.cases.sight import Look, blind, look, need_open, opened
from tocsin.cases.snapshot import claims_of, content
from tocsin.cases.states import EDITABLE
from tocsin.cases.work import AUTHORS
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Case, Gap, Graded, Review
from tocsin.model.grades import steps_apart
from tocsin.model.people import Actor, Person
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace


def ask(ws: Workspace, actor: Actor, case_id: str, person: str) -> Review:
    """Ask a reviewer to read the case as it is now. Raises `ForbiddenError` for somebody who knows the case, while the
    scope check is not passed, and where no name is listed that could be hidden."""
    with acts.on_case(ws, actor, "ask for review", case_id, AUTHORS) as (w, case):
        need_open(w, actor, case)
        if case.state not in EDITABLE:
            raise ConflictError(f"case {case_id} is {case.state}", hint="open it again first")
        if lacking := scope_missing(case):
            raise ForbiddenError(f"the scope check is not passed: {lacking[0]}", hint="answer it with evidence first")
        if not case.names:
            raise ForbiddenError(
                "the case lists no names, so its reader would not be blind", hint="add the names that its texts hold"
            )
        if "reviewer" not in w.get(Person, person).roles:
            raise UsageError("that person is not a reviewer", hint="choose somebody with that role")
        if not may_review(case, person):
            raise ForbiddenError("a second reader has not written in the case nor seen its names", hint="ask another")
        present = content(w, case)
        for old in acts.every(w, Review, {"case": case_id, "reviewer": person}):
            if old.content == present:
                raise ConflictError("that person was asked to read exactly this", hint="see the reviews of the case")
        again = opened(w, person, case_id)
        review = Review(
            case=case_id,
            content=present,
            reviewer=person,
            asked_by=actor.id,
            asked=acts.now(),
            again=again,
            state="open" if again else "asked",
        )
        w.put(review)
        save(w, case)
        return w.get(Review, review.id)


def view(reader: Reader, actor: Actor, review_id: str) -> Look:
    """The case as the reviewer sees it: without names and grades until the blind grades are given. Raises
    `ForbiddenError` for anybody else, `ConflictError` where the case has changed since."""
    review = _mine(reader, actor, review_id)
    case = reader.get(Case, review.case)
    _need_same(reader, case, review)
    whole = look(reader, actor, review.case)
    return blind(whole) if review.state == "asked" and whole.sight != "blind" else whole


def grade_blind(ws: Workspace, actor: Actor, review_id: str, grades: Sequence[Graded], guess: str = "") -> Review:
    """Give the blind grades, and a guess which side the case is about ("" = none). The names are shown from then on."""
    with ws.read() as reader:
        case_id = reader.get(Review, review_id).case
    with acts.on_case(ws, actor, "grade blind and see names", case_id, ("reviewer",)) as (w, case):
        review = _mine(w, actor, review_id)
        if review.state != "asked":
            raise ConflictError("the blind grades were given already", hint="grade again with the names shown")
        _check(w, case, review, grades)
        right = bool(Blinder(case.names).names_in(guess)) if guess.strip() else None
        return w.put(
            acts.checked(
                Review,
                **{
                    **dict(review),
                    "state": "open",
                    "blind": tuple(grades),
                    "guess": guess,
                    "guess_right": right,
                    "opened": acts.now(),
                },
            )
        )


def decide(
    ws: Workspace, actor: Actor, review_id: str, grades: Sequence[Graded], decision: str, reasons: str
) -> Review:
    """Grade with the names shown, and accept, send back (revise) or reject, with reasons."""
    if decision not in ("accepted", "revise", "rejected") or not reasons.strip():
        raise UsageError("a review ends with accepted, revise or rejected, and reasons", hint="say what it rests on")
    with ws.read() as reader:
        case_id = reader.get(Review, review_id).case
    with acts.on_case(ws, actor, f"review: {decision}", case_id, ("reviewer",)) as (w, case):
        review = _mine(w, actor, review_id)
        if review.state != "open":
            raise ConflictError(
                "this review was decided" if review.state == "decided" else "the blind grades come first",
                hint="see the reviews of the case",
            )
        _check(w, case, review, grades)
        final = {"open": tuple(grades), "gap": gaps(review.blind, grades), "decision": decision, "reasons": reasons}
        done = w.put(
            acts.checked(Review, **{**dict(review), **final, "state": "decided", "decided": acts.now()}),
        )
        save(w, case)
        return done


def gaps(blind_grades: Sequence[Graded], open_grades: Sequence[Graded]) -> tuple[Gap, ...]:
    """By how many steps each open grade lies above the blind one, for claims graded both times."""
    before = {one.which: one.grade for one in blind_grades}
    return tuple(
        Gap(
            which=one.which,
            likelihood=steps_apart("likelihood", before[one.which].likelihood, one.grade.likelihood),
            confidence=steps_apart("confidence", before[one.which].confidence, one.grade.confidence),
        )
        for one in open_grades
        if one.which in before
    )


def _mine(reader: Reader, actor: Actor, review_id: str) -> Review:
    review = reader.get(Review, review_id)
    if review.reviewer != actor.id:
        raise ForbiddenError("this review was asked of somebody else", hint="see the reviews that wait for you")
    return review


def _need_same(reader: Reader, case: Case, review: Review) -> None:
    if content(reader, case) != review.content:
        raise ConflictError("the case has changed since the review was asked", hint="ask its owner for a new review")


def _check(w: Writer, case: Case, review: Review, grades: Sequence[Graded]) -> None:
    """Refuse grades of a case that changed or of one's own, two of one claim, or none of a claim that is made."""
    _need_same(w, case, review)
    if not may_review(case, review.reviewer):
        raise ForbiddenError("a second reader has not written in the case nor seen its names", hint="ask another")
    made = {claim.which for claim in claims_of(w, case.id) if claim.made}
    graded = [one.which for one in grades]
    if set(graded) != made or len(graded) != len(made):
        raise UsageError("grade each claim that is made, once", hint=f"these: {', '.join(sorted(made))}")
    if any(not value for one in grades for _, value in one.grade):
        raise UsageError("a grade has four parts", hint="source, information, likelihood, confidence")
