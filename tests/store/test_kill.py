"""Killed with SIGKILL at any moment, the workspace opens again with all that was confirmed, and whole."""

import multiprocessing
import random
import time

import pytest
from tests.store.writing import write

from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.store.workspace import Workspace

KINDS = {"lead": Lead, "item": Item}


def killed_while_writing(workspace, database, confirmed, times, seed=0):
    """Start the writer, kill it at a random moment and check the workspace, so many times; give how many wrote.

    The writers come from a server process that has the imports behind it, so that each starts in milliseconds."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.writing"])
    chance = random.Random(seed)
    wrote = 0
    for turn in range(times):
        before = confirmed.stat().st_size if confirmed.exists() else 0
        process = processes.Process(target=write, args=(workspace, database, confirmed, turn))
        process.start()
        deadline = time.monotonic() + 30
        while turn % 4 and process.is_alive() and not (confirmed.exists() and confirmed.stat().st_size > before):
            assert time.monotonic() < deadline, "the writer confirms nothing"
            time.sleep(0.001)
        time.sleep(chance.random() * 0.15)  # each fourth one is killed earlier, as it opens
        assert process.is_alive(), "the writer ended by itself"
        process.kill()
        process.join()
        wrote += confirmed.exists() and confirmed.stat().st_size > before
        whole(workspace, database, confirmed)
    return wrote


def whole(path, database, confirmed):
    """Check that all that was confirmed is there and nothing else is wrong."""
    there, maybe, gone, roots = {}, set(), set(), set()
    lines = confirmed.read_text().splitlines() if confirmed.exists() else []
    for mark, *words in (line.split() for line in lines):
        if mark == "+":
            there[words[1]] = (KINDS[words[0]], int(words[2]))
        elif mark == "*":
            roots.add(int(words[0]))
        else:
            (maybe if mark == "?" else gone).add(words[0])
    workspace = Workspace.open(path, database)
    faults = [str(fault) for fault in workspace.check()]
    # bytes of a vault file may be there before the record that was to name them: told, and harmless
    assert [fault for fault in faults if not fault.endswith("is named by no record")] == []
    with workspace.read() as r:
        for id_, (kind, version) in there.items():
            found = r.find(kind, id_)
            if id_ in gone:
                assert found is None
            elif id_ not in maybe or found:
                assert found is not None, f"{kind.kind} {id_} was confirmed and is lost"
                assert found.version >= version
    assert roots <= {root.entries for root in workspace.journal.roots()}
    workspace.close()


@pytest.fixture
def closed(workspace):
    """The folder of a workspace that nobody has open."""
    workspace.close()
    return workspace.path


def test_nothing_confirmed_is_lost_and_nothing_is_left_half(closed, database, tmp_path):
    times = 10 if database else 20
    assert killed_while_writing(closed, database, tmp_path / "confirmed", times) >= times * 3 // 4


@pytest.mark.slow
def test_killed_many_times(closed, database, tmp_path):
    times = 50 if database else 150
    assert killed_while_writing(closed, database, tmp_path / "confirmed", times, seed=1) >= times * 3 // 4


def test_killed_in_the_middle_of_a_vault_file(closed, database, tmp_path):
    """A writer that has sent a long file half: no file under a digest, no record, and the rest is swept in time."""
    processes = multiprocessing.get_context("forkserver")
    process = processes.Process(target=put_slowly, args=(closed, database))
    process.start()
    deadline = time.monotonic() + 30
    while not list((closed / "vault").glob("unfinished-*")):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    process.join()
    workspace = Workspace.open(closed, database)
    assert workspace.check() == []
    assert list(workspace.vault.files()) == []
    workspace.close()


class Slow:
    """A stream that never ends."""

    def read(self, size):
        time.sleep(0.01)
        return b"x" * 1000


def put_slowly(path, database):
    Workspace.open(path, database).vault.put(Slow())
