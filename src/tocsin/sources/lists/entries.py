"""An entry of a list while it is put together, and many of them as one table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from tocsin.model.listing import LISTED, NameKind

#: Longer values are no names, numbers or places: a quote that was never closed, or a file made to do harm.
LONGEST_NAME, LONGEST_TEXT = 1_000, 100_000
_SPACES = re.compile(r"[\s\u00a0]+")
#: control characters, and those that hide or turn the direction of writing
_HIDDEN = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|_x000D_")


def clean(text: object) -> str:
    """A cell or element as one line of visible text; "" for none."""
    return _SPACES.sub(" ", _HIDDEN.sub("", str(text).replace("_x000D_", " "))).strip() if text is not None else ""


@dataclass(slots=True)
class Entry:
    """One entry; the fields are those of `LISTED`. Values are cleaned, and each is kept once, in the order given."""

    entry: str
    row: int
    schema: str = "Other"
    names: dict[str, NameKind] = field(default_factory=dict)
    birth_dates: list[str] = field(default_factory=list)
    birth_places: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    genders: list[str] = field(default_factory=list)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, number) -> country or ""
    addresses: list[str] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    legal_bases: list[str] = field(default_factory=list)
    listed: date | None = None
    inherited: date | None = None
    delisted: date | None = None
    reason: str = ""
    related: list[str] = field(default_factory=list)
    file: str = ""

    def add_name(self, name: object, kind: NameKind) -> None:
        """A name, unless it is empty or there already; of two primary names the second is an alias."""
        text = clean(name)
        if kind == "primary" and "primary" in self.names.values():
            kind = "alias"
        if text and (text not in self.names or kind == "primary"):
            self.names[text] = kind

    def add_number(self, kind: str, number: object, country: str = "") -> None:
        """A passport, tax number or the like; a country told later completes it."""
        if text := clean(number):
            self.numbers[(kind, text)] = self.numbers.get((kind, text)) or country

    def fault(self) -> str:
        """Why it cannot stand in a table; "" where it can."""
        if not self.entry:
            return "no id"
        if not self.names:
            return "no name"
        if any(len(text) > LONGEST_NAME for text in (self.entry, *self.names)):
            return f"a name of more than {LONGEST_NAME:,} characters"
        if any(len(text) > LONGEST_TEXT for text in (self.reason, *self.addresses, *self.positions)):
            return f"a text of more than {LONGEST_TEXT:,} characters"
        return ""

    def as_row(self, list_id: str) -> dict[str, Any]:
        """The row of `LISTED`; the primary name is first."""
        first = sorted(self.names, key=lambda name: self.names[name] != "primary")
        texts = {name: _unique(getattr(self, name)) for name in _TEXTS}
        return {
            **texts,
            "list": list_id,
            "entry": self.entry,
            "schema": self.schema,
            "names": [{"name": name, "kind": self.names[name]} for name in first],
            "numbers": [{"kind": k, "number": n, "country": c or None} for (k, n), c in self.numbers.items()],
            "listed": self.listed,
            "inherited": self.inherited,
            "delisted": self.delisted,
            "reason": self.reason or None,
            "file": self.file,
            "row": self.row,
        }


_TEXTS = [field.name for field in LISTED if field.type == pa.list_(pa.string())]


def _unique(texts: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(text for text in map(clean, texts) if text))


def as_batch(entries: Iterable[Entry], list_id: str) -> pa.RecordBatch:
    """Entries as rows of `LISTED`."""
    return pa.RecordBatch.from_pylist([entry.as_row(list_id) for entry in entries], LISTED)
