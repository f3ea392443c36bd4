"""Names as words, and the words of two names paired."""

import numpy as np
import pytest

from tocsin.kernels import names as kernel
from tocsin.kernels import names_search as search
from tocsin.resolve.frequency import Frequency
from tocsin.resolve.names import GIVEN, LAST, UNKNOWN, Lexicon, fold, fold_plain, organisation_words, person_words


def words(name, split=person_words):
    return [word.text for word in split(name)]


def test_last_names_are_told_by_a_comma_or_capitals():
    assert [tuple(w) for w in person_words("PUTIN, Vladimir")] == [("vladimir", GIVEN), ("putin", LAST)]
    assert [tuple(w) for w in person_words("PUTIN Vladimir")] == [("vladimir", GIVEN), ("putin", LAST)]
    assert [tuple(w) for w in person_words("Vladimir PUTIN")] == [("vladimir", GIVEN), ("putin", LAST)]
    assert {w.part for w in person_words("VLADIMIR PUTIN")} == {UNKNOWN}
    assert {w.part for w in person_words("Vladimir Putin")} == {UNKNOWN}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mr. John Smith Jr.", ["john", "smith"]),
        ("SMITH, JR", ["smith"]),
        ("Dr", ["dr"]),
        ("Владимир Путин", ["vladimir", "putin"]),
        ("Ig0r Sech1n", ["igor", "sechin"]),
        ("J.-C. Juncker", ["j", "c", "juncker"]),
        ("'Abd al-Rahman", ["abd", "al", "rahman"]),
        ("", []),
        (" , ", []),
    ],
)
def test_words_of_a_person(name, expected):
    assert words(name) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OAO Gazprom", "Gazprom JSC"),
        ("Open Joint Stock Company Gazprom", "Gazprom JSC"),
        ("Stripe Limited Liability Company", "Stripe LLC"),
        ("S.C. Johnson & Son, Inc.", "SC Johnson Son Inc"),
        ("Volkswagen Bank G.m.b.H.", "Volkswagen Bank GmbH"),
        ("The Procter & Gamble Company", "Procter Gamble Company"),
    ],
)
def test_legal_forms_are_one_word_a_class(one, other):
    assert sorted(words(one, organisation_words)) == sorted(words(other, organisation_words))


@pytest.mark.parametrize(
    "spellings",
    [
        ("mikhailovich", "michajlovitj", "mikhaylovich"),
        ("yegorov", "egorov", "jegorov"),
        ("sergey", "siarhei", "serhii"),
        ("mohammed", "muhammad", "mehmet"),
        ("robert", "bob"),
        ("ipatau", "ipatov"),
        ("shabunya", "sjabunja"),
    ],
)
def test_spellings_of_one_sound_fold_alike(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_organisations_are_not_spelt_by_ear():
    assert fold_plain("rossiya") == fold_plain("rossija")
    assert fold_plain("sokhra") == fold_plain("sohra")
    assert fold_plain("boeing") != fold_plain("baneh")
    assert fold_plain("2001") == "2001"


def test_unlike_names_do_not_fold_alike():
    assert len({fold(name) for name in ("ivanov", "petrov", "smith", "smirnov", "12", "21")}) == 6


def measured(left, right, split=person_words):
    lexicon = Lexicon(Frequency.load("persons"))
    a, b = lexicon.add([split(left)]), lexicon.add([split(right)])
    out = np.empty(kernel.WIDTH)
    kernel.features(lexicon.words(), a.words, a.part, b.words, b.part, np.zeros(kernel.WIDTH), out)
    return dict(zip(kernel.FEATURES, out.tolist(), strict=True))


def test_the_same_name_is_whole():
    same = measured("Vladimir Putin", "PUTIN, Vladimir")
    assert same["whole"] == 1
    assert same["short_covered"] == same["long_covered"] == 1
    assert same["conflict"] == same["sound"] == same["near"] == 0


def test_a_joined_word_meets_two():
    joined = measured("Abdulrahman Salim", "Abdul Rahman Salim")
    assert joined["sound"] > 0
    assert joined["left_alone"] == joined["right_alone"] == 0


def test_what_has_no_counterpart_is_left():
    apart = measured("Barack Obama", "Michelle Obama")
    assert apart["conflict"] > 0
    assert apart["words"] == 1
    omitted = measured("Vladimir Putin", "Vladimir Vladimirovich Putin")
    assert omitted["conflict"] == omitted["left_alone"] == 0
    assert omitted["right_alone"] > 0


def test_a_last_name_without_counterpart_is_told():
    assert measured("IVANOV, Sergey", "Sergey PETROV")["surname_missed"] == 1
    assert measured("IVANOV, Sergey", "Sergey IVANOV")["surname_missed"] == 0
    assert measured("SERGEY, Ivanov", "Sergey IVANOV")["surname_given"] == 1


def test_initials_count_as_initials():
    assert measured("J Smith", "John Smith")["initial"] == 1
    assert measured("K Smith", "John Smith")["initial"] == 0


def test_numbers_are_the_same_or_others():
    assert measured("Local 1549", "Local 1548")["near"] == measured("Local 1549", "Local 1548")["far"] == 0


def test_empty_names_are_compared_too():
    assert measured("", "John")["conflict"] > 0
    assert measured("", "")["likeness"] == 0


def test_long_names_are_cut_not_overrun():
    long = " ".join(f"name{chr(97 + k)}" for k in range(25)) + " " + "x" * 500
    assert measured(long, long)["long_covered"] == 1


def test_counterparts_are_named():
    lexicon = Lexicon(Frequency.load("persons"))
    a, b = (lexicon.add([person_words(n)]) for n in ("Ivan Petrow Junior", "Petrov Ivan"))
    assert kernel.counterparts(lexicon.words(), a.words, a.part, b.words, b.part).tolist() == [1, 0, -1]


def candidates(queries, listed, most):
    """The candidates of each query among listed names."""
    lexicon = Lexicon(Frequency.load("persons"))
    names = lexicon.add([person_words(name) for name in listed])
    asked = lexicon.add([person_words(name) for name in queries])
    words = lexicon.words()
    near = search.neighbours(words, np.unique(asked.words), np.unique(names.words))
    post = search.postings(names, words.weight.size)
    return search.candidates(words, asked, names, post, near, search.totals(words, names), most, 0.4)


def test_candidates_share_words_or_spellings():
    listed = ["Sergey Ivanov", "Siarhei Ivanou", "Abdul Rahman", "Mary Jones", "Ivan Sergeev"]
    found = candidates(["Sergej Ivanow", "Zzz Qqq", ""], listed, 3)
    assert set(found[0].tolist()[:2]) == {0, 1}
    assert found[1].tolist() == [-1, -1, -1]
    assert found[2].tolist() == [-1, -1, -1]


def test_a_word_that_stands_twice_counts_once():
    assert candidates(["Smith"], ["Smith Smith", "Smith"], 2).tolist() == [[1, 0]]


def test_no_more_candidates_than_asked_for():
    found = candidates(["John Smith"], ["John Smith"] * 9, 4)
    assert found[0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "name", ["\0" * 5, "a" * 1_000_000, "x " * 10_000, "\ud7ff\U0010ffff", "١٢٣", "🙂 Smith", "---", "А" * 999]
)
def test_any_text_is_a_name(name):
    for split in (person_words, organisation_words):
        same = measured(name, name, split)
        assert 0 <= same["likeness"] <= 1
