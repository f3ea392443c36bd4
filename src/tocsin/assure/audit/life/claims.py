"""What a contest's sample tests, claim by claim: pairs of winner and loser, or the assertions behind an IRV winner."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.pairs import Pair, pairs
from tocsin.model.audit import Assertion, AuditedContest


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, right if the mean of `value` over all cards is above 1/2 (assorters: Stark 2020, "SHANGRLA").

    `votes` are those for either side by the report; `margin` is twice the sum over all cards of value less 1/2.
    """

    label: str
    winner: str
    loser: str
    of: Pair | Assertion
    votes: tuple[int, int]

    @property
    def margin(self) -> float:
        """The margin of the report, in votes; of a supermajority weighted so that it is 0 at the share needed."""
        return self.votes[0] * (2 * self.upper - 1) - self.votes[1]

    @property
    def upper(self) -> float:
        """The greatest value."""
        return 1 / (2 * self.of.null) if isinstance(self.of, Pair) else 1.0

    def value(self, reading: Reading) -> float:
        """Of one card; 0, the least, for one that nobody found."""
        if not reading.found:
            return 0.0
        return _pair(self.of, reading) if isinstance(self.of, Pair) else _assertion(self.of, reading)

    def mean(self, cards: int) -> float:
        """The mean over so many cards by the report."""
        return 0.5 + self.margin / (2 * cards)


def claims(audited: AuditedContest) -> tuple[Claim, ...]:
    """Every claim that the reported outcome of a contest rests on."""
    if audited.contest.counting == "irv":
        return tuple(
            Claim(f"{one.kind} {one.winner}|{one.loser}{_standing(one)}", one.winner, one.loser, one, one.votes)
            for one in audited.assertions
        )
    return tuple(
        Claim(one.label, "+".join(one.winners), "+".join(one.losers), one, one.count(audited.contest.votes))
        for one in pairs(audited.contest)
    )


def _pair(pair: Pair, reading: Reading) -> float:
    """For a share above `null`: 1/(2 null) for a vote for the winners, 0 for the losers, 1/2 for neither."""
    ours = sum(map(reading.votes, pair.winners))
    theirs = sum(map(reading.votes, pair.losers))
    return 0.5 + ours * (1 / pair.null - 1) / 2 - theirs / 2


def _assertion(one: Assertion, reading: Reading) -> float:
    """Whether the card supports the winner (1), the loser (0) or neither (1/2) (Blom, Stuckey, Teague 2019)."""
    if one.kind == "NEN":
        first = next((choice for choice in reading.choices if choice in one.standing), "")
        return 1.0 if first == one.winner else 0.0 if first == one.loser else 0.5
    if reading.choices[:1] == (one.winner,):
        return 1.0
    before = next((choice for choice in reading.choices if choice in (one.winner, one.loser)), "")
    return 0.0 if before == one.loser else 0.5


def _standing(one: Assertion) -> str:
    return f" [{', '.join(one.standing)}]" if one.kind == "NEN" else ""
