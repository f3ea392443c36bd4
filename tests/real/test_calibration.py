"""Nothing is reported where nobody acts together: real posts with their accounts permuted, and quiet simulations."""

import pytest

from calibration import FAMILIES, LEVEL, LEVELS, figures, permuted, summarise
from common import load, scan
from tocsin.simulate.election import ElectionParams, simulate

NULLS = [name for name in FAMILIES if name != "decoys"]


@pytest.mark.parametrize("name", ["gop", "up"])
@pytest.mark.parametrize("seed", [1001, 1002])
def test_permuted_accounts_give_no_lead(name, seed):
    posts, _ = permuted(name)(seed)
    found = scan(posts)
    assert not found.leads
    assert not found.confirmed
    assert len(found.log_e) > 500  # there was something to test


def test_permuting_keeps_the_posts():
    posts, _ = permuted("gop")(1)
    assert posts.drop_columns("account").equals(load("gop").drop_columns("account"))
    assert not posts["account"].equals(load("gop")["account"])


def test_quiet_simulation_gives_no_lead():
    made = simulate(ElectionParams(seed=1001, posts=5_000, decoys=False, operations="none"))
    assert not scan(made.posts).leads


@pytest.mark.slow
@pytest.mark.parametrize("family", NULLS)
def test_share_of_runs_with_a_lead(family):
    """At most the nominal level and three standard errors of 200 runs; p-values above their level nowhere."""
    make = FAMILIES[family][1]()
    runs = 200
    done = []
    for seed in range(runs):
        posts, decoys = make(seed)
        done.append(summarise(scan(posts), decoys))
    wrong = sum(run.leads > 0 for run in done) / runs
    assert wrong <= LEVEL + 3 * (LEVEL * (1 - LEVEL) / runs) ** 0.5
    candidates = sum(run.candidates for run in done)
    for k, level in enumerate(LEVELS):
        below = sum(run.below[k] for run in done)
        # candidates of a run overlap, so no exact margin: three Poisson errors and a handful
        assert below <= candidates * level + 3 * (candidates * level) ** 0.5 + 5


def test_figures_count_leads_apart_from_decoys():
    runs = [{"leads": 2, "on_decoys": 2, "unexplained": 1, "confirmed": 3, "candidates": 10}] * 9
    runs += [{"leads": 1, "on_decoys": 0, "unexplained": 0, "confirmed": 1, "candidates": 10}]
    told = figures({"family": "decoys", "runs": 10, "each": runs})
    assert told["any lead"] == 0.1
    assert told["leads on decoys, a run"] == 1.8
    assert told["of these unexplained"] == 0.9
    assert told["kept"] == "yes"
