"""From candidates to findings: one an object, languages, reach, opinions that make nothing."""

from datetime import date, timedelta

import pyarrow as pa
from tests.detect.fabrication.made import START, posts

from tocsin.detect.fabrication import timeline
from tocsin.detect.fabrication.base import Candidate, ContentTables, Detector, Parameters, Result
from tocsin.detect.fabrication.combine import combine
from tocsin.detect.fabrication.run import with_languages
from tocsin.model.factcheck import OPINIONS


class One(Detector):
    id, title, params = "test.one", "one", Parameters


def opinions(*rows):
    return pa.Table.from_pylist([{"file": "f", "row": 1, "list": "A List", **row} for row in rows], OPINIONS)


def candidate(rows, object_="it", p=None, **more):
    return Candidate("test.one", "burst", "text", object_, "posts", rows, "title", "sentence", p, **more)


def made(rows, candidates, **tables):
    given = ContentTables(posts=posts(rows), **tables)
    return combine({"test.one": Result(tuple(candidates), tested=100)}, {"test.one": One()}, given)


ROWS = [
    {"account": "a", "time": START, "platform": "x", "language": "en", "urls": ["https://news.odd.example/1"]},
    {"account": "b", "time": START + timedelta(hours=3), "platform": "x", "language": "de"},
    {"account": "c", "time": START + timedelta(days=2), "platform": "y", "language": "en"},
]


def test_candidates_of_one_object_become_one_finding_and_improbable_ones_stay():
    found = made(ROWS, [candidate([0, 1], p=1e-9), candidate([1, 2]), candidate([2], "other", p=0.4)])
    (finding,) = found.findings
    assert (finding.content.posts, finding.content.accounts) == (3, 3)
    assert finding.content.languages == ("en", "de")
    assert finding.content.days == ((date(2024, 1, 1), 2), (date(2024, 1, 3), 1))
    assert finding.subjects == ("it",)
    assert found.evidence.num_rows == 3


def test_opinions_stand_beside_a_finding_with_list_and_date_and_make_none():
    listed = opinions(
        {"domain": "odd.example", "opinion": "unreliable", "date": date(2024, 1, 2)},
        {"domain": "odd.example", "opinion": "satire", "list": "Another"},
        {"domain": "elsewhere.example", "opinion": "good"},
    )
    (finding,) = made(ROWS, [candidate([0, 1, 2])], opinions=listed).findings
    assert finding.content.opinions == (
        "odd.example: satire (opinion of Another, undated)",
        "odd.example: unreliable (opinion of A List of 2024-01-02)",
    )
    bare = made(ROWS, [candidate([0, 1, 2])]).findings[0]
    assert (bare.id, bare.standing) == (finding.id, finding.standing)
    assert made(ROWS, [], opinions=listed).findings == ()


def test_what_is_of_interest_names_nothing_and_comes_last():
    found = made(ROWS, [candidate([0], "a", interest=True), candidate([1], "b")]).findings
    assert [(one.standing, one.subjects) for one in found] == [("lead", ("b",)), ("interest", ())]


def test_reach_is_told_by_platforms_and_languages_of_different_accounts():
    (finding,) = made(ROWS, [candidate([0, 1, 2])]).findings
    assert [step.shown for step in finding.breakout] == [True, True, True, False, False, False]
    assert [step.time for step in finding.breakout[:3]] == [row["time"] for row in ROWS]
    assert any(note.startswith("First seen by language (UTC): en 2024-01-01 00:00; de") for note in finding.notes)
    (one,) = made([{**row, "account": "a"} for row in ROWS], [candidate([0, 1, 2])]).findings
    assert [step.shown for step in one.breakout[:3]] == [True, False, False]
    begun = [{**ROWS[0], "account": "a", "language": code, "platform": "p"} for code in ("en", "de")]
    (later,) = made([*begun, {**begun[1], "account": "b"}], [candidate([0, 1, 2])]).findings
    assert [step.shown for step in later.breakout[:3]] == [True, True, False]  # the first to begin it is not all of it
    assert timeline.crossings([]) == ()


def test_languages_are_as_the_source_says_else_as_the_text_tells():
    said = [
        {"language": "de-AT", "text": "the bridge was closed because of the storm last night"},
        {"language": None, "text": "the bridge was closed because of the storm last night"},
        {"language": "und", "text": "die Brücke wurde wegen des Sturms gestern Nacht gesperrt"},
        {"language": "English", "text": None},
    ]
    assert with_languages(posts(said))["language"].to_pylist() == ["de", "en", "de", ""]
    assert with_languages(posts([{"language": None, "text": None}]))["language"].to_pylist() == [""]
