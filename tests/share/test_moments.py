import build
import numpy as np
import pytest

from tocsin.share import moments


def rows(posts):
    """posts: (account, object, seconds, post)."""
    base = build.evidence(build.finding(0), 0).slice(0, 1).to_pylist()[0]
    made = [
        {**base, "account": a, "object": o, "time": build.START + build.timedelta(seconds=s), "post": p, "layer": "url"}
        for a, o, s, p in posts
    ]
    return moments.of_finding(moments.pa.Table.from_pylist(made, schema=build.EVIDENCE), base["finding"])


def test_a_post_on_two_layers_is_one_post_of_the_timeline():
    table = rows([("a", "x", 0, "1"), ("a", "y", 0, "1"), ("b", "x", 30, "2")])
    shown = moments.timeline(table, None)
    assert (sum(shown.joint), shown.width_s, shown.start, shown.posts) == (2, 1, build.START, None)


@pytest.mark.parametrize("span", [0, 59, 3_600, 86_400, 40 * 86_400, 400 * 86_400, 60 * 365 * 86_400])
def test_the_timeline_holds_every_post_in_at_most_sixty_steps(span):
    table = rows([("a", "x", 0, "1"), ("b", "x", span, "2"), ("b", "x", span // 2, "3")])
    shown = moments.timeline(table, None)
    assert len(shown.joint) <= 60
    assert sum(shown.joint) == 3


def test_member_posts_are_counted_where_steps_are_whole_hours():
    found = build.finding(0)
    evidence = build.evidence(found, 0)
    shown = moments.timeline(evidence, build.by_hour(found))
    assert len(shown.posts) == len(shown.joint)
    assert 0 < sum(shown.posts) <= sum(build.by_hour(found)["posts"].to_pylist())


def test_side_by_side_shows_the_tightest_moment_of_each_object():
    table = rows(
        [("a", "x", 0, "1"), ("b", "x", 9_000, "2"), ("a", "x", 9_004, "3"), ("c", "x", 9_010, "4"), ("a", "y", 1, "5")]
    )
    accounts, samples = moments.side_by_side(table)
    assert accounts == ["a", "b", "c"]
    assert [[post and post[0] for post in sample.posts] for sample in samples] == [[4.0, 0.0, 10.0]]


def test_the_choice_does_not_depend_on_the_order_of_rows():
    evidence = build.evidence(build.finding(0), 0)
    order = np.random.default_rng(0).permutation(evidence.num_rows)
    mixed = evidence.take(order)
    here, there = (moments.of_finding(table, build.finding(0).id) for table in (evidence, mixed))
    assert moments.side_by_side(here) == moments.side_by_side(there)
    assert moments.timeline(here, None) == moments.timeline(there, None)


def test_nothing_to_show():
    empty = build.EVIDENCE.empty_table()
    assert moments.timeline(empty, None) is None
    assert moments.side_by_side(empty) == ([], [])
