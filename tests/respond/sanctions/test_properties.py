"""What holds for any lists: nothing is lost, nothing is counted twice, the order of rows does not matter."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.respond import made

from tocsin.respond.sanctions.gap import gap

DAY = date(2024, 6, 1)
LISTS = ("us-ofac-sdn", "us-ofac-cons", "eu-fsf", "gb-uksl", "ch-seco")
days = st.none() | st.integers(-900, 900).map(lambda n: (DAY + timedelta(days=n)).isoformat())


@st.composite
def lists(draw):
    rows, groups = [], {}
    for i in range(draw(st.integers(0, 12))):
        name, number = draw(st.sampled_from(LISTS)), f"N{i}"
        schema = draw(st.sampled_from(["Person", "Organization"]))
        rows.append(made.entry(name, number, draw(st.sampled_from(["Anna B", "Ivan Petrov", "Я", "", "x" * 50])),
                               listed=draw(days), delisted=draw(days), schema=schema))  # fmt: skip
        groups.setdefault(draw(st.integers(0, 6)), []).append((name, number))
    return rows, list(groups.values())


@given(lists())
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_and_nothing_counted_twice(given_lists):
    rows, groups = given_lists
    found = gap(made.table(*rows), made.clustered(*groups), DAY)
    known = [row for row in rows if row["listed"] is None or row["listed"] <= DAY]
    there = [row for row in known if row["delisted"] is None or row["delisted"] > DAY]
    lines = found.rows.to_pylist()
    assert sum(len(line["entries"]) for line in lines if line["listed"]) == len(there)
    assert {key for line in lines for key in line["entries"]} <= {f"{r['list']}:{r['entry']}" for r in known}
    assert sum(cell.clusters for cell in found.cells) == found.clusters
    assert all(0 <= cell.persons <= cell.clusters for cell in found.cells)
    for line in lines:
        assert (line["lag_days"] is None) == (line["first_mover"] is None)
        assert line["lag_days"] is None or (line["lag_days"] == 0) == line["first_mover"]
        assert not (line["listed"] and line["unused"])


@given(lists(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_does_not_matter(given_lists, random):
    rows, groups = given_lists
    first = gap(made.table(*rows), made.clustered(*groups), DAY)
    random.shuffle(rows)
    again = gap(made.table(*rows), made.clustered(*groups), DAY)
    assert again.rows.equals(first.rows)
    assert (again.cells, again.lags, again.aliases) == (first.cells, first.lags, first.aliases)
