"""From columns as a register has them to gifts: the one door through which the rows of every format pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.gift import GIFTS
from tocsin.model.post import Rejected
from tocsin.sources import shaping
from tocsin.sources.gifts.base import GiftBatch
from tocsin.sources.gifts.columns import Days, constant, decimal_of, minor, nulls, rates, text
from tocsin.sources.shaping import REJECTED_CHARS, Rows

UNTOLD = r"^\D*\d{1,3}\.\d{3}\D*$"
MONEY = ("amount_minor", "aggregate_minor", "repaid_minor", "converted_minor")
DAYS = ("date", "period_start", "due")
NEEDED = {"recipient": "nobody who got it", "date": "no day that can be read", "amount_minor": "no amount of money"}


class GiftShaper:
    """Makes gifts of the rows of one file. Columns are named as in GIFTS; days and amounts stand as written."""

    def __init__(
        self, name: str, register: str, jurisdiction: str, currency: str, days: Days, decimal: str = ""
    ) -> None:
        self._name, self._days, self._decimal = name, days, decimal
        self._defaults = {"register": register, "jurisdiction": jurisdiction, "currency": currency, "file": name}
        self._stem = PurePosixPath(name.replace("\\", "/")).name

    def shape(self, rows: Rows) -> GiftBatch:
        """Gifts for the rows that can be read, a `Rejected` with the reason for each of the others."""
        size = len(rows.numbers)
        made = {field.name: self._column(field, rows.columns, size) for field in GIFTS}
        if "period_start" not in rows.columns:
            made["period_start"] = _years(rows.columns.get("date"), made["date"])
        made["row"] = rows.numbers
        made["gift"] = pc.coalesce(made["gift"], self._row_ids(rows.numbers))
        bad, rejected = self._bad(made, rows)
        batch = pa.RecordBatch.from_arrays([made[name] for name in GIFTS.names], schema=GIFTS)
        if rejected:
            batch = batch.filter(pc.invert(bad))
        return GiftBatch(batch, sorted([*rows.rejected, *rejected], key=lambda r: r.row))

    def _column(self, field: pa.Field, given: Mapping[str, Array], size: int) -> Array:  # type: ignore[type-arg]
        name = field.name
        column = given.get(name)
        if column is None or name in ("row", "file"):
            return self._absent(field, size)
        if column.type == field.type and not pa.types.is_string(field.type):
            return column
        if name in DAYS:
            return self._days.read(column, date.max if name == "due" else None)
        if name in MONEY:
            return self._minor(column)
        if name == "rate":
            return rates(column)
        made = text(column)
        return pc.fill_null(made, self._defaults[name]) if name in self._defaults else made

    def _absent(self, field: pa.Field, size: int) -> Array:  # type: ignore[type-arg]
        if field.name in self._defaults:
            return constant(self._defaults[field.name], size)
        if field.name == "kind":
            return constant("money", size)
        if field.name == "memo":
            return constant(False, size)
        return nulls(field.type, size)

    def _minor(self, column: Array) -> Array:
        """Amounts in minor units; null too where `1.000` may be one or a thousand and the file has not shown which."""
        if not pa.types.is_string(column.type):
            return minor(column)
        self._decimal = self._decimal or decimal_of(column) or ""
        if not self._decimal:
            column = pc.if_else(pc.match_substring_regex(column, UNTOLD), pa.scalar(None, pa.string()), column)
        return minor(column, self._decimal or ".")

    def _row_ids(self, numbers: Array) -> Array:
        return pc.binary_join_element_wise(self._stem, pc.cast(numbers, pa.string()), ":")

    def _bad(self, made: dict[str, Array], rows: Rows) -> tuple[Array, list[Rejected]]:
        bad = pa.repeat(False, len(rows.numbers))
        rejected = []
        for name, reason in NEEDED.items():
            if not made[name].null_count:
                continue
            missing = pc.and_(made[name].is_null(), pc.invert(bad))
            bad = pc.or_(bad, missing)
            for at in pc.indices_nonzero(missing).to_pylist():
                told = f"{reason}{_as_written(rows.columns.get(name), at)}"
                line = rows.text_of(at)[:REJECTED_CHARS]
                rejected.append(Rejected(self._name, rows.numbers[at].as_py(), told, line))
        return bad, rejected


def _years(written: Array | None, read: Array) -> Array:
    """First days of the years where a year is all that is told of the day; null elsewhere."""
    nothing = nulls(pa.date32(), len(read))
    if written is None or not pa.types.is_string(written.type) or not _any_of_length(written, 4):
        return nothing
    year = pc.match_substring_regex(written, r"^\d{4}$")
    return pc.if_else(year, pc.floor_temporal(read, unit="year"), nothing)


def _any_of_length(values: Array, length: int) -> bool:
    return bool(pc.any(pc.equal(pc.binary_length(values), length)).as_py())


def _as_written(column: Array | None, at: int) -> str:
    value = None if column is None else column[at].as_py()
    return "" if value in (None, "") else f": {str(value)[:40]!r}"


def in_order(blocks: Iterable[Rows], days: Days, name: str) -> Iterator[Rows]:
    """As `shaping.in_order`, by the days of the gifts."""
    return shaping.in_order(blocks, days, name, "date", "days")


def empty_gifts() -> pa.RecordBatch:
    """No gifts, in the shape of gifts."""
    return pa.RecordBatch.from_pylist([], schema=GIFTS)
