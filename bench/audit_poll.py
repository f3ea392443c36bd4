"""Ballot polling by rounds, Kaplan-Markov, batch and hybrid audits: CPU-seconds, sizes, and how often ties pass.

    python bench/audit_poll.py

Sizes for margins of 5, 2, 1 and 0.2 % of five million cards at a risk limit of 10 %, for a nine in ten chance to stop;
both routes of one risk on large samples; false stops of 2,000 audits of ties. The tables go to
bench/results/audit_poll.json too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from common import markdown, write
from tocsin.assure.audit import bravo, kaplan_markov, macro, minerva, providence, suite
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.false_stops import Rule, batches, comparison, false_stops, hybrid, polling
from tocsin.model.ballot import Choice, Contest

CARDS, LIMIT, CHANCE, RUNS = 5_000_000, 0.1, 0.9, 2000
MARGINS = (0.05, 0.02, 0.01, 0.002)


def contest(votes: dict[str, int], cards: int = 0, **more: Any) -> Contest:
    """A contest of the given votes."""
    choices = tuple(Choice(id=c, name=c) for c in votes)
    return Contest(id="c", name="c", choices=choices, votes=votes, cards=cards or sum(votes.values()), **more)


def of_margin(margin: float) -> Contest:
    """Two choices on all cards."""
    won = round(CARDS * (1 + margin) / 2)
    return contest({"a": won, "b": CARDS - won})


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """CPU-seconds of a run, and what it gave."""
    start = time.process_time()
    found = run()
    return round(time.process_time() - start, 3), found


def sizes() -> list[list[Any]]:
    """Cards of the first round by margin and method, and the CPU-seconds of 70, 80 and 90 % together."""
    rows = []
    for margin in MARGINS:
        given = of_margin(margin)
        row: list[Any] = [f"{margin:.1%}"]
        for method in (bravo, minerva, providence):
            spent, found = timed(lambda method=method, given=given: method.sizes(given, LIMIT))
            row += [found[CHANCE].cards, spent]
        row.append(kaplan_markov.sizes(given, LIMIT))
        rows.append(row)
    return rows


def risks() -> list[list[Any]]:
    """Both routes of one risk on large samples: the risk, the CPU-seconds of each, and how far they differ."""
    rows, given = [], of_margin(0.01)
    rounds = [{"a": 20_300, "b": 19_900}, {"a": 30_200, "b": 29_700}]
    many = {str(i): macro.Batch({"a": 505, "b": 495}, 1000) for i in range(5000)}
    drawn = macro.Drawn([str(i) for i in range(0, 5000, 10)], {name: batch.votes for name, batch in many.items()})
    polled = suite.Polling(100_000, {"a": 51_000, "b": 49_000}, 2000, {"a": 1025, "b": 975})
    compared = suite.Comparison(900_000, {"a": 454_500, "b": 445_500}, 900, {"a|b": {"o1": 1}})
    strata = contest({"a": 505_500, "b": 494_500}), polled, compared
    cases: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "BRAVO, 100,100 votes": (lambda: bravo.risk(given, rounds), lambda: bravo.recomputed(given, rounds)),
        "Minerva, two rounds": (
            lambda: minerva.risk(given, rounds, LIMIT),
            lambda: minerva.recomputed(given, rounds, LIMIT),
        ),
        "Providence, two rounds": (
            lambda: providence.risk(given, rounds),
            lambda: providence.recomputed(given, rounds),
        ),
        "Kaplan-Markov, 900 cards": (
            lambda: {"": kaplan_markov.risk(0.01, 900, 1)},
            lambda: {"": kaplan_markov.recomputed(0.01, 900, 1)},
        ),
        "batches, 500 of 5,000": (
            lambda: {"": macro.risk(of_margin(0.01), many, drawn)},
            lambda: {"": macro.recomputed(of_margin(0.01), many, drawn)},
        ),
        "hybrid, 2,900 cards": (lambda: suite.risk(*strata), lambda: suite.recomputed(*strata)),
    }
    for name, (one, two) in cases.items():
        (spent, first), (again, second) = timed(one), timed(two)
        (value,), (other,) = first.values(), second.values()
        rows.append([name, f"{agreed(value, other):.6g}", spent, again, f"{abs(value - other) / value:.0e}"])
    return rows


def ties() -> dict[str, Rule]:
    """A rule for each method, at a tie."""
    polled = contest({"a": 550, "b": 450}, 1100)
    passed = contest({"yes": 700, "no": 300}, counting="supermajority", share=0.6)
    reported = {str(i): macro.Batch({"a": 60, "b": 40}, 100) for i in range(20)}
    turned = {name: {"a": 20, "b": 80} if int(name) < 5 else batch.votes for name, batch in reported.items()}
    strata = suite.Polling(3000, {"a": 1600, "b": 1400}), suite.Comparison(7000, {"a": 4000, "b": 3000})
    rounds = [(60, 40), (90, 60)]
    return {
        "BRAVO": polling(bravo.risk, polled, [50] * 10),
        "BRAVO, supermajority": polling(bravo.risk, passed, [50] * 10),
        "Minerva": polling(lambda c, seen: minerva.risk(c, seen, LIMIT), polled, [60, 90, 135]),
        "Providence": polling(providence.risk, polled, [60, 40, 100, 120]),
        "Kaplan-Markov, one vote": comparison(0.1, 300, 10, two_votes=False),
        "Kaplan-Markov, two votes": comparison(0.1, 300, 10),
        "batches": batches(contest({"a": 1200, "b": 800}), reported, turned, [5, 10, 15, 20]),
        "hybrid, half of the loss in each": hybrid(contest({"a": 5600, "b": 4400}), *strata, rounds, 0.5, LIMIT),
    }


def main() -> None:
    """Measure, print and keep."""
    bravo.sizes(of_margin(0.05), LIMIT)  # scipy is imported once
    kept = {"sizes": sizes(), "risks": risks()}
    kept["ties"] = []
    for name, rule in ties().items():
        spent, found = timed(lambda rule=rule: false_stops(rule, LIMIT, RUNS))
        kept["ties"].append([name, f"{found.rate:.4f}", f"{found.most:.4f}", spent])
    heads = {
        "sizes": ["margin", "BRAVO", "s", "Minerva", "s", "Providence", "s", "Kaplan-Markov"],
        "risks": ["risk of", "risk", "s", "s, second route", "relative difference"],
        "ties": ["rule", "false stops", "at most", "s"],
    }
    for name, head in heads.items():
        print(markdown(head, kept[name]), end="\n\n")
    write("audit_poll", kept)


if __name__ == "__main__":
    main()
