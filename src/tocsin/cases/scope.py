"""Whether a case is one for us: a foreign link, deception or coercion, a link to an election; each answered by a person
with evidence. Lawful domestic opinion is out of scope, and saying so closes the case and is kept in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from tocsin.cases import acts
from tocsin.cases.settle import save
from tocsin.cases.states import moved
from tocsin.cases.work import editing, need_evidence
from tocsin.errors import UsageError
from tocsin.model.case import Case, Link, Outcome, ScopeAnswer
from tocsin.model.people import Actor
from tocsin.store.workspace import Workspace

Question = Literal["foreign link", "deception or coercion", "election link"]
QUESTIONS: tuple[Question, ...] = get_args(Question)


class Answer(NamedTuple):
    """What a person answers to one question, why, and on which evidence."""

    question: Question
    answer: Literal["yes", "no", "unclear"]
    reason: str
    evidence: tuple[Link, ...] = ()


def answer(ws: Workspace, actor: Actor, case_id: str, answers: Sequence[Answer]) -> Case:
    """Answer questions of the scope check, again if need be. A case that a "no" puts out of scope is closed: as
    domestic where there is deception without a foreign link, else as out of scope. Raises `UsageError` for an answer
    without a reason."""
    if any(not one.reason.strip() for one in answers):
        raise UsageError("an answer needs a reason", hint="say what it rests on")
    words = ", ".join(f"{one.question}: {one.answer}" for one in answers)
    refused = any(one.answer == "no" for one in answers)
    with editing(ws, actor, "refuse scope" if refused else "answer scope", case_id, note=words) as (w, case):
        for one in answers:
            need_evidence(w, case, one.evidence)
        new = {one.question: _kept(one, actor) for one in answers}
        old = {one.question: one for one in case.scope}
        scope = tuple((old | new)[question] for question in QUESTIONS if question in old | new)
        case = case.but(scope=scope)
        if outcome := verdict(case):
            reason = " ".join(one.reason for one in scope if one.answer == "no")
            case = moved(case, "closed").but(outcome=outcome, outcome_reason=reason)
        return save(w, case, actor.id)


def verdict(case: Case) -> Outcome:
    """How the answers close the case: "" where they do not."""
    answers = {one.question: one.answer for one in case.scope}
    refused = [question for question, word in answers.items() if word == "no"]
    if refused == ["foreign link"] and answers.get("deception or coercion") == "yes":
        return "domestic"
    return "out of scope" if refused else ""


def missing(case: Case) -> tuple[str, ...]:
    """What the scope check lacks; empty where all three questions are answered with yes on evidence."""
    answers = {one.question: one for one in case.scope}
    return tuple(word for question in QUESTIONS if (word := _lacks(question, answers.get(question))))


def _lacks(question: str, one: ScopeAnswer | None) -> str:
    if one is None:
        return f"{question}: not answered"
    if one.answer != "yes":
        return f"{question}: {one.answer}"
    return "" if one.evidence else f"{question}: no evidence"


def _kept(one: Answer, actor: Actor) -> ScopeAnswer:
    return acts.checked(ScopeAnswer, **one._asdict(), by=actor.id, at=acts.now())
