"""An election to audit: what is on the paper, what the machines recorded, and what was reported, one contest wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk
from tocsin.simulate.voting.places import Office

BATCH_CARDS = 125
_MISREAD, _SLIP = 0.001, 0.004  # of marks: by a scanner; by a person who types what is on a card
_TABULATORS = 3


@dataclass(frozen=True, slots=True)
class Race:
    """A contest as printed. `shares` are of the votes, `skip` is the share of voters who leave it out."""

    name: str
    choices: tuple[str, ...]
    shares: tuple[float, ...]
    skip: float = 0.03
    allowed: int = 1
    county: int | None = None  # None: all


RACES = (
    Race("Governor", ("Iria Solvane", "Teo Marchand", "Ansa Belkin"), (0.50, 0.42, 0.08)),
    Race("Measure 7", ("Yes", "No"), (0.485, 0.515), 0.05),
    Race("County Council", ("Bo Lind", "Cass Orr", "Dee Park", "Eli Roth"), (0.34, 0.30, 0.2, 0.16), 0.1, 2, 0),
    Race("Sheriff", ("Fay Quist", "Gil Stone"), (0.61, 0.39), 0.08, 1, 1),
)
WRONG = RACES[1]
Marks = dict[str, tuple[str, ...]]  # contest on the card -> what is marked


@dataclass(slots=True)
class Card:
    """One card: what is on the paper and what its record says; None where it was never scanned."""

    county: str
    tabulator: int
    batch: int
    position: int
    paper: Marks
    record: Marks | None = field(default=None)

    @property
    def id(self) -> str:
        """What is printed on the card."""
        return f"{self.tabulator}-{self.batch}-{self.position}"


def vote(desk: Desk, draw: Draw, offices: list[Office], cards: int) -> list[Card]:
    """The cards of all counties, in the order of the manifest. In WRONG somebody changed the records of two counties so
    that the other choice leads."""
    made = [card for n, office in enumerate(offices) for card in _county(draw, n, office, cards // len(offices))]
    for card in made[7 :: cards // 3]:
        card.record = None  # a card that was never scanned
    _alter(draw, made, {office.place for office in offices[2:]})
    desk.plant("wrong-outcome", "audit", [WRONG.name], "records changed so that the loser was reported as winner", 1)
    right = [race.name for race in RACES if race is not WRONG]
    desk.plant("right-outcome", "audit", right, "contests whose reported winners are those on the paper")
    return made


def reported(cards: list[Card]) -> dict[str, dict[str, int]]:
    """Votes by contest and choice, as the records add up."""
    return _sum(card.record for card in cards if card.record is not None)


def on_paper(cards: list[Card]) -> dict[str, dict[str, int]]:
    """Votes by contest and choice, as they are on the paper."""
    return _sum(card.paper for card in cards)


def read_by_hand(draw: Draw, cards: list[Card]) -> list[Marks]:
    """What one person types who reads all cards: what is on the paper, with a slip now and then."""
    return [{name: _slip(draw, name, marks, _SLIP) for name, marks in card.paper.items()} for card in cards]


def _sum(all_marks: Iterable[Marks]) -> dict[str, dict[str, int]]:
    votes = {race.name: dict.fromkeys(race.choices, 0) for race in RACES}
    for card in all_marks:
        for name, marks in card.items():
            for choice in marks:
                votes[name][choice] += 1
    return votes


def _county(draw: Draw, number: int, office: Office, cards: int) -> Iterator[Card]:
    races = [race for race in RACES if race.county in (None, number)]
    for n in range(cards):
        batch = n // BATCH_CARDS
        paper = {race.name: _marks(draw, race) for race in races}
        record = {name: _slip(draw, name, marks, _MISREAD) for name, marks in paper.items()}
        yield Card(office.place, 1 + batch % _TABULATORS, 1 + batch, 1 + n % BATCH_CARDS, paper, record)


def _marks(draw: Draw, race: Race) -> tuple[str, ...]:
    if draw.chance(race.skip):
        return ()
    number = race.allowed if race.allowed == 1 or draw.chance(0.8) else race.allowed - 1
    chosen = draw.rng.choice(len(race.choices), number, replace=False, p=race.shares)
    return tuple(race.choices[n] for n in sorted(int(n) for n in chosen))


def _slip(draw: Draw, name: str, marks: tuple[str, ...], chance: float) -> tuple[str, ...]:
    """Now and then another choice than the one marked, or a mark overlooked."""
    if not marks or not draw.chance(chance):
        return marks
    race = next(race for race in RACES if race.name == name)
    others = [choice for choice in race.choices if choice not in marks]
    return tuple(sorted((*marks[1:], draw.of(others)), key=race.choices.index)) if draw.chance(0.6) else marks[1:]


def _alter(draw: Draw, cards: list[Card], places: set[str]) -> None:
    """Turn records of whoever won WRONG, as many as make the loser lead by what it lost by (a hundredth of the cards at
    least)."""
    votes = on_paper(cards)[WRONG.name]
    loser, winner = sorted(WRONG.choices, key=lambda choice: votes[choice])
    of_winner = [c for c in cards if c.county in places and c.record is not None and c.record[WRONG.name] == (winner,)]
    turned = max(votes[winner] - votes[loser], len(cards) // 100)
    for card in draw.some(of_winner, min(turned, len(of_winner))):
        assert card.record is not None
        card.record[WRONG.name] = (loser,)
