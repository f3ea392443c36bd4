"""The journal: whole when nothing was touched, and every touch found and located."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import threading
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.store.build import item, lead

from tocsin.errors import NotFoundError, TocsinError, UsageError, WorkspaceError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.store import journal, merkle
from tocsin.store.canonical import canonical, digest
from tocsin.store.checks import TRIGGERS
from tocsin.store.workspace import Workspace

TODAY = datetime.now(UTC).date


def fill(workspace):
    """Five entries with changes of every sort, a vault file, a root."""
    kept = workspace.vault.put(b"evidence\n" * 50)
    with workspace.write("ada", "add", "s1", note="as seen on Monday") as w:
        first, _, _ = w.put_many([lead(1, id="l1"), lead(2, id="l2"), item(kept, id="i1")])
    with workspace.write("bob", "change", "s1") as w:
        w.put(first.but(title="Other"))
        w.put_many([lead(3, id="l3")])
    workspace.note("eve", "opened", "s1", "asked by a partner")
    with workspace.write("ada", "remove") as w:
        w.remove(Lead, "l3")
    workspace.note("ada", "exported", "s2")
    return workspace.journal.make_root(TODAY())


@pytest.fixture
def filled(workspace):
    return workspace, fill(workspace)


def test_an_entry_is_what_the_format_says(filled):
    """Every field computed again here from the definition."""
    workspace, root = filled
    entries = workspace.journal.entries()
    previous = "0" * 64
    for number, entry in enumerate(entries):
        fields = json.loads(entry.model_dump_json())
        kept = fields.pop("hash")
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert kept == hashlib.sha256(text.encode()).hexdigest()
        assert (entry.seq, entry.previous) == (number, previous)
        leaves = [merkle.leaf(canonical(list(change))) for change in workspace.journal.changes(number)]
        assert (entry.changes, entry.changes_root) == (len(leaves), merkle.root(leaves).hex())
        previous = kept
    assert [entry.changes for entry in entries] == [0, 3, 2, 0, 1, 0]
    assert (entries[1].actor, entries[1].action, entries[1].subject) == ("ada", "add", "s1")
    assert entries[0].subject == workspace.id
    assert root.model_dump(mode="json") == {
        "day": str(TODAY()),
        "workspace": workspace.id,
        "entries": 6,
        "head": previous,
        "root": merkle.root([merkle.leaf(bytes.fromhex(entry.hash)) for entry in entries]).hex(),
    }
    assert root.digest == digest(root.model_dump(mode="json"))
    assert json.loads((workspace.path / "roots" / f"{TODAY()}.json").read_text()) == root.model_dump(mode="json")
    assert workspace.check() == []
    assert workspace.journal.check() == []


def test_a_record_can_be_proved_from_its_trace(filled):
    workspace, root = filled
    with workspace.read() as r:
        trace = r.trace(Lead, "l1")
        record = r.get(Lead, "l1")
    assert json.loads(trace.row) == json.loads(record.model_dump_json())
    assert trace.row_digest == digest({"nonce": trace.nonce, "row": trace.row})
    entry = workspace.journal.entries(after=trace.seq - 1, limit=1)[0]
    leaves = [change.leaf() for change in workspace.journal.changes(trace.seq)]
    own = merkle.leaf(canonical(["lead", "l1", 2, trace.row_digest]))
    path = merkle.proof(leaves, trace.number)
    assert merkle.verify(own, trace.number, entry.changes, path, bytes.fromhex(entry.changes_root))
    hashes = [merkle.leaf(bytes.fromhex(one.hash)) for one in workspace.journal.entries(limit=root.entries)]
    path = merkle.proof(hashes, trace.seq)
    assert merkle.verify(hashes[trace.seq], trace.seq, root.entries, path, bytes.fromhex(root.root))


def test_floats_stand_in_the_digest_as_they_are_written():
    from tocsin.store.records import row_text

    assert row_text('{"b": 1.50, "a": [1e-300, 2, -0.0, "NaN"]}') == '{"a":["1e-300",2,"-0.0","NaN"],"b":"1.50"}'


def test_entries_come_in_pages_and_by_subject(filled):
    workspace, _ = filled
    found = workspace.journal.entries
    assert [entry.seq for entry in found(after=2, limit=2)] == [3, 4]
    assert [entry.seq for entry in found(subject="s1")] == [1, 2, 3]
    assert [entry.seq for entry in found(after=1, subject="s1", limit=1)] == [2]
    assert workspace.journal.head().seq == 5
    assert workspace.journal.notes(found(after=0)) == {1: "as seen on Monday", 3: "asked by a partner"}


def test_a_note_is_bound_and_can_be_erased(filled):
    workspace, _ = filled
    before = workspace.journal.entries()
    with workspace.write("ada", "erase note") as w:
        w.erase_note(3)
    assert workspace.journal.entries()[:6] == before
    assert workspace.journal.notes(before) == {0: "Watch", 1: "as seen on Monday"}
    assert workspace.check() == []


def test_what_is_written_into_the_journal_comes_back_on_both_databases(workspace):
    workspace.note("a\0b", 'say "ü"', "\ud800 🔔", "n\0te")
    entry = workspace.journal.head()
    assert (entry.actor, entry.action, entry.subject) == ("a\ufffdb", 'say "ü"', "? 🔔")
    assert workspace.journal.notes([entry]) == {1: "n\ufffdte"}
    assert workspace.check() == []


class Clock(datetime):
    """A clock the test sets."""

    at = datetime.now(UTC)

    @classmethod
    def now(cls, tz=None):
        return cls.at


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(journal, "datetime", Clock)
    Clock.at = datetime.now(UTC)
    return Clock


def test_a_root_covers_its_day_and_all_before(workspace, clock):
    first = clock.at.date()
    workspace.note("ada", "one", "")
    early = workspace.journal.make_root(first)
    assert workspace.journal.make_root(first) == early
    workspace.note("ada", "two", "")
    late = workspace.journal.make_root(first)
    clock.at += timedelta(days=2)
    workspace.note("ada", "three", "")
    assert (early.entries, late.entries) == (2, 3)
    assert workspace.journal.make_root(first) == late
    assert workspace.journal.make_root(first + timedelta(days=1)).entries == 3
    assert workspace.journal.make_root(first + timedelta(days=2)).entries == 4
    assert [root.entries for root in workspace.journal.roots()] == [2, 3, 3, 4]
    with pytest.raises(UsageError, match="has not begun"):
        workspace.journal.make_root(first + timedelta(days=3))
    with pytest.raises(NotFoundError, match="no entry up to"):
        workspace.journal.make_root(first - timedelta(days=1))
    assert workspace.check() == []


def test_a_clock_set_back_breaks_nothing(workspace, clock):
    workspace.note("ada", "one", "")
    clock.at -= timedelta(days=3)
    workspace.note("ada", "two", "")
    one, two = workspace.journal.entries(after=0)
    assert one.time == two.time
    assert workspace.check() == []


def test_roots_are_made_while_others_write(workspace):
    stop = threading.Event()

    def write():
        while not stop.is_set():
            workspace.note("bob", "again", "")

    thread = threading.Thread(target=write)
    thread.start()
    sizes = [workspace.journal.make_root(TODAY()).entries for _ in range(5)]
    stop.set()
    thread.join()
    assert sizes == sorted(sizes)
    assert workspace.check() == []


#: What somebody with the database in hand may do: statement, and where it must be found.
TAMPERED = {
    "actor": ("UPDATE journal SET actor = 'adb' WHERE seq = 1", "journal entry 1"),
    "action": ("UPDATE journal SET action = 'chbnge' WHERE seq = 2", "journal entry 2"),
    "subject": ("UPDATE journal SET subject = 's3' WHERE seq = 5", "journal entry 5"),
    "time": ("UPDATE journal SET time = replace(time, 'T', 't') WHERE seq = 3", "journal entry 3"),
    "note digest": ("UPDATE journal SET note_digest = '' WHERE seq = 3", "journal entry 3"),
    "count of changes": ("UPDATE journal SET changes = 4 WHERE seq = 1", "journal entry 1"),
    "root of changes": ("UPDATE journal SET changes_root = previous WHERE seq = 4", "journal entry 4"),
    "previous": ("UPDATE journal SET previous = changes_root WHERE seq = 2", "journal entry 2"),
    "hash": ("UPDATE journal SET hash = previous WHERE seq = 4", "journal entry 4"),
    "first entry": ("UPDATE journal SET actor = 'x' WHERE seq = 0", "journal entry 0"),
    "number": ("UPDATE journal SET seq = 7 WHERE seq = 5", "journal entry 5"),
    "last entry removed": ("DELETE FROM journal WHERE seq = 5", "journal entry 5"),
    "middle entry removed": ("DELETE FROM journal WHERE seq = 2", "journal entry 2"),
    "change of a digest": ("UPDATE change SET row_digest = 'a' WHERE seq = 1 AND number = 1", "journal entry 1"),
    "change removed": ("DELETE FROM change WHERE seq = 2 AND number = 0", "journal entry 2"),
    "change for another": ("UPDATE change SET id = 'l9' WHERE seq = 4", "journal entry 4"),
    "changes in another order": ("UPDATE change SET number = 5 WHERE seq = 1 AND number = 0", "journal entry 1"),
    "change to come": ("UPDATE change SET seq = 9 WHERE seq = 4", "journal entry 9"),
    "note": ("UPDATE note SET note = 'as seen on Tuesday' WHERE seq = 1", "note of journal entry 1"),
    "salt": ("UPDATE note SET salt = '' WHERE seq = 3", "note of journal entry 3"),
    "record": ("UPDATE lead SET body = replace(body, 'Lead 2', 'Lead 3') WHERE id = 'l2'", "lead l2"),
    "nonce": ("UPDATE item SET nonce = 'a'", "item i1"),
    "version": ("UPDATE lead SET version = 1 WHERE id = 'l1'", "lead l1"),
    "searched column": ("UPDATE lead SET state = 'dismissed' WHERE id = 'l2'", "lead l2"),
    "record removed": ("DELETE FROM lead WHERE id = 'l2'", "lead l2"),
    "record renamed": ("UPDATE lead SET id = 'l4' WHERE id = 'l2'", "lead l4"),
    "record not JSON": ("UPDATE lead SET body = '{' WHERE id = 'l2'", "lead l2"),
    "stored root": ("UPDATE root SET root = head", "root of {day} over 6 entries"),
    "stored root's head": ("UPDATE root SET head = root", "root of {day} over 6 entries"),
    "stored root's size": ("UPDATE root SET entries = 5", "root of {day} over 5 entries"),
    "stored root's workspace": ("UPDATE root SET workspace = 'x'", "root of {day} over 6 entries"),
}


class Undone(Exception):
    """Ends a transaction that is not to stay."""


def tamper(workspace, monkeypatch, statement):
    """The places of faults after a statement, in a transaction that is then undone."""
    with suppress(Undone), workspace._database.write() as connection:
        for name in connection.exec_driver_sql(TRIGGERS[connection.dialect.name]).scalars().all():
            table = "" if workspace._database.is_sqlite else " ON " + name.partition("_")[0]
            connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")
        assert connection.exec_driver_sql(statement).rowcount == 1
        with monkeypatch.context() as patch:
            patch.setattr(workspace._database, "inspect", lambda: nullcontext(connection))
            places = {fault.where for fault in workspace.check()}
        raise Undone
    return places


def test_what_somebody_did_to_a_row_is_found_and_located(filled, monkeypatch):
    workspace, _ = filled
    wrong = {}
    for what, (statement, where) in TAMPERED.items():
        places = tamper(workspace, monkeypatch, statement)
        if where.format(day=TODAY()) not in places:
            wrong[what] = places
    assert wrong == {}
    assert workspace.check() == []


def test_two_entries_in_another_order_are_found(filled, raw):
    workspace, _ = filled
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        raw("UPDATE journal SET seq = ? WHERE seq = ?", new, old)
    places = {fault.where for fault in workspace.check()}
    assert {"journal entry 2", "journal entry 3"} <= places


def test_a_last_entry_removed_with_all_it_wrote_is_found_against_the_root(filled, raw):
    workspace, _ = filled
    raw("DELETE FROM journal WHERE seq = 5")
    raw("DELETE FROM root")  # that in the database: the file is enough
    faults = [fault for fault in workspace.check() if not fault.where.startswith("trigger")]
    assert [fault.where for fault in faults] == ["journal entry 5"]
    assert f"roots/{TODAY()}.json" in faults[0].what


def test_an_older_version_put_back_is_found(filled, raw):
    workspace, _ = filled
    with workspace._database.read() as connection:
        nonce, body = connection.exec_driver_sql("SELECT nonce, body FROM lead WHERE id = 'l1'").one()
    with workspace.write("ada", "change") as w:
        w.put(w.get(Lead, "l1").but(title="Third"))
    raw("UPDATE lead SET nonce = ?, body = ?, version = 2 WHERE id = 'l1'", nonce, body)
    faults = [fault for fault in workspace.check() if not fault.where.startswith("trigger")]
    assert [str(fault) for fault in faults] == ["lead l1: has version 2; the journal's last is 3"]


def test_a_history_written_anew_is_found_against_the_root(filled, raw):
    """All hashes from the changed entry on made to fit again: only a root outside the chain tells."""
    workspace, _ = filled
    entries = workspace.journal.entries()
    previous = entries[3].hash
    for entry in entries[4:]:
        changed = entry.model_copy(update={"actor": "zoe", "previous": previous})
        previous = digest(changed.content())
        raw(
            "UPDATE journal SET actor = 'zoe', previous = ?, hash = ? WHERE seq = ?",
            changed.previous,
            previous,
            entry.seq,
        )
    places = {fault.where for fault in workspace.check() if not fault.where.startswith("trigger")}
    assert places == {f"root of {TODAY()} over 6 entries", f"roots/{TODAY()}.json, bytes 0-{size(workspace) - 1}"}


def size(workspace):
    return (workspace.path / "roots" / f"{TODAY()}.json").stat().st_size


def test_a_guard_taken_away_is_found(workspace):
    statement = "DROP TRIGGER journal_no_update" + ("" if workspace._database.is_sqlite else " ON journal")
    with workspace._database.write() as connection:
        connection.exec_driver_sql(statement)
    assert [fault.where for fault in workspace.check()] == ["trigger journal_no_update"]


def test_every_guard_is_looked_for():
    assert set(TRIGGERS) == {"sqlite", "postgresql"}


def test_every_byte_of_a_root_file_counts(filled):
    workspace, _ = filled
    path = workspace.path / "roots" / f"{TODAY()}.json"
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        places = {fault.where for fault in workspace.journal.check()}
        assert f"roots/{path.name}, bytes 0-{len(good) - 1}" in places, at
    path.write_bytes(good)
    assert workspace.journal.check() == []


def test_root_files_gone_renamed_or_of_another_workspace_are_found(filled, tmp_path):
    workspace, _ = filled
    path = workspace.path / "roots" / f"{TODAY()}.json"
    path.rename(path.with_name("2020-01-01.json"))
    assert {fault.where.split(",")[0] for fault in workspace.check()} == {"roots/2020-01-01.json", f"roots/{path.name}"}
    path.with_name("2020-01-01.json").unlink()
    assert [fault.where for fault in workspace.check()] == [f"roots/{path.name}"]


def test_what_is_wrong_in_the_vault_is_found_and_located(filled):
    workspace, _ = filled
    with workspace.read() as r:
        sha256 = r.get(Item, "i1").sha256
    path = workspace.vault.path(sha256)
    for at in range(0, 450, 37):
        good = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(good[:at] + bytes([good[at] ^ 16]) + good[at + 1 :])
        assert [fault.where for fault in workspace.check()] == [f"vault/{sha256[:2]}/{sha256}, bytes 0-449"]
        path.write_bytes(good)
    path.rename(path.with_name("b" * 64))
    assert {fault.where for fault in workspace.check()} >= {"item i1", "vault/" + sha256[:2] + "/" + "b" * 64}
    path.with_name("b" * 64).unlink()
    assert [str(fault) for fault in workspace.check()] == [f"item i1: names vault file {sha256}, which is not there"]


def test_a_file_no_record_names_is_listed_once_another_write_came_after(workspace):
    path = workspace.vault.path(workspace.vault.put(b"alone").sha256)
    later = workspace.journal.head().time.timestamp() + 60
    os.utime(path, (later, later))
    assert workspace.check() == []
    os.utime(path, (later - 3600, later - 3600))
    assert [fault.what for fault in workspace.check()] == ["is named by no record"]
    assert path.exists()


def test_a_changed_title_is_found(workspace, database):
    about = workspace.path / "workspace.json"
    about.write_text(about.read_text().replace("Watch", "Match"))
    again = Workspace.open(workspace.path, database)
    assert [fault.where for fault in again.check()] == ["workspace.json"]
    again.close()


def test_a_table_of_other_columns_is_found(workspace, raw):
    raw("ALTER TABLE tip RENAME COLUMN body TO b0dy")
    assert "table tip" in {fault.where for fault in workspace.check()}


def test_a_schema_that_is_no_text_any_more_is_an_error_in_words(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch")
    made.close()
    path = tmp_path / "workspace" / "records.sqlite"
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE tip", b"CREATE TABLE \xe1ip"))
    with pytest.raises(WorkspaceError, match=r"records\.sqlite"):
        Workspace.open(tmp_path / "workspace").check()


def contents(path):
    with sqlite3.connect(f"file:{path / 'records.sqlite'}?mode=ro", uri=True) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables}


def flips(tmp_path, positions):
    """Flip one bit of the SQLite file at a time; give the places where no fault was found and the contents changed.

    Bytes of free space, counters and the like change nothing that anybody reads, and need not be found."""
    made = Workspace.create(tmp_path / "good", "Watch")
    fill(made)
    made.close()
    data = (made.path / "records.sqlite").read_bytes()
    wanted, missed, found = contents(made.path), [], 0
    shutil.copytree(made.path, tmp_path / "bad")
    for at in positions(data):
        (tmp_path / "bad" / "records.sqlite").write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        try:
            opened = Workspace.open(tmp_path / "bad")
            faults = opened.check()
            opened.close()
        except TocsinError:
            faults = [at]
        found += bool(faults)
        if not faults and contents(tmp_path / "bad") != wanted:
            missed.append(at)
    return missed, found


def test_a_flipped_bit_of_the_sqlite_file_is_found_or_changes_nothing(tmp_path):
    def positions(data):
        written = [at for at, byte in enumerate(data) if byte]
        return [*range(0, 100, 9), *random.Random(1).sample(written, 40)]

    missed, found = flips(tmp_path, positions)
    assert missed == []
    assert found > 10


@pytest.mark.slow
def test_every_hundredth_byte_of_the_sqlite_file(tmp_path):
    missed, _ = flips(tmp_path, lambda data: [at for at, byte in enumerate(data) if byte][::100])
    assert missed == []


def test_days_are_dates_of_utc():
    assert journal.Root(day="2026-11-03", workspace="", entries=1, head="", root="").day == date(2026, 11, 3)
