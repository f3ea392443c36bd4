"""Two other views of the threat trees: how many people an attack takes, and how often one that is tried would succeed.

Team size after AttackDog (Lazarus, Dill, Epstein, Hall: Applying a Reusable Election Threat Model at the County Level,
EVT/WOTE 2011): the fewest people who together can change enough votes. The chance is a Monte Carlo of the trees; its
probabilities are our judgement in three grades, not measurements, so it serves to compare and not to forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np

from tocsin.assure.assessment.threats import Node, Path, Step, Tree, known, steps, trees
from tocsin.model.assessment import Standing
from tocsin.model.finding import Interval, Record

#: Lowest, likeliest and highest probability that a step succeeds which nothing closes, by ease.
EASE = {"easy": (0.5, 0.8, 0.95), "fair": (0.2, 0.4, 0.7), "hard": (0.02, 0.1, 0.3)}
RESIDUAL = (0.01, 0.05, 0.2)  # what a closed step keeps of it
BELIEFS, TRIES = 200, 500  # draws of the probabilities, and of attacks under each


class Contest(Record):
    """The contest that is attacked. `votes` must change; `share` is the largest part of a place's votes that can change
    without being noticed there."""

    votes: int
    offices: int
    places: int
    votes_per_place: float
    share: float = 0.1


class Team(Record):
    """People whom a path takes: `low` if one person can take every step, `high` if each step needs others. None where
    the contest has too few places to change so many votes unnoticed."""

    low: int | None
    high: int | None


def team(path: Path, contest: Contest) -> Team:
    """The people whom a path takes in a contest; 0 is a failure that needs no attacker."""
    needed = [_people(step, contest) for step in path.steps]
    if None in needed:
        return Team(low=None, high=None)
    people = [one for one in needed if one is not None]
    return Team(low=max(people), high=sum(people))


def _people(step: Step, contest: Contest) -> int | None:
    if step.per == "attack":
        return step.people
    if step.per == "ballots":
        return step.people * ceil(contest.votes / step.ballots)
    places = ceil(contest.votes / (contest.share * contest.votes_per_place))
    if places > contest.places:
        return None
    return step.people * (places if step.per == "place" else ceil(places * contest.offices / contest.places))


def chances(standings: Mapping[str, Standing], seed: int) -> dict[tuple[str, str], Interval]:
    """How often an attack that is tried would reach the goal of each shipped tree, by technology and class.

    The value is the median over what may be believed of the probabilities, low and high the 5 % and 95 % points; they
    hold the noise of `TRIES` attacks, at most 4 percentage points. A step that is not known counts as open.
    """
    rng = np.random.default_rng(seed)
    done = {name: _tries(step, standings, rng) for name, step in steps().items()}
    return {(tree.technology, tree.threat): _interval(tree, _reached(tree.root, done)) for tree in trees()}


def _tries(step: Step, standings: Mapping[str, Standing], rng: np.random.Generator) -> Any:
    likely = rng.triangular(*EASE[step.ease], (BELIEFS, 1))
    left = rng.triangular(*RESIDUAL, (BELIEFS, 1))  # drawn in any case, so that two standings share their luck
    if known(step, standings) == "closed":
        likely = likely * left
    return rng.random((BELIEFS, TRIES)) < likely


def _reached(node: Node | str, done: Mapping[str, Any]) -> Any:
    if isinstance(node, str):
        return done[node]
    parts = [_reached(part, done) for part in node.parts]
    return np.logical_and.reduce(parts) if node.every else np.logical_or.reduce(parts)


def _interval(tree: Tree, reached: Any) -> Interval:
    low, middle, high = np.quantile(reached.mean(axis=1), (0.05, 0.5, 0.95))
    return Interval(
        name=f"{tree.technology} {tree.threat}",
        value=float(middle),
        low=float(low),
        high=float(high),
        level=0.9,
        unit="probability",
        meaning="that an attack which is tried reaches the goal, if the judgements of ease hold",
    )
