"""The finding: what a detector raises, with everything a hostile reader needs to check it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Base of every record that is stored or exported: immutable, no unknown fields."""

    # JSON has no infinity; without this it would be written as null and could not be read back.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Interval(Record):
    """A figure with its uncertainty. `level` is the coverage of [low, high]."""

    name: str
    value: float
    low: float
    high: float
    level: float = 0.95
    unit: str = ""
    meaning: str = ""


class Test(Record):
    """One statistical test: the question in plain words, the null model, the observed and expected figures."""

    __test__ = False  # not a pytest class

    question: str
    name: str
    null_model: str
    observed: float
    expected: float
    p: float | None = None
    q: float | None = None
    log_e: float | None = None  # natural log of an e-value; p <= exp(-log_e)
    note: str = ""


Verdict = Literal["fits", "fits in part", "does not fit", "cannot tell"]


class Explanation(Record):
    """An innocent explanation, checked from the data. `fits`: it would account for what was seen."""

    code: str
    question: str
    verdict: Verdict
    detail: str


class SharedObject(Record):
    """An object the group shared together; the counts are of distinct accounts."""

    layer: str
    object: str
    members: int
    accounts: int
    posts: int
    first: datetime
    last: datetime
    spread_s: float  # median gap between the members' shares


class Member(Record):
    """One account of a group, with its own evidence."""

    account: str
    posts: int
    together: int  # posts that share an object with another member within the window
    expected: float  # the same under the null
    probability: float  # posterior probability of belonging, empirical Bayes


class BreakoutStep(Record):
    """One step of the Breakout Scale (Nimmo 2020) and the dated post that shows it."""

    level: int
    shown: bool
    evidence: str
    time: datetime | None = None


#: The seven ways of covert foreign money (Alliance for Securing Democracy, Covert Foreign Money, 2020).
Channel = Literal[
    "in-kind", "campaign-contact", "shell-company", "nonprofit", "online-ads", "media-outlet", "anonymous-money"
]


class GiftRow(Record):
    """One gift behind a finding, as its register has it; `donor` is a pseudonym where it is a private person."""

    gift: str
    file: str
    row: int
    date: date
    amount_minor: int
    currency: str
    recipient: str
    donor: str
    note: str = ""  # why it counts here, in words


class Step(Record):
    """One step from a gift to an owner or a listing. `share` is a fraction; `on` the day for which it holds."""

    relation: Literal["gave to", "is the company", "is owned by", "is controlled by", "is listed as"]
    source: str
    target: str
    share_min: float | None = None
    share_max: float | None = None
    since: date | None = None
    until: date | None = None
    on: date | None = None
    probability: float | None = None  # that the two are one, where names were compared
    evidence: str = ""  # file and row, or list and entry
    rule: str = ""  # id of the dated rule by which it counts, and whether it is verified


class Money(Record):
    """The money part of a finding. `rules` are ids of the dated rules used; an unverified one says so."""

    flag: str  # F1 ... F18
    channel: Channel
    recipients: tuple[str, ...]
    donors: int
    gifts: int
    total_minor: int
    currency: str
    rows: tuple[GiftRow, ...]
    path: tuple[Step, ...] = ()
    rules: tuple[str, ...] = ()


class Sighting(Record):
    """One row behind a finding about targeting: a name that was observed, a request, an alert, a polling station."""

    file: str
    row: int
    time: datetime | None
    office: str  # whose name, log or results
    source: str  # what did it: a name, the address of a client in a lead, a region
    what: str  # the request, the certificate, the figures
    note: str = ""  # why it counts here, in words


class Lookalike(Record):
    """A name that resembles an official one. `technique` is a word of docs/methods/voting.lookalike.md."""

    name: str
    imitated: str
    office: str
    technique: str
    score: float  # 0 to 1
    first_seen: datetime | None = None
    note: str = ""


class Targeting(Record):
    """The voting part of a finding: who was imitated, scanned, attacked, or whose results ask for a hand count."""

    sign: Literal["look-alike", "scan", "break-in attempt", "outage", "posture", "results"]
    offices: tuple[str, ...]
    sources: int
    events: int
    names: tuple[Lookalike, ...] = ()
    sightings: tuple[Sighting, ...] = ()  # the first rows; all are in evidence.parquet
    detectors: tuple[str, ...] = ()  # all that raised a part of it
    rules: tuple[str, ...] = ()  # ids of the log rules that matched
    cannot_show: tuple[str, ...] = ()  # what this evidence cannot show


class Wording(Record):
    """One way in which a thing is said, and how it relates to the first one."""

    relation: Literal["first", "copy", "near copy", "rewording", "translation"]
    text: str  # as its first post has it
    language: str  # ISO 639-1; "" where it could not be told
    posts: int
    accounts: int
    platforms: tuple[str, ...]
    first: datetime
    last: datetime
    similarity: float  # to the first wording, on the scale that `by` names
    by: str  # what compared them: exact, shingles, lexical, or the name of a model


class ClaimLink(Record):
    """A fact-check that says something of the same thing; `suggested` by the machine until a person confirms it."""

    claim: str  # id in the collection of claims
    text: str
    publisher: str
    verdict: str  # in the publisher's own words, never ours
    url: str
    date: date | None
    probability: float  # that both state the same, calibrated
    state: Literal["suggested", "confirmed", "rejected"] = "suggested"


class PictureMatch(Record):
    """Two pictures that are one, and what was done to it. Hashes are SHA-256 of the files or the hashes of posts."""

    picture: str
    original: str
    change: str  # as a word of docs/methods/fabrication.pictures.md: none, crop, frame, caption bar, flip, ...
    distance: int  # bits of 256
    credentials: str = ""  # what the content credentials of the original say, and whether they hold


class Content(Record):
    """The content part of a finding: what is said again, shown again or imitated, and where it is known from."""

    sign: Literal["same thing said", "imitated outlet", "picture", "burst"]
    posts: int
    accounts: int
    languages: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()
    claims: tuple[ClaimLink, ...] = ()
    pictures: tuple[PictureMatch, ...] = ()
    names: tuple[Lookalike, ...] = ()  # imitated outlets
    opinions: tuple[str, ...] = ()  # what lists of domains say, each with its source and date
    days: tuple[tuple[date, int], ...] = ()  # posts by day, UTC
    detectors: tuple[str, ...] = ()
    cannot_show: tuple[str, ...] = ()


class Change(Record):
    """One difference between a leaked text and its original, or between two revisions of a document."""

    kind: Literal["insertion", "deletion", "replacement", "changed name", "changed number", "moved", "spelling"]
    place: str  # document, page or line
    before: str
    after: str
    left: str = ""  # words before it and after it, the same on both sides
    right: str = ""


class Quote(Record):
    """A passage of the leak in a post."""

    document: str
    passage: str  # words of the leak
    post: str
    account: str
    time: datetime
    words: int
    gaps: int  # words that differ
    weight: float  # sum of the rarity of its words in bits


class Leak(Record):
    """The leak part of a finding: what of it holds, what was altered, who quotes it."""

    sign: Literal["mail", "document", "quoted"]
    documents: int
    verdicts: dict[str, int] = Field(default_factory=dict)  # messages or documents by verdict
    changes: tuple[Change, ...] = ()
    quotes: tuple[Quote, ...] = ()  # the first ones; all are in evidence.parquet
    detectors: tuple[str, ...] = ()
    cannot_show: tuple[str, ...] = ()


class Finding(Record):
    """A lead raised by a detector. Its id is a digest of what decides it: a rerun updates, never duplicates."""

    id: str
    detector: str
    version: str
    kind: str
    standing: Literal["lead", "explained", "interest"]
    title: str
    sentence: str
    subjects: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    first: datetime
    last: datetime
    hours: tuple[int, ...] = ()  # 24 counts, joint posts by hour of day, UTC
    tests: tuple[Test, ...]
    effects: tuple[Interval, ...]
    stability: Interval | None = None
    windows: tuple[Interval, ...] = ()  # the together-count at each window, observed against expected
    explanations: tuple[Explanation, ...]
    members: tuple[Member, ...]
    objects: tuple[SharedObject, ...]
    breakout: tuple[BreakoutStep, ...] = ()
    evidence_posts: tuple[str, ...] = ()  # post ids; the rows themselves are in evidence.parquet
    notes: tuple[str, ...] = ()
    money: Money | None = None  # of findings about money only
    targeting: Targeting | None = None  # of findings about voting systems only
    content: Content | None = None  # of findings about what is said, shown or imitated only
    leak: Leak | None = None  # of findings about a leak only


class InputFile(Record):
    """One input file: the format that was taken, why, and what became of its rows."""

    file: str
    sha256: str
    size: int
    format: str
    reason: str
    posts: int  # or gifts, in a scan of a donation register
    rejected: int
    duplicates: int
    notes: tuple[str, ...] = ()


class LayerSummary(Record):
    """What one layer held and what was counted in it."""

    layer: str
    window_s: float
    shares: int
    objects: int
    accounts: int
    pair_objects: int
    edges: int
    significant: int
    skipped_objects: int = 0


class Balance(Record):
    """How often donors of one group are in a lead: by party of the recipient, or by origin of the name."""

    by: Literal["party", "name origin"]
    group: str
    donors: int
    flagged: int
    rate: Interval  # of `flagged` among `donors`
    ratio: Interval  # to the rate of all the others


class Ledger(Record):
    """What a scan of a donation register read: rows by standing (see `model.gift.STANDINGS`), tests by flag, and the
    balance over parties and origins of names."""

    gifts: int
    donors: int
    recipients: int
    total_minor: dict[str, int] = Field(default_factory=dict)  # of counted gifts, by currency
    standings: dict[str, int] = Field(default_factory=dict)
    tested: dict[str, int] = Field(default_factory=dict)  # hypotheses tested, by flag
    skipped: dict[str, str] = Field(default_factory=dict)  # flags that could not be computed, and for want of what
    balance: tuple[Balance, ...] = ()
    rules: tuple[str, ...] = ()  # dated rules used; an unverified one says so


class Watch(Record):
    """What a watch over election offices read: official names, observed names, events by office, stations."""

    official: int = 0
    observed: int = 0
    events: dict[str, int] = Field(default_factory=dict)  # by office
    sources: int = 0
    stations: int = 0
    tested: dict[str, int] = Field(default_factory=dict)  # hypotheses tested, by detector
    refused: dict[str, str] = Field(default_factory=dict)  # methods that were asked for or are known, and why not used
    measured: dict[str, str] = Field(default_factory=dict)  # figures told without a finding too, such as of results
    skipped: dict[str, str] = Field(default_factory=dict)  # detectors that had nothing to read


class Reading(Record):
    """What a scan of content or of a leak read, beside its posts."""

    texts: int = 0  # distinct wordings
    claims: int = 0
    pictures: int = 0
    names: int = 0  # observed names
    messages: int = 0
    documents: int = 0
    leak: tuple[str, ...] = ()  # SHA-256 of each file of the leak as it was given, archives whole
    languages: dict[str, int] = Field(default_factory=dict)  # posts by language
    verdicts: dict[str, int] = Field(default_factory=dict)  # messages by verdict
    encoders: tuple[str, ...] = ()  # what compared texts, with version: models, or the lexical default
    tested: dict[str, int] = Field(default_factory=dict)  # hypotheses tested, by detector
    measured: dict[str, str] = Field(default_factory=dict)  # figures told without a finding too
    skipped: dict[str, str] = Field(default_factory=dict)  # detectors that had nothing to read, or lacked a package


class ScanSummary(Record):
    """The scan as a whole: what was read, what was set aside, how to repeat it. Written as scan.json."""

    tocsin: str
    made: datetime
    command: str
    inputs: tuple[InputFile, ...]
    posts: int
    accounts: int
    first: datetime | None
    last: datetime | None
    time_grain_s: float
    pseudonymised: bool
    parameters: dict[str, object] = Field(default_factory=dict)
    layers: tuple[LayerSummary, ...] = ()
    skipped: tuple[SharedObject, ...] = ()  # objects that carry no evidence, with the proof in `notes`
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = Field(default_factory=dict)
    money: Ledger | None = None  # of scans of donation registers only
    watch: Watch | None = None  # of scans of names, logs and results only
    reading: Reading | None = None  # of scans of content and of leaks only
