"""Levels of agreement of dates, countries, places and numbers."""

import pytest

from tocsin.resolve.facts import birth_level, common_level, number_level, place_level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (["1952-10-07"], ["1952-10-07"], "birth_same"),
        (["1952-01-01"], ["1952-01-01"], "birth_same"),
        (["1952-10-07"], ["1952-07-10"], "birth_typo"),
        (["1952-10-07"], ["1952-10-08"], "birth_typo"),
        (["1952-10-07"], ["1962-10-07"], "birth_typo"),
        (["1952-10-07"], ["1952"], "birth_year"),
        (["1952-10-07"], ["1952-01-01"], "birth_year"),
        (["1952-10"], ["1952-10-07"], "birth_year"),
        (["1952-10"], ["1952-11-07"], "birth_year_day"),
        (["1952-10-07"], ["1952-03-21"], "birth_year_day"),
        (["1952-10-07"], ["1954-03-21"], "birth_close"),
        (["1952"], ["1953"], "birth_close"),
        (["1952"], ["1960"], "birth_far"),
        (["1960", "1952-10-07"], ["1952-10-07"], "birth_same"),
        ([], ["1952"], ""),
        (["about 1952"], ["1952"], ""),
    ],
)
def test_birth_dates(left, right, level):
    assert birth_level(left, right) == level
    assert birth_level(right, left) == level


def test_sets():
    assert common_level("country", ["ru", "by"], ["by"]) == "country_same"
    assert common_level("country", ["ru"], ["by"]) == "country_apart"
    assert common_level("country", [], ["by"]) == ""


def test_places_by_sound():
    assert place_level(["Makkah, Saudi Arabia"], ["Makka"]) == "place_same"
    assert place_level(["Moscow"], ["Kyiv"]) == "place_apart"
    assert place_level(["of"], ["Kyiv"]) == ""


def test_numbers():
    assert number_level([("passport", "AB 0123", "ru")], [("id", "ab-0123", "")]) == "number_same"
    assert number_level([("passport", "1", "ru")], [("passport", "2", "ru")]) == "number_apart"
    assert number_level([("passport", "1", "ru")], [("passport", "2", "by")]) == ""
    assert number_level([], [("passport", "2", "by")]) == ""
