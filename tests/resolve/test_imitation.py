"""Names that resemble, among names that do not: made here, with and without an imitation."""

import random

import numpy as np
import pyarrow as pa
import pytest

from tocsin.kernels.lookalike import APART, BELOW, LABEL, PART, TYPO
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
        "harborcounty-login.example": ("harborcounty", APART),
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
    assert matches.bodies.tolist() == [6]
    assert matches.expected(6)[1][0, LABEL] > 0.5, "six bodies bear the word"
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


COPIES = {"quillmoor.example", "quillm0or.example", "quillmoor.net"}


def weighed(table, names):
    """Of each word with p_mean below .001, the names."""
    matches, _ = found(table, names)
    words = [one for one in weigh(matches, ~matches.vetted) if one.p_mean < 0.001]
    shown = {matches.protected[one.word].word: {matches.asked[matches.name[n]] for n in one.names} for one in words}
    return matches, shown


@pytest.mark.parametrize("decoys", [1, 4, 6, 12, 60])
def test_names_set_beside_the_word_hide_no_copies_of_it(decoys):
    hyphens = [f"{a[:-8]}zul-zov{b}" for a, b in zip(ordinary(600, seed=7), ordinary(600, seed=8), strict=True)]
    beside = [f"quillmoor-{name}" for name in ordinary(decoys, seed=5)]
    _, shown = weighed(official("quillmoor.test"), [*ordinary(2_000), *hyphens, *beside, *COPIES])
    assert shown["quillmoor"] >= COPIES


def test_the_name_of_another_body_hides_no_copies():
    _, shown = weighed(official("quillmoor.test"), [*ordinary(2_000), "quillmoor.gov", *COPIES])
    assert shown == {"quillmoor": COPIES}


def test_a_word_of_its_own_is_no_typo_of_another():
    uses = [f"quillroor-{name}" for name in ordinary(20, seed=5)] + ["quillroor.example"]
    matches, shown = weighed(official("quillmoor.test"), [*ordinary(2_000), *uses, "quilmoor.example"])
    assert shown == {"quillmoor": {"quilmoor.example"}}
    assert matches.in_use == (("quillroor", "quillmoor", 21),)
    checked, shown = weighed(official("quillmoor.test"), [*ordinary(2_000), "quillroor.gov.uk", "quillroor.example"])
    assert (shown, checked.in_use) == ({}, (("quillroor", "quillmoor", 1),)), "a body that was checked bears it"


def test_an_office_below_another_name_is_protected_by_its_own_label():
    table = official("fenwick.harborland.test", "clerk.one.test", "clerk.two.test")
    matches, got = found(table, ["fenwick-login.example", "clerk.example"])
    words = [one.word for one in matches.protected]
    assert words == ["clerkone", "clerktwo", "fenwick", "fenwickharborland", "harborland", "one", "two"]
    assert got == {"fenwick-login.example": ("fenwick", APART)}, "what several offices are is no name of one"
