"""Which state a case is in follows from the facts; every change of a case is saved through here."""

from __future__ import annotations

from tocsin.cases import acts
from tocsin.cases.snapshot import content, latest_replies
from tocsin.cases.states import EDITABLE, WORKING, moved
from tocsin.errors import ConflictError
from tocsin.model.case import Case, CaseState, Reply, Review
from tocsin.store.records import Reader, Writer


def save(w: Writer, case: Case, author: str = "") -> Case:
    """Write a case that was changed, in the state that follows; `author`, if given, is one of its authors from now."""
    if author and author not in case.authors:
        case = case.but(authors=(*case.authors, author))
    case = case.but(updated=acts.now())
    if case.state in WORKING and (state := follows(w, case)) != case.state:
        case = moved(case, state)
    return w.put(case)


def need_editable(case: Case) -> None:
    """Raise `ConflictError` for a case whose content can no longer be changed."""
    if case.state not in EDITABLE:
        raise ConflictError(
            f"case {case.id} is {case.state}: it cannot be changed", hint="a closed case can be opened again"
        )


def follows(reader: Reader, case: Case) -> CaseState:
    """The state of a case that is worked on: how far the present content has come."""
    present = content(reader, case)
    if accepted(reader, case, present):
        return "reply" if waiting_for(reader, case) else "ready"
    pending = acts.every(reader, Review, {"case": case.id, "state": ("asked", "open")})
    return "in review" if any(review.content == present for review in pending) else "draft"


def waiting_for(reader: Reader, case: Case) -> tuple[str, ...]:
    """What is missing before every named party has had its say; empty if nothing is."""
    replies = {reply.placeholder: reply for reply in latest_replies(reader, case.id)}
    named = (name.placeholder for name in case.names if name.standing == "named")
    return tuple(missing for name in named if (missing := _missing(name, replies.get(name))))


def _missing(name: str, reply: Reply | None) -> str:
    if reply is None:
        return f"{name} was not asked for its reply"
    if reply.state == "asked" and acts.now() < reply.due:
        return f"{name} has until {reply.due:%Y-%m-%d %H:%M} UTC to reply"
    return ""


def accepted(reader: Reader, case: Case, content: str) -> Review | None:
    """A review that accepted exactly this content, by somebody who has not written in the case since."""
    for review in acts.every(reader, Review, {"case": case.id, "state": "decided"}):
        if review.content == content and review.decision == "accepted" and may_review(case, review.reviewer):
            return review
    return None


def may_review(case: Case, person: str) -> bool:
    """Whether a person has neither written in the case nor asked to see its names."""
    return person not in (case.owner, *case.authors, *case.seen_by)
