"""fabrication.pictures over files and hashes: a lead, what explains it, credentials, and nothing for unrelated ones."""

import hashlib
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from PIL import Image
from tests.detect.fabrication.pictures import drawn
from tests.detect.fabrication.pictures.drawn import jpeg, scene
from tests.sources.pictures.signing import signed

from tocsin.detect.fabrication.base import ContentTables, PictureFile
from tocsin.detect.fabrication.pictures import collection
from tocsin.detect.fabrication.pictures.detector import DETECTOR
from tocsin.detect.fabrication.run import look
from tocsin.model.post import POSTS

START = datetime(2024, 5, 1, 8, tzinfo=UTC)


def posts(*rows):
    """Rows of post, account, day and hashes of pictures."""
    made = [
        {"post": post, "account": who, "time": START + timedelta(days=day), "media": media, "file": "p", "row": n}
        for n, (post, who, day, media) in enumerate(rows, 1)
    ]
    return pa.Table.from_pylist(made, schema=POSTS)


@pytest.fixture
def shown(tmp_path):
    """Writes pictures and says which posts show them."""

    def make(**files):
        made = []
        for name, (data, *by) in files.items():
            path = tmp_path / name
            path.write_bytes(data)
            made.append(PictureFile(name, path, hashlib.sha256(data).hexdigest(), tuple(by)))
        return made

    return make


def found(tables):
    return look(tables, chosen={DETECTOR.id: DETECTOR}).findings


def test_edited_copies_are_a_lead_led_back_to_the_one_with_credentials(shown):
    original = signed(jpeg(scene(1), 90))
    files = shown(
        stripped=(jpeg(drawn.caption(scene(1))), "b"),
        older=(jpeg(drawn.cut(scene(1), 0.1, 0.1, 0.05, 0)), "a"),
        desk=(original,),
        other=(jpeg(scene(2)), "c"),
        damaged=(original[:900], "c"),
    )
    tables = ContentTables(posts=posts(("a", "x", 0, None), ("b", "y", 9, None), ("c", "z", 1, None)), pictures=files)
    result = look(tables, chosen={DETECTOR.id: DETECTOR})
    (one,) = result.findings
    assert (one.standing, one.content.sign, one.content.posts, one.content.accounts) == ("lead", "picture", 2, 2)
    assert one.subjects == (hashlib.sha256(original).hexdigest(),)
    assert {match.original for match in one.content.pictures} == set(one.subjects)
    assert sorted(match.change for match in one.content.pictures) == ["caption bar", "crop"]
    assert all("hold; signed by" in match.credentials for match in one.content.pictures)
    assert result.evidence["post"].to_pylist() == ["a", "b"]
    assert "damaged" in result.reading.measured["pictures that could not be read"]


def test_one_file_in_several_posts_and_an_ordinary_cut_are_explained(shown):
    agency = jpeg(scene(3), 90)
    files = shown(one=(agency, "a"), two=(agency, "b"), three=(jpeg(drawn.cut(scene(3), 0.1, 0, 0.1, 0)), "c"))
    tables = ContentTables(posts=posts(*((p, p, n, None) for n, p in enumerate("abc"))), pictures=files)
    (one,) = found(tables)
    assert one.standing == "explained"
    assert {e.code: e.verdict for e in one.explanations} == {
        "template": "does not fit",
        "as published": "fits",
        "one account": "does not fit",
        "sign": "does not fit",
    }


def told(shown, **pictures):
    """The finding about pictures that a, b, c ... show."""
    files = {name: (jpeg(one, 88), "abc"[n]) for n, (name, one) in enumerate(pictures.items())}
    rows = [(post, post, n, None) for n, post in enumerate("abc"[: len(files)])]
    (one,) = found(ContentTables(posts=posts(*rows), pictures=shown(**files)))
    return one


def test_one_template_with_other_words_is_told_and_explained(shown):
    one = told(
        shown,
        first=drawn.meme(scene(4), "WHEN THE ROOF LEAKS", "AND IT RAINS"),
        second=drawn.meme(scene(4), "THEY PROMISED A BUS", "WE WALK HOME"),
    )
    assert {match.change for match in one.content.pictures} == {"other words or details"}
    assert (one.standing, one.title) == ("explained", "One template with different words in 2 versions")
    assert one.explanations[0].verdict == "fits"


def test_a_notice_with_another_day_is_not_unchanged(shown):
    one = told(shown, true=drawn.notice("Sunday 12 May"), false=drawn.notice("Monday 13 May"))
    assert [match.change for match in one.content.pictures] == ["other words or details"]
    assert (one.standing, one.title) == ("lead", "One picture in 2 versions that differ in words or details")
    same = told(shown, saved=drawn.notice("Sunday 12 May"), anew=drawn.notice("Sunday 12 May").resize((600, 442)))
    assert [match.change for match in same.content.pictures] == ["none"]


def test_hashes_alone_are_of_interest_and_name_nobody():
    near, far = "0f" * 32, "f0" * 32
    rows = [
        ("a", "x", 0, [near]),
        ("b", "y", 1, ["0e" + near[2:]]),
        ("c", "z", 2, [far]),
        ("d", "x", 3, ["bad", far[:16]]),
    ]
    (one,) = found(ContentTables(posts=posts(*rows)))
    assert (one.standing, one.subjects, one.content.posts) == ("interest", (), 2)
    assert [(match.original, match.distance) for match in one.content.pictures] == [(near, 1)]
    assert found(ContentTables(posts=posts(*rows[2:]))) == ()


def test_more_pictures_than_one_look_holds_are_told(shown, monkeypatch):
    monkeypatch.setattr(collection, "MOST", 1)
    files = shown(one=(jpeg(Image.new("RGB", (40, 40), "red")),), two=(jpeg(Image.new("RGB", (40, 40), "blue")),))
    assert DETECTOR.run(ContentTables(pictures=files)).measured["pictures not compared"].startswith("1: ")


def test_nothing_to_look_at_is_told():
    assert DETECTOR.run(ContentTables()).skipped == "no pictures and no hashes of pictures were given"
