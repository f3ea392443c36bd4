"""Evidence in the browser: kept as it came, shown only as a working copy, given out only to keep, and each taking is
in the journal."""

import hashlib
import io
import re

import pytest
from PIL import Image
from tests.web import paths
from tests.web.conftest import ORIGIN
from tests.web.forms import said, send
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = b"<!doctype html><title>x</title><h1>Vote on Friday</h1><script>alert(1)</script>"


@pytest.fixture
def author(join, workspace, tmp_path):
    browser = join("ann", ("analyst",))
    paths.take_in(workspace, browser.person, tmp_path / "scan")
    return browser


@pytest.fixture
def case(author):
    return paths.open_case(author, paths.lead_ids(author)[0])


def upload(browser, case, content, name, **more):
    """Add a file to the case; return the address of its page."""
    answer = send(browser, case, f"{case}/evidence", files={"file": (name, content)}, **more)
    assert said(answer).startswith("1 item is kept."), said(answer)
    return answer.url.path


def actions(workspace, subject):
    return [entry.action for entry in workspace.journal.entries(subject=subject)]


def test_bytes_come_back_as_they_were_and_are_never_shown(author, case, workspace):
    item = upload(author, case, HTML, "page.html", source="https://example.org/x")
    page = author.get(item).text
    assert hashlib.sha256(HTML).hexdigest() in page
    assert "https://example.org/x" in page
    assert "alert(1)" not in page
    kept = send(author, item, f"{item}/original")
    assert kept.content == HTML
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith("attachment;")
    assert kept.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert actions(workspace, item.rpartition("/")[2]) == ["capture", "open original"]


def test_the_working_copy_is_what_a_reader_sees(author, case, workspace):
    item = upload(author, case, HTML, "page.html")
    page = send(author, item, f"{item}/copy")
    assert "Vote on Friday" in page.text
    assert "alert(1)" not in page.text
    kept = send(author, item, f"{item}/copy/file")
    assert b"Vote on Friday" in kept.content
    assert b"script" not in kept.content
    assert actions(workspace, item.rpartition("/")[2])[-1] == "open copy"


def test_a_picture_is_shown_without_what_the_camera_wrote(author, case):
    drawn = io.BytesIO()
    taken = Image.new("RGB", (8, 8), "red")
    exif = taken.getexif()
    exif[0x013B] = "Quentin Ashgrove"
    taken.save(drawn, "JPEG", exif=exif)
    item = upload(author, case, drawn.getvalue(), "photo.jpg")
    assert author.get(f"{item}/picture").status_code == 422  # no copy yet
    send(author, item, f"{item}/copy")
    shown = author.get(f"{item}/picture")
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"Ashgrove" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (8, 8)


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"; drop.html', "über\u202egpj.exe", ""])
def test_hostile_names_stay_names(author, case, name):
    answer = send(author, case, f"{case}/evidence", files={"file": (name or "x", b"text")})
    assert answer.status_code == 200
    kept = send(author, answer.url.path, f"{answer.url.path}/original")
    plain = kept.headers["content-disposition"].partition(";")[2].partition(";")[0]
    assert "/" not in plain
    assert plain.count('"') == 2


def test_the_number_of_pages_leads_to_the_pages_of_that_archive(author, case):
    for name, addresses in (("one.warc", ("a", "b")), ("two.warc", ("c",))):
        archive = io.BytesIO()
        writer = WARCWriter(archive, gzip=False)
        for address in addresses:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            body = io.BytesIO(f"<p>{address}".encode())
            url = f"https://{address}.example/"
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=headers))
        kept = send(author, case, f"{case}/evidence", files={"file": (name, archive.getvalue())})
        link = re.search(r'<a href="(/evidence\?out_of=[^"]+)">(\d) items?<', kept.text)
        assert int(link[2]) == len(addresses)
        rows = re.findall(r'<tr><td><a href="/evidence/', author.get(link[1]).text)
        assert len(rows) == len(addresses)


def test_an_archive_bomb_keeps_the_file_and_says_what_was_set_aside(author, case):
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc", b"\0" * (200 << 20))
    answer = send(author, case, f"{case}/evidence", files={"file": ("bomb.wacz", bomb.getvalue())})
    assert answer.status_code == 200
    assert "set aside" in said(answer)


def test_who_does_not_see_the_names_gets_no_bytes_and_that_is_kept(author, case, join, workspace):
    item = upload(author, case, HTML, "page.html")
    other = join("eve", ("reviewer", "publisher"))
    headers = {"origin": ORIGIN}
    answer = other.post(f"{item}/original", data={"csrf": other.token("/account")}, headers=headers)
    assert answer.status_code == 403
    assert actions(workspace, item.rpartition("/")[2])[-1] == "refused: open original"
    assert "Keep the original" not in other.get(item).text


def test_the_files_of_a_scan_are_not_given_out(author, workspace):
    import re

    item = re.search(r'href="(/evidence/[0-9a-f-]{36})"', author.get("/evidence?how=scan").text)[1]
    assert "only by an export" in author.get(item).text
    answer = author.post(f"{item}/original", data={"csrf": author.token("/account")}, headers={"origin": ORIGIN})
    assert answer.status_code == 403


def test_only_an_analyst_of_the_case_adds_files(author, case, join):
    other = join("eve", ("analyst",))
    data, files = {"csrf": other.token("/account")}, {"file": ("x", b"x")}
    answer = other.post(f"{case}/evidence", data=data, files=files, headers={"origin": ORIGIN})
    assert answer.status_code == 403
