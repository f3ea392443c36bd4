"""An audit in the workbench: files in, steps, two persons who read apart, the check, and what is published."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from tests.assure.audit.life.town import Town
from tests.inform.notebook.test_notebook import csv_files
from tests.web.forms import said

from tocsin.assure.audit.life.files import AuditFolder
from tocsin.jobs.audit import STEP


def make(browser, tmp_path, town, **more):
    tmp_path.mkdir(exist_ok=True)
    files = csv_files(town, tmp_path / "files")
    upload = {
        "manifest": ("manifest.csv", Path(files.manifest[0]).read_bytes()),
        "cvrs": ("cvrs.csv", Path(files.cvrs[0]).read_bytes()),
    }
    fields = {
        "key": "mayor",
        "title": "Mayor 2026",
        "kind": "comparison",
        "method": "kaplan-markov",
        "seats": "1",
        **more,
    }
    return browser.submit("/audits/new", fields, page="/audits/new", files=upload)


def act(browser, code, **more):
    return browser.submit("/audits/mayor/step", {"act": code, **more}, page="/audits/mayor")


def read(browser, town, wrong=""):
    """Enter every card that is left; returns how many."""
    for number in range(1000):
        page = browser.get("/audits/mayor/enter").text
        unit = re.search(r'name="unit" value="([^"]+)"', page)
        if unit is None:
            return number
        _, _, batch, position = unit[1].split("/")
        card = town.paper[batch, int(position)]
        marks = [f"{contest}|{wrong if wrong and contest == 'mayor' else votes[0]}" for contest, votes in card.items()]
        asked = [mark for mark in marks if f'name="mark" value="{mark.partition("|")[0]}|' in page]
        browser.submit("/audits/mayor/enter", {"unit": unit[1], "mark": asked}, page="/audits/mayor/enter")
        wrong = ""
    return -1


def test_an_audit_from_files_to_its_check(join, workspace, tmp_path):
    town = Town()
    ann, bob, cy = join("ann", ("analyst",)), join("bob", ("reviewer",)), join("cy", ("reviewer", "analyst"))
    assert said(make(ann, tmp_path, town, targets="mayor")) == "The audit is set up."
    assert "measured only" not in ann.get("/audits/mayor").text
    act(ann, "commit")
    for person, digits in (("Clerk", "3141592653"), ("Mayor's aide", "2718 2818 28")):
        ann.submit("/audits/mayor/dice", {"person": person, "digits": digits}, page="/audits/mayor")
    act(ann, "seed")
    assert said(act(ann, "draw", size="6")) == "The step is done."
    assert "Nothing is left" not in bob.get("/audits/mayor/enter").text
    cards = read(ann, town, wrong="Bo")
    assert cards >= 5
    assert read(bob, town) == cards
    assert "Two persons read this differently" in cy.get("/audits/mayor/enter").text
    assert "Nothing is left" in ann.get("/audits/mayor/enter").text
    assert read(cy, town) == 1
    act(ann, "risk")
    shown = ann.get("/audits/mayor").text
    assert shown.count("<polyline") == 2
    assert "another round" in shown or "full hand count" in shown or "within the limit" in shown
    check = ann.get("/audits/mayor/check").text
    assert "Everything that can be checked comes out again." in check
    assert "could not be made" in check  # the audit has no report yet
    packed = zipfile.ZipFile(io.BytesIO(ann.get("/audits/mayor/public.zip").content))
    names = packed.namelist()
    assert {"mayor/index.html", "mayor/index.de.html", "mayor/round-1/draw.csv", "mayor/check_draw.py"} <= set(names)
    assert not [name for name in names if "private" in name or "/." in name]
    log = AuditFolder(workspace.path / "audits/mayor").log()
    entries = [one for one in workspace.journal.entries(subject="mayor", limit=1000) if one.action == STEP]
    assert len(entries) == len(log)
    notes = workspace.journal.notes(entries)
    assert [notes[one.seq].split(",")[0] for one in entries] == [line.step for line in log]
    assert workspace.check() == []


def test_who_may_not_cannot(join, workspace, tmp_path):
    town = Town(rare=3)
    ann, rex = join("ann", ("analyst",)), join("rex", ("reader",))
    make(ann, tmp_path, town)
    assert (workspace.path / "audits/mayor/private/marks.parquet").exists()
    assert rex.get("/audits/mayor").status_code == 200
    assert act(rex, "commit").status_code == 403
    assert not AuditFolder(workspace.path / "audits/mayor").commitment
    for name in ("private/marks.parquet", "../../workspace.json", ".tocsin-lock"):
        assert ann.get(f"/audits/mayor/files/{name}").status_code == 404
    assert ann.get("/audits/mayor/files/manifest.csv").status_code == 200
    assert ann.get("/audits/..%2f..").status_code == 404
    assert "There is an audit of that name." in make(ann, tmp_path / "again", town).text
    assert ann.get("/audits/mayor/enter").status_code == 409


@pytest.mark.slow
def test_the_room_is_accessible(enter, served, join, workspace, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    town, ann = Town(), join("ann", ("analyst",))
    make(ann, tmp_path, town)
    act(ann, "commit")
    for person in ("Clerk", "Aide"):
        ann.submit("/audits/mayor/dice", {"person": person, "digits": "31415926535"}, page="/audits/mayor")
    act(ann, "seed")
    act(ann, "draw", size="5")
    page = enter("eve", ("analyst",), viewport={"width": 360, "height": 800})
    for address in ("/audits", "/audits/new", "/audits/mayor", "/audits/mayor/enter", "/audits/mayor/check"):
        page.goto(address)
        assert [one["id"] for one in Axe().run(page).response["violations"]] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address
