"""Lists of domains with somebody's opinion on each: a table with a column of domains, or one domain a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UnknownFormat, UsageError
from tocsin.model.arrow import pc
from tocsin.model.factcheck import OPINIONS
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.names.columns import plain
from tocsin.sources.names.hosts import clean
from tocsin.sources.reading import HEAD_BYTES
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.textual import Lines, decode_head, looks_binary, not_text
from tocsin.sources.vocabulary import words

FIELDS = ("domain", "opinion")
LISTED = "is on the list"
MOST = 8  # columns that are told together where the user names none


@dataclass(frozen=True, slots=True)
class OpinionsFile:
    """Opinions as they were read (schema `OPINIONS`), the files, and the rows that were set aside."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_opinions(
    paths: Iterable[str | Path],
    *,
    source: str,
    day: date | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> OpinionsFile:
    """Read lists of domains. `source` is whose opinion it is, `day` that of the list. `mapping`: `domain` and `opinion`
    to columns; several columns of one opinion are joined by +. Without it, columns known by name are told as they stand
    ("category unreliable; score 0.09"); a list without any says that the domain is on it. Raises the first file's error
    where none could be read, `UsageError` for a list without a name."""
    if not source.strip():
        raise UsageError("whose opinion it is was not told", hint="name the list: NAME=FILE")
    told = progress or Silent()
    tables, rejected = [OPINIONS.empty_table()], list[Rejected]()
    inputs, errors = list[InputFile](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        table, aside, error = _take(item, mapping or {})
        tables.append(_named(table, source.strip(), day))
        rejected += aside
        inputs.append(
            as_read(item, "table", str(error) if error else "a list of domains", table.num_rows, len(aside), ())
        )
        errors += [error] if error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return OpinionsFile(pa.concat_tables(tables).combine_chunks(), tuple(inputs), rejected)


def _named(table: pa.Table, source: str, day: date | None) -> pa.Table:
    size = table.num_rows
    cells = {"list": pa.repeat(source, size), "date": pa.repeat(pa.scalar(day, pa.date32()), size)}
    return pa.table([cells.get(one.name, table[one.name] if one.name in table.column_names else None)
                     for one in OPINIONS], schema=OPINIONS)  # fmt: skip


def _take(item: Input | Unopened, given: Mapping[str, str]) -> tuple[pa.Table, list[Rejected], TocsinError | None]:
    empty = pa.table({name: pa.array([], OPINIONS.field(name).type) for name in ("domain", "opinion", "file", "row")})
    if isinstance(item, Unopened):
        return empty, [], item.error
    parts, aside = [empty], list[Rejected]()
    try:
        head = item.stream.peek(HEAD_BYTES)
        if looks_binary(head):
            raise not_text(item.name)
        for part, rejected in _blocks(item, decode_head(head), given):
            parts.append(part)
            aside += rejected
        return pa.concat_tables(parts), aside, None
    except TocsinError as error:
        return empty, aside, error
    except (pa.ArrowInvalid, OSError) as error:
        return empty, aside, InputError(f"{item.name}: {error}", hint="fetch or export the file again")
    finally:
        item.close()


def _blocks(item: Input, head: str, given: Mapping[str, str]) -> Iterator[tuple[pa.Table, list[Rejected]]]:
    lines, header = Lines(cast("BinaryIO", item.stream)), split_header(head)[0]
    if len(header) < 2 and not given and clean(pa.array(header[:1], pa.string())).null_count == 0:
        yield from _plain_list(lines, item.name)
        return
    chosen: tuple[str, tuple[str, ...]] | None = None
    for columns, records in read_records(lines, item.name):
        chosen = chosen or _choose(columns, given, item.name)
        yield _block(columns, records, *chosen, item.name)


def _plain_list(lines: Lines, name: str) -> Iterator[tuple[pa.Table, list[Rejected]]]:
    number = 0
    for block in lines:
        texts = block.decode("utf-8", "replace").split("\n")[:-1]
        numbers = range(number + 1, number + len(texts) + 1)
        number += len(texts)
        kept = [(n, text.partition("#")[0].strip()) for n, text in zip(numbers, texts, strict=True)]
        kept = [(n, text) for n, text in kept if text]
        domains, rows = [text for _, text in kept], [n for n, _ in kept]
        yield _made(domains, [LISTED] * len(rows), rows, name)


def _choose(header: list[str], given: Mapping[str, str], name: str) -> tuple[str, tuple[str, ...]]:
    """The column of domains and those of opinions."""
    if wrong := [field for field in given if field not in FIELDS]:
        raise UsageError(f"{wrong[0]}={given[wrong[0]]}: no such field", hint=f"fields: {', '.join(FIELDS)}")
    known, choices = {plain(column): column for column in reversed(header)}, words("opinion_columns")
    domain = given.get("domain") or next((known[word] for word in choices["domain"] if word in known), "")
    told = tuple(given["opinion"].split("+")) if "opinion" in given else ()
    if missing := [column for column in (domain, *told) if column not in header]:
        raise UnknownFormat(
            f"{name}: has no column {missing[0]!r}" if missing[0] else f"{name}: no column can be told to hold domains",
            hint=f"the columns are: {', '.join(header)[:1000]}. Say which holds the domains: domain=COLUMN",
        )
    guessed = [known[word] for word in choices["opinion"] if word in known and known[word] != domain]
    return domain, told or tuple(guessed[:MOST])


def _block(
    header: list[str], records: Records, domain: str, told: tuple[str, ...], name: str
) -> tuple[pa.Table, list[Rejected]]:
    at = {column: n for n, column in reversed(list(enumerate(header)))}
    columns = [(column, records.columns[at[column]].to_pylist()) for column in told]
    said = []
    for n in range(len(records.lines)):
        cells = [(column, " ".join((values[n] or "").split())) for column, values in columns]
        filled = [cell if len(told) == 1 else f"{column} {cell}" for column, cell in cells if cell]
        said.append("; ".join(filled)[:1_000] or LISTED)
    table, aside = _made(records.columns[at[domain]].to_pylist(), said, records.lines.to_pylist(), name)
    return table, [*records.rejected, *aside]


def _made(
    domains: Sequence[str | None], said: list[str], rows: list[int], name: str
) -> tuple[pa.Table, list[Rejected]]:
    names = clean(pa.array(domains, pa.string()))
    table = pa.table({"domain": names, "opinion": pa.array(said, pa.string()),
                      "file": pa.repeat(name, len(rows)), "row": pa.array(rows, pa.int64())})  # fmt: skip
    aside = [
        Rejected(name, rows[n], "not the name of a host", str(domains[n] or "")[:500])
        for n in pc.indices_nonzero(pc.is_null(names)).to_pylist()
    ]
    return table.filter(pc.is_valid(names)), aside
