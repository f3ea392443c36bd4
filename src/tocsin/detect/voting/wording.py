"""Words and figures that the detectors of voting share."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.detect.voting.clients import Unit
from tocsin.model.finding import Test
from tocsin.stats import stated


def tests_of(unit: Unit, words: Mapping[str, str]) -> list[Test]:
    """The tests of a unit's counts that are not zero; `words` say what each counts."""
    if unit.of == "network":
        return _network_tests(unit, words)
    null = f"zero-inflated log-normal of the counts of ordinary {unit.of}s of the same logs"
    return [
        stated.test(f"Are there more {words[name]} than of an ordinary {unit.of}?", name, null, seen, expected, p)
        for name, (seen, expected, p) in unit.found.items()
        if seen
    ]


def _network_tests(unit: Unit, words: Mapping[str, str]) -> list[Test]:
    clients = f"the {unit.statistic[1] / 2:,.0f} clients of the network"
    how = "Fisher's combination of p-values"
    null = "zero-inflated log-normal of the counts of ordinary clients of the same logs, each client by itself"
    asked = f"Are the counts of {clients} improbable together?"
    return [stated.test(asked, how, null, *unit.statistic, unit.p)] + [
        stated.test(
            f"Have {clients} more {words[name]} than as many ordinary ones?", f"{name}: {how}", null, seen, expected, p
        )
        for name, (seen, expected, p) in unit.found.items()
        if seen
    ]


def many(number: int, one: str, several: str = "") -> str:
    """A number with its noun: 1 office, 2 offices."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
