"""ALPHA, betting and Kaplan's tests: closed forms, exact false-stop rates, two routes, sizes."""

from fractions import Fraction
from itertools import permutations
from math import inf, log, sqrt

import numpy as np
import pytest

from tocsin.assure.audit import alpha, betting, draw, kaplan
from tocsin.assure.audit.agree import agreed
from tocsin.errors import UsageError

LIMIT = 0.05
STRATEGIES = {
    "fixed": alpha.Fixed(0.6),
    "constant": alpha.Constant(0.8),
    "shrink": alpha.Shrink(0.55),
    "shrink to the bound": alpha.Shrink(0.6, d=10, c=0.02, f=0.1),
    "bet": betting.Bet(0.7),
    "bet all": betting.Bet(9.0),
    "agrapa": betting.Agrapa(),
    "agrapa growing": betting.Agrapa(first=1.5, low=0.7, high=0.95, grow=0.2),
}


def allowed(runs, limit=LIMIT):
    return runs * limit + 3 * sqrt(runs * limit * (1 - limit))


def both(x, strategy, **how):
    return agreed(alpha.risk(x, strategy, **how), alpha.recomputed(x, strategy, **how))


def test_closed_forms():
    assert both([1] * 5, alpha.Fixed(0.75), cards=None) == pytest.approx(1.5**-5)
    assert both([0.5] * 5, alpha.Fixed(0.75), cards=1000) == 1
    assert both([1, 1, 0, 1], betting.Bet(0.8), cards=None) == pytest.approx(1.4**-2)  # the best moment counts
    assert both([1] * 3, betting.Bet(9.0), cards=None) == pytest.approx(2**-3)
    # Without replacement: the null leaves 5/10, 4/9, 3/8 as the share of ones, all of the fortune bet on ones.
    assert both([1] * 3, alpha.Constant(1.0), cards=10) == pytest.approx(5 / 10 * 4 / 9 * 3 / 8)
    assert both([1, 1], alpha.Shrink(0.7, d=1, c=0.1), cards=None) == pytest.approx(1 / (0.7 * 2 * 0.85 * 2))


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_strategy_passes_a_tie_more_often_than_the_limit(name):
    """Exactly: over all orders of small tied populations, not by simulation."""
    for population, u in (((1, 1, 1, 0, 0, 0), 1.0), ((1, 0.5, 0.5, 0), 1.0), ((1.25, 0.5, 0.25, 0), 1.25)):
        orders = list(permutations(population))
        risks = [alpha.risk(order, STRATEGIES[name], cards=len(population), u=u) for order in set(orders)]
        often = {order: orders.count(order) for order in set(orders)}
        for limit in (0.02, 0.05, 0.1, 0.25, 0.5):
            passed = sum(n for risk, n in zip(risks, often.values(), strict=True) if risk <= limit)
            assert Fraction(passed, len(orders)) <= limit


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("name", STRATEGIES)
def test_false_stops_at_a_tie(name, replacement):
    ties = {0: 450, 0.5: 100, 1: 450}
    stops = alpha.false_stops(ties, STRATEGIES[name], LIMIT, 300, replacement=replacement, runs=200)
    assert stops <= allowed(200)


def wald_multiplied_twice(x, eta):
    """The defect of SHANGRLA's wald_sprt: the running products are multiplied up once more."""
    return np.exp(-np.cumsum(np.cumsum(np.log(x * eta / 0.5 + (1 - x) * (1 - eta) / 0.5))).max())


def test_the_check_of_false_stops_catches_a_wrong_test():
    rng = np.random.default_rng(1)
    draws = rng.integers(0, 2, (200, 300))
    assert sum(wald_multiplied_twice(x, 0.55) <= LIMIT for x in draws) > 1.5 * allowed(200)
    assert sum(alpha.risk(x, alpha.Fixed(0.55), cards=None) <= LIMIT for x in draws) <= allowed(200)


def kaplan_risks(runs, rng):
    ties = np.repeat([0, 0.5, 1], (150, 50, 150))
    for _ in range(runs):
        yield "markov", kaplan.risk(rng.choice(ties, 200), "markov", g=0.1)
        yield "wald", kaplan.risk(rng.choice(ties, 200), "wald", g=0.1)
        yield "kolmogorov", kaplan.risk(rng.permutation(ties)[:200], "kolmogorov", g=0.1, cards=len(ties))


@pytest.mark.parametrize("runs", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_false_stops_of_kaplans_tests(runs):
    stops = dict.fromkeys(("markov", "wald", "kolmogorov"), 0)
    for test, risk in kaplan_risks(runs, np.random.default_rng(2)):
        stops[test] += risk <= LIMIT
    assert max(stops.values()) <= allowed(runs)


def comparison_tie(margin, cards):
    """A reported margin that is all error: so many two-vote overstatements that the truth is a tie."""
    u = 2 / (2 - margin)
    wrong = round(margin * cards / 2)
    return {u / 2: cards - wrong, 0.0: wrong}, u


@pytest.mark.slow
@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("name", STRATEGIES)
def test_false_stops_in_2000_runs(name, replacement):
    for limit in (0.05, 0.1):
        for ties, u in (({0: 900, 0.5: 200, 1: 900}, 1.0), comparison_tie(0.1, 2000)):
            stops = alpha.false_stops(ties, STRATEGIES[name], limit, 1000, replacement=replacement, u=u)
            assert stops <= allowed(2000, limit)


@pytest.mark.parametrize("seeds", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_false_stops_of_whole_draws(seeds):
    """Not simulated draws but those that audits make, one a seed."""
    cards = [f"{k}" for k in range(300)]
    stops = 0
    for seed in range(seeds):
        drawn = draw.sample(f"tie {seed}", cards, 300)["id"].to_pylist()
        stops += alpha.risk([int(card) % 2 for card in drawn[:250]], alpha.Fixed(0.58), cards=300) <= LIMIT
    assert 0 < stops <= allowed(seeds)


@pytest.mark.parametrize(("runs", "cards"), [(200, 1000), pytest.param(2000, 5000, marks=pytest.mark.slow)])
def test_false_stops_of_comparisons(runs, cards):
    ties, u = comparison_tie(0.05, cards)
    for strategy in (alpha.comparison(u), alpha.comparison(u, 0.01), betting.best({u / 2: 990, 0.0: 10})):
        stops = alpha.false_stops(ties, strategy, LIMIT, cards // 2, u=u, runs=runs)
        assert stops <= allowed(runs)


def test_false_stops_refuse_what_is_rightly_confirmed():
    with pytest.raises(UsageError, match="more than a tie"):
        alpha.false_stops({1: 51, 0: 49}, alpha.Fixed(0.6), LIMIT, 10)


def test_both_routes_agree_on_any_sample():
    rng = np.random.default_rng(3)
    for k in range(240):
        cards, u = int(rng.integers(5, 200)), float(rng.choice([1.0, 1.25, 2 / 1.9]))
        values = np.array([0, 0.5, 1, u, u / 2])
        x = rng.choice(values, cards, p=rng.dirichlet([1] * 5))[: int(rng.integers(1, cards + 1))]
        strategy = list(STRATEGIES.values())[k % len(STRATEGIES)]
        both(x, strategy, cards=cards if k % 3 else None, u=u)
        g, test = (0.0, 0.1)[k % 2], ("markov", "wald", "kolmogorov")[k % 3]
        how = {"g": g, "cards": cards if test == "kolmogorov" else None}
        agreed(kaplan.risk(x, test, **how), kaplan.recomputed(x, test, **how))


def test_both_routes_agree_where_nearly_all_is_seen():
    rng, cards, margin = np.random.default_rng(6), 4_000, 0.01
    ties, u = comparison_tie(margin, cards)
    x = rng.permutation(np.repeat(list(ties), list(ties.values())))
    for strategy in (alpha.comparison(u), betting.Agrapa()):
        for n in range(int(cards * (1 - margin / 2)) - 1, cards, 9):
            both(x[:n], strategy, cards=cards, u=u)
        both(x, strategy, cards=cards, u=u)


def test_a_full_count_settles_it():
    won, lost = [1] * 51 + [0] * 49, [1] * 50 + [0] * 50
    rng = np.random.default_rng(4)
    for strategy in STRATEGIES.values():
        assert both(rng.permutation(won), strategy, cards=100) == 0
        assert both(np.array(lost)[::-1], strategy, cards=100) == 1
        assert np.isneginf(alpha.history([0] * 52 + [1] * 48, strategy, cards=100)[-1])


def test_long_samples_neither_overflow_nor_vanish():
    x = np.ones(50_000)
    levels = alpha.history(x, alpha.Constant(0.9), cards=None)
    assert levels[-1] == pytest.approx(50_000 * log(1.8), rel=1e-12)
    assert alpha.risk(x, alpha.Constant(0.9), cards=None) == 0
    assert both(np.r_[np.zeros(5_000), x[:5_000]], alpha.Fixed(0.6), cards=None) == 1


def test_sizes():
    half = {1: 5600, 0: 4400}
    fifty, ninety = alpha.sizes(half, alpha.polling(0.56), LIMIT, runs=200)
    assert fifty < ninety < 2000
    assert alpha.sizes(half, alpha.polling(0.56), LIMIT, runs=200) == [fifty, ninety]  # by seed alone
    # Of ten thousand audits of that size about half must end; 400 are enough to see it.
    rng = np.random.default_rng(5)
    cards = np.repeat([1, 0], (5600, 4400))
    ended = sum(
        alpha.risk(rng.permutation(cards)[:fifty], alpha.polling(0.56), cards=10_000) <= LIMIT for _ in range(400)
    )
    assert abs(ended - 200) < 60
    x = rng.permutation(cards)[:300]
    left = {1: 5600 - int(x.sum()), 0: 4400 - int(300 - x.sum())}
    later = alpha.sizes(left, alpha.polling(0.56), LIMIT, seen=x, runs=50)
    assert later[0] >= 300
    assert alpha.sizes({1: 10, 0: 10}, alpha.polling(0.6), 1e-9) == [20, 20]


def test_size_of_a_comparison_without_differences_is_exact():
    u = 2 / (2 - 0.01)
    strategy = alpha.comparison(u)
    n = alpha.draws_needed([u / 2], strategy, LIMIT, cards=100_000, u=u)
    assert (
        both([u / 2] * n, strategy, cards=100_000, u=u) <= LIMIT < both([u / 2] * (n - 1), strategy, cards=100_000, u=u)
    )
    assert alpha.sizes({u / 2: 100_000}, strategy, LIMIT, u=u, runs=1) == [n, n]
    assert alpha.draws_needed([0.5], strategy, LIMIT, cards=300, u=u) == 300


def test_the_best_bet_grows_fastest():
    cards = {0.9: 700, 0.2: 300}
    found = betting.best(cards).share

    def growth(bet):
        return sum(n * log(1 + bet * (x - 0.5)) for x, n in cards.items())

    assert growth(found) > max(growth(found - 0.01), growth(found + 0.01))
    assert betting.best({0.5: 3, 0.4: 1}).share == 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: alpha.risk([1.2], alpha.Fixed(0.6), cards=None),
        lambda: alpha.risk([-0.1], alpha.Fixed(0.6), cards=None),
        lambda: alpha.risk([1, 1, 1], alpha.Fixed(0.6), cards=2),
        lambda: alpha.risk([1], alpha.Fixed(0.6), cards=None, t=inf),
        lambda: alpha.comparison(1.0),
        lambda: kaplan.risk([1], "markov", g=0.1, cards=10),
        lambda: kaplan.risk([1], "kolmogorov", g=0.1),
        lambda: kaplan.recomputed([1], "wald", g=1.0),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()
