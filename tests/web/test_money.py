"""The rooms of money: registers scanned, donors and committees, lists, gap, rules; in words and in Chromium."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.share.money import making
from tests.web import paths, test_rooms
from tests.web.forms import Forms, said, send
from tests.web.walk import overflowing

from tocsin.cases import leads
from tocsin.model.case import Lead
from tocsin.model.rules import Rules
from tocsin.share.stix.check import problems
from tocsin.share.stix.exporting import export
from tocsin.sources.lists import read_list
from tocsin.store.lists import add_edition


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


def test_an_owner_shows_every_lead_that_goes_through_it(analyst, scan, found):
    page = analyst.get(f"/findings/{found['F10']}").text
    address = re.search(r'href="(/money/scans/\w+/owner\?name=Oleg%20Dravonin)"', page)[1]
    owner = analyst.get(address).text
    assert f"/findings/{found['F10']}" in owner
    assert f"/findings/{found['F1']}" not in owner
    assert "<rect" in owner
    assert making.COMMITTEE in owner
    assert "No lead of this scan" in analyst.get(f"{scan}/owner", params={"name": "nobody"}).text


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


def test_a_scan_comes_in_as_a_zip_with_its_gifts(join, tmp_path):
    browser = join("ann", ("analyst",))
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", making.folder(tmp_path / "money"))
    files = {"scan": ("scan.zip", Path(packed).read_bytes())}
    assert said(send(browser, "/leads/new", "/leads/import", files=files)).startswith("3 new leads")
    address = re.search(r'href="(/money/scans/[0-9a-f]{64})"', browser.get("/money").text)[1]
    assert "3,300.00 USD" in browser.get(f"{address}/donor?name=donor-F1-0").text


def test_what_is_not_there_is_said(analyst):
    assert analyst.get("/money/scans/" + "0" * 64).status_code == 404
    assert analyst.get("/money/scans/x/donor?name=y").status_code == 404


def test_a_lead_about_money_becomes_a_case(analyst, found, workspace):
    case = paths.open_case(analyst, found["F1"])
    assert "6 donors of one employer" in analyst.get(case).text


def test_whoever_may_not_see_the_names_of_the_case_sees_them_on_no_page_of_the_scan(analyst, found, scan, join):
    case = paths.open_case(analyst, found["F10"])
    for sort, name in (("organisation", making.COMPANY), ("organisation", making.COMMITTEE), ("person", making.OWNER)):
        send(analyst, f"{case}/names", f"{case}/names", sort=sort, text=name, standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    pages = [scan, f"/findings/{found['F10']}", f"/findings/{found['F10']}/posts", f"/findings/{found['F1']}"]
    pages += [f"{scan}/recipient?name={making.COMMITTEE}", f"{scan}/donor?name=donor-F1-0"]
    pages += [f"{scan}/owner?name={making.OWNER}", f"{scan}/owner?name={making.HOLDING}"]
    for page in pages:
        answer = blind.get(page)
        assert answer.status_code == 200, page
        if page.endswith(found["F1"]):
            continue
        assert making.COMPANY not in answer.text, page
        assert making.OWNER not in answer.text, page
        assert making.COMMITTEE not in answer.text, page
    assert making.OWNER in analyst.get(f"/findings/{found['F10']}").text


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The lists of a simulated register."""
    from tocsin.simulate.money.election import MoneyParams
    from tocsin.simulate.money.write import write_money

    folder = tmp_path_factory.mktemp("simulated")
    write_money(MoneyParams(gifts=1_000), folder)
    return folder / "lists"


@pytest.fixture
def listed(analyst, workspace, simulated):
    """Two editions of two lists in the workspace."""
    for day in ("2023-06-30", "2024-02-23"):
        for names in (("sdn.csv", "add.csv", "alt.csv"), ("eu.xml",)):
            files = [simulated / day / name for name in names]
            read = read_list(files, published=date.fromisoformat(day))
            assert read.rejected == []
            add_edition(workspace, analyst.person.id, files, read.edition, read.table)


def test_editions_of_lists_are_shown_with_what_changed_between_two(analyst, listed):
    page = analyst.get("/money/lists").text
    for word in ("us-ofac-sdn", "eu-fsf", "2023-06-30", "2024-02-23", "sdn.csv", "Entries in each edition"):
        assert word in page, word
    form = next(f for f in Forms(page).found if dict(f["fields"]).get("list") == "us-ofac-sdn")
    assert dict(form["fields"]) == {"list": "us-ofac-sdn", "before": "2023-06-30", "after": "2024-02-23"}
    changes = analyst.get(form["action"], params=form["fields"]).text
    told = re.search(r"(\d+) entries differ: (\d+) added, (\d+) removed, (\d+) modified", changes)
    added, removed = int(told[2]), int(told[3])
    assert added > 10
    assert removed > 0
    assert int(told[1]) == added + removed + int(told[4])
    assert changes.count("<td>added</td>") == added
    key = re.search(r'href="(/money/lists/entry\?list=us-ofac-sdn&amp;entry=\d+)"[^\n]*<td>added</td>', changes)[1]
    entry = analyst.get(key.replace("&amp;", "&")).text
    assert "First published" in entry
    assert "oldest edition" not in entry


def test_an_entry_or_edition_that_is_not_there_is_said(analyst, listed):
    assert analyst.get("/money/lists/entry?list=us-ofac-sdn&entry=0").status_code == 404
    assert analyst.get("/money/lists/changes?list=x&before=2023-06-30&after=2024-02-23").status_code == 404
    early = analyst.get("/money/lists/changes?list=eu-fsf&before=2001-01-01&after=2024-02-23")
    assert early.status_code == 404
    assert "no edition of eu-fsf was published by 2001-01-01" in early.text
    assert analyst.get("/money/lists/changes?list=eu-fsf&before=never&after=2024-02-23").status_code == 422


def test_the_gap_is_shown_for_a_past_day(analyst, listed):
    page = analyst.get("/money/gap?on=2024-03-01").text
    cells = {m[0]: int(m[1]) for m in re.findall(r"<tr><td>([A-Z +]+)</td><td class=\"number\">(\d+)</td>", page)}
    assert set(cells) == {"US + EU", "US", "EU"}
    assert cells["US + EU"] > 30
    assert "not listed" in page
    assert "Listed over time" in page
    number = int(re.search(r"(\d+) rows", page)[1])
    assert number == cells["US"] + cells["EU"]
    without = analyst.get("/money/gap", params={"on": "2024-03-01", "without": "eu"}).text
    assert int(re.search(r"(\d+) rows", without)[1]) == cells["US"]
    earlier = analyst.get("/money/gap?on=2023-07-01").text
    assert int(re.search(r"(\d+) rows", earlier)[1]) < number
    assert "No two lists" in analyst.get("/money/gap?on=2020-01-01").text
    assert analyst.get("/money/gap?on=soon").status_code == 422


def test_the_gap_is_searched_by_name_and_goes_on(analyst, listed, monkeypatch):
    from tocsin.web.routes import money_gap

    monkeypatch.setattr(money_gap, "ROWS", 10)
    page = analyst.get("/money/gap?on=2024-03-01").text
    names = re.findall(r"<tr><td><bdi>([^<]+)</bdi></td><td class=\"number\">", page)
    more = re.search(r'<a href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    assert len(names) == 10
    assert names[0] not in analyst.get(more).text
    found = analyst.get("/money/gap", params={"on": "2024-03-01", "name": names[3].upper()}).text
    assert names[3] in found
    assert names[0] not in found


UNVERIFIED = next(rule.id for rule in Rules.load().rules if rule.basis == "unverified")


def test_a_rule_is_confirmed_by_a_person_and_taken_back(analyst, join):
    assert UNVERIFIED in analyst.get("/money/rules").text
    page = f"/money/rules/{UNVERIFIED}"
    refused = send(analyst, page, f"{page}/confirm", read_in="  ")
    assert refused.status_code == 400
    assert "say where you read it" in refused.text
    answer = send(analyst, page, f"{page}/confirm", read_in="govinfo.gov, 2024 edition")
    assert said(answer) == "The rule is confirmed."
    assert "govinfo.gov, 2024 edition" in answer.text
    assert "confirmed here" in answer.text
    reader = join("rob", ("reader",))
    assert "/confirm" not in reader.get(page).text
    assert said(send(analyst, page, f"{page}/take-back")) == "The rule is unverified again."
    assert analyst.get("/money/rules/nothing").status_code == 404


def test_rules_are_narrowed(analyst):
    rules = Rules.load().rules
    kind = rules[0].kind
    page = analyst.get("/money/rules", params={"kind": kind}).text
    wanted = {rule.id for rule in rules if rule.kind == kind}
    assert set(re.findall(r'href="/money/rules/([^"]+)" class="mono"', page)) == wanted


DOSSIER = """
name = "Oleg Dravonin"
role = "owner of Merrow Nominees"

[[sources]]
id = "s1"
title = "Register of companies"
publisher = "Registrar"
kind = "register"
reliability = "B"
information = "2"

[[acts]]
id = "a1"
text = "Paid for gifts to a committee through a company formed for it."
first = 2024-02-01
place = "Vesper"
conduct = ["covert-funding"]
sources = ["s1"]
"""


def test_a_dossier_is_kept_and_held_against_each_regime(analyst, join, listed):
    files = {"dossier": ("dossier.toml", DOSSIER.encode())}
    answer = send(analyst, "/money/dossiers", "/money/dossiers/file", files=files)
    assert said(answer) == "The dossier is kept."
    assert "Evidence package: Oleg Dravonin" in answer.text
    assert "not enough yet" in answer.text
    assert "Oleg Dravonin" in analyst.get("/money/dossiers").text
    path = answer.url.path
    kept = analyst.get(f"{path}/package.html?on=2024-06-01")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert b"As of 2024-06-01" in kept.content
    assert analyst.get(f"{path}?on=soon").status_code == 400
    nobody = join("rob", ("reader",))
    assert nobody.get(path).status_code == 403
    assert "Oleg Dravonin" not in nobody.get("/money/dossiers").text


def test_a_dossier_that_cannot_be_read_is_said(analyst):
    files = {"dossier": ("dossier.toml", b"name = ")}
    answer = send(analyst, "/money/dossiers", "/money/dossiers/file", files=files)
    assert answer.status_code == 422
    unknown = send(analyst, "/money/dossiers", "/money/dossiers/case", case="nowhere", name="Nobody")
    assert unknown.status_code == 404


@pytest.fixture
def rooms(analyst, scan, found, listed, workspace):
    """The addresses of all pages of money."""
    files = {"dossier": ("dossier.toml", DOSSIER.encode())}
    dossier = send(analyst, "/money/dossiers", "/money/dossiers/file", files=files).url.path
    entry = "/money/lists/entry?list=us-ofac-sdn&entry=20001"
    return [
        "/money",
        scan,
        *(f"/findings/{lead}" for lead in found.values()),
        f"/findings/{found['F1']}/posts",
        f"{scan}/owner?name={making.OWNER}",
        f"{scan}/donor?name=donor-7",
        f"{scan}/recipient?name={making.COMMITTEE}",
        "/money/lists",
        "/money/lists/changes?list=us-ofac-sdn&before=2023-06-30&after=2024-02-23",
        entry,
        "/money/rules",
        f"/money/rules/{UNVERIFIED}",
        "/money/dossiers",
        dossier,
        "/money/gap?on=2020-01-01",
        "/money/gap?on=2024-03-01",
    ]


@pytest.fixture
def look(served, chromium, analyst, rooms):
    """Yield each page of money in Chromium."""
    contexts, problems = [], []

    def pages_in(**options):
        context = chromium.new_context(base_url=served.state.origin, **options)
        contexts.append(context)
        token = served.state.sessions.begin(analyst.person, "password")
        context.add_cookies([{"name": "session", "value": token, "url": served.state.origin}])
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        for address in rooms:
            assert page.goto(address).status == 200, address
            yield address, page

    yield pages_in
    for context in contexts:
        context.close()
    assert problems == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_sticks_out(look, width, scheme, language):
    for address, page in look(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language):
        assert page.locator("html").get_attribute("lang") == language
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == [], address
        assert overflowing(page) == [], address


mirrored = test_rooms.mirrored


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 1280])
def test_from_right_to_left_nothing_sticks_out(rooms, mirrored, look, width):
    for address, page in look(locale="he-IL", viewport={"width": width, "height": 800}):
        assert page.locator("html").get_attribute("dir") == "rtl", address
        assert overflowing(page) == [], address


def test_a_lead_about_money_goes_all_the_way_to_publication_and_to_partners(join, workspace, tmp_path):
    author = join("ann", ("analyst", "publisher", "custodian"))
    reader = join("bob", ("reviewer", "publisher"))
    leads.import_findings(workspace, author.person.actor, making.folder(tmp_path / "money"))
    with workspace.read() as found:
        lead = next(one for one in found.page(Lead).items if one.body.money.flag == "F10")
    case = paths.ready(author, reader, lead.id)
    paths.publish(author, reader, case)
    for part in ("", "/facts", "/claims/behaviour", "/history", "/publish", "/entities"):
        assert author.get(f"{case}{part}").status_code == 200, part
    assert "published" in author.get(case).text
    for profile in ("core", "public", "misp", "opencti"):
        bundle, _ = export(
            workspace, author.person.actor, case.rsplit("/", 1)[-1], profile, tmp_path / f"{profile}.json"
        )
        assert [(obj["type"], fault) for obj in bundle.objects for fault in problems(obj)] == [], profile
