"""Web archives: each response with its facts; damage and malice are set aside with a reason, and cost little."""

import gzip
import io
import random
import stat
import time
import tracemalloc
import warnings
import zipfile
from datetime import UTC, datetime

import pytest
from tests.store.webarchive import PAGE, wacz, warc

from tocsin.store.limits import MIB, Limits
from tocsin.store.warc import Response, responses, wacz_responses
from tocsin.store.zips import Refused

LIMITS = Limits()
URL = "https://example.org/news"
ARCHIVE = "archive/data.warc.gz"


def taken(data, limits=LIMITS, read=responses):
    """What is read: responses as (url, content), the others as they are."""
    return [
        (one.url, one.content.read()) if isinstance(one, Response) else one
        for one in read(io.BytesIO(data), len(data), limits)
    ]


def reasons(data, limits=LIMITS, read=responses):
    return [one.reason for one in taken(data, limits, read) if isinstance(one, Refused)]


def unpacked(data, limits=LIMITS):
    return taken(data, limits, wacz_responses)


@pytest.mark.parametrize("packed", [True, False])
def test_each_response_comes_with_address_time_headers_and_bytes(packed):
    data = warc((URL, PAGE, [("Set-Cookie", "session=1"), ("X-From", "here")]), gzip=packed)
    reader = responses(io.BytesIO(data), len(data), LIMITS)
    found = next(reader)
    assert found.url == URL
    assert found.time == datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)
    assert found.headers == ((":status", "200 OK"), ("Content-Type", "text/html"), ("X-From", "here"))
    assert found.content.read() == PAGE


@pytest.mark.parametrize("packed", [True, False])
def test_content_is_decoded(packed):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PAGE[:9], PAGE[9:], b""))
    pages = [
        ("https://a.example/", gzip.compress(PAGE), [("Content-Encoding", "gzip")]),
        ("https://b.example/", chunks, [("Transfer-Encoding", "chunked")]),
    ]
    assert taken(warc(*pages, gzip=packed)) == [(url, PAGE) for url, *_ in pages]


def test_a_resource_is_taken_and_what_holds_no_page_is_not():
    assert taken(warc((URL, PAGE), kind="resource"))[0][0] == URL
    assert taken(warc((URL, PAGE), kind="metadata")) == []


@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_anywhere_gives_what_stands_before_it_and_says_so(packed):
    pages = [(f"{URL}/{n}", PAGE + bytes([n])) for n in range(3)]
    data = warc(*pages, gzip=packed)
    wanted = [(url, body) for url, body in pages]
    start, silent = (b"\x1f\x8b" if packed else b"WARC/"), []
    for size in range(1, len(data), 29):
        found = taken(data[:size])
        good = [one for one in found if not isinstance(one, Refused)]
        assert good == wanted[: len(good)]
        if len(found) == len(good) and not data[size:].lstrip(b"\r\n").startswith(start):
            silent.append(size)  # a cut between two records is none that a reader could see
    assert silent == []


def test_bytes_that_are_not_those_stated_are_set_aside():
    data = warc((URL, PAGE), (URL + "/2", PAGE), gzip=False).replace(b"Friday", b"Sunday", 1)
    first, second = taken(data)
    assert first == Refused(URL, "its bytes do not have the digest that the archive states")
    assert second == (URL + "/2", PAGE)


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01T00:00:00Z", ""])
def test_a_record_without_a_time_is_set_aside(date):
    data = warc((URL, PAGE), gzip=False).replace(b"WARC-Date: 2026-03-01T10:20:30Z", b"WARC-Date: " + date.encode())
    assert "has no time that can be read" in reasons(data)


def test_a_length_that_is_a_lie():
    data = warc((URL, PAGE), gzip=False)
    at = data.rindex(b"Content-Length: ", 0, data.index(b"HTTP/1.1 200"))
    end = data.index(b"\r\n", at)
    for length in (b"1", b"-1", b"99999999999", b"many", b""):
        found = taken(data[:at] + b"Content-Length: " + length + data[end:])
        assert any(isinstance(one, Refused) for one in found), length


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bombs():
    """Small files that would unpack to 300 MB and more."""
    zeros = bytes(300 * MIB)
    squeezed = gzip.compress(zeros)
    inside = warc((URL, squeezed, [("Content-Encoding", "gzip")]))
    return {
        "a WARC that is all zeros": (gzip.compress(b"WARC/1.1\r\n" + zeros), responses),
        "content that unpacks": (inside, responses),
        "a WACZ with one large file": (wacz({"archive/a.warc": zeros}, method=zipfile.ZIP_DEFLATED), wacz_responses),
        "content that unpacks, in a WACZ": (wacz({ARCHIVE: inside}), wacz_responses),
    }


@pytest.fixture(scope="module")
def bombed():
    return bombs()


@pytest.mark.parametrize("name", ["a WARC that is all zeros", "content that unpacks", "a WACZ with one large file",
                                  "content that unpacks, in a WACZ"])  # fmt: skip
def test_a_bomb_is_set_aside_and_costs_little(bombed, name):
    data, read = bombed[name]
    said = []
    before = time.process_time()
    assert peak(lambda: said.extend(reasons(data, LIMITS, read))) < 100 * MIB
    assert time.process_time() - before < 10
    assert any("more than is allowed" in one or "over the limit" in one for one in said), said


def test_many_small_pages_together_are_bounded():
    data = warc(*((f"{URL}/{n}", bytes(1000)) for n in range(50)))
    assert reasons(data, Limits(entries=10)) == ["more than 10 records; the rest was not looked at"]
    said = reasons(data, Limits(total_bytes=20_000))
    assert "more than is allowed" in said[-1]


def test_headers_without_end_are_bounded():
    data = b"WARC/1.1\r\n" + b"X-A: " + b"a" * (5 * MIB) + b"\r\n"
    assert len(reasons(data)) == 1
    many = warc((URL, PAGE, [(f"X-{n}", "v" * 100) for n in range(5000)]))
    reader = responses(io.BytesIO(many), len(many), LIMITS)
    found = next(reader)
    assert len(found.headers) == 100


def test_noise_is_answered_in_words():
    chance, good = random.Random(1), warc((URL, PAGE), (URL + "/2", PAGE), gzip=False)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for one in taken(bytes(data)):
            assert isinstance(one, Refused) or one[1] == PAGE or one[0] != URL


def test_a_wacz_gives_what_its_warcs_hold():
    files = {
        ARCHIVE: warc((URL, PAGE)),
        "pages/pages.jsonl": b"{}\n",
        "archive/more.warc": warc((URL + "/2", PAGE), gzip=False),
    }
    assert sorted(unpacked(wacz(files))) == [(URL, PAGE), (URL + "/2", PAGE)]


@pytest.mark.parametrize(
    "name",
    [
        "archive/../../evil.warc",
        "../evil",
        "/etc/passwd",
        "archive\\..\\evil",
        "C:/evil.warc",
        "archive/./a",
        "archive//a",
        "a\nb",
    ],
)
def test_a_name_that_leads_out_is_set_aside_and_nothing_is_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {ARCHIVE: warc((URL, PAGE)), name: warc((URL + "/evil", PAGE))}
    found = unpacked(wacz(files))
    assert (URL, PAGE) in found
    assert (URL + "/evil", PAGE) not in found
    assert any(isinstance(one, Refused) and "leads out" in one.reason for one in found)
    assert list(tmp_path.iterdir()) == []


def test_a_link_a_double_and_an_encrypted_entry_are_set_aside():
    files = {ARCHIVE: warc((URL, PAGE))}
    out = io.BytesIO(wacz(files))
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        link = zipfile.ZipInfo("archive/link.warc")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(ARCHIVE, b"another")
        archive.writestr("archive/locked.warc", b"x")
    data = out.getvalue()
    at = data.rindex(b"PK\1\2")
    locked = data[: at + 8] + b"\1\0" + data[at + 10 :]
    found = unpacked(locked)
    assert (URL, PAGE) in found
    said = {one.name: one.reason for one in found if isinstance(one, Refused)}
    assert said["archive/link.warc"] == "is a symbolic link"
    assert said[ARCHIVE] == "a second entry of the same name"
    assert "encrypted" in said["archive/locked.warc"]


def test_digests_in_the_package_are_checked():
    good = {ARCHIVE: warc((URL, PAGE))}
    other = wacz(good, listed={ARCHIVE: b"other bytes"})
    assert unpacked(other) == [Refused(ARCHIVE, "does not have the digest that datapackage.json states")]
    more = wacz(good | {"archive/more.warc": warc((URL, PAGE))}, listed=good)
    assert Refused("archive/more.warc", "is not listed in datapackage.json") in unpacked(more)
    less = wacz(good, listed=good | {"archive/lost.warc": b""})
    assert Refused("archive/lost.warc", "is listed in datapackage.json and missing") in unpacked(less)


@pytest.mark.parametrize("package", [b"", b"{}", b"[]", b"null", b"\xff", b'{"resources":[{}]}', b"[" * 50_000])
def test_a_package_that_cannot_be_read(package):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", package)
        archive.writestr(ARCHIVE, warc((URL, PAGE)))
    (found,) = unpacked(out.getvalue())
    assert "datapackage.json" in found.reason


def test_a_zip_that_is_none_or_cut():
    data = wacz({ARCHIVE: warc((URL, PAGE))})
    for damaged in (b"", b"PK\3\4", data[:-30], data[: len(data) // 2]):
        (found,) = unpacked(damaged)
        assert "zip cannot be opened" in found.reason


def test_a_directory_that_states_too_much_is_not_read():
    data = wacz({ARCHIVE: warc((URL, PAGE))})
    (found,) = unpacked(data[:-10] + (65 * MIB).to_bytes(4, "little") + data[-6:])
    assert "over 64 MiB" in found.reason


def test_noise_in_a_wacz_is_answered_in_words():
    chance, good = random.Random(2), wacz({ARCHIVE: warc((URL, PAGE))})
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for one in unpacked(bytes(data)):
            assert isinstance(one, Refused) or one == (URL, PAGE)
