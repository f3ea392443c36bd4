"""The search against a plain search of every name for every word; the spelling model against its own sums."""

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest

from tocsin.kernels import lookalike, spelling
from tocsin.kernels.lookalike import APART, BELOW, LABEL, OTHER, PART, TYPO, WORDS
from tocsin.kernels.utf8 import utf8

ADDED = ["login", "vote", "news"]


def folded(texts):
    return lookalike.folded(utf8(pa.array(texts, pa.string())))


def found(names, words):
    letters = folded(names)
    shown = utf8(pa.array(names, pa.string())).data[letters.byte]
    hits = lookalike.search(letters, (shown >= 48) & (shown <= 57), folded(words), folded(ADDED))
    return {(names[n], words[w], int(kind)) for n, w, kind in zip(hits.name, hits.word, hits.kind, strict=True)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("harbor", LABEL),
        ("har-bor", LABEL),
        ("harb0r", LABEL),
        ("harbor.evil", BELOW),
        ("login-harbor", APART),
        ("harborvote24", WORDS),
        ("mail.voteharbor.evil", WORDS),
        ("harbor-bakery", PART),
        ("harbro", TYPO),
        ("harbour-bakery", TYPO),
        ("hrbor", TYPO),
        ("harbxr", TYPO),
    ],
)
def test_each_way(name, kind):
    assert (name, "harbor", kind) in found([name], ["harbor"])


def test_what_is_no_way():
    assert found(["harborside", "xharborx", "hrbr", "har.bor"], ["harbor"]) == set()
    assert found(["bigharbortown"], ["harbors"]) == set()
    assert found(["theharborsideinn"], ["harborside"]) == {("theharborsideinn", "harborside", OTHER)}
    assert found(["rnail.corn"], ["mail"]) == {("rnail.corn", "mail", BELOW)}
    assert found(["abk", "abx"], ["abc"]) == {("abk", "abc", TYPO)}, "of short words only a letter that sounds alike"


def test_a_word_of_five_letters_that_looks_like_four_has_typos():
    assert found(["sterm", "sten"], ["stern"]) == {("sterm", "stern", TYPO), ("sten", "stern", TYPO)}
    assert found(["sten"], ["stem"]) == set(), "this one is written in four"


def plain(letters):
    return "".join(map(chr, letters + 97))


def edits(word):
    alphabet = "".join(map(chr, range(97, 97 + 36)))
    cut = [(word[:k], word[k:]) for k in range(len(word) + 1)]
    made = {a + b[1:] for a, b in cut if b} | {a + c + b for a, b in cut for c in alphabet}
    made |= {a + c + b[1:] for a, b in cut if b for c in alphabet}
    made |= {a + b[1] + b[0] + b[2:] for a, b in cut if len(b) > 1}
    return made - {word}


def test_the_search_against_a_plain_one():
    drawn = random.Random(3)
    words = ["".join(drawn.choices("abdo", k=drawn.randint(5, 7))) for _ in range(60)]
    words = sorted(set(words))
    names = ["".join(drawn.choices("abdo", k=drawn.randint(4, 9))) for _ in range(1_500)]
    got = found(names, words)
    near = {word: edits(word) for word in words}
    expected = {(n, w, TYPO) for n in names for w in words if n in near[w]} | {
        (n, n, LABEL) for n in names if n in words
    }
    assert {hit for hit in got if hit[2] in (TYPO, LABEL)} == expected
    inside = {(n, w) for n, w in itertools.product(names, words) if w in n and w != n and len(w) >= 7}
    assert {(n, w) for n, w, kind in got if kind == OTHER} == inside


def learnt(words):
    letters = folded(words)
    model = spelling.empty(letters.letters.size)
    spelling.learn(model, letters.letters, letters.at, np.ones(len(words), np.bool_))
    return model


def test_chances_are_chances():
    model = learnt(["harbor", "haven", "market", "marina", "harvest"] * 3)
    one = lambda text: folded([text]).letters  # noqa: E731
    begin = sum(spelling.chance(model, np.array([n], np.uint8), True, False) for n in range(36))
    assert begin + spelling.chance(model, np.empty(0, np.uint8), True, True) == pytest.approx(1)
    longer = sum(spelling.chance(model, np.append(one("har"), np.uint8(n)), True, False) for n in range(36))
    ended = spelling.chance(model, one("har"), True, True)
    assert longer + ended == pytest.approx(spelling.chance(model, one("har"), True, False))
    assert spelling.chance(model, one("harbor"), True, True) > 100 * spelling.chance(model, one("hxrbqr"), True, True)


def test_the_chance_of_one_edit_is_the_sum_over_all_of_them():
    model = learnt(["harbor", "haven", "market", "marina", "harvest"] * 3)
    for word in ("haven", "harbor", "aab"):
        letters = folded([word]).letters
        every = edits(plain(letters))
        total = sum(
            spelling.chance(model, np.array([ord(c) - 97 for c in other], np.uint8), True, True) for other in every
        )
        assert spelling.chance_near(model, letters) == pytest.approx(total, rel=1e-9)
