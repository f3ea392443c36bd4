"""Cells of each kind."""

from hashlib import blake2b
from zlib import crc32

import pyarrow as pa
import pytest

from tocsin.sources import cells


def strings(*values):
    return pa.array(values, pa.string())


def test_ids():
    found = cells.ids(strings(" a ", "12.0", "\ufeffx\u200b", "nan", "", None, "1.5")).to_pylist()
    assert found == ["a", "12", "x", None, None, None, "1.5"]


def test_damaged_ids():
    given = strings("1.23457E+17", "9.06e+17", "12345678901234567.0", "123", "1E7", None, "e10")
    assert cells.damaged(given).to_pylist() == [True, True, True, False, True, False, False]


def test_texts_are_unescaped_once_and_lose_overrides_only():
    given = strings("a &amp;amp; b &lt;3", "AT&T", "\u202eevil\u202c", "👩‍👩‍👧 \u200fשלום", None)
    found, overrides = cells.texts(given)
    assert found.to_pylist() == ["a &amp; b <3", "AT&T", "evil", "👩‍👩‍👧 \u200fשלום", None]
    assert overrides == 1


def test_entities_of_surrogates_and_nul_cannot_break_arrow():
    cells.texts(strings("&#xD83D;&#xDE00; &#0; &#xD800;"))[0].validate(full=True)


def test_languages():
    given = strings("English", "en-GB", "LANGUAGE UNDEFINED", "und", "Klingon", "zh_Hant", "iw", None)
    assert cells.languages(given).to_pylist() == ["en", "en", None, None, "klingon", "zh", "he", None]


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("[]", []),
        ("", None),
        ("[a, b]", ["a", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ('["a","b"]', ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("a  b", ["a", "b"]),
    ],
)
def test_lists(cell, items):
    # neighbours show that rows keep their places
    assert cells.lists(strings("x", cell, "y")).to_pylist() == [["x"], items, ["y"]]


@pytest.mark.parametrize(
    "cell",
    [
        "http://a.example/1,2 http://b.example",
        "[http://a.example/1,2, http://b.example]",
        "http://a.example/1,2,http://b.example",
        "['http://a.example/1,2','http://b.example']",
    ],
)
def test_links(cell):
    assert cells.links(strings(cell)).to_pylist() == [["http://a.example/1,2", "http://b.example"]]


def test_digests_are_stable_and_tell_apart():
    accounts = strings("a", "a", "b", "a")
    times = pa.array([1, 1, 1, 2], pa.timestamp("us", tz="UTC"))
    found = cells.digests(accounts, times, strings("x", "y", "x", "x")).to_pylist()
    assert len(set(found)) == 4
    account = blake2b(b"a", digest_size=8).hexdigest()
    assert found[0] == f"none-{account}-1-{crc32(b'x')}-1"
    assert found == cells.digests(accounts, times, strings("x", "y", "x", "x")).to_pylist()
