"""The records of a case: leads, the case with its four claims, review, reply, approvals, publications, tips, rules.

Every text and every list has a bound. Ids of people are those of `model.people`; times are aware and in UTC. Which
state may follow which, and who may do what, is held in `tocsin.cases`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.model.finding import Finding, Record
from tocsin.model.grades import Breakout, Grade, Harm, Information, Source, Tlp
from tocsin.model.record import Stored


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("a time without a time zone")
    return time.astimezone(UTC)


Key = Annotated[str, StringConstraints(max_length=80)]  # an id, a digest, a code
Line = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=20_000, strip_whitespace=True)]
Moment = Annotated[datetime, AfterValidator(_utc)]

Interference = Literal["", "amplification", "fabrication", "leaks", "funding", "voting"]
Which = Literal["behaviour", "deception", "reach", "attribution"]
WHICH: tuple[Which, ...] = ("behaviour", "deception", "reach", "attribution")

LeadState = Literal["new", "dismissed", "in case"]
CaseState = Literal["draft", "in review", "reply", "ready", "published", "corrected", "withdrawn", "closed"]
Outcome = Literal["", "established", "domestic", "not shown", "out of scope"]
Action = Literal["publish", "correct", "withdraw", "delete", "threshold"]


class Change(Record):
    """One field of a lead that a rerun changed, in words fit to show."""

    field: Line
    before: Line
    after: Line


class Lead(Stored):
    """A finding as it waits in the workspace: raised by a detector, or typed in by a person (`body` is then None).

    `evidence_digest` decides whether a dismissed lead comes back. `score` orders leads: thousandths of the natural log
    of the first e-value, or of 1/q, 0 where an exact rule decided; what is explained innocently comes after all leads.
    """

    kind: ClassVar[str] = "lead"
    indexed: ClassVar[tuple[str, ...]] = (
        "finding", "origin", "detector", "standing", "state", "case", "score", "first", "last", "updated",
    )  # fmt: skip

    finding: Key = ""  # id of the finding: a digest of all that decides it
    evidence_digest: Key = ""
    origin: Key = ""  # which pseudonyms the subjects are: two scans with the same key have the same
    scan: Key = ""  # SHA-256 of the scan.json it was last seen in; its rows are in tables/<scan>/
    detector: Line = ""  # "" = typed in by a person
    standing: Literal["lead", "explained", "interest"] = "lead"
    title: Line
    text: Text = ""
    score: int = 0
    first: Moment
    last: Moment
    platforms: tuple[Line, ...] = Field(default=(), max_length=50)
    state: LeadState = "new"
    reason: Text = ""  # why it was dismissed; kept when it comes back
    decided_by: Key = ""
    case: Key = ""
    added_by: Key
    updated: Moment
    changes: tuple[Change, ...] = Field(default=(), max_length=50)  # what the last rerun changed
    body: Finding | None = None
    leaks: tuple[Key, ...] = Field(default=(), max_length=1000)  # ids of the leaks that its scan is of


class Link(Record):
    """A piece of evidence for something said: a lead or an evidence item of the vault, graded, and what it shows."""

    to: Literal["lead", "item"]
    id: Key
    note: Line = ""
    source: Source = ""
    information: Information = ""


Links = Annotated[tuple[Link, ...], Field(max_length=200)]


class Name(Record):
    """A name that a blinded reader must not see, every way it is written, and what stands in its place.

    `standing`: named = the case says it did something, so it is asked for its reply; mentioned = a public body or
    figure; private = a private person, never published. `effect`: what the conduct would do to its chances.
    """

    sort: Literal["party", "candidate", "country", "account", "organisation", "person"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
    also: tuple[Line, ...] = Field(default=(), max_length=20)
    placeholder: Line
    standing: Literal["named", "mentioned", "private"]
    effect: Literal["helped", "harmed", "neither", "unknown"] = "unknown"


class ScopeAnswer(Record):
    """A person's answer to one question of the scope check, with the evidence for it."""

    question: Literal["foreign link", "deception or coercion", "election link"]
    answer: Literal["yes", "no", "unclear"]
    reason: Text
    evidence: Links = ()
    by: Key
    at: Moment


class Case(Stored):
    """What people build from leads. `title` may hold names; `working_title` must not and is what others see of it."""

    kind: ClassVar[str] = "case"
    indexed: ClassVar[tuple[str, ...]] = ("state", "outcome", "owner", "interference", "exercise", "opened", "updated")

    title: Line
    working_title: Line
    state: CaseState = "draft"
    outcome: Outcome = ""
    outcome_reason: Text = ""
    owner: Key
    authors: tuple[Key, ...] = Field(default=(), max_length=100)  # whoever has written in it
    seen_by: tuple[Key, ...] = Field(default=(), max_length=500)  # whom its names were shown: none of either reviews it
    opened: Moment
    updated: Moment
    interference: Interference = ""
    election: Line = ""
    voting_day: date | None = None
    first_day: date | None = None  # the days the conduct covers
    last_day: date | None = None
    summary: Text = ""  # what happened, for the public page
    unknown: Text = ""  # what is not known
    scope: tuple[ScopeAnswer, ...] = Field(default=(), max_length=3)
    names: tuple[Name, ...] = Field(default=(), max_length=200)
    tlp: Tlp = "amber"
    exercise: bool = False


class Step(Record):
    """One step of the Breakout Scale with its dated evidence."""

    level: Breakout
    shown: bool
    at: Moment | None = None
    note: Text = ""
    evidence: Links = ()


class Alternative(Record):
    """Another explanation that was considered, and why it was rejected (empty: it was not)."""

    text: Text
    rejected: Text = ""
    evidence: Links = ()
    by: Key


class Claim(Stored):
    """One of the four claims of a case, graded on its own. Which fields apply: `steps`, `harm` to reach; evidence
    class, second reader to attribution. A claim that is not made (`made` False) says in `text` why."""

    kind: ClassVar[str] = "claim"
    indexed: ClassVar[tuple[str, ...]] = ("case", "which", "updated")

    case: Key
    which: Which
    made: bool = True
    text: Text = ""
    basis: Text = ""  # why the confidence is what it is: a sentence of its own
    grade: Grade = Grade()
    evidence: Links = ()
    alternatives: tuple[Alternative, ...] = Field(default=(), max_length=50)
    steps: tuple[Step, ...] = Field(default=(), max_length=6)
    harm: Harm = 0
    harm_note: Text = ""
    harm_evidence: Links = ()
    evidence_class: Literal["", "technical", "behavioural", "contextual", "official statement"] = ""
    second_reader: Key = ""  # who has read the evidence for the attribution again and agrees
    authors: tuple[Key, ...] = Field(default=(), max_length=100)
    updated: Moment


class Graded(Record):
    """A reviewer's grade of one claim."""

    which: Which
    grade: Grade
    note: Text = ""


class Gap(Record):
    """Steps of each scale by which the open grade of a claim is above the blind one; None where either is empty."""

    which: Which
    likelihood: int | None
    confidence: int | None


GradedClaims = Annotated[tuple[Graded, ...], Field(max_length=4)]


class Review(Stored):
    """A second reading: graded blind, then, with the names shown, graded again and decided.

    `content` is the digest of what was reviewed: a case that changes afterwards needs a new review.
    """

    kind: ClassVar[str] = "review"
    indexed: ClassVar[tuple[str, ...]] = ("case", "reviewer", "state", "asked")

    case: Key
    content: Key
    reviewer: Key
    asked_by: Key
    asked: Moment
    again: bool = False  # the reviewer knew the names from an earlier review of the case: there is no blind part
    state: Literal["asked", "open", "decided"] = "asked"
    blind: GradedClaims = ()
    guess: Line = ""  # which side the reviewer thinks it is about, while blind
    guess_right: bool | None = None  # None: no guess
    opened: Moment | None = None  # when the names were shown
    open: GradedClaims = ()
    gap: tuple[Gap, ...] = Field(default=(), max_length=4)
    decision: Literal["", "accepted", "revise", "rejected"] = ""
    reasons: Text = ""
    decided: Moment | None = None


class Reply(Stored):
    """A named party was asked for its answer. `whom` says the party or an office, never a private person."""

    kind: ClassVar[str] = "reply"
    indexed: ClassVar[tuple[str, ...]] = ("case", "state", "due", "asked")

    case: Key
    placeholder: Line  # of the name in the case
    whom: Line
    how: Line = ""  # by which way it was asked
    asked_by: Key
    asked: Moment
    due: Moment
    state: Literal["asked", "answered", "waived"] = "asked"
    answer: Text = ""  # printed beside the claim, word for word
    answered: Moment | None = None
    reason: Text = ""  # why the reply was waived, printed
    waived_by: Key = ""


class Approval(Stored):
    """One person's yes to one act on exactly this content; two of different persons are needed."""

    kind: ClassVar[str] = "approval"
    indexed: ClassVar[tuple[str, ...]] = ("subject", "action", "by", "given")

    action: Action
    subject: Key  # id of the case, tip or rules
    content: Key  # digest of what is approved
    by: Key
    given: Moment
    text: Text = ""  # what changed, or why: printed, so both must approve the same words
    break_glass: Text = ""  # why gates are passed over; printed


class PublicLink(Record):
    """A piece of evidence as the public sees it. `sha256` is that of the file or finding it stands for."""

    to: Literal["lead", "item"]
    id: Key
    title: Line
    sha256: Key
    note: Line = ""
    source: Source = ""
    information: Information = ""


PublicLinks = Annotated[tuple[PublicLink, ...], Field(max_length=200)]


class PublicStep(Record):
    """A step of the Breakout Scale as published."""

    level: Breakout
    shown: bool
    at: Moment | None
    note: Text
    evidence: PublicLinks


class PublicAlternative(Record):
    """Another explanation as published."""

    text: Text
    rejected: Text


class PublicClaim(Record):
    """A claim as published."""

    which: Which
    made: bool
    text: Text
    basis: Text
    grade: Grade
    evidence: PublicLinks
    alternatives: tuple[PublicAlternative, ...] = Field(max_length=50)
    steps: tuple[PublicStep, ...] = Field(max_length=6)
    harm: Harm
    harm_note: Text
    harm_evidence: PublicLinks
    evidence_class: Line


class PublicReply(Record):
    """What a named party answered; `silent`: it did not answer by `due`."""

    whom: Line
    asked: Moment
    due: Moment
    answer: Text
    answered: Moment | None
    silent: bool
    waived: Text  # the reason, where it was not waited for


class PublicTest(Record):
    """A test of a finding as published. Figures are texts of four digits, empty where there is none, so that the
    digest of a body is the same everywhere."""

    question: Text
    name: Text
    null_model: Text
    observed: Line
    expected: Line
    p: Line
    q: Line
    log_e: Line
    note: Text


class PublicEffect(Record):
    """An effect of a finding as published: a figure with its interval, as texts."""

    name: Text
    value: Line
    low: Line
    high: Line
    level: Line
    unit: Line
    meaning: Text


class PublicExplanation(Record):
    """An innocent explanation that the detector checked."""

    question: Text
    verdict: Line
    detail: Text


class PublicFinding(Record):
    """What a detector says of its finding: enough to repeat it. Accounts are counted, not listed; 0 where it is about
    files, such as mails."""

    id: Key
    detector: Line
    version: Line
    standing: Line
    title: Text
    sentence: Text
    first: Moment
    last: Moment
    accounts: int
    posts: int
    tests: tuple[PublicTest, ...] = Field(max_length=50)
    effects: tuple[PublicEffect, ...] = Field(max_length=50)
    explanations: tuple[PublicExplanation, ...] = Field(max_length=50)
    notes: tuple[Text, ...] = Field(max_length=50)


class PublicGate(Record):
    """A gate as it stood when the case was published; `missing` says what was passed over."""

    name: Line
    passed: bool
    missing: tuple[Line, ...] = Field(max_length=20)


class Body(Record):
    """Everything a publication says, frozen when it is made: the public page is rendered from this alone."""

    case: Key
    title: Line
    interference: Interference
    election: Line
    voting_day: date | None
    first_day: date | None
    last_day: date | None
    summary: Text
    unknown: Text
    claims: tuple[PublicClaim, ...] = Field(max_length=4)
    replies: tuple[PublicReply, ...] = Field(max_length=200)
    findings: tuple[PublicFinding, ...] = Field(max_length=50_000)  # as many as there can be links
    gates: tuple[PublicGate, ...] = Field(max_length=20)
    exercise: bool


class Publication(Stored):
    """One issue of a case: the claim, a correction or its withdrawal. Never changed and never removed.

    `content` is the digest of `body`. `break_glass` is the reason why gates were passed over, shown on the page.
    """

    kind: ClassVar[str] = "publication"
    indexed: ClassVar[tuple[str, ...]] = ("case", "number", "issue", "made")

    case: Key
    number: int = Field(ge=1)
    issue: Literal["claim", "correction", "withdrawal"]
    made: Moment
    content: Key
    changed: Text = ""  # what is different from the issue before and why, shown on the page
    break_glass: Text = ""
    approved_by: tuple[Key, ...] = Field(max_length=2)  # not shown
    body: Body


class Tip(Stored):
    """What somebody told us. Erased when it expires unless a case keeps it. No name of who sent it."""

    kind: ClassVar[str] = "tip"
    indexed: ClassVar[tuple[str, ...]] = ("state", "case", "received", "expires")

    text: Text
    received: Moment
    expires: Moment
    state: Literal["open", "kept"] = "open"
    case: Key = ""
    danger: bool = False  # somebody could come to harm: seen by custodians and the case's owner only


class Rules(Stored):
    """The thresholds of the workspace; one row, with the id `rules`. Changed by two persons only."""

    kind: ClassVar[str] = "rules"

    id: str = "rules"
    reply_days: int = Field(default=5, ge=1, le=60)
    alternatives: int = Field(default=1, ge=1, le=10)  # how many must be considered and rejected
    tip_days: int = Field(default=90, ge=1, le=365)
    frozen_until: date | None = None  # no change before this day
