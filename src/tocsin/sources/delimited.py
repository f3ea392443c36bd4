"""CSV and TSV formats: a format is its columns and what they mean; the reading is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from tocsin.errors import InputError
from tocsin.model.arrow import Array, pc
from tocsin.sources import cells
from tocsin.sources.base import Batch, Head, ReadOptions, Sniff
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.shaping import Rows, Shaper, in_order
from tocsin.sources.textual import Lines, decode_head
from tocsin.sources.times import TimeReader

Columns = dict[str, Array]


@dataclass(frozen=True, slots=True)
class DelimitedSource:
    """A delimited format told by its header.

    `signature`: columns that must all be there. `fields`: post field -> the columns that may hold it; of several, the
    first that is not empty counts. `adjust` turns the raw columns (by lower-case name) into whole post fields.
    """

    id: str
    title: str
    platform: str | None
    signature: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    adjust: Callable[[Columns, Columns], Columns] | None = None
    date_order: str | None = None
    us_zones: bool = False

    def sniff(self, head: Head) -> Sniff | None:
        """Certain when every column of the signature is in the header."""
        return signed(head, self.signature)

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream as the format's posts; see `Source.read`."""
        times = TimeReader(options, date_order=self.date_order, us_zones=self.us_zones)
        shaper = Shaper(name, options, times, self.platform)
        lines = Lines(stream, options.encoding)
        yield from map(shaper.shape, in_order(self._rows(lines, name), times, name))
        yield Batch(cells.empty_posts(), notes=lines.notes() + shaper.notes())

    def _rows(self, lines: Lines, name: str) -> Iterator[Rows]:
        for columns, records in signed_records(lines, name, self.title, self.signature):
            yield Rows(self.map(columns), records.lines, records.text_of, records.rejected)

    def map(self, columns: Columns) -> Columns:
        """Post fields from the format's columns."""
        found = {name: first_of(columns, choices) for name, choices in self.fields.items()}
        fields = {name: column for name, column in found.items() if column is not None}
        return self.adjust(columns, fields) if self.adjust else fields


def signed(head: Head, signature: Collection[str]) -> Sniff | None:
    """Certain when every column of the signature is in the header, in whatever case."""
    header = {cell.lower() for cell in split_header(decode_head(head.data))[0]}
    if not header.issuperset(signature):
        return None
    return Sniff(0.95, f"the header has the columns {', '.join(signature)}")


def signed_records(
    lines: Lines, name: str, title: str, signature: Collection[str]
) -> Iterator[tuple[Columns, Records]]:
    """The columns of each block by lower-case name, and the block. Raises `InputError` for another header."""
    for header, records in read_records(lines, name):
        names = [cell.lower() for cell in header]
        if missing := set(signature).difference(names):
            raise InputError(
                f"{name}: not {title}: the header lacks {', '.join(sorted(missing))}",
                hint="name another format, or give a mapping",
            )
        # of two columns of one name the first counts
        yield dict(zip(reversed(names), reversed(records.columns), strict=True)), records


def first_of(columns: Columns, choices: tuple[str, ...]) -> Array | None:
    """The first of the columns that are there; where its cell is empty, the next one's."""
    present = [columns[choice] for choice in choices if choice in columns]
    if len(present) < 2:
        return present[0] if present else None
    return pc.coalesce(*[pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column) for column in present])
