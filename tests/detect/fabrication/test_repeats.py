"""fabrication.repeats: a thing said in other words by several accounts, among talk; what is said innocently."""

import random
import zlib
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tocsin.detect.fabrication import encoders
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.detect.fabrication.repeats import DETECTOR
from tocsin.model.post import POSTS
from tocsin.model.targets import OFFICIAL

BEGUN = datetime(2024, 5, 1, tzinfo=UTC)
CLAIM = "The ballots of Drenwick were burned at night behind the old brewery"
SONG = "Carry me home over the hill where the kettle is always on"
PRESS = "The assembly passed the budget for schools and for roads on Tuesday evening"
GAME = "I just finished level {} of the marble maze in {} moves and you can not https://maze.example/s"


def _vectors(texts, _):
    """Random directions, but for wordings of one claim, which are marked."""
    rows = np.stack([np.random.default_rng(zlib.crc32(text.encode())).normal(size=64) for text in texts])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    marked = np.array(["claimed" in text for text in texts])
    rows[marked] = 0.3 * rows[marked] + np.eye(64)[0]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def model(monkeypatch):
    made = Encoder("USE", "0", None, 64, lambda: _vectors)
    monkeypatch.setattr(encoders, "available", lambda: (made,))


def words(rng, n):
    return " ".join("".join(rng.choices("abcdefghijklmnop", k=6)) for _ in range(n))


def posts(said, seed=1):
    rng = random.Random(seed)
    rows = [(f"talker{n}", words(rng, 9), BEGUN + timedelta(hours=n), None) for n in range(300)] + said
    rng.shuffle(rows)
    made = [
        {"post": f"p{n}", "account": who, "time": when, "platform": "x", "text": text, "language": "en",
         "repost_of": of, "file": "f", "row": n}
        for n, (who, text, when, of) in enumerate(rows, 1)
    ]  # fmt: skip
    return ContentTables(posts=POSTS.empty_table().from_pylist(made, schema=POSTS))


def look(said, **more):
    tables = posts(said)
    for name, value in more.items():
        setattr(tables, name, value)
    return DETECTOR.run(tables)


def many(text, n, hours=1.0, begun=BEGUN):
    return [(f"a{k}", text.format(k, 60 - k), begun + timedelta(hours=hours * k), None) for k in range(n)]


def verdicts(candidate):
    return {one.code: one.verdict for one in candidate.explanations}


def test_copies_by_an_exact_rule(model):
    result = look(many(CLAIM, 6))
    (found,) = result.candidates
    assert (found.p, found.rows.size, found.explained) == (None, 6, False)
    assert found.title.startswith("6 accounts say “The ballots")
    assert [one.relation for one in found.wordings] == ["first"]
    assert result.encoders == ("USE 0",)


def test_rewordings_against_chance(model):
    rng = random.Random(2)
    said = [(f"a{k}", f"claimed {words(rng, 8)}", BEGUN + timedelta(hours=k), None) for k in range(7)]
    (found,) = look(said).candidates
    assert found.p < 1e-6
    assert [one.relation for one in found.wordings] == ["first"] + ["rewording"] * 6
    assert found.tests[0].observed >= 5 > found.tests[0].expected


def test_nothing_in_talk(model):
    result = look([])
    assert result.candidates == ()
    assert result.tested == 300


def test_one_account_and_reposts_are_no_repetition(model):
    bot = [("bot", CLAIM, BEGUN + timedelta(hours=k), None) for k in range(30)]
    reposts = [(f"r{k}", CLAIM, BEGUN + timedelta(hours=k), "p1") for k in range(30)]
    assert look(bot + reposts).candidates == ()


def test_innocent_explanations(model):
    song = many(SONG, 12, hours=24)
    assert verdicts(look(song).candidates[0])["common"] == "fits"
    game = look(many(GAME, 8)).candidates[0]
    assert (verdicts(game)["form"], game.explained) == ("fits", True)
    sites = [f"https://paper{k % 4}.example/budget" for k in range(8)]
    press = [
        (who, f"{text} {site}", when, of) for (who, text, when, of), site in zip(many(PRESS, 8), sites, strict=True)
    ]
    assert verdicts(look(press).candidates[0])["press"] == "fits in part"
    whose = {"office": "a paper", "kind": "outlet", "jurisdiction": "", "brands": [], "file": "o"}
    outlets = [{"name": f"paper{k}.example", "row": k, **whose} for k in range(4)]
    official = OFFICIAL.empty_table().from_pylist(outlets, schema=OFFICIAL)
    assert verdicts(look(press, official=official).candidates[0])["press"] == "fits"
    assert not look(many(CLAIM + " https://push.example/a", 8)).candidates[0].explained


def test_names_of_parties_change_nothing(model):
    one, other = (look(many(f"The {party} stole the ballots of Drenwick last night", 6)) for party in ("Reds", "Blues"))
    assert [e.verdict for e in one.candidates[0].explanations] == [e.verdict for e in other.candidates[0].explanations]
    assert one.candidates[0].p == other.candidates[0].p
