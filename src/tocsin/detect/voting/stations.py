"""Results by polling station as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import Array, pc, whole
from tocsin.stats.percentages import hits, probabilities

Numbers = npt.NDArray[Any]
SMALLEST = 100  # voters, or ballots, from which a share is looked at


@dataclass(frozen=True)
class Stations:
    """One contest. `first`: votes of the first-placed choice; `base`: the ballots its share is of (cast, where the
    results tell it, else valid votes); a figure that is not told is 0."""

    registered: Numbers
    cast: Numbers
    base: Numbers
    first: Numbers
    regions: Array

    @classmethod
    def of(cls, table: pa.Table) -> Stations:
        """From a table of schema `STATIONS`."""
        votes = _matrix(table)
        sums = votes.sum(axis=0)
        leader = int(np.argmax(sums)) if sums.size else 0
        first = votes[:, leader] if sums.size else np.zeros(table.num_rows, np.int64)
        cast, valid = _figures(table, "cast"), _figures(table, "valid")
        valid = np.where(valid > 0, valid, votes.sum(axis=1))
        regions = whole(table["region"])
        return cls(_figures(table, "registered"), cast, np.where(cast > 0, cast, valid), first, regions)

    @cached_property
    def turned(self) -> Numbers:
        """Whether a station's turnout is looked at."""
        made: Numbers = (self.registered >= SMALLEST) & (self.cast >= SMALLEST) & (self.cast <= self.registered)
        return made

    @cached_property
    def shared(self) -> Numbers:
        """Whether the first-placed choice's share at a station is looked at."""
        return (self.base >= SMALLEST) & (self.first <= self.base)

    def near(self, shift: float = 0.0) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
        """Whether turnout, share, or either of each station is near a whole percentage plus `shift`, and how probable
        that is by chance."""
        hit: dict[str, Numbers] = {}
        chance: dict[str, Numbers] = {}
        for name, known, part, all_ in (
            ("turnout", self.turned, self.cast, self.registered),
            ("share", self.shared, self.first, self.base),
        ):
            hit[name], chance[name] = np.zeros(part.size, bool), np.zeros(part.size)
            hit[name][known] = hits(part[known], all_[known], shift=shift)
            chance[name][known] = probabilities(part[known], all_[known], shift=shift)
        hit["either"] = hit["turnout"] | hit["share"]
        chance["either"] = 1 - (1 - chance["turnout"]) * (1 - chance["share"])
        return hit, chance


def _figures(table: pa.Table, name: str) -> Numbers:
    figures: Numbers = pc.fill_null(table[name], 0).to_numpy().astype(np.int64)
    return figures


def _matrix(table: pa.Table) -> Numbers:
    """Votes as stations by choices."""
    column = table["votes"].combine_chunks()
    lengths = pc.list_value_length(column)
    width = pc.max(lengths).as_py() or 0
    flat = pc.fill_null(pc.list_flatten(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    out = np.zeros((table.num_rows, width), np.int64)
    sizes = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    out[np.repeat(np.arange(sizes.size), sizes), _within(sizes)] = flat
    return out


def _within(sizes: Numbers) -> Numbers:
    """0, 1, ... within each list."""
    starts = np.cumsum(sizes) - sizes
    within: Numbers = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
    return within
