"""Results by station: invented percentages are found, honest results and grids are not; Benford is refused."""

import numpy as np
import pytest
from tests.detect.voting.made import START, stations, table_of

from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.beside import excess, last_digit
from tocsin.detect.voting.results import DETECTOR
from tocsin.detect.voting.run import look
from tocsin.detect.voting.stations import Stations
from tocsin.stats.percentages import deviation

CHOSEN = {DETECTOR.id: DETECTOR}


def found(*contests):
    return look(VotingTables(stations=contests, day=START), str, chosen=CHOSEN)


def test_invented_percentages_are_a_question_for_a_hand_count():
    result = found(stations(1, invented=250))
    (one,) = result.findings
    assert (one.standing, one.targeting.sign, one.layers) == ("lead", "results", ("station",))
    assert "hand count" in one.title
    assert set(one.subjects) <= {f"r{n}" for n in range(7)}  # regions: no station is named as one that did it
    assert "Bob" not in one.title + one.sentence
    (effect,) = one.effects
    assert effect.low < 250 * 1.05
    assert effect.high > 150
    assert {told.code: told.verdict for told in one.explanations} == {
        "grid": "does not fit",
        "rounded": "does not fit",
        "small stations": "does not fit",
    }
    assert set(result.evidence["time"].to_pylist()) == {START}
    assert len(result.watch.refused) == 2
    assert all("Benford" in method for method in result.watch.refused)


def test_honest_results_raise_nothing_and_their_figures_are_told():
    result = found(stations(2), stations(3, size=60))
    assert result.findings == ()
    told = list(result.watch.measured.values())
    assert "stations at whole percentages" in told[0] or "stations at whole percentages" in told[-1]


def test_figures_on_a_grid_are_explained():
    """Stations whose figures are all multiples of 25: every quarter of a percentage is as full."""
    rng = np.random.default_rng(4)
    registered = np.full(2_000, 1_000)
    cast = rng.integers(20, 37, 2_000) * 25
    first = np.minimum(rng.integers(8, 20, 2_000) * 25, cast)
    (one,) = found(table_of(registered, cast, first)).findings
    assert one.standing == "explained"


def test_counts_that_were_rounded_are_explained():
    rng = np.random.default_rng(5)
    registered = rng.integers(20, 90, 3_000) * 10
    cast = (rng.binomial(registered, 0.6) + 5) // 10 * 10
    first = np.minimum((rng.binomial(cast, 0.5) + 5) // 10 * 10, cast)
    (one,) = found(table_of(registered, cast, first)).findings
    assert "rounded" in [told.code for told in one.explanations if told.verdict == "fits"]
    assert one.standing == "explained"


def test_contests_are_kept_apart():
    result = found(stations(5), stations(6, invented=300))
    (one,) = result.findings
    assert result.watch.tested == {DETECTOR.id: 6}
    assert {row["row"] for row in result.evidence.to_pylist()} <= set(range(2, 3_002))
    assert one.targeting.events == result.evidence.num_rows


def test_figures_beside():
    honest = Stations.of(stations(7))
    assert last_digit(honest) > 0.001
    assert excess(honest) >= 0
    rounded = table_of(np.full(500, 900), np.full(500, 600), np.arange(500) // 10 * 10 + 100)
    assert last_digit(Stations.of(rounded)) < 1e-9


@pytest.mark.slow
def test_the_deviation_of_honest_results_is_about_one():
    z = []
    for seed in range(60):
        hit, chance = Stations.of(stations(100 + seed)).near()
        z.append(deviation(int(hit["either"].sum()), chance["either"]))
    assert abs(np.mean(z)) < 3 / np.sqrt(60)
    assert 0.7 < np.std(z) < 1.3
