"""What is numbered on an engine is what is numbered in memory, however the rows are dealt."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tocsin.detect.amplification.contacts import Contacts
from tocsin.detect.amplification.coordination import DETECTOR
from tocsin.detect.amplification.incidence import Incidence, in_order
from tocsin.detect.amplification.layers import READERS, read_layers
from tocsin.detect.amplification.remote import Remote
from tocsin.engine.embedded import Embedded
from tocsin.errors import RefusedError
from tocsin.model.post import POSTS
from tocsin.progress import Silent

START = datetime(2030, 1, 1, tzinfo=UTC)
POSTS_MADE = 500
LAYERS = tuple(READERS)
WORDS = [f"word{n}" for n in range(60)]


def made_posts(languages):
    """Posts that share something in every layer, many of them at one moment, one id on two platforms."""
    chance = random.Random(3)
    texts = [" ".join(chance.choices(WORDS, k=14)) for _ in range(40)]
    pictures = [f"{chance.getrandbits(64):016x}" for _ in range(12)] + ["nothexadecimal!!"]

    def text():
        words = chance.choice(texts).split()
        if chance.random() < 0.3:
            words[chance.randrange(14)] = chance.choice(WORDS)
        return " ".join(words)

    def picture():
        return f"{int(chance.choice(pictures[:-1]), 16) ^ 1 << chance.randrange(64):016x}"

    rows = []
    for n in range(POSTS_MADE):
        rows.append(
            {
                "post": f"p{n // 2 if n < 20 else n}",
                "account": f"user{chance.randrange(40)}",
                "time": START + timedelta(seconds=n // 2 if n < 20 else chance.randrange(30 * 3600)),
                "platform": ("one", "two", None)[n % 2 if n < 20 else n % 3],
                "text": text() + f" https://example.org/{chance.randrange(30)}" * chance.randrange(2),
                "language": chance.choice(languages),
                "client": chance.choice(["web", "phone", None]),
                "repost_of": f"p{chance.randrange(POSTS_MADE)}" if chance.random() < 0.3 else None,
                "reply_to": f"p{chance.randrange(40)}" if chance.random() < 0.3 else None,
                "urls": chance.choice(
                    [None, [f"https://www.site{chance.randrange(9)}.net/?b=1&a=2"], ["https://bit.ly/x"]]
                ),
                "hashtags": chance.choice([None, chance.sample(["One", "two", "THREE", "four"], 2)]),
                "mentions": chance.choice([None, [f"Friend{chance.randrange(9)}"]]),
                "media": [chance.choice([picture(), chance.choice(pictures)])],
                "objects": [f"o{chance.randrange(50)}", f"o{chance.randrange(50)}"],
                "file": "made",
                "row": n,
            }
        )
    chance.shuffle(rows)
    return pa.Table.from_pylist(rows, schema=POSTS)


ONE = pytest.param((1, ["en", "fr", "de"]), id="one part", marks=pytest.mark.slow)
FIVE = pytest.param((5, ["en", "fr", None]), id="five parts")


@pytest.fixture(scope="module", params=[ONE, FIVE])
def both(request, tmp_path_factory):
    partitions, languages = request.param
    posts = made_posts(languages)
    ordered = in_order(posts)
    layers = read_layers(ordered, LAYERS)
    with Embedded(tmp_path_factory.mktemp("engine"), partitions=partitions) as engine:
        engine.put(posts.to_reader(), "posts")
        notes = [note for shares in layers.values() for note in shares.notes]
        yield Incidence(ordered, layers), Remote(engine, "posts", LAYERS, 512, Silent()), notes


def test_the_numbering_is_the_same(both):
    here, there, notes = both
    assert there.notes == notes
    assert len(notes) == 2
    assert (there.n, there.objects, there.first) == (here.n, here.objects, here.first)
    for name in ("time", "account", "stratum"):
        assert np.array_equal(getattr(here, name), getattr(there, name)), name
    assert here.accounts.to_pylist() == there.accounts.to_pylist()
    assert (here.by_language, here.language_known) == (there.by_language, there.language_known)
    for layer in LAYERS:
        assert len(here.shared[layer].obj), f"{layer}: nothing would be compared"
        for name in ("obj", "post", "account"):
            assert np.array_equal(getattr(here.shared[layer], name), getattr(there.shared[layer], name)), layer


def test_what_is_asked_for_is_the_same(both):
    here, there, _ = both
    columns = ["post", "time", "platform", "text", "client", "repost_of", "file", "row"]
    at = np.array([7, 3, 300, 3])
    assert there.rows(columns, at).to_pylist() == here.rows(columns, at).to_pylist()
    there.bring(np.arange(20), np.arange(0, here.objects, 3))
    everything = np.arange(here.objects)
    assert there.names_of(everything).to_pylist() == here.names_of(everything).to_pylist()
    assert there.rows(columns, np.arange(here.n)).to_pylist() == here.rows(columns, np.arange(here.n)).to_pylist()
    for ids in (pa.chunked_array([["p3", "p400", "none"]]), here.rows(["repost_of"], np.arange(50))["repost_of"]):
        for one, other in zip(here.written(ids.drop_null()), there.written(ids.drop_null()), strict=True):
            assert list(one) == list(other)
    assert [there.posted_with(name) for name in ("web", "nobody")] == [here.posted_with(n) for n in ("web", "nobody")]


def test_pairs_are_the_same(both):
    windows = np.array([60_000_000, 3_600_000_000])
    for layer in ("near_text", "media", "object"):
        one, other = (data.pairs(layer, windows, keep=2, rounds=1, threads=1) for data in both[:2])
        assert len(one.a)
        for a, b in zip(one, other, strict=True):
            assert np.array_equal(a, b), layer


def test_a_run_that_was_broken_off_goes_on(tmp_path, monkeypatch):
    posts = made_posts(["en"])
    with Embedded(tmp_path / "tables") as engine:
        engine.put(posts.to_reader(), "posts", made_of="these")
        layers, windows = ("hashtag", "object"), np.array([60_000_000])
        first = Remote(engine, "posts", layers, 512, Silent())
        pairs = first.pairs("object", windows, keep=2, rounds=1, threads=1)
        monkeypatch.setattr(engine, "write", None)  # every table that was made stands
        again = Remote(engine, "posts", layers, 512, Silent())
        assert np.array_equal(again.all.obj, first.all.obj)
        assert again.pairs("object", windows, keep=2, rounds=1, threads=1).objects.tolist() == pairs.objects.tolist()
        with pytest.raises(RefusedError, match=r"posts: 500 posts with [\d,]+ shares need 1 MB here"):
            Remote(engine, "posts", layers, 0, Silent())
        monkeypatch.setattr("tocsin.detect.amplification.remote._JOINT", 1 << 40)
        with pytest.raises(RefusedError, match=r"pairs of joint posts need [\d,]+ MB here") as told:
            Contacts(again, windows)
        assert "TOCSIN_MEMORY_MB" in told.value.hint


def test_nothing_in_nothing_out(tmp_path):
    with Embedded(tmp_path / "tables") as engine:
        engine.put(POSTS.empty_table().to_reader(), "posts")
        result = DETECTOR.run_on(engine, "posts")
    assert (result.findings, result.edges.num_rows, result.warnings) == ((), 0, ("There are no posts.",))
