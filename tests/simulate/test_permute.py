from collections import Counter

import pytest

from tocsin.errors import UsageError
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.permute import permute_accounts


@pytest.fixture(scope="module")
def posts():
    return simulate(ElectionParams(posts=5_000, days=2)).posts


def strata(table):
    found = {}
    for row in table.to_pylist():
        key = (row["time"].replace(minute=0, second=0), row["language"])
        found.setdefault(key, Counter())[row["account"]] += 1
    return found


def test_each_hour_and_language_keeps_its_accounts_as_often_as_before(posts):
    permuted = permute_accounts(posts, 1)
    assert strata(permuted) == strata(posts)
    assert permuted.drop_columns(["account"]).equals(posts.drop_columns(["account"]))
    moved = sum(a != b for a, b in zip(permuted["account"].to_pylist(), posts["account"].to_pylist(), strict=True))
    assert moved > 0.8 * posts.num_rows


def test_the_seed_decides(posts):
    assert permute_accounts(posts, 1).equals(permute_accounts(posts, 1))
    assert not permute_accounts(posts, 1).equals(permute_accounts(posts, 2))


def test_every_order_of_a_stratum_is_as_likely(posts):
    """Three posts of one hour by three accounts: six orders, each near one time in six."""
    hour = posts["time"].to_pylist()[0].hour
    rows = [i for i, row in enumerate(posts.slice(0, 200).to_pylist()) if row["time"].hour == hour][:3]
    three = posts.take(rows).drop_columns(["language"])
    orders = Counter(tuple(permute_accounts(three, seed, by=("hour",))["account"].to_pylist()) for seed in range(1200))
    assert len(orders) == 6
    assert all(130 < count < 270 for count in orders.values())


def test_without_strata_all_accounts_are_shuffled_together(posts):
    permuted = permute_accounts(posts, 1, by=())
    assert strata(permuted) != strata(posts)
    assert Counter(permuted["account"].to_pylist()) == Counter(posts["account"].to_pylist())


def test_nothing_to_shuffle_and_unknown_columns(posts):
    assert permute_accounts(posts.slice(0, 0), 1).num_rows == 0
    with pytest.raises(UsageError, match="'weekday'"):
        permute_accounts(posts, 1, by=("weekday",))
