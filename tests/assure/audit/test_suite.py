import math

import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import fisher, suite
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.kaplan_markov import GAMMA
from tocsin.errors import UsageError

WHOLE = contest({"a": 560, "b": 440})
PAIR = suite.contested(WHOLE)[0]
POLLING = suite.Polling(300, {"a": 160, "b": 140}, 30, {"a": 19, "b": 11})
COMPARISON = suite.Comparison(700, {"a": 400, "b": 300}, 90, {"a|b": {"o1": 1}})


def test_fishers_combination():
    """Two p-values: q (1 - ln q)."""
    assert fisher.combined((0.1, 0.2)) == pytest.approx(0.02 * (1 - math.log(0.02)))
    for p in ((0.1, 0.2), (1.0, 1.0), (0.5,), (1e-9, 0.3, 0.9)):
        agreed(fisher.combined(p), fisher.recombined(p))
    assert fisher.combined((0.0, 0.5)) == fisher.recombined((0.0, 0.5)) == 0.0


def test_comparison_by_hand():
    value = (1 - 60 / (2 * GAMMA * 700)) ** 90 / (1 - 1 / (2 * GAMMA))
    assert suite.comparison_p(PAIR, COMPARISON, 60) == pytest.approx(value)
    assert suite.comparison_p(PAIR, suite.Comparison(700, COMPARISON.votes), 60) == 1.0


def test_polling_by_hand():
    """Without votes for others the null tally is the only one: the ratio of two products of falling factorials."""
    n, won, lost = 300, math.perm(150, 19) * math.perm(150, 11), math.perm(160, 19) * math.perm(140, 11)
    assert n == POLLING.cards
    assert suite.polling_p(PAIR, POLLING, 0) >= won / lost  # the greatest over tallies with other votes, too
    full = suite.Polling(300, {"a": 160, "b": 140}, 30, {"a": 16, "b": 14})
    assert suite.polling_p(PAIR, full, 20) == 1.0
    assert suite.polling_p(PAIR, full, 290) == 0.0  # 14 votes for b were seen, so b has more than that leaves


STRATA = {
    "both": (POLLING, COMPARISON),
    "no cards yet": (suite.Polling(300, POLLING.votes), suite.Comparison(700, COMPARISON.votes)),
    "polling only": (POLLING, suite.Comparison(700, COMPARISON.votes)),
    "blank cards": (suite.Polling(300, {"a": 60, "b": 30}, 40, {"a": 9, "b": 5}), COMPARISON),
    "against the report": (suite.Polling(300, POLLING.votes, 30, {"a": 5, "b": 25}), COMPARISON),
    "more than reported": (suite.Polling(300, {"a": 160, "b": 10}, 30, {"a": 5, "b": 25}), COMPARISON),
    "much overstated": (POLLING, suite.Comparison(700, COMPARISON.votes, 90, {"a|b": {"o2": 30, "u1": 2}})),
}


@pytest.mark.parametrize("name", STRATA)
def test_both_routes_agree_and_the_grid_is_no_more(name):
    first, second = (route(WHOLE, *STRATA[name])["a|b"] for route in (suite.risk, suite.recomputed))
    assert 0 <= agreed(first, second) <= 1
    assert suite.risk(WHOLE, *STRATA[name], step=0.05)["a|b"] <= first * (1 + 1e-9)


def test_more_cards_that_agree_lower_the_risk():
    sizes = suite.sizes(WHOLE, 0.1, *STRATA["no cards yet"])
    ours = math.floor(sizes[0] * 160 / 300)
    polled = suite.Polling(300, POLLING.votes, sizes[0], {"a": ours, "b": sizes[0] - ours})
    compared = suite.Comparison(700, COMPARISON.votes, sizes[1])
    assert suite.risk(WHOLE, polled, compared)["a|b"] <= 0.11
    half = suite.Comparison(700, COMPARISON.votes, sizes[1] // 2)
    assert suite.risk(WHOLE, polled, half)["a|b"] > 0.2


def test_a_tie_cannot_be_confirmed():
    tied = contest({"a": 500, "b": 500})
    strata = suite.Polling(300, {"a": 100, "b": 200}, 9, {"a": 9}), suite.Comparison(700, {"a": 400, "b": 300}, 500)
    assert suite.risk(tied, *strata) == suite.recomputed(tied, *strata) == {"a|b": 1.0}


@pytest.mark.parametrize(
    ("given", "strata", "match"),
    [
        (contest({"a": 9}), STRATA["both"], "nobody lost"),
        (contest({"a": 9, "b": 1}, counting="supermajority", share=0.6), STRATA["both"], "plurality"),
    ],
)
def test_what_a_hybrid_audit_cannot_do(given, strata, match):
    with pytest.raises(UsageError, match=match):
        suite.risk(given, *strata)


def test_a_stratum_that_was_read_completely():
    """Polled, its margin is known: only the other one can be wrong. Compared with replacement, it changes nothing."""
    seen = {"a": 150, "b": 150}
    found = suite.risk(WHOLE, suite.Polling(300, POLLING.votes, 300, seen), COMPARISON)["a|b"]
    assert found == suite.comparison_p(PAIR, COMPARISON, 100)
    assert 0 < found < 1
    for a, b in ((100, 200), (0, 300)):
        assert suite.risk(WHOLE, suite.Polling(300, POLLING.votes, 300, {"a": a, "b": b}), COMPARISON)["a|b"] == 1.0
    often = suite.Comparison(40, {"a": 40}, 200)
    polled = suite.Polling(300, {"a": 160, "b": 140}, 100, {"a": 52, "b": 48})
    both = contest({"a": 200, "b": 140}, cards=340)
    assert suite.risk(both, polled, often)["a|b"] == pytest.approx(suite.recomputed(both, polled, often)["a|b"])


def test_more_votes_than_cards_tell_nothing():
    """A stratum whose report has more votes than cards, or where a card has a vote for both."""
    assert suite.polling_p(PAIR, suite.Polling(100, {"a": 80, "b": 40}, 10, {"a": 5}), -10) == 1.0
    assert suite.polling_p(PAIR, suite.Polling(100, {"a": 60, "b": 40}, 10, {"a": 8, "b": 5}), -10) == 1.0
