"""Contests, ballot manifests and cast vote records, whatever system wrote them."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
from pydantic import Field

from tocsin.model.arrow import schema
from tocsin.model.finding import Record

Counting = Literal["plurality", "supermajority", "irv"]  # several winners or votes a ballot are plurality too

_TEXT, _COUNT = pa.string(), pa.int64()


class Choice(Record):
    """What can be voted for. `id` is unique in its contest and is what tables carry."""

    id: str
    name: str
    write_in: bool = False


class Contest(Record):
    """A contest as reported: what could be voted for, the votes each choice got, and on how many cards it was."""

    id: str
    name: str
    choices: tuple[Choice, ...]
    counting: Counting = "plurality"
    winners: int = 1  # seats; 0 where no file tells
    votes_allowed: int = 1  # 0 where no file tells
    share: float | None = None  # of the valid votes a winner needs, as a fraction, where `counting` is supermajority
    votes: dict[str, int] = Field(default_factory=dict)  # reported, by id of choice; first preferences in IRV
    cards: int = 0  # upper bound of the cards that hold the contest
    reported_winners: tuple[str, ...] = ()
    runoff: bool = False  # the winners go to a run-off because nobody has more than half of the votes


#: One row a container of ballots, in the order of the manifest; the cards in it have positions 1 to `cards`.
MANIFEST = schema(
    [
        pa.field("jurisdiction", _TEXT, nullable=False),
        pa.field("tabulator", _TEXT, nullable=False),  # "" where the manifest has none
        pa.field("batch", _TEXT, nullable=False),
        pa.field("cards", _COUNT, nullable=False),
        pa.field("location", _TEXT),  # box, shelf
        pa.field("stratum", _TEXT),
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", _COUNT, nullable=False),
    ]
)

#: One row a card that has a cast vote record; `card` is 0, 1, 2, ... and is what MARKS refers to.
CARDS = schema(
    [
        pa.field("card", _COUNT, nullable=False),
        pa.field("id", _TEXT, nullable=False),  # what is printed on the card, else tabulator-batch-position
        pa.field("jurisdiction", _TEXT, nullable=False),
        pa.field("tabulator", _TEXT, nullable=False),
        pa.field("batch", _TEXT, nullable=False),
        pa.field("position", _COUNT),  # in its batch, from 1
        pa.field("style", _TEXT),  # ballot type
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", _COUNT, nullable=False),
    ]
)

#: What the cards say: one row a mark, and one row with choice null for a contest on a card without a valid vote.
MARKS = schema(
    [
        pa.field("card", _COUNT, nullable=False),
        pa.field("contest", _TEXT, nullable=False),
        pa.field("choice", _TEXT),
        pa.field("rank", pa.int32(), nullable=False),  # from 1 without gaps; 1 where nothing is ranked
        pa.field("overvote", pa.bool_(), nullable=False),
    ]
)

#: Reported votes by batch, for batch comparison: one row a batch, contest and choice.
TALLIES = schema(
    [
        pa.field("jurisdiction", _TEXT, nullable=False),
        pa.field("batch", _TEXT, nullable=False),
        pa.field("contest", _TEXT, nullable=False),
        pa.field("choice", _TEXT, nullable=False),
        pa.field("votes", _COUNT, nullable=False),
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", _COUNT, nullable=False),
    ]
)
