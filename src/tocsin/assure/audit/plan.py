"""How many cards an audit may take: the greatest size over all pairs of a contest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tocsin.assure.audit.pairs import Pair, contested
from tocsin.errors import UsageError
from tocsin.model.ballot import Contest


@dataclass(frozen=True, slots=True)
class Size:
    """Cards to draw, the probability that the audit then stops (if known), and the pair that decides (if one)."""

    cards: int
    probability: float | None = None
    pair: Pair | None = None


def over_pairs(
    contest: Contest,
    size: Callable[[Pair], int],
    risk_limit: float,
    probability: float | None = None,
    *,
    skip_voteless: bool = False,
) -> Size:
    """The greatest size over the pairs of a contest; all cards at a tie. With `skip_voteless` only pairs whose losers
    have a reported vote count, and one card is read where there is none.

    Raises UsageError where nobody lost, and where the risk limit is no fraction between 0 and 1.
    """
    check_limit(risk_limit)
    asserted = contested(contest)
    tied = next((pair for pair in asserted if pair.share(contest.votes) <= pair.null), None)
    if tied:
        return Size(contest.cards, 1.0, tied)
    counted = [pair for pair in asserted if not skip_voteless or pair.share(contest.votes) < 1]
    if not counted:
        return Size(1, 1.0)
    cards, decides = max(((size(pair), pair) for pair in counted), key=lambda found: found[0])
    return Size(cards, probability, decides)


def per_quantile(
    contest: Contest,
    size: Callable[[Pair, float], int],
    risk_limit: float,
    quantiles: Sequence[float],
    *,
    skip_voteless: bool = False,
) -> dict[float, Size]:
    """The greatest size over the pairs for each probability of stopping; see `over_pairs`."""

    def greatest(q: float) -> Size:
        return over_pairs(contest, lambda pair: size(pair, q), risk_limit, q, skip_voteless=skip_voteless)

    return {q: greatest(q) for q in quantiles}


def check_limit(risk_limit: float) -> None:
    """Raise UsageError unless the risk limit is a fraction between 0 and 1."""
    if not 0 < risk_limit < 1:
        raise UsageError(
            f"the risk limit is {risk_limit}; it must be above 0 and below 1",
            hint="write 5 percent as 0.05; a limit of 0 means to count every card by hand",
        )


def count_all(cards: int, size: int, large: int = 100_000, part: float = 0.25) -> bool:
    """Whether reading all cards is less work: more than `large` cards, of which the sample would be `part` or more.

    A sampled card must be found first; election offices that audit by polling use these figures (Arlo).
    """
    return cards > large and size >= part * cards
