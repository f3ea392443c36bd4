"""Assessment of election systems: what is asked, who answers for what, what is missing and what is done about it.

A `Profile` asks questions, each about one component in some phases of an election, each resting on controls of
catalogues. A `Party` answers them about a subject: an office, or a version of a `Product` that offices use. Answers are
never written over: of those to one question the last one counts, and one that was withdrawn counts no more.
"""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, StringConstraints

from tocsin.model.case import Key, Line, Moment, Text
from tocsin.model.finding import Record
from tocsin.model.record import Stored

Component = Literal[
    "registration", "pollbook", "ballots", "capture", "tabulation", "reporting", "office-it", "campaign"
]
COMPONENTS: tuple[Component, ...] = get_args(Component)
#: Before, on and after election day, as in NIST VTS 200-1.
Phase = Literal["pre-election", "election-day", "post-election"]
PHASES: tuple[Phase, ...] = get_args(Phase)
Level = Literal["local", "state", "federal", "vendor"]
LEVELS: tuple[Level, ...] = get_args(Level)
State = Literal["met", "partly", "not met", "not applicable"]
STATES: tuple[State, ...] = get_args(State)
#: What is known of one question at one office. `disputed`: those who answer do not agree; `missing`: nobody has.
Standing = Literal["met", "partly", "not met", "not applicable", "disputed", "missing"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
Relation = Literal["equal", "subset", "superset", "intersects"]  # of the source to the target, as in NIST IR 8477

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, Field(ge=0, le=1_000_000)]
PublicKey = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


class Ref(Record):
    """A control of a catalogue, by the ids of both."""

    catalogue: Key
    control: Key


class Control(Record):
    """An entry of a catalogue: its id there, its short name, and the group that it stands in."""

    id: Key
    name: Line
    group: Line = ""
    text: Text = ""  # only where the catalogue's terms let it be kept


class Catalogue(Stored):
    """A catalogue of controls; its id is short and the same everywhere, such as `nist-800-53-r5`. Those that ship with
    Tocsin are not stored; one that a user loads is."""

    kind: ClassVar[str] = "catalogue"
    indexed: ClassVar[tuple[str, ...]] = ("title",)

    title: Name
    edition: Line = ""
    publisher: Line = ""
    terms: Text = ""  # under which it may be used, in words
    controls: tuple[Control, ...] = Field(default=(), max_length=20_000)


class Mapping(Record):
    """That a control of one catalogue goes with a control of another, and who says so."""

    source: Ref
    target: Ref
    relation: Relation = "intersects"
    origin: Line = ""


class Question(Record):
    """What a profile asks about one component, in plain words. Its id is unique in the profile; priority 1 is first."""

    id: Key
    component: Component
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=3)]
    name: Line = ""  # a few words for lists and headings
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    why: Text = ""
    priority: Literal[1, 2, 3] = 2
    controls: tuple[Ref, ...] = Field(default=(), max_length=200)
    effort_days: int = Field(default=0, ge=0, le=10_000)  # person-days to close a gap, roughly; 0: nobody has said


class Profile(Stored):
    """What is asked. One that a user loads is stored and asked instead of the one that ships."""

    kind: ClassVar[str] = "profile"
    indexed: ClassVar[tuple[str, ...]] = ("title",)

    title: Name
    edition: Line = ""
    questions: tuple[Question, ...] = Field(max_length=2000)


class Party(Stored):
    """Who answers: an election office, an upper level, a vendor. `components` are those that it runs itself and is
    asked about. `people` are the ids of those who speak for it here; `key` is the Ed25519 public key (hexadecimal) that
    signs its files where it works in another workspace, `taken` when the last file of it that was taken was made, by
    the id of the party that it was for."""

    kind: ClassVar[str] = "party"
    indexed: ClassVar[tuple[str, ...]] = ("name", "level", "parent")

    name: Name
    level: Level
    parent: Key = ""  # id of the level above: a party; "" for none
    components: tuple[Component, ...] = ()
    people: tuple[Key, ...] = Field(default=(), max_length=1000)
    key: PublicKey = ""
    taken: dict[Key, Moment] = Field(default_factory=dict)


class Product(Stored):
    """One version of a vendor's product, and the components that it is made for."""

    kind: ClassVar[str] = "product"
    indexed: ClassVar[tuple[str, ...]] = ("vendor", "name")

    vendor: Key  # id of a party
    name: Name
    release: Line = ""  # the vendor's version
    components: tuple[Component, ...] = ()


class Use(Stored):
    """An office uses a product version for a component."""

    kind: ClassVar[str] = "use"
    indexed: ClassVar[tuple[str, ...]] = ("office", "product")

    office: Key
    component: Component
    product: Key


class Answer(Stored):
    """What one party says to one question about one subject. `statement` and `evidence` (files of the vault, with the
    `names` that they had, in the same order) are read by that party only and are empty in an answer that came with a
    file of another workspace."""

    kind: ClassVar[str] = "answer"
    indexed: ClassVar[tuple[str, ...]] = ("party", "subject", "question", "at")

    party: Key
    about: Literal["office", "product"] = "office"
    subject: Key  # id of a party or of a product
    component: Component
    question: Key
    state: State
    statement: Text = ""
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=100)
    names: tuple[Line, ...] = Field(default=(), max_length=100)
    at: Moment
    by: Key = ""  # id of a person
    withdrawn: Moment | None = None

    @property
    def files(self) -> dict[str, str]:
        """The names of the files of evidence, by SHA-256; "" for one whose name nobody told."""
        return dict(zip_longest(self.evidence, self.names[: len(self.evidence)], fillvalue=""))


class Measure(Stored):
    """One line of a plan of action: what is done about a gap, by whom and until when. Read by its party only."""

    kind: ClassVar[str] = "measure"
    indexed: ClassVar[tuple[str, ...]] = ("party", "question")

    party: Key
    question: Key
    gap: Text = ""  # what is missing, in the party's words
    action: Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
    owner: Line = ""
    due: date | None = None
    state: Literal["planned", "under way", "done", "dropped"] = "planned"
    opened: Moment
    closed: Moment | None = None


class Count(Record):
    """How many offices stand where on one question. `offices` are those that run the component."""

    question: Key
    offices: Number
    standings: dict[Standing, Number]

    @property
    def hidden(self) -> int:
        """Offices whose standing is not told."""
        return self.offices - sum(self.standings.values())


class RollUp(Stored):
    """What a party told the level above about the offices below it: counts and no names. Of each party the last one is
    kept, under the party's id."""

    kind: ClassVar[str] = "roll_up"
    indexed: ClassVar[tuple[str, ...]] = ("made",)

    made: Moment
    offices: Number
    counts: tuple[Count, ...] = Field(default=(), max_length=2000)


class PeerCount(Record):
    """Offices of one group that stand alike on one question. `hidden` are those whose standing is not told; each count
    is 0 or at least five."""

    group: Key  # id of the level above them, "" for the offices of levels that have too few
    question: Key
    shown: dict[Standing, Number]
    hidden: Number = 0


class PeerFigures(Stored):
    """One release of the comparison of peers: `counts` are what is shown. `offices`, the group of each and the `labels`
    (by question, one sign an office in their order) are how later releases are kept from telling single offices apart:
    they are shown to nobody and leave in no file, and a release that came in one has none."""

    kind: ClassVar[str] = "peer_figures"
    indexed: ClassVar[tuple[str, ...]] = ("made",)

    made: Moment
    by: Key = ""
    counts: tuple[PeerCount, ...] = Field(default=(), max_length=100_000)
    offices: tuple[Key, ...] = Field(default=(), max_length=20_000)
    groups: tuple[Key, ...] = Field(default=(), max_length=20_000)
    labels: dict[Key, str] = Field(default_factory=dict)

    @property
    def bare(self) -> PeerFigures:
        """What is shown of a release, and may leave."""
        return self.but(offices=(), groups=(), labels={})
