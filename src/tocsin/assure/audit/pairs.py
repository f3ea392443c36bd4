"""What a reported outcome asserts, as pairs: of the votes for either side, one side has more than a given share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.errors import UsageError
from tocsin.model.ballot import Contest

Votes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Of the votes for `winners` or `losers` (ids of choices), the winners have a share above `null`."""

    winners: tuple[str, ...]
    losers: tuple[str, ...]
    null: float = 0.5

    @property
    def sides(self) -> tuple[str, str]:
        """Ids of the winners and of the losers, joined by a plus sign."""
        return "+".join(self.winners), "+".join(self.losers)

    @property
    def label(self) -> str:
        """The pair in one word: winners, a bar, losers."""
        return "|".join(self.sides)

    def count(self, votes: Votes) -> tuple[int, int]:
        """Votes for the winners and for the losers; a choice that is not named has none."""
        return sum(votes.get(c, 0) for c in self.winners), sum(votes.get(c, 0) for c in self.losers)

    def shares(self, votes: Votes) -> tuple[float, float]:
        """Both sides' shares of the votes for either, each to all its digits; where there is no vote, as at a tie."""
        ours, theirs = self.count(votes)
        both = ours + theirs
        return (ours / both, theirs / both) if both else (self.null, 1 - self.null)

    def share(self, votes: Votes) -> float:
        """The winners' share of the votes for either side; where there is no vote, the null share: a tie."""
        return self.shares(votes)[0]


def winners(contest: Contest) -> tuple[str, ...]:
    """Ids of the reported winners: as named, else the choices with most votes (of a tie the first listed)."""
    if contest.reported_winners:
        return contest.reported_winners
    ranked = sorted((c.id for c in contest.choices), key=lambda c: -contest.votes.get(c, 0))
    if contest.counting != "supermajority":
        return tuple(ranked[: contest.winners])
    total = sum(contest.votes.values())
    return tuple(c for c in ranked[: contest.winners] if contest.votes.get(c, 0) > _share(contest) * total)


def pairs(contest: Contest) -> tuple[Pair, ...]:
    """What must all hold for the reported outcome to be right; none where nobody lost.

    Plurality: every winner against every loser (Lindeman, Stark and Yates 2012, §2). Supermajority: the winner against
    all others together, at the share needed; where nobody reached it, the others against each choice. A run-off:
    besides, all others together against each choice, at one half. Raises UsageError for ranked choices, and where
    the reported votes contradict the reported outcome.
    """
    found = tuple(_asserted(contest))
    for pair in found:
        if pair.share(contest.votes) < pair.null:
            raise UsageError(
                f"{contest.id}: the reported votes of {pair.label} contradict the reported winners",
                hint="correct the votes or the winners; a report that contradicts itself cannot be audited",
            )
    return found


def contested(contest: Contest) -> tuple[Pair, ...]:
    """What is asserted. Raises UsageError as `pairs` does, and where nobody lost."""
    if found := pairs(contest):
        return found
    raise UsageError(f"{contest.id}: nobody lost, so there is nothing to audit", hint="choose another contest")


def total(rounds: Sequence[Votes]) -> dict[str, int]:
    """Votes of all rounds together."""
    return {choice: sum(votes.get(choice, 0) for votes in rounds) for choice in {c for votes in rounds for c in votes}}


def _asserted(contest: Contest) -> Iterator[Pair]:
    if contest.counting == "irv":
        raise UsageError(
            f"{contest.id}: ranked choices have no winner-loser pairs",
            hint="audit it by assertions on eliminations (RAIRE)",
        )
    won = winners(contest)
    ids = tuple(c.id for c in contest.choices)
    lost = tuple(c for c in ids if c not in won)
    if contest.counting == "plurality":
        yield from (Pair((w,), (loser,)) for w in won for loser in lost)
        if contest.runoff:
            yield from (Pair(_without(ids, c), (c,)) for c in ids)
    elif won:
        yield from (Pair((w,), _without(ids, w), _share(contest)) for w in won)
    else:
        yield from (Pair(_without(ids, c), (c,), 1 - _share(contest)) for c in ids)


def _share(contest: Contest) -> float:
    if contest.share is None or not 0 < contest.share < 1:
        raise UsageError(
            f"{contest.id}: a supermajority needs the share of the votes that wins",
            hint=f"give it as a fraction, such as --share '{contest.id}=0.6'",
        )
    return contest.share


def _without(ids: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(c for c in ids if c != one)
