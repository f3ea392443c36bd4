"""The demo's part on content: from simulated files to leads, a case and STIX."""

import pytest
from tests.cases.making import ANNA, people
from tests.share.stix.judges import findings

from tocsin.cases import work
from tocsin.jobs.demo_content import LEAK, SAID, content, weigh_leak
from tocsin.jobs.intake import take_in_one
from tocsin.model.case import Lead
from tocsin.progress import Silent
from tocsin.share.stix.exporting import export
from tocsin.store.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("content")


@pytest.fixture(scope="module")
def made(place):
    return content(2, place, Silent())


@pytest.fixture(scope="module")
def rows(made):
    return {row["unit"]: row for row in made.units.to_pylist()}


@pytest.mark.parametrize("unit", [
    "copied", "copied-polish", "near-copies", "reworded", "translated", "outlet-ending", "outlet-brand", "outlet-words",
    "picture-harbour", "picture-square", "pushed-tag", "mail-number", "mail-words", "mail-subject", "mail-second-date",
    "revised-document", "tainted-document", "quotes", "quotes-altered",
])  # fmt: skip
def test_what_was_planted_is_a_lead(rows, unit):
    assert rows[unit]["standing"] == "lead"
    assert min(rows[unit]["recall"], rows[unit]["precision"]) > 0.7


def test_what_is_ordinary_is_in_few_leads(rows):
    assert rows[""]["recall"] < 0.02


@pytest.mark.parametrize("unit", [
    "outlet-lawful", "press-photo", "weekly-tag", "mail-trailing-blanks", "mail-wrapped", "mail-quoted", "mail-encoded",
    "saved-again", "laid-out-anew",
])  # fmt: skip
def test_what_is_lawful_is_no_lead(rows, unit):
    assert rows[unit]["standing"] != "lead"


def test_every_change_of_the_tainted_papers_is_told(made):
    changes = {(one.before, one.after) for found in made.leak.findings if found.leak for one in found.leak.changes}
    told = " ".join(f"{before} > {after}" for before, after in changes)
    for word in ("40,000", "400,000", "Halvard Lind", "Consul Abramson", "campaign office", "burned after reading"):
        assert word in told, word


@pytest.fixture
def workspace(tmp_path, place, made):
    """A workspace that has taken both scans in."""
    workspace = Workspace.create(tmp_path / "workspace", "Content")
    people(workspace)
    weigh_leak(workspace, place)
    weigh_leak(workspace, place)  # as a demo that is run again
    for folder, summary in ((SAID, made.said), (LEAK, made.leak)):
        taken = take_in_one(workspace, ANNA, place / folder)
        assert taken.new == sum(bool(finding.subjects) for finding in summary.findings)
    yield workspace
    workspace.close()


def test_leads_become_a_case_and_stix(workspace, tmp_path, place):
    with workspace.read() as reader:
        found = [lead for lead in reader.page(Lead, {"standing": "lead"}, limit=200).items if lead.body]
    imitated = {name.name for lead in found if lead.body.content for name in lead.body.content.names}
    assert imitated
    case = work.open_case(workspace, ANNA, "What is said again", "Case 1", [lead.id for lead in found]).id
    bundle, _ = export(workspace, ANNA, case, "core", tmp_path / "core.json")
    assert findings((tmp_path / "core.json").read_text()) == []
    assert {obj["value"] for obj in bundle.objects if obj["type"] == "domain-name"} == imitated
    notes = [obj for obj in bundle.objects if obj["type"] == "note"]
    assert {lead.title for lead in found} <= {note["abstract"].removeprefix("Lead: ") for note in notes}
    handles = {line.split(",")[1] for line in (place / "posts.csv").read_text("utf-8").splitlines()[1:]}
    text = (tmp_path / "core.json").read_text()
    assert not [handle for handle in handles if handle in text]
    assert not [word for word in ("Abramson", "400,000", ".eml", "harbour-fund") if word in text]
