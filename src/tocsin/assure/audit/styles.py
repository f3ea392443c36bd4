"""Card-style data: a contest is audited on the cards that hold it, by their records, and not on all others.

Glazer, Spertus, Stark, "More style, less work: card-style data decrease risk-limiting audit sample sizes" (2021).
Records can be wrong about what a card holds, so a sample is valid only with these rules:

- A card without a record may hold any contest: it is among the cards of every contest, and its (missing) record counts
  as a vote for nobody. It is a phantom record.
- The cards of a contest must be at least as many as can hold it at all (`Contest.cards`, from the voters' list).
- A card that was drawn for a contest and does not hold it, or that nobody finds, counts the worst there is, 0: in its
  place another card, whose record does not name the contest, may hold it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tocsin.errors import InputError

Mask = npt.NDArray[np.bool_]
PHANTOM = 0.5  # value of a missing record, whatever the assorter


def cards_of(contest: str, named: Mask, recorded: Mask, bound: int) -> Mask:
    """Which cards the contest is audited on: those whose record names it, and those without a record.

    `named` and `recorded` have one entry for each card of the manifest. Raises InputError where they are fewer than
    `bound`, the greatest number of cards that can hold the contest.
    """
    held: Mask = named | ~recorded
    if int(held.sum()) < bound:
        raise InputError(
            f"{contest}: {int(held.sum()):,} cards have a record with it or no record, {bound:,} can hold it",
            hint="find out why records are missing, or audit on all cards instead of by style",
        )
    return held


def hand_value(value: float, *, found: bool, here: bool, by_style: bool) -> float:
    """What a card's own votes count: `value` by the assorter, 0 where nobody found the card, or where it was drawn by
    style for a contest that it does not hold."""
    return value if found and (here or not by_style) else 0.0
