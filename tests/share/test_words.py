import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tocsin.model.finding import Test as StatTest
from tocsin.share import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (0, "0"),
        (-3, "−3"),
        (1234567, "1,234,567"),
        (0.4166, "0.417"),
        (12.25, "12.2"),
        (1999.6, "2,000"),
        (3e-5, "3.0 × 10⁻⁵"),
    ],
)
def test_number(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.31, "about 31 of 100 such data sets"),
        (1.0, "about 100 of 100 such data sets"),
        (0.05, "at most 1 of 20 such data sets"),
        (1 / 999, "at most 1 of 990 such data sets"),
        (4.2e-7, "at most 1 of 2.3 million such data sets"),
        (1e-30, "at most 1 of 10³⁰ such data sets"),
        (0.0, "at most 1 of 10³⁰⁷ such data sets"),
    ],
)
def test_chance_never_says_more_than_p(p, said):
    assert words.chance(p) == said


def test_an_e_value_too_large_for_a_float_is_still_said():
    test = StatTest(question="", name="", null_model="", observed=1, expected=1, log_e=5_000.0)
    assert "10²¹⁷¹" in words.verdicts(test)[0]
    assert "no evidence" in words.verdicts(test.model_copy(update={"log_e": -2.0}))[0]


def test_the_two_largest_units_of_a_duration():
    assert [words.duration(s) for s in (0, 12.5, 200, 3600, 90_061, -75)] == [
        "0 s",
        "12.5 s",
        "3 min 20 s",
        "1 h",
        "1 day 1 h",
        "−1 min 15 s",
    ]


def test_times_are_told_in_utc():
    summer = datetime(2016, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    assert words.moment(summer) == "2016-06-30 22:30:00"
    assert words.period(summer, datetime(2016, 6, 30, 23, tzinfo=UTC)) == "30 Jun 2016, 22:30 to 23:00 UTC"


def test_clip_says_what_it_cut_and_removes_control_characters():
    assert words.clip("a\x1b[31m\x00\x9bb\n", 50) == "a[31mb\n"
    assert words.clip("ab\u202ecd", 50) == "abcd"
    assert words.clip("x" * 5_000_000, 10) == "xxxxxxxxxx… (5,000,000 characters in all)"
