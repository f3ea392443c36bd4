"""voting.lookalike on the simulated feed, and what its explanations are checked from."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from tests.resolve.test_imitation import official, ordinary

from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.lookalike import DETECTOR, Parameters
from tocsin.detect.voting.run import look
from tocsin.model.targets import OBSERVED

NAMES = ["quillmoor.example", "quillmoor-login.example", "xn--quillmor-sbh.example", "quilmoor.example"]


def observed(names, year=2024, how="zone", detail=None):
    time = datetime(year, 5, 6, tzinfo=UTC)
    rows = [
        {"name": name, "time": time, "how": how, "detail": detail, "file": "feed", "row": n}
        for n, name in enumerate(names, 1)
    ]
    return pa.Table.from_pylist(rows, schema=OBSERVED)


def tables(*parts):
    return VotingTables(official("quillmoor.test", office="Quillmoor County"), pa.concat_tables(parts))


def looked(given):
    return look(given, str, chosen={DETECTOR.id: DETECTOR})


def verdicts(finding):
    return {one.code: one.verdict for one in finding.explanations}


def test_a_lead_with_its_names():
    feed = observed([*ordinary(800), *NAMES, NAMES[0]])
    (finding,) = looked(tables(feed)).findings
    assert (finding.standing, finding.targeting.sign, finding.targeting.offices) == (
        "lead",
        "look-alike",
        ("Quillmoor County",),
    )
    techniques = {one.name: one.technique for one in finding.targeting.names}
    assert techniques == {
        NAMES[0]: "other ending",
        NAMES[1]: "words added",
        NAMES[2]: "letters of another script",
        NAMES[3]: "typo",
    }
    assert finding.targeting.events == 5, "one name was seen twice"
    assert finding.tests[0].q < 0.001
    assert {one.imitated for one in finding.targeting.names} == {"quillmoor.test"}
    assert verdicts(finding)["own"] == "cannot tell"


def test_a_clean_feed_raises_nothing():
    found = looked(tables(observed(ordinary(2_000, seed=4))))
    assert found.findings == ()
    assert found.watch.tested == {DETECTOR.id: 1}


def test_names_older_than_the_official_one_are_explained():
    feed = [observed(ordinary(800)), observed(["quillmoor.test"], 2020)]
    (older,) = looked(tables(*feed, observed(["quillmoor.example"], 2010))).findings
    assert (older.standing, verdicts(older)["older"]) == ("explained", "fits")
    (younger,) = looked(tables(*feed, observed(["quillmoor.example"], 2023))).findings
    assert (younger.standing, verdicts(younger)["older"]) == ("lead", "does not fit")
    (certified,) = looked(tables(*feed, observed(["quillmoor.example"], 2010, "certificate"))).findings
    assert certified.standing == "lead", "a certificate is renewed: its time is not that of the name"


def test_the_same_address_and_parking_are_said():
    address = {"how": "passive-dns", "detail": "192.0.2.7"}
    feed = [observed(ordinary(800)), observed(["quillmoor.test"], 2020, **address)]
    (same,) = looked(tables(*feed, observed(["quillmoor.example"], 2023, **address))).findings
    assert verdicts(same)["own"] == "fits in part"
    parked = observed(["quillmoor.example"], 2023, "passive-dns", "ns1.sedoparking.com")
    (idle,) = looked(tables(*feed, parked)).findings
    assert verdicts(idle)["parked"] == "fits in part"


def test_without_official_names_it_does_not_guess():
    result = DETECTOR.run(VotingTables(observed=observed(NAMES)))
    assert (result.candidates, result.skipped) == ((), "no official names were given")


def test_a_higher_score_shows_fewer_names():
    given = tables(observed([*ordinary(800), *NAMES, *(f"quillmoor-{name}" for name in ordinary(5, seed=8))]))
    low, high = (
        {
            one.name
            for candidate in DETECTOR.run(given, Parameters(min_score=score)).candidates
            for one in candidate.names
        }
        for score in (0.5, 0.75)
    )
    assert low == set(NAMES)
    assert low - high == {NAMES[1]}, "with five uses beside other words, one beside an added word may be chance"


def test_what_counts_for_less_is_said():
    feed = [*(f"quillmoor-{name}" for name in ordinary(30, seed=5)), "quillmoor-login.example"]
    feed += [f"quilmoor-{name}" for name in ordinary(9, seed=6)]
    measured = DETECTOR.run(tables(observed([*ordinary(800), *feed]))).measured
    assert measured["official names in ordinary use, of which it takes more copies to stand out"] == (
        "quillmoor (30 uses; quillmoor-login.example)"
    )
    assert measured["words of their own, left out though one letter from an official name"] == (
        "quilmoor (9 names; quillmoor)"
    )


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_simulated_imitations_are_found(seed):
    from tocsin.simulate.voting.election import VotingParams, simulate_voting

    made = simulate_voting(VotingParams(seed=seed, names=1_000, visitors=50, stations=120, cards=1_000))
    own = official(*(one.domain for one in made.offices))
    offices = pa.array([one.name for one in made.offices])
    own = own.set_column(1, "office", offices)
    found = looked(VotingTables(own, observed([one.name for one in made.seen], how="certificate")))
    flagged = {one.name for finding in found.findings for one in finding.targeting.names}
    units = made.units.to_pylist()
    planted = {row["unit"] for row in units if row["detector"] == DETECTOR.id and row["role"] == "operation"}
    truth = {row["item"] for row in made.truth.to_pylist() if row["unit"] in planted}
    assert truth
    assert np.isclose(len(flagged & truth) / len(truth), 1)
    assert flagged <= truth
