"""Which fixes close most paths of attack for a budget: a maximum coverage problem, solved exactly.

One binary variable a question; a way of closing a step can be used where all its questions are fixed; a path is closed
by any one way. Solved as a mixed-integer linear program by HiGHS (scipy.optimize.milp), with its bound where the time
does not last for a proof.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import floor

from tocsin.assure.assessment.threats import Path
from tocsin.errors import UsageError
from tocsin.model.finding import Record

SECONDS = 20.0  # after this the best plan so far is given, with its bound

Ways = tuple[frozenset[str], ...]


class Fixes(Record):
    """The questions to be met, in order of id, what they cost, and how many of the `paths` that were not closed are
    then. No plan for the budget closes more than `bound`; where that is `closes`, the plan is proven best."""

    questions: tuple[str, ...]
    cost: float
    closes: int
    bound: int
    paths: int


def best(paths: Iterable[Path], costs: Mapping[str, float], budget: float, seconds: float = SECONDS) -> Fixes:
    """The fixes that close most of the paths that are not closed, of those the cheapest.

    `costs` are by question, in the unit of the budget; a question without costs is not offered. A path that several
    trees share counts in each. Raises `UsageError` for negative costs or budget.
    """
    if budget < 0 or any(cost < 0 for cost in costs.values()):
        raise UsageError("costs and budget cannot be negative", hint="give them in one unit, such as person-days")
    wanted = Counter(path.closers for path in paths if path.standing != "closed")
    offered = {ways: tuple(way for way in ways if way <= costs.keys()) for ways in wanted}
    weights: Counter[Ways] = Counter()
    for ways, number in wanted.items():
        weights[offered[ways]] += number
    del weights[()]
    chosen, bound = _solve(weights, costs, budget, seconds) if weights else (frozenset[str](), 0)
    return Fixes(
        questions=tuple(sorted(chosen)),
        cost=sum(costs[question] for question in chosen),
        closes=closed(weights, chosen),
        bound=bound,
        paths=wanted.total(),
    )


def closed(weights: Mapping[Ways, int], chosen: frozenset[str]) -> int:
    """How many paths are closed once these questions are met; `weights` are the numbers of paths by their closers."""
    return sum(number for ways, number in weights.items() if any(way <= chosen for way in ways))


def _solve(
    weights: Mapping[Ways, int], costs: Mapping[str, float], budget: float, seconds: float
) -> tuple[frozenset[str], int]:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    ways = sorted({way for one in weights for way in one}, key=sorted)
    questions = sorted({question for way in ways for question in way})
    at = {name: position for position, name in enumerate([*questions, *ways, *weights])}
    entries: list[tuple[int, int, float]] = [(0, at[question], costs[question]) for question in questions]
    row = 1
    for way in ways:  # way - question <= 0
        for question in way:
            entries += [(row, at[way], 1.0), (row, at[question], -1.0)]
            row += 1
    for one in weights:  # path - its ways <= 0
        entries += [(row, at[one], 1.0), *((row, at[way], -1.0) for way in one)]
        row += 1
    rows, columns, values = zip(*entries, strict=True)
    # a plan's cost is worth less than half a path, so that it only decides between plans that close as many
    price = np.array([costs[question] for question in questions]) / (2 * sum(map(costs.__getitem__, questions)) + 1)
    solved = milp(
        np.concatenate([price, np.zeros(len(ways)), [-float(number) for number in weights.values()]]),
        integrality=np.repeat([1, 0, 0], [len(questions), len(ways), len(weights)]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            coo_array((values, (rows, columns)), shape=(row, len(at))).tocsr(),
            ub=np.concatenate([[budget], np.zeros(row - 1)]),
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )
    chosen = frozenset(q for q, x in zip(questions, solved.x, strict=False) if x > 0.5) if solved.x is not None else ()
    limit = sum(weights.values()) if solved.mip_dual_bound is None else floor(0.5 - solved.mip_dual_bound + 1e-6)
    return frozenset(chosen), min(limit, sum(weights.values()))
