"""Names looked up in lists: who is found, in which order, and what is told of it."""

import pyarrow as pa
import pytest
from tests.resolve.listing import listed

from tocsin.progress import Silent
from tocsin.resolve.screen import HITS, QUERIES, Screen

LISTS = listed(
    ("eu-fsf", "1", ["Sergey Viktorovich LAVROV", "Сергей Викторович ЛАВРОВ"], {"birth_dates": ["1950-03-21"]}),
    ("us-ofac-sdn", "2", ["LAVROV, Sergei Viktorovich"], {"birth_dates": ["1950-03-21"], "countries": ["ru"]}),
    ("eu-fsf", "3", ["Ivan Ivanovich SIDOROV"]),
    ("eu-fsf", "4", ["Rossiya Segodnya", "Россия сегодня"], {"schema": "Organization"}),
    ("eu-fsf", "5", []),
)


def people(*rows):
    return pa.Table.from_pylist([{"name": row} if isinstance(row, str) else row for row in rows], QUERIES)


@pytest.fixture(scope="module")
def screen():
    return Screen(LISTS)


def test_who_is_listed_is_found_in_every_list(screen):
    hits = screen.search(people("LAVROW, SERGEJ", "SMITH, JOHN"), threshold=0.05)
    assert hits.schema == HITS
    assert set(hits["query"].to_pylist()) == {0}
    assert set(hits["entry"].to_pylist()) == {"1", "2"}


def test_a_birth_date_decides_between_persons_of_one_name(screen):
    rows = [
        {"name": "Sergei Lavrov", "schema": "Person", "birth_date": day} for day in ("1950-03-21", "", "1999-09-09")
    ]
    hits = screen.search(people(*rows), threshold=0.0001, limit=1).to_pylist()
    same, unknown, other = (next(h["probability"] for h in hits if h["query"] == k) for k in range(3))
    assert same > unknown > other


def test_fields_of_a_name_are_used(screen):
    rows = [{"name": "whoever", "last_name": "LAVROV", "first_name": "SERGEI V", "schema": "Person"}]
    assert screen.search(people(*rows)).num_rows == 2


def test_organisations_are_asked_for_among_organisations(screen):
    told = [{"name": "Rossiya Segodnya", "schema": kind} for kind in ("Organization", "Person", None)]
    hits = screen.search(people(*told), threshold=0.05)
    assert set(hits["query"].to_pylist()) >= {0, 2}
    assert 1 not in hits["query"].to_pylist()
    assert set(hits["entry"].to_pylist()) == {"4"}


def test_no_two_hits_have_one_rank(screen):
    twice = Screen(pa.concat_tables([LISTS, LISTS]))
    hits = twice.search(people("Sergey Lavrov", "Sergey Lavrov"), threshold=0.1)
    ranks = hits["rank"].to_pylist()
    assert len(set(ranks)) == len(ranks) >= 8
    for query in (0, 1):
        own = [hit["rank"] for hit in hits.to_pylist() if hit["query"] == query]
        assert own == sorted(own, reverse=True)
    assert max(hits["probability"].to_pylist()) < 1


def test_parts_add_up_to_the_rank(screen):
    for hit in screen.search(people("Sergey Lavrov"), threshold=0.1).to_pylist():
        assert sum(part["weight"] for part in hit["parts"]) == pytest.approx(hit["rank"])
        assert any("lavrov" in part["detail"] for part in hit["parts"])


def test_the_name_that_fits_is_told(screen):
    hits = screen.search(people("Сергей Лавров"), threshold=0.1).to_pylist()
    assert {hit["name"] for hit in hits} <= {
        "Сергей Викторович ЛАВРОВ",
        "Sergey Viktorovich LAVROV",
        "LAVROV, Sergei Viktorovich",
    }


def test_limit_and_threshold(screen):
    assert screen.search(people("Sergey Lavrov"), limit=1).num_rows == 1
    assert screen.search(people("Sergey Lavrov"), threshold=0.9999999).num_rows == 0


def test_nobody_asked_and_nobody_listed(screen):
    assert screen.search(people()).num_rows == 0
    assert screen.search(people("", "   ", "!!!")).num_rows == 0
    assert Screen(LISTS.slice(0, 0)).search(people("Sergey Lavrov")).num_rows == 0
    assert Screen(LISTS.slice(4)).search(people("Sergey Lavrov")).num_rows == 0


def test_batches_change_nothing(screen, monkeypatch):
    asked = people("Sergey Lavrov", "John Smith", "Ivan Sidorov", "Rossia Segodnia", "Lavrov Sergei")
    whole = screen.search(asked)
    monkeypatch.setattr("tocsin.resolve.screen._BATCH", 2)
    assert screen.search(asked).drop(["rank"]).equals(whole.drop(["rank"]))


def test_progress_is_told():
    class Heard(Silent):
        done = 0

        def advance(self, amount=1):
            self.done += amount

    heard = Heard()
    Screen(LISTS, heard).search(people("Sergey Lavrov"))
    assert heard.done >= 6
