"""What every detector of content takes and gives: the tables of a look, a candidate, and the detector's contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from tocsin.engine.port import Engine
from tocsin.model.factcheck import CLAIMS, OPINIONS
from tocsin.model.finding import ClaimLink, Explanation, Interval, Lookalike, PictureMatch, Test, Wording
from tocsin.model.post import POSTS
from tocsin.model.targets import OBSERVED, OFFICIAL
from tocsin.progress import Progress, Silent

Sign = Literal["same thing said", "imitated outlet", "picture", "burst"]
Layer = Literal["text", "link", "picture", "name", "hashtag"]
Table = Literal["posts", "observed", "pictures"]


class Parameters(BaseModel):
    """Base of a detector's parameters; all of them are stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture or a video in a folder: its name there, the SHA-256 of its bytes, and the ids of posts that show it
    (none where nobody told)."""

    name: str
    path: Path
    sha256: str
    posts: tuple[str, ...] = ()


@dataclass
class ContentTables:
    """What a look at content gives to every detector.

    `posts`: schema `POSTS`; `run.look` fills `language` (ISO 639-1, "" where unsure) where the source says none.
    `claims`, `opinions`: schemas of `model.factcheck`. `official` and `observed`: schemas of `model.targets`; of the
    official names those of kind outlet are what may be imitated. `day` stands in the evidence for the time of rows
    that have none, such as pictures that no post shows. `engine` is where near copies are found, if not in memory.
    """

    posts: pa.Table = field(default_factory=POSTS.empty_table)
    claims: pa.Table = field(default_factory=CLAIMS.empty_table)
    official: pa.Table = field(default_factory=OFFICIAL.empty_table)
    observed: pa.Table = field(default_factory=OBSERVED.empty_table)
    opinions: pa.Table = field(default_factory=OPINIONS.empty_table)
    pictures: Sequence[PictureFile] = ()
    day: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    engine: Engine | None = None
    made: dict[str, Any] = field(default_factory=dict, repr=False)  # what detectors share, made once (see `once`)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept under `name` for the detectors that come after: `clusters` is what `same.cluster`
        says of all posts in their order, "" for one without text."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Posts, observed names or pictures that belong together, and why.

    `rows` are distinct ascending positions in `table`. `object` says what they have in common: the id of a cluster, a
    hashtag with its sign, the owner of an imitated name, the SHA-256 or hash of a picture; candidates of one `object`
    become one finding, whatever raised them. `p` is None where an exact rule decides. `title` and `sentence` name no
    account. Languages, days, reach, opinions of lists and, for what is said, checked claims are added by `combine` and
    `run`.
    """

    detector: str
    sign: Sign
    layer: Layer
    object: str
    table: Table
    rows: Any
    title: str
    sentence: str
    p: float | None
    tests: tuple[Test, ...] = ()
    effects: tuple[Interval, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    wordings: tuple[Wording, ...] = ()
    claims: tuple[ClaimLink, ...] = ()
    pictures: tuple[PictureMatch, ...] = ()
    names: tuple[Lookalike, ...] = ()
    beside: Mapping[Table, Any] = field(default_factory=dict)  # rows of other tables that belong to it
    cannot_show: tuple[str, ...] = ()
    interest: bool = False  # worth knowing, no sign of wrong: such as one text that one account repeats

    @property
    def explained(self) -> bool:
        """Whether a checked innocent explanation accounts for it."""
        return any(explanation.verdict == "fits" for explanation in self.explanations)


@dataclass(frozen=True, slots=True)
class Result:
    """Candidates of one detector; `tested`: hypotheses looked at, whatever came of them. `skipped`: what was wanting
    for it to look. `measured`: figures to be told whether or not they raise a finding, by what they are about.
    `encoders`: what compared texts, with version."""

    candidates: tuple[Candidate, ...] = ()
    tested: int = 0
    skipped: str = ""
    measured: Mapping[str, str] = field(default_factory=dict)
    encoders: tuple[str, ...] = ()


class Detector:
    """Base of the detectors of this room; pure: tables in, candidates out, the same for every order of rows."""

    id: ClassVar[str]
    version: ClassVar[str] = "1"
    title: ClassVar[str]
    reads: ClassVar[str] = "content"
    params: ClassVar[type[Parameters]]
    wants: ClassVar[tuple[Literal["posts", "official", "observed", "pictures"], ...]]  # nothing to look at without them
    look: ClassVar[Callable[..., Result]]  # (self, tables, params, progress)

    def run(self, tables: ContentTables, params: Parameters | None = None, progress: Progress | None = None) -> Result:
        """Look in `tables`."""
        told = progress or Silent()
        told.start(self.title)
        missing = [MISSING[name] for name in self.wants if not len(getattr(tables, name))]
        if missing:
            return Result(skipped=" and ".join(missing))
        return type(self).look(self, tables, params or self.params(), told)


MISSING: dict[str, str] = {
    "posts": "no posts were given",
    "official": "no official names were given",
    "observed": "no observed names were given",
    "pictures": "no pictures were given",
}


def sorted_rows(rows: Any) -> Any:
    """Distinct positions in ascending order, int64."""
    return np.unique(np.asarray(rows, np.int64))


def said_object(text: str) -> str:
    """The object of a cluster of what is said, by its first wording: the same in any order of rows."""
    return "said-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
