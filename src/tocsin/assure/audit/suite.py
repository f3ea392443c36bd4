"""Hybrid audits (SUITE): one stratum by ballot polling, one by ballot comparison, combined by Fisher's method.

Ottoboni, Stark, Lindeman and McBurnett (2018), arXiv 1809.04235. The polling stratum is tested without replacement,
by the likelihood of the sample under the report against its greatest likelihood under any tally with the null margin;
the comparison stratum by Kaplan-Markov.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.assure.audit import fisher
from tocsin.assure.audit.kaplan_markov import GAMMA
from tocsin.assure.audit.pairs import Pair, Votes, contested
from tocsin.assure.audit.plan import check_limit
from tocsin.errors import UsageError
from tocsin.model.ballot import Contest

STEP = 0.05  # Arlo's and Colorado's


@dataclass(frozen=True, slots=True)
class Polling:
    """The stratum without cast vote records: its cards, reported votes, cards drawn so far and the votes on them."""

    cards: int
    votes: Votes
    drawn: int = 0
    sample: Votes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The stratum with cast vote records: its cards, reported votes, cards drawn so far (with replacement), and by
    label of pair the discrepancies found: o1, o2 overstate the margin by one or two votes, u1, u2 understate it."""

    cards: int
    votes: Votes
    drawn: int = 0
    found: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


Tests = tuple[Callable[[float], float], Callable[[float], float]]  # of comparison and polling, of a share of the margin


def risk(
    contest: Contest, polling: Polling, comparison: Comparison, *, step: float = 0.0, risk_limit: float = 1.0
) -> dict[str, float]:
    """Risk by pair: the greatest combined p-value over all splits of the margin between the strata; 1 at a tie.

    With a `step` it is the greatest on a grid, as Arlo computes it (0.05), which is no bound once it is above the
    risk limit. Of a polling stratum that has been read completely the margin is known, and the risk is that of the
    other stratum's being overstated by all that is left. Raises UsageError for a supermajority.
    """
    return {pair.label: _risk(pair, polling, comparison, step, risk_limit, again=False) for pair in _checked(contest)}


def recomputed(
    contest: Contest, polling: Polling, comparison: Comparison, *, step: float = 0.0, risk_limit: float = 1.0
) -> dict[str, float]:
    """The same risks with sums instead of gamma functions, bounded search, other combination and other maximisation."""
    return {pair.label: _risk(pair, polling, comparison, step, risk_limit, again=True) for pair in _checked(contest)}


def polling_p(pair: Pair, stratum: Polling, null_margin: float) -> float:
    """p-value that the stratum's margin is at most the null margin (votes), from its sample; 1 without one."""
    return _polling(pair, stratum, null_margin, _log_falling, _by_slope)


def comparison_p(pair: Pair, stratum: Comparison, overstated: float, gamma: float = GAMMA) -> float:
    """p-value that the stratum's margin is overstated by that many votes or more; 1 without a sample."""
    if not stratum.drawn or overstated >= 2 * gamma * stratum.cards:  # more than it can hold: a grid's last step
        return 1.0
    log_p = stratum.drawn * math.log1p(-overstated / (2 * gamma * stratum.cards))
    for kind, votes in {"o1": 1, "o2": 2, "u1": -1, "u2": -2}.items():
        log_p -= stratum.found.get(pair.label, {}).get(kind, 0) * math.log1p(-votes / (2 * gamma))
    return math.exp(min(log_p, 0.0))


def sizes(contest: Contest, risk_limit: float, polling: Polling, comparison: Comparison) -> tuple[int, int]:
    """Cards in all of the polling and of the comparison stratum that meet the limit if the report is right.

    Cards are shared out by the strata's sizes; discrepancies and votes go on as found, or as reported before the first
    card. The size grows by a factor until the limit is met and is then halved into a bracket, until the risk is within
    a fifth of the limit (Colorado's estimate). The greatest over all pairs. Raises UsageError where a stratum needs
    to be read completely, and at a tie.
    """
    check_limit(risk_limit)
    asserted = _checked(contest)
    first = polling.drawn == comparison.drawn == 0
    closest = min(asserted, key=lambda pair: _margin(pair, contest.votes))
    found = [_size(pair, contest, risk_limit, polling, comparison) for pair in ([closest] if first else asserted)]
    most = max(found, key=sum)
    if most[0] >= polling.cards or most[1] >= comparison.cards or not _margin(closest, contest.votes):
        raise UsageError(
            f"{contest.id}: a stratum must be read completely", hint="count that stratum by hand, then audit the other"
        )
    return most


def _checked(contest: Contest) -> tuple[Pair, ...]:
    asserted = contested(contest)
    if any(pair.null != 0.5 for pair in asserted):
        raise UsageError(
            f"{contest.id}: hybrid audits need a plurality contest",
            hint="audit a supermajority by ALPHA in one stratum",
        )
    return asserted


def _risk(pair: Pair, polling: Polling, comparison: Comparison, step: float, limit: float, *, again: bool) -> float:
    ours, theirs = _margin(pair, comparison.votes), _margin(pair, polling.votes)
    margin = ours + theirs
    if margin <= 0:
        return 1.0
    if polling.drawn >= polling.cards:
        left = ours + _margin(pair, polling.sample)
        return comparison_p(pair, comparison, left) if left > 0 else 1.0
    low = max(ours - comparison.cards, margin - (theirs + polling.cards)) / margin
    high = min(ours + comparison.cards, margin - (theirs - polling.cards)) / margin
    falling, maximum = (_summed_log_falling, _by_sections) if again else (_log_falling, _by_slope)
    combine = fisher.recombined if again else fisher.combined

    def value(share: float) -> float:
        """Combined p-value if this share of the margin was lost in the comparison stratum."""
        compared = comparison_p(pair, comparison, share * margin)
        polled = _polling(pair, polling, theirs - (1 - share) * margin, falling, maximum)
        return combine((compared, polled))

    if step:
        return fisher.stepped(value, low, high, step, limit, _change(pair, polling, comparison, margin))
    # Beyond a share of 1 the polling stratum's p-value is 1 already and the other one only falls.
    return (fisher.zoomed if again else fisher.greatest)(value, low, min(high, 1.0))


def _change(pair: Pair, polling: Polling, comparison: Comparison, margin: float) -> Callable[[float], float]:
    """Bound of how far Fisher's statistic changes within a step of the share (appendix of the paper)."""
    ours, theirs = pair.count(polling.sample)

    def bound(step: float) -> float:
        votes = 2 * (ours + theirs) * math.log1p(margin * step)
        others = 2 * (polling.drawn - ours - theirs) * math.log1p(2 * margin * step)
        return votes + others + 2 * comparison.drawn * math.log1p(margin * step / (2 * comparison.cards * GAMMA))

    return bound


Falling = Callable[[float, int], float]  # ln x (x - 1) ... (x - n + 1)
Greatest = Callable[[Callable[[float], float], Callable[[float], float], float, float], float]


def _polling(pair: Pair, stratum: Polling, null_margin: float, falling: Falling, greatest: Greatest) -> float:
    if not stratum.drawn:
        return 1.0
    seen = pair.count(stratum.sample)
    counts = (*seen, stratum.drawn - sum(seen))
    reported = pair.count(stratum.votes)
    tallies = (*reported, stratum.cards - sum(reported))
    if min(counts) < 0 or any(tally < count for tally, count in zip(tallies, counts, strict=True)):
        return 1.0
    low = max(counts[0], counts[1] + null_margin)
    high = (stratum.cards - counts[2] + null_margin) / 2
    if high < low:
        return 0.0  # no tally with that margin can have given this sample

    def likelihood(winners: float) -> float:
        parts = winners, winners - null_margin, stratum.cards - 2 * winners + null_margin
        return math.fsum(falling(part, count) for part, count in zip(parts, counts, strict=True))

    def slope(winners: float) -> float:
        from scipy.special import digamma

        parts = np.array([winners, winners - null_margin, stratum.cards - 2 * winners + null_margin])
        ends = digamma(parts + 1) - digamma(np.maximum(parts - counts, 0) + 1)
        return float(ends @ (1, 1, -2))

    report = math.fsum(falling(tally, count) for tally, count in zip(tallies, counts, strict=True))
    return math.exp(min(greatest(likelihood, slope, low, high) - report, 0.0))


def _by_slope(value: Callable[[float], float], slope: Callable[[float], float], low: float, high: float) -> float:
    """The greatest value of a concave function: at the root of its slope, or at an end."""
    from scipy.optimize import brentq

    if slope(low) <= 0:
        return value(low)
    if slope(high) >= 0:
        return value(high)
    return value(float(brentq(slope, low, high)))


def _by_sections(value: Callable[[float], float], slope: Callable[[float], float], low: float, high: float) -> float:
    """The same by Brent's bounded search, which needs no slope."""
    from scipy.optimize import minimize_scalar

    width = {"xatol": max(1e-8 * (high - low), 1e-9)}
    found = minimize_scalar(lambda x: -value(float(x)), bounds=(low, high), method="bounded", options=width)
    return float(max(value(low), value(high), -found.fun))


def _log_falling(top: float, count: int) -> float:
    """By Stirling's series, with no term larger than the result: large strata would cost digits."""
    rest = max(top - count, 0.0)
    if not count or rest < 64:
        return math.lgamma(top + 1) - math.lgamma(rest + 1) if count else 0.0
    return count * (math.log(top) - 1) - (rest + 0.5) * math.log1p(-count / top) + _series(top) - _series(rest)


def _series(x: float) -> float:
    return (1 / 12 - (1 / 360 - 1 / (1260 * x * x)) / (x * x)) / x


def _summed_log_falling(top: float, count: int) -> float:
    return float(np.log(np.maximum(top - np.arange(count), 1e-300)).sum())


def _margin(pair: Pair, votes: Votes) -> int:
    ours, theirs = pair.count(votes)
    return ours - theirs


def _size(pair: Pair, contest: Contest, risk_limit: float, polling: Polling, comparison: Comparison) -> tuple[int, int]:
    cards, share = polling.drawn + comparison.drawn, comparison.cards / (comparison.cards + polling.cards)
    factor = 1.1 if cards else 2.0

    def expected(size: int) -> float:
        return _expected(pair, risk_limit, polling, comparison, size, share)

    high, reached = max(5, cards), 1.0
    while reached > risk_limit:
        high = int(factor * high)
        if high > contest.cards:
            return _split(contest.cards, share)
        reached = expected(high)
    low: float = high / factor
    reached = 1.0
    while not 0.8 * risk_limit <= reached <= risk_limit:
        middle = math.floor((low + high) / 2)
        if middle in (low, high):
            break
        reached = expected(middle)
        low, high = (low, middle) if reached <= risk_limit else (middle, high)
    return _split(high, share)


def _split(size: int, share: float) -> tuple[int, int]:
    compared = math.ceil(share * size)
    return size - compared, compared


def _expected(
    pair: Pair, risk_limit: float, polling: Polling, comparison: Comparison, size: int, share: float
) -> float:
    """Risk of a sample of so many cards in all that goes on as the sample so far, or as reported."""
    polled, compared = _split(size, share)
    if polled < polling.drawn or compared < comparison.drawn:
        return 1.0
    more = polled - polling.drawn
    seen = dict(zip("wl", pair.count(polling.sample), strict=True))
    rates = (
        [count / polling.drawn for count in seen.values()]
        if polling.drawn
        else [count / polling.cards for count in pair.count(polling.votes)]
    )
    limits = pair.count(polling.votes)
    won = min(int(more * rates[0]), limits[0]) + seen["w"]
    lost = min(math.ceil(more * rates[1]), limits[1]) + seen["l"]
    sample = {pair.winners[0]: won, pair.losers[0]: lost}
    hybrid = replace(polling, drawn=min(polled, polling.cards), sample=sample)
    return _risk(pair, hybrid, _extended(pair, comparison, size, compared), STEP, risk_limit, again=False)


def _extended(pair: Pair, stratum: Comparison, size: int, drawn: int) -> Comparison:
    """The stratum after more draws with discrepancies at the rates found; overstatements are rounded up."""
    found = stratum.found.get(pair.label, {})
    more = (size - stratum.drawn) / stratum.drawn if stratum.drawn else 0.0
    rounding = {"o1": math.ceil, "o2": math.ceil, "u1": math.floor, "u2": math.floor}
    grown = {kind: found.get(kind, 0) + up(found.get(kind, 0) * more) for kind, up in rounding.items()}
    return replace(stratum, drawn=drawn, found={pair.label: grown})
