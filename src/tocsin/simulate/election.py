"""A simulated election: ordinary users, innocent decoys, planted operations, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pyarrow as pa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tocsin.model.post import POSTS
from tocsin.simulate.crowd import Schedule, make_schedule
from tocsin.simulate.decoys import DECOYS
from tocsin.simulate.plant import ACTS, OperationParams, troupe_of
from tocsin.simulate.render import PLATFORMS, render
from tocsin.simulate.troupe import Troupe, plant_troupe
from tocsin.simulate.words import handles

_UNIT: dict[str, pa.DataType] = {
    "unit": pa.string(),
    "role": pa.string(),
    "kind": pa.string(),
    "members": pa.int64(),
    "objects": pa.int64(),
    "jitter_s": pa.float64(),
    "layers": pa.list_(pa.string()),
}
_ACCOUNT: dict[str, pa.DataType] = dict.fromkeys(("account", "role", "unit", "kind", "strength"), pa.string())
TRUTH, UNITS = pa.schema(_ACCOUNT), pa.schema(_UNIT)

#: Rows rendered at a time, and ordinary posts that the troupes see when they are planted.
_BATCH, _SAMPLE = 65_536, 20_000

#: The named sets of operations. "demo": every kind, strong, medium and weak, and one with a jitter of an hour.
PRESETS: dict[str, tuple[OperationParams, ...]] = {
    "none": (),
    "demo": (
        OperationParams(kind="copy_text", accounts=12, objects=10, jitter_s=30),
        OperationParams(kind="near_text", accounts=20, objects=8, jitter_s=60),
        OperationParams(kind="repost", accounts=30, objects=12, jitter_s=45),
        OperationParams(kind="repost", accounts=8, objects=4, jitter_s=120, existing=True, camouflage=3),
        OperationParams(kind="link", accounts=15, objects=10, jitter_s=60),
        OperationParams(kind="link", accounts=25, objects=20, jitter_s=3600, camouflage=2),
        OperationParams(kind="hashtag_sequence", accounts=18, objects=16, jitter_s=300, camouflage=1.5),
        OperationParams(kind="reply", accounts=25, objects=6, jitter_s=120),
        OperationParams(kind="media", accounts=10, objects=10, jitter_s=20),
        OperationParams(kind="copy_text", accounts=50, objects=3, jitter_s=300, camouflage=3),
        OperationParams(kind="repost", accounts=5, objects=20, jitter_s=1, camouflage=2),
    ),
}


class ElectionParams(BaseModel):
    """What to simulate. The same parameters give the same posts, byte for byte, in the same version of Tocsin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, description="decides every random draw")
    posts: int = Field(
        default=200_000, ge=1_000, le=10_000_000, description="posts by ordinary users; troupes come on top"
    )
    start: AwareDatetime = Field(default=datetime(2024, 3, 4, tzinfo=UTC), description="first day")
    days: int = Field(default=14, ge=1, le=366, description="days up to the election")
    platforms: int = Field(default=1, ge=1, le=len(PLATFORMS), description="networks the users are spread over")
    decoys: bool = Field(
        default=True, description="plant innocent troupes: one of each kind for every 100,000 posts begun"
    )
    operations: Literal["demo", "none"] | tuple[OperationParams, ...] = Field(
        default="demo", description="operations to plant, or a named set"
    )

    @property
    def accounts(self) -> int:
        """Ordinary accounts that might post; about half of them do."""
        return self.posts


@dataclass(frozen=True, slots=True)
class Simulation:
    """Posts (schema `POSTS`), what each account is (`TRUTH`), and each troupe (`UNITS`).

    `role` is ordinary, decoy or operation; ordinary accounts have no unit. `objects` counts the joint objects and
    `jitter_s` how far apart an object's shares may be (decoys: the usual delay).
    """

    posts: pa.Table
    truth: pa.Table
    units: pa.Table


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    role: str
    kind: str
    strength: str
    jitter_s: float
    layers: tuple[str, ...]
    troupe: Troupe
    accounts: list[str]


class Election:
    """A simulation that has been laid out but not yet written: the truth is known, posts come in batches."""

    def __init__(self, params: ElectionParams) -> None:
        start = int(params.start.timestamp())
        self._schedule = make_schedule(params.seed, params.posts, start, params.days, params.accounts, params.platforms)
        self._planted, units = _plant_all(params, self._schedule)
        self.truth, self.units = _truth(self._schedule, units), _unit_table(units)

    @property
    def rows(self) -> int:
        """How many posts there are in all."""
        return len(self._schedule.time) + self._planted.num_rows

    def batches(self) -> Iterator[pa.Table]:
        """All posts in order of time, some ten thousand at a time, numbered from 1."""
        planted, times = self._planted, self._schedule.time
        planted_s = planted.column("time").cast(pa.int64()).to_numpy() // 1_000_000
        done, number = 0, 1
        for first in range(0, len(times), _BATCH):
            last = min(first + _BATCH, len(times))
            upto = len(planted_s) if last == len(times) else int(np.searchsorted(planted_s, times[last]))
            ordinary = pa.Table.from_batches([render(self._schedule, np.arange(first, last))])
            batch = _in_order(pa.concat_tables([ordinary, planted.slice(done, upto - done)]), number)
            done, number = upto, number + batch.num_rows
            yield batch


def simulate(params: ElectionParams) -> Simulation:
    """Simulate an election in memory (about 0.6 kB a post)."""
    election = Election(params)
    return Simulation(pa.concat_tables(election.batches()), election.truth, election.units)


def _plant_all(params: ElectionParams, schedule: Schedule) -> tuple[pa.Table, list[_Unit]]:
    """Plant the decoys and the operations among a sample of the ordinary posts."""
    step = max(1, params.posts // _SAMPLE)
    sample = pa.Table.from_batches([render(schedule, np.arange(0, params.posts, step))])
    units, tables = [], [POSTS.empty_table()]
    first_account, first_row = int(schedule.crowd.starts[-1]), 0
    for i, unit in enumerate(_wanted(params)):
        planted = plant_troupe(
            sample, unit.troupe, np.random.default_rng([params.seed, 2, i]), first_account, first_row
        )
        first_account, first_row = first_account + len(planted.accounts), first_row + planted.posts.num_rows
        tables.append(planted.posts)
        unit.accounts.extend(planted.accounts)
        units.append(unit)
    return pa.concat_tables(tables).sort_by([("time", "ascending"), ("post", "ascending")]), units


def _wanted(params: ElectionParams) -> Iterator[_Unit]:
    """The troupes asked for, in order: decoys, then operations."""
    rounds = 1 + (params.posts - 1) // 100_000 if params.decoys else 0
    for i in range(rounds):
        for kind, decoy in DECOYS.items():
            yield _Unit(f"{kind}-{i + 1}", "decoy", kind, "", decoy.delay_s, decoy.layers, decoy.troupe, [])
    operations = PRESETS[params.operations] if isinstance(params.operations, str) else params.operations
    for i, one in enumerate(operations):
        name = f"operation-{i + 1}-{one.kind}"
        layers = ACTS[one.kind].layers
        yield _Unit(name, "operation", one.kind, one.strength, one.jitter_s, layers, troupe_of(one), [])


def _in_order(batch: pa.Table, first_number: int) -> pa.Table:
    """Ordinary and planted posts together in order of time, then of id; numbered."""
    batch = batch.sort_by([("time", "ascending"), ("post", "ascending")])
    numbers = pa.array(np.arange(first_number, first_number + batch.num_rows))
    batch = batch.set_column(POSTS.get_field_index("row"), POSTS.field("row"), numbers)
    file = pa.repeat("simulation", batch.num_rows)
    return batch.set_column(POSTS.get_field_index("file"), POSTS.field("file"), file)


def _truth(schedule: Schedule, units: list[_Unit]) -> pa.Table:
    """One row for each account that posts."""
    ordinary = handles(np.unique(schedule.account).astype(np.int64))
    rows = [(account, u.role, u.name, u.kind, u.strength) for u in units for account in u.accounts]
    named = pa.table([list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 5, schema=TRUTH)
    nothing = pa.repeat("", len(ordinary))
    role = pa.repeat("ordinary", len(ordinary))
    return pa.concat_tables([named, pa.table([ordinary, role, nothing, nothing, nothing], schema=TRUTH)])


def _unit_table(units: list[_Unit]) -> pa.Table:
    rows = [(u.name, u.role, u.kind, len(u.accounts), u.troupe.objects, u.jitter_s, list(u.layers)) for u in units]
    return pa.Table.from_pylist([dict(zip(UNITS.names, row, strict=True)) for row in rows], schema=UNITS)
