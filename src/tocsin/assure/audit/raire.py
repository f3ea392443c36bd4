"""What must be checked of an instant-runoff count: the assertions that together rule out every other winner, with the
largest possible smallest margin (RAIRE: Blom, Stuckey, Teague, "RAIRE: Risk-limiting audits for IRV elections", 2019).

Another winner means another order of elimination. Orders are searched from their end: a tail such as (b, c) stands for
all orders in which c wins and b goes out last. A tail is ruled out by

- NEB, w is not eliminated before l: more cards rank w first than rank l above w or l alone; it contradicts every order
  in which w goes out before l;
- NEN, w is not eliminated next: while exactly the candidates `standing` are left, w has more votes than some l; it
  contradicts every order that ends with these and takes w first of them.

The smallest margin decides the size of the audit, so a tail is taken whole as soon as one of its assertions has at
least the margin that is the best for the hardest tail; that one is found first, by branch and bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from tocsin.errors import UsageError
from tocsin.model.audit import Assertion

Tail = tuple[str, ...]
Ranking = tuple[str, ...]  # choices of a card, the first preference first
Best = tuple[int, str, str, str]  # margin, kind, winner, loser
NONE = 0  # margin where no assertion holds


class Count:
    """The ballots of an instant-runoff contest: how many cards have each ranking."""

    def __init__(self, choices: Sequence[str], ballots: Mapping[Ranking, int]) -> None:
        self.choices = tuple(choices)
        code = {choice: k for k, choice in enumerate(self.choices)}
        kinds = [[code[choice] for choice in ranking if choice in code] for ranking in ballots]
        self._cards = np.array(list(ballots.values()), np.int64)
        longest = max(map(len, kinds), default=0)
        self._ranks = np.array([kind + [-1] * (longest - len(kind)) for kind in kinds], np.int64)
        self._ranks = self._ranks.reshape(len(kinds), longest)
        self._code = code
        self.tallies = cache(self._tallies)
        self.neb = cache(self._neb)
        self.winners = cache(self._winners)

    def _first_of(self, standing: frozenset[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """For each ranking the code of its first choice among those standing; -1 where it has none."""
        mask = np.zeros(len(self.choices) + 1, bool)
        mask[[self._code[choice] for choice in standing]] = True
        found = mask[self._ranks]
        if not found.shape[1]:
            return np.full(len(found), -1)
        first = self._ranks[np.arange(len(found)), found.argmax(axis=1)]
        return np.where(found.any(axis=1), first, -1)

    def _tallies(self, standing: frozenset[str]) -> dict[str, int]:
        first = self._first_of(standing)
        sums = np.bincount(first + 1, self._cards, len(self.choices) + 1)[1:]
        return {choice: int(sums[self._code[choice]]) for choice in standing}

    def _neb(self, winner: str, loser: str) -> int:
        ours, theirs = votes(self, "NEB", winner, loser)
        return ours - theirs

    def winner(self) -> str:
        """Who wins the count. Raises UsageError where that hangs on a tie, which only the local rule can settle."""
        found = self._winners(frozenset(self.choices))
        if len(found) > 1:
            raise UsageError(
                f"a tie in the count decides between {' and '.join(sorted(found))}", hint="name the reported winner"
            )
        return min(found, default="")

    def _winners(self, standing: frozenset[str]) -> frozenset[str]:
        while len(standing) > 1:
            tallies = self.tallies(standing)
            least = [choice for choice in standing if tallies[choice] == min(tallies.values())]
            if len(least) > 1:
                return frozenset().union(*(self.winners(standing - {choice}) for choice in least))
            standing -= {least[0]}
        return standing


def votes(count: Count, kind: str, winner: str, loser: str, standing: Sequence[str] = ()) -> tuple[int, int]:
    """Cards that count for the winner and for the loser of an assertion; it holds where the first are more."""
    if kind == "NEB":
        all_standing, two = count.tallies(frozenset(count.choices)), count.tallies(frozenset((winner, loser)))
        return all_standing[winner], two[loser]
    tallies = count.tallies(frozenset(standing))
    return tallies[winner], tallies[loser]


def assertions(choices: Sequence[str], ballots: Mapping[Ranking, int], winner: str) -> tuple[Assertion, ...]:
    """Assertions that, if all hold, prove that `winner` won; none where that cannot be proved (a tie, another winner).

    `ballots`: how many cards have each ranking. Their smallest margin is the greatest that any such set can have.
    """
    if winner not in choices:
        raise UsageError(f"{winner} is no choice of the contest", hint="name one of its choices as winner")
    count = Count(choices, ballots)
    if len(choices) < 2:
        return ()
    least = _hardest(count, _starts(count, winner))
    if least <= NONE:
        return ()
    ruled: dict[Assertion, list[Tail]] = {}
    for tail, assertion in _frontier(count, winner, least):
        ruled.setdefault(assertion, []).append(tail)
    return tuple(_needed(ruled))


def _starts(count: Count, winner: str) -> Iterator[Tail]:
    for last in count.choices:
        if last != winner:
            yield from ((before, last) for before in count.choices if before != last)


def _best(count: Count, tail: Tail) -> Best:
    """The assertion with the greatest margin that contradicts the first step of a tail; of equals the first found."""
    first, later = tail[0], tail[1:]
    out = [choice for choice in count.choices if choice not in tail]
    best: Best = (NONE, "", "", "")
    for winner, loser in [*((first, other) for other in later), *((other, first) for other in out)]:
        if count.neb(winner, loser) > best[0]:
            best = count.neb(winner, loser), "NEB", winner, loser
    tallies = count.tallies(frozenset(tail))
    loser = min(later, key=tallies.__getitem__)
    if tallies[first] - tallies[loser] > best[0]:
        best = tallies[first] - tallies[loser], "NEN", first, loser
    return best


def _assertion(count: Count, tail: Tail, best: Best) -> Assertion:
    _, kind, winner, loser = best
    if kind == "NEB":
        return Assertion(kind="NEB", winner=winner, loser=loser, votes=votes(count, kind, winner, loser))
    standing = tuple(choice for choice in count.choices if choice in tail)
    found = votes(count, kind, winner, loser, standing)
    return Assertion(kind="NEN", winner=winner, loser=loser, standing=standing, votes=found)


def _hardest(count: Count, tails: Iterable[Tail]) -> int:
    """The greatest margin with which the hardest order that ends so can be ruled out: the least over orders, by
    depth-first search that leaves out every tail already ruled out by as much."""
    least = 2**62
    stack: list[tuple[Tail, int]] = [(tail, NONE) for tail in tails]
    while stack and least > NONE:
        tail, so_far = stack.pop()
        best = max(so_far, _best(count, tail)[0])
        if best >= least:
            continue
        more = _longer(count, tail)
        if not more:
            least = best
        stack += ((longer, best) for longer in sorted(more, key=lambda longer: -_best(count, longer)[0]))
    return least


def _longer(count: Count, tail: Tail) -> list[Tail]:
    return [(choice, *tail) for choice in count.choices if choice not in tail]


def _frontier(count: Count, winner: str, least: int) -> Iterator[tuple[Tail, Assertion]]:
    """The shortest tails that an assertion of at least that margin rules out, and the best such assertion; at just that
    margin only where longer tails would do no better."""
    stack = list(_starts(count, winner))[::-1]
    while stack:
        tail = stack.pop()
        best, more = _best(count, tail), _longer(count, tail)
        if best[0] > least or (best[0] == least and not (more and _hardest(count, more) > least)):
            yield tail, _assertion(count, tail, best)
        else:
            stack += reversed(more)


def contradicts(assertion: Assertion, tail: Tail) -> bool:
    """Whether no order of elimination that ends with `tail` can be if the assertion holds."""
    if assertion.kind == "NEB":
        if assertion.loser not in tail:
            return False
        return assertion.winner not in tail or tail.index(assertion.winner) < tail.index(assertion.loser)
    end = tail[len(tail) - len(assertion.standing) :]
    return len(tail) >= len(assertion.standing) and end[0] == assertion.winner and set(end) == set(assertion.standing)


def _needed(ruled: Mapping[Assertion, Sequence[Tail]]) -> Iterator[Assertion]:
    """Those that no NEB makes needless; of NENs that say the same of one candidate the first."""
    before = [assertion for assertion in ruled if assertion.kind == "NEB"]
    said: set[tuple[str, Tail]] = set()
    for assertion, tails in ruled.items():
        if assertion.kind == "NEN":
            implied = any((neb.winner, neb.loser) == (assertion.winner, assertion.loser) for neb in before)
            if implied or any(all(contradicts(neb, tail) for tail in tails) for neb in before):
                continue
            if (assertion.winner, assertion.standing) in said:
                continue
            said.add((assertion.winner, assertion.standing))
        yield assertion
