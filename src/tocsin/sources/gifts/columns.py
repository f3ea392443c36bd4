"""Whole columns of a register made fit: texts, days, amounts of money. Arrow in, Arrow out; rows keep their places."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.cells import as_text

CHUNK_ROWS = 1 << 16
FEW_ROWS = 1 << 12  # columns up to here are small enough to be made anew: many small files have many constants
EARLIEST = date(1900, 1, 1)
_TEXT, _DAY = pa.string(), pa.date32()
_NULL = pa.scalar(None, _TEXT)
#: a day as registers write it: with the parts in the order named, and nothing but a time of day after it
_SHAPES = {
    "YMD": r"^(?P<y>\d{4})[-/.]?(?P<m>\d{2})[-/.]?(?P<d>\d{2})(?:[T ].*)?$",
    "MDY": r"^(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})(?:[T ].*)?$",
    "DMY": r"^(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?:[T ].*)?$",
    "MMDDYYYY": r"^(?P<m>\d{2})(?P<d>\d{2})(?P<y>\d{4})$",
    "YEAR": r"^(?P<y>\d{4})$",
}
_SLASHED = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b"


def on_unique(change: Callable[[Array], Array], values: Array) -> Array:
    """`change` done once to each distinct value of a column: registers repeat themselves."""
    coded = values.dictionary_encode()
    return change(coded.dictionary).take(coded.indices)


@lru_cache(maxsize=32)
def _constant(value: str | bool) -> Array:
    return pa.repeat(value, CHUNK_ROWS)


@lru_cache(maxsize=16)
def _nulls(type_: pa.DataType) -> Array:
    return pa.nulls(CHUNK_ROWS, cast("Any", type_))


def nulls(type_: pa.DataType, size: int) -> Array:
    """A column of nulls; all of one type share their memory."""
    return _nulls(type_).slice(0, size) if size <= CHUNK_ROWS else pa.nulls(size, cast("Any", type_))


def constant(value: str | bool | None, size: int) -> Array:
    """A column of one value; the large ones of one value share their memory."""
    if value is None:
        return nulls(_TEXT, size)
    return _constant(value).slice(0, size) if FEW_ROWS < size <= CHUNK_ROWS else pa.repeat(value, size)


def text(values: Array) -> Array:
    """Trimmed strings, runs of blanks made one; empty ones null."""
    values = pc.utf8_trim_whitespace(as_text(values))
    values = pc.if_else(pc.equal(values, ""), _NULL, values)
    doubled = pc.match_substring(values, "  ")
    if pc.any(doubled).as_py():
        values = pc.if_else(doubled, pc.replace_substring_regex(values, r"\s{2,}", " "), values)
    return values


def number(values: Array, decimal: str = ".") -> Array:
    """Amounts as written (`1,234.50`, `£ 500`, `(20.00)`, `-5`, `1.234,50` with `decimal` a comma) as floats; null
    where it is none."""
    if not pa.types.is_string(values.type):
        return pc.cast(values, pa.float64(), safe=False)
    thousands = "." if decimal == "," else ","
    bare = pc.replace_substring_regex(values, r"[\s\x{a0}\x{202f}'’$£€]|USD|EUR|GBP|AUD|CAD|CHF|DM", "")
    # a thousands separator stands before three digits, or it is not one
    shape = rf"^\(?-?(\d+|\d{{1,3}}(\{thousands}\d{{3}})+)(\{decimal}\d+)?-?\)?$"
    good = pc.fill_null(pc.match_substring_regex(bare, shape), False)
    negative = pc.match_substring_regex(bare, r"^\(|-")
    digits = pc.replace_substring_regex(bare, rf"[()\-\{thousands}]", "")
    digits = pc.replace_substring(digits, ",", ".") if decimal == "," else digits
    read = pc.cast(pc.if_else(good, digits, _NULL), pa.float64())
    return pc.if_else(negative, pc.negate(read), read)


def minor(values: Array, decimal: str = ".", decimals: int = 2) -> Array:
    """Amounts as written (see `number`) in minor units: int64, null where it is none or past 10^15."""
    read = _plain_minor(values, decimals)
    if read is not None:
        return read
    scaled = pc.round(pc.multiply(number(values, decimal), float(10**decimals)))
    scaled = pc.if_else(pc.less(pc.abs(scaled), 1e15), scaled, pa.scalar(None, pa.float64()))
    return pc.cast(scaled, pa.int64())


def _plain_minor(values: Array, decimals: int) -> Array | None:
    """The column as whole units, if it is nothing else: the quick way for the mass of rows."""
    if not pa.types.is_string(values.type) or not pc.all(pc.match_substring_regex(values, r"^-?\d{1,12}$")).as_py():
        return None
    return pc.multiply(pc.cast(values, pa.int64()), 10**decimals)


def decimal_of(values: Array) -> str | None:
    """Which sign the amounts of a file have before the decimals; None where these do not tell."""
    if pc.any(pc.match_substring_regex(values, r"\d\.\d{3},\d|^[^,]*\d,\d{1,2}\D*$|\.\d{3}\.\d{3}")).as_py():
        return ","
    return "." if pc.any(pc.match_substring_regex(values, r"\d,\d{3}\.\d|\.\d{1,2}\D*$|,\d{3},\d{3}")).as_py() else None


class Days:
    """Reads the days of one file. `order` is that of day and month: given, or learnt from a part above 12."""

    def __init__(self, order: str | None = None) -> None:
        self.order = order
        self.ambiguous = False

    @property
    def undecided(self) -> bool:
        """True when days like 3/4/2016 were met and nothing yet says which part is the month."""
        return self.order is None and self.ambiguous

    def learn(self, values: Array) -> None:
        """Look for days that settle the order of day and month."""
        if self.order is not None or not pa.types.is_string(values.type):
            return
        for value in pc.unique(values).to_pylist():
            found = re.match(_SLASHED, value or "")
            if found and int(found[1]) > 12:
                self.order = "DMY"
            elif found and int(found[2]) > 12:
                self.order = "MDY"
            self.ambiguous = self.ambiguous or found is not None
            if self.order:
                return

    def read(self, values: Array, latest: date | None = None) -> Array:
        """Strings, dates or times of a column as `date32`; null where it is no day of the calendar, a day before 1900
        or after `latest` (today). A year alone is its last day."""
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            read = pc.cast(values, _DAY, safe=False)
        else:
            read = on_unique(self._strings, pc.utf8_trim_whitespace(as_text(values)))
        latest = latest or date.today() + timedelta(days=1)
        good = pc.and_(pc.greater_equal(read, EARLIEST), pc.less_equal(read, latest))
        return pc.if_else(good, read, pa.scalar(None, _DAY))

    def _strings(self, values: Array) -> Array:
        read = pa.nulls(len(values), _DAY)
        for shape in ("YMD", self.order or "MDY", "YEAR"):
            if read.null_count:
                read = pc.coalesce(read, _calendar(values, _SHAPES[shape]))
        return read


def _calendar(values: Array, pattern: str) -> Array:
    """Days from parts; null where the pattern does not fit or the calendar has no such day."""
    parts = pc.extract_regex(values, pattern)
    fields = {name: _part(parts, name) for name in ("y", "m", "d")}
    years, months, given = fields["y"], np.where(fields["m"] < 0, 12, fields["m"]), fields["d"]
    given = np.where(given < 0, 31, given)
    good = (years >= 1) & (months >= 1) & (months <= 12) & (given >= 1)
    first = (np.where(good, (years - 1970) * 12 + months - 1, 0)).astype("datetime64[M]")
    days = first.astype("datetime64[D]") + (given - 1)
    good &= days.astype("datetime64[M]") == first
    return pa.array(days.astype("datetime64[D]").astype(np.int32), pa.int32(), mask=~good).cast(_DAY)


def _part(parts: Array, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A part as numbers: -1 where the pattern has no such part, 0 where a row does not fit."""
    if parts.type.get_field_index(name) < 0:
        return np.full(len(parts), -1, np.int64)
    column = pc.struct_field(parts, name)
    numbers = pc.fill_null(pc.cast(column, pa.int64()), 0)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), np.int64)


def rates(values: Array) -> Array:
    """Rates of interest as written, in per cent a year: `Nil` and `none` are 0; one that hangs on another (`Base + 2%`,
    `variable`) is null, for nobody knows it."""
    bare = pc.utf8_lower(text(values))
    free = pc.match_substring_regex(bare, r"^(nil|none|no interest|interest[- ]free|zero)\b")
    digits = pc.replace_substring_regex(bare, r"(\s|%|per ?cent|p\.?a\.?|apr|fixed)*$", "")
    return pc.if_else(pc.fill_null(free, False), 0.0, number(digits))


def years(first: Array) -> tuple[Array, Array]:
    """First and last day of periods told by the year they start in, as the whole calendar year."""
    begin = pc.binary_join_element_wise(first, "0101", "")
    end = pc.binary_join_element_wise(first, "1231", "")
    ahead = date(date.today().year, 12, 31)
    return Days().read(begin, ahead), Days().read(end, ahead)


def parted(values: Array, separator: str) -> tuple[Array, Array]:
    """What stands before the first separator, and after it (null where there is none)."""
    split = pc.split_pattern(values, separator, max_splits=1)
    lengths = pc.fill_null(pc.list_value_length(split), 0).to_numpy(zero_copy_only=False)
    starts = np.concatenate(([0], np.cumsum(lengths)))[:-1]
    flat = pc.list_flatten(split)
    left = flat.take(pa.array(starts, pa.int64(), mask=lengths < 1))
    right = flat.take(pa.array(starts + 1, pa.int64(), mask=lengths < 2))
    return text(left), text(right)
