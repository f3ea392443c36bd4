"""The answer to one who asks whether a message repeats something already checked, and the links people confirm."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tocsin.model.case import Key, Line
from tocsin.model.finding import ClaimLink, Lookalike, Record
from tocsin.model.listing import KeptFile
from tocsin.model.record import Stored

#: The five answers (in the order in which they are tried), and no other; none of them is a verdict of ours.
ANSWERS: dict[str, str] = {
    "checked": "This was checked.",
    "looks like": "This looks like something that was checked. Compare the two; you decide.",
    "official fact": "The office in charge says something on this.",
    "being looked at": "This is being looked at. There is no result yet.",
    "nobody has checked": "Nobody has checked this, as far as the claims at hand go.",
}
AnswerKind = Literal["checked", "looks like", "official fact", "being looked at", "nobody has checked"]
#: By what a message and a claim were brought together.
How = Literal["same words", "meaning", "address", "picture", "confirmed"]


class Marked(Record):
    """A piece of a text; `differs`: the other text does not have it."""

    text: str
    differs: bool


class ClaimMatch(Record):
    """A claim beside the message: both texts with what differs marked, and what to look at first, in words."""

    link: ClaimLink
    kind: Literal["check", "official", "open", "own"]
    how: How
    title: str = ""
    by: str = ""  # what compared them, where meaning did
    message: tuple[Marked, ...] = ()
    claim: tuple[Marked, ...] = ()
    notes: tuple[str, ...] = ()
    others: int = 0  # further reviews of the same claim


class CheckAnswer(Record):
    """The answer to one message. `opinions` and `imitated` are about the sites it links to, and never decide it."""

    answer: AnswerKind
    message: str
    language: str = ""
    matches: tuple[ClaimMatch, ...] = ()
    steps: tuple[str, ...] = ()  # to check it oneself, where nobody has
    opinions: tuple[str, ...] = ()
    imitated: tuple[Lookalike, ...] = ()
    claims: int = 0  # that were searched
    compared: tuple[str, ...] = ()  # what compared texts, with version

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return ANSWERS[self.answer]


#: What a collection is of: claims, official names, opinions on domains.
Holds = Literal["claims", "official", "opinions"]


class ClaimCollection(Stored):
    """Claims, or a list of sites, as they were read from some files; the files in the vault, what was read as Parquet
    beside it. `claims`: how many rows."""

    kind: ClassVar[str] = "claim_collection"
    indexed: ClassVar[tuple[str, ...]] = ("name", "digest", "added")

    name: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    holds: Holds = "claims"
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")  # of the sorted digests of the files, and of how they were read
    files: tuple[KeptFile, ...] = Field(min_length=1, max_length=1_000)
    claims: int = Field(ge=0)
    rejected: int = Field(ge=0)
    added: datetime
    added_by: str = Field(max_length=100)


class KeptLink(Stored):
    """A message, or a cluster of them, and a claim that says the same: suggested by a machine, confirmed or rejected by
    a person, with the reason. `subject` is the digest of the message's words, or the id of the cluster."""

    kind: ClassVar[str] = "claim_link"
    indexed: ClassVar[tuple[str, ...]] = ("subject", "state", "updated")

    subject: Key
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    link: ClaimLink
    state: Literal["suggested", "confirmed", "rejected"] = "suggested"
    by: Line = ""
    why: Annotated[str, StringConstraints(max_length=2_000)] = ""
    updated: datetime | None = None
