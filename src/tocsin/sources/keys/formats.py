"""What key files look like: JSON of archives and of ours, tables, zone files and the output of DNS tools."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

#: Names of columns and JSON fields for each thing told of a key, in lower case without blanks, dashes and underscores.
NAMES = {
    "domain": ("domain", "sdid", "d"),
    "selector": ("selector", "s"),
    "name": ("name", "host", "hostname", "fqdn", "owner", "rrname"),
    "record": ("record", "value", "txt", "data", "content", "rdata", "key"),
    "source": ("source", "channel", "provenance"),
    "origin": ("origin", "archive", "keptby"),
    "first": ("first", "firstseen", "firstseenat", "timefirst", "from"),
    "last": ("last", "lastseen", "lastseenat", "timelast", "until"),
}
MARK = "._domainkey"
_STRING = r'"(?:[^"\\]|\\.)*"'
_RECORD = re.compile(
    rf"^[ \t]*(?P<name>[^\s;\"]*_domainkey[^\s\"]*)[ \t]+"
    rf"(?:[^\"\n;]*?\b(?:TXT|descriptive text)\b|text\s*=)\s*"
    rf"(?P<text>\(?(?:(?:\s|;[^\n\"]*\n)*{_STRING})+|[^\s\"(][^\n\"]*)",
    re.I | re.M,
)
_ORIGIN = re.compile(r"^\$ORIGIN[ \t]+(\S+)", re.I | re.M)

Row = dict[str, str]


def recognise(text: str) -> str:
    """Which of json, lines, table and zone a text is; "" where none."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "lines"
        return "json"
    if _RECORD.search(text):
        return "zone"
    header = _fields(next(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), []))
    return "table" if "record" in header and {"name", "domain"} & set(header) else ""


def rows(text: str, form: str) -> Iterator[tuple[int, Row | None]]:
    """Number and content of each entry; None where an entry is none that can be read."""
    if form == "json":
        yield from enumerate(_walk(json.loads(text)), 1)
    elif form == "lines":
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield from ((number, row) for row in _line(line))
    elif form == "table":
        yield from _table(text)
    else:
        yield from enumerate(_zone(text), 1)


def _line(line: str) -> Iterator[Row | None]:
    try:
        yield from _walk(json.loads(line))
    except (ValueError, RecursionError):
        yield None


def _walk(value: Any) -> Iterator[Row | None]:
    """Entries of any JSON: a map from names to records, objects with a record, and whatever holds such."""
    if isinstance(value, list):
        for one in value:
            yield from _walk(one)
    elif isinstance(value, dict):
        found = _row(value)
        if "record" in found and ("name" in found or "domain" in found):
            yield found
            return
        for name, one in value.items():
            if MARK not in name.lower():
                yield from _walk(one) if isinstance(one, dict | list) else ()
                continue
            for each in one if isinstance(one, list) else [one]:
                given = {"record": each} if isinstance(each, str) else _row(each) if isinstance(each, dict) else {}
                yield {**given, "name": name} if "record" in given else None


def _row(value: dict[str, Any]) -> Row:
    found: Row = {}
    for name, one in value.items():
        wanted = _wanted(name)
        if wanted and wanted not in found and isinstance(one, str | int | float) and not isinstance(one, bool):
            found[wanted] = str(one)
    if any(value.get(name) in (16, "TXT") for name in ("type", "rrtype")):  # an answer of DNS over HTTPS, passive DNS
        found["source"] = "dns"
    return found


def _wanted(name: str) -> str:
    plain = re.sub(r"[ _-]", "", name).lower()
    return next((wanted for wanted, names in NAMES.items() if plain in names), "")


def _fields(header: list[str]) -> list[str]:
    return [_wanted(name.strip("\ufeff ")) for name in header]


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max("\t,;", key=head.count)


def _table(text: str) -> Iterator[tuple[int, Row | None]]:
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    names = _fields(next(reader, []))
    for cells in reader:
        if cells:
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
            yield reader.line_num, row if "record" in row else None


def _zone(text: str) -> Iterator[Row | None]:
    """TXT records of a zone file (RFC 1035, section 5) or as dig, host and nslookup print them."""
    origins = [(found.start(), found[1].rstrip(".")) for found in _ORIGIN.finditer(text)]
    for found in _RECORD.finditer(text):
        name = found["name"]
        if not name.endswith(".") and name.lower().endswith("_domainkey"):
            origin = next((origin for at, origin in reversed(origins) if at < found.start()), "")
            name = f"{name}.{origin}" if origin else name
        yield {"name": name.rstrip("."), "record": found["text"], "source": "dns"}


def plain(record: str) -> str:
    """A TXT record without the quotes and escapes of zone files; its strings joined (RFC 1035, section 5.1)."""
    strings = re.findall(_STRING, record)
    return re.sub(r"\\(.)", r"\1", "".join(one[1:-1] for one in strings)) if strings else record.strip()
