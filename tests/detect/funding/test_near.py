import numpy as np
import pyarrow as pa
import pytest

from tocsin.detect.funding.near import components, near_groups


def groups(texts, block=None):
    block = np.zeros(len(texts), np.int64) if block is None else np.array(block, np.int64)
    return near_groups(pa.array(texts, pa.string()), block, np.arange(len(texts))).tolist()


@pytest.mark.parametrize(
    "other",
    [
        "silver birch freght",
        "silver birch freightt",
        "silver birhc freight",
        "silver birch freigkt",
        "silver birc hfreight",
    ],
)
def test_one_edit_apart_is_one(other):
    left, right = groups(["silver birch freight", other])
    assert left == right


@pytest.mark.parametrize(
    "other", ["silver birch staffing", "silver brch freght", "granite peak freight", "silver birch"]
)
def test_further_apart_is_not(other):
    left, right = groups(["silver birch freight", other])
    assert left != right


def test_short_texts_must_be_the_same():
    assert len(set(groups(["oak st", "elk st", "ok st"]))) == 3


def test_blocks_keep_apart():
    assert len(set(groups(["northgate", "northgat", "northgate"], [1, 2, 2]))) == 2


def test_chains_join():
    assert len(set(groups(["abcdefgh", "abcdefghi", "abcdefghij"]))) == 1


def without_one(text):
    return {text, *(text[:k] + text[k + 1 :] for k in range(len(text)))}


def test_agrees_with_every_pair_compared():
    """All links found by hashing are those of texts that are the same but for a letter left out of one or both."""
    rng = np.random.default_rng(3)
    base = ["".join(rng.choice(list("abc"), 10)) for _ in range(60)]
    edited = {text[:k] + letter + text[k + 1 :] for text in base for k, letter in [(3, "d"), (5, "")]}
    texts = sorted({*base, *edited})
    pairs = [
        (a, b)
        for a in range(len(texts))
        for b in range(a)
        if without_one(texts[a]) & without_one(texts[b]) and abs(len(texts[a]) - len(texts[b])) <= 1
    ]
    left, right = np.array(pairs).T
    assert 30 < len(set(groups(texts))) < len(texts)
    assert groups(texts) == components(len(texts), left, right).tolist()


def test_nothing_has_no_group():
    assert near_groups(pa.array(["one text"]), np.zeros(1, np.int64), np.array([-1, 0])).tolist() == [-1, 0]
    assert near_groups(pa.array([], pa.string()), np.zeros(0, np.int64), np.array([-1])).tolist() == [-1]
