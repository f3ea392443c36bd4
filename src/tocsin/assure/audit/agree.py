"""Every risk is computed twice, by routes that share no code; here they must agree."""

from __future__ import annotations

import math

from tocsin.errors import DisagreementError

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
