"""How long one jurisdiction takes to follow another, and who lists what the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np


@dataclass(frozen=True, slots=True)
class Lag:
    """Days from the listing by `first` to that by `second`, over the `n` clusters for which both days are known; a
    negative number is one that `second` listed before. `low` and `high` are the quartiles (linear interpolation)."""

    first: str
    second: str
    n: int
    median: float
    low: float
    high: float
    same_day: int
    second_before: int
    days: tuple[int, ...]  # every lag, in ascending order


@dataclass(frozen=True, slots=True)
class Cell:
    """How many clusters exactly these jurisdictions list, and how many of them are persons."""

    jurisdictions: tuple[str, ...]
    clusters: int
    persons: int


def lags(firsts: Sequence[Mapping[str, date]], places: Sequence[str], since: date | None = None) -> tuple[Lag, ...]:
    """The lag of every pair of `places`, the one that leads in the median first. `firsts` holds, for each cluster, the
    first day of each place where it is known. With `since`, only clusters that both listed on or after that day count,
    as one campaign is looked at."""
    found = []
    for one, other in combinations(places, 2):
        both = [(days[one], days[other]) for days in firsts if one in days and other in days]
        apart = [(b - a).days for a, b in both if since is None or min(a, b) >= since]
        if apart:
            behind = np.median(apart) >= 0
            found.append(_lag(one, other, apart) if behind else _lag(other, one, [-days for days in apart]))
    return tuple(found)


def _lag(first: str, second: str, days: Sequence[int]) -> Lag:
    low, median, high = (float(x) for x in np.percentile(days, [25, 50, 75]))
    before = sum(n < 0 for n in days)
    return Lag(first, second, len(days), median, low, high, days.count(0), before, tuple(sorted(days)))


def cells(clusters: Sequence[tuple[frozenset[str], bool]], places: Sequence[str]) -> tuple[Cell, ...]:
    """Clusters by the set of places that list them, most places first; each is given with whether it is a person."""
    found: dict[tuple[str, ...], list[int]] = {}
    for listed, person in clusters:
        count = found.setdefault(tuple(place for place in places if place in listed), [0, 0])
        count[0] += 1
        count[1] += person
    ordered = sorted(found.items(), key=lambda item: (-len(item[0]), [places.index(place) for place in item[0]]))
    return tuple(Cell(key, n, persons) for key, (n, persons) in ordered)
