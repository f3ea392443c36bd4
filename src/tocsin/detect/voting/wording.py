"""Words and figures that the detectors of voting share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tocsin.detect.voting.clients import Unit
from tocsin.model.finding import Explanation, Interval, Test
from tocsin.stats import intervals

Verdict = Literal["fits", "fits in part", "does not fit", "cannot tell"]


def test(question: str, name: str, null: str, observed: float, expected: float, p: float | None) -> Test:
    """A test of a candidate; q is set when all detectors are in."""
    return Test(
        question=question,
        name=name,
        null_model=null,
        observed=float(observed),
        expected=float(expected),
        p=p,
    )


def tests_of(unit: Unit, words: Mapping[str, str]) -> list[Test]:
    """The tests of a unit's counts that are not zero; `words` say what each counts."""
    if unit.of == "network":
        return _network_tests(unit, words)
    null = f"zero-inflated log-normal of the counts of ordinary {unit.of}s of the same logs"
    return [
        test(f"Are there more {words[name]} than of an ordinary {unit.of}?", name, null, seen, expected, p)
        for name, (seen, expected, p) in unit.found.items()
        if seen
    ]


def _network_tests(unit: Unit, words: Mapping[str, str]) -> list[Test]:
    clients = f"the {unit.statistic[1] / 2:,.0f} clients of the network"
    how = "Fisher's combination of p-values"
    null = "zero-inflated log-normal of the counts of ordinary clients of the same logs, each client by itself"
    asked = f"Are the counts of {clients} improbable together?"
    return [test(asked, how, null, *unit.statistic, unit.p)] + [
        test(
            f"Have {clients} more {words[name]} than as many ordinary ones?", f"{name}: {how}", null, seen, expected, p
        )
        for name, (seen, expected, p) in unit.found.items()
        if seen
    ]


def share(name: str, part: int, whole: int, meaning: str) -> Interval:
    """A share with its exact interval."""
    value, low, high = intervals.share(part, whole)
    return Interval(name=name, value=value, low=low, high=high, meaning=meaning)


def exact(name: str, value: float, unit: str, meaning: str) -> Interval:
    """A figure without uncertainty: it is read from the rows."""
    return Interval(
        name=name, value=float(value), low=float(value), high=float(value), level=1.0, unit=unit, meaning=meaning
    )


def explanation(code: str, question: str, verdict: Verdict, detail: str) -> Explanation:
    """An innocent explanation and what the rows say of it."""
    return Explanation(code=code, question=question, verdict=verdict, detail=detail)


def many(number: int, one: str, several: str = "") -> str:
    """A number with its noun: 1 office, 2 offices."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
