"""What the page of a case shows, gathered in one reading, and the pieces of evidence its forms choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.cases.approvals import approvals
from tocsin.cases.gates import Gate, gates
from tocsin.cases.publish import history, pending
from tocsin.cases.retention import may_see
from tocsin.cases.settle import may_review
from tocsin.cases.sight import Look, look
from tocsin.cases.states import EDITABLE, PUBLIC
from tocsin.errors import UsageError
from tocsin.model.case import Approval, Case, Link, Review, Tip
from tocsin.model.people import Actor, Person, Role
from tocsin.store.records import Reader
from tocsin.web import words

_MOST = 200


def show(reader: Reader, who: Actor, case_id: str) -> dict[str, Any]:
    """The case as the reader may see it, its gates, reviews, issues, and what the reader can do next. What is missing
    at a gate, and reviews, are only for those who see the names."""
    seen = look(reader, who, case_id)
    stored = reader.get(Case, case_id)
    is_open = seen.sight == "open"
    reviews = reader.page(Review, {"case": case_id}, "-asked", limit=_MOST).items if is_open else ()
    people = words.names(reader, _people(seen.case, reviews)) if is_open else {}
    return {
        "look": seen,
        "case": seen.case,
        "claims": seen.claims,
        "titles": titles(seen),
        "gates": gates(reader, stored) if is_open else (),
        "reviews": reviews,
        "people": people,
        "issues": history(reader, case_id) if seen.sight != "blind" else (),
        "tips": _tips(reader, who, case_id) if is_open else (),
        "editable": is_open and "analyst" in who.roles and stored.state in EDITABLE,
        "public": stored.state in PUBLIC,
    }


def _tips(reader: Reader, who: Actor, case_id: str) -> tuple[Tip, ...]:
    found = reader.page(Tip, {"case": case_id}, "-received", limit=_MOST).items
    return tuple(tip for tip in found if may_see(reader, who, tip))


def _people(case: Case, reviews: Iterable[Review]) -> Iterable[str]:
    return (case.owner, *case.authors, *(review.reviewer for review in reviews))


def titles(seen: Look) -> dict[str, str]:
    """The title of each piece of evidence in a case by its key, `lead:ID` or `item:ID`. Working copies and what was
    taken out of an archive come with their originals' names."""
    found = {f"lead:{lead.id}": lead.title for lead in seen.leads}
    return found | {f"item:{item.id}": item.name for item in seen.items if not item.is_copy}


def links(keys: Iterable[str], held: Iterable[Link] = ()) -> tuple[Link, ...]:
    """Links to the pieces with these keys; one that is held already stays as it is. Raises `UsageError`."""
    known = {f"{link.to}:{link.id}": link for link in held}
    return tuple(known.get(key) or Link(to=_part(key)[0], id=_part(key)[1]) for key in dict.fromkeys(keys))  # type: ignore[arg-type]


def _part(key: str) -> tuple[str, str]:
    to, _, id_ = key.partition(":")
    if to not in ("lead", "item") or not 0 < len(id_) <= 80:
        raise UsageError("That is no evidence of the case.", hint="Choose from the list.")
    return to, id_


def with_role(reader: Reader, role: Role) -> list[Person]:
    """The people who can sign in and hold a role."""
    people = reader.page(Person, {"active": True}, limit=1000).items
    return sorted((person for person in people if role in person.roles), key=lambda person: person.name)


def reviewers(reader: Reader, case: Case) -> list[tuple[str, str]]:
    """Who could read the case again: reviewers who have not written in it nor seen its names."""
    return [(person.id, person.name) for person in with_role(reader, "reviewer") if may_review(case, person.id)]


def waiting(reader: Reader, case: Case) -> tuple[Approval, ...]:
    """Approvals that still hold for what would be issued now, the words of each once, the latest first."""
    found: dict[tuple[str, str, str], Approval] = {}
    for approval in reader.page(Approval, {"subject": case.id}, "-given", limit=_MOST).items:
        words_of = (approval.action, approval.text, approval.break_glass)
        if approval.action in ("publish", "correct", "withdraw") and words_of not in found:
            wanted = pending(reader, case, approval.action, approval.text, approval.break_glass)
            if approvals(reader, approval.action, case.id, wanted.content):
                found[words_of] = approval
    return tuple(found.values())


def closed(found: Iterable[Gate]) -> tuple[Gate, ...]:
    """The gates that are not passed."""
    return tuple(gate for gate in found if not gate.passed)
