"""Names that resemble, among names that do not: made here, with and without an imitation."""

import random

import numpy as np
import pyarrow as pa
import pytest

from tocsin.kernels.lookalike import BELOW, LABEL, PART, TYPO, WORDS
from tocsin.model.targets import OFFICIAL
from tocsin.resolve.imitation import match, readable, weigh

SYLLABLES = ["ba", "ri", "no", "ta", "kel", "mor", "su", "vin", "dor", "pe", "lam", "gos", "ti", "ra"]


def official(*names, office=None, brands=()):
    rows = [
        {
            "name": name,
            "office": office or name,
            "kind": "office",
            "jurisdiction": "",
            "brands": list(brands),
            "file": "o",
            "row": n,
        }
        for n, name in enumerate(names)
    ]
    return pa.Table.from_pylist(rows, schema=OFFICIAL)


def ordinary(number, seed=1, ending="example"):
    drawn = random.Random(seed)
    return ["".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 5))) + f".{ending}" for _ in range(number)]


def found(table, names):
    matches = match(table, pa.array(names))
    return matches, {
        matches.asked[n]: (matches.protected[w].word, int(kind))
        for n, w, kind in zip(matches.name, matches.word, matches.kind, strict=True)
    }


def test_the_nearest_official_name_is_told():
    table = official("harborcounty.test", "harborcountyfair.test", "vote.fenwick.gov.uk", brands=())
    _, got = found(
        table,
        [
            "harborcounty.example",
            "harborcountyfair.example",
            "harborcounty-login.example",
            "harborcuonty.example",
            "mail.harborcounty.test",
            "harborcounty.test.evil.example",
            "fenwick-bakery.example",
            "xn--hrborcounty-yij.example",
        ],
    )
    assert got == {
        "harborcounty.example": ("harborcounty", LABEL),
        "harborcountyfair.example": ("harborcountyfair", LABEL),
        "harborcounty-login.example": ("harborcounty", WORDS),
        "harborcuonty.example": ("harborcounty", TYPO),
        "harborcounty.test.evil.example": ("harborcounty", BELOW),
        "fenwick-bakery.example": ("fenwick", PART),
        "xn--hrborcounty-yij.example": ("harborcounty", LABEL),
    }, "a name below an official one is its owner's"


def test_other_scripts_are_read_as_they_look():
    assert readable("vоtе") == "vote", "Cyrillic o and e"
    assert readable("bücher") == "bucher"
    assert readable("xn--vte-sed") == "vote"


def test_words_that_say_nothing_are_not_protected():
    matches, _ = found(official("vote.test", "electionresults.test", "ab.test", "harbor.test"), ["x.example"])
    assert matches.general == ("ab", "electionresults", "vote")
    assert [one.word for one in matches.protected] == ["harbor"]


def test_the_order_does_not_matter():
    names = [*ordinary(400), "harbor.example", "harbor-vote.example"]
    table = official("harbor.test", "baritano.test", "kelmor.test")
    first, _ = found(table, names)
    order = list(range(3))[::-1]
    again, _ = found(table.take(order), names[::-1])
    assert first.asked == again.asked
    for name in ("name", "word", "kind", "rates"):
        assert np.array_equal(getattr(first, name), getattr(again, name))


def test_an_imitation_stands_out_and_a_common_word_does_not():
    uses = [f"harbor-{name}" for name in ordinary(60, seed=5)]
    table = official("harbor.test", "quillmoor.test")
    imitated = [
        "quillmoor.example",
        "quillmoor-login.example",
        "quilmoor.example",
        "harbor.example",
        "harbornews.example",
    ]
    matches, _ = found(table, [*ordinary(2_000), *uses, *imitated])
    by_word = {matches.protected[one.word].word: one for one in weigh(matches, ~matches.vetted)}
    assert by_word["quillmoor"].p_mean < 1e-6
    assert {matches.asked[matches.name[n]] for n in by_word["quillmoor"].names} == set(imitated[:3])
    assert by_word["quillmoor"].score.min() > 0.99
    assert by_word["harbor"].p > 0.5
    assert by_word["harbor"].ordinary == 60


def test_what_vetted_bodies_do_is_no_sign():
    vetted = [f"harbor-{n}.gov.uk" for n in ("one", "two", "three")] + ["harbor.gov.uk", "harbor.gov.au", "harbor.gov"]
    matches, got = found(official("harbor.test"), [*ordinary(300), *vetted, "harbor.example"])
    assert set(vetted) <= set(got)
    assert matches.rates[0, LABEL] >= 3 / 7, "three of the seven vetted names are just that"
    assert all(one.p > 0.3 for one in weigh(matches, ~matches.vetted))


@pytest.mark.slow
def test_words_of_the_same_language_are_seldom_flagged():
    """1,200 protected names and 30,000 others, drawn from one language: p below .05 in no more than 5 % and noise."""
    drawn = random.Random(9)
    own = sorted({"".join(drawn.choices(SYLLABLES, k=4)) for _ in range(1_200)})
    matches = match(official(*(f"{word}.test" for word in own)), pa.array(ordinary(30_000, seed=2)))
    p = np.array([one.p for one in weigh(matches, ~matches.vetted)])
    assert p.size > 100
    for level in (0.05, 0.01):
        expected = level * len(own)
        assert (p <= level).sum() <= expected + 3 * expected**0.5


def test_a_rare_word_beside_another_is_a_sign_and_many_uses_are_none():
    table = official("quillmoor.test", "harbor.test")
    uses = [f"harbor-{name}" for name in ordinary(20, seed=5)]
    matches, _ = found(table, [*ordinary(2_000), *uses, "quillmoor-baritano.example"])
    words = {matches.protected[one.word].word: one for one in weigh(matches, ~matches.vetted)}
    assert set(words) == {"quillmoor"}
    assert words["quillmoor"].p < 0.01
