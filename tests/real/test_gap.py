"""The gap on the three lists of 5 May 2022, against figures that were published before this program was written."""

import os
from datetime import date

import pytest

from gap import (
    DAY,
    EXAMPLES,
    PUBLISHED,
    PUBLISHED_LAGS,
    SANCTIONS,
    SINCE,
    both,
    counts,
    judged,
    lists,
    of,
    on,
    ours,
    russia,
)
from tocsin.respond.sanctions.gap import gap

pytestmark = pytest.mark.skipif(not SANCTIONS.exists(), reason="the sanctions data are not beside the checkout")


def test_the_same_entries_are_looked_at():
    found = russia()["list"].to_pylist()
    assert {name: found.count(name) for name in set(found)} == {"eu-fsf": 1180, "gb-uksl": 1402, "us-ofac-sdn": 1281}
    assert lists().num_rows == 10737 + 5359


@pytest.mark.slow
@pytest.mark.skipif("TOCSIN_NOMENKLATURA" not in os.environ, reason="TOCSIN_NOMENKLATURA names no interpreter")
def test_with_the_linking_of_the_published_figures_they_come_out():
    found = gap(russia(), judged(russia()), DAY, since=SINCE)
    have = counts(found)
    for key, (clusters, persons) in PUBLISHED.items():
        assert abs(have[key][0] - clusters) <= 1, key
        assert abs(have[key][1] - persons) <= 1, key
    assert len(found.lags) == 3
    for lag in found.lags:
        n, median, low, high = PUBLISHED_LAGS[lag.first, lag.second]
        assert (lag.median, lag.low, lag.high) == (median, low, high)
        assert abs(lag.n - n) <= 0.01 * n


@pytest.fixture(scope="module")
def found():
    return gap(russia(), ours(russia()), DAY, since=SINCE)


@pytest.mark.slow
def test_with_our_linking_the_lags_are_the_published_ones(found):
    for lag in found.lags:
        n, median, low, high = PUBLISHED_LAGS[lag.first, lag.second]
        assert (lag.median, lag.low, lag.high) == (median, low, high)
        assert n <= lag.n <= 1.1 * n  # it finds more that are the same


@pytest.mark.slow
def test_an_entry_is_in_one_cluster_and_a_list_at_most_once(found):
    rows = found.rows.to_pylist()
    keys = [key for row in rows for key in row["entries"]]
    assert len(keys) == len(set(keys)) == russia().num_rows
    assert all(len(row["entries"]) <= 1 for row in rows)
    assert sum(cell.clusters for cell in found.cells) == found.clusters


def listed(day, name):
    lines = of(on(day), EXAMPLES[name])
    return {place: row["first"] for place, row in lines.items() if row["listed"]}, lines


@pytest.mark.slow
def test_shor_was_listed_by_the_us_first_and_216_days_later_by_the_eu():
    before, lines = listed(date(2022, 12, 1), "Shor")
    assert before == {"us": date(2022, 10, 26)}
    assert "eu-2023-888" not in " ".join(lines["eu"]["unused"])  # not law yet
    after, lines = listed(date(2023, 6, 30), "Shor")
    assert after == {"us": date(2022, 10, 26), "eu": date(2023, 5, 30)}
    assert (lines["us"]["first_mover"], lines["eu"]["lag_days"]) == (True, 216)


@pytest.mark.slow
def test_the_other_examples_on_the_days_that_are_at_hand():
    assert listed(date(2023, 6, 30), "Tauber")[0] == {"eu": date(2023, 5, 30)}  # the US followed in 2024
    assert listed(date(2024, 12, 16), "Tupikin")[0] == {"eu": date(2024, 12, 16)}
    assert listed(date(2022, 12, 1), "Derkach")[0] == {"us": None}  # there before the snapshots begin
    now, lines = listed(date(2025, 2, 24), "Derkach")
    assert now == {"us": None, "eu": date(2025, 2, 24)}
    assert lines["eu"]["lag_days"] is None  # without the day of the one, no lag


#: US entries for interference in elections and the EU entries of the same, found by reading both lists.
SAME = {
    "16689": "32014R0269-78", "33634": "32019R0796-33", "26235": "32014R0269-873", "21171": "32014R0269-213",
    "31213": "32014R0269-2138", "29869": "32020R1998-142", "31211": "32020R1998-144", "29107": "32020R1998-146",
    "29101": "32020R1998-147", "29899": "32020R1998-20", "29115": "32020R1998-21", "29113": "32020R1998-24",
    "29366": "32014R0269-1812", "31451": "32014R0269-2503", "31212": "32014R0269-2518",
}  # fmt: skip


@pytest.mark.slow
def test_few_whom_the_us_lists_for_interfering_in_elections_are_listed_by_the_eu():
    today = on(date(2026, 8, 31))
    n, there_too = both(today, "us", "ELECTION-EO13848")
    assert n == 97
    linked = {}
    for row in today.rows.to_pylist():
        for key in row["entries"]:
            linked.setdefault(row["cluster"], {})[row["jurisdiction"]] = key.partition(":")[2]
    found = {(places.get("us"), places.get("eu")) for places in linked.values()}
    right = sum(pair in found for pair in SAME.items())
    assert right >= 14
    assert there_too - right <= 3
