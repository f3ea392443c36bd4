"""Evidence comes in: every byte kept, its kind found from the bytes, what cannot be taken counted with the reason."""

import hashlib
import io
import os
import time
import zipfile

import pytest
from PIL import Image
from tests.store.webarchive import PAGE, wacz, warc

from tocsin.errors import InputError, RefusedError
from tocsin.model.evidence import Item
from tocsin.store.capture import LIMITS, capture, capture_path, plain_name
from tocsin.store.copies import make_copy
from tocsin.store.limits import MIB, Limits
from tocsin.store.media import media_type

URL = "https://example.org/news"
SCRIPT = b"<script>alert(1)</script>"


def drawn(kind, **options):
    out = io.BytesIO()
    Image.effect_noise((16, 16), 50).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def kept(workspace, item):
    with workspace.vault.open(item.sha256) as file:
        return file.read()


def test_a_file_is_kept_with_the_facts(workspace):
    data = drawn("PNG")
    taken = capture(workspace, data, "C:\\tips\\photo.jpg", by="ada", case="c1", source="a tip", headers=(("A", "b"),))
    (item,) = taken.items
    assert kept(workspace, item) == data
    assert (item.sha256, item.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (item.media_type, item.name, item.captured_by) == ("image/png", "photo.jpg", "ada")
    assert (item.case, item.source, item.how, item.headers) == ("c1", "a tip", "upload", (("A", "b"),))
    last = workspace.journal.head()
    assert (last.actor, last.action, last.subject) == ("ada", "capture", item.id)
    assert workspace.check() == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "text/plain"),
        (b"\xef\xbb\xbf{}", "application/json"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<!-- a --> <SCRIPT>", "text/html"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"MZ\0\0", "application/x-msdownload"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"From: a\r\nTo: b\r\n\r\nhello", "message/rfc822"),
        (b"\0\1\2", "application/octet-stream"),
        ("ä".encode() * 40_000, "text/plain"),
        (b"\x1f\x8b\x08 cut", "application/gzip"),
        (b"PK\3\4 cut", "application/zip"),
    ],
)
def test_the_kind_is_found_from_the_bytes(data, kind):
    assert media_type(io.BytesIO(data)) == kind


@pytest.mark.parametrize("unit", [b"<!---->", b"<!--", b"a: b\r\n", b"a: b\r\n c\r\n", b"a:", b" ", b"<svg"])
def test_a_file_that_is_nearly_of_a_kind_costs_little(unit):
    before = time.process_time()
    assert media_type(io.BytesIO(unit * 10_000 + b"x")) == "text/plain"
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\\b\\c.txt", "c.txt"),
        ("x\0\n\x1b[31m", "x[31m"),
        ("ü\u202egpj.exe", "ügpj.exe"),
        ("", "unnamed"),
        ("\ud800.txt", "?.txt"),
        ("n" * 999, "n" * 255),
    ],
)
def test_a_name_is_only_a_name(name, plain):
    assert plain_name(name) == plain


class Endless(io.RawIOBase):
    """An upload that does not end, as somebody with time would send it."""

    def __init__(self):
        self.given = 0

    def read(self, size=-1):
        self.given += size
        return bytes(size)


def test_an_upload_over_the_limit_stops_there_and_leaves_nothing(workspace):
    assert LIMITS.file_bytes == 2 << 30
    stream = Endless()
    with pytest.raises(RefusedError, match="more than"):
        capture(workspace, stream, "big", by="ada", limits=Limits(file_bytes=20 * MIB))
    assert stream.given <= 22 * MIB
    assert list(workspace.vault.folder.rglob("*")) == []
    with workspace.read() as reader:
        assert reader.count(Item) == 0


@pytest.mark.slow
def test_an_upload_of_more_than_two_gigabytes(workspace):
    with pytest.raises(RefusedError, match="more than 2147483648 bytes"):
        capture(workspace, Endless(), "big", by="ada")
    assert list(workspace.vault.folder.rglob("*")) == []


def polyglots():
    """Files that are two kinds at once, with the kind that the bytes begin as."""
    archive = zipped(**{"evil.html": SCRIPT})
    return {
        "JPEG and zip": (drawn("JPEG") + archive, "image/jpeg"),
        "PNG and HTML": (drawn("PNG") + SCRIPT, "image/png"),
        "GIF and script": (drawn("GIF") + b"/*" + SCRIPT + b"*/", "image/gif"),
        "JPEG with HTML in a comment": (drawn("JPEG", comment=SCRIPT), "image/jpeg"),
    }


@pytest.mark.parametrize("name", polyglots())
def test_of_a_file_that_is_two_kinds_the_copy_is_one(workspace, name):
    data, kind = polyglots()[name]
    (item,) = capture(workspace, data, "x.html", by="ada").items
    assert item.media_type == kind
    assert kept(workspace, item) == data
    copy = kept(workspace, make_copy(workspace, item, by="ada"))
    assert SCRIPT not in copy
    assert b"PK" not in copy[-60:]


def test_a_warc_gives_its_pages_and_stays_as_it_came(workspace):
    data = warc((URL + "/a.html", PAGE), (URL + "/b.html", PAGE))
    original, first, second = capture(workspace, data, "crawl.warc.gz", by="ada", case="c1").items
    assert kept(workspace, original) == data
    assert original.note == "2 responses taken, 0 entries set aside."
    assert (first.source, first.how, first.name) == (URL + "/a.html", "warc", "a.html")
    assert first.derived_from == second.derived_from == original.id
    assert first.tool == "warcio"
    assert first.headers[0] == (":status", "200 OK")
    assert kept(workspace, first) == PAGE
    assert workspace.journal.head().changes == 3
    assert workspace.check() == []


def test_a_hostile_wacz_keeps_the_file_and_counts_what_is_set_aside(workspace):
    files = {"archive/a.warc.gz": warc((URL, PAGE)), "archive/../../evil.warc": warc((URL, PAGE))}
    data = wacz(files)
    taken = capture(workspace, data, "a.wacz", by="ada")
    assert kept(workspace, taken.items[0]) == data
    assert [item.source for item in taken.items[1:]] == [URL]
    assert {one.name for one in taken.refused} == {"archive/../../evil.warc"}
    assert taken.items[0].note.startswith("1 responses taken, 2 entries set aside.")
    assert not (workspace.path.parent / "evil.warc").exists()


def test_a_cut_archive_loses_nothing_that_came(workspace):
    data = warc((URL, PAGE), (URL + "/2", PAGE))[:-40]
    taken = capture(workspace, data, "cut.warc.gz", by="ada")
    assert kept(workspace, taken.items[0]) == data
    assert [item.source for item in taken.items[1:]] == [URL]
    assert len(taken.refused) == 1


def test_a_folder_is_taken_whole_and_links_are_not_followed(workspace, tmp_path):
    folder = tmp_path / "tips"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"same")
    (folder / "sub" / "a.txt").write_bytes(b"same")
    (folder / "large").write_bytes(bytes(2000))
    (tmp_path / "secret").write_text("mine")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    taken = capture_path(workspace, folder, by="ada", limits=Limits(file_bytes=1000))
    assert [item.source for item in taken.items] == ["a.txt", "sub/a.txt"]
    assert {one.name for one in taken.refused} == {"large", "link", "pipe", "round"}
    assert len(list(workspace.vault.files())) == 1
    few = capture_path(workspace, folder, by="ada", limits=Limits(entries=1))
    assert "more than 1 files" in few.refused[-1].reason


def test_one_path_that_cannot_be_taken_is_an_error(workspace, tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(InputError, match="not followed"):
        capture_path(workspace, tmp_path / "link", by="ada")
    with pytest.raises(InputError, match="No such file"):
        capture_path(workspace, tmp_path / "none", by="ada")
