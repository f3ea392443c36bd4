"""JSON logs: any web server's or sign-in log by the names of its members, Suricata's EVE, Zeek's, testssl's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO, cast

from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.generic import flat
from tocsin.sources.jsontext import Document, Found, from_lines, is_lines
from tocsin.sources.logs.base import EventBatch, Gathering, LogOptions, Times, address
from tocsin.sources.logs.fields import Namer
from tocsin.sources.textual import Lines

Event = tuple[int, Mapping[str, Any]]
#: Makes a function of one record: time and fields, or None where it holds no event; ValueError with the reason.
Maker = Callable[[LogOptions, Times], Callable[[Mapping[str, Any]], Event | None]]
_DEEP = (("*",), ("Events", "*"), ("events", "*"), ("Records", "*"))
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class ObjectFormat:
    """A format of JSON objects, a line each or in one array, told by its first records."""

    id: str
    title: str
    maker: Maker
    reason: str
    signed: Callable[[Mapping[str, Any]], bool]
    confidence: float = 0.9
    paths: tuple[tuple[str, ...], ...] = _DEEP

    def sniff(self, head: Head) -> Sniff | None:
        """Sure where one of the first records has the format's members."""
        if head.data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"{", b"["):
            return None
        import io

        found = _records(Peekable(cast("BinaryIO", io.BytesIO(head.data))), self.paths)[0]
        first = [one.value for one in islice(found, _LOOKED_AT) if isinstance(one.value, dict)]
        return Sniff(self.confidence, self.reason) if any(map(self.signed, first)) else None

    def read(self, stream: BinaryIO, name: str, options: LogOptions) -> Iterator[EventBatch]:
        """Read a decompressed stream; see `LogFormat.read`."""
        source = stream if isinstance(stream, Peekable) else Peekable(stream)
        found, text = _records(source, self.paths)
        times, gathered, passed = Times(options), Gathering(name, options, options.office), 0
        make = self.maker(options, times)
        for record in found:
            passed += not _add(gathered, record, make)
            if gathered.full:
                yield gathered.batch()
        other = [f"{passed:,} records that hold no event of interest"] if passed else []
        yield gathered.batch([*other, *times.notes(), *text.notes()])


def _records(source: Peekable, paths: tuple[tuple[str, ...], ...]) -> tuple[Iterator[Found], Lines | Document]:
    if is_lines(source.peek(1 << 18)):
        lines = Lines(cast("BinaryIO", source))
        return from_lines(lines), lines
    document = Document(cast("BinaryIO", source), paths)
    return iter(document), document


def _add(gathered: Gathering, record: Found, make: Callable[[Mapping[str, Any]], Event | None]) -> bool:
    """False where the record holds no event."""
    if not isinstance(record.value, dict):
        gathered.reject(record.number, record.reason or "not a JSON object")
        return True
    try:
        made = make(record.value)
    except ValueError as error:
        gathered.reject(record.number, str(error))
        return True
    if made is not None:
        gathered.add(record.number, *made)
    return made is not None


def _named(options: LogOptions, times: Times) -> Callable[[Mapping[str, Any]], Event | None]:
    return Namer(options.mapping, times).event


def _knows(record: Mapping[str, Any]) -> bool:
    members = list(flat(dict(record)))
    windows = any("targetusername" in member.lower() for member in members)
    return windows or Namer({}, Times(LogOptions())).knows(members)


def _eve(options: LogOptions, times: Times) -> Callable[[Mapping[str, Any]], Event | None]:
    def event(record: Mapping[str, Any]) -> Event | None:
        kind = record.get("event_type")
        http, alert = _inner(record, "http"), _inner(record, "alert")
        made: dict[str, Any] = {"source": address(record.get("src_ip"))}
        if kind in ("http", "alert"):
            made |= {"method": _text(http.get("http_method")), "path": _text(http.get("url"))}
            made |= {"status": http.get("status"), "agent": _text(http.get("http_user_agent"))}
            made |= {"referrer": _text(http.get("http_refer")), "size": http.get("length")}
        if kind == "alert":
            made |= {"kind": "ids", "action": _text(alert.get("signature")), "severity": _text(alert.get("severity"))}
        elif kind == "tls":
            made |= {"kind": "tls", "action": f"handshake with {_text(_inner(record, 'tls').get('sni')) or 'no name'}"}
        elif kind == "flow":
            made |= {"kind": "flow", "action": _text(_inner(record, "flow").get("state"))}
            made |= {"path": f"port {record.get('dest_port')}"}
        elif kind != "http":
            return None
        return times.read(record.get("timestamp")), made

    return event


def zeek_event(times: Times, record: Mapping[str, Any], path: str = "") -> Event | None:
    """A record of Zeek (conn, http, ssl, ssh, notice) by its members; None for other logs of it."""
    path = path or str(record.get("_path") or _guessed(record))
    made: dict[str, Any] = {"source": address(record.get("id.orig_h") or record.get("src"))}
    if path == "http":
        made |= {"method": record.get("method"), "path": record.get("uri"), "status": record.get("status_code")}
        made |= {"size": record.get("response_body_len"), "referrer": record.get("referrer")}
        made |= {"agent": record.get("user_agent"), "user": record.get("username")}
    elif path == "conn":
        made |= {"kind": "flow", "path": f"port {record.get('id.resp_p')}", "action": record.get("conn_state")}
        made |= {"size": record.get("resp_bytes")}
    elif path == "ssl":
        made |= {"kind": "tls", "action": f"handshake with {record.get('server_name') or 'no name'}"}
    elif path == "ssh" and record.get("auth_success") not in (None, "-"):
        good = str(record.get("auth_success")) in ("True", "T", "true")
        made |= {"kind": "auth", "method": "ssh", "action": "success" if good else "failure"}
    elif path == "notice":
        made |= {"kind": "ids", "action": record.get("note")}
    else:
        return None
    return times.read(record.get("ts")), {k: None if v in (None, "-", "(empty)") else str(v) for k, v in made.items()}


def _guessed(record: Mapping[str, Any]) -> str:
    """Which log of Zeek a record without `_path` is of."""
    told = {"uri": "http", "server_name": "ssl", "cipher": "ssl", "auth_success": "ssh", "note": "notice"}
    return next((path for member, path in told.items() if member in record), "conn")


def _zeek(options: LogOptions, times: Times) -> Callable[[Mapping[str, Any]], Event | None]:
    return partial(zeek_event, times)


_HARMLESS = ("OK", "INFO", "DEBUG")


def _testssl(options: LogOptions, times: Times) -> Callable[[Mapping[str, Any]], Event | None]:
    now = times.bounded(int(options.now.timestamp() * 1_000_000))

    def event(record: Mapping[str, Any]) -> Event | None:
        severity = _text(record.get("severity")) or ""
        if severity in _HARMLESS or not severity:
            return None
        told = f"{_text(record.get('id'))}: {_text(record.get('finding'))}"
        where = f"{_text(record.get('ip')) or ''} port {_text(record.get('port')) or ''}"
        return now, {"kind": "tls", "source": "", "path": where, "action": told, "severity": severity.lower()}

    return event


def _inner(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _has(*members: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda record: all(member in record for member in members)


OBJECTS = ObjectFormat(
    "json", "JSON by the names of its members", _named, "members of a known kind of log", _knows, 0.7
)
EVE = ObjectFormat(
    "suricata", "Suricata's EVE", _eve, "the members event_type and src_ip", _has("event_type", "src_ip")
)
ZEEK = ObjectFormat("zeek", "Zeek's log as JSON", _zeek, "the members ts and id.orig_h", _has("ts", "id.orig_h"))
_FINDINGS = chain(
    [("*",), ("scanResult", "*")],
    [
        ("scanResult", "*", part, "*")
        for part in (
            "pretest",
            "protocols",
            "grease",
            "ciphers",
            "serverPreferences",
            "fs",
            "serverDefaults",
            "headerResponse",
            "vulnerabilities",
            "cipherTests",
            "browserSimulations",
            "rating",
        )
    ],
)
TESTSSL = ObjectFormat(
    "testssl",
    "testssl's findings",
    _testssl,
    "the members id, severity and finding",
    _has("id", "severity", "finding"),
    0.95,
    tuple(_FINDINGS),
)
