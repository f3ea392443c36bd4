"""What each kind of file says, claim by claim: JSON, JSON lines, pages with JSON-LD, tables, Parquet."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, cast

import orjson

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.post import Rejected
from tocsin.sources import cells
from tocsin.sources.claims.review import reviews, words
from tocsin.sources.claims.row import Row
from tocsin.sources.containers import Input
from tocsin.sources.jsontext import Document, from_lines, is_lines
from tocsin.sources.names.columns import plain
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines, decode_head
from tocsin.sources.vocabulary import words as vocabulary

FORMATS: Mapping[str, str] = {
    "json": "ClaimReview JSON-LD, a feed of it, or answers of the Fact Check Tools API",
    "lines": "the same, one a line",
    "page": "a saved page with ClaimReview JSON-LD in it",
    "table": "a table with a header",
    "parquet": "Parquet",
}
FIELDS = Row._fields
WHOLE_BYTES = 64 << 20  # JSON up to this size is looked through as a whole, wherever its claims stand
_PATHS = (("*",), ("claims", "*"), ("dataFeedElement", "*"), ("@graph", "*"), ("itemListElement", "*"), ("items", "*"))
_SCRIPT = re.compile(r"<script\b[^>]*ld\+json[^>]*>(.*?)</script\s*>", re.I | re.S)
_AROUND = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)?\s*|\s*(?:-->|(?://\s*)?\]\]>)?\s*;?\s*$")
_LOOSE = re.compile(r",(?=\s*[}\]])")


class Found(NamedTuple):
    """A claim and where it stands, or a row that was set aside."""

    row: Row | None
    number: int
    rejected: Rejected | None = None


def recognise(head: bytes) -> str:
    """The format that the first bytes are of."""
    if head.startswith(b"PAR1"):
        return "parquet"
    text = decode_head(head).lstrip()
    if text.startswith("<"):
        return "page"
    if text.startswith(("{", "[")):
        return "lines" if is_lines(head) else "json"
    return "table"


def read(format_: str, item: Input, given: Mapping[str, str]) -> Iterator[Found]:
    """The claims of an input of one of `FORMATS`; `given` is field -> column of tables and plain objects."""
    stream = cast("BinaryIO", item.stream)
    if format_ == "parquet":
        return _parquet(item, given)
    if format_ == "table":
        return _table(stream, item.name, given)
    if format_ == "page":
        return _page(stream, item.name)
    if format_ == "lines":
        found = ((one.number, one.value, one.reason, one.text) for one in from_lines(Lines(stream)))
        return chain.from_iterable(_record(*one, item.name, given) for one in found)
    return _json(item, given)


def _json(item: Input, given: Mapping[str, str]) -> Iterator[Found]:
    """A document as a whole where it is small and sound, else record by record."""
    head = item.stream.peek(WHOLE_BYTES + 1)
    whole = _loads(head) if len(head) <= WHOLE_BYTES else None
    if isinstance(whole, dict | list):
        plain_list = isinstance(whole, list) and all(isinstance(one, dict) and "@type" not in one for one in whole)
        parts = whole if isinstance(whole, list) and plain_list else [whole]
        numbered = len(parts) > 1
        for number, part in enumerate(parts, 1):
            yield from _record(number if numbered else 0, part, "", "", item.name, given)
        return
    for one in Document(cast("BinaryIO", item.stream), _PATHS):
        yield from _record(one.number, one.value, one.reason, one.text, item.name, given)


def _record(number: int, value: Any, reason: str, text: str, name: str, given: Mapping[str, str]) -> Iterator[Found]:
    """The claims in one JSON value; those of a value that counts for itself (number 0) are numbered as they come."""
    if reason or not isinstance(value, dict | list):
        yield _aside(name, max(number, 1), reason or "no object", text)
        return
    made = 0
    for one in reviews(value):
        made += 1
        place = number or made
        yield _aside(name, place, one, text) if isinstance(one, str) else Found(one, place)
    if not made and isinstance(value, dict):
        flat = {plain(key): cell for key, cell in value.items()}
        columns = guess(list(flat), given, name, strict=False)
        row = _row({field: flat[column] for field, column in columns.items()}) if "text" in columns else None
        told = text or orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str)[:500].decode("utf-8", "replace")
        yield Found(row, max(number, 1)) if row else _aside(name, max(number, 1), "no claim in it", told)


def _page(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The JSON-LD of a saved page (a list of pages in one file is read too)."""
    data = stream.read(WHOLE_BYTES)
    made = 0
    for block in _SCRIPT.findall(decode_head(data)):
        value = _loads(_AROUND.sub("", block).encode("utf-8", "replace"))
        if value is None:
            made += 1
            yield _aside(name, made, "JSON-LD that is not JSON", block.strip())
            continue
        for one in reviews(value):
            made += 1
            yield _aside(name, made, one, block) if isinstance(one, str) else Found(one, made)
    if not made:
        raise InputError(f"{name}: the page holds no ClaimReview", hint="save the page of the fact-check itself")


def _loads(data: bytes) -> Any:
    """JSON as pages have it: with line breaks in texts, commas too many, escaped as if it were HTML."""
    text = decode_head(data)
    for form in (text, _LOOSE.sub("", text), _LOOSE.sub("", html.unescape(text))):
        try:
            return orjson.loads(form)
        except orjson.JSONDecodeError:
            pass
        try:
            return json.loads(form, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _table(stream: BinaryIO, name: str, given: Mapping[str, str]) -> Iterator[Found]:
    columns: dict[str, str] = {}
    for header, records in read_records(Lines(stream), name):
        columns = columns or guess(header, given, name)
        at = {column: n for n, column in reversed(list(enumerate(header)))}
        texts = {field: records.columns[at[column]].to_pylist() for field, column in columns.items()}
        for one in records.rejected:
            yield Found(None, one.row, one)
        for n, number in enumerate(records.lines.to_pylist()):
            row = _row({field: values[n] for field, values in texts.items()})
            yield Found(row, number) if row else _aside(name, number, "no claim in it", records.text_of(n))


def _parquet(item: Input, given: Mapping[str, str]) -> Iterator[Found]:
    from pyarrow import parquet as pq

    file = pq.ParquetFile(item.stream.random_access())
    columns = guess(file.schema_arrow.names, given, item.name)
    number = 0
    for batch in file.iter_batches(columns=sorted(set(columns.values()))):
        for one in batch.to_pylist():
            number += 1
            row = _row({field: one[column] for field, column in columns.items()})
            yield Found(row, number) if row else _aside(item.name, number, "no claim in it", str(one))


def guess(header: Sequence[str], given: Mapping[str, str], name: str, *, strict: bool = True) -> dict[str, str]:
    """Field -> column: what the user gave, the rest by name (`data/claim_columns.json`). Raises `UsageError` for no
    such field, and where `strict` `UnknownFormat` for a column that is not there or no column of claims."""
    for field, column in given.items():
        if field not in FIELDS:
            raise UsageError(f"{field}={column}: no such field", hint=f"fields: {', '.join(FIELDS)}")
    known = {plain(column): column for column in reversed(header)}
    found = {field: known[plain(column)] for field, column in given.items() if plain(column) in known}
    missing = [column for field, column in given.items() if field not in found]
    choices = vocabulary("claim_columns")
    for field in (field for field in FIELDS if field not in found):
        free = (known[word] for word in choices[field] if word in known and known[word] not in found.values())
        if (first := next(free, None)) is not None:
            found[field] = first
    if strict and (missing or "text" not in found):
        what = f"has no column {missing[0]!r}" if missing else "no column can be told to hold the claims"
        raise UnknownFormat(
            f"{name}: {what}",
            hint=f"the columns are: {', '.join(header)[:1000]}. Say which holds the claims: text=COLUMN",
        )
    return found


def _row(values: Mapping[str, Any]) -> Row | None:
    """A row of a table; None without a claim."""
    told = {field: _listed(value) if field in ("appearances", "pictures") else words(_plain(value))
            for field, value in values.items()}  # fmt: skip
    return Row(**told) if told.get("text") else None  # type: ignore[arg-type]  # two fields are tuples


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict) or value is None else cells.scalar_text(value)


def _listed(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else re.split(r"[\s|;,]+", value) if isinstance(value, str) else []
    return tuple(dict.fromkeys(part for one in parts if (part := words(one))))


def _aside(name: str, number: int, reason: str, text: str) -> Found:
    return Found(None, number, Rejected(name, number, reason, text[:500]))
