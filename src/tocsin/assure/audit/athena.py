"""First rounds of Athena, and of BRAVO at the end of a round, as the tables of the Athena papers give them.

Zagorski et al. (2020), "The Athena class of risk-limiting ballot polling audits": Athena is Minerva whose count must
besides be 1/delta times as likely at the reported share as at the null share. The search is the one of those tables:
from all votes of the pair, halved until the probability is missed, then bisection until it is exceeded by less than a
hundredth; so a size is one of many that reach the probability.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tocsin.assure.audit import bravo
from tocsin.assure.audit.binomial import tail
from tocsin.assure.audit.pairs import Pair
from tocsin.assure.audit.plan import Size, over_pairs
from tocsin.assure.audit.rounds import MOST_VOTES, least_passing, scale
from tocsin.model.ballot import Contest

NEAR = 0.01


def athena_first_round(contest: Contest, risk_limit: float, probability: float, delta: float = 1.0) -> Size:
    """Cards of a first round of Athena that stops with the probability if the reported result is right."""
    return _first_round(contest, risk_limit, probability, _athena(risk_limit, delta))


def bravo_first_round(contest: Contest, risk_limit: float, probability: float) -> Size:
    """Cards of a first round of BRAVO, looked at once it is complete, that stops with the probability."""
    return _first_round(
        contest, risk_limit, probability, lambda n, s, t: bravo.stopping_votes(s, risk_limit, [n], t)[0]
    )


Least = Callable[[int, float, float], int | None]  # votes, reported share, null share -> least winners' votes


def _athena(risk_limit: float, delta: float) -> Least:
    def least(votes: int, share: float, null: float) -> int | None:
        likely = bravo.stopping_votes(share, delta, [votes], null)[0]
        passing = least_passing(votes, share, null, risk_limit)
        return max(passing, likely) if likely is not None and passing <= votes else None

    return least


def _first_round(contest: Contest, risk_limit: float, probability: float, least: Least) -> Size:
    def cards(pair: Pair) -> int:
        share = pair.share(contest.votes)

        def stops(votes: int) -> float:
            k = least(votes, share, pair.null)
            return 0.0 if k is None else float(tail(k, votes, share))

        return math.ceil(_searched(stops, probability, sum(pair.count(contest.votes))) * scale(pair, contest))

    return over_pairs(contest, cards, risk_limit, probability)


def _searched(stops: Callable[[int], float], wanted: float, start: int) -> int:
    high = start
    while stops(high) < wanted and high < MOST_VOTES:
        high *= 2
    low = high // 2
    while low and stops(low) >= wanted:
        low, high = low // 2, low
    while high - low > 1:
        middle = round((high + low) / 2)
        found = stops(middle)
        low, high = (middle, high) if found <= wanted else (low, middle)
        if 0 < found - wanted < NEAR:
            break
    return high
