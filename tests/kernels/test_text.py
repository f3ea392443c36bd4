"""Normalised text and tokens against the same rules written in plain Python."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.scan import scan_text
from tocsin.kernels.text import prepare, text_hash, tokenise

NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
RUN = regex.compile(
    rf"(?V1)(?P<dense>[{NO_SPACES}]+)|(?P<word>[\p{{L}}\p{{M}}\p{{N}}_--{NO_SPACES}](?:['’]?[\p{{L}}\p{{M}}\p{{N}}_--{NO_SPACES}])*)"
)
LETTERS = st.sampled_from(
    "aAbBzZ09_ßẞİıΣσςéÉжЖअक़्العاًَّ日本語東カがกขံ한글’'-.!😀\u0301\u0308\u0323\u200d\u200f\u00a0 \t\n"
)


def folded(char: str) -> str:
    whole = char.casefold()
    return whole if len(whole) == 1 else char.lower()[0]


def normal(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c in "\t\n")
    return "".join(map(folded, " ".join(text.split())))


def tokens(text: str) -> list[str]:
    found = []
    for run in RUN.finditer(normal(text)):
        if run["dense"]:
            pairs = [run[0][k : k + 2] for k in range(len(run[0]) - 1)]
            found += pairs or [run[0]]
        else:
            found.append(regex.sub("['’]", "", run[0]))
    return found


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=25), max_size=6))
def test_same_as_plain_python(texts):
    column = pa.array(texts, pa.string())
    got, cut = text_hash(column), tokenise(column)
    assert got.characters.tolist() == [len(normal(text)) for text in texts]
    assert got.tokens.tolist() == [len(tokens(text)) for text in texts]
    assert np.diff(cut.offsets).tolist() == [len(set(tokens(text))) for text in texts]
    for i, one in enumerate(texts):
        for j, other in enumerate(texts):
            assert (got.hash[i] == got.hash[j]) == (normal(one) == normal(other))
            sets = [set(cut.hashes[cut.offsets[k] : cut.offsets[k + 1]].tolist()) for k in (i, j)]
            assert len(sets[0] & sets[1]) == len(set(tokens(one)) & set(tokens(other)))


SAME = [
    ("RT @one: Vote  NOW! http://t.co/a", "vote now! https://t.co/b"),
    ("rt @one RT ＠two: vote now!", "Vote now! @three"),
    ("RT@one:vote now!", "vote\u200b now!\n"),
    ("Cafe\u0301 ΣΑΣ", "café σας"),
    ("vote now https://t.co/abc…", "vote now"),
]
DIFFERENT = [("vote now", "vote now!"), ("RT if you agree", "if you agree"), ("vote #now", "vote now"), ("a b", "ab")]


@pytest.mark.parametrize(("one", "other", "same"), [(*p, True) for p in SAME] + [(*p, False) for p in DIFFERENT])
def test_what_counts_as_the_same(one, other, same):
    hashes = text_hash(pa.array([one, other])).hash
    assert (hashes[0] == hashes[1]) == same


def test_tokens_ascend_and_are_distinct():
    cut = tokenise(pa.array(["b a b c a " + " ".join(f"w{k}" for k in range(200)), None, "http://a.co/b @x", "a"]))
    assert cut.offsets.tolist() == [0, 203, 203, 203, 204]
    assert (np.diff(cut.hashes[:203].astype(object)) > 0).all()


MIXED = pa.array(
    [
        "RT @a: cafe\u0301 http://b.co/c @d now",
        "@e plain http://f.co words here",
        None,
        "e\u0301 @g e\u0301 http://h.co/i end",
    ]
)


def test_a_known_scan_gives_the_same_where_texts_have_to_be_composed():
    for known, found in zip(prepare(MIXED, scan_text(MIXED)), prepare(MIXED), strict=True):
        assert known.tolist() == found.tolist()
    composed = pa.array([text and unicodedata.normalize("NFC", text) for text in MIXED.to_pylist()])
    assert text_hash(MIXED).hash.tolist() == text_hash(composed).hash.tolist()


def test_tokens_of_some_rows():
    whole, some = tokenise(MIXED), tokenise(prepare(MIXED), np.array([1, 3], np.int32))
    expected = [whole.hashes[whole.offsets[r] : whole.offsets[r + 1]].tolist() for r in (1, 3)]
    assert [
        some.hashes[low:high].tolist() for low, high in zip(some.offsets, some.offsets[1:], strict=False)
    ] == expected
    assert min(map(len, expected)) == 2


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([["RT @a: One two", None], [], ["e\u0301"]]),
        pa.array(["x", "RT @a: One two", None, "e\u0301", "y"]).slice(1, 3),
        pa.array(["one two", "", "é"], pa.large_string()),
    ],
)
def test_every_arrow_layout(column):
    expected = text_hash(pa.array(["one two", "", "é"]))
    for got, want in zip(text_hash(column), expected, strict=True):
        assert got.tolist() == want.tolist()


@pytest.mark.parametrize("column", [pa.array([], pa.string()), pa.chunked_array([], pa.string())])
def test_nothing(column):
    assert text_hash(column).hash.size == 0
    assert tokenise(column).offsets.tolist() == [0]
