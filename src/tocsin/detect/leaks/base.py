"""What every detector of leaks takes and gives: the tables of a look, a candidate, and the detector's contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from tocsin.model.finding import Change, Explanation, Interval, Quote, Test
from tocsin.model.mail import DomainKey, Message
from tocsin.model.paper import Paper
from tocsin.model.post import POSTS
from tocsin.progress import Progress, Silent

Sign = Literal["mail", "document", "quoted"]
Table = Literal["messages", "papers", "posts"]


class Parameters(BaseModel):
    """Base of a detector's parameters; all of them are stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass
class LeakTables:
    """What a look at a leak gives to every detector.

    `messages` and `papers` are the leak; `originals` what its owner has of the same documents. `posts` (schema `POSTS`)
    are searched for quotes; those before `public`, the moment from which the leak could be read, cannot quote it.
    `keys`: public keys of domains, each with its source. `day` stands in the evidence for the time of what has none.
    """

    messages: Sequence[Message] = ()
    papers: Sequence[Paper] = ()
    originals: Sequence[Paper] = ()
    posts: pa.Table = field(default_factory=POSTS.empty_table)
    keys: Sequence[DomainKey] = ()
    public: datetime | None = None
    day: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    made: dict[str, Any] = field(default_factory=dict, repr=False)  # what detectors share, made once (see `once`)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept under `name` for the detectors that come after, and for the report: `mailbox` is
        the verdict on every message."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def count(self, table: Table) -> int:
        """The rows of a table."""
        return self.posts.num_rows if table == "posts" else len(getattr(self, table))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Messages, papers or posts that belong together, and why.

    `rows` are distinct ascending positions in `table`. `p` is None where an exact rule decides. `title` and `sentence`
    hold nothing of the leak and name no person. `verdicts`: messages or papers by verdict. `notes` says of a row why it
    counts, by position; `why` of all the others. `objects` gives, by position, what the row is about where that is not
    its own file (the domain that signed, the passage quoted); `times` its moment where the table has none.
    """

    detector: str
    sign: Sign
    table: Table
    rows: Any
    title: str
    sentence: str
    p: float | None
    tests: tuple[Test, ...] = ()
    effects: tuple[Interval, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    verdicts: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    quotes: tuple[Quote, ...] = ()
    cannot_show: tuple[str, ...] = ()
    why: str = ""
    notes: Mapping[int, str] = field(default_factory=dict)
    objects: Mapping[int, str] = field(default_factory=dict)
    times: Mapping[int, datetime] = field(default_factory=dict)
    interest: bool = False  # worth knowing, no sign of wrong: such as a mailbox that holds throughout

    @property
    def explained(self) -> bool:
        """Whether a checked innocent explanation accounts for it."""
        return any(explanation.verdict == "fits" for explanation in self.explanations)


@dataclass(frozen=True, slots=True)
class Result:
    """Candidates of one detector; `tested`: hypotheses looked at, whatever came of them. `skipped`: what was wanting
    for it to look. `measured`: figures to be told whether or not they raise a finding, by what they are about.
    `verdicts`: all messages by verdict."""

    candidates: tuple[Candidate, ...] = ()
    tested: int = 0
    skipped: str = ""
    measured: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)


class Detector:
    """Base of the detectors of this room; pure: tables in, candidates out, the same for every order of rows."""

    id: ClassVar[str]
    version: ClassVar[str] = "1"
    title: ClassVar[str]
    reads: ClassVar[str] = "leak"
    params: ClassVar[type[Parameters]]
    wants: ClassVar[tuple[Literal["messages", "papers", "originals", "posts"], ...]]  # nothing to look at without them
    look: ClassVar[Callable[..., Result]]  # (self, tables, params, progress)

    def run(self, tables: LeakTables, params: Parameters | None = None, progress: Progress | None = None) -> Result:
        """Look in `tables`."""
        told = progress or Silent()
        told.start(self.title)
        missing = [MISSING[name] for name in self.wants if not len(getattr(tables, name))]
        if missing:
            return Result(skipped=" and ".join(missing))
        return type(self).look(self, tables, params or self.params(), told)


MISSING: dict[str, str] = {
    "messages": "no mails were given",
    "papers": "no documents were given",
    "originals": "no originals were given",
    "posts": "no posts were given",
}


def sorted_rows(rows: Any) -> Any:
    """Distinct positions in ascending order, int64."""
    return np.unique(np.asarray(rows, np.int64))
