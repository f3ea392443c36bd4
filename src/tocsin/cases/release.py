"""When a case may be given to partners: not above its marking, not what is none of our business, and what everybody may
have only after publication."""

from __future__ import annotations

from tocsin.cases import scope
from tocsin.cases.snapshot import claims_of
from tocsin.cases.states import PUBLIC
from tocsin.errors import ForbiddenError
from tocsin.model.case import Case
from tocsin.model.grades import Tlp, steps_apart
from tocsin.model.people import Role
from tocsin.store.records import Reader

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


def _out_of_scope(reader: Reader, case: Case) -> str:
    """What the scope check lacks; a case that only holds what partners sent was checked by them, unless we said no."""
    if verdict := scope.verdict(case):
        return verdict
    ours = any(claim.text for claim in claims_of(reader, case.id)) or case.summary
    return next(iter(scope.missing(case)), "") if ours else ""
