"""Bursts of real posts, and labelled networks of reposts beside their null."""

import pytest

pytestmark = pytest.mark.slow


def test_real_bursts_stay_and_shuffled_ones_do_not():
    import numpy as np
    import pyarrow as pa

    import narratives

    posts = narratives.tweets()
    found = narratives.of_posts(posts)
    assert found["stay"] >= 200
    assert any(title.startswith("#islamkills") and "2016-03-22" in title for title in found["first"])
    moved = posts["time"].take(pa.array(np.random.default_rng(2).permutation(posts.num_rows)))
    assert narratives.of_posts(posts.set_column(2, posts.schema.field("time"), moved))["stay"] == 0


def test_structure_alone_does_not_measure_divisiveness():
    import narratives

    if not narratives.GRAPHS.exists():
        pytest.skip("the networks of reposts are not beside the checkout")
    told = narratives.networks()
    assert 0.5 <= told["AUC"]["by score"] <= 0.9
    assert told["AUC"]["by score less null"] <= 0.8


def test_planted_imitations_of_outlets_are_found_and_nothing_else():
    import narratives

    told = [narratives.imitations(seed) for seed in (11, 12)]
    assert sum(one["found"] for one in told) >= 0.9 * sum(one["planted"] for one in told) > 0
    assert sum(one["others"] for one in told) == 0
