"""Rumours in the workbench: evidence is gathered, people settle what bears on them, and no page gives a verdict."""

import json
import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.assure.rumour.test_rumour import COUNTS, audit_folder
from tests.share.targets import making
from tests.web import paths
from tests.web.forms import said, send
from tests.web.walk import overflowing

from tocsin.assure.rumour import Columns, keeping
from tocsin.cases import leads
from tocsin.jobs.rumour import Counts, EvidenceFiles, add_files, gather
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.rumour import KeptRumour

ROOM = "/targets/rumours"
TEXT = f"Machines switched votes in Elm County <b>says {making.OFFICES[0]}</b>"


@pytest.fixture
def analyst(join):
    return join("ann", ("analyst",))


@pytest.fixture
def rumour(analyst):
    """The address of a rumour of which the kind was chosen."""
    kept = send(analyst, f"{ROOM}/new", f"{ROOM}/new", text=TEXT, places="Elm County", seen="2024-11-06")
    here = kept.url.path
    assert "Machines changed votes" in kept.text
    send(analyst, here, f"{here}/kind", kind="votes-switched")
    return here


def take_counts(browser, here, table=COUNTS, **more):
    given = {"left": "manifest", "right": "records", "place": "county", **more}
    return send(browser, here, f"{here}/counts", files={"table": ("counts.csv", table.encode())}, **given)


def written(**more):
    item = {"id": "t", "kind": "test", "title": "T", "says": "all marks were read", **more}
    return {"written": ("items.json", json.dumps([item]).encode())}


def key_of(page, title):
    return re.search(rf'{re.escape(title)}.*?name="tie" value="(\w+)"', page, re.DOTALL)[1]


def test_from_what_is_said_to_what_is_known(analyst, join, rumour, workspace, tmp_path):
    (workspace.path / "audits").mkdir()
    shutil.copytree(audit_folder(tmp_path), workspace.path / "audits" / "elm")
    leads.import_findings(workspace, analyst.person.actor, making.folder(tmp_path / "targets"))
    assert said(send(analyst, rumour, f"{rumour}/gather")) == "The evidence is gathered."
    page = take_counts(analyst, rumour, left_words="cards on the manifest").text
    assert "cards on the manifest: 150; records: 150; no row differs" in page
    assert "1 of 3 rows differ" in page
    assert "records in Oak" not in page
    for text in ("3.10%, at or below the limit", "What this cannot show", "nobody has concluded", "hand tally:"):
        assert text in page, text
    assert "&lt;b&gt;says" in page

    reviewer = join("bob", ("reviewer",))
    elm, audit = key_of(page, "records in Elm"), key_of(page, "Mayor of Elm")
    assert "with a reason" in send(reviewer, rumour, f"{rumour}/tie", tie=elm, act="confirm", why=" ").text
    settled = reviewer.submit(f"{rumour}/tie", {"tie": elm, "act": "confirm", "why": "same batches"}, page=rumour)
    assert said(settled) == "The tie is saved."
    again = analyst.submit(f"{rumour}/tie", {"tie": elm, "act": "reject", "why": "no"}, page=rumour)
    assert again.status_code == 409
    analyst.submit(f"{rumour}/tie", {"tie": audit, "act": "reject", "why": "another day"}, page=rumour)
    known = analyst.get(f"{rumour}/answer").text
    for text in ("TLP:CLEAR", "cards on the manifest: 150", "same batches", "whether the records say", "SHA-256"):
        assert text in known, text
    assert "3.10%" not in known
    assert "What would bear on it and is not here" in known
    with workspace.read() as reader:
        kept = reader.get(KeptRumour, rumour.rsplit("/", 1)[1])
        assert kept.settled[0].item.sha256 in known
        assert reader.count(Item, {"sha256": kept.settled[0].item.sha256}) == 1
    analyst.submit(f"{rumour}/tie", {"tie": elm, "act": "reopen"}, page=rumour)
    assert "None is tied to it yet." in analyst.get(f"{rumour}/answer.html").text
    actions = [entry.action for entry in workspace.journal.entries()]
    for action in ("add rumour", "choose kind of rumour", "gather evidence on rumour", "confirm tie", "reopen tie"):
        assert action in actions, action


def test_what_cannot_be_taken_in_is_said_and_kept_out(analyst, join, rumour, workspace):
    assert said(take_counts(analyst, rumour, left="votes")).startswith("counts.csv: has no column")
    assert "no whole number" in take_counts(analyst, rumour, COUNTS.replace("69", "some")).text
    wrong = {
        "written": ("items.json", json.dumps([{"id": "t", "kind": "verdict", "title": "", "says": "so"}]).encode())
    }
    assert "item 1: kind" in send(analyst, rumour, f"{rumour}/items", files=wrong).text
    assert "No audit or scan" in said(send(analyst, rumour, f"{rumour}/gather"))
    right = send(analyst, rumour, f"{rumour}/items", files=written(made="2024-11-01"))
    assert "what came after it was made on 2024-11-01" in right.text
    with workspace.read() as reader:
        assert [one.name for one in reader.page(Item).items] == ["items.json"]
        assert [one.kind for one in reader.get(KeptRumour, rumour.rsplit("/", 1)[1]).items] == ["test"]
    reader_only = join("cor", ("reader",))
    assert "<form" not in reader_only.get(rumour).text.partition("<main")[2]
    for path, data in (("kind", {"kind": "dead-voters"}), ("gather", {}), ("tie", {"tie": "x", "act": "reopen"})):
        assert reader_only.submit(f"{rumour}/{path}", data, page="/account").status_code == 403, path
    assert analyst.submit(f"{rumour}/kind", {"kind": "saucers"}, page=rumour).status_code == 404
    assert analyst.get(f"{ROOM}/none").status_code == 404


def test_a_hidden_name_is_on_no_page_of_a_rumour(analyst, rumour, join, workspace, tmp_path):
    leads.import_findings(workspace, analyst.person.actor, making.folder(tmp_path / "targets"))
    send(analyst, rumour, f"{rumour}/gather")
    with workspace.read() as reader:
        lead = next(one.id for one in reader.page(Lead).items if one.body.targeting.sign == "scan")
    case = paths.open_case(analyst, lead)
    send(analyst, f"{case}/names", f"{case}/names", sort="organisation", text=making.OFFICES[0], standing="mentioned")
    blind = join("bob", ("reviewer", "reader"))
    for page in (ROOM, rumour, f"{rumour}/answer", f"{rumour}/answer.html"):
        assert making.OFFICES[0] not in blind.get(page).text, page
    assert making.OFFICES[0] in analyst.get(rumour).text
    other = join("dan", ("analyst",))
    assert "/said" not in other.get(rumour).text  # else placeholders would be saved over the names
    send(analyst, rumour, f"{rumour}/said", text="Machines switched votes", places="Oak; Elm")
    assert "Oak; Elm" in other.get(rumour).text
    assert "Write year-month-day." in send(analyst, rumour, f"{rumour}/said", seen="soon").text


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_sticks_out(enter, workspace, tmp_path, width, scheme, language):
    page = enter(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    actor = page.person.actor
    leads.import_findings(workspace, actor, making.folder(tmp_path / "targets"))
    kept = keeping.add(workspace, actor, KeptRumour(text="Machines switched votes " + "x" * 200, places=("Elm",)))
    keeping.choose(workspace, actor, kept.id, "votes-switched")
    gather(workspace, actor, kept.id)
    table = tmp_path / ("counts" * 20 + ".csv")
    table.write_text(COUNTS)
    counts = Counts((str(table),), Columns("county", "manifest", "records"))
    add_files(workspace, actor, kept.id, EvidenceFiles(counts=counts))
    with workspace.read() as reader:
        first, second, *_ = map(keeping.key_of, keeping.ties_of(reader.get(KeptRumour, kept.id)))
    keeping.confirm_tie(workspace, actor, kept.id, first, "same batches")
    keeping.reject_tie(workspace, actor, kept.id, second, "another place")
    for address in (ROOM, f"{ROOM}/new", f"{ROOM}/{kept.id}", f"{ROOM}/{kept.id}/answer", "/targets"):
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == language
        for closed in page.locator("details").all():
            closed.evaluate("one => one.open = true")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == [], address
        assert overflowing(page) == [], address
        page.screenshot(path=tmp_path / f"{address.rsplit('/', 1)[1]}-{width}.png", full_page=True)
    page.goto(f"{ROOM}/{kept.id}/answer")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="What is known").is_visible()
    assert not page.get_by_role("navigation").is_visible()
