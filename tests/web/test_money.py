"""The rooms of money: registers scanned, donors and committees, lists, gap, rules; in words and in Chromium."""

import re

import pytest
from tests.share.money import making
from tests.web.forms import send

from tocsin.cases import leads
from tocsin.model.case import Lead


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst",))
    leads.import_findings(workspace, browser.person.actor, making.folder(tmp_path / "money"))
    return browser


@pytest.fixture
def scan(analyst):
    """The address of the scan."""
    return re.search(r'href="(/money/scans/[0-9a-f]{64})"', analyst.get("/money").text)[1]


@pytest.fixture
def found(workspace, analyst):
    """The leads by their flag."""
    with workspace.read() as reader:
        return {lead.body.money.flag: lead.id for lead in reader.page(Lead).items}


def test_the_register_is_shown_with_its_leads_balance_and_tests(analyst, scan, found):
    page = analyst.get("/money").text
    assert "gifts.csv" in page
    assert "50.00 EUR and 1,234,567.89 USD" in page
    shown = analyst.get(scan)
    assert shown.status_code == 200
    for said_ in ("4,120", "F10: link to a listed person", "no loans in the files", "Balance by party", "30111(a)(4)"):
        assert said_ in shown.text, said_
    assert all(f"/findings/{lead}" in shown.text for lead in found.values())
    assert "No list was given for the EU." in shown.text


def test_a_finding_shows_the_path_the_rules_and_links_to_donors(analyst, found):
    page = analyst.get(f"/findings/{found['F10']}")
    assert page.status_code == 200
    for said_ in (
        "Merrow Nominees Ltd",
        "is owned by: 50 to 75 %",
        "unverified: confirm it first",
        "<rect",
        "follows from a",
    ):
        assert said_ in page.text, said_
    conduit = analyst.get(f"/findings/{found['F1']}").text
    assert "Poisson tail" in conduit
    assert "<rect" not in conduit
    donor = re.search(r'href="(/money/scans/\w+/donor\?name=donor-F1-0)"', conduit)[1]
    assert "3,300.00 USD" in analyst.get(donor).text
    rows = analyst.get(f"/findings/{found['F1']}/posts").text
    assert "occupation DRIVER" in rows


def test_a_donor_and_a_committee_show_their_gifts_and_leads(analyst, scan, found):
    donor = analyst.get(f"{scan}/donor", params={"name": "donor-7"}).text
    assert "C00700002" in donor
    committee = analyst.get(f"{scan}/recipient", params={"name": making.COMMITTEE}).text
    assert "Friends of Alma Redfern" in committee or making.PARTY in committee
    assert all(f"/findings/{lead}" in committee for lead in found.values())
    assert "Gifts over time" in committee
    nobody = analyst.get(f"{scan}/donor", params={"name": "nobody"})
    assert nobody.status_code == 200
    assert "no gift of that name" in nobody.text


def test_long_lists_of_gifts_go_on(analyst, join, workspace, tmp_path, monkeypatch, scan):
    from tocsin.web.routes import money

    monkeypatch.setattr(money, "ROWS", 20)
    page = analyst.get(f"{scan}/recipient", params={"name": making.COMMITTEE}).text
    more = re.search(r'<a href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    assert analyst.get(more).text.count('<tr><td class="nowrap">') == 20


def test_what_is_not_there_is_said(analyst):
    assert analyst.get("/money/scans/" + "0" * 64).status_code == 404
    assert analyst.get("/money/scans/x/donor?name=y").status_code == 404


def test_a_lead_about_money_becomes_a_case(analyst, found, workspace):
    from tests.web import paths

    case = paths.open_case(analyst, found["F1"])
    assert "6 donors of one employer" in analyst.get(case).text


def test_whoever_may_not_see_the_names_of_the_case_sees_them_on_no_page_of_the_scan(analyst, found, scan, join):
    from tests.web import paths

    case = paths.open_case(analyst, found["F10"])
    for sort, name in (("organisation", making.COMPANY), ("organisation", making.COMMITTEE), ("person", making.OWNER)):
        send(analyst, f"{case}/names", f"{case}/names", sort=sort, text=name, standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    pages = [scan, f"/findings/{found['F10']}", f"/findings/{found['F10']}/posts", f"/findings/{found['F1']}"]
    pages += [f"{scan}/recipient?name={making.COMMITTEE}", f"{scan}/donor?name=donor-F1-0"]
    for page in pages:
        answer = blind.get(page)
        assert answer.status_code == 200, page
        if page.endswith(found["F1"]):
            continue
        assert making.COMPANY not in answer.text, page
        assert making.OWNER not in answer.text, page
        assert making.COMMITTEE not in answer.text, page
    assert making.OWNER in analyst.get(f"/findings/{found['F10']}").text
