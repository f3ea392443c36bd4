"""Tips in the browser, and what a custodian answers to who asks about their own account."""

import re

import pytest
from tests.cases.making import KEY
from tests.web import paths
from tests.web.forms import said, send

from tocsin.model.case import Tip


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "publisher"))
    paths.take_in(workspace, browser.person, tmp_path / "scan")
    return browser


def tips(workspace):
    with workspace.read() as reader:
        return list(reader.page(Tip, limit=50).items)


def test_a_tip_is_taken_into_a_case(analyst, workspace):
    assert said(send(analyst, "/tips", "/tips", text="A printer was paid in cash.")) == "The tip is kept."
    case = paths.open_case(analyst, paths.lead_ids(analyst)[0])
    (tip,) = tips(workspace)
    keep = f"/tips/{tip.id}/keep"
    assert said(send(analyst, "/tips", keep, case=case.rpartition("/")[2])) == "The tip belongs to the case."
    assert "A printer was paid in cash." in analyst.get(case).text
    assert "A printer was paid in cash." not in analyst.get("/tips").text


def test_a_tip_that_endangers_somebody_is_for_custodians(analyst, join):
    send(analyst, "/tips", "/tips", text="She told me.", danger="true")
    assert "She told me." not in analyst.get("/tips").text
    assert "<p>0 tips</p>" in analyst.get("/tips").text
    assert "She told me." in join("cora", ("custodian",)).get("/tips").text


def test_a_tip_is_erased_by_two(analyst, join, workspace):
    send(analyst, "/tips", "/tips", text="Rumour.")
    (tip,) = tips(workspace)
    address = f"/tips/{tip.id}/erase"
    assert said(send(analyst, "/tips", address)).startswith("Your yes is kept.")
    assert said(send(analyst, "/tips", address)).startswith("Your yes is kept.")
    assert said(send(join("cora", ("custodian",)), "/tips", address)) == "The tip is erased."
    assert tips(workspace) == []


def test_an_empty_tip_is_refused_in_words(analyst, workspace):
    assert send(analyst, "/tips", "/tips", text=" ").status_code == 400
    assert tips(workspace) == []


@pytest.mark.parametrize("path", ["/tips", "/requests"])
def test_others_are_refused(join, path):
    assert join("eve", ("reader",)).get(path).status_code == 403


def test_a_custodian_gets_a_key_that_stays_nowhere(analyst, join, workspace):
    made = [send(join(name, ("custodian",)), "/requests", "/requests/key").content for name in ("cora", "dora")]
    assert len(made[0]) == len(made[1]) == len(KEY)
    assert made[0] != made[1]
    assert analyst.submit("/requests/key").status_code == 403
    assert not [path for path in workspace.path.rglob("*") if path.is_file() and made[0] in path.read_bytes()]


def test_a_request_about_oneself_is_answered_and_not_kept(analyst, join, workspace):
    custodian = join("cora", ("custodian",))
    ask = {"handle": "0-3", "platforms": "twitter, chirp", "files": {"key": ("key", KEY)}}
    answer = send(custodian, "/requests", "/requests", **ask)
    assert "The account occurs in 1 record." in answer.text
    found = re.search(r'href="(/findings/[^"]+)"', answer.text)[1]
    assert custodian.get(found).status_code == 200
    entries = workspace.journal.entries(limit=1000)
    assert entries[-1].action == "answer request about oneself"
    assert "0-3" not in "".join(map(str, entries))
    assert "0 records" in send(custodian, "/requests", "/requests", **{**ask, "handle": "nobody"}).text
    assert send(custodian, "/requests", "/requests", **{**ask, "files": {"key": ("key", b"x")}}).status_code == 400
