"""An export: what is in it, that the journal learns of it first, and that nothing is written where a thing is wrong."""

import hashlib
import json
import subprocess
import zipfile

import pytest
from tests.store import independent_verifier
from tests.store.build import item, lead

from tocsin.errors import ConflictError, NotFoundError, WorkspaceError
from tocsin.store import export as exporting
from tocsin.store.export import export
from tocsin.store.verify import verify

NOTE = "Jane Roe told us"


@pytest.fixture
def records(workspace):
    kept = workspace.vault.put(b"evidence")
    with workspace.write("ada", "capture", "c1", note=NOTE) as w:
        return w.put_many([item(kept, id="i1"), item(kept, id="i2"), lead(1, id="l1"), lead(2, id="l2")])


def names(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_it_holds_what_was_given_and_all_that_proves_it(workspace, records, tmp_path):
    root = export(workspace, tmp_path / "out.zip", records[:3], by="bob", case="c1")
    sha256 = hashlib.sha256(b"evidence").hexdigest()
    inside = ["README.txt", "journal.jsonl", "manifest.json", "records/item/i1.json", "records/item/i2.json"]
    inside += ["records/lead/l1.json", f"roots/{root.day}.json", f"vault/{sha256}", "verify.html"]
    assert names(tmp_path / "out.zip") == inside
    verdict = verify(tmp_path / "out.zip")
    assert verdict.faults == ()
    assert verdict.manifest["root"] == root.model_dump(mode="json")
    assert independent_verifier.check((tmp_path / "out.zip").read_bytes()) == set()
    assert root in workspace.journal.roots()


def test_the_journal_learns_of_it_first_and_the_export_holds_that_entry(workspace, records, tmp_path):
    export(workspace, tmp_path / "out.zip", records, by="bob", case="c1", note="to a partner")
    last = workspace.journal.head()
    assert (last.actor, last.action, last.subject) == ("bob", "export", "c1")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert json.loads(archive.read("journal.jsonl").splitlines()[-1])["hash"] == last.hash


def test_no_note_goes_out(workspace, records, tmp_path):
    export(workspace, tmp_path / "out.zip", records, by="bob", note="for Jane Roe")
    assert b"Jane" not in (tmp_path / "out.zip").read_bytes()


def test_sha256sum_and_unzip_agree(workspace, records, tmp_path):
    export(workspace, tmp_path / "out.zip", records, by="bob")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    (kept,) = (tmp_path / "unpacked" / "vault").iterdir()
    done = subprocess.run(["sha256sum", kept], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == kept.name


def test_equal_contents_give_equal_bytes(workspace, records, tmp_path, monkeypatch):
    export(workspace, tmp_path / "one.zip", records, by="bob")
    monkeypatch.setattr(type(workspace), "note", lambda *_, **__: None)  # else the journal is longer the second time
    export(workspace, tmp_path / "two.zip", reversed(records), by="bob")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_record_changed_meanwhile_is_a_conflict_and_nothing_is_written(workspace, records, tmp_path):
    with workspace.write("ada", "change") as w:
        w.put(records[2].but(title="Other"))
    with pytest.raises(ConflictError, match="lead l1"):
        export(workspace, tmp_path / "out.zip", records, by="bob")
    assert not list(tmp_path.glob("*.zip*")) + list(tmp_path.glob(".out*"))
    assert workspace.journal.head().action == "export"  # that it was tried is kept


def test_a_record_that_is_not_kept_is_not_exported(workspace, tmp_path):
    with pytest.raises(NotFoundError):
        export(workspace, tmp_path / "out.zip", [lead(9, id="l9")], by="bob")
    assert not (tmp_path / "out.zip").exists()


def test_changed_bytes_do_not_go_out(workspace, records, tmp_path):
    path = workspace.vault.path(records[0].sha256)
    path.chmod(0o600)
    path.write_bytes(b"evidenc3")
    with pytest.raises(WorkspaceError, match="is not what it was"):
        export(workspace, tmp_path / "out.zip", records, by="bob")
    assert [one.name for one in tmp_path.iterdir() if "out" in one.name] == []


def test_an_export_that_breaks_off_leaves_the_older_one(workspace, records, tmp_path, monkeypatch):
    export(workspace, tmp_path / "out.zip", records, by="bob")
    before = (tmp_path / "out.zip").read_bytes()

    def full(handle):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(exporting.os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            exporting._write(tmp_path / "out.zip", [exporting._text("a", b"x" * 1000)])
    assert (tmp_path / "out.zip").read_bytes() == before
    assert list(tmp_path.glob(".out*")) == []


def test_many_entries_are_read_in_parts(workspace, records, tmp_path, monkeypatch):
    for n in range(7):
        workspace.note("ada", "opened", f"i{n}")
    monkeypatch.setattr(exporting, "BATCH", 3)
    root = export(workspace, tmp_path / "out.zip", records, by="bob")
    assert root.entries == 10
    assert verify(tmp_path / "out.zip").checked["entries"] == 10
