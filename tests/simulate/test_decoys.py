from collections import defaultdict
from statistics import median

import pyarrow.compute as pc
import pytest

from tocsin.simulate.decoys import DECOYS
from tocsin.simulate.election import ElectionParams, simulate


@pytest.fixture(scope="module")
def rows():
    """Posts of each kind of decoy, without what they repost of ordinary users."""
    simulation = simulate(ElectionParams(posts=20_000, days=7, operations="none", seed=2))
    kinds = dict(zip(*(simulation.truth.column(name).to_pylist() for name in ("account", "kind")), strict=True))
    found = defaultdict(list)
    for post in simulation.posts.to_pylist():
        found[kinds[post["account"]]].append(post)
    return found


def groups(posts, key):
    found = defaultdict(list)
    for post in posts:
        found[key(post)].append(post)
    return list(found.values())


def spread_s(group):
    times = [post["time"] for post in group]
    return (max(times) - min(times)).total_seconds()


def own(posts):
    return [post for post in posts if post["repost_of"] is None]


def test_every_kind_is_there_with_all_its_members(rows):
    assert set(rows) == {"", *DECOYS}
    for kind, decoy in DECOYS.items():
        assert len({post["account"] for post in rows[kind]}) == decoy.troupe.members


def test_fans_repost_one_star_fast_and_nearly_always(rows):
    stars = {post["account"] for post in own(rows["fans"])}
    assert len(stars) == 1
    originals = {post["post"]: post for post in own(rows["fans"])}
    cascades = groups([post for post in rows["fans"] if post["repost_of"] in originals], lambda post: post["repost_of"])
    assert len(cascades) == DECOYS["fans"].troupe.objects
    assert sum(map(len, cascades)) > 0.75 * 24 * 20
    delays = [(p["time"] - originals[p["repost_of"]]["time"]).total_seconds() for c in cascades for p in c]
    assert 30 < median(delays) < 300


@pytest.mark.parametrize(("kind", "longest_s"), [("newsroom", 180), ("feed_bot", 10)])
def test_outlets_of_one_house_post_the_same_story_from_one_client(rows, kind, longest_s):
    posts = own(rows[kind])
    assert len({post["client"] for post in posts}) == 1
    stories = groups(posts, lambda post: tuple(post["urls"]))
    assert len(stories) == DECOYS[kind].troupe.objects
    for story in stories:
        assert len({post["text"] for post in story}) == 1
        assert spread_s(story) <= longest_s


def test_volunteers_say_who_they_are_in_their_own_words_at_campaign_hours(rows):
    posts = own(rows["volunteers"])
    assert all("I volunteer for Team" in post["text"] for post in posts)
    assert len({tag for post in posts for tag in post["hashtags"]}) == 1
    assert len({post["text"] for post in posts}) > 0.9 * len(posts)
    starts = {min(post["time"] for post in day).hour for day in groups(posts, lambda post: tuple(post["urls"]))}
    assert len(starts) <= 5


def test_watchers_post_under_one_tag_during_one_show(rows):
    posts = own(rows["watchers"])
    assert len({post["hashtags"][0] for post in posts}) == 1
    assert spread_s(posts) < 3 * 3600


def test_there_are_as_many_sets_as_hundred_thousands_begun():
    units = simulate(ElectionParams(posts=100_001, operations="none")).units
    assert units.num_rows == 2 * len(DECOYS)
    assert pc.count_distinct(units.column("unit")).as_py() == units.num_rows
