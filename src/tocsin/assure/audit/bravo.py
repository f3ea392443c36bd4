"""BRAVO ballot polling: the sequential probability ratio of two shares of the votes.

Lindeman, Stark and Yates (2012), "BRAVO: Ballot-polling risk-limiting audits to verify outcomes". Cards are drawn
with replacement, or without, which is conservative. The reported share s of a pair is tested against the null share
t (1/2, or the supermajority): T = (s/t)^w ((1-s)/(1-t))^l, and the risk is 1/T.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext

from tocsin.assure.audit.binomial import tail
from tocsin.assure.audit.pairs import Pair, Votes, pairs, total
from tocsin.assure.audit.plan import Size, over_pairs, per_quantile
from tocsin.model.ballot import Contest


def risk(contest: Contest, rounds: Sequence[Votes]) -> dict[str, float]:
    """Risk by pair, from the votes that each round's cards hold; 1 before the first card. Empty where nobody lost."""
    return {pair.label: _risk(pair, contest, total(rounds)) for pair in pairs(contest)}


def recomputed(contest: Contest, rounds: Sequence[Votes]) -> dict[str, float]:
    """The same risks from whole numbers of votes, as powers of decimals of 60 digits, without logarithms."""
    return {pair.label: _risk_by_powers(pair, contest, rounds) for pair in pairs(contest)}


def log_ratio(shares: tuple[float, float], null: float, seen: tuple[int, int]) -> float:
    """ln T after the votes seen for both sides; -inf after a vote that the reported shares say cannot be."""
    won = seen[0] * math.log(shares[0] / null) if seen[0] else 0.0
    lost = seen[1] * (math.log(shares[1] / (1 - null)) if shares[1] else -math.inf) if seen[1] else 0.0
    return won + lost


def average_size(
    contest: Contest, risk_limit: float, rounds: Sequence[Votes] = (), *, skip_voteless: bool = False
) -> Size:
    """Expected further cards until the audit stops if the reported result is right (average sample number).

    Wald's approximation with half of the last step as overshoot (the paper, eq. 5), after the votes already read;
    the greatest over all pairs. `probability` is that of having stopped by then, by the normal approximation; None
    with several winners. 0 cards where every pair is confirmed; all cards at a tie. `skip_voteless` as in `sizes`.
    """
    seen = total(rounds)
    found = over_pairs(
        contest, lambda pair: _average(pair, contest, risk_limit, seen), risk_limit, skip_voteless=skip_voteless
    )
    if found.pair is None or found.probability is not None or contest.winners > 1:
        return found
    probability = stops_by(found.pair, contest, risk_limit, seen, found.cards)
    return Size(found.cards, probability, found.pair)


def sizes(
    contest: Contest,
    risk_limit: float,
    quantiles: Sequence[float] = (0.7, 0.8, 0.9),
    rounds: Sequence[Votes] = (),
    *,
    skip_voteless: bool = False,
) -> dict[float, Size]:
    """Further cards with which the audit stops, at the given probabilities, if the reported result is right.

    The smallest size, searched upward from the normal approximation, whose lower quantile of winners' votes meets the
    limit at the end of the round; scaled up by the share of cards that hold a vote for either side. The greatest over
    all pairs. All cards at a tie; none where every pair is confirmed. Arlo leaves out losers without a reported vote,
    and reads one card where no loser has one: `skip_voteless`.
    """
    seen = total(rounds)

    def cards(pair: Pair, q: float) -> int:
        return quantile_size(pair, contest, risk_limit, q, seen)

    return per_quantile(contest, cards, risk_limit, quantiles, skip_voteless=skip_voteless)


def quantile_size(pair: Pair, contest: Contest, risk_limit: float, probability: float, seen: Votes) -> int:
    """Further cards for one pair; see `sizes`."""
    share = pair.share(contest.votes)
    missing = -math.log(risk_limit) - log_ratio(pair.shares(contest.votes), pair.null, pair.count(seen))
    if missing <= 0:
        return 0
    if missing == math.inf:  # a vote was seen that the report says nobody cast: this test cannot recover
        return contest.cards
    gain, loss = math.log(share / pair.null), math.log((1 - share) / (1 - pair.null)) if share < 1 else -math.inf
    relevant = sum(pair.count(contest.votes)) / contest.cards
    if share == 1:
        return math.ceil(math.ceil(missing / gain) / relevant)
    votes = _start(missing, share, gain, loss, probability)
    while votes < contest.cards and not _reaches(votes, missing, share, gain, loss, probability):
        votes += 1
    return math.ceil(votes / relevant)


def _reaches(votes: int, missing: float, share: float, gain: float, loss: float, probability: float) -> bool:
    """Whether the lower quantile of the winners' votes among these meets the limit."""
    least = math.ceil((missing - votes * loss) / (gain - loss) - 1e-12)
    return bool(tail(least, votes, share) >= probability) if least <= votes else False


def _least(votes: int, risk_limit: float, share: float, null: float) -> int:
    gain, loss = math.log(share / null), math.log((1 - share) / (1 - null))
    return math.ceil((-math.log(risk_limit) - votes * loss) / (gain - loss) - 1e-12)


def _start(missing: float, share: float, gain: float, loss: float, probability: float) -> int:
    """Where the normal lower quantile n s - z sqrt(n s (1-s)) meets the least winners' votes that stop the audit."""
    from scipy.special import ndtri

    spread = float(ndtri(probability)) ** 2 * share * (1 - share)
    offset, drift = missing / (gain - loss), share + loss / (gain - loss)
    half = spread + 2 * offset * drift
    root = math.sqrt(max(half**2 - 4 * drift**2 * offset**2, 0.0))
    return math.floor((half + (root if probability > 0.5 else -root)) / (2 * drift**2))


def _average(pair: Pair, contest: Contest, risk_limit: float, seen: Votes) -> int:
    share = pair.share(contest.votes)
    ours, theirs = pair.count(contest.votes)
    missing = -math.log(risk_limit) - log_ratio(pair.shares(contest.votes), pair.null, pair.count(seen))
    gain = math.log(share / pair.null)
    if missing <= 0 or missing == math.inf:
        return 0 if missing <= 0 else contest.cards
    drift = ours * gain + (theirs * math.log((1 - share) / (1 - pair.null)) if theirs else 0.0)
    return math.ceil((missing + gain / 2) / drift * contest.cards)


def stopping_votes(share: float, risk_limit: float, schedule: Sequence[int], null: float = 0.5) -> list[int | None]:
    """For each round (cumulative votes of the pair), the least winners' votes that stop the audit; None if none do."""
    return [k if (k := _least(n, risk_limit, share, null)) <= n else None for n in schedule]


def stops_by(pair: Pair, contest: Contest, risk_limit: float, seen: Votes, cards: int) -> float:
    """Probability that the limit is met at the end of a round of so many cards, by the normal approximation."""
    from scipy.special import ndtr

    share = pair.share(contest.votes)
    if share == 1:
        return 1.0
    gain, loss = math.log(share / pair.null), math.log((1 - share) / (1 - pair.null))
    missing = -math.log(risk_limit) - log_ratio(pair.shares(contest.votes), pair.null, pair.count(seen))
    votes = cards * sum(pair.count(contest.votes)) / contest.cards
    needed = (missing - loss * votes) / (gain - loss)
    return float(ndtr((votes * share - needed) / math.sqrt(votes * share * (1 - share)))) if missing > 0 else 1.0


def _risk(pair: Pair, contest: Contest, seen: Votes) -> float:
    return min(math.exp(min(-log_ratio(pair.shares(contest.votes), pair.null, pair.count(seen)), 0.0)), 1.0)


def _risk_by_powers(pair: Pair, contest: Contest, rounds: Sequence[Votes]) -> float:
    ours, theirs = pair.count(contest.votes)
    if not ours + theirs:
        return 1.0
    null = Decimal(pair.null)
    with localcontext() as context:
        context.prec = 60
        ratio = Decimal(1)
        for votes in rounds:
            won, lost = pair.count(votes)
            ratio *= (Decimal(ours) / (ours + theirs) / null) ** won if won else 1
            ratio *= (Decimal(theirs) / (ours + theirs) / (1 - null)) ** lost if lost else 1
        return min(float(1 / ratio), 1.0) if ratio else 1.0
