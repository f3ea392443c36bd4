"""A leak under custody: kept unchanged, nothing shown before two persons weighed it, every opening kept."""

import io
import shutil
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from tests.cases.making import people
from typer.testing import CliRunner

from tocsin.cli.leak_intake import intake
from tocsin.errors import ConflictError, ForbiddenError, InputError, UsageError
from tocsin.jobs import leak_access
from tocsin.model.evidence import Item
from tocsin.model.leak import QUESTIONS, Access, Leak, LeakItem
from tocsin.model.people import Person
from tocsin.store.workspace import Workspace

MAIL = (
    b"Received: from secret-host.example (10.1.2.3)\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@ministry.example>\r\n"
    b"To: all@ministry.example\r\nDate: Tue, 5 Nov 2024 10:00:00 +0000\r\nSubject: Count\r\nX-Mailer: Pine\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/html\r\n\r\n<p>The <b>count</b></p><script>steal()</script>\r\n--b\r\n"
    b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"note.txt\"\r\n\r\nplan B\r\n--b--\r\n"
)  # fmt: skip
ANSWERS = [word for name in QUESTIONS for word in ("--answer", f"{name}=looked at")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with people."""
    folder = tmp_path_factory.mktemp("made") / "ws"
    with closing(Workspace.create(folder, "Watch")) as ws:
        people(ws)
    return folder


@pytest.fixture
def place(tmp_path, monkeypatch, made):
    """A workspace with people, and a leak: a mailbox in a zip."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made, tmp_path / "ws")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Jürgen/inbox.mbox", b"From j@ministry.example Tue Nov  5 10:00:00 2024\n" + MAIL)
        archive.writestr("Jürgen/lost.bin", bytes(range(256)))
    (tmp_path / "leak.zip").write_bytes(packed.getvalue())
    return tmp_path


def run(*words):
    done = CliRunner().invoke(intake, [*words, "--workspace", "ws"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_from_taking_in_to_an_opening_that_everybody_sees(place):
    told = run("take", "leak.zip", "--title", "A mailbox", "--how", "by post", "--by", "anna", "--weigher", "bela")
    assert "1 originals with 1 mails and 1 documents; 1 things could not be read" in told
    key = told.partition(":")[0].strip()
    assert "waits" in run("list", "--by", "cora")

    hidden = run("list", key, "--by", "cora")
    shown = run("list", key, "--by", "anna")
    assert "inbox.mbox" in shown
    assert "note.txt" in shown
    assert "lost.bin" in shown
    assert not [word for word in ("inbox", "note.txt", "Jürgen", "lost") if word in hidden]
    mail = next(line.split()[0] for line in shown.splitlines() if " mail " in line)
    note = next(line.split()[0] for line in shown.splitlines() if " document " in line)

    with pytest.raises(ForbiddenError, match="2 persons"):
        run("show", mail, "--why", "curious", "--by", "cora")
    with pytest.raises(UsageError, match="reason"):
        run("show", mail, "--by", "anna")
    letter = run("show", mail, "--why", "to weigh it", "--by", "anna")
    assert "From: Jürgen <j@ministry.example>" in letter
    assert "The count" in letter
    assert "[Attached: note.txt]" in letter
    assert not [word for word in ("steal", "secret-host", "Pine", "Received") if word in letter]

    with pytest.raises(UsageError, match="not answered: less"):
        run("weigh", key, "--by", "anna", "--finds", "interest", "--reason", "r", *ANSWERS[:-2])
    weighing = ("--finds", "interest", "--reason", "the count was changed")
    assert "waits for two" in run("weigh", key, "--by", "anna", *weighing, *ANSWERS)
    assert "waits for two" in run("weigh", key, "--by", "anna", *weighing, *ANSWERS)  # the same person twice is one
    with pytest.raises(ForbiddenError, match="no weigher"):
        run("weigh", key, "--by", "cora", *weighing, *ANSWERS)
    assert "may be shown" in run("weigh", key, "--by", "bela", *weighing, *ANSWERS)
    assert run("show", note, "--why", "for the case", "--by", "cora") == "plan B\n"
    log = run("access", key)
    assert log.count("before the test had passed") == 1
    assert "for the case" in log
    assert "stays closed" in run("weigh", key, "--by", "bela", "--finds", "harm", "--reason", "names", *ANSWERS)
    with pytest.raises(ForbiddenError):
        run("show", note, "--why", "again", "--by", "cora")

    with closing(Workspace.open(Path("ws"))) as ws:
        with ws.read() as reader:
            assert reader.count(Access) == 2
            items = reader.page(Item).items
            original = next(one for one in items if one.media_type == "application/zip")
            kept = reader.get(Item, reader.get(LeakItem, mail).kept)
            assert reader.get(Leak, key).weighers == ("anna", "bela")
        assert {one.case for one in items} == {""}  # so that no export and no room gives it away
        assert not [one.name for one in items if "inbox" in one.name or "leak.zip" in one.name]
        with ws.vault.open(original.sha256) as file:
            assert file.read() == (place / "leak.zip").read_bytes()
        with ws.vault.open(kept.sha256) as file:
            assert file.read() == MAIL
        actions = [entry.action for entry in ws.journal.entries()]
        assert actions.count("open leak item") == 2
        assert actions.count("refused: open leak item") == 2
        assert ws.check() == []


def test_of_rtf_the_text_is_shown(place):
    (place / "a.rtf").write_bytes(rb"{\rtf1\ansi{\info{\author Ann}}Caf\'e9\par two}")
    key = run("take", "a.rtf", "--title", "T", "--by", "anna").partition(":")[0]
    document = next(line.split()[0] for line in run("list", key, "--by", "anna").splitlines() if " document " in line)
    assert run("show", document, "--why", "to weigh it", "--by", "anna") == "Café\ntwo\n"


def test_what_cannot_be_taken_in_leaves_nothing(place):
    taking = ["--title", "A mailbox", "--by", "anna"]
    with pytest.raises(InputError, match="no file could be kept"):
        run("take", "missing", *taking)
    with pytest.raises(ForbiddenError):
        run("take", "leak.zip", "--title", "A mailbox", "--by", "dani")
    with pytest.raises(UsageError, match="cannot weigh"):
        run("take", "leak.zip", *taking, "--weigher", "dani")
    run("take", "leak.zip", *taking)
    with pytest.raises(ConflictError, match="here already"):
        run("take", "leak.zip", *taking)
    with closing(Workspace.open(Path("ws"))) as ws, ws.read() as reader:
        assert reader.count(Leak) == 1


def test_one_weigher_does_not_read_the_other_first(place):
    key = run("take", "leak.zip", "--title", "T", "--by", "anna", "--weigher", "bela").partition(":")[0]
    run("weigh", key, "--by", "anna", "--finds", "interest", "--reason", "because", *ANSWERS)
    with closing(Workspace.open(Path("ws"))) as ws:
        with ws.read() as reader:
            bela = reader.get(Person, "bela").actor
            seen = leak_access.weighed(reader, bela, reader.get(Leak, key))
        assert (seen.found, seen.tests) == ((("anna", "interest"),), ())
        leak_access.weigh(ws, bela, key, dict.fromkeys(QUESTIONS, "x"), "unclear", "not sure")
        with ws.read() as reader:
            assert len(leak_access.weighed(reader, bela, reader.get(Leak, key)).tests) == 2
        with pytest.raises(ForbiddenError):
            leak_access.name_weigher(ws, reader_actor(ws), key, "cora")


def reader_actor(ws):
    with ws.read() as reader:
        return reader.get(Person, "dani").actor
