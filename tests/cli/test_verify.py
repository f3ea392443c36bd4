"""`tocsin verify` as a user runs it: on an export, and on a workspace."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
from tests.jobs.commands import tocsin
from tests.store.build import item, lead

from tocsin.cli import app
from tocsin.store import export
from tocsin.store.workspace import Workspace

TODAY = datetime.now(UTC).date


@pytest.fixture
def folder(tmp_path):
    """A workspace with an item, two leads and a root, and an export of it."""
    workspace = Workspace.create(tmp_path / "workspace", "Watch")
    kept = workspace.vault.put(b"evidence\n" * 10)
    with workspace.write("ada", "capture", note="Jane Roe told us") as w:
        records = w.put_many([item(kept, id="i1"), lead(1, id="l1"), lead(2, id="l2")])
    export.export(workspace, tmp_path / "export.zip", records, by="ada", case="c1")
    workspace.note("ada", "opened", "i1")
    workspace.journal.make_root(TODAY())
    workspace.close()
    return tmp_path


@pytest.fixture
def check(folder, capsys):
    """`tocsin verify` in this process, which is quicker than a new one: what it prints."""

    def run(*words, code=0):
        with pytest.raises(SystemExit) as end:
            app.command().main(["verify", *(str(folder / word) if word[0] != "-" else word for word in words)])
        said = capsys.readouterr()
        assert (end.value.code or 0) == code, said
        return said.out + said.err

    return run


@pytest.fixture
def faults(check):
    """Where a check of the workspace finds faults; it says the same in words and for a program."""

    def found():
        result = json.loads(check("workspace", "--json", code=1))
        assert not result["good"]
        said = check("workspace", code=1)
        assert f"Faults found: {len(result['faults'])}" in said
        for one in result["faults"]:
            assert f"  {one['where']}: {one['what']}\n" in said
        return {one["where"] for one in result["faults"]}

    return found


def change(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def sql(folder, statement):
    """Change a row as somebody with the file in hand would, and leave no trace in the tables' guards."""
    with sqlite3.connect(folder / "workspace" / "records.sqlite") as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        for _, text in guards:
            connection.execute(text)


def test_a_good_export(check):
    said = check("export.zip")
    assert "3 journal entries, each with the hash of the one before" in said
    assert "3 records, each proved to stand in the journal" in said
    root = json.loads(check("export.zip", "--json"))["root"]["root"]
    assert f"Root: {root}. Compare it" in said
    assert said.endswith("Everything holds.\n")


def test_a_changed_export(folder, check, faults):
    data = (folder / "export.zip").read_bytes()
    change(folder / "export.zip", data.index(b"evidence\nevidence\n"))
    said = check("export.zip", code=1)
    assert "Faults found: 1" in said
    assert "bytes 0 to 90: differs from manifest.json" in said
    assert "Everything holds" not in said
    result = json.loads(check("export.zip", "--json", code=1))
    assert (result["good"], len(result["faults"])) == (False, 1)
    assert result["faults"][0]["file"].startswith("vault/")


def test_a_good_workspace(folder, check):
    said = check("workspace")
    assert "4 journal entries" in said
    assert "2 roots" in said
    assert "3 records" in said
    assert "1 evidence files" in said
    root = json.loads((folder / "workspace" / "roots" / f"{TODAY()}.json").read_text())["root"]
    assert f"Root of {TODAY()}: {root}." in said
    assert said.endswith("Everything holds.\n")
    result = json.loads(check("workspace", "--json"))
    assert result["good"]
    assert result["checked"] == {"entries": 4, "roots": 2, "records": 3, "vault": 1}


def test_a_flipped_byte_in_the_vault(folder, faults):
    (kept,) = (folder / "workspace" / "vault").glob("*/*")
    change(kept, 17)
    assert faults() == {f"vault/{kept.parent.name}/{kept.name}, bytes 0-89"}


@pytest.mark.parametrize("column", ["actor", "action", "time", "changes_root", "previous", "hash"])
def test_a_changed_letter_in_a_row_of_the_journal(folder, faults, column):
    letter = f"CASE substr({column}, 3, 1) WHEN '1' THEN '2' ELSE '1' END"
    sql(
        folder, f"UPDATE journal SET {column} = substr({column}, 1, 2) || {letter} || substr({column}, 4) WHERE seq = 2"
    )
    assert "journal entry 2" in faults()


def test_a_changed_record(folder, faults):
    sql(folder, "UPDATE lead SET body = replace(body, 'Lead 1', 'Lead 7') WHERE id = 'l1'")
    assert faults() == {"lead l1"}


def test_a_removed_last_entry_is_found_against_the_root_of_the_day(folder, check, faults):
    sql(folder, "DELETE FROM journal WHERE seq = 3")
    sql(folder, "DELETE FROM root WHERE entries = 4")
    assert faults() == {"journal entry 3"}
    said = check("workspace", code=1)
    assert f"journal entry 3: missing: roots/{TODAY()}.json" in said


def test_a_byte_of_the_database_that_holds_the_journal(folder, faults):
    path = folder / "workspace" / "records.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (entry,) = connection.execute("SELECT hash FROM journal WHERE seq = 3").fetchone()
    change(path, path.read_bytes().index(entry.encode()) + 5)
    assert "journal entry 3" in faults()


def test_the_command_ends_with_its_code(folder):
    assert tocsin("verify", "workspace", cwd=folder).stderr == ""
    change(folder / "export.zip", 40)
    assert "Faults found" in tocsin("verify", "export.zip", cwd=folder, code=1).stdout


def test_what_is_neither(folder, check):
    assert "not a workspace" in check(".", code=5)
    assert "No such file" in check("none.zip", code=4)
    (folder / "a.pem").write_text("")
    said = check("workspace", "--certificates", "a.pem", code=2)
    assert "--certificates are for timestamps in an export" in said
