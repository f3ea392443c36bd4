"""A rumour about an election, and the evidence that bears on it. There is no field for a verdict: people conclude."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tocsin.model.finding import Record

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
    """A piece of evidence: what it says in words and figures, where it stands, and its own limits."""

    id: str
    kind: EvidenceKind
    title: str
    says: str
    place: str = ""  # "" where it holds for the whole
    contest: str = ""
    made: datetime | None = None
    figures: dict[str, float] = Field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    limits: tuple[str, ...] = ()


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
