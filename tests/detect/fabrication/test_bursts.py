"""Bursts: a planted one is found with its posts, and what explains others is said."""

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
from tests.detect.fabrication.made import START, burst, feed, posts

from tocsin.detect.fabrication import bursts
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.series import hashtags


def found(rows):
    """Strongest candidate of each hashtag, whatever it is said of clusters."""
    tables = ContentTables(posts=posts(rows))
    tables.made["clusters"] = _alone(tables.posts)
    result = bursts.DETECTOR.run(tables)
    best = {}
    for one in result.candidates:
        if one.object not in best or one.p < best[one.object].p:
            best[one.object] = one
    return result, best


def _alone(table):
    """Every text by itself: this is not about clusters."""
    return SimpleNamespace(first=np.arange(table.num_rows), texts=table["text"].to_pylist())


def verdicts(candidate):
    return {one.code: one.verdict for one in candidate.explanations}


def test_a_burst_is_found_with_its_posts_and_nothing_else_is():
    rows = feed() + burst("pushed", 50, 120)
    result, best = found(rows)
    assert [one for one in best.values() if one.p < 1e-4] == [best["#pushed"]]
    one = best["#pushed"]
    assert one.rows.size == 120
    assert "120 posts on 2024-02-20" in one.title
    assert verdicts(one) == {
        "one account": "does not fit", "one post": "cannot tell", "weekly": "does not fit", "yearly": "cannot tell",
        "event": "cannot tell",
    }  # fmt: skip
    assert result.tested == 3 * (70 - 14)


def test_one_account_one_post_and_every_week_are_told():
    weekly = [row for day in range(6, 70, 7) for row in burst("friday", day, 40)]
    shared = burst("onepost", 40, 60, repost_of="p1")
    alone = burst("robot", 45, 60, accounts=1)
    _, best = found(feed() + weekly + shared + alone)
    assert verdicts(best["#robot"])["one account"] == "fits"
    assert best["#robot"].explained
    assert verdicts(best["#onepost"])["one post"] == "fits in part"
    assert "#friday" not in best or best["#friday"].explained


def test_a_rise_of_everything_and_a_few_days_are_no_burst():
    rows = feed(a_day=3) + [
        {**row, "time": row["time"] + timedelta(days=50)} for row in feed(days=10, a_day=40, seed=2)
    ]
    _, best = found(rows)
    assert not [one for one in best.values() if one.p < 1e-4]
    result, _ = found(feed(days=10))
    assert "15 are needed" in result.skipped


def test_a_post_of_a_wrong_date_changes_nothing():
    rows = feed() + burst("pushed", 50, 120)
    right, best = found(rows)
    wrong = [
        {"text": "#old", "time": datetime(1970, 1, 1, tzinfo=UTC)},
        {"text": "x", "time": datetime(9998, 1, 1, tzinfo=UTC)},
    ]
    also, others = found(rows + wrong)
    assert also.tested == right.tested + 2 * 3  # its own two days
    assert (others["#pushed"].title, others["#pushed"].explanations) == (
        best["#pushed"].title,
        best["#pushed"].explanations,
    )


def test_hashtags_come_from_the_list_else_from_the_text():
    rows = [
        {"text": "#Two #words", "time": START}, {"text": "#not this", "hashtags": ["One", "#one"]},
        {"text": "#none", "hashtags": []}, {"text": "# alone"},
    ]  # fmt: skip
    got = {one.object: one.rows.tolist() for one in hashtags(ContentTables(posts=posts(rows)))}
    assert got == {"#two": [0], "#words": [0], "#one": [1]}


def test_the_order_of_rows_does_not_matter():
    table = posts(feed(days=40) + burst("pushed", 30, 60))
    order = list(range(table.num_rows))
    random.Random(1).shuffle(order)
    moved = table.take(pa.array(order))
    said = []
    for one in (table, moved):
        tables = ContentTables(posts=one)
        tables.made["clusters"] = _alone(one)
        said.append(sorted((c.title, c.p) for c in bursts.DETECTOR.run(tables).candidates))
    assert said[0] == said[1]
