"""Replies in the browser: asked after the review, answered, waived by somebody else, printed."""

import re

import pytest
from tests.web import paths
from tests.web.forms import Forms, said, send


@pytest.fixture
def author(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "publisher"))
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
    return case


def reviewed(author, reader, case):
    paths.ask_review(author, case, reader.person)
    paths.review(reader)


def test_nobody_is_asked_before_a_second_reader_accepted(author, case):
    answer = send(author, f"{case}/reply", f"{case}/reply", whom="Embassy", how="letter")
    assert answer.status_code == 403
    assert "second reader" in said(answer)


def test_only_named_parties_are_asked(author, reader, case):
    page = author.get(f"{case}/reply").text
    assert "Country A" in page
    assert "Party A" not in page


def test_a_private_person_is_not_written_to(author, reader, case):
    reviewed(author, reader, case)
    answer = send(author, f"{case}/reply", f"{case}/reply", whom="Quentin Ashgrove", how="letter")
    assert answer.status_code == 400


def test_an_answer_is_kept_word_for_word(author, reader, case):
    reviewed(author, reader, case)
    send(author, f"{case}/reply", f"{case}/reply", whom="Embassy of Norland", how="letter")
    assert "Embassy of Norland" in author.get("/reply").text
    page = author.get(f"{case}/reply")
    held = next(form["action"] for form in Forms(page.text).found if form["action"].endswith("/answer"))
    answer = send(author, f"{case}/reply", held, text="  We <b>deny</b> it.  ")
    assert said(answer) == "The answer is kept."
    assert "We &lt;b&gt;deny&lt;/b&gt; it." in answer.text
    assert "Embassy" not in author.get("/reply").text
    assert "Embassy" in author.get("/reply?state=answered").text


def test_an_author_cannot_waive_and_another_publisher_can(author, reader, case):
    reviewed(author, reader, case)
    assert f'action="{case}/reply/waive"' not in author.get(f"{case}/reply").text
    data = {"placeholder": "Country A", "whom": "Norland", "reason": "No embassy."}
    assert author.submit(f"{case}/reply/waive", data, page=f"{case}/reply").status_code == 403
    answer = send(reader, f"{case}/reply", f"{case}/reply/waive", whom="Norland", reason="No embassy.")
    assert said(answer) == "The reply is waived."
    assert not re.search(r"Reply</a></th>\s*<td><span class=\"tag bad", author.get(case).text)
