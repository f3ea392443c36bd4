import math

import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import kaplan_markov as km
from tocsin.assure.audit.agree import agreed
from tocsin.errors import UsageError

G = km.GAMMA


def test_risk_by_hand():
    """Margin of a tenth, 60 cards, one overstated by one vote and one understated by two."""
    value = (1 - 0.1 / (2 * G)) ** 60 / (1 - 1 / (2 * G)) / (1 + 1 / G)
    assert km.risk(0.1, 60, o1=1, u2=1) == pytest.approx(value)
    assert km.risk(0.1, 60, o1=1, u2=1, credit=False) == pytest.approx(value * (1 + 1 / G))
    assert km.risk(0.1, 60, o1=2, gamma=1.1) == pytest.approx((1 - 0.1 / 2.2) ** 60 / (1 - 1 / 2.2) ** 2)


@pytest.mark.parametrize("credit", [True, False])
@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (3, 0, 0, 0), (0, 5, 1, 0), (1, 1, 7, 9)])
@pytest.mark.parametrize(("margin", "n"), [(0.0, 50), (0.002, 10), (0.1, 100), (1.0, 3), (0.01, 5_000_000)])
def test_both_routes_agree(margin, n, counts, credit):
    first, second = (route(margin, n, *counts, credit=credit) for route in (km.risk, km.recomputed))
    assert 0 <= agreed(first, second) <= 1


def test_the_size_meets_the_limit_and_little_less_does_not():
    """The formula takes -m/2g for ln(1 - m/2g), so it asks for slightly more than the least."""
    for counts in ((0, 0, 0, 0), (2, 0, 0, 0), (1, 1, 3, 0)):
        size = km.optimistic_size(0.03, 0.05, *counts)
        assert km.risk(0.03, size, *counts) <= 0.05 < km.risk(0.03, math.floor(0.98 * size), *counts)
    assert km.optimistic_size(1.0, 0.5, u2=10) == 10  # no fewer than the discrepancies found


def test_estimates_grow_with_overstatements():
    assert km.estimated_size(0.03, 0.05) == km.optimistic_size(0.03, 0.05)
    size = km.optimistic_size(0.03, 0.05, 2)
    assert km.estimated_size(0.03, 0.05, 100, 2) == math.ceil(size * 1.02)
    assert km.expected_size(0.03, 0.05, km.Rates(o2=0.02)) is None  # as many errors as make a tie


def test_sizes_of_a_contest():
    given = contest({"a": 600, "b": 400}, cards=2000)
    assert km.diluted_margin(given) == 0.1
    assert 0 < km.sizes(given, 0.05) < 2000
    assert km.sizes(given, 0.05, km.Rates(o2=0.05)) == 2000
    assert km.sizes(contest({"a": 5, "b": 5}), 0.05) == 10
    assert km.further_size(given, 0.05, 100, {"o1": 0}) == 0
    assert km.diluted_margin(contest({"a": 5})) == 1.0


def test_what_does_not_go_together():
    for margin, n, gamma in ((-0.1, 1, G), (1.1, 1, G), (0.1, -1, G), (0.1, 1, 1.0)):
        with pytest.raises(UsageError, match="do not go together"):
            km.risk(margin, n, gamma=gamma)
    with pytest.raises(UsageError, match="tie"):
        km.optimistic_size(0.0, 0.05)
    with pytest.raises(UsageError, match="supermajority"):
        km.diluted_margin(contest({"yes": 7, "no": 3}, counting="supermajority", share=0.6))
