"""ClaimReview: what is published goes out, what fact-checkers say comes in."""

import json

import pytest
from tests.inform.made import START, body
from views import shared

from tocsin.errors import InputError, UsageError
from tocsin.model.case import Publication
from tocsin.share.claimreview import BANDS, claim_reviews, read, to_stix
from tocsin.share.positions import positions
from tocsin.share.stix.check import problems

URL = "https://watch.example/cases/1.html"
OTHERS = {
    "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://facts.example/7",
    "datePublished": "2026-03-01T10:00:00+02:00", "claimReviewed": "The vote is on Monday.",
    "author": {"@type": "Organization", "name": "Facts Desk"},
    "itemReviewed": {"@type": "Claim", "appearance": [{"@type": "CreativeWork", "url": "https://x.example/p/1"}]},
    "reviewRating": {
        "@type": "Rating", "ratingValue": "1", "bestRating": "5", "worstRating": "1", "alternateName": "False",
    },
}  # fmt: skip


def publication(issue="claim", **more):
    said = body("case", "Harbour case", **more)
    return Publication(case="case", number=1, issue=issue, made=START, content="x", approved_by=("a", "b"), body=said)


def out(**more):
    return json.loads(claim_reviews(shared(publication=publication(**more), url=URL)))["@graph"]


def test_each_claim_made_is_reviewed_on_the_scale_of_seven():
    found = out()
    assert [one["itemReviewed"]["name"] for one in found] == [
        "Harbour case: behaviour", "Harbour case: deception", "Harbour case: reach",
    ]  # fmt: skip
    first = found[0]
    assert (first["@type"], first["url"], first["datePublished"]) == ("ClaimReview", f"{URL}#behaviour", "2026-03-02")
    rating = first["reviewRating"]
    assert (rating["ratingValue"], rating["bestRating"], rating["worstRating"]) == (6, 7, 1)
    assert rating["alternateName"] == "very likely" == BANDS[5]
    assert "Confidence in the basis: moderate." in rating["ratingExplanation"]
    assert "very likely" not in rating["ratingExplanation"]  # ICD 203: not in one sentence


def test_what_goes_out_can_be_read_again():
    found = read(claim_reviews(shared(publication=publication(), url=URL)))
    assert [one.word for one in found] == ["very likely", "likely", "almost certain"]
    assert found[0].rating == pytest.approx(5 / 6)
    assert {one.by for one in found} == {"Watch"}


@pytest.mark.parametrize(
    "more", [{"publication": None}, {"publication": publication("withdrawal")}, {"url": "javascript:1"}]
)
def test_only_what_is_published_somewhere(more):
    with pytest.raises(UsageError):
        claim_reviews(shared(**{"publication": publication(), "url": URL} | more))


def test_a_review_of_others():
    (one,) = read(json.dumps(OTHERS).encode())
    assert (one.claim, one.by, one.word, one.rating) == ("The vote is on Monday.", "Facts Desk", "False", 0.0)
    assert (one.url, one.published, one.appearances) == (
        "https://facts.example/7", "2026-03-01", ("https://x.example/p/1",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rating", "share"),
    [
        ({"ratingValue": 3, "bestRating": 5, "worstRating": 1}, 0.5),
        ({"ratingValue": 1, "bestRating": 1, "worstRating": 5}, 1.0),  # some count downwards
        ({"ratingValue": -1, "bestRating": -1, "worstRating": -1}, None),
        ({"ratingValue": 9, "bestRating": 5, "worstRating": 1}, None),
        ({"ratingValue": "n/a"}, None),
        ({}, None),
    ],
)
def test_ratings_on_every_scale(rating, share):
    (one,) = read(json.dumps([{"@graph": [OTHERS | {"reviewRating": rating}]}]).encode())
    assert one.rating == share


def test_reviews_become_stix_that_says_who_says_what():
    objects = to_stix(json.dumps([OTHERS, OTHERS | {"claimReviewed": "Polls are closed."}]).encode())
    assert [obj["type"] for obj in objects] == ["identity", "note", "opinion", "note", "opinion"]
    assert [problem for obj in objects for problem in problems(obj)] == []
    (said,) = positions(objects)[objects[1]["id"]]
    assert (said.who, said.says) == ("Facts Desk", "strongly-disagree: False")


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"[]", b'{"@type": "Article"}', b'{"@type": "ClaimReview"}', b'"x"', b"null"]
)
def test_what_is_none_is_said_so(data):
    with pytest.raises(InputError):
        read(data)


@pytest.mark.parametrize("field", sorted(OTHERS))
@pytest.mark.parametrize("value", [None, [], {}, 5, [[]], "x", True])
def test_a_broken_field_is_no_failure(field, value):
    broken = json.dumps([OTHERS, OTHERS | {field: value}]).encode()
    assert read(broken)
    assert [problem for obj in to_stix(broken) for problem in problems(obj)] == []
