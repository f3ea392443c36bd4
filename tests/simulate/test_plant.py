from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tocsin.errors import UsageError
from tocsin.model.post import POSTS
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.plant import ACTS, OperationParams, plant

DATA = Path(__file__).parents[3] / "shared" / "data" / "coordination"


@pytest.fixture(scope="module")
def posts():
    return simulate(ElectionParams(posts=5_000, days=3, decoys=False, operations="none")).posts


def planted_rows(posts, operation, seed=1):
    table, accounts = plant(posts, operation, seed)
    return table.slice(posts.num_rows).to_pylist(), accounts


def by_object(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def fragments(text):
    words = text.split()
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def hamming(a, b):
    return (int(a, 16) ^ int(b, 16)).bit_count()


KEYS = {
    "copy_text": lambda row: row["text"],
    "near_text": lambda row: tuple(row["text"].split()[:12]),
    "repost": lambda row: row["repost_of"],
    "link": lambda row: tuple(row["urls"]),
    "hashtag_sequence": lambda row: tuple(row["hashtags"]),
    "reply": lambda row: row["reply_to"],
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("jitter_s", [1, 300])
def test_each_object_is_shared_by_members_within_the_jitter(posts, kind, jitter_s):
    operation = OperationParams(kind=kind, accounts=9, objects=7, jitter_s=jitter_s, camouflage=0)
    rows, accounts = planted_rows(posts, operation)
    if kind == "repost":
        rows = [row for row in rows if row["repost_of"]]
    groups = by_object(rows, KEYS[kind])
    assert len(groups) == 7
    for group in groups.values():
        times = [row["time"] for row in group]
        assert max(times) - min(times) <= timedelta(seconds=jitter_s)
        assert len({row["account"] for row in group}) >= 2
        assert len({row["account"] for row in group}) == len(group)
    assert {row["account"] for row in rows} <= set(accounts)


def test_media_differ_by_few_bits_only(posts):
    rows, _ = planted_rows(posts, OperationParams(kind="media", accounts=9, objects=7, jitter_s=10, camouflage=0))
    rows.sort(key=lambda row: row["time"])
    first = rows[0]["media"][0]
    near = [row for row in rows if hamming(first, row["media"][0]) <= 6]
    assert len(near) >= 2
    assert near[-1]["time"] - near[0]["time"] <= timedelta(seconds=10)
    assert len({row["media"][0] for row in near}) > 1
    assert all(hamming(first, row["media"][0]) > 10 for row in rows if row not in near)


def test_near_texts_are_near_and_not_the_same(posts):
    rows, _ = planted_rows(posts, OperationParams(kind="near_text", accounts=20, objects=5, camouflage=0))
    for group in by_object(rows, KEYS["near_text"]).values():
        assert len({row["text"] for row in group}) > 1
        for row in group[1:]:
            a, b = fragments(group[0]["text"]), fragments(row["text"])
            assert len(a & b) / len(a | b) >= 0.7


def test_a_hashtag_campaign_has_different_texts_one_client_and_three_hours(posts):
    operation = OperationParams(kind="hashtag_sequence", accounts=15, objects=12, jitter_s=60, camouflage=0)
    rows, _ = planted_rows(posts, operation)
    texts = [row["text"].split("#")[0].split(" ", 1)[1] for row in rows]
    assert len(set(texts)) > 0.9 * len(texts)
    assert len({row["client"] for row in rows}) == 1
    assert len({row["time"].hour for row in rows}) <= 4
    assert len({name for row in rows for name in row["mentions"]}) <= 3


@pytest.mark.parametrize("kind", ACTS)
@pytest.mark.parametrize("existing", [False, True])
def test_the_original_rows_stay_first_and_untouched(posts, kind, existing):
    operation = OperationParams(kind=kind, accounts=6, objects=4, existing=existing)
    table, accounts = plant(posts, operation, 2)
    assert table.schema == POSTS
    assert table.slice(0, posts.num_rows).equals(posts)
    added = table.slice(posts.num_rows)
    assert set(added.column("account").to_pylist()) <= set(accounts)
    assert len(accounts) == 6
    assert not set(accounts) & set(posts.column("account").to_pylist())
    assert pc.count_distinct(table.column("post")).as_py() == table.num_rows
    assert pc.unique(added.column("file")).to_pylist() == ["planted"]
    assert sorted(added.column("row").to_pylist()) == list(range(1, added.num_rows + 1))


@pytest.mark.parametrize("kind", ["repost", "link", "media", "reply", "copy_text"])
def test_existing_objects_are_in_the_table(posts, kind):
    rows, _ = planted_rows(posts, OperationParams(kind=kind, existing=True, objects=4, camouflage=0, jitter_s=5))
    known = posts.to_pylist()
    if kind == "media":
        pictures = [media for post in known for media in post["media"]]
        assert all(min(hamming(row["media"][0], m) for m in pictures) <= 3 for row in rows)
        return
    values = {
        "repost": {post["post"] for post in known},
        "reply": {post["post"] for post in known},
        "link": {(url,) for post in known for url in post["urls"][:1]},
        "copy_text": {post["text"].split(": ", 1)[-1] if post["repost_of"] else post["text"] for post in known},
    }[kind]
    assert {KEYS[kind](row) for row in rows} <= values
    assert len({KEYS[kind](row) for row in rows}) <= 4


def test_new_reposts_follow_a_new_post_of_the_first_member(posts):
    rows, accounts = planted_rows(posts, OperationParams(kind="repost", objects=5, camouflage=0))
    own = {row["post"]: row for row in rows if not row["repost_of"]}
    assert len(own) == 5
    assert {row["account"] for row in own.values()} == {accounts[0]}
    for row in rows:
        if row["repost_of"]:
            assert row["time"] >= own[row["repost_of"]]["time"]
            assert row["text"] == f"RT @{accounts[0]}: {own[row['repost_of']]['text']}"


def test_camouflage_repeats_ordinary_posts_after_they_were_made(posts):
    operation = OperationParams(kind="link", accounts=20, objects=10, participation=1, camouflage=2)
    rows, _ = planted_rows(posts, operation)
    cover = [row for row in rows if row["repost_of"]]
    assert len(cover) == pytest.approx(20 * 10 * 2, rel=0.2)
    known = {post["post"]: post for post in posts.to_pylist()}
    for row in cover:
        assert row["time"] >= known[row["repost_of"]]["time"]
        assert row["text"].endswith(known[row["repost_of"]]["text"])


def test_planting_is_repeatable_and_depends_on_the_seed(posts):
    operation = OperationParams(kind="copy_text")
    assert plant(posts, operation, 4)[0].equals(plant(posts, operation, 4)[0])
    assert not plant(posts, operation, 4)[0].equals(plant(posts, operation, 5)[0])


def bare(posts, seconds):
    """A table with ids, accounts, times and texts only, with the given grain of time."""
    times = pc.multiply(pc.divide(posts.column("time").cast(pa.int64()), seconds * 1_000_000), seconds * 1_000_000)
    columns = [
        times.cast(field.type)
        if field.name == "time"
        else posts.column(field.name)
        if not field.nullable or field.name == "text"
        else pa.nulls(posts.num_rows, field.type)
        for field in POSTS
    ]
    return pa.table(columns, schema=POSTS)


@pytest.mark.parametrize("kind", ["copy_text", "link", "hashtag_sequence", "repost"])
def test_columns_that_the_table_leaves_empty_stay_empty(posts, kind):
    table, _ = plant(bare(posts, 60), OperationParams(kind=kind), 1)
    for name in ("platform", "language", "client", "repost_of", "urls", "hashtags", "mentions"):
        assert table.column(name).null_count == table.num_rows
    assert all(row["time"].second == 0 for row in table.slice(posts.num_rows).to_pylist())


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_tiny_tables_can_be_planted_into(posts, rows):
    table, _ = plant(posts.slice(0, rows), OperationParams(kind="link"), 1)
    span = pc.min_max(posts.slice(0, rows).column("time")).as_py()
    times = table.column("time").to_pylist()
    assert span["min"] <= min(times)
    assert max(times) <= span["max"]


def test_what_cannot_be_planted_is_refused_with_a_hint(posts):
    with pytest.raises(UsageError, match="empty table"):
        plant(posts.slice(0, 0), OperationParams(kind="link"), 1)
    with pytest.raises(UsageError, match="0 different objects in 'urls'") as refused:
        plant(bare(posts, 1), OperationParams(kind="link", existing=True), 1)
    assert "existing=False" in refused.value.hint
    with pytest.raises(ValidationError, match="two who repost"):
        OperationParams(kind="repost", accounts=2)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(sorted(ACTS)),
    accounts=st.integers(3, 30),
    objects=st.integers(1, 20),
    jitter_s=st.floats(0, 86_400),
    participation=st.floats(0.01, 1),
    camouflage=st.floats(0, 3),
    seed=st.integers(0, 2**40),
)
def test_any_operation_stays_in_the_span_and_every_account_is_new(
    posts, kind, accounts, objects, jitter_s, participation, camouflage, seed
):
    operation = OperationParams(
        kind=kind,
        accounts=accounts,
        objects=objects,
        jitter_s=jitter_s,
        participation=participation,
        camouflage=camouflage,
    )
    table, names = plant(posts, operation, seed)
    assert len(set(names)) == accounts
    assert table.num_rows >= posts.num_rows + 2 * objects
    assert set(table.slice(posts.num_rows).column("account").to_pylist()) == set(names)
    before, after = (pc.min_max(one.column("time")).as_py() for one in (posts, table))
    assert before == after


def real(name):
    """A real set as a source would give it: what is not in the file is null."""
    if not DATA.is_dir():
        pytest.skip("the real sets are not beside the checkout")
    rows = pq.read_table(DATA / name)
    given = {"post": "tweet_id", "account": "user", "text": "text", "reply_to": "reply_to_id", "client": "client"}
    columns = {name: rows.column(column) for name, column in given.items() if column in rows.column_names}
    columns["time"] = pc.multiply(rows.column("ts"), 1_000_000)
    columns["file"], columns["row"] = pa.repeat(name, rows.num_rows), pa.array(range(rows.num_rows))
    nothing = pa.nulls(rows.num_rows)
    return pa.table([columns.get(f.name, nothing).cast(f.type) for f in POSTS], schema=POSTS)


@pytest.mark.parametrize("name", ["gop_debate_2015_control.parquet", "up_election_2017_dev.parquet"])
def test_operations_can_be_planted_into_real_posts(name):
    posts = real(name)
    for kind in KEYS:
        existing = kind in ("repost", "reply", "copy_text")
        operation = OperationParams(kind=kind, accounts=20, objects=8, jitter_s=30, existing=existing, camouflage=0)
        rows, accounts = planted_rows(posts, operation)
        assert {row["account"] for row in rows} == set(accounts)
        texts = {"repost": lambda row: row["text"], "link": lambda row: row["text"].rsplit(" ", 1)[-1]}
        if kind in ("copy_text", "repost", "link"):
            groups = by_object(rows, texts.get(kind, KEYS[kind]))
            assert len(groups) == 8
            for group in groups.values():
                times = [row["time"] for row in group]
                assert max(times) - min(times) <= timedelta(seconds=30)
