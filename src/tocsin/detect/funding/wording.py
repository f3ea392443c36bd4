"""Words and figures that all flags share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from tocsin.model.finding import Interval, Step
from tocsin.stats import intervals

EPOCH = date(1970, 1, 1)


def on(day: Any) -> str:
    """A day number as 2018-04-30."""
    return (EPOCH + timedelta(days=int(day))).isoformat()


def period(days: Any) -> str:
    """First and last of some days, in words."""
    first, last = on(min(days)), on(max(days))
    return f"on {first}" if first == last else f"from {first} to {last}"


def money(minor: Any, currency: str) -> str:
    """Minor units as 1,000.00 USD."""
    return f"{int(minor) / 100:,.2f} {currency}"


def times_expected(name: str, observed: float, expected: float, meaning: str) -> Interval:
    """Observed against expected, with the exact Poisson interval."""
    value, low, high = intervals.poisson_ratio(observed, max(expected, 1e-9))
    return Interval(name=name, value=value, low=low, high=high, unit="times", meaning=meaning)


Relation = Literal["gave to", "is the company", "is owned by", "is controlled by", "is listed as"]


def step(relation: Relation, source: str, target: str, **more: Any) -> Step:
    """One step of a path from gift to owner or list."""
    return Step(relation=relation, source=source, target=target, **more)
