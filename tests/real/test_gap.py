"""The gap on the three lists of 5 May 2022, against figures that were published before this program was written."""

import os

import pytest

from gap import DAY, PUBLISHED, PUBLISHED_LAGS, SANCTIONS, SINCE, counts, judged, lists, russia
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
