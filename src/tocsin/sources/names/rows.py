"""What each kind of file says, row by row: tables, JSON, zone files, lists. One block of rows is a few columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.model.arrow import Array
from tocsin.model.post import Rejected
from tocsin.sources import cells
from tocsin.sources.jsontext import Document, from_lines, is_lines
from tocsin.sources.names import columns
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines

BLOCK_ROWS = 65_536
CERTIFICATE, PASSIVE_DNS, ZONE, LIST = "certificate", "passive-dns", "zone", "list"
_PATHS = (("*",), ("data", "*"), ("results", "*"), ("domains", "*"), ("names", "*"))
_CLASSES = {"in", "ch", "hs", "any"}
_HOSTS = {"ns", "a", "aaaa", "cname", "mx", "dname", "https", "svcb"}  # types of records that name a host in use


@dataclass(slots=True)
class Rows:
    """Some rows: field -> column of texts, all of one length; the row of the file that each stands in; how the names
    were seen. A row of the file may give several."""

    fields: dict[str, Array]
    numbers: Array
    how: str = LIST
    rejected: list[Rejected] = field(default_factory=list)


def delimited(stream: BinaryIO, name: str, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[Rows]:
    """CSV, TSV and the like, with a header."""
    mapped: dict[str, str] | None = None
    for header, records in read_records(Lines(stream), name):
        mapped = mapped or columns.guess(header, wanted, given, name)
        at = {column: n for n, column in reversed(list(enumerate(header)))}
        found = {what: records.columns[at[column]] for what, column in mapped.items()}
        how = CERTIFICATE if {"issuer_name", "name_value"} <= {columns.plain(cell) for cell in header} else LIST
        yield Rows(found, records.lines, how, records.rejected)


def parquet(stream: BinaryIO, name: str, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[Rows]:
    """Parquet."""
    from pyarrow import parquet as pq

    file = pq.ParquetFile(stream)
    mapped = columns.guess(file.schema_arrow.names, wanted, given, name)
    start = 1
    for batch in file.iter_batches(BLOCK_ROWS, columns=sorted(set(mapped.values()))):
        found = {what: cells.as_text(batch[column]) for what, column in mapped.items()}
        yield Rows(found, pa.array(range(start, start + len(batch)), pa.int64()))
        start += len(batch)


def json(stream: BinaryIO, name: str, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[Rows]:
    """JSON objects, one a line or in an array: certificate feeds, passive DNS (COF), exports of lookups; or an array of
    names."""
    head = cast("Any", stream).peek(1 << 16)
    found = from_lines(Lines(stream)) if is_lines(head) else iter(Document(stream, _PATHS))
    while block := list(islice(found, BLOCK_ROWS)):
        yield from _json_block(block, name, wanted, given)


def _json_block(block: list[Any], name: str, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[Rows]:
    made: dict[str, dict[str, list[Any]]] = {}
    rejected = []
    for record in block:
        value = {"name": record.value} if isinstance(record.value, str) else record.value
        if not isinstance(value, dict):
            rejected.append(
                Rejected(name, record.number, record.reason or "neither an object nor a name", record.text[:500])
            )
            continue
        if value.get("message_type") == "heartbeat":
            continue
        told = columns.values(value, wanted, given)
        if not (hosts := _hosts(told.pop("name"))):
            rejected.append(Rejected(name, record.number, "no name in it", record.text[:500]))
        rows = made.setdefault(_how(value), {what: [] for what in (*wanted, "row")})
        for host in hosts:
            rows["name"].append(host)
            rows["row"].append(record.number)
            for what, one in told.items():
                rows[what].append(_text(one))
    for how, rows in made.items():
        numbers = pa.array(rows.pop("row"), pa.int64())
        yield Rows({what: pa.array(column, pa.string()) for what, column in rows.items()}, numbers, how)
    yield Rows({what: pa.array([], pa.string()) for what in wanted}, pa.array([], pa.int64()), LIST, rejected)


def _hosts(value: Any) -> list[str]:
    """Names in a value: one, several in lines, a list of them."""
    if isinstance(value, str):
        return [text for text in re.split(r"[\s,]+", value) if text]
    return [text for item in value for text in _hosts(item)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value))) or None
    return cells.scalar_text(value)


def _how(record: Mapping[str, Any]) -> str:
    if "rrname" in record:
        return PASSIVE_DNS
    flat = {"leaf_cert", "name_value", "not_before", "dns_names", "all_domains", "tbs_sha256", "entry_timestamp"}
    inner = record.get("data")
    keys = set(record) | (set(inner) if isinstance(inner, dict) else set())
    return (
        CERTIFICATE
        if keys & flat or str(record.get("message_type", "")) in ("certificate_update", "dns_entries")
        else LIST
    )


def listed(stream: BinaryIO) -> Iterator[Rows]:
    """One name a line; what follows # is a remark; of an address and a name (a hosts file) the name counts."""
    number = 0
    for block in Lines(stream):
        names, rows = [], []
        for line in block.decode("utf-8", "replace").split("\n")[:-1]:
            number += 1
            cells_ = line.partition("#")[0].split()
            if cells_:
                names.append(
                    cells_[-1]
                    if len(cells_) == 2 and re.fullmatch(r"[\d.]+|[\da-f:]+", cells_[0])
                    else " ".join(cells_)
                )
                rows.append(number)
        yield Rows({"name": pa.array(names, pa.string())}, pa.array(rows, pa.int64()))


def zone(stream: BinaryIO) -> Iterator[Rows]:
    """A master file (RFC 1035, 5): each owner of a record that names a host in use, once a block."""
    origin, owner, number, depth = "", "", 0, 0
    for block in Lines(stream):
        seen: dict[str, int] = {}
        for line in block.decode("utf-8", "replace").split("\n")[:-1]:
            number += 1
            inside, text = depth > 0, line.partition(";")[0]
            depth = max(0, depth + text.count("(") - text.count(")"))
            cells_ = text.split()
            if inside or not cells_:
                continue
            if cells_[0].upper() == "$ORIGIN" and len(cells_) > 1:
                origin = cells_[1].strip(".")
            elif not cells_[0].startswith("$"):
                if not text[0].isspace():
                    owner = _absolute(cells_.pop(0), origin)
                if _type(cells_) in _HOSTS and owner.strip(".") != origin:
                    seen.setdefault(owner, number)
        yield Rows({"name": pa.array(list(seen), pa.string())}, pa.array(list(seen.values()), pa.int64()), ZONE)


def _absolute(owner: str, origin: str) -> str:
    if owner == "@":
        return origin
    return owner if owner.endswith(".") or not origin else f"{owner}.{origin}"


def _type(cells_: list[str]) -> str:
    """The type of a record: the first cell that is neither a class nor a time to live."""
    lower = (cell.lower() for cell in cells_[:3])
    return next((cell for cell in lower if cell not in _CLASSES and not re.fullmatch(r"(\d+[smhdw]?)+", cell)), "")
