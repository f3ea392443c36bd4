"""Every risk is computed twice, by routes that share no code; here they must agree."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tocsin.errors import DisagreementError
from tocsin.model.audit import PairRisk

RELATIVE = 1e-9
UNDERFLOW = 1e-300  # below this doubles lose digits, and both routes mean zero


def agreed(first: float, second: float, what: str = "the risk") -> float:
    """The first of two computations of one number, if the second is within 1e-9 of it, relatively.

    Raises DisagreementError otherwise, also where either is not a number.
    """
    if math.isclose(first, second, rel_tol=RELATIVE, abs_tol=UNDERFLOW):
        return first
    raise DisagreementError(
        f"two computations of {what} differ: {first!r} and {second!r}",
        hint="do not use either number; keep the audit's folder and report this as a defect",
    )


def pair_risk(
    sides: tuple[str, str], routes: tuple[float, float], what: str, margin: float, seen: Mapping[str, float]
) -> PairRisk:
    """The risk of one claim by both routes. `sides`: who won and who lost; `what` the claim or contest is called.

    Raises DisagreementError where the routes do not agree.
    """
    risk, again = routes
    return PairRisk(
        winner=sides[0],
        loser=sides[1],
        risk=agreed(risk, again, f"the risk of {what}"),
        recomputed=again,
        margin=margin,
        seen=dict(seen),
    )
