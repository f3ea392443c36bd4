"""Threat trees: paths against all subsets, what closes them, teams, chances, best fixes against all choices."""

from itertools import combinations, product

import numpy as np
import pytest

from tocsin.assure.assessment import threats
from tocsin.assure.assessment.attackers import EASE, RESIDUAL, Contest, chances, team
from tocsin.assure.assessment.fixes import best
from tocsin.assure.assessment.profile import shipped
from tocsin.assure.assessment.threats import Node, Path, cuts, known, parse, paths
from tocsin.errors import RefusedError, UsageError

GAPS = {question.id: "not met" for question in shipped().questions}
EFFORT = {question.id: float(question.effort_days) for question in shipped().questions}


def reached(node, done):
    if isinstance(node, str):
        return node in done
    return (all if node.every else any)(reached(part, done) for part in node.parts)


@pytest.mark.parametrize(
    "formula",
    ["a & (b | c) | b & c | a & b & d", "(a | b) & (a | c) & (d | e)", "a", "inside & (a | b) | a & b", "a & a | a"],
)
def test_paths_are_the_minimal_sets_that_reach_the_goal(formula):
    root = parse(formula, {"inside": "c | d & e"})
    enough = [set(one) for n in range(6) for one in combinations("abcde", n) if reached(root, one)]
    smallest = {frozenset(one) for one in enough if not any(other < one for other in enough)}
    assert set(cuts(root)) == smallest


def test_and_binds_tighter_than_or():
    assert cuts(parse("a | b & c")) == [frozenset("a"), frozenset("bc")]


def test_a_tree_with_too_many_paths_is_refused():
    wide = Node(every=True, parts=tuple(Node(every=False, parts=(f"a{n}", f"b{n}")) for n in range(11)))
    with pytest.raises(RefusedError, match="2,000 paths"):
        cuts(wide)


def test_there_is_a_tree_for_each_technology_and_class_and_all_names_are_known():
    assert {(tree.technology, tree.threat) for tree in threats.trees()} == set(
        product(threats.technologies(), threats.classes())
    )
    assert len(threats.trees()) == 49
    used = {name for tree in threats.trees() for cut in cuts(tree.root) for name in cut}
    assert used == set(threats.steps())
    asked = {question.id for question in shipped().questions}
    assert all(way <= asked for step in threats.steps().values() for way in step.closed_by)
    assert all(step.closed_by for step in threats.steps().values())


def test_nothing_answered_is_not_known_and_nothing_met_is_open():
    assert {path.standing for path in paths({})} == {"not known"}
    assert {path.standing for path in paths(GAPS)} == {"open"}
    assert {path.standing for path in paths(dict.fromkeys(GAPS, "met"))} == {"closed"}
    assert {path.technology for path in paths(GAPS, ["IV"])} == {"IV"}


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        ({"ballots-03": "met", "tabulation-08": "met"}, "closed"),
        ({"tabulation-02": "not applicable"}, "closed"),
        ({"ballots-03": "met", "tabulation-08": "partly", "tabulation-02": "not met"}, "open"),
        ({"ballots-03": "met", "tabulation-08": "disputed", "tabulation-02": "not met"}, "not known"),
        ({"ballots-03": "not met", "tabulation-02": "missing"}, "not known"),
        ({"ballots-03": "not met", "tabulation-02": "not met"}, "open"),
    ],
)
def test_what_is_known_of_a_step(standings, expected):
    """It is closed by ballots-03 with tabulation-08, or by tabulation-02."""
    assert known(threats.steps()["ems_media"], standings) == expected


def test_an_audit_closes_what_rests_on_there_being_none():
    found = [path for path in paths(GAPS, ["PCOS"]) if path.threat == "T1"]
    assert {path.standing for path in paths({**GAPS, "tabulation-11": "met"}, ["PCOS"]) if path.threat == "T1"} == {
        "closed"
    }
    assert set(threats.opens("tabulation-11", found)) == set(found)
    assert all(frozenset({"tabulation-11"}) in path.closers for path in found)


def test_closers_close_and_nothing_less_does():
    for path in paths({**GAPS, "ballots-03": "met", "office-12": "missing"})[::7]:
        for closer in path.closers:
            for left_out in (None, *closer):
                standings = {**GAPS, "ballots-03": "met"} | {name: "met" for name in closer if name != left_out}
                again = [one for one in paths(standings, [path.technology]) if one.steps == path.steps]
                assert all((one.standing == "closed") == (left_out is None) for one in again), (path.steps, closer)


def test_the_people_of_a_path_are_counted_by_hand():
    by_id = threats.steps()
    path = Path(technology="PCOS", threat="T3", goal="", standing="open", steps=tuple(
        by_id[name] for name in ("insider_recruited", "voters_marked", "seal_defeated")))  # fmt: skip
    contest = Contest(votes=900, offices=4, places=40, votes_per_place=300, share=0.1)
    # 30 votes a place: 30 places, 3 offices; 2 people for each 30 voters: 60; 30 seals
    assert team(path, contest).model_dump() == {"low": 60, "high": 93}
    assert team(path, contest.model_copy(update={"places": 29})).low is None
    error = Path(technology="PCOS", threat="T7", goal="", standing="open", steps=(by_id["typed_wrong"],))
    assert team(error, contest).high == 0


def test_a_chance_is_that_of_its_step_and_falls_with_the_gap():
    """PCOS T5 has steps of its own: compare with the product formula at the mean of the triangular distributions."""
    before, after = chances(GAPS, 3), chances({**GAPS, "tabulation-12": "met"}, 3)
    mean = {ease: sum(limits) / 3 for ease, limits in EASE.items()}
    left = sum(RESIDUAL) / 3
    stop, manifest, seed, records = mean["easy"], mean["fair"], mean["fair"], mean["fair"]
    board = exchange = mean["hard"]

    def either(*parts):
        return 1 - np.prod([1 - part for part in parts])

    expected = either(stop, manifest * seed, board, exchange, records)
    assert before["PCOS", "T5"].value == pytest.approx(expected, abs=0.03)
    expected = either(stop, manifest * seed * left, board, exchange, records * left)
    assert after["PCOS", "T5"].value == pytest.approx(expected, abs=0.03)
    assert after["PCOS", "T5"].value < before["PCOS", "T5"].value
    assert before == chances(GAPS, 3)
    assert before["IV", "T4"] == after["IV", "T4"]


def closing(found, chosen):
    return sum(any(way <= chosen for way in path.closers) for path in found)


@pytest.mark.parametrize("budget", [0, 2, 4, 7])
def test_the_best_fixes_are_the_best_of_all_choices(budget):
    found = [path for path in paths(GAPS, ["HCPB"]) if path.threat in ("T2", "T3")]
    questions = sorted({question for path in found for way in path.closers for question in way})[:14]
    costs = {question: EFFORT[question] for question in questions}
    choices = [set(one) for n in range(8) for one in combinations(questions, n)]
    affordable = [one for one in choices if sum(costs[question] for question in one) <= budget]
    most = max(closing(found, one) for one in affordable)
    fixes = best(found, costs, budget)
    assert fixes.closes == fixes.bound == most == closing(found, set(fixes.questions))
    cheapest = min(sum(costs[q] for q in one) for one in affordable if closing(found, one) == most)
    assert fixes.cost == cheapest <= budget


def test_enough_budget_closes_all_paths_and_none_closes_none():
    found = paths(GAPS)
    assert best(found, EFFORT, sum(EFFORT.values())).closes == len(found)
    fixed = dict(GAPS, **dict.fromkeys(best(found, EFFORT, 50).questions, "met"))
    assert sum(path.standing == "closed" for path in paths(fixed)) == best(found, EFFORT, 50).closes
    assert best(found, {}, 10).model_dump() == {
        "questions": (),
        "cost": 0,
        "closes": 0,
        "bound": 0,
        "paths": len(found),
    }
    assert best(paths(dict.fromkeys(GAPS, "met")), EFFORT, 10).paths == 0
    with pytest.raises(UsageError):
        best(found, EFFORT, -1)


@pytest.mark.slow
def test_a_plan_that_is_not_proven_best_has_a_bound_above_it():
    """600 questions, 6,000 paths that each of 3 pairs of them closes: too many to prove in two seconds."""
    rng = np.random.default_rng(5)
    names = [f"q{n}" for n in range(600)]
    step = threats.steps()["phish"]
    found = [
        Path(technology="X", threat="T1", goal="", steps=(step,), standing="open",
             closers=tuple(frozenset(rng.choice(names, 2, replace=False)) for _ in range(3)))
        for _ in range(6000)
    ]  # fmt: skip
    costs = dict(zip(names, rng.integers(1, 20, 600).astype(float), strict=True))
    fixes = best(found, costs, 500, seconds=2)
    assert fixes.cost <= 500
    assert fixes.closes == closing(found, set(fixes.questions))
    assert fixes.closes < fixes.bound <= 6000
