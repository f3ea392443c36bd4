"""Batch comparison and hybrid audits against the values of other implementations; Georgia's full hand tally."""

import csv
import gzip
from collections import Counter, defaultdict

import pytest
from tests.real.rla import ELECTIONS, VECTORS, cases, contest, ids

from tocsin.assure.audit import macro, suite
from tocsin.assure.audit.agree import agreed
from tocsin.errors import UsageError

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason="the election data are not beside the checkout")

RISKS = cases("batch_comparison_macro.json.gz", "macro.compute_risk")
SIZES = cases("batch_comparison_macro.json.gz", "macro.get_sample_sizes")


def given(case):
    """The contest, its batches, what was drawn, and cards that are pending (known by the name of the case only)."""
    told = case["input"]
    name = told["contest"]["name"]
    whole = contest(told["contest"], runoff="runoff" in case["source"])
    reported = {key: votes[name] for key, votes in told["reported_results"].items() if name in votes}
    batches = {key: batch(votes, whole) for key, votes in reported.items()}
    counted = {key: votes[name] for key, votes in told["sample_results"].items() if name in votes}
    tickets = told.get("sample_ticket_numbers", told.get("ticket_numbers"))
    order = [batch for _, batch in sorted(tickets.items()) if batch in counted]
    drawn = macro.Drawn(order, counted, [set(group) for group in told["combined_batches"]])
    return whole, batches, drawn, {"pending": pending(case, batches), "credit": False}


def batch(votes, whole):
    ballots = votes.get("ballots", sum(votes.values()))
    return macro.Batch({choice.id: votes[choice.id] for choice in whole.choices}, ballots)


def pending(case, batches):
    """Cards not counted yet, which the vectors leave out: two by that test's name, and one for two halves of a vote."""
    halves = sum(votes % 1 for batch in batches.values() for votes in batch.votes.values())
    return 2 if "pending" in case["source"] else round(halves)


@pytest.mark.parametrize("case", RISKS, ids=ids(RISKS))
def test_macro_risks(case):
    whole, batches, drawn, how = given(case)
    how["complete"] = len(case["input"]["sample_results"]) == len(case["input"]["reported_results"])
    if how["complete"]:
        assert case["expected"][0] == 0
        return
    found = agreed(macro.risk(whole, batches, drawn, **how), macro.recomputed(whole, batches, drawn, **how))
    assert [pytest.approx(found, abs=1e-6), found <= case["input"]["risk_limit"] / 100] == case["expected"]


@pytest.mark.parametrize("case", SIZES, ids=ids(SIZES))
def test_macro_sizes(case):
    whole, batches, drawn, how = given(case)
    limit = case["input"]["risk_limit"] / 100
    if "expect_error" in case:
        with pytest.raises(UsageError, match="every batch has been counted"):
            macro.sizes(whole, limit, batches, drawn, spare=1, **how)
        return
    assert macro.sizes(whole, limit, batches, drawn, spare=1, **how) == case["expected"]


COLUMNS = {
    "RLA-TBJ": ("Donald J. Trump", "Joseph R. Biden", "Jo Jorgensen"),
    "RLA-Und": ("Blank/Undervote",),
    "RLA-Ovr": ("Overvote",),
    "RLA-InvW": ("Invalid Write-In",),
    "RLA-ValW": ("Valid Write-iin",),
}


def test_georgia_hand_tally_sums_to_the_published_totals():
    """Every county's batches, and the state's where all of its 159 counties are there."""
    folder = ELECTIONS / "ga_full_hand_tally_2020"
    sums = defaultdict(Counter)
    with gzip.open(folder / "batch_results.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            here = {column: sum(int(row[c] or 0) for c in parts) for column, parts in COLUMNS.items()}
            for area in (row["Jurisdiction Name"], "ALL"):
                sums[area].update(here | {name: int(row[name] or 0) for name in COLUMNS["RLA-TBJ"]})
    with (folder / "county_official_vs_audit.csv").open(encoding="utf-8", newline="") as file:
        published = {row["County"].upper(): row for row in csv.DictReader(file)}
    counties = set(published) & set(sums) - {"ALL"}
    assert len(counties) == len(sums) - 1 > 50
    for county in counties:
        assert {c: sums[county][c] for c in COLUMNS} == {c: int(published[county][c]) for c in COLUMNS}, county
    if len(counties) == 159:
        assert (sums["ALL"]["Donald J. Trump"], sums["ALL"]["Joseph R. Biden"]) == (2_462_857, 2_475_141)


HYBRID_RISKS = cases("hybrid_suite.json", "suite.compute_risk")
HYBRID_SIZES = cases("hybrid_suite.json", "suite.get_sample_size")


def strata(case):
    told, whole = case["input"], contest(case["input"]["contest"])
    polled = told["bp_stratum"]["BallotPollingStratum"]
    compared = told["cvr_stratum"]["BallotComparisonStratum"]
    sample = Counter()
    for votes in polled["sample"].values():
        sample.update(votes)
    return (
        whole,
        suite.Polling(polled["num_ballots"], polled["vote_totals"], polled["sample_size"], sample),
        suite.Comparison(
            compared["num_ballots"], compared["vote_totals"], compared["sample_size"], compared["misstatements"]
        ),
    )


@pytest.mark.parametrize("case", HYBRID_RISKS, ids=ids(HYBRID_RISKS))
def test_suite_risks(case):
    given, limit = strata(case), case["input"]["risk_limit"] / 100
    if "expect_error" in case:
        whole, polled, compared = given  # Arlo gives no risk where a stratum was read; it is that of the other one
        for pair in suite.contested(whole) if polled.drawn >= polled.cards else ():
            (won, lost), (first, second) = pair.count(polled.sample), pair.count(compared.votes)
            left = first - second + won - lost
            alone = suite.comparison_p(pair, compared, left) if left > 0 else 1.0
            assert suite.risk(*given)[pair.label] == suite.recomputed(*given)[pair.label] == alone
        return
    coarse = {"step": 0.05, "risk_limit": limit}
    first, second = suite.risk(*given, **coarse), suite.recomputed(*given, **coarse)
    found = max(agreed(first[pair], second[pair]) for pair in first)
    assert [pytest.approx(found, abs=1e-6), str(found <= limit)] == [case["expected"][0], str(case["expected"][1])]


@pytest.mark.slow
@pytest.mark.parametrize("case", HYBRID_RISKS, ids=ids(HYBRID_RISKS))
def test_suite_risks_are_no_less_than_on_the_grid(case):
    if "expect_error" not in case:
        exact, again = (route(*strata(case)) for route in (suite.risk, suite.recomputed))
        assert max(agreed(exact[pair], again[pair]) for pair in exact) >= case["expected"][0] - 1e-9


def test_suite_greatest_p_value_of_a_tiny_election():
    for case in cases("hybrid_suite.json", "suite.maximize_fisher_combined_pvalue"):
        told = case["input"]
        found = suite.risk(*strata(case), step=told["stepsize"], risk_limit=told["alpha"])
        assert found[f"{told['winner']}|{told['loser']}"] == pytest.approx(case["expected"], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("case", HYBRID_SIZES, ids=ids(HYBRID_SIZES))
def test_suite_sizes(case):
    whole, polling, comparison = strata(case)
    limit = case["input"]["risk_limit"] / 100
    if "expect_error" in case:
        with pytest.raises(UsageError, match="read completely"):
            suite.sizes(whole, limit, polling, comparison)
        return
    assert list(suite.sizes(whole, limit, polling, comparison)) == case["expected"]
