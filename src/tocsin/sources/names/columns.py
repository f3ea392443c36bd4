"""Which column, or member of a JSON object, holds what: by the names in `data/name_columns.json`, or as given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tocsin.errors import UnknownFormat, UsageError
from tocsin.sources.vocabulary import words

Mapped = dict[str, str]  # what is wanted -> column
OBSERVED_FIELDS = ("name", "time", "detail")
OFFICIAL_FIELDS = ("name", "office", "kind", "type", "jurisdiction", "brands")


def plain(column: str) -> str:
    """A column's name for comparison: lower case, words joined by _."""
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")


def choices(field: str, fields: Iterable[str]) -> list[str]:
    """Names of columns that hold a field, the surest first; `fields` are all that is wanted."""
    vocabulary = words("name_columns")
    first: list[str] = vocabulary["own_name" if "office" in fields else "seen_name"] if field == "name" else []
    return [*first, *vocabulary[field]]


def guess(columns: Sequence[str], fields: Iterable[str], given: Mapping[str, str], name: str) -> Mapped:
    """Field -> column: what the user gave, the rest by name.

    Raises `UsageError` for no such field, `UnknownFormat` where a column is not there or none holds names.
    """
    wanted = tuple(fields)
    for field, column in given.items():
        if field not in wanted:
            raise UsageError(f"{field}={column}: no such field", hint=f"fields: {', '.join(wanted)}")
        if column not in columns:
            raise UnknownFormat(f"{name}: has no column {column!r}", hint=_hint(columns))
    found = dict(given)
    known = {plain(column): column for column in reversed(columns)}
    for field in wanted:
        free = (known[word] for word in choices(field, wanted) if word in known)
        first = next((column for column in free if column not in found.values()), None)
        if field not in found and first is not None:
            found[field] = first
    if "name" not in found:
        raise UnknownFormat(f"{name}: no column can be told to hold the names", hint=_hint(columns))
    return found


def _hint(columns: Sequence[str]) -> str:
    return f"the columns are: {', '.join(columns)[:1000]}. Say which holds the names: name=COLUMN"


def values(record: Mapping[str, Any], fields: Sequence[str], given: Mapping[str, str]) -> dict[str, Any]:
    """Field -> value of a JSON object, members of objects in it included (outer before inner)."""
    flat: dict[str, Any] = {}
    _flatten(record, flat, 0)
    found = {}
    for field in fields:
        named = [plain(given[field])] if field in given else choices(field, fields)
        found[field] = next((flat[name] for name in named if flat.get(name) not in (None, "", [])), None)
    return found


def _flatten(record: Mapping[str, Any], flat: dict[str, Any], depth: int) -> None:
    inner = []
    for key, value in record.items():
        if isinstance(value, Mapping):
            inner.append((key, value))
        else:
            flat.setdefault(plain(key), value)
    for key, value in inner:
        if plain(key) == "issuer":  # a certificate's issuer has names of its own
            flat.setdefault("issuer", value.get("O") or value.get("aggregated"))
        elif depth < 4 and plain(key) not in ("chain", "extensions"):
            _flatten(value, flat, depth + 1)
