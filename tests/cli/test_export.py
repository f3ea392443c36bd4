"""`tocsin export` as a user runs it: what goes out, who may hand it over, and that it is kept."""

import json
import zipfile

import pytest
from tests.cases.making import BELA, people
from tests.inform.made import START, uid
from tests.jobs.commands import tocsin
from tests.store.build import item, lead

from tocsin.model.case import Case, Name
from tocsin.store.workspace import Workspace

WORDS = ["export", "workspace", "--case", uid("plain"), "--to", "out.zip"]


@pytest.fixture
def folder(tmp_path):
    """A case with one item, and another item and a lead that are not of it."""
    workspace = Workspace.create(tmp_path / "workspace", "Watch")
    people(workspace)
    with workspace.write("anna", "capture") as w:
        names = (Name(sort="person", text="Jane Roe", placeholder="Person 1", standing="private"),)
        case = Case(title="Plain", working_title="1", owner="anna", opened=START, updated=START, names=names)
        w.put(case.but(id=uid("plain")))
        w.put(item(workspace.vault.put(b"=1+1,of the case\n"), id="inside", name="table.csv", case=uid("plain")))
        w.put(item(workspace.vault.put(b"of another"), id="outside", case="other"))
        w.put(lead(1))
    workspace.close()
    return tmp_path


def journal(folder):
    workspace = Workspace.open(folder / "workspace")
    entries = workspace.journal.entries(limit=1000)
    notes = workspace.journal.notes(entries)
    workspace.close()
    return [(entry.actor, entry.action, entry.subject, notes.get(entry.seq, "")) for entry in entries]


def test_the_evidence_of_the_case_goes_out_with_its_proof(folder):
    done = tocsin(*WORDS, "--by", "bela", "--reason", "to the partner", cwd=folder)
    assert done.stdout.startswith("1 record in out.zip\nRoot: ")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("records/")] == ["records/item/inside.json"]
        (kept,) = (name for name in archive.namelist() if name.startswith("vault/"))
        assert archive.read(kept) == b"=1+1,of the case\n"  # bytes of evidence are never changed
    result = json.loads(tocsin("verify", "out.zip", "--json", cwd=folder).stdout)
    assert f"Root: {result['root']['root']}." in done.stdout


def test_the_journal_keeps_who_why_and_no_private_name(folder):
    tocsin(*WORDS, "--by", "bela", "--reason", "asked for by Jane Roe", cwd=folder)
    (kept,) = (entry for entry in journal(folder) if entry[1] == "hand over")
    assert kept[0] == BELA.id
    assert kept[2] == uid("plain")
    assert "asked for by" in kept[3]
    assert "Jane Roe" not in kept[3]
    assert b"Jane Roe" not in (folder / "out.zip").read_bytes()


def test_who_may_not_hand_over_gets_nothing_and_that_is_kept(folder):
    done = tocsin(*WORDS, "--by", "dani", "--reason", "", cwd=folder, code=8)
    assert "custodian or publisher" in done.stderr
    assert not (folder / "out.zip").exists()
    assert journal(folder)[-1][:3] == ("dani", "refused: hand over", uid("plain"))


def test_a_login_or_case_that_is_not_there(folder):
    assert "nobody signs in as 'eve'" in tocsin(*WORDS, "--by", "eve", "--reason", "", cwd=folder, code=6).stderr
    words = ["export", "workspace", "--case", "none", "--to", "out.zip", "--by", "bela", "--reason", "x"]
    assert "none" in tocsin(*words, cwd=folder, code=6).stderr
    assert not (folder / "out.zip").exists()
