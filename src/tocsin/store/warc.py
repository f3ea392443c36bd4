"""Web archives: the responses in a WARC (ISO 28500:2017) or WACZ (WACZ 1.1.1), each with address, time and headers."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from zipfile import ZipFile, ZipInfo

from tocsin.errors import InputError, TocsinError
from tocsin.store.limits import MIB, Bounded, Limits
from tocsin.store.zips import DAMAGE, Refused, entries, opened

TOOL = "warcio"
HEADER_BYTES = 2 * MIB  # the headers of one record; a real one has some thousand bytes
PACKAGE_BYTES = 16 * MIB
_CHUNK = 1 << 18
_UNLISTED = ("datapackage.json", "datapackage-digest.json")  # what a WACZ does not list (WACZ 1.1.1, section 5.2)
_SECRETS = ("set-cookie", "set-cookie2")  # would let a reader act as who captured the page


@dataclass(frozen=True)
class Response:
    """One answer of a server as an archive holds it. `content` is decoded and lives until the next one is asked for."""

    url: str
    time: datetime
    headers: tuple[tuple[str, str], ...]
    content: BinaryIO


def responses(stream: BinaryIO, size: int, limits: Limits) -> Iterator[Response | Refused]:
    """The responses of a WARC of `size` bytes, plain or gzip. What is damaged or over a limit comes as `Refused`; after
    damage to the file itself nothing more can be read, which is said last."""
    from warcio.archiveiterator import WARCIterator  # type: ignore[import-untyped]

    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    plain: Any = gzip.GzipFile(fileobj=stream) if packed else stream
    bounded = Bounded(plain.read1, 0)  # read1: what stands before damage is given before the error
    records: Any = WARCIterator(bounded, check_digests=True)
    records.INC_RECORD = ""  # what it prints where a length is wrong; `err_count` says so too
    decoded, wrong = limits.unpacked(size), 0
    for number in range(limits.entries):
        try:
            bounded.stop = min(limits.unpacked(size), bounded.given + HEADER_BYTES)
            if (record := next(records, None)) is None:
                if bounded.given > records.offset:
                    yield Refused(f"record {number}", "cut short")
                return
            bounded.stop = limits.unpacked(size)
            with SpooledTemporaryFile(max_size=MIB) as content:
                found = _response(record, cast("BinaryIO", content), min(decoded, limits.file_bytes))
                decoded -= content.tell()
                content.seek(0)
                records.read_to_end()
                if found is not None:
                    yield found
        except Exception as error:  # noqa: BLE001  warcio raises whatever it stumbles over
            yield Refused(f"record {number}", f"the archive cannot be read from here on: {error}")
            return
        if records.err_count > wrong:
            wrong = records.err_count
            yield Refused(f"record {number}", "its length is not what it states")
    yield Refused("", f"more than {limits.entries:,} records; the rest was not looked at")


def _response(record: Any, content: BinaryIO, limit: int) -> Response | Refused | None:
    """One record, its content copied; None for one that holds no content of a page."""
    if record.rec_type not in ("response", "resource"):
        _drain(record)
        return Refused(record.rec_type, "cut short") if record.raw_stream.limit > 0 else None
    url = _text(record.rec_headers.get_header("WARC-Target-URI") or "", 4000)
    reason = _copy(record, content, limit)
    _drain(record)
    time = _time(record.rec_headers.get_header("WARC-Date") or "")
    if record.length is None or record.raw_stream.limit > 0:
        reason = "cut short"
    elif _fails(record):
        reason = "its bytes do not have the digest that the archive states"
    if reason or time is None:
        return Refused(url, reason or "has no time that can be read")
    return Response(url, time, _headers(record.http_headers), content)


def _copy(record: Any, content: BinaryIO, limit: int) -> str:
    """Copy the decoded content; the reason if it is over the limit."""
    stream = Bounded(record.content_stream().read, limit)
    try:
        while chunk := stream.read(_CHUNK):
            content.write(chunk)
    except TocsinError as error:
        return str(error)
    return ""


def _drain(record: Any) -> None:
    """Read the record to its end, where its digests are compared."""
    while record.raw_stream.read(_CHUNK):
        pass


def _fails(record: Any) -> bool:
    """Whether a stated digest does not hold. That of the payload counts only where it is stated over the bytes as they
    stand: some programs state it over the content after chunks are joined (ISO 28500, 5.9)."""
    chunked = record.http_headers and record.http_headers.get_header("transfer-encoding")
    problems = record.digest_checker.problems
    return any(text.startswith("block digest failed") or not chunked for text in problems if "failed" in text)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _headers(http: Any) -> tuple[tuple[str, str], ...]:
    """Status and headers of the answer, without those that are secrets; at most 100."""
    if http is None:
        return ()
    kept = [(_text(name, 200), _text(value, 4000)) for name, value in http.headers if name.lower() not in _SECRETS]
    return ((":status", _text(http.statusline, 200)), *kept)[:100]


def _text(text: str, longest: int) -> str:
    return text.encode("utf-8", "replace").decode()[:longest]


def wacz_responses(stream: BinaryIO, size: int, limits: Limits) -> Iterator[Response | Refused]:
    """The responses of all WARCs in a WACZ of `size` bytes; each file's digest in datapackage.json is checked first."""
    try:
        with opened(stream) as archive:
            taken, refused = entries(archive, size, limits)
            yield from refused
            stated = _stated(archive, taken)
            yield from (
                Refused(name, "is listed in datapackage.json and missing") for name in stated.keys() - taken.keys()
            )
            rest = replace(limits, total_bytes=limits.unpacked(size))
            for name, info in taken.items():
                reason = "" if name in _UNLISTED else _digest_problem(archive, info, stated.get(name))
                if reason:
                    yield Refused(name, reason)
                elif name.startswith("archive/"):
                    for found in _inner(archive, info, rest):
                        spent = _rewound(found.content) if isinstance(found, Response) else 0
                        rest = replace(rest, total_bytes=rest.total_bytes - spent, entries=rest.entries - 1)
                        yield found
    except InputError as error:
        yield Refused("", str(error))


def _rewound(content: BinaryIO) -> int:
    """Its size in bytes; it is left at its start."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    return size


def _stated(archive: ZipFile, taken: dict[str, ZipInfo]) -> dict[str, str]:
    """Name and digest of each file that datapackage.json lists; `InputError` where that is no datapackage."""
    try:
        infos = [taken[name] for name in _UNLISTED if name in taken]
        if not infos or infos[0].filename != _UNLISTED[0] or any(info.file_size > PACKAGE_BYTES for info in infos):
            raise InputError("there is no datapackage.json that can be read", hint="Get the file again.")
        package, *seal = (archive.read(info) for info in infos)
        if seal and json.loads(seal[0])["hash"] != f"sha256:{hashlib.sha256(package).hexdigest()}":
            raise InputError("datapackage.json does not have the digest stated for it", hint="Get the file again.")
        return {str(one["path"]): str(one["hash"]) for one in json.loads(package)["resources"]}
    except (*DAMAGE, LookupError, TypeError, RecursionError) as error:
        raise InputError(f"datapackage.json cannot be read: {error}", hint="Get the file again.") from error


def _digest_problem(archive: ZipFile, info: ZipInfo, stated: str | None) -> str:
    """Why a file of a WACZ is not taken; empty where it may be."""
    if stated is None:
        return "is not listed in datapackage.json"
    method, _, wanted = stated.partition(":")
    if method not in ("sha256", "md5"):  # the two that the specification names
        return f"its digest is of a kind that is not known: {_text(method, 40)}"
    try:
        with archive.open(info) as file:
            found = hashlib.file_digest(cast("io.BytesIO", file), lambda: hashlib.new(method, usedforsecurity=False))
    except DAMAGE as error:
        return f"cannot be read: {error}"
    return "" if found.hexdigest() == wanted else "does not have the digest that datapackage.json states"


def _inner(archive: ZipFile, info: ZipInfo, limits: Limits) -> Iterator[Response | Refused]:
    with archive.open(info) as file:
        for found in responses(cast("BinaryIO", file), info.file_size, limits):
            yield found._replace(name=f"{info.filename}: {found.name}") if isinstance(found, Refused) else found
