"""Threat trees: which gap opens which path of attack, by voting technology and class of threat.

Technologies and classes are those of the EAC's Election Operations Assessment (7 of each); trees, steps and judgements
of ease are our own, in data/threats.toml. A path is a minimal set of steps that reaches the goal of a tree: a minimal
cut set of the fault tree, found top down as by MOCUS (Fussell and Vesely 1972). A step is closed by controls, named by
questions of the shipped profile; a path is closed by one closed step.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from tocsin.errors import RefusedError
from tocsin.model.assessment import Standing
from tocsin.model.finding import Record

PATHS = 2_000  # a tree with more is refused

Known = Literal["open", "closed", "not known"]
#: What is not applicable is not there, and what is not there cannot be attacked.
SHUT: frozenset[Standing] = frozenset({"met", "not applicable"})
GAPS: frozenset[Standing] = frozenset({"partly", "not met"})


class Step(Record):
    """One step of an attack, or one failure. `people` are needed once per `per`, or for each lot of `ballots`. Any one
    of `closed_by` closes it, with all its questions met. `attack` are ATT&CK 12.1 ids."""

    id: str
    text: str
    people: int
    per: Literal["attack", "office", "place", "ballots"] = "attack"
    ballots: int = 1
    ease: Literal["easy", "fair", "hard"]
    closed_by: tuple[frozenset[str], ...]
    attack: tuple[str, ...] = ()


class Node(Record):
    """A goal: all of its parts are needed, or any of them. A part is a goal or the id of a step."""

    every: bool
    parts: tuple[Node | str, ...]


class Tree(Record):
    """What an attacker of one class wants with one voting technology, and how it is reached."""

    technology: str
    threat: str
    goal: str
    root: Node


class Path(Record):
    """One way to the goal of a tree. Each of `closers` is a set of questions that closes it once all are met, and of
    which none can be left out; there are none for a path that is closed."""

    technology: str
    threat: str
    goal: str
    steps: tuple[Step, ...]
    standing: Known
    closers: tuple[frozenset[str], ...] = ()


@cache
def _loaded() -> dict[str, Any]:
    return tomllib.loads((files("tocsin.assure.assessment") / "data/threats.toml").read_text("utf-8"))


def technologies() -> dict[str, str]:
    """Names of voting technologies by their code."""
    return dict(_loaded()["technologies"])


def classes() -> dict[str, str]:
    """Names of the classes of threat by their code."""
    return dict(_loaded()["threats"])


@cache
def steps() -> dict[str, Step]:
    """All steps that ship, by id."""
    return {
        name: Step.model_validate({**told, "id": name, "closed_by": [way.split("+") for way in told["closed_by"]]})
        for name, told in _loaded()["steps"].items()
    }


@cache
def trees() -> tuple[Tree, ...]:
    """The trees that ship: one for each technology and class of threat."""
    goals = {name: told["tree"] for name, told in _loaded()["goals"].items()}
    return tuple(
        Tree(technology=told["technology"], threat=told["threat"], goal=told["goal"], root=parse(told["tree"], goals))
        for told in _loaded()["trees"]
    )


def parse(formula: str, goals: Mapping[str, str] | None = None) -> Node:
    """A tree from its text: names joined by & (all of) and | (any of), with parentheses; a name of `goals` stands for
    its own formula, any other for a step."""
    node = _built(ast.parse(f"({formula})", mode="eval").body, goals or {})
    return node if isinstance(node, Node) else Node(every=True, parts=(node,))


def _built(tree: ast.expr, goals: Mapping[str, str]) -> Node | str:
    if isinstance(tree, ast.Name):
        return parse(goals[tree.id], goals) if tree.id in goals else tree.id
    assert isinstance(tree, ast.BinOp)
    assert isinstance(tree.op, ast.BitAnd | ast.BitOr)
    return Node(every=isinstance(tree.op, ast.BitAnd), parts=(_built(tree.left, goals), _built(tree.right, goals)))


def minimal(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The sets that hold no other one, without repetition, the smallest first."""
    kept: list[frozenset[str]] = []
    for one in sorted(set(sets), key=lambda one: (len(one), sorted(one))):
        if not any(other <= one for other in kept):
            kept.append(one)
    return kept


def cuts(node: Node | str) -> list[frozenset[str]]:
    """Minimal sets of steps that reach a goal. Raises `RefusedError` where there are more than `PATHS`."""
    if isinstance(node, str):
        return [frozenset({node})]
    found = [cuts(part) for part in node.parts]
    if not node.every:
        return minimal(one for part in found for one in part)
    whole = [frozenset[str]()]
    for part in found:
        if len(whole) * len(part) > PATHS:
            raise RefusedError(f"a threat tree has more than {PATHS:,} paths", hint="split the tree into smaller goals")
        whole = minimal(one | other for one in whole for other in part)
    return whole


@cache
def _cuts(position: int) -> tuple[frozenset[str], ...]:
    return tuple(cuts(trees()[position].root))


def known(step: Step, standings: Mapping[str, Standing]) -> Known:
    """Whether a step can be taken. Partly met closes nothing; where it hangs on a question that is missing or disputed,
    it is not known."""
    ways = [[standings.get(question, "missing") for question in way] for way in step.closed_by]
    if any(all(standing in SHUT for standing in way) for way in ways):
        return "closed"
    return "open" if all(any(standing in GAPS for standing in way) for way in ways) else "not known"


def wanting(step: Step, standings: Mapping[str, Standing]) -> list[frozenset[str]]:
    """Sets of questions of which each would close a step that is not closed."""
    return minimal(
        frozenset(question for question in way if standings.get(question, "missing") not in SHUT)
        for way in step.closed_by
    )


def paths(standings: Mapping[str, Standing], used: Collection[str] = ()) -> tuple[Path, ...]:
    """Every path of the shipped trees of the technologies in use (all where none are named), with what is known of it
    and what would close it.

    `standings` are those of one office by id of a question of the shipped profile; one that is not there is missing.
    """
    now = {name: known(step, standings) for name, step in steps().items()}
    lacking = {name: wanting(step, standings) for name, step in steps().items()}
    found = []
    for position, tree in enumerate(trees()):
        if not used or tree.technology in used:
            found += [_path(tree, cut, now, lacking) for cut in _cuts(position)]
    return tuple(found)


def _path(
    tree: Tree, cut: frozenset[str], now: Mapping[str, Known], lacking: Mapping[str, list[frozenset[str]]]
) -> Path:
    told = {now[name] for name in cut}
    standing: Known = "closed" if "closed" in told else "open" if told == {"open"} else "not known"
    return Path(
        technology=tree.technology,
        threat=tree.threat,
        goal=tree.goal,
        steps=tuple(steps()[name] for name in sorted(cut)),
        standing=standing,
        closers=() if standing == "closed" else tuple(minimal(way for name in cut for way in lacking[name])),
    )


def opens(question: str, found: Iterable[Path]) -> tuple[Path, ...]:
    """The paths that are not closed, and that this question alone would close."""
    return tuple(path for path in found if frozenset({question}) in path.closers)


@cache
def closing(question: str) -> tuple[Step, ...]:
    """The steps that a question of the shipped profile closes, alone or with others."""
    return tuple(step for step in steps().values() if any(question in way for way in step.closed_by))
