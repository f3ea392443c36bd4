"""`tocsin release` as a user runs it: audiences, restrictions, who has what, recall, files of every format."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from tests.cases.making import ANNA, BELA, CORA, Built, people
from tests.jobs.commands import tocsin

from tocsin.model.exchange import Channel, Narrative, Technique
from tocsin.share.release import objects_of, release, set_audience
from tocsin.share.stix import entities
from tocsin.share.taxii.accounts import open_collection
from tocsin.store.workspace import Workspace

FORMATS = {"markdown": b"**TLP:GREEN**", "csv": b"\xef\xbb\xbfid,", "pdf": b"%PDF-", "misp": b"{"}


@pytest.fixture
def place(tmp_path):
    """A case of TLP:GREEN with techniques, channels and narratives in a workspace; gives folder and id."""
    ws = Workspace.create(tmp_path / "workspace", "Watch")
    people(ws)
    built = Built(ws).ready()
    built.edit(tlp="green")
    entities.add(ws, ANNA, built.case_id, Technique(disarm="T0049", release="1.6"))
    entities.add(ws, ANNA, built.case_id, Channel(platform="telegram", url="https://t.example/h"), "Harbour News")
    entities.add(ws, ANNA, built.case_id, Narrative(text="The ships are late."), "Ships")
    ws.close()
    return tmp_path, built.case_id


@pytest.fixture
def run(place):
    folder, _ = place
    return lambda *words, **more: tocsin("release", words[0], "workspace", *words[1:], cwd=folder, **more)


@pytest.fixture
def partners(run, place):
    """An audience with a collection."""
    folder, case = place
    made = run("audience", "partners", "--marking", "green", "--by", "cora").stdout.strip()
    tocsin("partners", "collection", "workspace", "Partners", "--audience", made, "--by", "cora", cwd=folder)
    return case


def test_a_case_is_given_listed_corrected_and_taken_back(run, partners):
    assert "partners: up to TLP:GREEN, PAP:CLEAR; 0 organisations; 1 collections" in run("audiences").stdout
    given = run("to", partners, "partners", "--by", "bela", "--reason", "early warning").stdout
    assert re.match(r"\d+ objects, \d+ new versions; \d+ withheld\.\n$", given)
    listed = run("list").stdout
    assert f"case {partners}  release to partners (collections), TLP:GREEN" in listed
    assert f"Case {partners}, partners: fetched by nobody; not by nobody." in listed
    corrected = run("recall", partners, "--correct", "--reason", "a typo", "--by", "bela").stdout
    assert "partners: correction" in corrected
    taken = run("recall", partners, "--revoke", "--reason", "a mistake", "--by", "bela").stdout
    assert "Had fetched the old ones: nobody." in taken
    assert "revocation to partners" in run("list", partners).stdout


def test_a_part_is_restricted_by_its_id(run, partners, place):
    listed = run("objects", partners, "--by", "anna").stdout
    (id_,) = re.findall(r"(note--\S+)  Narrative: Ships", listed)
    run("restrict", partners, id_, "--marking", "red", "--by", "anna")
    assert "restricted: whole, TLP:RED" in run("objects", partners, "--by", "anna").stdout
    run("file", partners, "partners", "--format", "csv", "--out", "out.csv", "--by", "bela")
    assert "ships are late" not in (place[0] / "out.csv").read_text()


@pytest.mark.parametrize("name", ["markdown", *(pytest.param(n, marks=pytest.mark.slow) for n in list(FORMATS)[1:])])
def test_every_format_is_written_for_an_audience(run, partners, place, name):
    pytest.importorskip({"pdf": "weasyprint", "misp": "misp_stix_converter"}.get(name, "csv"))
    told = run("file", partners, "partners", "--format", name, "--out", "out", "--by", "bela").stdout
    data = (place[0] / "out").read_bytes()
    assert data.startswith(FORMATS[name])
    assert told.count("\n") > 1  # what the format loses
    assert b"Quentin" not in data
    if name != "pdf":
        for words in (b"T0049", b"t.example/h", b"ships are late"):
            assert words in data, words
    assert "(file out)" in run("list").stdout
    assert "nothing can call back: out" in run("recall", partners, "--revoke", "--reason", "x", "--by", "bela").stdout


@pytest.mark.slow
def test_a_misp_event_is_taken_back_in(run, partners, place):
    pytest.importorskip("misp_stix_converter")
    run("file", partners, "partners", "--format", "misp", "--out", "event.json", "--by", "bela")
    told = run("take", place[0] / "event.json", "--format", "misp", "--by", "anna").stdout
    assert re.match(r"Case \S+: ", told)


def test_claim_reviews_of_others_are_taken_in(run, place):
    review = {"@type": "ClaimReview", "claimReviewed": "The vote is on Monday.", "author": {"name": "Facts Desk"}}
    (place[0] / "review.jsonld").write_text(json.dumps(review))
    told = run("take", place[0] / "review.jsonld", "--format", "claimreview", "--by", "anna").stdout
    assert "2 kept" in told


def test_what_goes_wrong_is_said(run, partners):
    assert "who does it?" in run("to", partners, "partners", code=2).stderr
    assert "custodian or publisher" in run("to", partners, "partners", "--by", "dani", code=8).stderr
    assert "no audience 'x'" in run("to", partners, "x", "--by", "bela", code=6).stderr
    both = run("recall", partners, "--revoke", "--marking", "red", "--reason", "x", "--by", "bela", code=2)
    assert "one of --correct, --revoke and --marking" in both.stderr
    assert "--marking: 'purple'" in run("audience", "a", "--marking", "purple", "--by", "cora", code=2).stderr
    none = run("file", partners, "partners", "--format", "docx", "--out", "o", "--by", "bela", code=2)
    assert "markdown" in none.stderr
    early = run("file", partners, "partners", "--format", "claimreview", "--out", "o", "--by", "bela", code=2)
    assert "only what is published" in early.stderr
    assert "release to partners" not in run("list").stdout  # what could not be written was not released


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "release.md"
COMMANDS = re.findall(r"^\$ tocsin (.+)$", PAGE.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    """What the reader of the page has: a case given to partners, a published one, files of others; and the ids."""
    folder = tmp_path_factory.mktemp("documented")
    ws = Workspace.create(folder / "workspace", "Watch")
    people(ws)
    public = Built(ws).published().case_id
    built = Built(ws).ready()
    built.edit(tlp="amber")
    set_audience(ws, CORA, "public", "clear")
    partners = set_audience(ws, CORA, "partners", "amber", "green")
    collection = open_collection(ws, CORA, "P", partners.id).id
    release(ws, BELA, built.case_id, "partners")
    objects, _ = objects_of(ws, BELA, built.case_id, "core")
    object_ = next(obj["id"] for obj in objects if "description" in obj)
    ws.close()
    review = {"@type": "ClaimReview", "claimReviewed": "The vote is on Monday.", "author": {"name": "Facts Desk"}}
    (folder / "claims.jsonld").write_text(json.dumps(review))
    event = {"Event": {"info": "Ships", "Attribute": [{"type": "url", "value": "https://s.example/1"}]}}
    (folder / "event.json").write_text(json.dumps(event))
    ids = {"CASE": built.case_id, "OBJECT": object_, "AUDIENCE": partners.id, "COLLECTION": collection}
    return folder, ids, public


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_runs(command, documented, tmp_path):
    folder, ids, public = documented
    pytest.importorskip("misp_stix_converter" if "misp" in command else "weasyprint" if "pdf" in command else "json")
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    case = {"CASE": public} if "claimreview --url" in command else {}
    words = [(ids | case).get(word, word) for word in shlex.split(command)]
    tocsin(*words, cwd=tmp_path)
