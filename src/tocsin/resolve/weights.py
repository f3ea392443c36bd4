"""The learned weights: log odds that two records are one, from what their comparison measured.

`data/weights.json` holds them with how they were made; bench/resolve.py learns, checks and prints them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import numpy as np

from tocsin.kernels.names import FEATURES, Floats
from tocsin.resolve.facts import FACTS

Context = Literal[
    "person",  # of lists, with birth dates on both sides
    "person-undated",
    "organisation",
    "screen",  # one name against a person of a list
    "screen-organisation",
    "donor-person",
    "donor-organisation",
]

#: What is measured of all the names of two records.
MANY = (
    "aliases",  # log of the number of pairs of names that were tried
    "lone",  # both tell one name only
    "support",  # share of the right side's names that fit nearly as well as the best
    "rivals",  # log of the number of other candidates that fit nearly as well
)
MEASURES = (*FEATURES, *MANY, *FACTS)

#: Groups of measures as an explanation shows them.
GROUPS: dict[str, tuple[str, ...]] = {
    "words": (*FEATURES[:11], "one_word", "whole", "words"),
    "order and last name": ("moved", "surname_missed", "given_missed", "surname_given"),
    "other names": MANY,
    "birth date": FACTS[:6],
    "country": FACTS[6:8],
    "birth place": FACTS[8:10],
    "gender": FACTS[10:12],
    "number": FACTS[12:14],
}
_CEILING = 34.0  # beyond it the probability could not be told from 1


class Weights(NamedTuple):
    """Log odds = base + measures @ weights."""

    base: float
    weights: Floats
    measures: Sequence[str]

    def log_odds(self, measured: Any) -> Any:
        """Log odds of each row of measures, in the order of `measures`."""
        odds = (measured * self.weights).sum(-1) + self.base  # not by BLAS: a row's sum is the same in any company
        return np.clip(odds, -_CEILING, _CEILING)

    def parts(self, measured: Any) -> dict[str, float]:
        """What each group of measures adds to the log odds of one row; "base" is where all rows start."""
        added = dict(zip(self.measures, measured * self.weights, strict=True))
        groups = {group: float(sum(added.get(m, 0.0) for m in members)) for group, members in GROUPS.items()}
        return {"base": self.base, **{group: value for group, value in groups.items() if value}}


@lru_cache(8)
def load(context: Context) -> Weights:
    """The weights of one kind of comparison."""
    data = _data()[context]
    return read(data)


def read(data: Mapping[str, Any]) -> Weights:
    """Weights as a data file holds them; a measure it does not name has none."""
    measures = tuple(data.get("measures", MEASURES))
    return Weights(data["base"], np.array([data["weights"].get(m, 0.0) for m in measures]), measures)


@lru_cache(1)
def pick() -> Floats:
    """Weights by which the best pair of two records' names is picked."""
    return np.array([_data()["pick"].get(feature, 0.0) for feature in FEATURES])


def probability(log_odds: Any) -> Any:
    """Probability of log odds."""
    return 1 / (1 + np.exp(-np.asarray(log_odds)))


def forget() -> None:
    """Read the data file anew: for the program that writes it."""
    for cached in (load, pick, _data):
        cached.cache_clear()


@lru_cache(1)
def _data() -> dict[str, Any]:
    text = (files("tocsin.resolve") / "data" / "weights.json").read_text()
    return dict(json.loads(text))
