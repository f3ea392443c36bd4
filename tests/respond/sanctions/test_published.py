"""Lists as one day saw them: when entries came and went, as their editions show."""

from datetime import date

import pytest
from tests.respond import made

from tocsin.model.history import History
from tocsin.model.listing import LISTED, Edition
from tocsin.respond.sanctions.gap import gap
from tocsin.respond.sanctions.published import published


def edition(day, *rows, name="us-ofac-sdn"):
    told = Edition(list=name, published=day, file="sdn.csv", sha256="0", entries=len(rows), rejected=0)
    return told, made.table(*rows)


OLD, NEW, GONE = ({**made.IVAN_US, "entry": name, "listed": None} for name in ("U0", "U1", "U2"))
EU = edition("2022-03-01", made.IVAN_EU, name="eu-fsf")
HISTORY = History(
    [EU, edition("2022-03-23", OLD, GONE), edition("2022-03-24", OLD, NEW, GONE), edition("2022-06-01", OLD, NEW)]
)


def days(day):
    rows = published(HISTORY, date.fromisoformat(day)).to_pylist()
    return {row["entry"]: (str(row["listed"]), str(row["delisted"])) for row in rows}


def test_an_entry_is_dated_by_the_first_edition_that_has_it():
    assert days("2022-03-25") == {"E1": ("2022-02-28", "None"), "U0": ("None", "None"), "U1": ("2022-03-24", "None"),
                                  "U2": ("None", "None")}  # fmt: skip


def test_an_entry_that_is_gone_is_taken_off_by_the_first_edition_without_it():
    assert days("2022-06-01")["U2"] == ("None", "2022-06-01")
    assert days("2022-05-31")["U2"] == ("None", "None")


def test_an_entry_that_its_list_calls_delisted_is_told_with_that_day():
    left = {**OLD, "entry": "U3", "delisted": date(2022, 5, 1)}
    history = History([edition("2022-03-23", OLD, {**left, "delisted": None}), edition("2022-06-01", OLD, left)])
    for day, told in (("2022-04-30", None), ("2022-06-01", date(2022, 5, 1)), ("9999-12-31", date(2022, 5, 1))):
        rows = {row["entry"]: row for row in published(history, date.fromisoformat(day)).to_pylist()}
        assert (rows["U3"]["delisted"], rows["U0"]["delisted"]) == (told, None)


def test_what_was_not_published_yet_is_not_there():
    assert set(days("2022-03-23")) == {"E1", "U0", "U2"}
    assert set(days("2022-03-10")) == {"E1"}
    assert days("2022-02-01") == {}


def test_the_gap_tells_it():
    found = gap(published(HISTORY, date(2022, 7, 1)), made.SAME, date(2022, 7, 1))
    rows = {(row["name"], row["jurisdiction"], str(row["entries"])): row for row in found.rows.to_pylist()}
    ivan = next(row for row in rows.values() if row["entries"] == ["us-ofac-sdn:U1"])
    assert ivan["lag_days"] == 24
    gone = next(row for row in rows.values() if row["entries"] == ["us-ofac-sdn:U2"])
    assert (gone["listed"], gone["delisted"]) == (False, date(2022, 6, 1))


def test_it_is_a_table_like_any_other():
    assert published(HISTORY, date(2022, 7, 1)).schema.equals(LISTED)
    assert published(History([]), date(2022, 7, 1)).num_rows == 0


@pytest.mark.parametrize("told", ["2022-03-20", "2022-03-25"])
def test_a_day_that_the_list_tells_stands(told):
    bears = {**OLD, "listed": date.fromisoformat(told)}
    history = History([edition("2022-03-26", bears), edition("2022-03-27", bears)])
    (row,) = published(history, date(2022, 3, 30)).to_pylist()
    assert str(row["listed"]) == told
