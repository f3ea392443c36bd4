"""A look at the columns of a table whose format cannot be told, so that a user can say which is which."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.errors import TocsinError
from tocsin.sources.containers import Input, Peekable, open_inputs
from tocsin.sources.generic import SAMPLE_ROWS, flat, sample
from tocsin.sources.guessing import Guess, guess_mapping
from tocsin.sources.jsontext import Document, from_lines, is_lines
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines, decode_head

_PEEK_BYTES = 256 << 10
_ROOT = (("*",),)


@dataclass(frozen=True, slots=True)
class Preview:
    """Column -> its first cells as text, and what the names and cells suggest."""

    name: str
    columns: dict[str, list[str]]
    guess: Guess


def preview(path: str, encoding: str | None = None) -> Preview | None:
    """The columns of the first input below `path` that is a table; None where there is none."""
    for item in open_inputs([path]):
        if not isinstance(item, Input):
            continue
        try:
            rows = _rows(item.stream, item.name, encoding)
        except (TocsinError, pa.ArrowException, OSError):  # not a table, or a damaged one
            continue
        finally:
            item.close()
        columns = {
            name: [str(row[name]) for row in rows if row.get(name) not in (None, "")] for row in rows for name in row
        }
        if len(columns) > 1:
            return Preview(item.name, columns, guess_mapping(list(columns), rows))
    return None


def _rows(stream: Peekable, name: str, encoding: str | None) -> list[dict[str, Any]]:
    """The first rows, column -> cell."""
    head = stream.peek(_PEEK_BYTES)
    if head.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        batch = next(pq.ParquetFile(stream.random_access()).iter_batches(SAMPLE_ROWS), None)
        return batch.to_pylist() if batch else []
    raw = cast("BinaryIO", stream)
    if decode_head(head).lstrip()[:1] in ("{", "["):
        found = from_lines(Lines(raw, encoding)) if is_lines(head, encoding) else iter(Document(raw, _ROOT, encoding))
        return [flat(record.value) for record in islice(found, SAMPLE_ROWS) if isinstance(record.value, dict)]
    first = next(read_records(Lines(raw, encoding), name), None)
    if first is None:
        return []
    return sample(*first)
