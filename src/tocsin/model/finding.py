"""The finding: what a detector raises, with everything a hostile reader needs to check it."""

from __future__ import annotations

from datetime import datetime
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


class Explanation(Record):
    """An innocent explanation, checked from the data. `fits`: it would account for what was seen."""

    code: str
    question: str
    verdict: Literal["fits", "fits in part", "does not fit", "cannot tell"]
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


class InputFile(Record):
    """One input file: the format that was taken, why, and what became of its rows."""

    file: str
    sha256: str
    size: int
    format: str
    reason: str
    posts: int
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
