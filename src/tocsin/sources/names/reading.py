"""From paths to tables of names: open, recognise, read, clean; a bad row is set aside, a bad file stops no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UnknownFormat, UsageError
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.model.targets import OBSERVED, OFFICIAL
from tocsin.progress import Progress, Silent
from tocsin.sources.base import ReadOptions
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.names import columns, rows
from tocsin.sources.names.hosts import clean
from tocsin.sources.reading import HEAD_BYTES
from tocsin.sources.records import split_header
from tocsin.sources.textual import decode_head, looks_binary, not_text
from tocsin.sources.times import TimeReader

FORMATS: Mapping[str, str] = {
    "json": "JSON objects with names: certificate feeds, crt.sh, passive DNS (COF)",
    "zone": "a zone file (RFC 1035)",
    "table": "a table with a header",
    "parquet": "Parquet",
    "list": "one name a line",
}
KINDS = ("office", "government", "outlet", "party", "other")
_RECORD = re.compile(r"^\S*[ \t]+(\d\S*[ \t]+)?(in[ \t]+)?(\d\S*[ \t]+)?(soa|ns|a|aaaa|cname|mx)[ \t]+\S", re.I | re.M)
_ELECTION = (
    r"(?i)\b(elections?|electoral|votes?|voter|voting|ballot|county clerk|secretary of state|registrar of voters)\b"
)


@dataclass(frozen=True, slots=True)
class NamesFile:
    """Names as they were read (schema OBSERVED or OFFICIAL), the files, and the rows that were set aside."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_observed(
    paths: Iterable[str | Path],
    *,
    format: str = "",  # noqa: A002  as the command's option is called
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> NamesFile:
    """Read names that were seen, of any of `FORMATS`, told from the content where `format` is "". `mapping` says which
    column holds `name`, `time` or `detail`. A row may hold several names; a time that cannot be read is left out.

    Raises the first file's error where none could be read, `UsageError` for a format that does not exist.
    """
    return _read(paths, format, columns.OBSERVED_FIELDS, mapping or {}, _observed, OBSERVED, progress or Silent())


def read_official(
    paths: Iterable[str | Path],
    *,
    format: str = "",  # noqa: A002  as the command's option is called
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> NamesFile:
    """Read names that are somebody's own: a table with name, office, kind, jurisdiction, brands (words that stand for
    it, between | or ;), the .gov registry's table, or a list. Without an office the name stands for it; without a kind
    it is an office's. Errors as `read_observed`."""
    read = _read(paths, format, columns.OFFICIAL_FIELDS, mapping or {}, _official, OFFICIAL, progress or Silent())
    return replace(read, table=_once(read.table))


def _once(table: pa.Table) -> pa.Table:
    """One row a name and owner, the first."""
    first: dict[tuple[Any, Any], int] = {}
    for row, owned in enumerate(zip(table["name"].to_pylist(), table["office"].to_pylist(), strict=True)):
        first.setdefault(owned, row)
    return table.take(pa.array(list(first.values()), pa.int64()))


Shape = Callable[[rows.Rows, str, list[str]], dict[str, Any]]


def _read(
    paths: Iterable[str | Path],
    format_: str,
    wanted: tuple[str, ...],
    given: Mapping[str, str],
    shape: Shape,
    schema: pa.Schema,
    progress: Progress,
) -> NamesFile:
    if format_ and format_ not in FORMATS:
        raise UsageError(f"no such format of names: {format_}", hint=f"one of: {', '.join(FORMATS)}")
    tables, rejected = [schema.empty_table()], list[Rejected]()
    inputs, errors = list[InputFile](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        progress.start(f"reading {item.name}")
        one = _File(item, shape, schema)
        for table in one.read(format_, wanted, given):
            tables.append(table)
            progress.advance(len(table))
        rejected += one.rejected
        inputs.append(one.facts())
        errors += [one.error] if one.error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return NamesFile(pa.concat_tables(tables).combine_chunks(), tuple(inputs), rejected)


class _File:
    """Reads one input and keeps what is to be told of it."""

    def __init__(self, item: Input | Unopened, shape: Shape, schema: pa.Schema) -> None:
        self._item, self._shape, self._schema = item, shape, schema
        self.error: TocsinError | None = item.error if isinstance(item, Unopened) else None
        self.rejected: list[Rejected] = []
        self._names, self._format, self._notes = 0, "", list[str]()

    def read(self, format_: str, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[pa.Table]:
        """The tables of the input; what is wrong with it is in `error` afterwards."""
        if isinstance(self._item, Unopened):
            return
        try:
            self._format = format_ or _recognise(self._item, wanted, given)
            for block in _blocks(self._format, self._item, wanted, given):
                self.rejected += block.rejected
                table = self._table(block)
                self._names += len(table)
                yield table
        except TocsinError as failure:
            self.error = failure
        except (pa.ArrowInvalid, OSError) as failure:
            self.error = InputError(f"{self._item.name}: {failure}", hint="fetch or export the file again")
        finally:
            self._item.close()
        if self._item.stream.cut:
            self._notes.append(f"the file ends early: {self._item.stream.cut}")

    def _table(self, block: rows.Rows) -> pa.Table:
        raw = block.fields["name"]
        names = clean(raw)
        for n in pc.indices_nonzero(pc.is_null(names)).to_pylist():
            text = str(raw[n].as_py() or "")
            self.rejected.append(
                Rejected(self._item.name, block.numbers[n].as_py(), "not the name of a host", text[:500])
            )
        good = positions(pc.indices_nonzero(pc.is_valid(names)))
        kept = rows.Rows({what: column.take(good) for what, column in block.fields.items()}, block.numbers.take(good))
        kept.how, kept.fields["name"] = block.how, names.take(good)
        cells = self._shape(kept, self._item.name, self._notes)
        cells |= {"name": kept.fields["name"], "row": kept.numbers, "file": pa.repeat(self._item.name, len(good))}
        return pa.table([cells[one.name] for one in self._schema], schema=self._schema)

    def facts(self) -> InputFile:
        """What became of the input."""
        notes = [*self._notes, *([str(self.error)] if self.error else [])]
        return as_read(self._item, self._format, FORMATS.get(self._format, ""), self._names, len(self.rejected), notes)


def _recognise(item: Input, wanted: tuple[str, ...], given: Mapping[str, str]) -> str:
    data = item.stream.peek(HEAD_BYTES)
    if not data.strip():
        raise InputError(f"{item.name}: is empty", hint="fetch or export the file again")
    if data.startswith(b"PAR1"):
        return "parquet"
    if looks_binary(data):
        raise not_text(item.name)
    text = decode_head(data)
    if text.lstrip()[:1] in ("{", "["):
        return "json"
    if re.search(r"^\$(ORIGIN|TTL)\b", text, re.M) or len(_RECORD.findall(text)) * 2 > text.count("\n"):
        return "zone"
    header = split_header(text)[0]
    if given or any(columns.plain(cell) in columns.choices("name", wanted) for cell in header):
        return "table"
    lines = [line.partition("#")[0].split() for line in text.split("\n")[:200]]
    first = clean(pa.array([line[-1] for line in lines if line], pa.string()))
    if len(first) and first.null_count * 2 < len(first):
        return "list"
    raise UnknownFormat(
        f"{item.name}: neither names, nor a table with a column of names",
        hint=f"say which column holds them (name=COLUMN); the first line is: {', '.join(header)[:300]}",
    )


def _blocks(format_: str, item: Input, wanted: tuple[str, ...], given: Mapping[str, str]) -> Iterator[rows.Rows]:
    stream = cast("BinaryIO", item.stream)
    if format_ == "zone":
        return rows.zone(stream)
    if format_ == "list":
        return rows.listed(stream)
    if format_ == "parquet":
        return rows.parquet(item.stream.random_access(), item.name, wanted, given)
    reader = rows.json if format_ == "json" else rows.delimited
    return reader(stream, item.name, wanted, given)


def _observed(block: rows.Rows, _name: str, notes: list[str]) -> dict[str, Any]:
    size = len(block.numbers)
    times = pa.nulls(size, OBSERVED.field("time").type)
    if "time" in block.fields:
        reader = TimeReader(ReadOptions())
        reader.learn(block.fields["time"])
        times, refused = reader.read(_blank_to_null(block.fields["time"]))
        notes += reader.notes()
        if any("no time" not in reason for reason in refused.values()):
            notes.append("some times cannot be read and are left out")
    detail = _blank_to_null(block.fields.get("detail", pa.nulls(size, pa.string())))
    return {"time": times, "how": pa.repeat(block.how, size), "detail": detail}


def _official(block: rows.Rows, name: str, _notes: list[str]) -> dict[str, Any]:
    none = pa.nulls(len(block.numbers), pa.string())
    given = {what: _blank_to_null(block.fields.get(what, none)) for what in columns.OFFICIAL_FIELDS}
    office = pc.coalesce(given["office"], given["name"])
    government = pc.if_else(pc.match_substring_regex(office, _ELECTION), "office", "government")
    kind = pc.utf8_lower(pc.coalesce(given["kind"], given["type"]))
    registry = pc.and_(pc.is_null(given["kind"]), pc.is_valid(given["type"]))
    known = pc.is_in(kind, pa.array(KINDS))
    kind = pc.case_when(pc.make_struct(pc.fill_null(known, False), registry), kind, government)
    place = pc.utf8_lower(
        pc.replace_substring_regex(pc.coalesce(given["jurisdiction"], pa.scalar("")), r"[^\pL\d]+", "-")
    )
    state = pc.and_(registry, pc.match_substring_regex(place, "^[a-z]{2}$"))
    place = pc.if_else(state, pc.binary_join_element_wise("us", place, "-"), pc.utf8_trim(place, "-"))
    listed = pc.split_pattern_regex(pc.coalesce(given["brands"], pa.scalar("")), r"\s*[|;]\s*")
    brands = pa.array([[word for word in cell if word] for cell in listed.to_pylist()], OFFICIAL.field("brands").type)
    return {"office": office, "kind": pc.coalesce(kind, pa.scalar("office")), "jurisdiction": place, "brands": brands}


def _blank_to_null(column: Array) -> Array:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
