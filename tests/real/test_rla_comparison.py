"""Ballot comparison against the values of other implementations and of the state of Colorado."""

import csv
import json

import pytest
from tests.real.rla import ELECTIONS, VECTORS, cases, contest, ids

from tocsin.assure.audit import bravo
from tocsin.assure.audit import kaplan_markov as km
from tocsin.assure.audit.agree import agreed
from tocsin.model.ballot import Choice, Contest

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason="the election data are not beside the checkout")

RISKS = cases("ballot_comparison_kaplan_markov.json", "supersimple.compute_risk")
SIZES = cases("ballot_comparison_kaplan_markov.json", "supersimple.get_sample_sizes")


@pytest.mark.parametrize("case", RISKS, ids=ids(RISKS))
def test_arlo_risks(case):
    given, whole = case["input"], contest(case["input"]["contest"])
    margin = km.diluted_margin(whole)
    assert margin == pytest.approx(given["contest"]["diluted_margin"])
    if given["n"] >= whole.cards:
        assert case["expected"] == [0, True]  # everything was read: no statistic is asked for
        return
    counts = [given[kind] for kind in ("o1", "o2", "u1", "u2")]
    found = km.risk(margin, given["n"], *counts, credit=False)
    agreed(found, km.recomputed(margin, given["n"], *counts, credit=False))
    assert [pytest.approx(found, abs=1e-6), found <= given["risk_limit_pct"] / 100] == case["expected"]


@pytest.mark.parametrize("case", SIZES, ids=ids(SIZES))
def test_arlo_sizes(case):
    whole, limit = contest(case["input"]["contest"]), case["input"]["risk_limit"] / 100
    seen = {k: int(v) for k, v in (case["input"]["sample_results"] or {}).items()}
    found = {"o1": seen.get("1-over", 0), "o2": seen.get("2-over", 0)}
    if limit == 0:
        assert case["expected"] == whole.cards
        return
    assert km.further_size(whole, limit, seen.get("sample_size", 0), found) == case["expected"]


def rlacalc(fn, given):
    """One function of rlacalc by ours."""
    limit, gamma = given.get("alpha", 0.1), given.get("gamma", km.GAMMA)
    counts = {kind: given.get(kind, 0) for kind in ("o1", "o2", "u1", "u2")}
    rates = km.Rates(*(given.get(kind, 0) for kind in ("or1", "or2", "ur1", "ur2")))
    match fn:
        case "rho":
            return km.per_margin(limit, given["lambdatol"], gamma)
        case "nmin":
            return km.optimistic_size(given["margin"], limit, **counts, gamma=gamma)
        case "KM_P_value":
            agreed(*(route(given["margin"], given["n"], **counts, gamma=gamma) for route in (km.risk, km.recomputed)))
            return km.risk(given["margin"], given["n"], **counts, gamma=gamma)
        case "KM_Expected_sample_size":
            return km.expected_size(given["margin"], limit, rates, gamma)
        case "nminFromRates":
            return km.rounded_size(given["margin"], limit, rates, gamma)
        case "ballot_polling_risk_level":
            votes = {"w": given["winner_votes"], "l": given["loser_votes"]}
            return bravo.risk(two(votes), [{"w": given["winner_obs"], "l": given["loser_obs"]}])["w|l"]
        case "findAsn":
            votes = {"w": round(10**6 * (1 + given["margin"]) / 2), "l": round(10**6 * (1 - given["margin"]) / 2)}
            return bravo.average_size(two(votes), limit).cards


def two(votes):
    choices = tuple(Choice(id=c, name=c) for c in votes)
    return Contest(id="two", name="two", choices=choices, votes=votes, cards=sum(votes.values()))


def test_rlacalc():
    given = json.loads((VECTORS / "ballot_comparison_rlacalc.json").read_text())
    for case in given["asserted"] + given["computed"]:
        assert rlacalc(case["fn"], case["input"]) == pytest.approx(case["expected"], abs=1e-6, rel=0), case


def table(name):
    with (ELECTIONS / "corla" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", [path.name for path in sorted((ELECTIONS / "corla").glob("contests_*.csv"))])
def test_colorado_sizes(name):
    """Optimistic and estimated sizes of every contest that the state could audit, as its own software gave them."""
    audited = [row for row in table(name) if int(row["min_margin"])]
    assert len(audited) > 500
    for row in audited:
        margin, limit = int(row["min_margin"]) / int(row["ballot_card_count"]), float(row["risk_limit"])
        counts = {kind: int(row[kind]) for kind in ("o1", "o2", "u1", "u2")}
        gamma, drawn = float(row["gamma"]), int(row["audited_sample_count"])
        assert km.optimistic_size(margin, limit, **counts, gamma=gamma) == int(row["optimistic_samples_to_audit"]), row
        estimated = km.estimated_size(margin, limit, drawn, **counts, gamma=gamma)
        assert estimated == int(row["estimated_samples_to_audit"]), row


@pytest.mark.parametrize("name", [path.name for path in sorted((ELECTIONS / "corla").glob("results_summary_*.csv"))])
def test_colorado_risks(name):
    """The risk of every contest on the official result sheet, to its printed digit, and whether the limit was met."""
    measured = [row for row in table(name) if row["risk_measurement_pct"]]
    assert len(measured) > 600
    for row in measured:
        margin = float(row["min_margin"]) / float(row["ballot_count"])
        counts = {kind: int(float(row[kind] or 0)) for kind in ("o1", "o2", "u1", "u2")}
        given = (margin, int(float(row["audited_sample_count"])))
        found = agreed(km.risk(*given, **counts), km.recomputed(*given, **counts))
        assert 100 * found == pytest.approx(float(row["risk_measurement_pct"]), abs=0.0501), row
        if row["risk_met"] in ("Yes", "No") and float(row["min_margin"]):
            assert (100 * found <= float(row["risk_limit_pct"])) == (row["risk_met"] == "Yes"), row
