"""At a tie no rule stops more often than its limit, but for chance; a wrong rule is caught."""

import numpy as np
import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import bravo, macro, minerva, providence, suite
from tocsin.assure.audit.false_stops import batches, comparison, false_stops, hybrid, polling

LIMIT = 0.1
POLLED = contest({"a": 550, "b": 450}, cards=1100)
PASSED = contest({"yes": 700, "no": 300}, counting="supermajority", share=0.6)
REPORTED = {str(i): macro.Batch({"a": 60, "b": 40}, 100) for i in range(20)}
TURNED = {name: {"a": 20, "b": 80} if int(name) < 5 else batch.votes for name, batch in REPORTED.items()}
STRATA = suite.Polling(3000, {"a": 1600, "b": 1400}), suite.Comparison(7000, {"a": 4000, "b": 3000})
HYBRID = contest({"a": 5600, "b": 4400})
ROUNDS = [(60, 40), (90, 60)]


def minerva_risk(given, rounds):
    return minerva.risk(given, rounds, LIMIT)


RULES = {
    "bravo": polling(bravo.risk, POLLED, [50] * 10),
    "bravo, supermajority": polling(bravo.risk, PASSED, [50] * 10),
    "minerva": polling(minerva_risk, POLLED, [60, 90, 135]),
    "providence": polling(providence.risk, POLLED, [60, 40, 100, 120]),
    "kaplan-markov, one vote": comparison(0.1, 300, 10, two_votes=False),
    "kaplan-markov, two votes": comparison(0.1, 300, 10),
    "macro": batches(contest({"a": 1200, "b": 800}), REPORTED, TURNED, [5, 10, 15, 20]),
    "suite, all in polling": hybrid(HYBRID, *STRATA, ROUNDS, 0.0, LIMIT),
    "suite, all in comparison": hybrid(HYBRID, *STRATA, ROUNDS, 1.0, LIMIT),
    "suite, half in each": hybrid(HYBRID, *STRATA, ROUNDS, 0.5, LIMIT),
}


def log_factors(rng):
    return np.log(np.where(rng.random(300) < 0.5, 1.1, 0.9))


def wald_multiplied_twice(rng):
    """The product of running products, as SHANGRLA's Wald test multiplies: it stops far too often."""
    return np.exp(np.minimum(-log_factors(rng).cumsum().cumsum(), 0))


def wald(rng):
    """The same test multiplied once."""
    return np.exp(np.minimum(-log_factors(rng).cumsum(), 0))


@pytest.mark.parametrize("name", [name for name in RULES if not name.startswith("suite")] + ["suite, half in each"])
def test_few_false_stops(name):
    found = false_stops(RULES[name], LIMIT, runs=40 if name.startswith("suite") else 200)
    assert found.rate <= found.most


def test_a_wrong_rule_is_caught():
    wrong, right = (false_stops(rule, LIMIT, 200) for rule in (wald_multiplied_twice, wald))
    assert wrong.rate > 2 * wrong.most
    assert right.rate <= right.most


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_few_false_stops_in_2000_runs(name):
    found = false_stops(RULES[name], LIMIT, 2000, seed=2)
    assert found.rate <= found.most
    print(f"{name}: {found.rate:.4f} of at most {found.most:.4f}")


def squared(rng):
    """A risk that is its own square."""
    return (risk**2 for risk in RULES["kaplan-markov, one vote"](rng))


def minerva_looked_at_again(rng):
    """Minerva's test of a first round, after every twenty of 800 cards."""
    seen = rng.binomial(20, 0.5, 40).cumsum()
    for n, won in zip(range(20, 820, 20), seen.tolist(), strict=True):
        yield minerva.risk(POLLED, [{"a": won, "b": n - won}], LIMIT)["a|b"]


@pytest.mark.slow
@pytest.mark.parametrize("rule", [wald_multiplied_twice, squared, minerva_looked_at_again])
def test_other_wrong_rules_are_caught(rule):
    found = false_stops(rule, LIMIT, 500)
    assert found.rate > found.most
