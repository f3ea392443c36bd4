"""The scan folder: ours or not, held by one, its key kept."""

import stat
import subprocess
import sys

import pytest

from tocsin.errors import WorkspaceError
from tocsin.jobs.folder import KEY, held, is_scan_folder, key_of

HOLDER = """
import sys, time
from pathlib import Path
from tocsin.jobs.folder import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_new_folder_is_made_and_known_again(tmp_path):
    out = tmp_path / "a" / "b"
    with held(out):
        assert is_scan_folder(out)
    with held(out):
        pass


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="not a scan folder"), held(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be used"), held(tmp_path / "out"):
        pass


def test_two_processes_are_kept_apart_and_a_dead_one_holds_nothing(tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(WorkspaceError, match="another scan"), held(out):
        pass
    process.kill()
    process.wait()
    (out / ".report.html.1.part").write_text("half")
    with held(out):
        assert not (out / ".report.html.1.part").exists()


def test_the_key_is_private_and_stays(tmp_path):
    key = key_of(tmp_path)
    assert key_of(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    (tmp_path / KEY).write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="is not a key: 5 bytes"):
        key_of(tmp_path)
