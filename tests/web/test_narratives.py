"""The room of narratives: scans, leads, the timeline, and the page of a finding."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.share.narratives import making
from tests.web import paths
from tests.web.forms import send

from tocsin.cases import leads
from tocsin.model.case import Lead


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "custodian"))
    leads.import_findings(workspace, browser.person.actor, making.folder(tmp_path / "narratives"))
    return browser


@pytest.fixture
def found(workspace, analyst):
    """The leads by their sign."""
    with workspace.read() as reader:
        return {lead.body.content.sign: lead.id for lead in reader.page(Lead).items}


def test_scans_leads_and_what_was_found_are_shown(analyst, found):
    assert set(found) == {"same thing said", "imitated outlet", "picture"}  # what is of interest only names nobody
    index = analyst.get("/narratives").text
    assert index.count('class="tick') == 4
    scan = re.search(r'href="(/narratives/scans/[0-9a-f]{64})"', index)[1]
    page = analyst.get(scan).text
    assert all(f"/findings/{lead}" in page for lead in found.values())
    for said in ("no pictures were given", "controversy", "Structure alone does not measure divisiveness"):
        assert said in page, said
    finding = analyst.get(f"/findings/{found['same thing said']}").text
    for said in (
        making.SAYING,
        making.CHECK,
        "suggested",
        "Who wants it said.",
        "Nothing here says true or false",
        scan,
    ):
        assert said in finding, said
    assert making.OPINION in analyst.get(f"/findings/{found['imitated outlet']}").text
    assert making.SAYING in analyst.get(f"/findings/{found['picture']}/posts").text
    assert analyst.get("/narratives/scans/x").status_code == 404


def test_a_hidden_name_is_on_no_page(analyst, found, join):
    case = paths.open_case(analyst, found["imitated outlet"])
    send(analyst, f"{case}/names", f"{case}/names", sort="organisation", text=making.NAME, standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    index = blind.get("/narratives").text
    scan = re.search(r'href="(/narratives/scans/[0-9a-f]{64})"', index)[1]
    for page in (scan, f"/findings/{found['imitated outlet']}", "/narratives"):
        assert making.NAME not in blind.get(page).text, page


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_overflows(enter, workspace, tmp_path, width, scheme, language):
    page = enter(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    leads.import_findings(workspace, page.person.actor, making.folder(tmp_path / "narratives"))
    with workspace.read() as reader:
        found = [f"/findings/{lead.id}" for lead in reader.page(Lead).items]
    page.goto("/narratives")
    scan = page.locator("a[href^='/narratives/scans/']").get_attribute("href")
    for path in ("/narratives", scan, *found):
        page.goto(path)
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in violations] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator(".key .picture").evaluate_all(
            "all => all.every(one => getComputedStyle(one).borderTopWidth === '0px')"
        )
