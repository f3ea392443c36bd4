"""The dossier: what a person has put together on somebody who might be listed, claim by claim with its sources.

People write it; a program says what it still lacks. Ids of sources and acts are the writer's own, unique within it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.model.case import Key, Line, Moment, Text
from tocsin.model.finding import Record
from tocsin.model.grades import Information, Tlp
from tocsin.model.grades import Source as Reliability
from tocsin.model.record import Stored

Handle = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]
Handles = Annotated[tuple[Handle, ...], Field(max_length=50)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
Country = Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")]


class Source(Record):
    """Where something is known from. `origin` is who it goes back to: two papers that print one agency's report have
    one origin. `sha256` and `archived` say which bytes were kept and when; `item` is the evidence item that keeps
    them. `reliability` and `information` are its grades on the Admiralty scale."""

    id: Handle
    title: Line
    publisher: Line = ""
    origin: Line = ""
    kind: Literal["court", "official", "register", "press", "research", "witness", "platform", "leak", "other"] = (
        "other"
    )
    published: date | None = None
    url: Annotated[str, StringConstraints(max_length=4000)] = ""
    language: Line = ""
    reliability: Reliability = ""
    information: Information = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    archived: Moment | None = None
    item: Key = ""

    @property
    def root(self) -> str:
        """Who it goes back to; sources with one root are one source."""
        return (self.origin or self.publisher or self.id).casefold()


class Identifier(Record):
    """Something that tells the subject from others of that name: birth date, passport, company number, address."""

    sort: Line
    value: Line
    sources: Handles = ()


class Act(Record):
    """One thing that was done, in a sentence that names who did it. `conduct` are codes of the criteria that it would
    come under. `own`: the subject itself did it. Days are the first and the last of it."""

    id: Handle
    text: Sentence
    first: date | None = None
    last: date | None = None
    place: Line = ""
    own: bool = True
    amount_minor: int | None = None
    currency: Line = ""
    conduct: Annotated[tuple[Key, ...], Field(max_length=20)] = ()
    sources: Handles = ()


class Nexus(Record):
    """A tie to a state: it directed, paid for, or gained from the conduct."""

    sort: Literal["direction", "funding", "benefit"]
    state: Country
    text: Sentence
    sources: Handles = ()


class Stake(Record):
    """One step of the ownership chain. Shares are fractions of 1; one figure has both bounds alike."""

    owner: Line
    held: Line
    share_min: Annotated[float, Field(ge=0, le=1)] | None = None
    share_max: Annotated[float, Field(ge=0, le=1)] | None = None
    control: bool = False
    since: date | None = None
    until: date | None = None
    sources: Handles = ()


class Counter(Record):
    """Something that speaks against it, or an innocent explanation; `answer`: why it does not hold, "" while open."""

    text: Sentence
    answer: Text = ""
    sources: Handles = ()


class Hearing(Record):
    """The right of reply: asked when, what came back; or why the subject is not asked before a decision."""

    asked: date | None = None
    answered: date | None = None
    text: Text = ""
    not_asked: Text = ""


class Dossier(Stored):
    """All that is put forward about one person or organisation. `entries` are where it is listed already, each as
    list:entry; `searched` says what was done to find evidence to the contrary."""

    kind: ClassVar[str] = "dossier"
    indexed: ClassVar[tuple[str, ...]] = ("case", "updated")

    name: Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
    subject: Literal["Person", "Organization"] = "Person"
    also: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    role: Line = ""
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    sources: Annotated[tuple[Source, ...], Field(max_length=500)] = ()
    acts: Annotated[tuple[Act, ...], Field(max_length=200)] = ()
    nexus: Annotated[tuple[Nexus, ...], Field(max_length=50)] = ()
    ownership: Annotated[tuple[Stake, ...], Field(max_length=200)] = ()
    counter: Annotated[tuple[Counter, ...], Field(max_length=100)] = ()
    searched: Text = ""
    impact: Text = ""
    hearing: Hearing = Hearing()
    entries: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    tlp: Tlp = "amber"
    case: Key = ""
    authors: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    updated: datetime | None = None
