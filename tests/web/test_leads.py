"""The list of leads: filter, pages, bulk acts and their undoing, scans as zips, leads typed in."""

import io
import re
import zipfile
from typing import get_args

import pytest
from tests.cases.making import finding, scan_folder
from tests.jobs.leak_files import scanned, weighed
from tests.web import paths
from tests.web.forms import Forms, said, send

from tocsin.cases import leads
from tocsin.model.case import Lead
from tocsin.model.finding import Content, Leak, Targeting
from tocsin.web import lead_list, words
from tocsin.web.lead_list import Filter

NUMBER = 120


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst",))
    paths.take_in(workspace, browser.person, tmp_path / "scan", NUMBER)
    return browser


def count(workspace, state):
    with workspace.read() as reader:
        return reader.count(Lead, {"state": state})


def act(browser, kind, scope, page="/leads", **more):
    """Choose leads, and say yes on the page that asks once more. Returns the page that asks, and the answer."""
    asked = send(browser, page, "/leads/act", act=kind, scope=scope, **more)
    form = next(form for form in Forms(asked.text).found if form["action"] == "/leads/do")
    data = {}
    for name, value in form["fields"]:
        data.setdefault(name, []).append(value)
    return asked, data


def test_pages_hold_every_lead_once(analyst):
    seen, page = [], "/leads"
    while page:
        text = analyst.get(page).text
        seen += paths.lead_ids(analyst, page)
        more = re.search(r'href="([^"]+)" rel="next"', text)
        page = more and more[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == NUMBER


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("state=new", 50),
        ("state=dismissed", 0),
        ("platform=twitter", 50),
        ("platform=square", 0),
        ("standing=explained", 0),
        ("detector=by+hand", 1),
        ("detector=amplification.coordination", 50),
        ("since=2024-05-01&until=2024-05-01", 50),
        ("since=2024-05-02", 1),
        ("until=2024-04-30", 0),
    ],
)
def test_the_filter_narrows(analyst, workspace, query, number):
    times = (lead_list.datetime(2024, 6, 1, tzinfo=lead_list.UTC), lead_list.datetime(2024, 6, 2, tzinfo=lead_list.UTC))
    leads.add(workspace, analyst.person.actor, "By hand", "Seen on a poster.", *times, ("street",))
    assert len(paths.lead_ids(analyst, f"/leads?{query}")) == number


@pytest.mark.parametrize(("scope", "number"), [("page", 50), ("all", NUMBER)])
def test_a_bulk_act_names_its_number_and_can_be_undone(analyst, workspace, scope, number):
    asked, data = act(analyst, "dismiss", scope)
    assert f"<h1>Dismiss {number} leads</h1>" in asked.text
    answer = analyst.submit("/leads/do", data | {"reason": "noise"}, page="/leads")
    assert said(answer) == f"{number} leads are dismissed."
    assert f"Undo for {number} leads" in answer.text
    assert count(workspace, "dismissed") == number
    entry = dict(next(form for form in Forms(answer.text).found if form["action"] == "/leads/undo")["fields"])["entry"]
    assert said(analyst.submit("/leads/undo", {"entry": entry})) == f"{number} leads are as before."
    assert count(workspace, "new") == NUMBER
    assert analyst.submit("/leads/undo", {"entry": entry}).status_code == 409


def test_opening_again_can_be_undone_and_keeps_each_reason(analyst, workspace):
    first, second = paths.lead_ids(analyst)[:2]
    for lead, reason in ((first, "noise"), (second, "fans")):
        _, data = act(analyst, "dismiss", "ticked", lead=[lead])
        analyst.submit("/leads/do", data | {"reason": reason}, page="/leads")
    _, data = act(analyst, "restore", "page", "/leads?state=dismissed")
    answer = analyst.submit("/leads/do", data, page="/leads")
    assert said(answer) == "2 leads are open again."
    entry = re.search(r'name="entry" value="(\d+)"', answer.text)[1]
    assert said(analyst.submit("/leads/undo", {"entry": entry})) == "2 leads are as before."
    with workspace.read() as reader:
        assert [reader.get(Lead, lead).reason for lead in (first, second)] == ["noise", "fans"]
    assert count(workspace, "dismissed") == 2


def test_leads_that_came_meanwhile_are_not_dismissed_unseen(analyst, workspace, tmp_path):
    _, data = act(analyst, "dismiss", "all")
    leads.import_findings(
        workspace, analyst.person.actor, scan_folder(tmp_path / "b", [finding(999, "uvwxyz", ["q1"])])
    )
    assert analyst.submit("/leads/do", data | {"reason": "noise"}, page="/leads").status_code == 409
    assert count(workspace, "new") == NUMBER + 1


def test_a_reason_is_needed(analyst, workspace):
    _, data = act(analyst, "dismiss", "page")
    assert analyst.submit("/leads/do", data | {"reason": " "}, page="/leads").status_code == 400
    assert count(workspace, "new") == NUMBER


def test_leads_are_taken_into_a_case_and_put_back(analyst, workspace):
    first, second, third = paths.lead_ids(analyst)[:3]
    case = paths.open_case(analyst, first)
    _, data = act(analyst, "attach", "ticked", lead=[second, third])
    answer = analyst.submit("/leads/do", data, page="/leads")
    assert said(answer) == "2 leads are in the case."
    assert analyst.get(case).text.count('href="/findings/') == 3
    entry = re.search(r'name="entry" value="(\d+)"', answer.text)[1]
    assert said(analyst.submit("/leads/undo", {"entry": entry})) == "2 leads are as before."
    assert count(workspace, "in case") == 1


def test_nobody_undoes_the_act_of_another(analyst, join):
    _, data = act(analyst, "dismiss", "page")
    answer = analyst.submit("/leads/do", data | {"reason": "noise"}, page="/leads")
    entry = re.search(r'name="entry" value="(\d+)"', answer.text)[1]
    other = join("bob", ("analyst",))
    assert "Undo for" not in other.get(f"/leads?done={entry}").text
    assert other.submit("/leads/undo", {"entry": entry}).status_code == 409


def test_a_reader_is_offered_no_act_and_refused_one(analyst, join, workspace):
    lead = paths.lead_ids(analyst)[0]
    reader = join("eve", ("reader",))
    assert "Dismiss" not in reader.get("/leads").text
    data = {"act": "dismiss", "lead": lead, "number": 1, "reason": "x", "state": "all"}
    assert reader.submit("/leads/do", data).status_code == 403
    assert count(workspace, "new") == NUMBER


def test_all_that_match_has_a_limit(analyst, workspace, monkeypatch):
    monkeypatch.setattr(lead_list, "MOST", 100)
    assert analyst.submit("/leads/act", {"act": "dismiss", "scope": "all"}, page="/leads").status_code == 422
    with workspace.read() as reader:
        assert len(lead_list.all_of(reader, Filter(platform="nowhere"))) == 0


def packed(folder, top=""):
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"{top}{path.name}")
    return zipped.getvalue()


@pytest.mark.parametrize("top", ["", "my-scan/"])
def test_a_scan_comes_as_a_zip(join, workspace, tmp_path, top):
    browser = join("ann", ("analyst",))
    folder = scan_folder(tmp_path / "scan", [finding(1, "abcdef", ["p1"]), finding(2, "ghijkl", ["p2"])])
    answer = send(browser, "/leads/new", "/leads/import", files={"scan": ("scan.zip", packed(folder, top))})
    assert said(answer).startswith("2 new leads, 0 changed")
    assert count(workspace, "new") == 2


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_zip_without_a_scan_is_refused_in_words(join, workspace, content):
    browser = join("ann", ("analyst",))
    answer = send(browser, "/leads/new", "/leads/import", files={"scan": ("scan.zip", content)})
    assert answer.status_code == 422
    assert "zip" in said(answer)
    assert count(workspace, "new") == 0


def test_a_zip_cannot_write_elsewhere(join, workspace, tmp_path):
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("../scan.json", "{}")
    answer = send(join(), "/leads/new", "/leads/import", files={"scan": ("scan.zip", zipped.getvalue())})
    assert answer.status_code == 422
    assert not list(tmp_path.parent.glob("scan.json"))


def test_a_lead_is_typed_in(join):
    browser = join("ann", ("analyst",))
    times = {"first": "2024-05-01T10:00", "last": "2024-05-01T09:00"}
    typed = {"title": "Posters", "text": "The same poster in ten towns.", **times}
    answer = send(browser, "/leads/new", "/leads/new", **typed)
    assert answer.status_code == 400
    assert "The same poster in ten towns." in answer.text  # nothing typed is lost
    answer = send(browser, "/leads/new", "/leads/new", **{**typed, "last": "2024-05-01T11:00"})
    assert said(answer) == "The lead is kept."
    assert "The same poster in ten towns." in answer.text


def test_a_finding_shows_its_tests_members_and_posts(analyst):
    page = analyst.get(f"/findings/{paths.lead_ids(analyst)[0]}").text
    for what in ("dealt at random", "120", "3.25", "Seven applications.", "acct_", "<svg", "Norland loves"):
        assert what in page
    assert page.count("<svg") >= 3
    assert "style=" not in page
    posts = analyst.get(f"/findings/{paths.lead_ids(analyst)[0]}/posts").text
    assert posts.count("posts.csv, ") == 30


def test_every_sign_of_a_finding_has_its_words():
    known = set(words.LABELS["about"])
    for part in (Targeting, Content, Leak):
        assert set(get_args(part.model_fields["sign"].annotation)) <= known


def test_what_a_lead_is_about_is_in_its_row(join, workspace, tmp_path):
    browser = join("ann", ("analyst",))
    said_again = Content(sign="same thing said", posts=9, accounts=7)
    made = (finding(1, ("a", "b"), ("p1", "p2"), content=said_again, title="Said again"),)
    leads.import_findings(workspace, browser.person.actor, scan_folder(tmp_path / "said", made))
    leak = scanned(tmp_path)
    weighed(workspace, tmp_path, browser.person.actor, join("bela", ("analyst",)).person.actor)
    leads.import_findings(workspace, browser.person.actor, leak)
    rows = re.findall(r"<tr>\s*<td><input.*?</tr>", browser.get("/leads").text, re.DOTALL)
    cells = {re.search(r"<bdi>(.*?)</bdi>", row)[1]: row for row in rows}
    assert "<td>same thing said</td>" in cells["Said again"]
    assert re.search(r'<a href="/findings/[^"#]+">7</a>', cells["Said again"])
    (paper,) = (row for title, row in cells.items() if "leaked document" in title)
    assert "<td>document of a leak</td>" in paper
    assert "#members" not in paper
