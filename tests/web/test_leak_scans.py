"""Scans of leaks in the workbench: the list, one scan, and the page of a finding."""

import re

import pytest
from tests.jobs.leak_files import scanned, weighed
from tests.web import paths
from tests.web.forms import send

from tocsin.cases import leads
from tocsin.model.case import Lead


@pytest.fixture
def analyst(join, workspace, tmp_path):
    browser = join("ann", ("analyst", "custodian"))
    scan, second = scanned(tmp_path), join("eve", ("reviewer",))
    weighed(workspace, tmp_path, browser.person.actor, second.person.actor)
    leads.import_findings(workspace, browser.person.actor, scan)
    return browser


def test_a_scan_and_what_differs_are_shown_and_hidden_names_are_not(analyst, workspace, join):
    with workspace.read() as reader:
        (lead,) = reader.page(Lead).items
    index = analyst.get("/leak-scans").text
    (scan,) = re.findall(r'href="(/leak-scans/[0-9a-f]{64})"', index)
    page = analyst.get(scan).text
    assert f"/findings/{lead.id}" in page
    assert "no posts were given" in page
    finding = analyst.get(f"/findings/{lead.id}").text
    for said in ("40,000", "changed number", "Nothing here says who altered", scan):
        assert said in finding, said
    assert analyst.get("/leak-scans/x").status_code == 404
    outside = join("dan", ("reader",))  # who may not open a leak sees nothing of its scan either
    for address in (f"/findings/{lead.id}", f"/findings/{lead.id}/posts", "/leads", "/leak-scans", scan):
        shown = outside.get(address).text
        assert not [word for word in ("40,000", "minutes.txt", "Harbour", lead.body.title) if word in shown], address
    assert outside.get(scan).status_code == 403
    case = paths.open_case(analyst, lead.id)
    send(analyst, f"{case}/names", f"{case}/names", sort="organisation", text="Harbour Fund", standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    for address in (f"/findings/{lead.id}", "/leak-scans"):
        assert "Harbour Fund" not in blind.get(address).text, address
