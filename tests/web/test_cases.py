"""Cases through their forms, without JavaScript: the whole path, and refusals at each gate."""

import re

import pytest
from tests.web import paths
from tests.web.conftest import ORIGIN
from tests.web.forms import said, send

from tocsin.cases import work


@pytest.fixture
def author(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "publisher", "custodian"))
    paths.take_in(workspace, browser.person, tmp_path / "scan")
    return browser


@pytest.fixture
def reader(join):
    return join("bob", ("reviewer", "publisher"))


def test_from_lead_to_correction(author, reader):
    case = paths.ready(author, reader, paths.lead_ids(author)[0])
    page = author.get(case).text
    assert re.findall(r"<li>([^<]+)</li>", page.split("Gates</h2>")[1].split("What happened")[0]) == []
    assert page.count("closed</span>") == 1  # two persons
    answer = paths.publish(author, reader, case)
    assert said(answer).startswith("It is issued."), said(answer)
    facts = send(author, f"{case}/facts", f"{case}/facts", summary="Accounts praised it; fewer than was said.")
    assert said(facts) == "The facts are saved."
    paths.ask_review(author, case, reader.person)
    again = re.search(r'href="(/review/[0-9a-f-]{36})"', reader.get("/review").text)[1]
    four = {name: [value] * 3 for name, value in paths.GRADE.items()}
    assert "there is no blind part" in reader.get(again).text
    send(reader, again, f"{again}/decide", **four, decision="accepted", reasons="Still.")
    answer = paths.publish(author, reader, case, text="Fewer accounts than was said.")
    assert said(answer).startswith("It is issued."), said(answer)
    listed = author.get("/publications").text
    assert "correction" in listed
    assert "claim" in listed


def test_lawful_opinion_at_home_is_refused_in_words_and_kept(author, workspace):
    lead = paths.lead_ids(author)[0]
    case = paths.open_case(author, lead)
    answer = send(
        author, f"{case}/scope", f"{case}/scope", answer=["no", "no", "yes"], reason=["None.", "None.", "A vote."]
    )
    assert said(answer).startswith("This is none for us; lawful opinion is not looked into.")
    assert "out of scope" in answer.text
    assert [entry.action for entry in workspace.journal.entries(subject=case.rpartition("/")[2])][-1] == "refuse scope"
    assert author.get(f"{case}/facts").status_code == 200
    changed = author.submit(f"{case}/facts", {"version": 2, "title": "x", "working_title": "y"}, page="/account")
    assert changed.status_code == 409


@pytest.mark.parametrize("outcome", ["domestic", "not shown"])
def test_a_case_closes_with_dignity_and_opens_again(author, outcome):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    answer = send(author, f"{case}/end", f"{case}/close", outcome=outcome, reason="Nothing more was found.")
    assert said(answer) == "The case is closed."
    assert "Nothing more was found." in answer.text
    assert case in author.get(f"/cases?outcome={outcome.replace(' ', '+')}").text
    assert said(send(author, f"{case}/end", f"{case}/reopen", reason="A new post.")) == "The case is open again."


def test_nothing_is_established_without_a_second_reader(author):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    answer = send(author, f"{case}/end", f"{case}/close", outcome="established", reason="I am sure.")
    assert answer.status_code == 403


def test_the_working_title_may_not_hold_a_name(author):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    paths.name_names(author, case)
    answer = send(author, f"{case}/facts", f"{case}/facts", working_title="Norland again", summary="Long text.")
    assert answer.status_code == 400
    assert "Country A" in said(answer)
    assert "Long text." in answer.text


def test_a_likelihood_and_a_confidence_in_one_sentence_are_refused_and_nothing_typed_is_lost(author):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    url = f"{case}/claims/behaviour"
    answer = send(author, url, url, text="It is very likely, with high confidence.", basis="Kept.", likelihood="likely")
    assert answer.status_code == 400
    assert said(answer).startswith("one sentence holds a likelihood")
    assert "Kept." in answer.text
    assert '<option value="likely" selected>' in answer.text


def test_two_who_write_at_once_do_not_overwrite_each_other(author):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    url = f"{case}/claims/behaviour"
    token = author.token(url)
    send(author, url, url, text="First.")
    stale = {"csrf": token, "version": 1, "made": "true", "text": "Second."}
    answer = author.post(url, data=stale, headers={"origin": ORIGIN})
    assert answer.status_code == 409
    assert "Second." in answer.text
    assert "First." in author.get(case).text


def test_an_attribution_needs_somebody_else_to_read_it_again(author, join):
    lead = paths.lead_ids(author)[0]
    case = paths.open_case(author, lead)
    url = f"{case}/claims/attribution"
    typed = {"basis": "Documents.", **paths.GRADE, "use": f"lead:{lead}", "grade_source": "A", "grade_information": "1"}
    answer = send(author, url, url, made="true", text="An office of Norland.", evidence_class="technical", **typed)
    assert said(answer) == "The claim is saved.", said(answer)
    assert f'action="{url}/second"' not in author.get(url).text
    assert author.submit(f"{url}/second", {"note": ""}).status_code == 403
    other = join("eve", ("analyst",))
    send(other, case, f"{case}/names/show", why="second reading")
    assert said(send(other, url, f"{url}/second", note="Read.")) == "The second reading is kept."
    assert "Read again by Eve." in author.get(url).text


@pytest.mark.parametrize("action", ["publish", "correct", "withdraw"])
def test_no_gate_is_passed_by_a_direct_request(author, reader, action):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    for step in ("approve", "issue"):
        answer = author.submit(f"{case}/publish/{step}", {"action": action, "text": "x" if action != "publish" else ""})
        assert answer.status_code in (403, 409), said(answer)
    assert reader.submit(f"{case}/publish/approve", {"action": "publish"}).status_code == 403
    assert author.get("/publications").text.count('href="/publications/') == 0


def test_break_glass_passes_only_reader_and_reply_and_is_shown(author, reader):
    lead = paths.lead_ids(author)[0]
    case = paths.open_case(author, lead)
    why = "Voting ends in an hour and the lie keeps people away."
    words = {"action": "publish", "break_glass": why}
    assert author.submit(f"{case}/publish/approve", words).status_code == 403
    paths.in_scope(author, case, f"lead:{lead}")
    paths.name_names(author, case)
    paths.write(author, case, f"lead:{lead}")
    send(reader, case, f"{case}/names/show", why="to publish in an emergency")
    assert said(author.submit(f"{case}/publish/approve", words)).startswith("Your yes is kept.")
    assert reader.submit(f"{case}/publish/issue", words).status_code == 403
    url = f"{case}/publish"
    assert said(send(reader, url, f"{url}/approve")) == "Two persons have approved. It can be issued now."
    answer = send(reader, url, f"{url}/issue")
    assert said(answer).startswith("It is issued."), said(answer)
    assert why in answer.text


def test_a_withdrawal_stands_in_the_same_place(author, reader):
    case = paths.ready(author, reader, paths.lead_ids(author)[0])
    issue = paths.publish(author, reader, case).url.path
    url = f"{case}/publish"
    answer = send(author, url, f"{url}/approve", 1, text="The scan held copies.")
    assert said(answer).startswith("Your yes is kept."), said(answer)
    send(reader, url, f"{url}/approve")
    withdrawn = send(reader, url, f"{url}/issue")
    assert said(withdrawn).startswith("It is issued.")
    assert "a later issue stands in its place" in author.get(issue).text
    assert "The scan held copies." in withdrawn.text


def test_erasing_needs_two_and_never_what_was_published(author, reader):
    case = paths.open_case(author, paths.lead_ids(author)[0])
    answer = send(author, f"{case}/end", f"{case}/erase")
    assert said(answer).startswith("Your yes is kept.")
    assert author.get(case).status_code == 200
    assert said(reader.submit(f"{case}/erase", {})) == "The case is erased."
    assert author.get(case).status_code == 404
    public = paths.ready(author, reader, paths.lead_ids(author)[0])
    paths.publish(author, reader, public)
    assert author.submit(f"{public}/erase", {}).status_code == 403


def test_an_export_is_for_custodians_and_publishers_and_says_to_whom(author, reader, join, workspace):
    case = paths.ready(author, reader, paths.lead_ids(author)[0])
    issue = paths.publish(author, reader, case).url.path
    kept = send(author, issue, f"{case}/export", reason="For a partner.")
    assert kept.content[:2] == b"PK"
    assert kept.headers["content-disposition"].startswith("attachment;")
    actions = [entry.action for entry in workspace.journal.entries(subject=case.rpartition("/")[2])]
    assert actions[-2:] == ["hand over", "export"]
    other = join("eve", ("reader", "analyst"))
    assert "Make the export" not in other.get(issue).text
    assert other.submit(f"{case}/export", {"reason": "mine"}).status_code == 403


def test_the_list_is_narrowed_and_paged(author, workspace):
    for n in range(60):
        work.open_case(workspace, author.person.actor, f"Title {n}", f"Case {n}")
    page = author.get("/cases?owner=me")
    assert "60 cases match." in page.text
    more = re.search(r'href="(/cases\?[^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert author.get(more).text.count('<tr><td><a href="/cases/') == 10
