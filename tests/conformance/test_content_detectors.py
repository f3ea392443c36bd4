"""What every registered detector of content must do, whoever wrote it."""

import random
import re
import socket
from datetime import timedelta

import numpy as np
import pytest
from tests.detect.fabrication.made import SHOPS, START, burst, feed, link, observed, official, posts

from tocsin import plugins
from tocsin.detect.fabrication.base import ContentTables, PictureFile
from tocsin.detect.fabrication.run import detectors, look
from tocsin.model.tables import EVIDENCE

DETECTORS = {name: detector for name, detector in plugins.load("detectors").items() if detector.reads == "content"}
each = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
FAKE = "harbourtribune.test"
SAYING = "the night ferry to the island carries sealed boxes full of ballots"
#: Parties of the same standing in either reading: what is said of one is said of the other.
SWAP = {"meadow": "harbour", "harbour": "meadow"}
PARTY = "the {} party has closed nine polling places in the valley since monday"


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No network; and texts are compared by their letters, so that no model is loaded."""

    def refuse(*_, **__):
        raise AssertionError("a detector must not use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr("tocsin.detect.fabrication.encoders.available", tuple)


def said(text, number, day=30):
    return [
        {
            "account": f"acct_s{n}",
            "time": START + timedelta(days=day, minutes=7 * n),
            "text": text,
            "platform": "birdsite" if n % 2 else "channels",
            "language": "en",
        }
        for n in range(number)
    ]


def picture(folder, name, shade):
    from PIL import Image, ImageDraw

    made = Image.new("RGB", (320, 240), (200, 210, 220))
    draw = ImageDraw.Draw(made)
    for n in range(40):
        x, y = (n * 53 + shade * 17) % 300, (n * 71 + shade * 29) % 220
        draw.ellipse((x, y, x + 18 + n % 9, y + 14), fill=((n * 37 + shade) % 255, (n * 91) % 255, (n * 13) % 255))
    made.save(folder / name)
    return made


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for n, name in enumerate(("a.png", "b.png")):
        picture(folder, name, n * 50).transpose(0).save(folder / f"flipped-{name}")
    files = sorted(folder.iterdir())
    rows = feed(days=50) + burst("pushed", 40, 90) + said(SAYING, 12) + said(PARTY.format("meadow"), 12, 33)
    rows += [link(f"https://{FAKE}/story-{n}", n) for n in range(4)]
    return ContentTables(
        posts=posts(rows),
        official=official(),
        observed=observed([*SHOPS, FAKE]),
        pictures=tuple(PictureFile(one.name, one, f"{n:064x}") for n, one in enumerate(files)),
    )


@pytest.fixture(scope="module")
def found(given):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.detect.fabrication.encoders.available", tuple)
        return look(given)


def test_all_are_found():
    assert detectors() == DETECTORS
    assert set(DETECTORS) == {
        f"fabrication.{name}" for name in ("bursts", "controversy", "outlets", "pictures", "repeats")
    }


@each
def test_nothing_in_nothing_out(detector):
    result = detector.run(ContentTables(), detector.params())
    assert (result.candidates, result.tested) == ((), 0)
    assert result.skipped


@each
def test_candidates_stand_in_the_input(detector, given, found):
    result = detector.run(given, detector.params())
    assert result.tested or result.skipped or result.measured
    for one in result.candidates:
        assert one.detector == detector.id
        assert one.p is None or 0 <= one.p <= 1
        assert one.tests
        assert one.explanations
        assert one.cannot_show
        assert not re.search(r"acct_", one.title + one.sentence)
        for table, rows in {one.table: one.rows, **one.beside}.items():
            assert (np.diff(rows) > 0).all()
            assert not rows.size or (rows[0] >= 0 and rows[-1] < len(getattr(given, table)))


def test_the_made_tables_raise_findings(found):
    signs = {one.content.sign for one in found.findings if one.standing == "lead"}
    assert signs >= {"same thing said", "imitated outlet", "burst"}
    assert len({one.id for one in found.findings}) == len(found.findings)
    standings = [one.standing for one in found.findings]
    assert standings == sorted(standings, key=["lead", "explained", "interest"].index)
    for one in found.findings:
        assert bool(one.subjects) == (one.standing != "interest")
        assert not any(subject.startswith("acct_") for subject in one.subjects)
        assert sum(posts for _, posts in one.content.days) == one.content.posts
        assert bool(one.breakout) == bool(one.content.posts)


def test_evidence_stands_in_the_input(given, found):
    assert found.evidence.schema.equals(EVIDENCE)
    stood = {(row["file"], row["row"]) for name in ("posts", "observed") for row in getattr(given, name).to_pylist()}
    stood |= {(one.name, 1) for one in given.pictures}
    shown = {(row["file"], row["row"]) for row in found.evidence.to_pylist()}
    assert shown
    assert shown <= stood
    assert set(found.evidence["finding"].to_pylist()) == {one.id for one in found.findings}
    assert set(found.evidence["layer"].to_pylist()) <= {"text", "link", "picture", "name", "hashtag"}


def test_it_answers_the_same_twice_and_in_any_order(given, found):
    def moved(table):
        order = list(range(table.num_rows))
        random.Random(1).shuffle(order)
        return table.take(order)

    again = ContentTables(
        posts=moved(given.posts),
        official=moved(given.official),
        observed=moved(given.observed),
        pictures=given.pictures[::-1],
    )
    assert [one.model_dump_json() for one in look(again).findings] == [one.model_dump_json() for one in found.findings]


def test_the_answer_is_the_same_when_parties_are_swapped(given, found):
    text = given.posts["text"].to_pylist()
    swapped = [re.sub("meadow|harbour", lambda word: SWAP[word[0]], one) if "party" in one else one for one in text]
    assert swapped != text
    rows = [{**row, "text": one} for row, one in zip(given.posts.to_pylist(), swapped, strict=True)]
    again = look(
        ContentTables(posts=posts(rows), official=given.official, observed=given.observed, pictures=given.pictures)
    )

    def told(one):
        tests = tuple((test.observed, test.expected, test.p, test.q) for test in one.tests)
        verdicts = tuple((e.code, e.verdict) for e in one.explanations)
        return one.content.sign, one.standing, one.content.posts, one.content.accounts, tests, verdicts

    assert sorted(map(told, again.findings), key=str) == sorted(map(told, found.findings), key=str)
