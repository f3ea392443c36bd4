"""BRAVO, Minerva and Providence: values by hand, routes that agree, and what no sample can say."""

import math

import numpy as np
import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import athena, bravo, kaplan_markov, minerva, plan, providence
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.rounds import stopped_by
from tocsin.errors import UsageError

TWO = contest({"a": 600, "b": 400}, cards=1200)
ROUNDS = [{"a": 30, "b": 25}, {"a": 61, "b": 40, "c": 3}, {"a": 25, "b": 15}]


def test_bravo_by_hand():
    """Ten votes, seven for the winner: 1 / (1.2^7 0.8^3); a supermajority at 0.5 of the reported 0.6 against 0.55."""
    assert bravo.risk(TWO, [{"a": 7, "b": 3}])["a|b"] == pytest.approx(1 / (1.2**7 * 0.8**3))
    given = contest({"yes": 60, "no": 40}, counting="supermajority", share=0.55)
    value = (0.55 / 0.6) ** 7 * (0.45 / 0.4) ** 3
    assert bravo.risk(given, [{"yes": 7, "no": 3}])["yes|no"] == pytest.approx(value)


def test_minerva_and_providence_by_hand():
    """Three of three votes: P(X >= 3) is 1/8 at a tie and 0.216 as reported."""
    three = [{"a": 3, "b": 0}]
    for risk in (minerva.risk(TWO, three, 0.1), providence.risk(TWO, three)):
        assert risk["a|b"] == pytest.approx(0.125 / 0.216)
    later = providence.risk(TWO, [{"a": 1, "b": 1}, {"a": 3, "b": 0}])["a|b"]
    assert later == pytest.approx(min(0.75 / 0.84, 0.25 / 0.24 * 0.125 / 0.216))


@pytest.mark.parametrize(
    "rounds", [[], ROUNDS[:1], ROUNDS, [{"a": 500}], [{"b": 300}, {"a": 2}], [{"a": 0}], [{}, {"a": 9}]]
)
@pytest.mark.parametrize(
    "given",
    [
        TWO,
        contest({"a": 500, "b": 300, "c": 200}, winners=2),
        contest({"a": 700, "b": 200, "c": 100}, counting="supermajority", share=2 / 3),
        contest({"a": 900, "b": 0}),
        contest({"a": 500, "b": 500}),
    ],
)
def test_both_routes_agree(given, rounds):
    for first, second in (
        (bravo.risk(given, rounds), bravo.recomputed(given, rounds)),
        (minerva.risk(given, rounds, 0.05), minerva.recomputed(given, rounds, 0.05)),
        (providence.risk(given, rounds), providence.recomputed(given, rounds)),
    ):
        assert set(first) == {pair.label for pair in bravo.pairs(given)}
        assert all(0 <= agreed(first[pair], second[pair]) <= 1 for pair in first)


def test_no_sample_and_a_tie_have_risk_one():
    tied = contest({"a": 500, "b": 500})
    for given, rounds in ((TWO, []), (tied, [{"a": 400, "b": 1}])):
        for risk in (bravo.risk(given, rounds), minerva.risk(given, rounds, 0.1), providence.risk(given, rounds)):
            assert risk == {"a|b": 1.0}


def test_a_round_that_stopped_minerva_stays():
    """Later rounds do not undo it: the schedule ended there."""
    stops = [{"a": 70, "b": 30}]
    after = [*stops, {"a": 10, "b": 40}]
    assert minerva.risk(TWO, after, 0.1) == minerva.risk(TWO, stops, 0.1)
    assert minerva.risk(TWO, stops, 0.1)["a|b"] < 0.1


@pytest.mark.parametrize("rule", [minerva.stopping_votes, bravo.stopping_votes])
def test_least_votes_keep_the_probability_of_a_false_stop(rule):
    """Exactly, by summing over all counts: below the limit at a tie, and higher if the report is right."""
    schedule = [50, 90, 200]
    least = rule(0.6, 0.1, schedule)
    tied, right = (stopped_by(schedule, least, share)[-1] for share in (0.5, 0.6))
    assert 0.01 < tied <= 0.1 < 0.7 < right


@pytest.mark.parametrize("method", [bravo, minerva, providence])
def test_a_size_reaches_its_probability(method):
    given = contest({"a": 550, "b": 450}, cards=1000)
    for quantile, size in method.sizes(given, 0.1).items():
        votes = size.cards  # every card holds a vote of the pair
        least = (bravo.stopping_votes if method is bravo else minerva.stopping_votes)(0.55, 0.1, [votes])
        assert stopped_by([votes], least, 0.55)[0] >= quantile - 1e-9


def test_sizes_after_a_round_are_of_further_cards():
    before, after = (providence.sizes(TWO, 0.1, (0.9,), rounds)[0.9].cards for rounds in ([], ROUNDS[:1]))
    assert 0 < after < 1.2 * before
    assert providence.sizes(TWO, 0.1, (0.9,), ROUNDS)[0.9].cards == 0
    assert bravo.sizes(TWO, 0.1, (0.9,), [{"a": 90, "b": 30}])[0.9].cards == 0


@pytest.mark.parametrize(
    "sizes", [bravo.sizes, minerva.sizes, providence.sizes, lambda c, r: {0.9: athena.athena_first_round(c, r, 0.9)}]
)
def test_what_has_no_size(sizes):
    assert {size.cards for size in sizes(contest({"a": 5, "b": 5}, cards=12), 0.1).values()} == {12}
    with pytest.raises(UsageError, match="nobody lost"):
        sizes(contest({"a": 5}), 0.1)
    for limit in (0, 1, 5):
        with pytest.raises(UsageError, match="above 0 and below 1"):
            sizes(TWO, limit)


def test_a_loser_without_votes_needs_some_cards():
    """2^-n <= 0.1 from four cards on; other tools say one, by name."""
    given = contest({"a": 100, "b": 0})
    assert [size.cards for size in bravo.sizes(given, 0.1).values()] == [4, 4, 4]
    assert [size.cards for size in minerva.sizes(given, 0.1).values()] == [4, 4, 4]
    assert bravo.average_size(given, 0.1, skip_voteless=True).cards == 1


def test_small_margins_by_the_normal_approximation_come_close():
    given = contest({"a": 507, "b": 493})
    exact, near = (minerva.sizes(given, 0.1, (0.9,), approximate_below=b)[0.9].cards for b in (0.0, 0.015))
    assert near == pytest.approx(exact, rel=0.03)
    assert near != exact


def test_the_least_of_pairs_decides():
    size = bravo.sizes(contest({"a": 500, "b": 300, "c": 480}), 0.1, (0.9,))[0.9]
    assert size.pair is not None
    assert size.pair.label == "a|c"


def test_all_cards_where_the_sample_is_a_quarter_of_many():
    assert plan.count_all(200_000, 50_000)
    assert not plan.count_all(200_000, 49_999)
    assert not plan.count_all(100_000, 90_000)


def test_average_size_is_about_that_of_simulated_audits():
    rng = np.random.default_rng(3)
    steps = np.where(rng.random((1000, 3000)) < 0.6, math.log(1.2), math.log(0.8)).cumsum(axis=1)
    stopped = (steps >= math.log(10)).argmax(axis=1) + 1
    given = contest({"a": 600, "b": 400}, cards=1000)
    assert bravo.average_size(given, 0.1).cards == pytest.approx(stopped.mean(), rel=0.1)


def test_sizes_at_one_percent():
    """A million cards, limit 10 %, as other tools give them (reference values of the field)."""
    given = contest({"a": 505_000, "b": 495_000})
    assert bravo.average_size(given, 0.1).cards == 46_151
    assert bravo.sizes(given, 0.1, (0.9,))[0.9].cards == 142_958
    assert minerva.sizes(given, 0.1, (0.9,), approximate_below=0.015)[0.9].cards == 68_762
    assert kaplan_markov.sizes(given, 0.1) == 534
