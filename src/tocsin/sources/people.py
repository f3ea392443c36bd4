"""A table of names to look up: one person or organisation a row, by column names that are told or known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pyarrow as pa

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.arrow import pc
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.containers import Input, Unopened, open_inputs
from tocsin.sources.gifts.columns import text
from tocsin.sources.gifts.places import countries
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines, looks_binary, not_text
from tocsin.sources.vocabulary import words

#: What a mapping may name, with the words a user reads when asked for it.
PEOPLE_FIELDS: dict[str, str] = {
    "name": "the name, whole",
    "last_name": "the last name",
    "first_name": "the first name",
    "schema": "person or organisation",
    "birth_date": "year, year-month or day of birth",
    "country": "nationality, or place of an organisation",
}
_TEXT = pa.string()
_PEOPLE: dict[str, pa.DataType] = {**dict.fromkeys(PEOPLE_FIELDS, _TEXT), "file": _TEXT, "row": pa.int64()}
PEOPLE = pa.schema(_PEOPLE)
_PEEK_BYTES = 4096


def read_people(
    path: str, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> tuple[pa.Table, list[Rejected]]:
    """The names in a delimited file (`PEOPLE`; packed or not), and the rows without one.

    Raises `UsageError` for a mapping that names no field, `UnknownFormat` where no column is the name.
    """
    told = progress or Silent()
    tables, rejected = [PEOPLE.empty_table()], list[Rejected]()
    for item in open_inputs([path]):
        told.start(f"reading {item.name}")
        if isinstance(item, Unopened):
            raise item.error
        try:
            for table, aside in _blocks(item, mapping or {}):
                tables.append(table)
                rejected += aside
                told.advance(table.num_rows)
        finally:
            item.close()
    return pa.concat_tables(tables), rejected


def _blocks(item: Input, mapping: Mapping[str, str]) -> Iterator[tuple[pa.Table, list[Rejected]]]:
    if looks_binary(item.stream.peek(_PEEK_BYTES)):
        raise not_text(item.name)
    places: dict[str, str] | None = None
    for header, records in read_records(Lines(cast("Any", item.stream), None), item.name):
        places = places or _places(header, mapping, item.name)
        columns = {told: text(records.columns[header.index(column)]) for told, column in places.items()}
        made = _made(columns, len(records.lines))
        made |= {"file": pa.repeat(item.name, len(records.lines)), "row": records.lines}
        table = pa.table([pa.array(made[name]) for name in PEOPLE.names], schema=PEOPLE)
        named = pc.fill_null(pc.not_equal(table["name"], ""), False)
        nameless: list[Any] = table.filter(pc.invert(named))["row"].to_pylist()
        yield table.filter(named), [*records.rejected, *(Rejected(item.name, row, "no name") for row in nameless)]
    if places is None:
        raise InputError(f"{item.name}: is empty", hint="give a table of names with a header")


def _places(header: list[str], given: Mapping[str, str], name: str) -> dict[str, str]:
    """Field -> column: as given, else by the known names of columns."""
    for told, column in given.items():
        if told not in PEOPLE_FIELDS:
            raise UsageError(f"--map {told}={column}: no such field", hint=f"fields: {', '.join(PEOPLE_FIELDS)}")
        if column not in header:
            raise UnknownFormat(
                f"{name}: has no column {column!r}", hint=f"the columns are: {', '.join(header)[:1000]}"
            )
    plain = {re.sub("[^a-z]+", "_", column.lower()).strip("_"): column for column in reversed(header)}
    known = words("people_columns")
    found = {told: next((plain[word] for word in known[told] if word in plain), "") for told in PEOPLE_FIELDS}
    places = {told: column for told, column in {**found, **given}.items() if column}
    if not places.keys() & {"name", "last_name"}:
        raise UnknownFormat(
            f"{name}: no column can be told to be the name",
            hint=f"the columns are: {', '.join(header)[:1000]}. Say which: --map name=COLUMN",
        )
    return places


def _made(columns: dict[str, Any], rows: int) -> dict[str, Any]:
    none = pa.nulls(rows, _TEXT)
    made = {name: columns.get(name, none) for name in PEOPLE_FIELDS}
    first, last = (pc.fill_null(made[name], "") for name in ("first_name", "last_name"))
    both = pc.utf8_trim_whitespace(pc.binary_join_element_wise(first, last, " "))
    made["name"] = pc.coalesce(made["name"], both)
    made["country"] = countries(made["country"])
    kind = pc.utf8_lower(pc.fill_null(made["schema"], ""))
    person = pc.or_(pc.match_substring_regex(kind, "^(p|ind|natural)"), pc.is_valid(made["last_name"]))
    organisation = pc.match_substring_regex(kind, "^(o|com|ent|leg)")
    told = pc.if_else(organisation, pa.scalar("Organization"), pa.scalar(None, _TEXT))
    made["schema"] = pc.if_else(person, "Person", told)
    return made
