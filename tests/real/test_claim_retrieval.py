"""Claims found for real posts, in English and across languages, and none for texts that no claim is about."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("TOCSIN_DATA", Path(__file__).parents[3] / "shared/data/content"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "claim_retrieval").is_dir(), reason="the content data are not beside the checkout"),
]


@pytest.fixture(scope="module")
def measured():
    import check
    from tocsin.detect.fabrication import encoders

    if len(encoders.available()) < 3:
        pytest.skip("the models of the extra meaning are not installed")
    return check


def test_posts_in_other_languages_find_their_fact_checks(measured):
    all_, across = measured.crosslingual(DATA)
    assert all_ >= 0.7
    assert across >= 0.7


def test_english_posts_find_theirs_and_unrelated_texts_none(measured):
    from tocsin.detect.fabrication.retrieval import ClaimIndex
    from tocsin.sources.claims import read_claims

    claims = read_claims([DATA / "claim_retrieval/claims.tsv"]).table
    index = ClaimIndex.make(claims)
    precision, first = measured.quality(DATA, claims, index, "dev")
    assert precision >= 0.9
    assert first >= 0.87
    answers = measured.no_match(DATA, index)
    assert answers.get("checked", 0) <= 1
    assert answers.get("looks like", 0) <= 0.03 * sum(answers.values())
