"""The records of exchange with partners: what a case holds beside its claims, the STIX ids it was given, what went in
and out.

An `Entity` is a technique, channel or narrative of a case, written here or come with a partner's bundle. `Minted` keeps
the STIX identity of everything a case was ever exported as. `Exchange` is one import or export with its ledger.
"""

from __future__ import annotations

import json
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tocsin.model.case import Key, Line, Links, Moment, Text, Which
from tocsin.model.finding import Record
from tocsin.model.record import Stored

BODY_CHARACTERS = 1_000_000

StixId = Annotated[str, StringConstraints(max_length=300)]
Body = Annotated[str, StringConstraints(max_length=BODY_CHARACTERS)]
Profile = Literal["core", "opencti", "misp", "public"]
#: FIMI Exposure Matrix (EEAS, third report on FIMI threats, 2025): how close a channel is to a state.
ChannelClass = Literal["", "official", "state-controlled", "state-linked", "state-aligned"]
Sort = Literal["technique", "channel", "narrative", "relation", "object"]


class Technique(Record):
    """A technique seen, by its DISARM id in one release of the framework, and which claim it belongs to."""

    disarm: Annotated[str, StringConstraints(pattern=r"^T\d{4}(\.\d{3})?$")]
    release: Key
    claim: Which = "behaviour"
    note: Text = ""
    evidence: Links = ()


class Channel(Record):
    """An account, page, site or channel that carried it. `attribution` is how close it is to a state, with evidence;
    `private` marks a private person's, which never leaves. `account` is a pseudonym where the scan made one."""

    platform: Line = ""
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    account: Line = ""
    attribution: ChannelClass = ""
    confidence: Literal["", "low", "moderate", "high"] = ""
    basis: Text = ""
    private: bool = False
    evidence: Links = ()


class Narrative(Record):
    """What was told, in one sentence or a few, and in which languages (BCP 47)."""

    text: Text
    languages: tuple[Key, ...] = Field(default=(), max_length=50)
    evidence: Links = ()


Own = Technique | Channel | Narrative
OWN: dict[str, type[Own]] = {"technique": Technique, "channel": Channel, "narrative": Narrative}


class Entity(Stored):
    """A technique, channel or narrative of a case. `body` is JSON: of the record of its sort if it was written here, of
    the STIX object exactly as it came if `origin`, the id of the import, is set."""

    kind: ClassVar[str] = "entity"
    indexed: ClassVar[tuple[str, ...]] = ("case", "sort", "stix_id", "origin")

    case: Key
    sort: Sort
    stix_id: StixId  # minted once, or the partner's
    name: Line
    body: Body
    origin: Key = ""

    @model_validator(mode="after")
    def _holds_its_sort(self) -> Self:
        if not self.origin:
            self.own()
        return self

    def own(self) -> Own:
        """The record in `body` of an entity written here; `ValueError` if it is none of that sort."""
        if self.sort not in OWN:
            raise ValueError(f"a {self.sort} comes with an import only")
        return OWN[self.sort].model_validate_json(self.body)

    def stix(self) -> dict[str, object]:
        """The partner's object in `body`, as it came."""
        parsed: dict[str, object] = json.loads(self.body)
        return parsed


class Minted(Stored):
    """The STIX identity of one part of a case in one profile: its id and versions, kept so that the next export has the
    same. `digest` is that of the content last exported; `modified` grows only when it changes."""

    kind: ClassVar[str] = "minted"
    indexed: ClassVar[tuple[str, ...]] = ("case", "profile", "stix_id", "modified")

    case: Key  # "" for what all cases share: the producer
    profile: Line
    part: StixId  # what it stands for: "report", "claim behaviour", "entity <id>", "derived <STIX id>"
    stix_id: StixId
    created: Moment
    modified: Moment
    digest: Key = ""
    revoked: bool = False


class Exchange(Stored):
    """One import or export: which file, by whom, and what became of every object and field of it. Bundle (`sha256`) and
    ledger are files of the vault."""

    kind: ClassVar[str] = "exchange"
    indexed: ClassVar[tuple[str, ...]] = ("case", "direction", "at")

    case: Key
    direction: Literal["import", "export"]
    profile: Line = ""
    at: Moment
    by: Key
    name: Line  # the file's
    sha256: Key  # of the bundle
    ledger: Key  # SHA-256 of the ledger's rows, CSV
    objects: int
    kept: int
    repaired: int
    mapped: int
    quarantined: int
    withheld: int
