"""The four claims of a case, each graded on its own by a person.

Nothing here computes an attribution: it is typed by people, rests on a class of evidence, and somebody who has not
written it reads that evidence again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tocsin.cases import acts
from tocsin.cases.settle import need_editable, save
from tocsin.cases.sight import need_open
from tocsin.cases.snapshot import claims_of, links_of
from tocsin.cases.work import editing, need_evidence, refuse_mixed, refuse_unknown
from tocsin.errors import ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import WHICH, Alternative, Case, Claim, Link, Step, Which
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

_FIELDS = frozenset({"made", "text", "basis", "grade", "evidence"})
_OWN: dict[Which, frozenset[str]] = {
    "behaviour": frozenset(),
    "deception": frozenset(),
    "reach": frozenset({"steps", "harm", "harm_note", "harm_evidence"}),
    "attribution": frozenset({"evidence_class"}),
}


def edit(ws: Workspace, actor: Actor, case_id: str, which: Which, version: int, **changes: Any) -> Claim:
    """Change a claim: made, text, basis, grade, evidence; for reach also steps, harm, harm_note, harm_evidence; for
    attribution evidence_class. `version` is that of the claim as it was read.

    Raises `ConflictError` if somebody else changed it; `UsageError` for a likelihood and a confidence in one sentence,
    evidence from outside the case, or steps that are out of order or not dated.
    """
    _check_which(which)
    refuse_unknown(changes, _FIELDS | _OWN[which])
    with editing(ws, actor, f"edit claim: {which}", case_id) as (w, case):
        claim = claim_of(w, case_id, which)
        new = acts.checked(Claim, **{**dict(claim), **changes, "version": version})
        refuse_mixed(new.text, new.basis, new.harm_note, *(step.note for step in new.steps))
        _check_steps(new.steps)
        need_evidence(w, case, links_of([new]))
        return _put(w, case, new, actor)


def consider(
    ws: Workspace,
    actor: Actor,
    case_id: str,
    which: Which,
    version: int,
    text: str,
    rejected: str = "",
    evidence: Iterable[Link] = (),
) -> Claim:
    """Add another explanation, and why it is rejected (empty: it is not). One with the same text is replaced."""
    _check_which(which)
    if not text.strip():
        raise UsageError("an alternative needs a text", hint="say what else could explain what was seen")
    refuse_mixed(text, rejected)
    with editing(ws, actor, f"consider alternative: {which}", case_id) as (w, case):
        claim = claim_of(w, case_id, which)
        new = acts.checked(Alternative, text=text, rejected=rejected, evidence=tuple(evidence), by=actor.id)
        need_evidence(w, case, new.evidence)
        others = [old for old in claim.alternatives if old.text != new.text]
        changed = acts.checked(Claim, **{**dict(claim), "alternatives": (*others, new), "version": version})
        return _put(w, case, changed, actor)


def second_read(ws: Workspace, actor: Actor, case_id: str, note: str) -> Claim:
    """Say that one has read the evidence of the attribution again and agrees. `ForbiddenError` for an author of it."""
    with acts.on_case(ws, actor, "second reading of attribution", case_id, ("analyst", "reviewer"), note) as (w, case):
        need_open(w, actor, case)
        need_editable(case)
        claim = claim_of(w, case_id, "attribution")
        if actor.id in claim.authors:
            raise ForbiddenError("an attribution is read again by somebody who has not written it", hint="ask another")
        if missing := [word for word in lacks(claim) if "second reader" not in word]:
            raise UsageError(f"the attribution is not complete: {missing[0]}", hint="complete it first")
        return w.put(claim.but(second_reader=actor.id))


def claim_of(reader: Reader, case_id: str, which: Which) -> Claim:
    """One claim of a case. Raises `NotFoundError`."""
    for claim in claims_of(reader, case_id):
        if claim.which == which:
            return claim
    raise NotFoundError(f"case {case_id} has no claim about {which}", hint="see the list of cases")


def lacks(claim: Claim) -> Iterator[str]:
    """What a claim still needs before it can be published. One that is not made only needs to say why."""
    if not claim.text:
        yield f"{claim.which}: no text" if claim.made else f"{claim.which}: not made, and no reason why"
    if not claim.made:
        if claim.which == "behaviour":
            yield "behaviour: a case without what happened is not published"
        return
    empty = [name for name, value in claim.grade if not value]
    if empty:
        yield f"{claim.which}: not graded: {', '.join(empty)}"
    if not claim.basis:
        yield f"{claim.which}: no word on why the confidence is what it is"
    if not any(link.source and link.information for link in claim.evidence):
        yield f"{claim.which}: no graded evidence"
    yield from _lacks_own(claim)


def _lacks_own(claim: Claim) -> Iterator[str]:
    if claim.which == "reach" and not any(step.shown for step in claim.steps):
        yield "reach: no step of the Breakout Scale is shown"
    if claim.which == "reach" and claim.harm and not (claim.harm_note and claim.harm_evidence):
        yield "reach: harm to voting without words and evidence"
    if claim.which == "attribution" and not claim.evidence_class:
        yield "attribution: no class of evidence"
    if claim.which == "attribution" and (not claim.second_reader or claim.second_reader in claim.authors):
        yield "attribution: no second reader"


def _check_which(which: str) -> None:
    if which not in WHICH:
        raise UsageError(f"no claim is about {which[:80]!r}", hint=f"one of: {', '.join(WHICH)}")


def _check_steps(steps: tuple[Step, ...]) -> None:
    levels = [step.level for step in steps]
    if levels != sorted(set(levels)):
        raise UsageError("the steps of the Breakout Scale are not in order, or one is there twice", hint="1 to 6, once")
    for step in steps:
        if step.shown and not (step.at and step.evidence):
            raise UsageError(
                f"step {step.level} of the Breakout Scale has no date or no evidence", hint="give both, or unmark it"
            )


def _put(w: Any, case: Case, claim: Claim, actor: Actor) -> Claim:
    authors = claim.authors if actor.id in claim.authors else (*claim.authors, actor.id)
    written: Claim = w.put(claim.but(authors=authors, second_reader="", updated=acts.now()))
    save(w, case, actor.id)
    return written
