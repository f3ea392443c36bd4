"""What every detector of voting takes and gives: the tables of a look, a candidate, and the detector's contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from tocsin.model.finding import Explanation, Interval, Lookalike, Test
from tocsin.model.targets import EVENTS, OBSERVED, OFFICIAL
from tocsin.progress import Progress

Sign = Literal["look-alike", "scan", "break-in attempt", "outage", "posture", "results"]
Table = Literal["observed", "events", "stations"]


class Parameters(BaseModel):
    """Base of a detector's parameters; all of them are stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass
class VotingTables:
    """What a look at voting systems gives to every detector.

    `official`, `observed`, `events`: schemas of `model.targets`. `stations`: one table of schema `STATIONS` for each
    contest. `rules`: Sigma rules (YAML texts) beside those that come with Tocsin. `day` stands in the evidence for the
    time of rows that have none, such as polling stations.
    """

    official: pa.Table = field(default_factory=OFFICIAL.empty_table)
    observed: pa.Table = field(default_factory=OBSERVED.empty_table)
    events: pa.Table = field(default_factory=EVENTS.empty_table)
    stations: tuple[pa.Table, ...] = ()
    rules: tuple[str, ...] = ()
    day: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    made: dict[str, Any] = field(default_factory=dict, repr=False)  # what detectors share, made once (see `once`)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept under `name` for the detectors that come after."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def rows(self, table: Table, contest: int = 0) -> pa.Table:
        """The table that a candidate's rows stand in."""
        return self.stations[contest] if table == "stations" else getattr(self, table)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rows that belong together, and why.

    `rows` are distinct ascending positions in `table` (`VotingTables.rows(table, contest)`). `p` is None where an exact
    rule decides. `title` and `sentence` name no client and no account: a client's address is shown by `combine` alone,
    and only in a lead. `notes` says of a row why it counts, by position; `why` of all the others. `objects` gives, by
    position, what was aimed at where that is not the row's own office (the imitated name). `quoted`: rows whose query
    may be shown, since it matches a rule or asks for what is not there; any other may hold what a voter typed.
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
    names: tuple[Lookalike, ...] = ()
    rules: tuple[str, ...] = ()
    cannot_show: tuple[str, ...] = ()
    why: str = ""
    notes: Mapping[int, str] = field(default_factory=dict)
    objects: Mapping[int, str] = field(default_factory=dict)
    contest: int = 0
    quoted: frozenset[int] = frozenset()
    indicators: bool = True  # the rows' clients did it; where not (visitors in an outage) they are never shown in clear

    @property
    def explained(self) -> bool:
        """Whether a checked innocent explanation accounts for it."""
        return any(explanation.verdict == "fits" for explanation in self.explanations)


@dataclass(frozen=True, slots=True)
class Result:
    """Candidates of one detector; `tested`: hypotheses looked at, whatever came of them. `skipped`: what was wanting
    for it to look. `refused`: methods that are known but not used, and why. `measured`: figures to be told whether or
    not they raise a finding, by what they are about."""

    candidates: tuple[Candidate, ...] = ()
    tested: int = 0
    skipped: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, str] = field(default_factory=dict)


class Detector:
    """Base of the detectors of this room; pure: tables in, candidates out, the same for every order of rows."""

    id: ClassVar[str]
    version: ClassVar[str] = "1"
    title: ClassVar[str]
    reads: ClassVar[str] = "targets"
    params: ClassVar[type[Parameters]]
    wants: ClassVar[Table]  # the table without which there is nothing to look at
    look: ClassVar[Callable[..., Result]]

    def run(self, tables: VotingTables, params: Parameters | None = None, progress: Progress | None = None) -> Result:
        """Look in `tables`."""
        if progress:
            progress.start(self.title)
        if not _any_rows(tables, self.wants):
            return Result(skipped=MISSING[self.wants])
        return type(self).look(self, tables, params or self.params())


MISSING: dict[str, str] = {
    "observed": "no observed names were given",
    "events": "no logs were given",
    "stations": "no results by polling station were given",
}


def _any_rows(tables: VotingTables, wanted: Table) -> bool:
    if wanted == "stations":
        return any(table.num_rows for table in tables.stations)
    return bool(tables.rows(wanted).num_rows)


def sorted_rows(rows: Any) -> Any:
    """Distinct positions in ascending order, int64."""
    return np.unique(np.asarray(rows, np.int64))
