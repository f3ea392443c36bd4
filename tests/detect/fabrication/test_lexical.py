"""The index of words, n-grams and shingles against plain counting; grown, kept and read again."""

import math
import re

import numpy as np
import pytest

from tocsin.detect.fabrication.lexical import Index
from tocsin.errors import WorkspaceError

TEXTS = ["The ferry is late", "the ferry the ferry", "A bus to Drenwick", "", "今天渡轮没有来"] * 3 + [
    f"bus number {n} of line {n % 7}" for n in range(80)
]


def test_bm25_is_as_counted_by_hand():
    index = Index("words")
    index.add(TEXTS[:4])
    docs = [re.findall(r"\w+", text.lower()) for text in TEXTS[:4]]
    mean = sum(map(len, docs)) / len(docs)
    expected = []
    for doc in docs:
        score = 0.0
        for word in ("ferry", "late"):
            df = sum(word in other for other in docs)
            idf = math.log1p((len(docs) - df + 0.5) / (df + 0.5))
            tf = doc.count(word)
            score += idf * tf * 2.5 / (tf + 1.5 * (0.25 + 0.75 * len(doc) / mean))
        expected.append(score)
    assert index.scores("late ferry") == pytest.approx(expected, rel=1e-5)


def test_grams_are_a_cosine():
    index = Index("grams")
    index.add(TEXTS)
    scores = index.scores(TEXTS[0])
    assert scores[[0, 5, 10]] == pytest.approx([1, 1, 1], abs=1e-5)
    assert ((scores >= 0) & (scores <= 1 + 1e-5)).all()
    assert index.search(["zzz qqq", TEXTS[2]], 2).rows.tolist() == [[-1, -1], [2, 7]]


def test_shingles_are_jaccard():
    def sets(text):
        return {text[n : n + 5] for n in range(max(1, len(text) - 4))}

    index, asked = Index("shingles"), "the ferry is very late"
    index.add(["the ferry is late", "the ferry was late", "a bus"])
    expected = [
        len(sets(asked) & sets(t)) / len(sets(asked) | sets(t))
        for t in ("the ferry is late", "the ferry was late", "a bus")
    ]
    assert index.scores(asked) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", ["words", "grams"])
def test_grown_and_kept_it_answers_as_at_once(kind, tmp_path):
    at_once, grown = Index(kind), Index(kind)
    at_once.add(TEXTS)
    for text in TEXTS:
        grown.add([text])
    assert len(grown) == len(TEXTS)
    grown.save(tmp_path / "index")
    kept = Index.load(tmp_path / "index")
    for question in ("bus of line 3", "ferry late", "渡轮"):
        assert grown.scores(question) == pytest.approx(kept.scores(question), rel=0.15, abs=1e-6)
        assert np.corrcoef(at_once.scores(question), grown.scores(question))[0, 1] > 0.99
    kept.add(["a new ferry"])
    assert kept.search(["a new ferry"], 1).rows[0, 0] == len(TEXTS)


def test_a_damaged_index_is_told(tmp_path):
    Index("words").save(tmp_path)
    (tmp_path / "rows.npy").write_bytes(b"broken")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        Index.load(tmp_path)
