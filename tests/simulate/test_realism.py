"""The simulation's shape beside two real sets: the night of a debate, and a state election seen for weeks.

How often one link is shared is left out: the real sets hold short links, one for each original post, and the simulation
holds the pages themselves.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tocsin.simulate.election import ElectionParams, simulate

DATA = Path(__file__).parents[3] / "shared" / "data" / "coordination"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real sets are not beside the checkout"),
]


def shape(accounts, times, objects):
    """Quantiles of posts per account; for each layer shares per post, the 99th percentile of shares per object, the
    share of the top hundredth of objects, and the share of posts within 60 s of another of the same object."""
    per_account = np.array(list(Counter(accounts).values()))
    found = {f"posts q{q}": np.quantile(per_account, q / 100) for q in (50, 90, 99)}
    found["posts mean"] = per_account.mean()
    for layer, lists in objects.items():
        shares = defaultdict(list)
        for when, names in zip(times, lists, strict=True):
            for name in names:
                shares[name].append(when)
        sizes = np.sort([len(whens) for whens in shares.values()])[::-1]
        found[f"{layer} per post"] = sizes.sum() / len(accounts)
        found[f"{layer} q99"] = np.quantile(sizes, 0.99)
        found[f"{layer} top"] = sizes[: max(1, len(sizes) // 100)].sum() / sizes.sum()
        found[f"{layer} near"] = sum(near(np.sort(whens)) for whens in shares.values()) / sizes.sum()
    return found


def near(times):
    close = np.diff(times) <= 60
    return (np.append(close, False) | np.append(False, close)).sum()


def real(name):
    rows = pq.read_table(DATA / name).to_pylist()
    texts = [row["text"].lower() for row in rows]
    objects = {
        "repost": [[text] if row["is_retweet"] else [] for row, text in zip(rows, texts, strict=True)],
        "hashtag": [set(re.findall(r"#(\w+)", text)) for text in texts],
        "link": [set(re.findall(r"https?://t\.co/\w+", text)) for text in texts],
    }
    return shape([row["user"] for row in rows], [row["ts"] for row in rows], objects)


def simulated(posts, days):
    table = simulate(ElectionParams(posts=posts, days=days, decoys=False, operations="none")).posts
    objects = {
        "repost": [[post] if post else [] for post in table["repost_of"].to_pylist()],
        "hashtag": table["hashtags"].to_pylist(),
        "link": table["urls"].to_pylist(),
    }
    return shape(table["account"].to_pylist(), [t.timestamp() for t in table["time"].to_pylist()], objects)


LEFT_OUT = ("link q99", "link top")


@pytest.fixture(scope="module")
def real_shapes():
    return real("gop_debate_2015_control.parquet"), real("up_election_2017_dev.parquet")


@pytest.mark.parametrize(("posts", "days"), [(14_000, 1), (18_000, 14)])
def test_the_simulation_has_the_shape_of_real_posts(real_shapes, posts, days):
    """Every statistic lies between the two real sets' (which differ by up to 7), give or take a factor of 2; posts
    with links, which also carry pages shared by their own readers, a factor of 2.5."""
    night, weeks = real_shapes
    ours = simulated(posts, days)
    lines = [f"{key:18} debate {night[key]:8.3f} election {weeks[key]:8.3f} ours {ours[key]:8.3f}" for key in ours]
    print("\n".join(["", *lines]))
    for key in set(ours).difference(LEFT_OUT):
        factor = 2.5 if key == "link near" else 2.0
        low, high = min(night[key], weeks[key]) / factor, max(night[key], weeks[key]) * factor
        assert low <= ours[key] <= high, "\n".join([key, *lines])
