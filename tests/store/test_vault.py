"""The vault: what is put is on the disk under its digest, once, and a change is found."""

import hashlib
import io
import os
import threading

import pytest

from tocsin.errors import NotFoundError, RefusedError
from tocsin.store.vault import ABANDONED_S, CHUNK_BYTES, Vault

DATA = b"one line\n" * 1000


@pytest.fixture
def vault(tmp_path):
    (tmp_path / "vault").mkdir()
    return Vault(tmp_path / "vault")


@pytest.mark.parametrize("data", [b"", DATA, bytes(3 * CHUNK_BYTES + 1)], ids=["empty", "small", "in chunks"])
@pytest.mark.parametrize("made", [bytes, io.BytesIO])
def test_bytes_come_back_by_their_digest(vault, data, made):
    stored = vault.put(made(data))
    assert stored == (hashlib.sha256(data).hexdigest(), len(data))
    with vault.open(stored.sha256) as file:
        assert file.read() == data
    assert vault.check(stored.sha256) is None


def test_a_file_is_written_once_and_read_only(vault):
    path = vault.path(vault.put(DATA).sha256)
    before = path.stat()
    vault.put(io.BytesIO(DATA))
    assert path.stat().st_ino == before.st_ino
    assert before.st_mode & 0o777 == 0o444
    assert list(vault.files()) == [path]


def test_it_is_on_the_disk_before_put_returns(vault, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), real(handle)))
    path = vault.path(vault.put(DATA).sha256)
    assert synced == [place.stat().st_ino for place in (path, path.parent, vault.folder)]


def test_over_the_limit_nothing_stays(vault):
    with pytest.raises(RefusedError, match="more than 8999 bytes"):
        vault.put(DATA, limit=len(DATA) - 1)
    assert list(vault.folder.rglob("*")) == []
    vault.put(DATA, limit=len(DATA))


def test_a_stream_that_breaks_leaves_nothing(vault):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("the line is cut")
            return super().read(100)

    with pytest.raises(OSError, match="cut"):
        vault.put(Broken(DATA))
    assert list(vault.folder.rglob("*")) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_only_a_digest_is_a_name(vault, name):
    with pytest.raises(NotFoundError, match="no SHA-256"):
        vault.open(name)


def test_what_is_not_kept_is_not_found(vault):
    with pytest.raises(NotFoundError, match="is not there"):
        vault.open("a" * 64)
    assert "cannot be read" in vault.check("a" * 64).what


@pytest.mark.parametrize("at", [0, 4500, len(DATA) - 1])
def test_one_flipped_byte_is_found_and_located(vault, at):
    path = vault.path(vault.put(DATA).sha256)
    path.chmod(0o600)
    path.write_bytes(DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :])
    fault = vault.check(path.name)
    assert fault.where == f"vault/{path.name[:2]}/{path.name}, bytes 0-{len(DATA) - 1}"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in fault.what


def test_what_a_kill_left_is_swept_and_a_write_under_way_is_not(vault):
    for name, age in (("unfinished-old", ABANDONED_S + 60), ("unfinished-new", 0)):
        (vault.folder / name).write_bytes(b"half")
        at = (vault.folder / name).stat().st_mtime - age
        os.utime(vault.folder / name, (at, at))
    vault.sweep()
    assert [path.name for path in vault.folder.iterdir()] == ["unfinished-new"]
    assert list(vault.files()) == []


def test_many_threads_put_the_same_bytes(vault):
    stored = []
    threads = [threading.Thread(target=lambda: stored.append(vault.put(DATA))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored) == 8
    assert len(set(stored)) == 1
    assert len(list(vault.folder.rglob("*"))) == 2
