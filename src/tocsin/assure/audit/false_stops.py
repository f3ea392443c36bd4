"""How often a stopping rule confirms an outcome that is wrong, where it is hardest to tell: at a tie.

A rule limits the risk if, whatever the ballots are, it stops wrongly in at most the risk limit of all audits. Each
simulated audit draws cards from an election that was a tie though a winner was reported, and is told by the risks it
measured, in the order in which somebody would have looked at them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from tocsin.assure.audit import kaplan_markov, macro, suite
from tocsin.assure.audit.pairs import Votes, pairs
from tocsin.model.ballot import Contest

Rule = Callable[[np.random.Generator], Iterable[float]]  # one audit of a tie, as the risks it measured


@dataclass(frozen=True, slots=True)
class FalseStops:
    """How many of so many audits stopped."""

    stopped: int
    runs: int
    risk_limit: float

    @property
    def rate(self) -> float:
        """Share of the audits that stopped."""
        return self.stopped / self.runs

    @property
    def most(self) -> float:
        """The rate that a rule within its limit exceeds only by rare chance: three standard errors above the limit."""
        return self.risk_limit + 3 * math.sqrt(self.risk_limit * (1 - self.risk_limit) / self.runs)


def false_stops(rule: Rule, risk_limit: float, runs: int, seed: int = 1) -> FalseStops:
    """Simulate audits of a tie; one stops as soon as a risk is at or below the limit."""
    rng = np.random.default_rng(seed)
    return FalseStops(sum(any(r <= risk_limit for r in rule(rng)) for _ in range(runs)), runs, risk_limit)


def polling(risk: Callable[[Contest, list[Votes]], dict[str, float]], contest: Contest, sizes: Sequence[int]) -> Rule:
    """Rounds of so many cards, with replacement, of a contest in which the first pair is at its null share."""
    pair = pairs(contest)[0]
    both = sum(pair.count(contest.votes))
    chances = np.array([pair.null * both, (1 - pair.null) * both, contest.cards - both]) / contest.cards

    def audit(rng: np.random.Generator) -> Iterator[float]:
        rounds: list[Votes] = []
        for size in sizes:
            ours, theirs, _ = rng.multinomial(size, chances)
            rounds.append({pair.winners[0]: int(ours), pair.losers[0]: int(theirs)})
            yield risk(contest, rounds)[pair.label]

    return audit


def comparison(margin: float, cards: int, every: int, *, two_votes: bool = True) -> Rule:
    """Cards drawn one by one of which just enough overstate the margin, by two votes or by one, to make it a tie."""
    wrong = margin / 2 if two_votes else margin

    def audit(rng: np.random.Generator) -> Iterator[float]:
        found = np.cumsum(rng.random(cards) < wrong)
        for n in range(every, cards + 1, every):
            over = int(found[n - 1])
            yield kaplan_markov.risk(margin, n, o2=over) if two_votes else kaplan_markov.risk(margin, n, o1=over)

    return audit


def batches(contest: Contest, reported: macro.Batches, counted: dict[str, Votes], looks: Sequence[int]) -> Rule:
    """Batches drawn in proportion to their bounds and looked at after so many draws; their hand counts are a tie."""
    most = macro.bounds(contest, reported)
    names, chances = list(most), np.array(list(most.values())) / sum(most.values())

    def audit(rng: np.random.Generator) -> Iterator[float]:
        order = [names[i] for i in rng.choice(len(names), looks[-1], p=chances)]
        for n in looks:
            yield macro.risk(contest, reported, macro.Drawn(order[:n], counted))

    return audit


def hybrid(
    contest: Contest,
    polled: suite.Polling,
    compared: suite.Comparison,
    sizes: Sequence[tuple[int, int]],
    lost: float,
    risk_limit: float,
) -> Rule:
    """Both strata in rounds; a share of the margin was lost in the comparison stratum, the rest in the polling one."""
    pair = pairs(contest)[0]
    margin = np.subtract(*pair.count(contest.votes))
    ours, theirs = pair.count(polled.votes)
    moved = round((1 - lost) * margin / 2)
    tallies = ours - moved, theirs + moved, polled.cards - ours - theirs
    wrong = round(lost * margin / 2)

    def audit(rng: np.random.Generator) -> Iterator[float]:
        seen, found = np.zeros(3, int), 0
        drawn = list(accumulate(sizes, lambda a, b: (a[0] + b[0], a[1] + b[1])))
        for (more, compare), (read, checked) in zip(sizes, drawn, strict=True):
            seen += rng.multivariate_hypergeometric(np.array(tallies) - seen, more)
            found += int(rng.binomial(compare, wrong / compared.cards))
            sample = {pair.winners[0]: int(seen[0]), pair.losers[0]: int(seen[1])}
            strata = (
                suite.Polling(polled.cards, polled.votes, read, sample),
                suite.Comparison(compared.cards, compared.votes, checked, {pair.label: {"o2": found}}),
            )
            yield suite.risk(contest, *strata, step=suite.STEP, risk_limit=risk_limit)[pair.label]

    return audit
