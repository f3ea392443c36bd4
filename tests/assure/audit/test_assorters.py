"""Assorters, overstatements, card styles and pools: what their means must say of small elections."""

import random
from collections import Counter

import numpy as np
import pytest

from tocsin.assure.audit import alpha, betting, oneaudit, styles, walk
from tocsin.assure.audit.assorters import Assorter, assorters, compared, compared_upper
from tocsin.assure.audit.pairs import Pair
from tocsin.errors import InputError
from tocsin.model.audit import Assertion
from tocsin.model.ballot import Choice, Contest


def contest(votes, **more):
    return Contest(id="c", name="c", choices=tuple(Choice(id=k, name=k) for k in votes), votes=votes, **more)


def test_values_of_a_card():
    plain = assorters(contest({"a": 60, "b": 30, "c": 10}))
    assert [one.label for one in plain] == ["a|b", "a|c"]
    assert [plain[0].value(card) for card in (["a"], ["b"], ["c"], [])] == [1, 0, 0.5, 0.5]
    (most,) = assorters(contest({"a": 70, "b": 30}, counting="supermajority", share=0.6))
    assert most.upper == pytest.approx(1 / 1.2)
    assert [most.value(card) for card in (["a"], ["b"], [])] == pytest.approx([1 / 1.2, 0, 0.5])
    neb = Assorter(Assertion(kind="NEB", winner="a", loser="b", votes=(5, 3)), (5, 3))
    assert [neb.value(card) for card in ("ab", "ca", "cb", "cba", "cab", "")] == [1, 0.5, 0, 0, 0.5, 0.5]
    nen = Assorter(Assertion(kind="NEN", winner="a", loser="b", standing=("a", "b", "d"), votes=(5, 3)), (5, 3))
    assert [nen.value(card) for card in ("ca", "cab", "cba", "cdb", "c")] == [1, 1, 0, 0.5, 0.5]


def outcomes(seed):
    """Small elections of every kind: their assorters, reported votes, and the votes of every card."""
    rng = random.Random(seed)
    for _ in range(60):
        allowed = rng.choice([1, 2])
        cards = [rng.sample("abc", rng.randint(0, allowed)) for _ in range(rng.randint(4, 14))]
        votes = {c: sum(c in card for card in cards) for c in "abc"}
        share = rng.choice([0.4, 0.55, 0.7])
        for of in (Pair(("a",), ("b",)), Pair(("a",), ("b", "c"), share), Pair(("a", "b"), ("c",), 0.5)):
            most = tuple(min(allowed, len(side)) for side in (of.winners, of.losers))
            yield Assorter(of, of.count(votes), most), cards, of, votes


def test_the_mean_is_above_half_just_where_the_claim_is_right():
    both = Counter()
    for assorter, cards, of, votes in outcomes(1):
        values = [assorter.value(card) for card in cards]
        assert min(values) >= -1e-12
        assert max(values) <= assorter.upper + 1e-12
        mean = sum(values) / len(cards)
        assert mean == pytest.approx(assorter.mean(of.count(votes), len(cards)))
        ours, theirs = of.count(votes)
        right = ours > of.null / (1 - of.null) * theirs + 1e-9
        assert (mean > 0.5 + 1e-12) == right
        both[right] += 1
    assert min(both.values()) > 30


def test_overstatements_say_the_same_as_the_cards():
    rng = random.Random(2)
    for assorter, cards, _, votes in outcomes(3):
        records = [card if rng.random() < 0.7 else rng.choice(cards) for card in cards]
        margin = 2 * np.mean([assorter.value(record) for record in records]) - 1
        over = [assorter.value(r) - assorter.value(c) for r, c in zip(records, cards, strict=True)]
        values = [compared(w, margin, assorter.upper) for w in over]
        hand = np.mean([assorter.value(card) for card in cards])
        assert (np.mean(values) > 0.5 + 1e-12) == (hand > 0.5 + 1e-12)
        assert max(values) <= compared_upper(margin, assorter.upper) + 1e-12
        assert votes is not None


def test_by_style_a_wrong_winner_is_never_hidden():
    """Records may name any contest on any card: a mean above 1/2 over the cards of the contest proves the winner."""
    rng, pair, confirmed = random.Random(4), Assorter(Pair(("a",), ("b",)), (0, 0)), 0
    for _ in range(1500):
        size = rng.randint(2, 8)
        holds = [rng.random() < 0.6 for _ in range(size)]
        cards = [rng.choice(["a", "b", ""]) if held else "" for held in holds]
        recorded = np.array([rng.random() < 0.8 for _ in range(size)])
        named = recorded & np.array([held if rng.random() < 0.8 else not held for held in holds])
        try:
            held = styles.cards_of("c", named, recorded, sum(holds))
        except InputError:
            assert (named | ~recorded).sum() < sum(holds)
            continue
        values = [
            styles.hand_value(pair.value(card), found=rng.random() < 0.95, here=here, by_style=True)
            for card, here, among in zip(cards, holds, held, strict=True)
            if among
        ]
        if values and np.mean(values) > 0.5:
            confirmed += 1
            assert cards.count("a") > cards.count("b")
    assert confirmed > 100


def pooled(seed=5, cards=4000):
    rng = np.random.default_rng(seed)
    pools = [oneaudit.Pool(100, (int(ours), 95 - int(ours))) for ours in rng.integers(40, 65, 10)]
    alone = (cards - 1000) // 2
    ours = alone + 60 + sum(pool.votes[0] for pool in pools)
    theirs = alone - 60 + sum(pool.votes[1] for pool in pools)
    return Assorter(Pair(("a",), ("b",)), (ours, theirs)), pools, cards


@pytest.mark.parametrize("runs", [400, pytest.param(2000, marks=pytest.mark.slow)])
def test_oneaudit_of_right_and_of_wrong_reports(runs):
    assorter, pools, cards = pooled()
    margin, upper = assorter.margin(cards), compared_upper(assorter.margin(cards), assorter.upper)
    population = oneaudit.expected(assorter, pools, cards)
    assert sum(value * n for value, n in population.items()) / cards == pytest.approx(1 / (2 - margin))
    strategy = oneaudit.strategy(assorter, pools, cards)
    polling = {1.0: assorter.votes[0], 0.0: assorter.votes[1], 0.5: cards - sum(assorter.votes)}
    (size,) = betting.sizes(population, strategy, 0.05, (0.9,), u=upper)
    (without,) = alpha.sizes(polling, alpha.polling(assorter.mean(assorter.votes, cards)), 0.05, (0.9,))
    assert size < without / 2
    # So many records with two votes too many that the truth is a tie.
    wrong = round(assorter.margin(cards) * cards / 2)
    tie = population | {0.0: wrong, compared(0.0, margin, 1.0): population[compared(0.0, margin, 1.0)] - wrong}
    stops = walk.false_stops(tie, strategy, 0.05, 1000, u=upper, runs=runs)
    assert 0 < stops <= runs * 0.05 + 3 * (runs * 0.05 * 0.95) ** 0.5


def test_a_pool_with_more_votes_than_cards_is_refused():
    assorter, _, _ = pooled()
    with pytest.raises(InputError, match="votes on"):
        oneaudit.record(assorter, oneaudit.Pool(10, (11, 0)))
