"""Pseudonyms: stable under a key, different under another, and no name left where one stood."""

import hashlib
import hmac
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.post import POSTS
from tocsin.sources.pseudonyms import new_key, pseudonym, pseudonymise

KEY = bytes(range(32))


def posts(*rows, platform="twitter"):
    base = {"time": 1, "file": "f", "row": 1, "platform": platform}
    made = [base | {"post": str(i)} | row for i, row in enumerate(rows)]
    columns = [pa.array([row.get(field.name) for row in made], field.type) for field in POSTS]
    return pa.RecordBatch.from_arrays(columns, schema=POSTS)


def test_it_is_the_hmac_it_says():
    bits = int.from_bytes(hmac.new(KEY, b"twitter\0bob", hashlib.sha256).digest()[:8], "big") >> 4
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    expected = "".join(letters[int(f"{bits:060b}"[i : i + 5], 2)] for i in range(0, 60, 5))
    assert pseudonym(KEY, "twitter", "@Bob") == f"acct_{expected}"


def test_accounts_mentions_and_text_join():
    given = posts(
        {"account": "Bob", "text": "hi @Alice, mail me: bob@mail.example", "mentions": ["alice"]},
        {"account": "alice", "text": "no names"},
        {"account": "carol", "text": "@bob @bob!", "mentions": None},
    )
    found = pseudonymise(given, KEY).to_pylist()
    bob, alice = pseudonym(KEY, "twitter", "bob"), pseudonym(KEY, "twitter", "alice")
    assert [row["account"] for row in found[:2]] == [bob, alice]
    assert found[0]["mentions"] == [alice]
    assert found[0]["text"] == f"hi @{alice}, mail me: bob@mail.example"
    assert found[1]["mentions"] == []
    assert found[2]["mentions"] == [bob]
    assert found[2]["text"] == f"@{bob} @{bob}!"


def test_dotted_handles_and_telling_ids():
    post = "at://did:plc:abc/app.bsky.feed.post/1"
    row = {"account": "did:plc:abc", "text": "see @a.bsky.social.", "post": post, "repost_of": post, "objects": [post]}
    (found,) = pseudonymise(posts(row, platform="bluesky"), KEY).to_pylist()
    assert found["text"] == f"see @{pseudonym(KEY, 'bluesky', 'a.bsky.social')}."
    assert "did:plc" not in str(found)
    assert found["post"] == found["repost_of"] == found["objects"][0]


def test_platforms_are_kept_apart_and_keys_matter():
    assert pseudonym(KEY, "twitter", "bob") != pseudonym(KEY, "reddit", "bob")
    assert pseudonym(KEY, None, "bob") != pseudonym(new_key(), None, "bob")
    mixed = pa.Table.from_batches([posts({"account": "a"}), posts({"account": "a"}, platform=None)]).combine_chunks()
    assert len(pseudonymise(mixed.to_batches()[0], KEY)) == 2


def test_nothing_in_nothing_out():
    assert len(pseudonymise(posts(), KEY)) == 0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=5))
def test_any_text(texts):
    found = pseudonymise(posts(*({"account": "a", "text": text} for text in texts)), KEY)
    found.validate(full=True)
    for row in found.to_pylist():
        left = re.findall(r"(?<![\w@/])@(\w+)", row["text"])
        assert all(name.startswith("acct") for name in left)


def test_one_hmac_for_each_account(monkeypatch):
    from tocsin.sources import pseudonyms

    calls = []
    real = pseudonyms.pseudonym
    monkeypatch.setattr(pseudonyms, "pseudonym", lambda *given: calls.append(1) or real(*given))
    pseudonymise(posts(*({"account": f"a{i % 3}"} for i in range(1000))), KEY)
    assert len(calls) == 3


@pytest.mark.parametrize("column", ["repost_of", "reply_to"])
def test_ids_of_other_platforms_stay(column):
    assert pseudonymise(posts({"account": "a", column: "123"}), KEY).to_pylist()[0][column] == "123"


def test_ids_made_of_the_account_are_hashed():
    from tocsin.sources import cells

    made = f"{cells.DIGEST}-0123456789abcdef-1-2-3"
    found = pseudonymise(posts({"account": "a", "post": made}, {"account": "a", "post": "7"}), KEY).to_pylist()
    assert [row["post"] for row in found] == [pseudonym(KEY, "twitter", made, f"{cells.DIGEST}-"), "7"]


def test_a_pseudonym_in_a_text_is_one_mention_and_hides_no_copy():
    from tocsin.kernels.scan import mention_lists, scan_text
    from tocsin.kernels.text import text_hash

    name = pseudonym(KEY, "twitter", "bob")
    texts = pa.array([f"RT @{name}: the count is wrong", f"RT @{pseudonym(KEY, 'twitter', 'eve')}: the count is wrong"])
    found = mention_lists(texts, scan_text(texts).mentions).to_pylist()
    assert found[0] == [name]
    hashes = text_hash(texts).hash
    assert hashes[0] == hashes[1]
