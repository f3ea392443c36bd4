"""The numbering of posts, accounts and objects."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tocsin.detect.amplification.incidence import Incidence, in_order
from tocsin.detect.amplification.layers import read_layers
from tocsin.model.post import POSTS

START = datetime(2030, 1, 1, tzinfo=UTC)


def posts(*rows):
    base = {"file": "made", "hashtags": [], "mentions": []}
    full = [
        {**base, "row": n, "time": START + timedelta(seconds=row.pop("at", n)), **row} for n, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=POSTS)


def test_posts_come_in_order_of_time_then_id():
    table = posts(
        {"post": "c", "account": "x", "at": 2},
        {"post": "b", "account": "y", "at": 1},
        {"post": "a", "account": "z", "at": 1},
    )
    ordered = in_order(table)
    assert ordered["post"].to_pylist() == ["a", "b", "c"]
    assert in_order(ordered) is ordered


def test_objects_know_their_layer_where_others_are_empty():
    table = posts(
        {"post": "1", "account": "x", "hashtags": ["one", "own"], "mentions": ["m"]},
        {"post": "2", "account": "y", "hashtags": ["one"], "mentions": ["m", "n"]},
        {"post": "3", "account": "x", "mentions": ["n"]},
    )
    data = Incidence(table, read_layers(table, ["repost", "hashtag", "reply", "mention", "object"]))
    assert [data.name_of(obj) for obj in range(data.objects)] == [
        ("hashtag", "one"),
        ("mention", "m"),
        ("mention", "n"),
    ]
    assert [data.layers[k] for k in data.layer_of(data.all.obj)] == ["hashtag"] * 2 + ["mention"] * 4
