"""CSV and TSV registers: a format is its columns and what they mean; the reading is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from tocsin.model.arrow import Array
from tocsin.sources.base import Head, Sniff
from tocsin.sources.delimited import first_of, signed, signed_records
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, nulls
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts, in_order
from tocsin.sources.shaping import Rows
from tocsin.sources.textual import Lines


class Columns(dict[str, Array]):
    """Columns of one length by name; one that is not there is all null."""

    def __init__(self, columns: Mapping[str, Array], size: int) -> None:
        super().__init__(columns)
        self.size = size

    def __missing__(self, name: str) -> Array:
        return nulls(pa.string(), self.size)


@dataclass(frozen=True, slots=True)
class DelimitedRegister:
    """A delimited register told by its header.

    `signature`: columns that must all be there. `fields`: gift field -> the columns that may hold it; of several, the
    first that is not empty counts. `adjust` completes the gift columns from the raw ones (both by lower-case name).
    """

    id: str
    title: str
    jurisdiction: str
    currency: str
    signature: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    adjust: Callable[[Columns, Columns], Columns] | None = None
    date_order: str | None = None
    decimal: str = "."

    def sniff(self, head: Head) -> Sniff | None:
        """Certain when every column of the signature is in the header."""
        return signed(head, self.signature)

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream; see `GiftFormat.read`."""
        days = Days(options.date_order or self.date_order)
        jurisdiction, currency = options.jurisdiction or self.jurisdiction, options.currency or self.currency
        shaper = GiftShaper(name, self.id, jurisdiction, currency, days, self.decimal)
        lines = Lines(stream, options.encoding)
        yield from map(shaper.shape, in_order(self._rows(lines, name), days, name))
        yield GiftBatch(empty_gifts(), notes=lines.notes())

    def _rows(self, lines: Lines, name: str) -> Iterator[Rows]:
        for raw, records in signed_records(lines, name, self.title, self.signature):
            yield Rows(self.map(Columns(raw, len(records.lines))), records.lines, records.text_of, records.rejected)

    def map(self, raw: Columns) -> Columns:
        """Gift columns from the register's columns."""
        found = {name: first_of(raw, choices) for name, choices in self.fields.items()}
        gifts = Columns({name: column for name, column in found.items() if column is not None}, raw.size)
        return self.adjust(raw, gifts) if self.adjust else gifts
