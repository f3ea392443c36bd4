"""Assertions of instant-runoff counts, against all orders of elimination of small elections."""

from itertools import permutations
from random import Random

import pytest

from tocsin.assure.audit import raire
from tocsin.errors import UsageError


def top(ranking, standing):
    return next((choice for choice in ranking if choice in standing), None)


def tally(ballots, standing):
    return {c: sum(n for ranking, n in ballots.items() if top(ranking, standing) == c) for c in standing}


def winners(choices, ballots):
    """All who can win, whichever way ties fall."""
    if len(choices) == 1:
        return set(choices)
    found = tally(ballots, choices)
    least = [c for c in choices if found[c] == min(found.values())]
    return set().union(*(winners([d for d in choices if d != c], ballots) for c in least))


def every_assertion(choices, ballots):
    """Margin of every NEB and NEN there is, as a test whether an order of elimination contradicts it."""
    for w, lost in permutations(choices, 2):
        first = sum(n for r, n in ballots.items() if r[:1] == (w,))
        above = sum(n for r, n in ballots.items() if top(r, (w, lost)) == lost)
        yield first - above, lambda order, w=w, lost=lost: order.index(w) < order.index(lost)
    for mask in range(1, 2 ** len(choices)):
        standing = [c for k, c in enumerate(choices) if mask >> k & 1]
        found = tally(ballots, standing)
        for w, lost in permutations(standing, 2):
            yield found[w] - found[lost], lambda order, w=w, s=frozenset(standing): next_out(order, s) == w


def next_out(order, standing):
    """Who goes out when exactly these are left, if it comes to that."""
    rest = order[len(order) - len(standing) :]
    return rest[0] if set(rest) == standing else None


def hardest(choices, ballots, winner):
    known = list(every_assertion(choices, ballots))
    others = [order for order in permutations(choices) if order[-1] != winner]
    return min(max(margin for margin, against in known if against(order)) for order in others)


def contradicted(assertion, order):
    if assertion.kind == "NEB":
        return order.index(assertion.winner) < order.index(assertion.loser)
    return next_out(order, frozenset(assertion.standing)) == assertion.winner


def election(random, choices):
    ballots = {}
    for _ in range(random.randint(1, 12)):
        ranking = tuple(random.sample(choices, random.randint(0, len(choices))))
        ballots[ranking] = ballots.get(ranking, 0) + random.randint(1, 40)
    return ballots


@pytest.mark.parametrize("elections", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_assertions_rule_out_every_other_winner_with_the_greatest_smallest_margin(elections):
    random, proved = Random(7), 0
    for _ in range(elections):
        choices = list("abcde"[: random.randint(2, 4 if elections < 100 else 5)])
        ballots = election(random, choices)
        possible = winners(choices, ballots)
        for winner in choices:
            found = raire.assertions(choices, ballots, winner)
            best = hardest(choices, ballots, winner)
            assert bool(found) == (best > 0) == (possible == {winner} and best > 0)
            if not found:
                continue
            proved += 1
            for order in permutations(choices):
                assert order[-1] == winner or any(contradicted(one, order) for one in found)
            for one in found:
                standing = one.standing or choices
                ours = tally(ballots, standing)[one.winner]
                theirs = (
                    tally(ballots, standing)[one.loser]
                    if one.kind == "NEN"
                    else sum(n for r, n in ballots.items() if top(r, (one.winner, one.loser)) == one.loser)
                )
                assert one.votes == (ours, theirs)
            assert min(one.votes[0] - one.votes[1] for one in found) == best
    assert proved > elections / 3


def test_an_election_worked_out_by_hand():
    """c goes out first, its votes go to b, and b beats a, who led: a has 45 first preferences, b 30, c 25."""
    ballots = {("a",): 45, ("b",): 30, ("c", "b"): 25}
    found = {
        (one.kind, one.winner, one.loser, one.standing, one.votes) for one in raire.assertions("abc", ballots, "b")
    }
    assert found == {
        ("NEN", "b", "a", ("a", "b"), (55, 45)),
        ("NEB", "b", "c", (), (30, 25)),
        ("NEB", "a", "c", (), (45, 25)),
    }
    assert raire.Count("abc", ballots).winner() == "b"
    assert raire.assertions("abc", ballots, "a") == ()


def test_ties_and_wrong_names():
    with pytest.raises(UsageError, match="tie"):
        raire.Count("ab", {("a",): 3, ("b",): 3}).winner()
    assert raire.Count("abc", {("a",): 9, ("b",): 1, ("c",): 1}).winner() == "a"  # a tie that decides nothing
    assert raire.assertions("ab", {("a",): 3, ("b",): 3}, "a") == ()
    assert raire.assertions("a", {("a",): 3}, "a") == ()
    with pytest.raises(UsageError, match="no choice"):
        raire.assertions("ab", {}, "x")
