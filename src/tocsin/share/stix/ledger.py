"""The account of an import or export: what became of every object and every field, in rows that add up to the input."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from tocsin.model.plain import guarded, restored
from tocsin.share.stix.ids import canonical_text

Outcome = Literal["kept", "repaired", "mapped", "quarantined", "withheld"]
OUTCOMES: tuple[Outcome, ...] = ("kept", "repaired", "mapped", "quarantined", "withheld")
HEADER = ("object", "field", "outcome", "rule", "before", "after")


class Row(NamedTuple):
    """One object (`field` is "") or one field of it. Digests are SHA-256 of canonical JSON; "" where there is none."""

    object: str  # its id, or `#` and its place in the input
    field: str
    outcome: Outcome
    rule: str
    before: str
    after: str


class Ledger:
    """Rows, and the number of objects and fields that went in."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.objects = 0
        self.fields = 0

    def entered(self, name: str, obj: object) -> None:
        """Count an object of the input; what becomes of it and of its fields has to be said by `add`."""
        self.objects += 1
        self.fields += len(obj) if isinstance(obj, dict) else 0

    def add(
        self, name: str, field: str, outcome: Outcome, rule: str, before: object = None, after: object = None
    ) -> None:
        """Say what became of an object or a field."""
        self.rows.append(Row(name, field, outcome, rule, digest_of(before), digest_of(after)))

    def counts(self, *, fields: bool = False) -> dict[Outcome, int]:
        """How many objects (or fields) met each outcome."""
        found = Counter(row.outcome for row in self.rows if bool(row.field) == fields)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def summary(self) -> dict[str, Any]:
        """The counts of objects, as the record of an exchange keeps them."""
        return {str(outcome): count for outcome, count in self.counts().items()}

    def balance(self) -> bool:
        """Whether every object and every field of the input is in exactly one row."""
        objects, fields = sum(self.counts().values()), sum(self.counts(fields=True).values())
        return (objects, fields) == (self.objects, self.fields)

    def rules(self) -> Counter[tuple[Outcome, str]]:
        """How often each rule changed, moved, held back or found fault with an object or a field."""
        return Counter((row.outcome, row.rule) for row in self.rows if row.rule)

    def csv(self) -> bytes:
        """All rows as CSV."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADER)
        writer.writerows(tuple(guarded(cell) for cell in row) for row in self.rows)
        return text.getvalue().encode("utf-8", "replace")


def read_csv(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of a ledger written by `csv`."""
    for cells in csv.DictReader(lines):
        yield Row(*(restored(cells[name]) for name in HEADER))  # type: ignore[arg-type]


def digest_of(value: object) -> str:
    """SHA-256 of canonical JSON, shortened to 32 digits; "" for nothing."""
    if value is None:
        return ""
    return hashlib.sha256(canonical_text(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]
