"""Files made to harm: each is told of, in bounded memory and time, and nothing of it runs, is fetched or is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sources import leak_hostile
from tests.sources.leak_hostile import HOSTILE

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")
MIB = 1 << 20
RUNNER = Path(__file__).with_name("leak_run.py")
ROOT = Path(__file__).parents[2]
#: What takes long to make or to read; these are read by `make test-all`.
HEAVY = (
    "300 MB", "bombs", "deep", "100,000", "200,000", "300,000", "a million", "400,000", "20,000", "40 MB", "30 MB",
    "70 MB", "50,000", "20 million", "five times", "100 MB", "bomb", "60,000 signs", "laughs", "nearly", "slow",
    "zip: one packed", "never close", "odt: document type", "many encodings", "sparse",
)  # fmt: skip
LIGHT = [name for name in HOSTILE if not any(word in name for word in HEAVY)]
#: What must be told of some, and what must still be found in them.
SAID = {
    "zip: 300 MB of zeros": "decompression bomb",
    "zip: 60 deep": "more than 5 deep",
    "zip: symbolic link": "symbolic link",
    "zip: encrypted": "encrypted",
    "zip: empty": "holds no files",
    "tar: device": "device",
    "mail: 500 deep": "mails in mails",
    "mail: parts 20,000 deep": "more than 100 deep",
    "mail: 200,000 parts": "more than 10,000 parts",
    "mail: bomb attached": "decompression bomb",
    "mbox: a mail of 70 MB between two": "up to 64 MiB",
    "msg: larger than its file": "larger than the file",
    "msg: 40 deep": "more than 20 deep",
    "pdf: pages in a circle": "cyclic",
    "pdf: bomb within": "Limit reached",
    "docx: a billion laughs": "document type",
    "docx: laughs in UTF-16": "document type",
    "docx: entity of a file": "document type",
    "docx: 50,000 pictures": "the first 1,000",
    "rtf: 400,000 groups deep": "more than 1,000 deep",
    "tnef: cut": "damaged or cut",
    "tnef: packed text that says 4 GB": "more than 64 MiB",
    "a program": "nothing that is read here",
}
FOUND = {
    "zip: symbolic link": ("mail", 1),
    "zip: two of one name": ("mail", 2),
    "zip: name that is empty": ("mail", 2),
    "mail: 500 deep": ("mail", 101),
    "mbox: a mail of 70 MB between two": ("mail", 2),
    "mbox: length into the next mail": ("mail", 2),
    "mbox: length that lies": ("mail", 2),
    "pdf: 12 deep": ("document", 1),  # the others inside it, as deep as is looked at
    "html: script": ("document", 1),
    "rtf: ends only": ("document", 1),
}


def read(folder, names):
    """Make these files in a folder and read them there, in a process of 2 GiB."""
    files = {}
    for number, name in enumerate(names):
        file = folder / f"{number:03}"
        file.write_bytes(HOSTILE[name]())
        files[file.name] = name
    command = [sys.executable, str(RUNNER), str(folder), str(2048 * MIB)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False, timeout=900)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answer = json.loads(done.stdout)
    return {files.get(file, file): one for file, one in answer["told"].items()}, answer["peak_kib"]


def check(told, seconds):
    for name, one in told.items():
        assert one["mail"] + one["document"] + one["aside"], f"{name}: nothing is told of it"
        assert one["seconds"] < seconds, f"{name}: {one['seconds']:.1f} s"
        assert SAID.get(name, "") in " ".join(one["reasons"]), (name, one["reasons"])
        kind, count = FOUND.get(name, ("aside", 0))
        assert one[kind] >= count, (name, one)
        assert not [text for text in one["texts"] if "root:" in text], f"{name}: a file of this machine was read"
        assert not [why for why in one["reasons"] if " at 0x" in why or "Traceback" in why], (name, one["reasons"])
    assert not list(Path("/tmp").glob("tocsin-canary*"))  # where the hostile files point


def test_small_hostile_files(tmp_path):
    """With a header of a gigabyte: a file with a hole, which takes no room on the disk and is not read to its end."""
    mail = tmp_path / "big.eml"
    mail.write_bytes(b"From: a@example.org\r\nTo: b@example.org\r\nX-Long: ")
    os.truncate(mail, 1 << 30)
    told, peak = read(tmp_path, LIGHT)
    assert "up to 64 MiB are read" in told.pop(mail.name)["reasons"][0]
    assert len(told) >= 100
    check(told, 20)
    assert max(peak.values()) < 700 * 1024


@pytest.mark.slow
def test_all_hostile_files(tmp_path):
    told, peak = read(tmp_path, HOSTILE)
    assert len(told) == len(leak_hostile.HOSTILE) >= 150
    check(told, 60)
    assert set(SAID) | set(FOUND) <= set(told)
    assert peak["reader"] < 512 * 1024
    assert peak["parsers"] < 768 * 1024
