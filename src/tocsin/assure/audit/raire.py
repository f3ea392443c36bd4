"""What must be checked of an instant-runoff count: the assertions that together rule out every other winner, with the
largest possible smallest margin (RAIRE: Blom, Stuckey, Teague, "RAIRE: Risk-limiting audits for IRV elections", 2019).

Another winner means another order of elimination. Orders are searched from their end: first the supposed winner alone
stands, then he and whoever goes out last, and so on. The step at which `first` goes out of those standing is ruled out,
with all orders that have it, by

- NEB, w is not eliminated before l: more cards rank w first than rank l above w or l alone; it contradicts every order
  in which w goes out before l;
- NEN, w is not eliminated next: while exactly the candidates `standing` are left, w has more votes than some l; it
  contradicts every order that ends with these and takes w first of them.

The smallest margin decides the size of the audit. The best one for the hardest order is found first, by a search that
always goes on from the order that is hardest so far; then every order is cut at its first step that an assertion of at
least that margin rules out. What rules out a step does not hang on the order of those who go out later, so steps are
kept by the set of those standing, of which there are far fewer than orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from heapq import heappop, heappush

import numpy as np

from tocsin.errors import UsageError
from tocsin.model.audit import Assertion

Standing = frozenset[str]
Step = tuple[str, Standing]  # who goes out, and those standing, with him
Ranking = tuple[str, ...]  # choices of a card, the first preference first
Best = tuple[int, str, str, str]  # margin, kind, winner, loser
NONE = 0  # margin where no assertion holds
MOST = 1 << 15  # sets of those standing that are looked at: all there are up to 15 choices


class Count:
    """The ballots of an instant-runoff contest: how many cards have each ranking."""

    def __init__(self, choices: Sequence[str], ballots: Mapping[Ranking, int]) -> None:
        self.choices = tuple(choices)
        code = {choice: k for k, choice in enumerate(self.choices)}
        kinds = [[code[choice] for choice in ranking if choice in code] for ranking in ballots]
        self._cards = np.array(list(ballots.values()), np.int64)
        longest = max(map(len, kinds), default=0)
        padded = [kind + [len(code)] * (longest - len(kind)) for kind in kinds]
        self._ranks = np.array(padded, np.int64).reshape(len(kinds), longest).T.copy()  # a row for each rank
        self._code = code
        self.tallies = cache(self._tallies)
        self.neb = cache(self._neb)
        self.winners = cache(self._winners)
        self.best = cache(self._best)

    def _tallies(self, standing: Standing) -> dict[str, int]:
        still = np.zeros(len(self.choices) + 1, bool)
        still[[self._code[choice] for choice in standing]] = True
        first = np.full(len(self._cards), len(self.choices))  # of those standing; this one stands for none
        for rank in self._ranks[::-1]:
            np.copyto(first, rank, where=still[rank])
        sums = np.bincount(first, self._cards, len(self.choices) + 1)
        return {choice: int(sums[self._code[choice]]) for choice in standing}

    def _neb(self, winner: str, loser: str) -> int:
        ours, theirs = votes(self, "NEB", winner, loser)
        return ours - theirs

    def _best(self, first: str, standing: Standing) -> Best:
        """The assertion with the greatest margin that rules out a step; of equals the first found, NEB before NEN."""
        later = [choice for choice in self.choices if choice in standing and choice != first]
        out = [choice for choice in self.choices if choice not in standing]
        best: Best = (NONE, "", "", "")
        for winner, loser in [*((first, other) for other in later), *((other, first) for other in out)]:
            if self.neb(winner, loser) > best[0]:
                best = self.neb(winner, loser), "NEB", winner, loser
        tallies = self.tallies(standing)
        loser = min(later, key=tallies.__getitem__)
        if tallies[first] - tallies[loser] > best[0]:
            best = tallies[first] - tallies[loser], "NEN", first, loser
        return best

    def winner(self) -> str:
        """Who wins the count. Raises UsageError where that hangs on a tie, which only the local rule can settle."""
        found = self._winners(frozenset(self.choices))
        if len(found) > 1:
            raise UsageError(
                f"a tie in the count decides between {' and '.join(sorted(found))}", hint="name the reported winner"
            )
        return min(found, default="")

    def _winners(self, standing: Standing) -> Standing:
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

    `ballots`: how many cards have each ranking. Their smallest margin is the greatest that any such set can have, with
    more than 15 choices the greatest that the search came to.
    """
    if winner not in choices:
        raise UsageError(f"{winner} is no choice of the contest", hint="name one of its choices as winner")
    count = Count(choices, ballots)
    if len(choices) < 2:
        return ()
    others = [frozenset((choice,)) for choice in count.choices if choice != winner]
    least = _hardest(count, others)
    if least <= NONE:
        return ()
    ruled: dict[Assertion, list[Step]] = {}
    for step, assertion in _frontier(count, others, least):
        ruled.setdefault(assertion, []).append(step)
    return tuple(_needed(ruled))


def proves(choices: Sequence[str], given: Sequence[Assertion], winner: str) -> bool:
    """Whether assertions, if all hold, rule out every order of elimination with another winner; no ballot is needed."""
    waiting: list[Step] = [(choice, frozenset((choice,))) for choice in choices if choice != winner]
    known: set[Standing] = set()  # what rules a step out does not hang on those who went out later
    while waiting:
        step = waiting.pop()
        if step[1] in known or any(_contradicts(one, step) for one in given):
            continue
        if len(step[1]) == len(choices):
            return False
        known.add(step[1])
        waiting += [(choice, step[1] | {choice}) for choice in choices if choice not in step[1]]
    return True


def _contradicts(one: Assertion, step: Step) -> bool:
    """Whether an assertion contradicts every order with a step."""
    if one.kind == "NEB":
        return _rules_out(one, step)
    return step == (one.winner, frozenset(one.standing)) and one.loser in step[1] - {one.winner}


def _hardest(count: Count, ends: Iterable[Standing]) -> int:
    """The greatest margin with which the hardest order can be ruled out that ends with these standing: the least over
    orders of the greatest over steps, by best-first search (the first whole order reached is the hardest). With more
    than 15 choices the search may end early: then it is what all orders can be ruled out with at least."""
    heap: list[tuple[int, int, Standing]] = []
    for end in ends:
        heappush(heap, (NONE, len(heap), end))
    done: set[Standing] = set()
    seen: set[Standing] = set()
    pushed = len(heap)
    while heap:
        so_far, _, standing = heappop(heap)
        if len(standing) == len(count.choices) or len(seen) > MOST:
            return so_far
        if standing not in done:
            done.add(standing)
            for first, more in _steps(count, standing):
                heappush(heap, (max(so_far, count.best(first, more)[0]), pushed, more))
                seen.add(more)
                pushed += 1
    return NONE


def _steps(count: Count, standing: Standing) -> list[Step]:
    """The steps that can have left these standing."""
    return [(choice, standing | {choice}) for choice in count.choices if choice not in standing]


def _frontier(count: Count, ends: Iterable[Standing], least: int) -> Iterator[tuple[Step, Assertion]]:
    """The steps at which orders are cut, and the assertion that rules out each: one of more than the least margin, or
    of just that where it is an NEB, which serves many steps, or where no later cut has more."""
    waiting = list(ends)
    known = set(waiting)
    while waiting:
        for step in _steps(count, waiting.pop()):
            best = count.best(*step)
            enough = best[0] > least or (best[0] == least and best[1] == "NEB")
            if enough or (best[0] == least and _hardest(count, [step[1]]) <= least):
                yield step, _assertion(count, step, best)
            elif step[1] not in known:
                known.add(step[1])
                waiting.append(step[1])


def _assertion(count: Count, step: Step, best: Best) -> Assertion:
    _, kind, winner, loser = best
    if kind == "NEB":
        return Assertion(kind="NEB", winner=winner, loser=loser, votes=votes(count, kind, winner, loser))
    standing = tuple(choice for choice in count.choices if choice in step[1])
    found = votes(count, kind, winner, loser, standing)
    return Assertion(kind="NEN", winner=winner, loser=loser, standing=standing, votes=found)


def _rules_out(neb: Assertion, step: Step) -> bool:
    """Whether an NEB contradicts every order with a step that was not cut before it."""
    first, standing = step
    return neb.loser in standing and (neb.winner not in standing or neb.winner == first != neb.loser)


def _needed(ruled: Mapping[Assertion, Sequence[Step]]) -> Iterator[Assertion]:
    """Those that no NEB makes needless; of NENs that say the same of one candidate the first."""
    before = [assertion for assertion in ruled if assertion.kind == "NEB"]
    said: set[tuple[str, Ranking]] = set()
    for assertion, steps in ruled.items():
        if assertion.kind == "NEN":
            implied = any((neb.winner, neb.loser) == (assertion.winner, assertion.loser) for neb in before)
            if implied or any(all(_rules_out(neb, step) for step in steps) for neb in before):
                continue
            if (assertion.winner, assertion.standing) in said:
                continue
            said.add((assertion.winner, assertion.standing))
        yield assertion
