"""Assorters: what one card says of one claim, as a number from 0 to an upper bound, 1/2 where it says nothing.

A claim is right if and only if the mean of its assorter over all cards is above 1/2, so one test of a mean serves every
kind of contest (SHANGRLA: Stark 2020, "Sets of half-average nulls generate risk-limiting audits"). Claims are pairs of
winners and losers (`pairs`), or assertions behind an instant-runoff winner (`raire`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.assure.audit.pairs import Pair, pairs
from tocsin.model.audit import Assertion
from tocsin.model.ballot import Contest


@dataclass(frozen=True, slots=True)
class Assorter:
    """The assorter of one claim. `votes`: for either side, by the report; `most`: the votes that one card can have for
    the winners and for the losers."""

    of: Pair | Assertion
    votes: tuple[int, int]
    most: tuple[int, int] = (1, 1)

    @property
    def label(self) -> str:
        """The claim in words."""
        if isinstance(self.of, Pair):
            return self.of.label
        standing = f" [{', '.join(self.of.standing)}]" if self.of.kind == "NEN" else ""
        return f"{self.of.kind} {self.of.winner}|{self.of.loser}{standing}"

    @property
    def sides(self) -> tuple[str, str]:
        """Who won and who lost, by the claim."""
        return self.of.sides if isinstance(self.of, Pair) else (self.of.winner, self.of.loser)

    @property
    def _odds(self) -> float:
        return 1 / self.of.null - 1 if isinstance(self.of, Pair) else 1.0

    @property
    def upper(self) -> float:
        """The greatest value; the least is 0."""
        return 0.5 + self.most[0] * self._odds / (2 * self.most[1])

    def value(self, choices: Sequence[str]) -> float:
        """Of one card with these valid votes, the first preference first."""
        ours, theirs = _sides(self.of, choices)
        return 0.5 + (ours * self._odds - theirs) / (2 * self.most[1])

    def mean(self, votes: tuple[int, int], cards: int) -> float:
        """The mean over so many cards that have so many votes for either side."""
        return 0.5 + (votes[0] * self._odds - votes[1]) / (2 * self.most[1] * cards)

    def margin(self, cards: int) -> float:
        """Twice the reported mean over so many cards, less 1; for a plurality pair the diluted margin."""
        return 2 * self.mean(self.votes, cards) - 1


def assorters(contest: Contest, assertions: Sequence[Assertion] = ()) -> tuple[Assorter, ...]:
    """Those of every claim that the reported outcome rests on. An instant-runoff contest needs its `assertions`."""
    if contest.counting == "irv":
        return tuple(Assorter(one, one.votes) for one in assertions)
    allowed = max(1, contest.votes_allowed)
    return tuple(
        Assorter(
            one,
            one.count(contest.votes),
            (min(allowed, len(one.winners)), min(allowed, len(one.losers))),
        )
        for one in pairs(contest)
    )


def compared(over: float, margin: float, upper: float) -> float:
    """The overstatement assorter B = (1 - w/u) / (2 - v/u) of one card (SHANGRLA, section 3.2).

    `over` is w, the assorter's value of the record less that of the card; `margin` is v, twice the mean value of all
    records less 1; `upper` is u. The mean of B is above 1/2 if and only if the mean of the cards' own values is.
    """
    return (1 - over / upper) / (2 - margin / upper)


def compared_upper(margin: float, upper: float) -> float:
    """The greatest value of the overstatement assorter."""
    return compared(-upper, margin, upper)


def _sides(of: Pair | Assertion, choices: Sequence[str]) -> tuple[int, int]:
    """Votes of a card for either side."""
    if isinstance(of, Pair):
        return sum(c in choices for c in of.winners), sum(c in choices for c in of.losers)
    if of.kind == "NEN":
        first = next((choice for choice in choices if choice in of.standing), "")
        return int(first == of.winner), int(first == of.loser)
    above = next((choice for choice in choices if choice in (of.winner, of.loser)), "")
    return int(tuple(choices[:1]) == (of.winner,)), int(above == of.loser)
