"""A rumour about an election, and the evidence that bears on it. There is no field for a verdict: people conclude."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, FiniteFloat, StringConstraints

from tocsin.model.case import Key, Line, Moment
from tocsin.model.finding import Record
from tocsin.model.record import Stored

ITEMS = 2_000  # pieces of evidence that one rumour keeps


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


EvidenceKind = Literal[
    "audit",
    "hand tally",
    "reconciliation",
    "forensic test",
    "log",
    "outage",
    "look-alike",
    "test",
    "list check",
    "rule",
]


class Rumour(Record):
    """What is said, where it is said to have happened (places as the evidence writes them), and in which contest."""

    id: str
    text: str
    places: tuple[str, ...] = ()
    contest: str = ""
    seen: datetime | None = None
    source: str = ""


class Bearing(Record):
    """A kind of evidence that bears on a kind of rumour: how, and what it cannot show."""

    evidence: EvidenceKind
    bears: str
    cannot_show: str


class RumourKind(Record):
    """A kind of rumour. `words`: groups of words of which each must be met for the kind to be told; one ending in * is
    met by every word that begins so."""

    id: str
    title: str
    question: str  # what would have to be known, in a sentence
    words: tuple[tuple[str, ...], ...]
    bearings: tuple[Bearing, ...]


class Item(Record):
    """A piece of evidence: what it says in words and figures, where it stands, and its own limits. `lead`: a machine
    raised it, and nobody has concluded from it."""

    id: str
    kind: EvidenceKind
    title: str
    says: str
    place: str = ""  # "" where it holds for the whole
    contest: str = ""
    made: Annotated[datetime, AfterValidator(_aware)] | None = None  # of a time without a zone: UTC
    figures: dict[str, FiniteFloat] = Field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    limits: tuple[str, ...] = ()
    lead: bool = False


class Suggestion(Record):
    """A kind that a machine suggests for a rumour, with the words that told it; `score` is the share of groups met."""

    kind: str
    score: float
    words: tuple[str, ...]


class Tie(Record):
    """A piece of evidence tied to a rumour. A machine suggests; a person confirms or rejects, and signs for it."""

    rumour: str
    kind: str
    item: Item
    bears: str
    cannot_show: tuple[str, ...]
    state: Literal["suggested", "confirmed", "rejected"] = "suggested"
    by: str = ""
    at: datetime | None = None
    why: str = ""


class KeptRumour(Stored):
    """A rumour in a workspace: what is said, the kind that a person chose ("" = none yet), the evidence gathered, and
    the ties that people settled. There is no verdict here either."""

    kind: ClassVar[str] = "rumour"
    indexed: ClassVar[tuple[str, ...]] = ("updated",)

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
    places: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    contest: Line = ""
    seen: Moment | None = None
    source: Line = ""
    chosen: Key = ""
    items: Annotated[tuple[Item, ...], Field(max_length=ITEMS)] = ()
    settled: Annotated[tuple[Tie, ...], Field(max_length=ITEMS)] = ()
    authors: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    updated: datetime | None = None

    @property
    def said(self) -> Rumour:
        """The rumour by itself."""
        return Rumour(
            id=self.id, text=self.text, places=self.places, contest=self.contest, seen=self.seen, source=self.source
        )
