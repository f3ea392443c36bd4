"""Cases through their forms, without JavaScript: the whole path, and refusals at each gate."""

import re

import pytest
from tests.web import paths
from tests.web.forms import said, send


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
