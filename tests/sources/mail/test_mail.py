"""Mails as they lie in mbox, Maildir, eml, MSG, zip and tar: every byte as it stands."""

import io
import struct
import tarfile
from types import SimpleNamespace

import pytest
from tests.sources.compound import compound, mail_storage, text
from tests.sources.leak_hostile import attached, multipart, zipped

from tocsin.jobs.leak_letter import letter
from tocsin.model.mail import Message
from tocsin.sources.mail import read_mail
from tocsin.sources.mail.mbox import spans
from tocsin.sources.mail.parts import parts
from tocsin.sources.parsers import msg, pst
from tocsin.sources.parsers.rtf import unpack_rtf

MAIL = b"From: a@example.org\nTo: b@example.org\nSubject: %s\n\n%s\n"
FROM = b"From a@example.org Tue Nov  5 10:00:00 2024\n"
BODIES = {
    "plain": b"text",
    "quoted": b">From here on\n>>From there",  # mboxo and mboxrd: as it stands
    "a line From in the text": b"before\nFrom now on: no mail\nafter",
    "after an empty line, without a date": b"before\n\nFrom now on\nX: no mail",
    "with a date and no field after": b"before\n\nFrom a@b Tue Nov  5 10:00:00 2024\nno mail",
    "empty lines at its end": b"text\n\n\n",
}


def cut(data):
    return [data[start:end] for start, end in spans(io.BytesIO(data))]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_mailbox_gives_its_mails_as_they_stand(end):
    mails = [MAIL % (name.encode(), body) for name, body in BODIES.items()]
    data = b"\n".join(FROM + mail for mail in mails)
    assert cut(data.replace(b"\n", end)) == [mail.replace(b"\n", end) for mail in mails]
    own = MAIL % (b"s", b"text\n\n" + FROM + b"Subject: within\n\nthis mail")
    length = len(own) - own.index(b"\n\n") - 2
    told = own.replace(b"\n\n", b"\nContent-Length: %d\n\n" % length, 1)
    assert cut(FROM + told + b"\n" + FROM + mails[0]) == [told, mails[0]]  # mboxcl2
    assert cut(b"\xef\xbb\xbf" + FROM + mails[0] + b"\n" + FROM + mails[1]) == [
        mails[0],
        mails[1],
    ]  # with a mark of UTF-8
    assert cut(FROM + mails[0] + FROM + mails[1]) == [mails[0], mails[1]]  # no empty line between


def test_a_mailbox_larger_than_what_is_read_at_once():
    mails = [MAIL % (b"%d" % n, b"x" * 997 + b"\nFrom y" * (n % 7)) for n in range(3_000)]
    assert cut(b"\n".join(FROM + mail for mail in mails)) == mails


@pytest.fixture
def folder(tmp_path):
    """A Maildir, an mbox in a tar in a zip, an eml with a mail attached, an MSG, and what is no mail."""
    for place in ("box/cur", "box/new", "box/tmp", "box/.Sent/cur"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "box/cur/1:2,S").write_bytes(MAIL % (b"read", b"x"))
    (tmp_path / "box/.Sent/cur/2:2,S").write_bytes(MAIL % (b"sent", b"x"))
    inner = MAIL % (b"within", b"signed text \n") + b"-- \n"
    nested = multipart(b"\r\nsee below", b"Content-Type: message/rfc822\r\n\r\n" + inner, attached(b"UEsD", b"a.bin"))
    (tmp_path / "outer.eml").write_bytes(nested)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("old/inbox")
        info.size = len(box := FROM + MAIL % (b"one", b"x") + b"\n" + FROM + MAIL % (b"two", b"x"))
        archive.addfile(info, io.BytesIO(box))
    (tmp_path / "old.zip").write_bytes(zipped(("a/old.tgz", packed.getvalue())))
    (tmp_path / "outlook.msg").write_bytes(compound(mail_storage()))
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "link.eml").symlink_to("outer.eml")
    return tmp_path, inner


def test_every_kind_of_mailbox_in_a_folder(folder):
    root, inner = folder
    found = list(read_mail([str(root)]))
    mails = [one for one in found if isinstance(one, Message)]
    subjects = {one.raw.partition(b"Subject: ")[2].split()[0].decode(): one for one in mails}
    assert set(subjects) == {"read", "sent", "within", "s", "one", "two", "Count"}
    assert (subjects["read"].via, subjects["read"].folder) == ("maildir", "Inbox")
    assert subjects["sent"].folder == "Sent"
    assert (subjects["two"].via, subjects["two"].row) == ("mbox", 2)
    assert subjects["two"].file.endswith("old.zip!a/old.tgz!unpacked!old/inbox")
    assert subjects["within"].raw == inner  # byte for byte: its signatures can be checked
    assert subjects["within"].file.endswith("outer.eml#1.2")
    assert [one.whole for one in mails].count(False) == 1
    assert not subjects["Count"].whole
    reasons = {one.file.rpartition("/")[2]: one.reason for one in found if not isinstance(one, Message)}
    assert reasons == {"picture": "is no mail", "link.eml": "a link, which is not followed"}


def test_a_mail_of_outlook_is_put_together_again():
    header = "From: =?utf-8?q?=C3=84?= <a@b.example>\r\nContent-Type: x/y;\r\n\tz\r\nX-Y: 1\r\n\r\n"
    note = {"__substg1.0_3707001F": text("ä.txt"), "__substg1.0_37010102": b"at" * 4000}
    inner = {"__substg1.0_3701000D": mail_storage(top=False)}
    more = {"__attach_version1.0_#00000000": note, "__attach_version1.0_#00000001": inner}
    storage = mail_storage({"__substg1.0_007D001F": text(header), **more})
    [(_, [raw])] = msg.read(io.BytesIO(compound(storage)), "")
    found = list(parts(raw))
    assert raw.startswith(b"From: =?utf-8?q?=C3=84?= <a@b.example>\r\nX-Y: 1\r\nMIME-Version: 1.0\r\n")
    assert [part.media_type for part in found] == ["text/plain", "application/octet-stream", "message/rfc822"]
    assert found[0].text == "The text ä"
    assert (found[1].name, found[1].data) == ("ä.txt", b"at" * 4000)
    inner = found[2].raw.decode()
    assert "From: =?utf-8?b?QW5uIMOW?= <ann@example.org>\r\nTo: Bob <bob@example.org>\r\n" in inner
    assert "Date: Tue, 05 Nov 2024 10:00:00 +0000" in inner
    assert raw == next(msg.read(io.BytesIO(compound(storage)), ""))[1][0]


def test_the_html_of_a_mail_that_outlook_packed_into_rtf():
    body = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Dear "
        rb"{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 B\'fcro{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 \htmlrtf\par}"
        rb"\htmlrtf0 "
        rb"{\*\mhtmltag64 <i>}}"
    )
    packed = struct.pack("<4sI4sI", b"\0\0\0\0", len(body), b"MELA", 0) + body
    storage = mail_storage({"__substg1.0_10090102": packed})
    del storage["__substg1.0_1000001F"]
    [(_, [raw])] = msg.read(io.BytesIO(compound(storage)), "")
    [part] = parts(raw)
    assert (part.media_type, part.text) == ("text/html", "<p>Dear <b>Büro</b>")
    assert "Dear Büro" in letter(raw)


def test_packed_rtf():
    """The example of [MS-OXRTFCP] 3.1.1: two references into the dictionary that the format begins with."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


class Item(SimpleNamespace):
    """Stands where libpff's objects do, which no program here can write a file for."""

    def __getattr__(self, name):
        if name.startswith("get_number_of_"):
            return lambda: len(vars(self).get(name.removeprefix("get_number_of_"), ()))
        if name.startswith("get_sub_") or name == "get_attachment":
            several = f"{name.removeprefix('get_')}s"
            return lambda number: vars(self)[several][number]
        if name.startswith("get_") and name.removeprefix("get_") in vars(self):
            return lambda: vars(self)[name.removeprefix("get_")]
        raise AttributeError(name)


def test_folders_and_mails_of_a_pst():
    note = Item(long_filename="n.txt", size=4, read_buffer=lambda size: b"note"[:size])
    mail = Item(subject="Zürich", sender_name="Ann", plain_text_body=b"text", html_body=None, attachments=[note],
                transport_headers=None)  # fmt: skip
    inbox = Item(name="Inbox/../x", sub_messages=[mail], sub_folders=[])
    [(facts, [raw])] = pst._folder(Item(sub_messages=[], sub_folders=[inbox]), "", 0)
    assert facts == {"folder": "Inbox/x"}
    assert b"Subject: =?utf-8?q?Z=C3=BCrich?=\r\n" in raw
    assert [(part.name, part.data) for part in parts(raw)] == [("", b"text"), ("n.txt", b"note")]
    loop = Item(name="again", sub_messages=[])
    loop.sub_folders = [loop]
    assert "more than 50 deep" in list(pst._folder(loop, "", 0))[-1][0]["fault"]
