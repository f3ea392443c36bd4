"""The rooms of targets: scans, leads, the timeline; a lead becomes a case and STIX."""

import re

import pytest
from tests.share.targets import making
from tests.web import paths
from tests.web.forms import send

from tocsin.cases import leads
from tocsin.model.case import Lead
from tocsin.share.stix.check import problems
from tocsin.share.stix.exporting import export


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "custodian"))
    leads.import_findings(workspace, browser.person.actor, making.folder(tmp_path / "targets"))
    return browser


@pytest.fixture
def found(workspace, analyst):
    """The leads by their sign."""
    with workspace.read() as reader:
        return {lead.body.targeting.sign: lead.id for lead in reader.page(Lead).items}


def test_scans_leads_and_the_timeline_are_shown(analyst, found):
    index = analyst.get("/targets").text
    assert index.count('class="tick') == 3
    scan = re.search(r'href="(/targets/scans/[0-9a-f]{64})"', index)[1]
    page = analyst.get(scan).text
    assert all(f"/findings/{lead}" in page for lead in found.values())
    for said in ("first-digit Benford", "no results by polling station", making.OFFICES[1], "40"):
        assert said in page, said
    finding = analyst.get(f"/findings/{found['look-alike']}").text
    for said in (making.NAME, "brand and word", "Who sat behind the address.", "Binomial tail", scan):
        assert said in finding, said
    assert "GET /admin/2" in analyst.get(f"/findings/{found['scan']}/posts").text
    assert analyst.get("/targets/scans/x").status_code == 404


@pytest.mark.parametrize(("sign", "kind", "value"), [
    ("scan", "ipv4-addr", making.ADDRESS), ("look-alike", "domain-name", making.NAME),
])  # fmt: skip
def test_a_lead_becomes_a_case_and_stix_with_what_was_seen(analyst, found, workspace, tmp_path, sign, kind, value):
    case = paths.open_case(analyst, found[sign]).rsplit("/", 1)[1]
    bundle, _ = export(workspace, analyst.person.actor, case, "core", tmp_path / "core.json")
    assert [fault for obj in bundle.objects for fault in problems(obj)] == []
    assert [obj["value"] for obj in bundle.objects if obj["type"] == kind] == [value]


def test_a_hidden_name_is_on_no_page(analyst, found, join):
    case = paths.open_case(analyst, found["look-alike"])
    send(analyst, f"{case}/names", f"{case}/names", sort="organisation", text=making.OFFICES[0], standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    index = blind.get("/targets").text
    scan = re.search(r'href="(/targets/scans/[0-9a-f]{64})"', index)[1]
    for page in (scan, f"/findings/{found['look-alike']}", f"/findings/{found['look-alike']}/posts", "/targets"):
        assert making.OFFICES[0] not in blind.get(page).text, page
