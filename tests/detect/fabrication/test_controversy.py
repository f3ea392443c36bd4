"""How divided networks of reposts are: told beside a null, with what it does not measure; never a finding."""

import numpy as np
import pytest
from tests.detect.fabrication.made import START, posts
from tests.kernels.test_halves import camps

from tocsin.detect.fabrication import controversy
from tocsin.detect.fabrication.base import ContentTables


def reposts(pairs, tag):
    rows = [{"post": f"o{n}", "account": f"acct_{n}", "time": START} for n in range(600)]
    return posts(
        rows + [{"account": f"acct_{a}", "repost_of": f"o{b}", "time": START, "hashtags": [tag]} for a, b in pairs]
    )


@pytest.mark.slow
def test_a_network_is_told_beside_its_null_and_makes_no_finding():
    a, b, _ = camps(1)
    table = reposts(np.stack((a, b), 1).tolist(), "fight")
    result = controversy.DETECTOR.run(ContentTables(posts=table))
    assert (result.candidates, result.tested) == ((), 0)
    assert set(result.measured) == {"how divided: all reposts", "how divided: reposts with #fight", "what that means"}
    assert "networks of the same degrees have" in result.measured["how divided: all reposts"]
    assert "Structure alone does not measure divisiveness" in result.measured["what that means"]
    moved = table.take(np.random.default_rng(1).permutation(table.num_rows))
    assert controversy.DETECTOR.run(ContentTables(posts=moved)).measured == result.measured


def test_small_networks_and_none_are_told():
    assert "no post reposts" in controversy.DETECTOR.run(ContentTables(posts=posts([{"text": "x"}]))).skipped
    few = reposts([(1, 2), (2, 3)], "few")
    assert "no network" in controversy.DETECTOR.run(ContentTables(posts=few)).skipped
