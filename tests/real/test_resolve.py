"""The resolver on real lists, donors and labelled pairs.

The weights that ship were learned from these files: the quick tests guard what they reach here, the slow one repeats
the cross-validation that says what to expect elsewhere (bench/resolve.py).
"""

import numpy as np
import pytest

import resolve as bench
from tocsin.resolve.clusters import cluster
from tocsin.resolve.donors import resolve_donors
from tocsin.resolve.match import compare_many
from tocsin.resolve.screen import Screen
from tocsin.resolve.weights import load
from tocsin.sources.gifts import read_gifts

if not (bench.DATA / "sanctions/pairs").exists():
    pytest.skip("the sanctions data are not beside the checkout", allow_module_level=True)


@pytest.fixture(scope="module")
def screen():
    return Screen(bench.listed_persons())


def best(screen, records, **kind):
    hits = screen.search(bench.people(records, **kind), threshold=0.02, limit=1)
    found = np.zeros(len(records))
    found[hits["query"].to_numpy()] = hits["probability"].to_numpy()
    return found


@pytest.mark.parametrize("facts", [True, False])
def test_listed_names_are_found_and_others_are_not(screen, facts):
    plain, distorted = (bench.table(f"sanctions/pairs/positives_un_{kind}.csv") for kind in ("untreated", "treated"))
    others = [r for kind in ("us", "global") for r in bench.table(f"sanctions/pairs/negatives_{kind}_1k.csv")]
    alerts = best(screen, others, facts=facts)
    assert (best(screen, plain, facts=facts) >= 0.5).mean() >= 0.96
    assert (best(screen, distorted, facts=facts) >= 0.5).mean() >= 0.95
    assert (alerts >= 0.5).mean() <= 0.002  # the share over 100,000 names is in bench/screen.py


def test_listed_donors_come_first(screen):
    donors = bench.table("funding/fec/donor_screen_dev.csv")
    truth = {r["donor_id"] for r in bench.table("funding/fec/donor_screen_dev_truth.csv")}
    label = np.array([r["donor_id"] in truth for r in donors], float)
    odds = best(screen, donors, facts=False)
    assert bench.average_precision(label, odds) >= 0.96
    assert bench.recall_at(label, odds, 10) >= 0.9


def test_ranks_are_all_different(screen):
    people = bench.people(bench.table("sanctions/pairs/positives_un_untreated.csv"), facts=True)
    ranks = screen.search(people, threshold=0.1)["rank"].to_pylist()
    assert len(set(ranks)) == len(ranks) > 1000


def test_new_york_donors():
    for context, data in bench.measure_donors().items():
        assert bench.average_precision(data.label, load(context).log_odds(data.measures)) >= 0.93


def test_cross_list_pairs():
    records = bench.lines("sanctions/pairs/xlist_pairs_dev.jsonl")
    label = np.array([r["judgement"] == "positive" for r in records], float)
    sides = [[bench.subject(r[side], lambda _: True) for r in records] for side in ("left", "right")]
    odds = compare_many(*sides, bench.each(records)).log_odds
    assert bench.f1(label, odds) >= 0.965
    assert bench.average_precision(label, odds) >= 0.995
    assert len(np.unique(odds)) > 0.97 * odds.size  # 28 % of them are ties at 1.0 with logic-v2


def test_donors_of_a_sample_of_contributions():
    gifts = read_gifts([str(bench.DATA / "funding/fec/itcont_10k.txt")]).table
    donors = resolve_donors(gifts)
    assert len(donors) == gifts.num_rows
    as_filed = set(zip(gifts["donor_name"].to_pylist(), gifts["postcode"].to_pylist(), strict=True))
    assert 9_600 <= len(set(donors.to_pylist())) < len(as_filed)


def test_clusters_of_a_part_of_the_lists():
    listed = bench.listed_persons()
    listed = listed.take(np.flatnonzero(np.arange(listed.num_rows) % 5 == 0))
    found = cluster(listed)
    together = found.group_by("cluster").aggregate([("list", "count"), ("list", "count_distinct")])
    assert together["list_count"].equals(together["list_count_distinct"])
    assert max(together["list_count"].to_pylist()) >= 2


@pytest.mark.slow
def test_held_out_figures():
    pairs = bench.measure_pairs()
    figures = bench.check_pairs(pairs, bench.sets(pairs))["figures"]
    figures |= {f"screen {k}": v for k, v in bench.check_screens(bench.measure_screens())["figures"].items()}
    figures |= bench.check_donors(bench.measure_donors())["figures"]
    least = {
        "full AP": 0.995,
        "full F1": 0.965,
        "name-only F1": 0.93,
        "screen AP": 0.96,
        "screen recall at 10": 0.9,
        "donor-person AP": 0.93,
        "donor-organisation AP": 0.93,
    }
    assert {name: figures[name] for name, bar in least.items() if figures[name] < bar} == {}
