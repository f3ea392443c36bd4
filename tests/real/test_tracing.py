"""Quotes planted in real posts: found, and little else."""

import pytest

from common import DATA
from tracing import background, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA.parent / "content").exists(), reason="the content data are not beside the checkout"),
]
POSTS, RECALL, PRECISION, RATE = 400_000, 0.95, 0.90, 100_000


@pytest.mark.parametrize(("kind", "seed"), [("claims", 11), ("reports", 12), ("sentences", 13)])
def test_quotes_are_found_at_the_precision_that_is_told(kind, seed):
    assert len(background()) > POSTS
    run(kind, 0, 10_000, 10)
    one, found = run(kind, seed, POSTS, 400)
    assert one.recall >= RECALL
    assert one.precision >= PRECISION
    assert one.posts_per_cpu_s >= RATE
    rate = next(effect for effect in found.findings[0].effects if effect.name == "False-alarm rate")
    assert rate.high < 1e-3


def test_where_nothing_is_quoted_there_is_no_lead():
    leads = [run(kind, seed, 100_000, 0)[0].leads for kind in ("claims", "sentences") for seed in (21, 22)]
    assert sum(leads) <= 1
