"""Ballot polling against the values of other implementations."""

import csv
import json

import pytest
from tests.real.rla import VECTORS, cases, contest, ids, rounds

from tocsin.assure.audit import athena, bravo, minerva, providence
from tocsin.assure.audit.agree import agreed
from tocsin.assure.audit.plan import check_limit, count_all
from tocsin.assure.audit.rounds import stopped_by
from tocsin.errors import UsageError

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason="the election data are not beside the checkout")

RISKS = cases("ballot_polling_bravo.json", "bravo.compute_risk")
SIZES = cases("ballot_polling_bravo.json", "bravo.get_sample_size")
AVERAGES = cases("ballot_polling_bravo.json", "bravo.get_expected_sample_size")


@pytest.mark.parametrize("case", RISKS, ids=ids(RISKS))
def test_bravo_risks(case):
    given = contest(case["input"]["contest"])
    found, again = bravo.risk(given, rounds(case)), bravo.recomputed(given, rounds(case))
    expected, stops = case["expected"]
    if sum(sum(votes.values()) for votes in rounds(case)) >= given.cards:
        assert set(expected.values()) == {0.0}  # everything was read: no statistic is asked for
        return
    if not found:
        assert set(expected.values()) == {1.0}  # nobody lost
        return
    assert found == pytest.approx(expected, abs=1e-6)
    for pair, value in found.items():
        agreed(value, again[pair])
    assert all(value <= case["input"]["risk_limit"] / 100 for value in found.values()) == stops


@pytest.mark.parametrize("case", SIZES, ids=ids(SIZES))
def test_bravo_sizes(case):
    given, limit, seen = contest(case["input"]["contest"]), case["input"]["risk_limit"] / 100, rounds(case)
    drawn = sum(size for _, size in (case["input"]["round_sizes"] or {}).values())
    if "expect_error" in case:
        if drawn >= given.cards and case["expect_error"].startswith("All"):
            return
        if "audit is over" in case["expect_error"]:
            assert {size.cards for size in bravo.sizes(given, limit, rounds=seen).values()} == {0}
        else:
            with pytest.raises(UsageError, match="nobody lost"):
                bravo.sizes(given, limit)
        return
    assert found(given, limit, seen) == {k: (v["size"], v["prob"]) for k, v in case["expected"].items()}


def found(given, limit, seen):
    if limit == 0:
        return {"all-ballots": (given.cards, None)}
    average = bravo.average_size(given, limit, seen, skip_voteless=True)
    sizes = bravo.sizes(given, limit, rounds=seen, skip_voteless=True)
    tied = average.pair and average.pair.share(given.votes) == average.pair.null
    if tied or count_all(given.cards, sizes[0.9].cards):
        return {"all-ballots": (given.cards, None)}
    shown = {"asn": (average.cards, average.probability and round(average.probability, 2))}
    if given.winners == 1 and average.pair:
        shown |= {str(q): (size.cards, q) for q, size in sizes.items()}
    return shown


@pytest.mark.parametrize("case", AVERAGES, ids=ids(AVERAGES))
def test_bravo_average_sizes(case):
    given, limit = contest(case["input"]["contest"]), case["input"]["alpha"]
    seen = [case["input"]["cumulative_sample_results"]]
    error = case.get("expect_error", "")
    if "no losers" in error:
        with pytest.raises(UsageError, match="nobody lost"):
            bravo.average_size(given, limit, seen)
        return
    size = bravo.average_size(given, limit, seen, skip_voteless=True)
    if "tied" in error:
        assert size.cards == given.cards
    elif "is over" in error:
        assert size.cards == 0 or size.pair is None
    else:
        probability = size.probability and round(size.probability, 2)
        assert {"type": "ASN", "size": size.cards, "prob": probability} == case["expected"]


@pytest.mark.parametrize("fn", ["bravo.bravo_sample_sizes", "bravo.expected_prob"])
def test_bravo_parts(fn):
    for case in cases("ballot_polling_bravo.json", fn):
        given = case["input"]
        votes = {"w": given["p_w"], "r": given["p_r"]}
        pair, seen = bravo.Pair(("w",), ("r",)), {"w": given["sample_w"], "r": given["sample_r"]}
        whole = contest({"name": "", "candidates": {}, "num_winners": 1, "votes_allowed": 1, "ballots": 1})
        cards = given.get("total_ballots", 10_000)
        whole = whole.model_copy(update={"votes": {k: v * cards for k, v in votes.items()}, "cards": cards})
        if "asn" in given:
            assert stops_by(pair, whole, given, seen) == case["expected"]
        else:
            size = bravo.quantile_size(pair, whole, given["alpha"], given["p_completion"], seen)
            assert size == case["expected"]


def stops_by(pair, whole, given, seen):
    """Arlo says 0 where nothing is left to do."""
    return 0 if given["alpha"] >= 1 else round(bravo.stops_by(pair, whole, given["alpha"], seen, given["asn"]), 2)


MINERVA_RISKS = cases("ballot_polling_minerva.json", "minerva.compute_risk")
MINERVA_SIZES = cases("ballot_polling_minerva.json", "minerva.get_sample_size")
PROVIDENCE_RISKS = cases("ballot_polling_providence.json", "providence.compute_risk")
PROVIDENCE_SIZES = cases("ballot_polling_providence.json", "providence.get_sample_size")


def checked(case, first, second):
    """The greatest risk of all pairs, by both routes, against the expected one and the decision."""
    found = max(agreed(first[pair], second[pair]) for pair in first)
    expected, stops = case["expected"]
    assert found == pytest.approx(expected["winner|loser"], abs=1e-6)
    if 0 < expected["winner|loser"] < 1e-9:
        assert found == pytest.approx(expected["winner|loser"], rel=1e-6)
    assert (found <= case["input"]["risk_limit"] / 100) == (str(stops) == "True")


@pytest.mark.parametrize("case", MINERVA_RISKS, ids=ids(MINERVA_RISKS))
def test_minerva_risks(case):
    given = contest(case["input"]["contest"]), rounds(case), case["input"]["risk_limit"] / 100
    if "expect_error" in case:
        with pytest.raises(UsageError):
            minerva.risk(*given)
        return
    checked(case, minerva.risk(*given), minerva.recomputed(*given))


@pytest.mark.parametrize("case", PROVIDENCE_RISKS, ids=ids(PROVIDENCE_RISKS))
def test_providence_risks(case):
    if "expect_error" in case:
        with pytest.raises(UsageError, match="above 0 and below 1"):
            check_limit(case["input"]["risk_limit"] / 100)
        return
    given = contest(case["input"]["contest"]), rounds(case)
    checked(case, providence.risk(*given), providence.recomputed(*given))


def expected_sizes(case):
    return {float(q): size["size"] for q, size in case["expected"].items()}


@pytest.mark.parametrize("case", MINERVA_SIZES, ids=ids(MINERVA_SIZES))
def test_minerva_sizes(case):
    given, limit = contest(case["input"]["contest"]), case["input"]["risk_limit"] / 100
    if set(expected_sizes(case).values()) == {-1}:
        with pytest.raises(UsageError, match="nobody lost"):
            minerva.sizes(given, limit)
    elif case["input"]["sample_results"]:
        drawn = [size for _, size in case["input"]["round_sizes"].values()]
        assert minerva.scheduled_size(drawn[0], len(drawn)) == expected_sizes(case)[0.9]
    else:
        found = minerva.sizes(given, limit, approximate_below=0.015)
        assert {q: size.cards for q, size in found.items()} == expected_sizes(case)


@pytest.mark.parametrize("case", PROVIDENCE_SIZES, ids=ids(PROVIDENCE_SIZES))
def test_providence_sizes(case):
    given, limit = contest(case["input"]["contest"]), case["input"]["risk_limit"] / 100
    read = sum(size for _, size in (case["input"]["round_sizes"] or {}).values())
    found = providence.sizes(given, limit, rounds=rounds(case), cards_as_votes=read)
    assert {q: size.cards + read for q, size in found.items()} == expected_sizes(case)


def test_stopping_votes_of_athena_minerva_and_bravo():
    given = json.loads((VECTORS / "ballot_polling_athena_r2b2.json").read_text())["athena"]["find_kmins"]
    rules = {
        "athena": lambda *a: minerva.stopping_votes(*a, delta=1.0),
        "minerva": minerva.stopping_votes,
        "arlo": bravo.stopping_votes,
    }
    for case in given.values():
        schedule, share = case["round_schedule"], case["winner"] / case["ballots_cast"]
        least = rules[case["audit_type"]](share, case["alpha"], schedule)
        assert least == case["expected"]["kmins"]
        expected = case["expected"]["risk_expended"]
        digits = max(len(str(value).partition(".")[2]) for value in expected)
        assert stopped_by(schedule, least, 0.5) == pytest.approx(expected, abs=10.0 ** -min(digits, 9))


def two(votes, cards):
    return contest({"name": "", "candidates": votes, "num_winners": 1, "votes_allowed": 1, "ballots": cards})


def test_average_sizes_of_r2b2():
    given = json.loads((VECTORS / "ballot_polling_athena_r2b2.json").read_text())["r2b2_asn"]
    for case in given.values():
        votes = {"w": case["winner_ballots"], "l": case["ballots"] - case["winner_ballots"]}
        assert bravo.average_size(two(votes, case["ballots"]), case["alpha"]).cards == case["asn"]


def test_first_rounds_of_the_states_in_2016():
    with (VECTORS / "first_round_2016_states.csv").open(encoding="utf-8", newline="") as file:
        states = list(csv.DictReader(file))
    for row in states:
        votes = {name: int(row[f"{name}_votes"]) for name in ("clinton", "trump")}
        given = two(votes, int(row["ballots_cast"]))
        limit, stops = float(row["alpha"]), float(row["stop_prob"])
        assert athena.athena_first_round(given, limit, stops).cards == int(row["athena_first_round"]), row
        assert athena.bravo_first_round(given, limit, stops).cards == int(row["bravo_end_of_round_first_round"]), row
