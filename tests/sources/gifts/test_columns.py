"""Days, amounts, names and keys of whole columns."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import Days, constant, decimal_of, minor, parted, rates, text
from tocsin.sources.gifts.keys import among, find, folded, key, numbered, one_to_one, repeated
from tocsin.sources.gifts.places import code_of


def strings(*values):
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("50", 5_000),
        ("-200", -20_000),
        ("0.1", 10),
        ("1,234.5", 123_450),
        ("£12,500.50", 1_250_050),
        ("$ 1 000", 100_000),
        ("1’000.20", 100_020),
        ("(20.00)", -2_000),
        ("-$5", -500),
        ("250.00 EUR", 25_000),
        ("19.99", 1_999),
        ("1.005", 100),
        ("", None),
        ("ten", None),
        ("1,23", None),
        ("1,2345", None),
        ("--5", None),
        ("1e5", None),
        ("99999999999999999999", None),
        ("NaN", None),
    ],
)
def test_amounts(written, read):
    assert minor(strings(written, "1.00")).to_pylist() == [read, 100]


@given(st.lists(st.decimals(-(10**10), 10**10, places=2), min_size=1))
def test_amounts_as_computed(values):
    assert minor(strings(*map(str, values))).to_pylist() == [int(value * 100) for value in values]
    assert minor(strings(*(f"{value:,}" for value in values))).to_pylist() == [int(value * 100) for value in values]


def test_amounts_with_a_decimal_comma():
    written = strings("1.234,50", "7,5", "1.000", "-3")
    assert decimal_of(written) == ","
    assert minor(written, ",").to_pylist() == [123_450, 750, 100_000, -300]
    assert decimal_of(strings("1,234.50")) == "."
    assert decimal_of(strings("100", "5")) is None


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("2016-02-29", None, date(2016, 2, 29)),
        ("20160229", None, date(2016, 2, 29)),
        ("2015-02-29", None, None),
        ("2021-07-01 00:00:00", None, date(2021, 7, 1)),
        ("2021-07-01T10:00:00Z", None, date(2021, 7, 1)),
        ("3/4/2016", "MDY", date(2016, 3, 4)),
        ("3/4/2016", "DMY", date(2016, 4, 3)),
        ("31.12.2019", "DMY", date(2019, 12, 31)),
        ("13/13/2019", "DMY", None),
        ("02292016", "MMDDYYYY", date(2016, 2, 29)),
        ("2015", None, date(2015, 12, 31)),
        ("1899-12-31", None, None),
        ("9999-01-01", None, None),
        ("0000-00-00", None, None),
        ("yesterday", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_days(written, order, read):
    assert Days(order).read(strings(written)).to_pylist() == [read]


@given(st.lists(st.dates(date(1900, 1, 1), date(2025, 1, 1)), min_size=1))
def test_days_as_the_calendar_has_them(days):
    assert Days().read(strings(*map(str, days))).to_pylist() == days
    assert Days("DMY").read(strings(*(f"{day:%d/%m/%Y}" for day in days))).to_pylist() == days
    assert Days("MMDDYYYY").read(strings(*(f"{day:%m%d%Y}" for day in days))).to_pylist() == days


def test_the_order_of_day_and_month_is_learnt():
    days = Days()
    days.learn(strings("3/4/2016"))
    assert days.undecided
    days.learn(strings("3/14/2016"))
    assert (days.undecided, days.order) == (False, "MDY")


def test_a_day_to_come_is_none_but_may_be_due():
    ahead = date.today() + timedelta(days=400)
    assert Days().read(strings(str(ahead))).to_pylist() == [None]
    assert Days().read(strings(str(ahead)), date.max).to_pylist() == [ahead]


def test_rates():
    written = strings("Nil", "0%", "8.25 %", "3.5% p.a.", "none", "Base + 2%", "variable", "", None)
    assert rates(written).to_pylist() == [0.0, 0.0, 8.25, 3.5, 0.0, None, None, None, None]


def test_text_and_parts():
    assert text(strings(" a  b ", "", " ", None)).to_pylist() == ["a b", None, None, None]
    left, right = parted(strings("a, b, c", "d", None, ""), ",")
    assert (left.to_pylist(), right.to_pylist()) == (["a", "d", None, None], ["b, c", None, None, None])


def test_constants_share_their_memory():
    first, second = constant("x", 6_000), constant("x", 5_000)
    assert first.buffers()[2].address == second.buffers()[2].address
    assert [constant("x", size).to_pylist() for size in (3, 70_000)] == [["x"] * 3, ["x"] * 70_000]
    assert constant(None, 3).to_pylist() == [None] * 3


@pytest.mark.parametrize(
    ("filed", "last", "first", "middle", "suffix"),
    [
        ("MORROW, ANNA", "MORROW", "ANNA", None, None),
        ("MORROW, ANNA B. MS.", "MORROW", "ANNA", "B.", None),
        ("MORROW, DR. ANNA", "MORROW", "ANNA", None, None),
        ("OKAFOR, JOHN C JR", "OKAFOR", "JOHN", "C", "JR"),
        ("OKAFOR JR., JOHN", "OKAFOR", "JOHN", None, "JR"),
        ("OKAFOR, JOHN MR. III", "OKAFOR", "JOHN", None, "III"),
        ("DE LA VALE, EVE", "DE LA VALE", "EVE", None, None),
        ("VALE, ANNA V", "VALE", "ANNA", "V", None),
        ("MORROW", None, None, None, None),
    ],
)
def test_names_with_a_comma(filed, last, first, middle, suffix):
    found = names.comma_person(strings(filed))
    assert [column.to_pylist()[0] for column in found.values()] == [last, first, middle, suffix]


@pytest.mark.parametrize(
    ("filed", "last", "first"),
    [
        ("Frau Dr. Anna Möwe", "Möwe", "Anna"),
        ("Mr John C Okafor Jr", "Okafor", "John"),
        ("Morrow, Anna", "Morrow", "Anna"),
        ("E.A. van Dam", "Dam", "E.A."),
    ],
)
def test_names_in_order(filed, last, first):
    found = names.spaced_person(strings(filed))
    assert [found["last_name"].to_pylist(), found["first_name"].to_pylist()] == [[last], [first]]


def test_packed_names():
    found = names.caret_person(strings("Morrow^Anna B^Ms^Jr", "Vale^Eve", "X"))
    assert {part: column.to_pylist() for part, column in found.items()} == {
        "last_name": ["Morrow", "Vale", "X"],
        "first_name": ["Anna", "Eve", None],
        "middle_name": ["B", None, None],
        "suffix": ["Jr", None, None],
    }
    assert names.together(found).to_pylist() == ["Morrow, Anna B", "Vale, Eve", "X"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Harbour Lane LLC", "company"),
        ("Hafen GmbH & Co. KG", "company"),
        ("Harbour Lane Pty Ltd", "company"),
        ("Firefighters Local 522", "union"),
        ("Friends of Anna Morrow", "committee"),
        ("The Harbour Trust", "trust"),
        ("Verband der Hafenwirtschaft e.V.", "association"),
        ("Harbour Tribe", "other"),
        (None, None),
    ],
)
def test_what_the_name_of_an_organisation_says(name, kind):
    assert names.organisation_type(strings(name)).to_pylist() == [kind]


def test_countries():
    asked = ("Österreich", "UK", "RUSSIA", "Zypern", "de", "United States", "Scotland", "Atlantis", None)
    assert [code_of(name) for name in asked] == ["at", "gb", "ru", "cy", "de", "us", "gb", None, None]


@given(st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=40), st.integers(0, 10))
def test_keys_are_equal_where_strings_are(values, offset):
    column = strings(*values)
    keys = key(column)
    assert len(set(keys.tolist())) == len(set(values))
    assert dict(zip(keys.tolist(), values, strict=True)) == {int(k): v for k, v in zip(keys, values, strict=True)}
    assert key(column.slice(offset)).tolist() == keys.tolist()[offset:]
    chunked = pa.chunked_array([column.slice(0, offset), column.slice(offset)], pa.string())
    assert key(chunked).tolist() == keys.tolist()
    assert folded(strings("aB"))[0] == folded(strings("Ab"))[0]


def test_keys_of_many_strings_differ():
    column = strings(*(f"SA11AI.{n}" for n in range(300_000)))
    assert len(np.unique(key(column))) == 300_000


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_joins(left, right):
    keys, others = np.array(left, np.uint64), np.array(right, np.uint64)
    found = find(keys, others).tolist()
    assert found == [right.index(value) if value in right else -1 for value in left]
    pairs = one_to_one(keys, others).tolist()
    taken = [pair for pair in pairs if pair >= 0]
    assert len(set(taken)) == len(taken)
    assert all(right[pair] == left[at] for at, pair in enumerate(pairs) if pair >= 0)
    assert len(taken) == sum(min(left.count(value), right.count(value)) for value in set(left))
    assert repeated(keys).tolist() == [at for at, value in enumerate(left) if left.count(value) > 1]
    assert among(keys, others).tolist() == [at for at, value in enumerate(left) if value in right]


def test_numbered():
    column = pa.chunked_array([["a", "b"], ["b", "c", "a"]])
    assert numbered(column).tolist() == [0, 1, 1, 2, 0]
    assert numbered(pa.chunked_array([], pa.string())).tolist() == []
