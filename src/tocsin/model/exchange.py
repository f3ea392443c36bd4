"""The records of exchange with partners: what a case holds beside its claims, the STIX ids it was given, what went in
and out.

An `Entity` is a technique, channel, narrative or measure of a case, written here or come with a partner's bundle.
`Minted` keeps the STIX identity of everything a case was ever exported as. `Exchange` is one import or export with its
ledger.
`Audience` says who may see what, `Release` what it was given when, `Derived` what it now holds of each object.
"""

from __future__ import annotations

import json
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tocsin.model.case import Key, Line, Links, Moment, Text, Which
from tocsin.model.finding import Record
from tocsin.model.grades import Tlp
from tocsin.model.record import Stored

BODY_CHARACTERS = 1_000_000
MINTED_CHARACTERS = 16_000_000  # an object of a partner inside one of ours, or a report on very many

StixId = Annotated[str, StringConstraints(max_length=300)]
Body = Annotated[str, StringConstraints(max_length=BODY_CHARACTERS)]
Profile = Literal["core", "opencti", "misp", "public"]
#: FIMI Exposure Matrix (EEAS, third report on FIMI threats, 2025): how close a channel is to a state.
ChannelClass = Literal["", "official", "state-controlled", "state-linked", "state-aligned"]
Pap = Literal["clear", "green", "amber", "red"]  # Permissible Actions Protocol
ReleaseAct = Literal["release", "correction", "revocation"]
Sort = Literal["technique", "channel", "narrative", "measure", "relation", "object"]


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


class Measure(Record):
    """A countermeasure, by its DISARM id, and whether it was taken."""

    disarm: Annotated[str, StringConstraints(pattern=r"^C\d{5}$")]
    taken: bool = False
    note: Text = ""
    against: tuple[Key, ...] = Field(default=(), max_length=50)  # DISARM ids of techniques


Own = Technique | Channel | Narrative | Measure
OWN: dict[str, type[Own]] = {
    "technique": Technique,
    "channel": Channel,
    "narrative": Narrative,
    "measure": Measure,
}


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
    same. `body` is the object last exported and `digest` that of its content; `modified` grows only when it changes."""

    kind: ClassVar[str] = "minted"
    indexed: ClassVar[tuple[str, ...]] = ("case", "profile", "stix_id", "modified")

    case: Key  # "" for what all cases share: the producer
    profile: Line
    part: StixId  # what it stands for: "report", "claim behaviour", "entity <id>", "derived <STIX id>"
    stix_id: StixId
    created: Moment
    modified: Moment
    digest: Key = ""
    body: Annotated[str, StringConstraints(max_length=MINTED_CHARACTERS)] = ""
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


class Collection(Stored):
    """Objects for one audience, as partners see them over TAXII, or as they came from one. `readable`, `writable`:
    what any partner may do at most; what one may do is in its `Account`."""

    kind: ClassVar[str] = "collection"
    indexed: ClassVar[tuple[str, ...]] = ("audience", "created")

    title: Line
    description: Text = ""
    audience: Key = ""  # whose view it holds; "" for what came from a partner
    readable: bool = False
    writable: bool = False
    created: Moment


class Account(Stored):
    """A partner's program at our TAXII server. `hashed` is the SHA-256 of its token, which is not kept."""

    kind: ClassVar[str] = "account"
    indexed: ClassVar[tuple[str, ...]] = ("name", "hashed", "active")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    hashed: Key
    reads: tuple[Key, ...] = ()  # ids of collections
    writes: tuple[Key, ...] = ()
    active: bool = True
    created: Moment


class Link(Record):
    """A collection of a partner and the one here that holds the same, and how far the two were brought together. Each
    side is measured by its own clock: `pulled` by the partner's, `pushed` and `dropped` in microseconds by ours."""

    remote: Key = ""  # its id there; "" where only files are exchanged
    local: Key
    pulled: Key = ""  # date added of the last object that came, as the partner's server wrote it
    pushed: int = 0  # date added of the last object that the partner took
    refused: tuple[int, ...] = ()  # those it did not take; offered again
    dropped: int = 0  # the same as `pushed`, for files
    drops: int = 0  # number of the last file written
    taken: int = 0  # number of the last file read


class Partner(Stored):
    """Somebody we exchange with as a client. `url` is a TAXII server or API root, `key` the Ed25519 public key (hex)
    with which their files are signed. How we sign in there is not kept."""

    kind: ClassVar[str] = "partner"
    indexed: ClassVar[tuple[str, ...]] = ("name",)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    key: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    links: tuple[Link, ...] = ()
    created: Moment


class Audience(Stored):
    """Those who get the same view: up to which markings, which organisations they are (STIX ids), and whether they may
    know which of our objects a redacted one was made from."""

    kind: ClassVar[str] = "audience"
    indexed: ClassVar[tuple[str, ...]] = ("name",)

    name: Line
    tlp: Tlp
    pap: Pap = "clear"
    organisations: tuple[StixId, ...] = Field(default=(), max_length=1000)
    may_know_origin: bool = False
    profile: Profile = "core"


class Restriction(Stored):
    """A stricter marking for one STIX object of a case, or for one field of it, than the case has. `field` is a
    selector (STIX 2.1, section 7.2.3.1), "" for the whole object; `pap` and `organisations` are for that only."""

    kind: ClassVar[str] = "restriction"
    indexed: ClassVar[tuple[str, ...]] = ("case",)

    case: Key
    object: StixId
    field: Line = ""
    tlp: Tlp
    pap: Pap | Literal[""] = ""
    organisations: tuple[StixId, ...] = Field(default=(), max_length=1000)


class Derived(Stored):
    """What an audience holds of one of our objects: under which id, in which version, and the object itself as it was
    given. An object passed on as it is has `object` equal to `original`. `generation` counts the ids that were used up:
    a revoked one never comes back. `modified` is empty for observables, which have no versions."""

    kind: ClassVar[str] = "derived"
    indexed: ClassVar[tuple[str, ...]] = ("audience", "original", "object")

    audience: Key
    original: StixId
    object: StixId
    generation: int = 0
    created: Line = ""  # RFC 3339, as in the object
    modified: Line = ""
    content: Key  # digest of the object without its times
    revoked: bool = False
    cases: tuple[Key, ...] = Field(default=(), max_length=100_000)  # by which it was given and still is
    body: Body


class Version(Record):
    """One version of one object as it was released."""

    original: StixId
    object: StixId
    modified: Line
    content: Key
    revoked: bool = False


class Release(Stored):
    """One act of giving a case to an audience: who, when, under which marking, and every object in its version. `file`
    is the name of the file it was written to; "" where it went into the audience's collections."""

    kind: ClassVar[str] = "release"
    indexed: ClassVar[tuple[str, ...]] = ("case", "audience", "act", "made")

    case: Key
    audience: Key
    act: ReleaseAct = "release"
    made: Moment
    by: Key
    tlp: Tlp
    reason: Text = ""
    file: Line = ""
    versions: tuple[Version, ...] = Field(default=(), max_length=1_000_000)
