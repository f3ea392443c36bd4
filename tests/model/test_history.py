"""A list as it was published, as it held, and what changed between."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import NotFoundError
from tocsin.model.history import CHANGES, SEEN, History
from tocsin.model.listing import LISTED, Edition

LIST = "eu-fsf"
EMPTY = {field.name: [] for field in LISTED if pa.types.is_list(field.type)}


def row(entry, name="", **more):
    names = [{"name": name or f"NAME {entry}", "kind": "primary"}]
    base = {"list": LIST, "entry": entry, "schema": "Person", "file": "x", "row": 1, **EMPTY}
    return {**base, "names": names, **more}


def edition(published, *rows, of=LIST):
    table = pa.Table.from_pylist([{**one, "list": of} for one in rows], LISTED)
    about = Edition(list=of, published=published, file="f", sha256="0" * 64, entries=len(rows), rejected=0)
    return about, table


def day(text):
    return date.fromisoformat(text)


def entries(table):
    return sorted(table["entry"].to_pylist())


def test_a_day_is_answered_by_the_last_edition_published_by_then():
    history = History([edition("2024-03-01", row("a"), row("b")), edition("2024-01-01", row("a"))])
    assert history.days(LIST) == (day("2024-01-01"), day("2024-03-01"))
    assert entries(history.as_of(LIST, day("2024-01-01"))) == ["a"]
    assert entries(history.as_of(LIST, day("2024-02-29"))) == ["a"]
    assert entries(history.as_of(LIST, day("2024-03-01"))) == ["a", "b"]
    assert history.edition(LIST, day("2024-02-29")).published == "2024-01-01"
    assert history.as_of(LIST, date.max).schema == LISTED


def test_before_the_first_edition_nothing_is_claimed():
    history = History([edition("2024-01-01", row("a"))])
    with pytest.raises(NotFoundError, match="published by 2023-12-31"):
        history.as_of(LIST, day("2023-12-31"))
    with pytest.raises(NotFoundError, match="no edition of au-dfat"):
        history.days("au-dfat")
    assert History([]).lists() == ()


def test_an_entry_holds_from_its_listing_to_its_delisting():
    history = History(
        [
            edition(
                "2024-01-01",
                row("later", listed=day("2024-01-05")),  # published before it takes effect
                row("gone", listed=day("2020-01-01"), delisted=day("2023-06-01")),
                row("last day", listed=day("2020-01-01"), delisted=day("2024-01-02")),
                row("taken over", listed=day("2024-01-09"), inherited=day("2014-01-01")),
            )
        ]
    )
    assert entries(history.as_of(LIST, day("2024-01-01"))) == ["last day", "taken over"]
    assert entries(history.as_of(LIST, day("2024-01-02"))) == ["taken over"]
    assert entries(history.as_of(LIST, day("2024-01-05"))) == ["later", "taken over"]


def test_what_was_known_and_what_held_are_two_things():
    """A listing that became known late holds early only for those who know of it."""
    late = row("late", listed=day("2024-01-10"))
    history = History([edition("2024-01-01", row("a")), edition("2024-06-01", row("a"), late, row("undated"))])
    on = day("2024-02-01")
    assert entries(history.as_of(LIST, on)) == ["a"]
    assert entries(history.as_of(LIST, on, known=day("2024-06-01"))) == ["a", "late"]
    assert entries(history.as_of(LIST, day("2024-06-01"))) == ["a", "late", "undated"]
    assert entries(history.as_of(LIST, day("2023-05-05"), known=date.max)) == []


def test_of_two_editions_of_one_day_the_later_counts():
    history = History([edition("2024-01-01", row("a")), edition("2024-01-01", row("b"))])
    assert entries(history.as_of(LIST, day("2024-01-01"))) == ["b"]
    assert history.days(LIST) == (day("2024-01-01"),)


def test_lists_are_kept_apart():
    history = History([edition("2024-01-01", row("a")), edition("2024-01-01", row("b"), of="gb-uksl")])
    assert history.lists() == ("eu-fsf", "gb-uksl")
    assert entries(history.as_of("gb-uksl", day("2024-01-01"))) == ["b"]


def test_changes_name_each_field():
    number = {"kind": "passport", "number": "1", "country": "ru"}
    before = row("m", programmes=["B", "A"], birth_dates=["1960"], listed=day("2020-01-01"))
    after = {**before, "programmes": ["A", "B"], "birth_dates": ["1960-05-01", "1961"], "numbers": [number], "row": 9}
    history = History([edition("2024-01-01", before, row("out")), edition("2024-02-01", row("in"), after)])
    found = history.changes(LIST, day("2024-01-01"), day("2024-02-01"))
    assert found.schema == CHANGES
    told = [tuple(one.values()) for one in found.to_pylist()]
    assert told == [
        ("in", "NAME in", "added", None, None, None),
        ("m", "NAME m", "modified", "birth_dates", "1960", "1960-05-01\n1961"),
        ("m", "NAME m", "modified", "numbers", None, "passport · 1 · ru"),
        ("out", "NAME out", "removed", None, None, None),
    ]


def test_changes_without_a_change_and_backwards():
    history = History([edition("2024-01-01", row("a")), edition("2024-02-01", row("a"), row("b"))])
    first, second = day("2024-01-01"), day("2024-02-01")
    assert history.changes(LIST, first, day("2024-01-31")).num_rows == 0
    assert history.changes(LIST, first, second)["change"].to_pylist() == ["added"]
    assert history.changes(LIST, second, first)["change"].to_pylist() == ["removed"]


def test_a_day_of_effect_is_a_change_without_a_new_edition():
    history = History([edition("2024-01-01", row("a", listed=day("2024-01-05"), delisted=day("2024-03-01")))])
    assert history.changes(LIST, day("2024-01-01"), day("2024-01-05"))["change"].to_pylist() == ["added"]
    assert history.changes(LIST, day("2024-01-05"), day("2024-03-01"))["change"].to_pylist() == ["removed"]


def test_first_and_last_seen():
    history = History(
        [
            edition("2024-01-01", row("old"), row("gone")),
            edition("2024-02-01", row("old"), row("brief", "FIRST NAME")),
            edition("2024-03-01", row("old"), row("brief", "SECOND NAME")),
            edition("2024-04-01", row("old"), row("new")),
        ]
    )
    found = history.first_seen(LIST)
    assert found.schema == SEEN
    assert [tuple(one.values()) for one in found.to_pylist()] == [
        ("brief", "SECOND NAME", day("2024-02-01"), day("2024-03-01"), False, True),
        ("gone", "NAME gone", day("2024-01-01"), day("2024-01-01"), True, True),
        ("new", "NAME new", day("2024-04-01"), day("2024-04-01"), False, False),
        ("old", "NAME old", day("2024-01-01"), day("2024-04-01"), True, False),
    ]


def test_an_empty_edition_is_an_edition():
    history = History([edition("2024-01-01"), edition("2024-02-01", row("a"))])
    assert history.as_of(LIST, day("2024-01-15")).num_rows == 0
    assert history.changes(LIST, day("2024-01-01"), day("2024-02-01")).num_rows == 1
    assert history.first_seen(LIST)["censored"].to_pylist() == [False]


def test_tables_are_read_when_they_are_asked_for():
    read = []

    def loader(published, *rows):
        about, table = edition(published, *rows)
        return about, lambda: read.append(published) or table

    history = History([loader(f"2024-{month:02d}-01", row("a")) for month in range(1, 13)])
    assert history.days(LIST)[-1] == day("2024-12-01")
    assert history.edition(LIST, day("2024-06-06")).published == "2024-06-01"
    assert read == []
    assert entries(history.as_of(LIST, day("2024-06-06"))) == ["a"]
    assert entries(history.as_of(LIST, day("2024-06-07"))) == ["a"]
    assert read == ["2024-06-01"]
    assert history.first_seen(LIST).num_rows == 1


DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 9))
ENTRY = st.tuples(st.sampled_from("abcd"), st.none() | DAYS, st.none() | DAYS, st.sampled_from("xyz"))
PRINTED = st.tuples(DAYS, st.lists(ENTRY, unique_by=lambda one: one[0], max_size=4))


@given(st.lists(PRINTED, min_size=1, max_size=5), DAYS, DAYS)
def test_changes_lead_from_one_day_to_the_other(printed, before, after):
    editions = [
        edition(str(published), *(row(e, listed=a, delisted=b, programmes=[p]) for e, a, b, p in entries_))
        for published, entries_ in printed
    ]
    history = History(editions)
    oldest = history.days(LIST)[0]
    before, after = max(before, oldest), max(after, oldest)
    have, want = (
        {row_["entry"]: row_["programmes"] for row_ in history.as_of(LIST, one).to_pylist()} for one in (before, after)
    )
    for change in history.changes(LIST, before, after).to_pylist():
        if change["change"] == "removed":
            del have[change["entry"]]
        elif change["change"] == "added":
            assert change["entry"] not in have
            have[change["entry"]] = want[change["entry"]]
        elif change["field"] == "programmes":
            assert have[change["entry"]] == [change["before"]]
            have[change["entry"]] = [change["after"]]
    assert have == want
    seen = {row_["entry"]: row_ for row_ in history.first_seen(LIST).to_pylist()}
    assert all(seen[entry]["first"] <= after for entry in want)
