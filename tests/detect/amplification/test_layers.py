"""What posts share, layer by layer."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tocsin.detect.amplification.layers import read_layers
from tocsin.detect.amplification.urls import canonical, host_of
from tocsin.model.post import POSTS


def posts(*rows):
    base = {"time": datetime(2030, 1, 1, tzinfo=UTC), "file": "made"}
    full = [{**base, "post": str(n), "account": f"a{n}", "row": n, **row} for n, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=POSTS)


def shared(table, layer):
    """Names of objects with the posts that share them."""
    shares = read_layers(table, [layer])[layer]
    found = {}
    for post, obj in zip(shares.post.tolist(), shares.obj.tolist(), strict=True):
        found.setdefault(shares.names[obj].as_py(), []).append(post)
    return found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.example.org/a/?utm_source=x&b=2&a=1&fbclid=z#top", "example.org/a?a=1&b=2"),
        ("http://m.example.org/a", "example.org/a"),
        ("https://youtu.be/AbC?t=3", "youtube.com/watch?v=AbC"),
        ("https://example.org/story/amp", "example.org/story"),
        ("https://t.co/AbCdEf", "https://t.co/AbCdEf"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_canonical(url, expected):
    assert canonical(url) == expected


def test_canonical_is_idempotent_on_hosts():
    assert host_of(canonical("https://www.Example.org/x")) == "example.org"
    assert host_of("https://t.co/x") == ""


def test_lists_are_read_from_the_text_only_where_the_source_is_silent():
    table = posts({"text": "#One and #Two"}, {"text": "#One again", "hashtags": []}, {"text": "", "hashtags": ["ONE"]})
    assert shared(table, "hashtag") == {"one": [0, 2], "two": [0]}


def test_a_sequence_needs_two_hashtags_in_the_same_order():
    table = posts({"text": "#a #b"}, {"text": "#A x #B"}, {"text": "#b #a"}, {"text": "#a"})
    assert shared(table, "hashtag_sequence") == {"a b": [0, 1], "b a": [2]}


def test_texts_are_compared_without_links_mentions_and_case_but_short_ones_are_not():
    table = posts(
        {"text": "The dam will hold this winter https://t.co/x"},
        {"text": "RT @someone: the DAM will hold  this winter"},
        {"text": "yes!"},
        {"text": "Yes!"},
    )
    assert list(shared(table, "text").values()) == [[0, 1]]


def test_near_texts_join_the_first_of_their_kind():
    text = "The old bridge over the river will be closed for the whole of next week"
    table = posts(
        {"text": text}, {"text": text.replace("closed", "shut")}, {"text": "Something else entirely, is it not so"}
    )
    assert sorted(map(len, shared(table, "near_text").values())) == [1, 2]


def test_pictures_within_the_radius_are_one_object():
    near, far = f"{0b1011:016x}", f"{2**63 + 2**40 - 1:016x}"
    table = posts({"media": ["0" * 16]}, {"media": [near]}, {"media": [far]}, {"media": ["not-a-hash"]})
    assert sorted(map(len, shared(table, "media").values())) == [1, 1, 2]


def test_a_value_twice_in_one_post_counts_once():
    table = posts({"urls": ["https://e.org/a", "http://www.e.org/a/"]}, {"urls": ["https://e.org/a?utm_medium=m"]})
    assert shared(table, "url") == {"e.org/a": [0, 1]}


def test_empty_layers_are_there():
    layers = read_layers(posts({"text": None}), ["repost", "media", "near_text", "object"])
    assert {name: len(found.post) for name, found in layers.items()} == dict.fromkeys(layers, 0)
