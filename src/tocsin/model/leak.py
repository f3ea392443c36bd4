"""A leak that a workspace has taken in: how it came, what is in it, whether two persons found that its public interest
outweighs the harm, and who opened what."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.model.case import Key, Line, Moment, Text
from tocsin.model.evidence import Sha256
from tocsin.model.finding import Record
from tocsin.model.record import Stored

PERSONS = 2  # who must find so before anything is shown further

#: What is asked before anything of a leak is shown further, with the words of the question.
QUESTIONS: dict[str, str] = {
    "interest": "What in it must the public know, that it does not know already?",
    "genuine": "What shows that it is what it claims to be, and what speaks against it?",
    "operation": "Who gains if it spreads now, and could its leaking be a part of the interference?",
    "persons": "Whose life, freedom, health, work or privacy would it harm, and how badly?",
    "vote": "Would it harm the vote itself: voters' data, passwords, plans of protection?",
    "less": "Would less do: a part of it, a summary, without names?",
}

#: What a person finds. Only `interest` of two persons, and `harm` of none, lets more people see it.
Finds = Literal["interest", "harm", "unclear"]


class Leak(Stored):
    """A leak under custody. Its originals are items of evidence with a name that tells nothing; the journal is their
    custody. `weighers` may open it before the test has passed: whoever took it in, and those that they name."""

    kind: ClassVar[str] = "leak"
    indexed: ClassVar[tuple[str, ...]] = ("received", "by", "digest")

    title: Annotated[Line, Field(min_length=1)]  # fit to be seen by everybody here: no name, nothing of the content
    how: Text = ""  # how it came, in words; a source that asks for protection is not named
    received: Moment
    by: Key
    digest: str = Sha256  # SHA-256 of the digests of the originals, sorted, one a line
    originals: int = Field(ge=0)
    messages: int = Field(default=0, ge=0)
    documents: int = Field(default=0, ge=0)
    aside: int = Field(default=0, ge=0)
    weighers: tuple[Key, ...] = Field(default=(), max_length=50)


class LeakItem(Stored):
    """One thing in a leak: an original as it came, a mail or document in it, or what was set aside, and why.

    `item` is the original in the evidence; `name` where it lies in there. Names are content: they are shown to those
    who may open it.
    """

    kind: ClassVar[str] = "leak_item"
    indexed: ClassVar[tuple[str, ...]] = ("leak", "sort", "item", "number")

    leak: Key
    item: Key
    sort: Literal["original", "mail", "document", "aside"]
    number: int = Field(ge=0)  # in the order it was read
    name: Annotated[str, StringConstraints(max_length=2000)]
    row: int = Field(default=0, ge=0)
    digest: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")] = ""  # SHA-256
    size: int = Field(default=0, ge=0, description="Bytes.")
    media_type: Annotated[str, StringConstraints(max_length=127)] = ""
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""  # why it was set aside
    kept: Key = ""  # the item of evidence that holds its bytes, once it was opened


class HarmAnswer(Record):
    """The answer to one of `QUESTIONS`."""

    question: Key
    answer: Annotated[Text, Field(min_length=1)]


class HarmTest(Stored):
    """What one person found when weighing the public interest against the harm. Its id is leak and person: who thinks
    again replaces it, and the journal keeps that."""

    kind: ClassVar[str] = "harm_test"
    indexed: ClassVar[tuple[str, ...]] = ("leak", "by", "finds")

    leak: Key
    by: Key
    at: Moment
    answers: tuple[HarmAnswer, ...] = Field(min_length=1, max_length=len(QUESTIONS))
    finds: Finds
    reason: Annotated[Text, Field(min_length=1)]  # what outweighs what, and what may be shown further


class Access(Stored):
    """One opening of a leak's content: who, when, what, and what for. Written with the journal entry that says so."""

    kind: ClassVar[str] = "leak_access"
    indexed: ClassVar[tuple[str, ...]] = ("leak", "by", "at")

    leak: Key
    thing: Key  # id of the LeakItem
    by: Key
    at: Moment
    why: Annotated[Text, Field(min_length=1)]
    before: bool  # before the test had passed
