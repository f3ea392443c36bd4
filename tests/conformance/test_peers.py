"""The peers' own output, edge for edge. Inputs are made as the data's SOURCES.md says."""

import csv
import hashlib
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import regex

from tocsin.detect.amplification.compat import cnt, coortweet
from tocsin.errors import UsageError

DATA = Path(__file__).parents[3] / "shared" / "data" / "coordination"
LINK = regex.compile(r"https?://t\.co/[A-Za-z0-9]{8,10}")
HASHTAG = regex.compile(r"#([\p{L}\p{N}_]+)")
FIRST = 1435708800

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the coordination data are not beside the checkout")


def times(seconds):
    return pc.cast(pc.multiply(seconds.cast(pa.int64()), 1_000_000), pa.timestamp("us", tz="UTC"))


@cache
def ira(rows):
    table = pq.read_table(DATA / "ira_tweets_dev.parquet")
    table = table.filter(pc.greater_equal(table["ts"], FIRST)).sort_by("row_id").slice(0, rows)
    texts = table["content"].to_pylist()
    reposts = [
        hashlib.md5(text.encode()).hexdigest() if kind == "R" and text else None
        for kind, text in zip(table["post_type"].to_pylist(), texts, strict=True)
    ]
    return pa.table(
        {
            "post": table["row_id"].cast(pa.string()),
            "account": table["author_id"],
            "time": times(table["ts"]),
            "text": table["content"],
            "md5": pa.array(reposts, pa.string()),
            "repost_of": pa.nulls(rows, pa.string()),
            "urls": [list(dict.fromkeys(LINK.findall(text or ""))) for text in texts],
            "hashtags": [list(dict.fromkeys(HASHTAG.findall((text or "").lower()))) for text in texts],
        }
    )


def edges(table, *columns):
    rows = list(zip(*(table[column].to_pylist() for column in columns), strict=True))
    found = {row[:2]: row[2:] for row in rows}
    assert len(found) == len(rows)
    return found


@needs_data
@pytest.mark.parametrize(("size", "rows"), [("50k", 50_000), pytest.param("200k", 200_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("co_retweet", "co_retweet"),
        ("co_link", "co_link"),
        ("co_hashtag", "co_hashtag"),
        ("co_tweet", "co_tweet"),
        ("co_similar_tweet", "co_similar08"),
    ],
)
def test_coordination_network_toolkit(size, rows, kind, file):
    posts = ira(rows)
    if kind == "co_retweet":
        posts = posts.set_column(posts.column_names.index("repost_of"), "repost_of", posts["md5"])
    want = pq.read_table(DATA / "conformance" / f"cnt_ira{size}_{file}_w60.parquet")
    columns = ("user_1", "user_2", "weight")
    assert edges(cnt(posts, kind, 60, min_weight=1).edges, *columns) == edges(want, *columns)
    if size == "50k":
        heavy = want.filter(pc.greater_equal(want["weight"], 2))
        assert edges(cnt(posts, kind, 60).edges, *columns) == edges(heavy, *columns)


@needs_data
@pytest.mark.parametrize("window_s", [10, 60])
def test_coortweet(window_s):
    table = pq.read_table(DATA / "coortweet_russian_coord_tweets.parquet")
    shares = pa.table(
        {
            "object": table["object_id"],
            "account": table["account_id"],
            "post": table["content_id"],
            "time": times(table["timestamp_share"]),
        }
    )
    want = pq.read_table(DATA / "conformance" / f"coortweet_russian_tw{window_s}_mp2_edges.parquet")
    network = coortweet(shares, window_s)
    columns = ("account_a", "account_b", "weight", "avg_time_delta", "weight_threshold")
    found = {  # R prints 15 digits
        pair: (weight, float(f"{delta:.15g}"), above)
        for pair, (weight, delta, above) in edges(network.edges, *columns).items()
    }
    assert found == edges(want, *columns)
    assert any("edge_symmetry_score" in note for note in network.notes)


@needs_data
@pytest.mark.parametrize(
    ("window_s", "min_weight", "loops", "nodes"),
    [(1, 1, False, 2), (1, 1, True, 3), (1, 2, False, 0), (1, 2, True, 1), (60, 1, False, 6), (60, 1, True, 7)],
)
def test_nodes_of_the_toolkits_own_test(window_s, min_weight, loops, nodes):
    with (DATA / "cnt_coretweet_test_input.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    posts = pa.table(
        {
            "post": [row["message_id"] for row in rows],
            "account": [row["user_id"] for row in rows],
            "repost_of": [row["repost_id"] for row in rows],
            "time": times(pa.array([int(row["timestamp"]) for row in rows])),
        }
    )
    network = cnt(posts, "co_retweet", window_s, min_weight=min_weight, loops=loops)
    assert len({*network.edges["user_1"].to_pylist(), *network.edges["user_2"].to_pylist()}) == nodes
    assert any("1.5.2" in note for note in network.notes) == loops


def posts_of(*rows):
    """(post, account, seconds, text, repost_of, reply_to, urls) rows as a table of posts."""
    names = ("post", "account", "time", "text", "repost_of", "reply_to", "urls")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["time"] = times(pa.array(columns["time"]))
    columns["repost_of"] = pa.array(columns["repost_of"], pa.string())
    columns["reply_to"] = pa.array(columns["reply_to"], pa.string())
    columns["urls"] = pa.array(columns["urls"], pa.list_(pa.string()))
    return pa.table(columns)


def weights(network):
    return {pair: weight for pair, (weight,) in edges(network.edges, "user_1", "user_2", "weight").items()}


def test_the_rules_in_words():
    posts = posts_of(
        ("1", "A", 0, "@x Hello  World", None, "r", ["u", "v"]),
        ("2", "A", 9, "hello world", None, "r", ["v"]),
        ("3", "B", 10, "HELLO @y world", None, "r", ["v", "u", "v"]),
        ("3", "C", 10, "a later row of the same id counts for nothing", None, "r", ["u"]),
        ("4", "C", 10, "hello world", "1", "r", ["u"]),  # a repost: in co_retweet only
        ("5", "D", 21, "@only @mentions", None, None, [""]),
        ("6", "E", 21, "@others", None, "", None),
    )
    assert weights(cnt(posts, "co_link", 10, min_weight=1)) == {("A", "B"): 2, ("B", "A"): 1}
    assert weights(cnt(posts, "co_link", 9, min_weight=1)) == {("A", "B"): 1, ("B", "A"): 1}
    assert weights(cnt(posts, "co_link", 10)) == {("A", "B"): 2}
    assert weights(cnt(posts, "co_reply", 10, min_weight=1)) == {("A", "B"): 2, ("B", "A"): 1}
    same = cnt(posts, "co_tweet", 10, min_weight=1)
    assert weights(same) == {("A", "B"): 2, ("B", "A"): 1, ("D", "E"): 1, ("E", "D"): 1}
    assert any("2 texts are empty" in note for note in same.notes)
    similar = cnt(posts, "co_similar_tweet", 10, min_weight=1)
    assert weights(similar) == {("A", "B"): 2, ("B", "A"): 1}
    assert any("2 texts have no words" in note for note in similar.notes)
    assert weights(cnt(posts, "co_retweet", 10, min_weight=1)) == {}


def test_similarity_at_the_threshold_counts():
    posts = posts_of(
        ("1", "A", 0, "a b c d e", None, None, []),
        ("2", "B", 0, "a b c d", None, None, []),  # 4 of 5
        ("3", "C", 0, "a b c f g", None, None, []),
    )
    assert weights(cnt(posts, "co_similar_tweet", 0, min_weight=1)) == {("A", "B"): 1, ("B", "A"): 1}


def test_no_posts_and_no_such_network():
    posts = posts_of(("1", "A", 0, None, None, None, None))
    for kind in ("co_retweet", "co_link", "co_reply", "co_tweet", "co_similar_tweet"):
        for table in (posts, posts.slice(0, 0)):
            assert cnt(table, kind, 60, min_weight=1).edges.num_rows == 0
    empty = pa.table({name: pa.array([], pa.string()) for name in ("object", "account", "post")})
    empty = empty.append_column("time", pa.array([], pa.timestamp("us", tz="UTC")))
    assert coortweet(empty, 60).edges.num_rows == 0
    with pytest.raises(UsageError, match="co_post"):
        cnt(posts, "co_post", 60)
