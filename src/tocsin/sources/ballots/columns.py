"""Guided mapping: which column of a table is what, told by the user, else by the names in data/ballot_columns.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from tocsin.errors import UnknownFormat, UsageError
from tocsin.sources.ballots.base import Given, plain
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.guessing import ONE_VALUE
from tocsin.sources.gifts.guessing import plain as plain_name
from tocsin.sources.records import read_records, split_header
from tocsin.sources.textual import Lines, decode_head
from tocsin.sources.vocabulary import words

NO_TOTAL = "it is called what totals are called, and is not the sum of the rows above: a batch needs another name"
REPEATED = "names of batches that stand more than once are told apart as #2, #3, ..."
SEPARATOR = "|"  # between several columns that a mapping names for one field


@dataclass(frozen=True, slots=True)
class Row:
    """One row by field; a field without a column is "". `text` is the row as it stands in the file."""

    number: int
    fields: Mapping[str, str]
    several: Sequence[tuple[str, str]]  # (column, cell) of the columns that are no field
    text: str

    def __getitem__(self, field: str) -> str:
        return plain(self.fields.get(field))


class Repeats:
    """Published files have several batches of one name, or of names that differ in white space only; none is lost."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], tuple[Given, int]] = {}

    def name(self, given: Given, key: tuple[str, ...], name: str) -> str:
        """The name, with #2, #3 behind it from the second time on that a file has the key; "" where another file had
        it."""
        file, count = self._seen.get(key, (given, 0))
        if file is not given:
            return ""
        self._seen[key] = (given, count + 1)
        if not count:
            return name
        if REPEATED not in given.notes:
            given.notes.append(REPEATED)
        return f"{name} #{count + 1}"


def whole(row: Row) -> bool:
    """Whether a row is of all batches or all places together."""
    return any(plain_name(row[field]) in words("ballot_columns")["whole"] for field in ("jurisdiction", "batch"))


def sniff(head: Head) -> Sniff | None:
    """Possible for any text whose first line has two cells or more."""
    text = decode_head(head.data)
    header, _ = split_header(text)
    if len(header) < 2 or text.lstrip()[:1] in ("{", "[", "<"):
        return None
    return Sniff(0.4, f"a table with {len(header)} columns")


def read_rows(given: Given, kind: str, required: Sequence[str], several: str = "") -> Iterator[Row]:
    """The rows of a table, by the mapping given or guessed; broken ones are set aside.

    `several` is the field that may have many columns (a choice each, say); "" for a kind that has none. Raises
    `UsageError` for a field that is none, `UnknownFormat` where a column that is needed cannot be told.
    """
    lines = Lines(cast("BinaryIO", given.stream))
    columns: dict[str, str] | None = None
    for header, block in read_records(lines, given.name):
        if columns is None:
            columns = _settle(given, header, kind, required, several)
            others = _others(given, header, columns, several) if several else []
        for bad in block.rejected:
            given.reject(bad.row, bad.reason, bad.text)
        cells = {name: block.columns[at].to_pylist() for at, name in reversed(list(enumerate(header)))}
        numbers: list[int] = block.lines.to_pylist()
        for at, number in enumerate(numbers):
            fields = {field: cells[name][at] or "" for field, name in columns.items() if name in cells}
            ones = {field: name[1:] for field, name in columns.items() if name not in cells}
            rest = [(name, plain(cells[name][at])) for name in others] if several else []
            yield Row(number, {**fields, **ones}, rest, block.text_of(at))
    given.notes += lines.notes()


def _settle(given: Given, header: list[str], kind: str, required: Sequence[str], several: str) -> dict[str, str]:
    vocabulary: dict[str, list[str]] = words("ballot_columns")[kind]
    for field, column in given.mapping.items():
        if field not in vocabulary and field != several:
            fields = ", ".join([*vocabulary, *filter(None, [several])])
            raise UsageError(f"--map {field}={column}: no such field", hint=f"fields: {fields}")
        missing = [name for name in column.split(SEPARATOR) if name not in header]
        if missing and not column.startswith(ONE_VALUE):
            raise UnknownFormat(f"{given.name}: has no column {missing[0]!r}", hint=_hint(header, required))
    found = {field: column for field, column in given.mapping.items() if field != several}
    taken = {*found.values(), *given.mapping.get(several, "").split(SEPARATOR)}
    for field, names in vocabulary.items():
        free = {plain_name(column): column for column in reversed(header) if column and column not in taken}
        known = next((name for name in names if name in free), None)
        if field not in found and known:
            found[field] = free[known]
            taken.add(free[known])
    if lacking := [field for field in required if field not in found]:
        raise UnknownFormat(
            f"{given.name}: no column can be told to be the {' or the '.join(lacking)}", hint=_hint(header, lacking)
        )
    given.notes.append("columns: " + ", ".join(f"{field} from {name}" for field, name in found.items()))
    return found


def _others(given: Given, header: list[str], columns: Mapping[str, str], several: str) -> list[str]:
    if several in given.mapping:
        return given.mapping[several].split(SEPARATOR)
    passed = words("ballot_columns")["passed_over"]
    return [name for name in header if name and name not in columns.values() and plain_name(name) not in passed]


def _hint(header: Sequence[str], missing: Sequence[str]) -> str:
    wanted = " ".join(f"--map {field}=COLUMN" for field in missing)
    return f"the columns are: {', '.join(header)[:1000]}. Say which is which: {wanted}, or {ONE_VALUE}VALUE for all"
