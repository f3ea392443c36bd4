"""Batch comparison: reported tallies of whole batches against hand counts of a sample of them.

Stark (2009), "Auditing a collection of races simultaneously" (MACRO), with the Kaplan-Markov bound of Stark (2009),
"Risk-limiting postelection audits: conservative P-values from common probability inequalities", for one contest at a
time. The relative overstatement e of a batch is the greatest, over pairs, of how far its report overstates the margin,
over the contest's margin; u bounds it. Batches are drawn with replacement, with chance u/U where U is the sum of all u;
each draw multiplies the risk by (1 - 1/U) / (1 - e/u).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from tocsin.assure.audit.pairs import Pair, Votes, contested
from tocsin.assure.audit.plan import check_limit
from tocsin.errors import UsageError
from tocsin.model.ballot import Contest


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as reported: its votes by choice, and an upper bound of its cards that hold the contest."""

    votes: Votes
    cards: float


Batches = Mapping[str, Batch]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn: batches in order (again where drawn again), hand counts by batch, and how they were drawn.

    `combined` holds sets of batches whose cards lay together: the count of each of its drawn batches is of the whole
    set. `chances` of batches, where they were not drawn by this contest's own u/U (a sample for another contest).
    """

    order: Sequence[str] = ()
    counted: Mapping[str, Votes] | None = None
    combined: Sequence[AbstractSet[str]] = ()
    chances: Mapping[str, float] | None = None


def bounds(contest: Contest, batches: Batches, *, pending: int = 0) -> dict[str, float]:
    """The greatest relative overstatement u that each batch can hold; infinite at a tie.

    Each card of a batch may be a vote for the losers. `pending` cards are not counted yet, and may all be for the
    losers: they lower the margin. The draw is with chances in proportion to these bounds.
    """
    return {name: max(u for u, _ in _each(contest, batch, None, pending)) for name, batch in batches.items()}


def risk(
    contest: Contest, batches: Batches, drawn: Drawn, *, credit: bool = True, pending: int = 0, complete: bool = False
) -> float:
    """Risk after the draws; 1 before the first, at a tie, and once a batch is as wrong as it can be.

    `batches` are all that hold the contest; a drawn batch without a hand count is as wrong as it can be. Arlo gives
    no credit for batches that understate the margin: `credit=False`, which can only raise the risk. `complete`: every
    batch was counted, so the risk is 0 if the count confirms every pair, and else 1.
    """
    if complete:
        return 0.0 if _confirmed(contest, drawn) else 1.0
    bound = _bound(bounds(contest, batches, pending=pending), drawn)
    if not math.isfinite(bound):
        return 1.0
    log_risk = 0.0
    for error, chance in _errors(contest, batches, drawn, pending):
        taint = max(error, -math.inf if credit else 0.0) / (chance * bound)
        if taint >= 1 - 1e-12:
            return 1.0
        log_risk += math.log1p(-1 / bound) - math.log1p(-taint)
    return math.exp(min(log_risk, 0.0))


def recomputed(
    contest: Contest, batches: Batches, drawn: Drawn, *, credit: bool = True, pending: int = 0, complete: bool = False
) -> float:
    """The same risk in whole numbers and exact fractions, draw by draw, from the votes."""
    if complete:
        sums = {c.id: sum(votes.get(c.id, 0) for votes in (drawn.counted or {}).values()) for c in contest.choices}
        return float(any(_weighed(pair, sums) <= 0 for pair in contested(contest)))
    margins = {pair: _weighed(pair, contest.votes) - Fraction(pair.null) * pending for pair in contested(contest)}
    if min(margins.values()) <= 0:
        return 1.0
    most = {name: max(_most(pair, batch) / m for pair, m in margins.items()) for name, batch in batches.items()}
    whole, product = sum(most.values(), Fraction()), Fraction(1)
    chance = {name: Fraction(c) for name, c in (drawn.chances or {}).items()} or {n: u / whole for n, u in most.items()}
    bound = max(most[name] / chance[name] for name in most if most[name])
    for name in drawn.order:
        count = (drawn.counted or {}).get(name)
        parts = next((group for group in drawn.combined if name in group), {name})
        wrong = most[name]
        if count is not None:
            wrong = max((_group(pair, batches, parts) - _weighed(pair, count)) / m for pair, m in margins.items())
        kept = 1 - (wrong if credit else max(wrong, Fraction())) / (chance[name] * bound)
        if kept <= Fraction(1, 10**12):
            return 1.0
        product *= (1 - 1 / bound) / kept
    return float(min(product, Fraction(1)))


def sizes(
    contest: Contest,
    risk_limit: float,
    batches: Batches,
    drawn: Drawn | None = None,
    *,
    spare: int = 0,
    credit: bool = True,
    pending: int = 0,
) -> int:
    """Further draws that meet the limit if the counts agree with the reports; 0 where it is met.

    At most the number of batches, which is also the answer at a tie. `spare` draws are added to allow for small
    discrepancies (Arlo adds one). Raises UsageError where every batch has been counted.
    """
    check_limit(risk_limit)
    drawn = drawn or Drawn()
    if batches and set(batches) <= set(drawn.counted or {}):
        raise UsageError(f"{contest.id}: every batch has been counted", hint="the hand count is the result")
    bound = _bound(bounds(contest, batches, pending=pending), drawn)
    if not math.isfinite(bound):
        return len(batches)
    now = risk(contest, batches, drawn, credit=credit, pending=pending)
    if now <= risk_limit:
        return 0
    if bound <= 1:
        return min(1 + spare, len(batches))
    needed = math.ceil((math.log(risk_limit) - math.log(now)) / math.log1p(-1 / bound) - 1e-12)
    return min(needed + spare, len(batches))


def _bound(most: Mapping[str, float], drawn: Drawn) -> float:
    """U, or for other chances the greatest u over chance, which takes its place."""
    if drawn.chances is None:
        return sum(most.values())
    return max((u / drawn.chances[name] for name, u in most.items() if u), default=math.inf)


def _errors(contest: Contest, batches: Batches, drawn: Drawn, pending: int) -> Iterator[tuple[float, float]]:
    """Of each draw, the relative overstatement found and the chance with which its batch was drawn."""
    most = bounds(contest, batches, pending=pending)
    whole = sum(most.values())
    chances = drawn.chances or {name: u / whole for name, u in most.items()}
    for name in drawn.order:
        count = (drawn.counted or {}).get(name)
        parts = next((group for group in drawn.combined if name in group), {name})
        together = {c.id: sum(batches[part].votes.get(c.id, 0) for part in parts) for c in contest.choices}
        found = max(e for _, e in _each(contest, Batch(together, batches[name].cards), count, pending))
        yield (most[name] if count is None else found), chances[name]


def _each(contest: Contest, batch: Batch, counted: Votes | None, pending: int) -> Iterator[tuple[float, float]]:
    """Of each pair, the greatest relative overstatement that the batch can hold, and the one that was found."""
    for pair in contested(contest):
        margin = _margin(pair, contest.votes) - pair.null * pending
        reported = _margin(pair, batch.votes)
        if margin <= 0:
            yield math.inf, math.inf
        else:
            found = 0.0 if counted is None else (reported - _margin(pair, counted)) / margin
            yield (reported + pair.null * batch.cards) / margin, found


def _margin(pair: Pair, votes: Votes) -> float:
    """Votes by which the winners are above the null share; half the margin where that is one half."""
    ours, theirs = pair.count(votes)
    return (1 - pair.null) * ours - pair.null * theirs


def _confirmed(contest: Contest, drawn: Drawn) -> bool:
    votes = {c.id: sum(count.get(c.id, 0) for count in (drawn.counted or {}).values()) for c in contest.choices}
    return all(_margin(pair, votes) > 0 for pair in contested(contest))


def _weighed(pair: Pair, votes: Votes) -> Fraction:
    null = Fraction(pair.null)
    ours, theirs = (sum((Fraction(votes.get(c, 0)) for c in side), Fraction()) for side in (pair.winners, pair.losers))
    return (1 - null) * ours - null * theirs


def _group(pair: Pair, batches: Batches, parts: AbstractSet[str]) -> Fraction:
    return sum((_weighed(pair, batches[part].votes) for part in parts), Fraction())


def _most(pair: Pair, batch: Batch) -> Fraction:
    return _weighed(pair, batch.votes) + Fraction(pair.null) * Fraction(batch.cards)
