"""From paths to stations: CSV or Parquet, by the names of the columns or a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.arrow import Array, whole
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.records import read_records
from tocsin.sources.results.guessing import columns_of
from tocsin.sources.results.shaping import Shaper, is_figures
from tocsin.sources.textual import Lines, looks_binary, not_text


@dataclass(frozen=True, slots=True)
class StationFiles:
    """Results read whole: a table of schema `STATIONS` for each contest of each file (`CHOICES` and `CONTEST` in its
    metadata), one `InputFile` a file (`posts` counts stations), and the rows that were set aside."""

    tables: tuple[pa.Table, ...]
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_stations(
    paths: Iterable[str], *, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> StationFiles:
    """Read results by polling station: a row a station with a column for each choice, or a row for each choice.

    `mapping`: field (region, unit, registered, cast, valid, contest, choice, votes) -> column, several with commas;
    what it does not say is told by the columns' names. Raises `UsageError` for a wrong mapping, and the first file's
    error where no file could be read; a file that fails among others is in `inputs` with what is wrong in its notes.
    """
    told, tables, inputs = progress or Silent(), list[pa.Table](), list[InputFile]()
    rejected, errors = list[Rejected](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        made, facts, aside, error = _read(item, mapping or {})
        tables += made
        inputs.append(facts)
        rejected += aside
        errors += [error] if error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return StationFiles(tuple(tables), tuple(inputs), rejected)


def _read(
    item: Input | Unopened, mapping: Mapping[str, str]
) -> tuple[list[pa.Table], InputFile, list[Rejected], TocsinError | None]:
    tables, rejected, notes, kind = list[pa.Table](), list[Rejected](), list[str](), ""
    error = item.error if isinstance(item, Unopened) else None
    if isinstance(item, Input):
        try:
            kind, tables, rejected, notes = _tables(item, mapping)
        except UsageError:
            raise
        except TocsinError as failure:
            error = failure
        finally:
            item.close()
        if item.stream.cut:
            notes.append(f"the file ends early: {item.stream.cut}")
    rows, why = sum(table.num_rows for table in tables), "results by polling station" if kind else ""
    facts = as_read(item, kind, why, rows, len(rejected), [*notes, *([str(error)] if error else [])])
    return tables, facts, rejected, error


def _tables(item: Input, mapping: Mapping[str, str]) -> tuple[str, list[pa.Table], list[Rejected], list[str]]:
    head = item.stream.peek(1 << 16)
    if not head.strip():
        raise InputError(f"{item.name}: is empty", hint="fetch or export the results again")
    if head.startswith(b"PAR1"):
        kind, (columns, rows, rejected, notes) = "parquet", _parquet(item)
    elif looks_binary(head):
        raise not_text(item.name)
    else:
        kind, (columns, rows, rejected, notes) = "csv", _delimited(item)
    names = list(columns)
    chosen = columns_of(names, [name for name in names if is_figures(columns[name])], mapping, item.name)
    shaper = Shaper(item.name, chosen, columns, rows)
    made = list(shaper.stations())
    return kind, made, rejected + shaper.rejected, [chosen.told(), *notes]


_Read = tuple[dict[str, Array], Array, list[Rejected], list[str]]


def _parquet(item: Input) -> _Read:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(item.stream.random_access())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{item.name}: a damaged Parquet file: {error}", hint="fetch or write it again") from error
    columns = {name: whole(table[name]) for name in table.column_names}
    return columns, pa.array(range(1, table.num_rows + 1), pa.int64()), [], []


def _delimited(item: Input) -> _Read:
    lines, rejected, blocks, rows = Lines(cast("BinaryIO", item.stream)), list[Rejected](), list[list[Array]](), []
    header: list[str] = []
    for names, records in read_records(lines, item.name):
        header = names
        blocks.append(records.columns)
        rows.append(records.lines)
        rejected += records.rejected
    if len(header) < 3:
        raise InputError(
            f"{item.name}: a table of {len(header)} columns", hint="columns are told apart by , ; | or tab"
        )
    columns = {name: pa.concat_arrays([block[at] for block in blocks]) for at, name in enumerate(header)}
    return columns, pa.concat_arrays(rows), rejected, lines.notes()
