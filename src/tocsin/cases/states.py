"""The states of a case and which may follow which."""

from __future__ import annotations

from tocsin.errors import ConflictError
from tocsin.model.case import Case, CaseState

#: Every move there is. To `published` from a state before `ready` only by break-glass.
ALLOWED: dict[CaseState, frozenset[CaseState]] = {
    "draft": frozenset({"in review", "reply", "ready", "published", "closed"}),
    "in review": frozenset({"draft", "reply", "ready", "published", "closed"}),
    "reply": frozenset({"draft", "in review", "ready", "published", "closed"}),
    "ready": frozenset({"draft", "in review", "reply", "published", "closed"}),
    "published": frozenset({"corrected", "withdrawn"}),
    "corrected": frozenset({"corrected", "withdrawn"}),
    "withdrawn": frozenset(),
    "closed": frozenset({"draft"}),
}

#: States of a case that is being worked on towards its first publication; which of them follows from the facts.
WORKING: frozenset[CaseState] = frozenset({"draft", "in review", "reply", "ready"})
PUBLIC: frozenset[CaseState] = frozenset({"published", "corrected", "withdrawn"})
#: States in which the content may be changed.
EDITABLE: frozenset[CaseState] = WORKING | {"published", "corrected"}


def moved(case: Case, to: CaseState) -> Case:
    """The case in another state. Raises `ConflictError` for a move that is not in `ALLOWED`."""
    if to not in ALLOWED[case.state]:
        may = ", ".join(sorted(ALLOWED[case.state])) or "nothing"
        raise ConflictError(
            f"case {case.id} is {case.state} and cannot become {to}", hint=f"from {case.state} it can become: {may}"
        )
    return case.but(state=to)
