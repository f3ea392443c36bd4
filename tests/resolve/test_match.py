"""Two records compared: the probability, its parts, and what must hold of both."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.resolve.match import Subject, compare, compare_many
from tocsin.resolve.weights import MEASURES, load

PUTIN = Subject(("PUTIN, Vladimir Vladimirovich", "Владимир Путин"), birth_dates=("1952-10-07",), countries=("ru",))


def test_the_same_person_in_other_letters():
    found = compare(Subject(("Wladimir Putin",), birth_dates=("1952-10-07",)), PUTIN)
    assert found.probability > 0.95


def test_another_person_of_the_name():
    born = compare(Subject(("Vladimir Putin",), birth_dates=("1990-01-02",)), PUTIN)
    unknown = compare(Subject(("Vladimir Putin",)), PUTIN)
    same = compare(Subject(("Vladimir Putin",), birth_dates=("1952-10-07",)), PUTIN)
    assert born.probability < unknown.probability < same.probability


def test_other_names():
    assert compare(Subject(("Michelle Obama",)), Subject(("Barack Obama",))).probability < 0.5
    assert compare(Subject(("John Smith",)), PUTIN).probability < 0.05


def test_parts_add_up_and_say_on_what_they_rest():
    found = compare(Subject(("Vladimir Putin",), birth_dates=("1952",), countries=("ru",)), PUTIN)
    assert math.isclose(sum(part.weight for part in found.parts), found.log_odds, abs_tol=1e-9)
    details = {part.part: part.detail for part in found.parts}
    assert details["birth date"] == "1952 and 1952-10-07"
    assert details["country"] == "ru and ru"
    assert "putin = putin" in details["words"]


def test_a_common_number_outweighs_a_name_spelt_otherwise():
    number = (("passport", "123", "ru"),)
    one, other = Subject(("Ivan Petrov",), numbers=number), Subject(("Jon Petroff",), numbers=number)
    assert compare(one, other).log_odds > compare(Subject(one.names), Subject(other.names)).log_odds + 5


def test_no_certainty():
    number = (("passport", "123", "ru"),)
    same = Subject(("Ivan Ivanovich Petrov",) * 3, birth_dates=("1960-05-06",), countries=("ru",), numbers=number)
    assert 0.99 < compare(same, same).probability < 1


def test_organisations():
    bank = Subject(("Open Joint Stock Company Gazprom",), "Organization")
    assert compare(Subject(("Gazprom OAO",), "Organization"), bank).probability > 0.8
    assert compare(Subject(("Rosneft OAO",), "Organization"), bank).probability < 0.2


def test_records_without_a_name_are_not_alike():
    assert compare(Subject(()), PUTIN).probability < 0.5
    assert compare(Subject(("",)), Subject(("",))).probability < 0.5


def test_many_pairs_are_as_each_alone():
    left = [Subject(("Ivan Petrov",)), Subject(("Acme Ltd",), "Organization"), Subject(("Anna Karenina",))]
    right = [Subject(("Petrov Ivan",)), Subject(("ACME LLC",), "Organization")]
    pairs = [(0, 0), (1, 1), (2, 0), (0, 0)]
    many = compare_many(left, right, pairs).log_odds
    assert many.tolist() == pytest.approx([compare(left[i], right[j]).log_odds for i, j in pairs])


NAMES = st.lists(st.text(min_size=0, max_size=30), min_size=1, max_size=3).map(tuple)
SUBJECTS = st.builds(
    Subject,
    NAMES,
    st.sampled_from(["Person", "Organization"]),
    st.sampled_from([(), ("1960",), ("1960-05-06", "1961")]),
    st.sampled_from([(), ("ru",), ("by", "ru")]),
)


@given(SUBJECTS, SUBJECTS)
def test_there_is_no_left_or_right(one, other):
    forth, back = compare(one, other), compare(other, one)
    assert 0 <= forth.probability < 1
    assert forth.log_odds == pytest.approx(back.log_odds)


def test_weights_name_only_what_is_measured():
    for context in ("person", "person-undated", "organisation", "screen", "screen-organisation"):
        weights = load(context)
        assert weights.measures == MEASURES
        assert weights.weights.any()
