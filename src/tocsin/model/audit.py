"""A post-election audit: what is set up, committed to, drawn, read from the paper, computed and decided."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tocsin.model.ballot import Contest
from tocsin.model.finding import InputFile, Record

Kind = Literal["polling", "comparison", "batch", "hybrid"]
Method = Literal["alpha", "betting", "bravo", "minerva", "providence", "kaplan-markov", "oneaudit", "macro", "suite"]
#: The methods that fit each kind of sample; the first is the default.
METHODS: dict[Kind, tuple[Method, ...]] = {
    "polling": ("alpha", "betting", "bravo", "minerva", "providence"),
    "comparison": ("alpha", "betting", "kaplan-markov", "oneaudit"),
    "batch": ("macro",),
    "hybrid": ("suite",),
}
#: Methods that count a card as often as it is drawn; the others draw no card twice.
REPLACING: frozenset[Method] = frozenset({"bravo", "minerva", "providence", "kaplan-markov", "macro"})

Published = Literal["full", "redacted", "hash"]
Next = Literal["stop", "another round", "full hand count", "measured only"]
Outcome = Literal["passed", "failed", "not possible"]


class Assertion(Record):
    """A claim about an IRV contest that the sample tests: `winner` beats `loser` while only `standing` are left in the
    count (NEN), or has more first preferences than the other can ever have (NEB, `standing` empty)."""

    kind: Literal["NEB", "NEN"]
    winner: str
    loser: str
    standing: tuple[str, ...] = ()
    votes: tuple[int, int]  # cards for the winner and for the loser, by the cast vote records


class AuditedContest(Record):
    """A contest in an audit. `targeted`: the sample is sized for it; the risk of the others is measured as well."""

    contest: Contest
    method: Method
    targeted: bool = True
    assertions: tuple[Assertion, ...] = ()  # of IRV contests
    recorded: dict[str, int] = Field(default_factory=dict)  # votes by the cast vote records, in a hybrid audit


class AuditSetup(Record):
    """What audit.json holds: all that is decided before anything is drawn. `cards` and `batches` are those of the
    manifest, `risk_limit` and `chance` are fractions; `chance` is how likely a round is to be the last one if the
    reported result is right, for which its size is chosen."""

    format: Literal[1] = 1
    tocsin: str
    title: str
    authority: str
    made: datetime
    kind: Kind
    risk_limit: float = Field(gt=0, lt=1)
    chance: float = Field(default=0.9, gt=0, lt=1)
    contests: tuple[AuditedContest, ...]
    cards: int
    batches: int
    published: Published = "full"
    replacement: bool = False  # cards are drawn again and again; else each once
    by_style: bool = False  # a card is looked at for the contests its cast vote record names, and no others
    left_out: dict[str, str] = Field(default_factory=dict)  # contests that no sample can confirm, and why
    hidden_cards: int = 0  # cards whose votes are left out of what is published
    #: What no file said and a person did, by contest: winners (seats), votes_allowed, cards, share.
    told: dict[str, dict[str, float]] = Field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()


class Commitment(Record):
    """What commitment.json holds: SHA-256 of each file the audit rests on, fixed before the seed is known."""

    at: datetime
    files: dict[str, str]  # path in the folder -> SHA-256; those under private/ are not published


class Dice(Record):
    """The digits that one person threw, in order, in public."""

    person: str
    digits: str = Field(pattern=r"^[0-9]{1,100}$")
    at: datetime


class Seed(Record):
    """What seed.json holds: everybody's dice, and the seed, which is their digits one after the other."""

    dice: tuple[Dice, ...]
    seed: str
    complete: bool = False


class Round(Record):
    """What round.json of a round holds. Sizes are draws in all rounds so far; a hybrid audit has one for each stratum,
    `polled` for cards without a cast vote record."""

    number: int
    at: datetime
    size: int
    polled: int = 0
    sizes: dict[str, int] = Field(default_factory=dict)  # cards for each targeted contest, where drawn by style
    chosen: str  # how the size came about, in words


class Estimate(Record):
    """Draws needed for one contest: `size` in all rounds, `polled` those among cards without a cast vote record."""

    contest: str
    size: int
    polled: int = 0
    basis: str = ""  # what it assumes, in words


class PairRisk(Record):
    """The risk of one pair of winner and loser, or one assertion, by two routes. `seen` counts what it rests on."""

    winner: str
    loser: str
    risk: float
    recomputed: float
    margin: float = 0.0  # diluted, a fraction of cards
    seen: dict[str, float] = Field(default_factory=dict)


class ContestRisk(Record):
    """How sure the paper makes the reported winners of a contest after a round: `risk` is at most the chance to see
    such a sample, or a better one, had a full hand count shown other winners. `drawn` counts draws."""

    contest: str
    method: Method
    targeted: bool
    risk: float
    recomputed: float
    reached: bool
    drawn: int
    cards: int  # different cards or batches looked at
    discrepancies: dict[str, int] = Field(default_factory=dict)
    pairs: tuple[PairRisk, ...] = ()


class Decision(Record):
    """What follows for one contest, and how many draws the next round would need."""

    contest: str
    next: Next
    why: str
    estimate: Estimate | None = None


class RoundRisk(Record):
    """What risk.json of a round holds."""

    number: int
    at: datetime
    contests: tuple[ContestRisk, ...]
    decisions: tuple[Decision, ...]
    next: Next
    not_found: int = 0  # cards nobody could find, counted as the worst case


class LogLine(Record):
    """A confirmed step. `previous` is the SHA-256 of the line before, so that none can be changed or left out."""

    number: int
    at: datetime
    step: str
    by: str = ""
    files: dict[str, str] = Field(default_factory=dict)
    previous: str


class AuditReport(Record):
    """What report.json holds: the last word on each contest, the rounds, and the head of the log it rests on."""

    at: datetime
    setup: AuditSetup
    commitment: Commitment
    seed: Seed
    rounds: tuple[Round, ...]
    risks: tuple[RoundRisk, ...]
    outcome: str
    log: str  # SHA-256 of the log's last line before the report


class Check(Record):
    """One thing `tocsin audit verify` looked at."""

    step: str
    what: str
    outcome: Outcome
    detail: str = ""


class AuditState(Record):
    """Where an audit stands, and what is to be done next."""

    done: tuple[str, ...]
    round: int
    next: Literal["commit", "seed", "draw", "enter", "settle", "risk", "report", "done"]
    missing: int = 0  # readings still to be made by two persons, or to be settled by a third
    detail: str = ""
