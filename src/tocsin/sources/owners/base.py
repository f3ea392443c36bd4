"""What a format of ownership data is: recognised from its first bytes, read to entities and holdings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.columns import EARLIEST

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?\Z")


def _none(schema: pa.Schema) -> pa.Table:
    return schema.empty_table()


@dataclass(slots=True)
class OwnerBatch:
    """Entities, holdings, and the records that were set aside."""

    entities: pa.Table = field(default_factory=lambda: _none(ENTITIES))
    holdings: pa.Table = field(default_factory=lambda: _none(HOLDINGS))
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class OwnerFormat(Protocol):
    """One format of ownership data. `id` is what the user reads of it in reports of what was read."""

    @property
    def id(self) -> str:
        """A short name."""
        ...

    @property
    def title(self) -> str:
        """What the user reads."""
        ...

    def sniff(self, head: Head) -> Sniff | None:
        """Say whether `head` is of this format; None where it certainly is not."""
        ...

    def read(self, stream: BinaryIO, name: str) -> Iterator[OwnerBatch]:
        """Read a decompressed stream. Bad records come back in `OwnerBatch.rejected`; only a file that cannot be read
        at all raises `InputError`."""
        ...


def table(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of one of the two schemas; what a row does not say is null."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def day(value: object) -> date | None:
    """A day as ISO 8601 writes it; None for what is none."""
    found = _DAY.match(str(value or "").strip())
    try:
        made = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
    return made if made and made >= EARLIEST else None


def texts(value: object) -> list[str]:
    """The strings in a value that is one, or a list of them; trimmed, none empty."""
    items = value if isinstance(value, list) else [value]
    return [item.strip() for item in items if isinstance(item, str) and item.strip()]


def objects(value: object) -> list[dict[str, Any]]:
    """The JSON objects in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first(value: object) -> str | None:
    """The first of `texts`."""
    return next(iter(texts(value)), None)
