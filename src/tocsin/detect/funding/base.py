"""What every flag takes and gives: the tables of a money scan, a candidate, and the detector's contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from tocsin.model.arrow import Array
from tocsin.model.finding import Channel, Explanation, Interval, Step, Test
from tocsin.model.history import History
from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.rules import Rules
from tocsin.progress import Progress


class Parameters(BaseModel):
    """Base of a flag's parameters; all of them are stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass
class MoneyTables:
    """What a money scan gives to every flag.

    `gifts`: schema `SETTLED`. `donor`: one int64 a row, the resolved donor. `entities`, `holdings`: schemas `ENTITIES`
    and `HOLDINGS`. `donor_hits`, `owner_hits`: what screening found (schema `HITS` of resolve.screen), `query` being
    the donor's number, or the row of `entities`. `listed` (schema `LISTED`) is what was screened; where a list does not
    say since when an entry is on it, the editions of `history` do.
    """

    gifts: pa.Table
    donor: Array
    rules: Rules
    entities: pa.Table = field(default_factory=ENTITIES.empty_table)
    holdings: pa.Table = field(default_factory=HOLDINGS.empty_table)
    donor_hits: pa.Table | None = None
    owner_hits: pa.Table | None = None
    listed: pa.Table | None = None
    history: History | None = None

    @cached_property
    def register(self) -> Any:
        """The counted rows as arrays; made once for all flags."""
        from tocsin.detect.funding.register import Register

        return Register(self.gifts, self.donor, self.rules)

    @cached_property
    def owners(self) -> Any:
        """Donors that are companies in the ownership data, and who stands behind them; made once."""
        from tocsin.detect.funding.owners import Owners

        return Owners(self)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rows that belong together, and why. `rows` are positions in the settled table, ascending. `p` is None where an
    exact rule decides. `title` and `sentence` name no private person."""

    flag: str  # id of the detector
    rows: Any
    title: str
    sentence: str
    channel: Channel
    p: float | None
    tests: tuple[Test, ...] = ()
    effects: tuple[Interval, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    path: tuple[Step, ...] = ()
    rules: tuple[str, ...] = ()
    why: str = ""  # the note of each row behind it

    @property
    def explained(self) -> bool:
        """Whether a checked innocent explanation accounts for it."""
        return any(explanation.verdict == "fits" for explanation in self.explanations)


@dataclass(frozen=True, slots=True)
class FlagResult:
    """Candidates of one flag; `tested`: hypotheses looked at, whatever came of them. `skipped`: for want of what the
    flag could not be computed. `tilt`: for flags that only order, a figure for each recipient (code of the register),
    higher is stranger."""

    candidates: tuple[Candidate, ...] = ()
    tested: int = 0
    skipped: str = ""
    tilt: dict[int, float] = field(default_factory=dict)


class Flag:
    """Base of the detectors of this room; pure: tables in, candidates out."""

    id: ClassVar[str]
    flag: ClassVar[str]  # F1 ... F18 of the reference
    version: ClassVar[str] = "1"
    title: ClassVar[str]
    reads: ClassVar[str] = "gifts"
    params: ClassVar[type[Parameters]]
    look: ClassVar[Callable[..., FlagResult]]

    def run(
        self, tables: MoneyTables, params: Parameters | None = None, progress: Progress | None = None
    ) -> FlagResult:
        """Look for the flag in `tables`. The result does not depend on the order of rows."""
        if progress:
            progress.start(self.title)
        if not tables.register.rows:
            return FlagResult(skipped="there are no counted gifts")
        return type(self).look(self, tables, params or self.params())


def sorted_rows(rows: Any) -> Any:
    """Distinct positions in ascending order, int64."""
    return np.unique(np.asarray(rows, np.int64))
