"""What a detector states with a candidate: its tests, its figures, and the innocent explanations it checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tocsin.model.finding import Explanation, Interval, Test, Verdict
from tocsin.stats import intervals
from tocsin.stats.tails import by_q

EXACT, MOST = 2.0, 12.0  # what an exact rule weighs in the order (as a q of 0.01), and the most that a test does


def test(question: str, name: str, null: str, observed: float, expected: float, p: float | None) -> Test:
    """A test of a candidate; q is set when all detectors are in (`with_q`)."""
    return Test(question=question, name=name, null_model=null, observed=float(observed), expected=float(expected), p=p)


def with_q(test: Test, q: float | None) -> Test:
    """The test with the q-value of its candidate; one without p has none."""
    return test if test.p is None else test.model_copy(update={"q": q})


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


def q_values(candidates: Sequence[tuple[str, float | None]], tests: Mapping[str, int]) -> list[float | None]:
    """The q-value of each candidate, given by its detector and p; None where an exact rule decides (no p).

    Benjamini-Yekutieli over all `tests` (hypotheses by detector, none of them 0); each detector has the same share of
    the error: its tests weigh total / (detectors * its tests) (Genovese, Roeder and Wasserman 2006; under dependence
    Blanchard and Roquain 2008).
    """
    total = sum(tests.values())
    weighed = [p * len(tests) * tests[detector] / total for detector, p in candidates if p is not None]
    q = iter(by_q(weighed, max(total, 1)).tolist())
    return [None if p is None else next(q) for _, p in candidates]


def weight(q: float | None) -> float:
    """What a candidate with this q-value weighs in the order of findings."""
    return EXACT if q is None else min(-math.log10(max(q, 1e-300)), MOST)
