"""Blinded review in the browser: what the reader sees, who can be one, and what is kept of it."""

import re

import pytest
from tests.web import paths
from tests.web.forms import said, send

from tocsin.model.case import Review

FOUR = {name: [value] * 3 for name, value in paths.GRADE.items()}


@pytest.fixture
def author(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "publisher", "reviewer"))
    paths.take_in(workspace, browser.person, tmp_path / "scan")
    return browser


@pytest.fixture
def reader(join):
    return join("bob", ("reviewer", "publisher"))


@pytest.fixture
def case(author, reader):
    lead = paths.lead_ids(author)[0]
    case = paths.open_case(author, lead)
    paths.in_scope(author, case, f"lead:{lead}")
    paths.name_names(author, case)
    paths.write(author, case, f"lead:{lead}")
    assert said(paths.ask_review(author, case, reader.person)) == "The review is asked for."
    return case


def waiting(browser):
    return re.search(r'href="(/review/[0-9a-f-]{36})"', browser.get("/review").text)[1]


def kept(workspace):
    with workspace.read() as reader:
        return reader.page(Review).items[0]


def test_the_reader_sees_neither_names_nor_grades(reader, case):
    page = reader.get(waiting(reader)).text
    assert "Country A" in page
    assert [name for name in paths.SECRETS if name in page] == []
    for grade in ("B2", "Two sources that do not know of each other."):
        assert grade not in page
    assert not re.search(r"<option [^>]*selected", page)


def test_grades_a_guess_and_the_gap_are_kept(reader, case, workspace):
    page = waiting(reader)
    low = FOUR | {"likelihood": ["likely"] * 3}
    answer = send(reader, page, f"{page}/blind", **low, guess="the Harbour League")
    assert said(answer).startswith("Your blind grades are kept.")
    assert "Norland" in answer.text
    send(reader, page, f"{page}/decide", **FOUR, decision="accepted", reasons="It holds.")
    found = kept(workspace)
    assert (found.guess_right, found.decision) == (True, "accepted")
    assert [gap.likelihood for gap in found.gap] == [1, 1, 1]


def test_what_was_typed_is_there_after_a_refusal(reader, case):
    page = waiting(reader)
    send(reader, page, f"{page}/blind", **FOUR)
    answer = send(reader, page, f"{page}/decide", **FOUR, decision="", reasons="Typed with care.")
    assert answer.status_code == 400
    assert "Typed with care." in answer.text


def test_half_a_grade_is_refused(reader, case, workspace):
    page = waiting(reader)
    answer = send(reader, page, f"{page}/blind", **FOUR | {"confidence": ["moderate", "", "moderate"]})
    assert answer.status_code == 400
    assert kept(workspace).state == "asked"


def test_an_author_is_not_offered_as_reader_and_refused(author, case):
    assert f'value="{author.person.id}"' not in author.get(f"{case}/review").text
    answer = author.submit(f"{case}/review", {"person": author.person.id}, page=f"{case}/facts")
    assert answer.status_code == 403


def test_who_asked_for_the_names_cannot_read_again(author, case, join):
    other = join("cora", ("reviewer", "publisher"))
    assert f'value="{other.person.id}"' in author.get(f"{case}/review").text
    assert said(send(other, case, f"{case}/names/show", why="to publish")) == "The names are shown to you."
    assert f'value="{other.person.id}"' not in author.get(f"{case}/review").text


def test_the_reader_cannot_ask_for_the_names_before_grading(reader, case):
    assert reader.submit(f"{case}/names/show", {"why": "curious"}).status_code == 403
    assert "Norland" not in reader.get(case).text


def test_nobody_else_opens_the_review(author, reader, case):
    assert author.get(waiting(reader)).status_code == 403


def test_a_case_that_changed_is_not_graded(author, reader, case):
    page = waiting(reader)
    send(author, f"{case}/facts", f"{case}/facts", unknown="Something else.")
    assert reader.get(page).status_code == 409
