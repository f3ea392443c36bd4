"""When a case may be given to partners: not above its marking, not what is none of our business, and what everybody may
have only after publication."""

from __future__ import annotations

from tocsin.cases import acts, scope
from tocsin.cases.snapshot import claims_of
from tocsin.cases.states import PUBLIC
from tocsin.errors import ConflictError, ForbiddenError
from tocsin.model.case import Case
from tocsin.model.exchange import Derived, Release, Restriction
from tocsin.model.grades import Tlp, steps_apart
from tocsin.model.people import Role
from tocsin.store.records import Reader, Writer

#: Who may give a case to partners and take it back: those who may hand its evidence over.
WHO: tuple[Role, ...] = ("custodian", "publisher")


def need_releasable(reader: Reader, case: Case, ceiling: Tlp) -> None:
    """Raise `ForbiddenError` where the case may not go to an audience that sees up to `ceiling`."""
    if (steps_apart("tlp", case.tlp, ceiling) or 0) < 0:
        raise ForbiddenError(
            f"case {case.id} is TLP:{case.tlp.upper()}, and the audience may see up to TLP:{ceiling.upper()}",
            hint="choose another audience; an analyst can change the marking of the case",
        )
    if ceiling == "clear" and case.state not in PUBLIC:
        raise ForbiddenError(
            f"case {case.id} is not published, and what is TLP:CLEAR is for everybody", hint="publish it first"
        )
    if lacking := _out_of_scope(reader, case):
        raise ForbiddenError(
            f"case {case.id} has not passed the scope check: {lacking}",
            hint="lawful domestic opinion is not shared; an analyst answers the questions of the scope check",
        )


def may_be_released(reader: Reader, case: Case, ceiling: Tlp) -> bool:
    """Whether `need_releasable` has nothing against it."""
    try:
        need_releasable(reader, case, ceiling)
    except ForbiddenError:
        return False
    return True


def need_recalled(reader: Reader, case_id: str) -> None:
    """Raise `ConflictError` while an audience holds anything of the case: what is erased here would live on there."""
    for audience in {one.audience for one in acts.every(reader, Release, {"case": case_id})}:
        if any(case_id in one.cases for one in acts.every(reader, Derived, {"audience": audience})):
            raise ConflictError(
                f"partners hold case {case_id}", hint="take it back first: `tocsin release recall`, with --revoke"
            )


def forget(w: Writer, case_id: str) -> None:
    """Erase what was said of the case's parts and of why it was released; who had which version when stays known."""
    for restriction in list(acts.every(w, Restriction, {"case": case_id})):
        w.remove(Restriction, restriction.id)
    w.put_many([one.but(reason="") for one in acts.every(w, Release, {"case": case_id}) if one.reason])


def _out_of_scope(reader: Reader, case: Case) -> str:
    """What the scope check lacks; a case that only holds what partners sent was checked by them, unless we said no."""
    if verdict := scope.verdict(case) or (case.outcome if case.outcome in ("domestic", "out of scope") else ""):
        return verdict
    ours = any(claim.text for claim in claims_of(reader, case.id)) or case.summary
    return next(iter(scope.missing(case)), "") if ours else ""
