"""Episodes: gifts of one unit (employer, address, name stem) to one recipient that follow each other closely, and how
many givers an episode has by chance.

The number of givers beyond the first is geometric with one parameter for all units of a kind, found from how many
episodes have one such giver against none (central matching, Efron 2004: the tail that is tested plays no part). That is
a Poisson count whose rate has an exponential prior; a unit's other episodes update it, so that a large firm or an
apartment house is compared with its own past (gamma-Poisson empirical Bayes, Robbins 1956).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Numbers: TypeAlias = Any  # a NumPy array; its stubs lag behind what it does


def episodes(unit: Numbers, day: Numbers, gap_d: int) -> Numbers:
    """Number of each row's episode (-1: the row has no unit). A new one begins `gap_d` days after the last gift."""
    order = np.lexsort((day, unit))
    order = order[unit[order] >= 0]
    fresh = np.ones(order.size, bool)
    fresh[1:] = (np.diff(unit[order]) != 0) | (np.diff(day[order].astype(np.int64)) > gap_d)
    number = np.full(unit.size, -1, np.int64)
    number[order] = np.cumsum(fresh) - 1
    return number


class Members:
    """Rows of each group, found without looking at all rows again."""

    def __init__(self, group: Numbers) -> None:
        self._order = np.argsort(group, kind="stable")
        self._order = self._order[group[self._order] >= 0]
        size = int(group.max(initial=-1)) + 1
        self._starts = np.searchsorted(group[self._order], np.arange(size + 1))

    def __call__(self, number: Any) -> Numbers:
        """Rows of one group, ascending; none for a number below 0."""
        if number < 0:
            return np.empty(0, np.int64)
        return self._order[self._starts[number] : self._starts[number + 1]]


def once(values: Numbers) -> Numbers:
    """Distinct values in ascending order; for millions of integers much quicker than `np.unique`."""
    values = np.sort(values)
    return values[np.diff(values, prepend=values[:1] - 1) != 0]


def distinct(episode: Numbers, thing: Numbers) -> Numbers:
    """How many different things each episode holds; things below 0 do not count."""
    known = (episode >= 0) & (thing >= 0)
    size = int(episode.max(initial=-1)) + 1
    width = int(thing.max(initial=0)) + 1
    pairs = once(episode[known] * width + thing[known])
    return np.bincount(pairs // width, minlength=size)


def first_of(episode: Numbers, value: Numbers) -> Numbers:
    """The value of any row of each episode (it must be the same in all)."""
    out = np.zeros(int(episode.max(initial=-1)) + 1, value.dtype)
    known = episode >= 0
    out[episode[known]] = value[known]
    return out


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance gives each episode: `p` of as many givers or more, `expected` givers beyond the first, `others`:
    further episodes of the unit that this rests on; `ratio` of the prior."""

    p: Numbers
    expected: Numbers
    others: Numbers
    ratio: float


def chance(extra: Numbers, unit: Numbers, alike: Numbers | None = None) -> Chance:
    """Chance of `extra` givers beyond the first in each episode, given the other episodes of its unit. `alike`: givers
    beyond the first in other episodes of the same nature, which help to find the ratio."""
    from scipy.special import betainc

    seen = extra if alike is None else np.concatenate([extra, alike])
    none, one = np.count_nonzero(seen == 0), np.count_nonzero(seen == 1)
    ratio = min((one + 1) / (none + one + 2), 0.5)
    if not extra.size:
        return Chance(np.empty(0), np.empty(0), np.empty(0, np.int64), ratio)
    slot = np.unique(unit, return_inverse=True)[1]
    others = np.bincount(slot)[slot] - 1
    shape = 1 + np.bincount(slot, extra)[slot] - extra
    rate = 1 / ratio - 1 + others
    p = np.where(extra > 0, betainc(np.maximum(extra, 1), shape, 1 / (1 + rate)), 1.0)
    return Chance(p, shape / rate, others, ratio)


def shrunk_share(part: Numbers, whole: Numbers, strength: float = 20.0) -> Numbers:
    """Share of each group, drawn toward that of all groups as if each had `strength` more rows of the common share
    (beta-binomial posterior mean). One part in `strength` is added to all groups together: no share is nought."""
    common = (part.sum() + 1) / (whole.sum() + 2)
    return (part + strength * common) / (whole + strength)


def binomial_tail(hits: Any, trials: Any, rate: Any) -> Numbers:
    """P(X >= hits) of a binomial variable; 1 where hits is nought."""
    from scipy.special import betainc

    k, n, r = np.broadcast_arrays(np.asarray(hits, float), np.asarray(trials, float), np.asarray(rate, float))
    tail = betainc(np.maximum(k, 1), np.maximum(n - k + 1, 1), np.clip(r, 0, 1))
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, tail))


def beta_binomial_tail(part: Numbers, whole: Numbers) -> tuple[Numbers, Numbers]:
    """P(X >= part) of each group, and the expected part, where groups' shares differ by a beta law found from the other
    groups: mean by their sum, spread by the mean of their standardised squares. Two groups in a hundred (at least one)
    with the greatest excess are left out of that, so that a strange one neither hides itself nor widens the law."""
    from scipy.stats import betabinom

    told = np.flatnonzero(whole >= 5)
    if not told.size:
        return np.ones(part.size), np.zeros(part.size)
    ordinary = told[np.argsort(_squares(part, whole, told), kind="stable")[: -max(1, told.size // 50)]]
    spread = float(_squares(part, whole, ordinary, squared=True).mean()) if ordinary.size else 1.0
    size = float(whole[ordinary].mean()) if ordinary.size else 1.0
    # the variance of a group of this size is 1 + (size - 1) / (strength + 1) times that of the binomial
    strength = max((size - 1) / max(spread - 1, 1e-3) - 1, 1.0)
    kept = np.isin(np.arange(part.size), ordinary)
    hits, rows = part[kept].sum() - part * kept, whole[kept].sum() - whole * kept
    mean = np.clip((hits + 0.5) / (rows + 1), 1e-9, 1 - 1e-9)
    tail = betabinom.sf(part - 1, whole, mean * strength, (1 - mean) * strength)
    return np.where(part > 0, tail, 1.0), whole * mean


def _squares(part: Numbers, whole: Numbers, among: Numbers, *, squared: bool = False) -> Numbers:
    """Excess of each group over the common share in binomial standard deviations, or its square."""
    share = (part[among].sum() + 0.5) / (whole[among].sum() + 1)
    excess = (part[among] - whole[among] * share) / np.sqrt(whole[among] * share * (1 - share))
    return excess**2 if squared else excess
