"""Who is listed where, since when, and who came first, on lists small enough to count by hand."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.respond import made

from tocsin.errors import UsageError
from tocsin.respond.sanctions.entries import entries, jurisdiction_of, of_programmes
from tocsin.respond.sanctions.gap import GAP, gap
from tocsin.respond.sanctions.lags import lags

TODAY = date(2025, 1, 1)


def lines(found, name):
    rows = found.rows.filter(pc.field("name") == name).to_pylist()
    return {row["jurisdiction"]: row for row in rows}


@pytest.fixture(scope="module")
def found():
    return gap(made.LISTS, made.SAME, TODAY)


def test_a_row_for_every_cluster_and_jurisdiction(found):
    assert found.rows.schema.equals(GAP)
    assert found.rows.num_rows == 3 * 3
    assert found.jurisdictions == ("us", "eu", "gb")


def test_the_first_mover_and_how_far_the_others_are_behind(found):
    ivan = lines(found, "Ivan PETROV")
    assert {place: (row["first_mover"], row["lag_days"]) for place, row in ivan.items()} == {
        "eu": (True, 0),
        "gb": (False, 10),
        "us": (False, 24),
    }


def test_the_older_of_two_days_is_the_first(found):
    older = made.entry("gb-uksl", "G9", "X", programmes=["Cyber"], listed="2020-12-31", inherited="2019-05-01")
    row = lines(gap(made.table(older), made.clustered(), TODAY), "X")["gb"]
    assert (row["first"], row["inherited"]) == (date(2019, 5, 1), date(2019, 5, 1))


def test_without_a_day_nobody_came_first():
    undated = {**made.IVAN_US, "listed": None}
    ivan = lines(gap(made.table(made.IVAN_EU, made.IVAN_GB, undated), made.SAME, TODAY), "Ivan PETROV")
    assert [row["first_mover"] for row in ivan.values()] == [None] * 3
    assert [row["lag_days"] for row in ivan.values()] == [None] * 3


def test_what_was_taken_back_is_told_and_not_counted(found):
    row = lines(found, "Oleg BARIN")["us"]
    assert (row["listed"], row["first"], row["delisted"]) == (False, date(2018, 3, 15), date(2023, 1, 10))
    assert found.clusters == 2
    assert [(c.jurisdictions, c.clusters, c.persons) for c in found.cells] == [
        (("us", "eu", "gb"), 1, 1),
        (("eu",), 1, 1),
    ]


def test_on_a_past_day_only_what_was_listed_by_then():
    past = gap(made.LISTS, made.SAME, date(2022, 3, 10))
    assert lines(past, "Oleg BARIN")["us"]["listed"]
    ivan = lines(past, "Ivan PETROV")
    assert {place: row["listed"] for place, row in ivan.items()} == {"us": False, "eu": True, "gb": True}
    assert not lines(past, "Anna SIDOROVA")


def test_who_is_in_no_cluster_is_one_of_its_own(found):
    anna = lines(found, "Anna SIDOROVA")
    assert {row["cluster"] for row in anna.values()} == {"eu-fsf:E2"}
    assert anna["eu"]["probability"] is None
    assert lines(found, "Ivan PETROV")["us"]["probability"] == 0.9


def test_criteria_that_others_could_use_are_named_where_they_do_not_list(found):
    anna = lines(found, "Anna SIDOROVA")
    assert "us-eo-13848" in anna["us"]["unused"]
    assert "gb-urgent" in anna["gb"]["unused"]
    assert anna["eu"]["unused"] == []


def test_no_criterion_is_named_before_it_was_law():
    cyber = made.entry("us-ofac-sdn", "U8", "HACKER", programmes=["CYBER2"], listed="2018-01-01")
    eu = made.entry("eu-fsf", "E8", "SOMEBODY ELSE", programmes=["UKR"], listed="2015-01-01")
    for day, named in ((date(2019, 5, 16), False), (date(2019, 5, 17), True)):
        row = lines(gap(made.table(cyber, eu), made.clustered(), day), "HACKER")["eu"]
        assert any(label.startswith("eu-2019-796") for label in row["unused"]) is named


def test_an_alias_that_a_plain_screen_would_miss(found):
    rows = found.aliases.to_pylist()
    assert [(row["jurisdiction"], row["name"], row["known_to"]) for row in rows] == [
        ("eu", "Vanya KORZH", "us-ofac-sdn:U1"),
        ("gb", "Vanya KORZH", "us-ofac-sdn:U1"),
    ]
    assert all(row["ratio"] < 90 for row in rows)  # "Иван Петров" and "PETROV, Ivan" are found


def test_a_weak_alias_is_not_asked_of_a_screen():
    names = [{"name": "Ivan PETROV", "kind": "primary"}, {"name": "Vanya KORZH", "kind": "weak"}]
    weak = {**made.IVAN_US, "names": names}
    assert gap(made.table(made.IVAN_EU, weak), made.SAME, TODAY).aliases.num_rows == 0


def test_order_of_rows_does_not_matter(found):
    turned = made.LISTS.take(pa.array(range(made.LISTS.num_rows - 1, -1, -1)))
    again = gap(turned, made.SAME, TODAY)
    assert again.rows.equals(found.rows)
    assert again.aliases.equals(found.aliases)


def test_no_entries_no_gap():
    nothing = gap(made.table(), made.clustered(), TODAY)
    assert (nothing.clusters, nothing.rows.num_rows, nothing.cells, nothing.lags) == (0, 0, (), ())


def test_lags_have_median_quartiles_and_counts():
    days = [date(2022, 2, d) for d in (10, 10, 12, 18, 28)]
    firsts = [{"eu": date(2022, 2, 10), "gb": d} for d in days]
    firsts += [{"eu": date(2022, 2, 10), "gb": date(2022, 2, 8)}, {"eu": date(2022, 2, 10)}]
    firsts += [{"eu": date(2014, 3, 17), "gb": date(2022, 2, 10)}]
    (lag,) = lags(firsts, ("eu", "gb"), since=date(2022, 2, 1))
    assert lag.days == (-2, 0, 0, 2, 8, 18)
    assert (lag.n, lag.median, lag.low, lag.high, lag.same_day, lag.second_before) == (6, 1.0, 0.0, 6.5, 2, 1)
    assert lags(firsts, ("eu", "gb"))[0].n == 7


def test_programmes_narrow_a_table():
    kept = of_programmes(made.LISTS, ["RUSSIA-*", "UKR", "Russia"])
    assert sorted(kept["entry"].to_pylist()) == ["E1", "G1", "U1"]


def test_an_entry_of_opensanctions_stands_under_each_jurisdiction():
    both = made.entry("opensanctions", "Q1", "ANNA", programmes=["EU-RUSDA", "GB-RUS", "GB-CYB"], listed="2024-12-16")
    found = entries(made.table(both), TODAY)
    assert {e.jurisdiction: e.programmes for e in found} == {"eu": ("EU-RUSDA",), "gb": ("GB-RUS", "GB-CYB")}


def test_a_list_nobody_knows_is_named():
    with pytest.raises(UsageError, match="xx-list"):
        jurisdiction_of("xx-list")
