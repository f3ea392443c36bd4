"""Published numbers of martingale tests and of instant-runoff assertions, each risk by both routes."""

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tocsin.assure.audit import alpha, betting, kaplan, raire
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.assorters import compared, compared_upper

DATA = Path(os.environ.get("TOCSIN_DATA", Path(__file__).parents[3] / "shared/data")) / "elections"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not here")

#: What the anchor bets on comparisons: it reads `error_rate_2`, so the `rate_error_2` in the vectors did not reach it.
RATE_USED = 1e-5


def vectors(part):
    return json.loads((DATA / "rla_vectors/nonneg_mean_shangrla.json").read_text())[part]


def strategy(method, given, u):
    if method == "alpha_shrink_trunc":
        return alpha.Shrink(given["eta"], given["d"], given["c"], given["f"], given["minsd"])
    if method == "betting_fixed":
        return betting.Bet(given["lam"])
    if method == "betting_agrapa":
        return betting.Agrapa(given["lam"], given["c_grapa_0"], given["c_grapa_max"], given["c_grapa_grow"])
    if method == "alpha_optimal_comparison":
        return alpha.comparison(u, RATE_USED)
    assert method in ("alpha_fixed_alternative", "wald_sprt_corrected", "sample_size_alpha_fixed")
    return alpha.Fixed(given["eta"])


def values(case):
    if "x" in case:
        return case["x"]
    x = np.full(case["n"], compared(0.0, case["margin"], 1.0))
    x[case["o1_positions"]], x[case["o2_positions"]] = compared(0.5, case["margin"], 1.0), 0.0
    assert case["u"] == pytest.approx(compared_upper(case["margin"], 1.0), rel=1e-12)
    return x


@pytest.mark.parametrize("part", ["asserted_by_suite", "computed"])
def test_risks(part):
    cases = [case for case in vectors(part) if "p_value" in case]
    for case in cases:
        cards = None if case["N"] == "inf" else case["N"]
        if case["method"].startswith("kaplan_"):
            how = {"g": case["params"]["g"], "t": case["t"], "cards": cards}
            routes = [f(case["x"], case["method"][7:], **how) for f in (kaplan.risk, kaplan.recomputed)]
        else:
            bet = strategy(case["method"], case["params"], case["u"])
            routes = [
                f(values(case), bet, cards=cards, t=case["t"], u=case["u"]) for f in (alpha.risk, alpha.recomputed)
            ]
        assert agreed(*routes) == pytest.approx(case["p_value"], rel=1e-6), case["id"]
    assert len(cases) > (100 if part == "computed" else 4)


def test_sizes():
    for case in vectors("asserted_by_suite"):
        if "sample_size" in case:
            given = case["params"]
            replaced = case["method"] == "sample_size_kaplan_wald"
            bet = betting.Bet((1 - given["g"]) / case["t"]) if replaced else strategy(case["method"], given, case["u"])
            found = alpha.draws_needed(case["x"], bet, given["alpha"], cards=case["N"], replacement=replaced)
            assert found == case["sample_size"], case["id"]


def elections(path):
    """Contests of a RAIRE file: choices, reported winner and rankings."""
    with gzip.open(path, "rt") as file:
        rows = [line.strip().split(",") for line in file if line.strip()]
    heads = {row[1]: (row[3 : 3 + int(row[2])], row[-1]) for row in rows[1 : int(rows[0][0]) + 1]}
    ballots = {contest: Counter() for contest in heads}
    for contest, _, *ranking in rows[len(heads) + 1 :]:
        ballots[contest][tuple(choice for choice in ranking if choice)] += 1
    return {contest: (*heads[contest], ballots[contest]) for contest in heads}


def expected(path):
    """Assertions by contest: kind, winner, loser, who is out."""
    found = {}
    for row in (line.strip().split(",") for line in path.read_text().splitlines() if line):
        if row[0].startswith("CONTEST"):
            found[current := row[0].split()[1]] = set()
        else:
            found[current].add((row[0], row[2], row[4], frozenset(row[6:])))
    return found


def test_assertions_of_instant_runoff_counts():
    seen = 0
    for path in sorted((DATA / "irv").glob("*.raire.gz")):
        published = expected(path.with_suffix(".out"))
        for contest, (choices, winner, ballots) in elections(path).items():
            found = {
                (one.kind, one.winner, one.loser, frozenset(set(choices) - set(one.standing) if one.standing else ()))
                for one in raire.assertions(choices, ballots, winner)
            }
            assert found == published[contest], (path.name, contest)
            seen += 1
    assert seen


def test_a_wrong_reported_winner_cannot_be_proved():
    for path in (DATA / "irv").glob("*wrong_winner.raire.gz"):
        for choices, winner, ballots in elections(path).values():
            assert raire.assertions(choices, ballots, winner) == ()
            right = raire.Count(choices, ballots).winner()
            assert right != winner
            assert raire.assertions(choices, ballots, right)
