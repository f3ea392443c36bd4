"""From key files to keys, each with who kept it; an entry that cannot be read is set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tocsin.errors import TocsinError, UnknownFormat
from tocsin.model.finding import InputFile
from tocsin.model.mail import DomainKey
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.keys import formats

Source = Literal["archive", "dns", "recovered", "other"]
MOST_BYTES = 512 << 20
_TITLES = {"json": "JSON", "lines": "JSON lines", "table": "a table with a header", "zone": "TXT records of DNS"}
_NAME = re.compile(r"(?P<selector>[^\s]+?)\._domainkey\.(?P<domain>[^\s]+)", re.I)


@dataclass(frozen=True, slots=True)
class KeysFile:
    """Keys as they were read, the files, and the entries that were set aside."""

    keys: tuple[DomainKey, ...]
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_keys(
    paths: Iterable[str | Path], *, source: Source | None = None, progress: Progress | None = None
) -> KeysFile:
    """Read key files: JSON (a map from `selector._domainkey.domain` to TXT records; objects with domain, selector and
    value as key archives give them; answers of DNS over HTTPS; ours), JSON lines, a table, a zone file, or the output
    of dig, host or nslookup. `source` is who says so where the file does not: archive where it tells when a key was
    seen, dns for DNS records, else other. Several keys of one name are all kept.

    Raises the first file's error where none could be read.
    """
    told = progress or Silent()
    keys: dict[DomainKey, None] = {}
    rejected, inputs, errors = list[Rejected](), list[InputFile](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        if isinstance(item, Unopened):
            errors.append(item.error)
            inputs.append(as_read(item, "", str(item.error), 0, 0))
            continue
        try:
            form, found, bad = _read(item, source)
        except TocsinError as error:
            errors.append(error)
            form, found, bad = "", [], []
        finally:
            item.close()
        keys.update(dict.fromkeys(found))
        rejected += bad
        inputs.append(as_read(item, form, _TITLES.get(form, "not read"), len(found), len(bad)))
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return KeysFile(tuple(keys), tuple(inputs), rejected)


def _read(item: Input, source: Source | None) -> tuple[str, list[DomainKey], list[Rejected]]:
    data = item.stream.peek(MOST_BYTES)
    text = data.decode("utf-8", "replace").lstrip("\ufeff")
    form = formats.recognise(text)
    if not form:
        hint = "a key file is JSON, a table with domain, selector and record, or TXT records as DNS tools print them"
        raise UnknownFormat(f"{item.name}: no file of keys", hint=hint)
    found, bad = [], []
    for number, row in formats.rows(text, form):
        key = _key(row, source, item.name) if row else None
        if key:
            found.append(key)
        else:
            bad.append(Rejected(item.name, number, "no key with a domain and a selector", str(row or "")[:500]))
    return form, found, bad


def _key(row: formats.Row, source: Source | None, name: str) -> DomainKey | None:
    named = _NAME.fullmatch(row.get("name", ""))
    domain = row.get("domain", named["domain"] if named else "").strip().lower().rstrip(".")
    selector = row.get("selector", named["selector"] if named else "").strip()
    record = formats.plain(row["record"])
    if not domain or not selector or "p=" not in record:
        return None
    first, last = _time(row.get("first", "")), _time(row.get("last", ""))
    said: Source = _said(row.get("source", "")) or source or ("archive" if first or last else "other")
    return DomainKey(domain, selector, record, said, row.get("origin", Path(name).name), first, last)


def _said(text: str) -> Source | None:
    """The source that an entry itself names."""
    text = text.lower()
    for word, source in _WORDS.items():
        if word in text:
            return source
    return None


_WORDS: dict[str, Source] = {
    "recover": "recovered",
    "gcd": "recovered",
    "dns": "dns",
    "archive": "archive",
    "other": "other",
}


def _time(text: str) -> datetime | None:
    """A day or moment in ISO 8601, or seconds since 1970; None where it is neither."""
    try:
        if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def write_keys(keys: Iterable[DomainKey]) -> str:
    """A key file of ours (JSON), which `read_keys` reads back as it was."""
    rows = [
        {
            "domain": key.domain,
            "selector": key.selector,
            "record": key.record,
            "source": key.source,
            "origin": key.origin,
            **({"first": key.first.isoformat()} if key.first else {}),
            **({"last": key.last.isoformat()} if key.last else {}),
        }
        for key in keys
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
