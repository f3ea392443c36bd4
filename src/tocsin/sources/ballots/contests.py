"""Contests as they are learned, from wherever a file tells of them: before its votes, behind them, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.model.ballot import Choice, Contest, Counting

_WRITE_IN = re.compile(r"(?i)write[\s-]*i+n\b")
WRITE_IN = "write-in"  # the choice of a mark that names nobody on the ballot


@dataclass(slots=True)
class Learned:
    """What is known of one contest so far; None and empty: not told."""

    name: str = ""
    choices: dict[str, Choice] = field(default_factory=dict)
    counting: Counting | None = None
    allowed: int | None = None
    winners: int | None = None
    share: float | None = None
    cards: int = 0
    reported: tuple[str, ...] = ()
    votes: dict[str, int] = field(default_factory=dict)

    def choice(self, id_: str, name: str = "", *, write_in: bool = False) -> str:
        """Learn of a choice, or its name; gives its id back."""
        known = self.choices.get(id_)
        if known is None or (name and known.name == known.id):
            called = name or id_
            self.choices[id_] = Choice(id=id_, name=called, write_in=write_in or bool(_WRITE_IN.search(called)))
        return id_


class Contests(dict[str, Learned]):
    """Contests by id, in the order in which they were met."""

    def __missing__(self, id_: str) -> Learned:
        self[id_] = Learned()
        return self[id_]

    def build(self, votes: Mapping[str, Mapping[str, int]], cards: Mapping[str, int]) -> tuple[Contest, ...]:
        """The contests as records, with the votes counted and the cards they were on."""
        return tuple(_build(id_, known, votes.get(id_, {}), cards.get(id_, 0)) for id_, known in self.items())


def _build(id_: str, known: Learned, counted: Mapping[str, int], cards: int) -> Contest:
    for choice in counted:
        known.choice(choice)
    votes = {choice: counted.get(choice, 0) for choice in known.choices}
    winners = known.winners or 0  # never guessed: neither from the votes allowed nor from the marks
    counting = known.counting or "plurality"
    allowed = known.allowed or int(winners == 1 or counting == "irv")
    return Contest(
        id=id_,
        name=known.name or id_,
        choices=tuple(known.choices.values()),
        counting=counting,
        winners=winners,
        votes_allowed=allowed,
        share=known.share,
        votes=votes,
        cards=max(cards, known.cards),
        reported_winners=known.reported or (_first(votes, winners) if winners and counting == "plurality" else ()),
    )


def _first(votes: Mapping[str, int], winners: int) -> tuple[str, ...]:
    """Who has most votes; nobody where the last seat is tied, or nobody has a vote."""
    ranked = sorted(votes, key=lambda choice: -votes[choice])
    taken, rest = ranked[:winners], ranked[winners:]
    tied = bool(taken and rest) and votes[taken[-1]] == votes[rest[0]]
    return () if tied or not taken or not votes[taken[0]] else tuple(taken)
