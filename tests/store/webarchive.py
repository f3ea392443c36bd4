"""Web archives for the tests: WARC files written by warcio, and WACZ files around them."""

import hashlib
import io
import json
import zipfile

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DATE = "2026-03-01T10:20:30Z"
PAGE = b"<!doctype html><title>News</title><p>The vote is on Friday.</p>"


def record(writer, url, body, headers=(), kind="response", date=DATE):
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1")
    about = {"WARC-Date": date}
    made = writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=about)
    writer.write_record(made)


def warc(*pages, gzip=True, **options):
    """A WARC with a request and a response for each (url, body, headers)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for url, body, *headers in pages:
        ask = StatusAndHeaders(
            "GET / HTTP/1.1", [("Host", "example.org"), ("Cookie", "secret=1")], is_http_request=True
        )
        writer.write_record(writer.create_warc_record(url, "request", http_headers=ask))
        record(writer, url, body, *headers, **options)
    return out.getvalue()


def package(files):
    """The datapackage.json that lists these files."""
    parts = [
        {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
         "bytes": len(data)}
        for name, data in files.items()
    ]  # fmt: skip
    return json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": parts}).encode()


def wacz(files, listed=None, method=zipfile.ZIP_STORED):
    """A WACZ of these files; `listed` are those that datapackage.json knows, by default all."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("datapackage.json", package(files if listed is None else listed))
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
