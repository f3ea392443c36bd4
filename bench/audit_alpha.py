"""ALPHA, betting and ONEAudit: CPU-seconds and sizes of samples, and how often ties pass.

    python bench/audit_alpha.py [--cards 1000000]

Sizes for a margin of 1 % at a risk limit of 5 %, 100 simulated audits each; risk of a sample by both routes; false
stops of 2,000 audits of ties; assertions for an instant-runoff count of ten choices. Compiled code is cached before
measuring, as it is after the first run of any installation. The tables go to bench/results/audit_alpha.json too.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from common import markdown, write
from tocsin.assure.audit import alpha, betting, oneaudit, raire, walk
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.assorters import Assorter, compared, compared_upper
from tocsin.assure.audit.pairs import Pair

LIMIT, MARGIN, RUNS = 0.05, 0.01, 100
SHARE = 0.5 + MARGIN / 2


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """CPU-seconds of a run, and what it gave."""
    start = time.process_time()
    found = run()
    return round(time.process_time() - start, 3), found


def pools(cards: int) -> list[oneaudit.Pool]:
    """A tenth of the cards in batches of 500 that differ in how they voted."""
    ours = (int(500 * (SHARE + (k % 11 - 5) / 50)) for k in range(cards // 5000))
    return [oneaudit.Pool(500, (won, 500 - won)) for won in ours]


def sizes(cards: int) -> dict[str, Callable[[], Any]]:
    """Sample sizes, 50 % and 90 % of audits."""
    won = round(cards * SHARE)
    claim = Assorter(Pair(("a",), ("b",)), (won, cards - won))
    upper = compared_upper(MARGIN, 1.0)
    polled = {1.0: won, 0.0: cards - won}
    errors = {
        compared(0.0, MARGIN, 1.0): cards - round(0.0011 * cards),
        compared(0.5, MARGIN, 1.0): round(0.001 * cards),
        0.0: round(0.0001 * cards),
    }
    mixed = oneaudit.expected(claim, pools(cards), cards)
    one = oneaudit.strategy(claim, pools(cards), cards)
    how: dict[str, Any] = {"runs": RUNS}
    return {
        "polling, ALPHA": lambda: walk.sizes(polled, alpha.polling(SHARE), LIMIT, **how),
        "polling, betting": lambda: walk.sizes(polled, betting.Agrapa(), LIMIT, **how),
        "comparison, ALPHA, no errors": lambda: [
            alpha.draws_needed([upper / 2], alpha.comparison(upper), LIMIT, cards=cards, u=upper)
        ],
        "comparison, ALPHA, errors": lambda: walk.sizes(errors, alpha.comparison(upper), LIMIT, u=upper, **how),
        "comparison, best bet, errors": lambda: walk.sizes(errors, betting.best(errors), LIMIT, u=upper, **how),
        "ONEAudit, a tenth in batches": lambda: walk.sizes(mixed, one, LIMIT, u=upper, **how),
    }


def risks(cards: int) -> list[tuple[str, float, int]]:
    """The two routes of one risk, for 50,000 draws."""
    x = np.random.default_rng(1).permutation(
        np.repeat([1.0, 0.0], (round(cards * SHARE), cards - round(cards * SHARE)))
    )
    x = x[:50_000]
    strategy = alpha.polling(SHARE)
    first, one = timed(lambda: alpha.risk(x, strategy, cards=cards))
    second, other = timed(lambda: alpha.recomputed(x, strategy, cards=cards))
    agreed(one, other)
    return [("risk, compiled", first, len(x)), ("risk, second route", second, len(x))]


def ties() -> list[tuple[str, int, int]]:
    """Audits of 2,000 ties that ended, at a limit of 5 % and of 10 %; 129 and 240 are three standard errors above."""
    tie = {0.0: 450, 0.5: 100, 1.0: 450}
    strategies = {"fixed": alpha.Fixed(0.55), "shrink": alpha.polling(0.55), "agrapa": betting.Agrapa()}
    return [
        (name, *(alpha.false_stops(tie, strategy, limit, 500) for limit in (0.05, 0.1)))
        for name, strategy in strategies.items()
    ]


def irv() -> tuple[float, int]:
    """Assertions for ten choices and 20,000 cards."""
    rng = np.random.default_rng(4)
    strength = np.exp(-np.arange(10) / 3)
    ballots: Counter[tuple[str, ...]] = Counter()
    for _ in range(20_000):
        ranked = np.argsort(rng.exponential(1 / strength))[: rng.integers(1, 6)]
        ballots["abcdefghij"[ranked[0]], *("abcdefghij"[k] for k in ranked[1:])] += 1
    winner = raire.Count("abcdefghij", ballots).winner()
    spent, found = timed(lambda: raire.assertions("abcdefghij", ballots, winner))
    return spent, len(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=1_000_000)
    cards = parser.parse_args().cards
    for run in sizes(1000).values():
        run()  # compiles
    measured = [(name, *timed(run)) for name, run in sizes(cards).items()]
    routes, stopped = risks(cards), ties()
    spent, number = irv()
    print(markdown(("sizes", "CPU-s", "draws"), measured))
    print(markdown(("route", "CPU-s", "draws"), routes))
    print(markdown(("ties of 2,000 that passed", "limit 5 %", "limit 10 %"), stopped))
    print(f"{number} assertions of ten choices: {spent} CPU-s")
    found = {"cards": cards, "sizes": measured, "routes": routes, "ties": stopped, "assertions": [spent, number]}
    write("audit_alpha", found)


if __name__ == "__main__":
    main()
