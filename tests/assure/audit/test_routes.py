"""Random contests and samples, however unlikely: both routes agree, and every risk is one."""

import random

import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import bravo, kaplan_markov, macro, minerva, providence, suite
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.pairs import pairs


def some_contest(chance, **more):
    most = 10 ** chance.randint(0, 6)
    votes = {c: chance.choice([0, 1, chance.randint(0, most), chance.randint(0, most)]) for c in "abcd"}
    votes = dict(list(votes.items())[: chance.randint(2, 4)])
    return contest(votes, sum(votes.values()) + chance.randint(1, most), **more)


def some_votes(chance, given, most):
    whole = sum(given.votes.values()) or 1
    return {c: chance.choice([0, chance.randint(0, most), most * v // whole]) for c, v in given.votes.items()}


def polled(chance):
    more = {"counting": "supermajority", "share": chance.choice([0.5, 0.6, 2 / 3])} if chance.random() < 0.3 else {}
    given = some_contest(chance, **(more or {"winners": chance.randint(1, 3)}))
    rounds = [some_votes(chance, given, 10 ** chance.randint(0, 3)) for _ in range(chance.randint(0, 4))]
    for module, limit in ((bravo, ()), (providence, ()), (minerva, (chance.choice([0.01, 0.1, 0.25]),))):
        first, second = (route(given, rounds, *limit) for route in (module.risk, module.recomputed))
        yield from ((first[pair], second[pair]) for pair in first)


def compared(chance):
    counts = [chance.choice([0, 0, 1, chance.randint(0, 20)]) for _ in range(4)]
    given = (chance.choice([0.0, 1.0, chance.random(), chance.random() / 1000]), 10 ** chance.randint(0, 6), *counts)
    for credit in (True, False):
        yield tuple(route(*given, credit=credit) for route in (kaplan_markov.risk, kaplan_markov.recomputed))


def other(chance, votes):
    return {c: max(0, v + chance.choice([0, 0, 0, 1, -1])) for c, v in votes.items()}


def counted(chance):
    given = some_contest(chance)
    left, batches = dict(given.votes), {}
    for key in "pqrst":
        votes = {c: left[c] if key == "t" else chance.randint(0, left[c]) for c in left}
        left = {c: left[c] - votes[c] for c in left}
        batches[key] = macro.Batch(votes, sum(votes.values()) + chance.randint(0, 5))
    found = {
        key: {c: max(0, v + chance.choice([0, 0, 0, 1, -1])) for c, v in b.votes.items()} for key, b in batches.items()
    }
    possible = [key for key, most in macro.bounds(given, batches).items() if most > 0]
    order = chance.choices(possible, k=chance.randint(0, 9)) if possible else []
    drawn = macro.Drawn(order, {key: found[key] for key in order if chance.random() < 0.9})
    for credit in (True, False):
        yield tuple(route(given, batches, drawn, credit=credit) for route in (macro.risk, macro.recomputed))


def mixed(chance):
    base = some_contest(chance)
    first = {c: chance.randint(0, v) for c, v in base.votes.items()}
    second = {c: v - first[c] for c, v in base.votes.items()}
    cards = [sum(votes.values()) + chance.randint(2, 50) for votes in (first, second)]
    sample = {c: chance.randint(0, v) for c, v in some_votes(chance, base, 40).items()}
    drawn = sum(sample.values()) + chance.randint(0, 5)
    if drawn >= cards[0]:
        sample, drawn = {}, 0
    given = base.model_copy(update={"cards": sum(cards)})
    found = {pair.label: {"o1": chance.randint(0, 3), "u1": chance.randint(0, 2)} for pair in pairs(given)}
    strata = (
        suite.Polling(cards[0], first, drawn, sample),
        suite.Comparison(cards[1], second, chance.randint(0, min(cards[1] - 1, 300)), found),
    )
    one, two = (route(given, *strata) for route in (suite.risk, suite.recomputed))
    yield from ((one[pair], two[pair]) for pair in one)


def check(kind, seed):
    for first, second in kind(random.Random(seed)):
        assert 0 <= agreed(first, second) <= 1


@pytest.mark.parametrize(("kind", "seeds"), [(polled, 25), (compared, 100), (counted, 40)])
def test_routes_agree(kind, seeds):
    for seed in range(seeds):
        check(kind, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seeds"), [(polled, 600), (compared, 3000), (counted, 1500), (mixed, 40)])
def test_routes_agree_on_many(kind, seeds):
    for seed in range(seeds):
        check(kind, 10_000 + seed)
