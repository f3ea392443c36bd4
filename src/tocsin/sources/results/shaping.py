"""From columns to stations: figures checked, units named, long tables turned, one table for each contest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import Rejected
from tocsin.model.targets import CHOICES, CONTEST, STATIONS
from tocsin.sources.results.guessing import Columns

Numbers = npt.NDArray[Any]
MOST = 10_000_000  # figures of one station beyond this are none


def figures(column: Array) -> tuple[Array, Array]:
    """A column as whole numbers (null where it says nothing), and which cells are no such number."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        bare = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), "[ ,\u00a0](\\d{3})\\b", r"\1")
        empty = pc.is_in(bare, pa.array(["", "-", "NA", "nan", "None", "null"], bare.type))
        good = pc.match_substring_regex(bare, r"^\d{1,9}(\.0+)?$")
        text = pc.replace_substring_regex(pc.if_else(good, bare, pa.scalar(None, bare.type)), r"\.0+$", "")
        return pc.cast(text, pa.int64()), pc.fill_null(pc.invert(pc.or_(good, empty)), False)
    numbers = pc.cast(column, pa.float64())
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    good = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.and_(pc.greater_equal(numbers, 0), pc.less(numbers, MOST)))
    kept = pc.if_else(pc.fill_null(good, False), numbers, pa.scalar(None, pa.float64()))
    return pc.cast(kept, pa.int64()), pc.fill_null(pc.invert(good), False)


def is_figures(column: Array) -> bool:
    """Whether a column holds whole numbers, or nothing, in nearly every row (all but two of a short table)."""
    if pa.types.is_temporal(column.type) or pa.types.is_boolean(column.type) or pa.types.is_nested(column.type):
        return False
    if pa.types.is_dictionary(column.type) or pa.types.is_binary(column.type):
        return False
    numbers, bad = figures(column)
    wrong, size = pc.sum(bad).as_py() or 0, len(column)
    return wrong <= max(0.01 * size, 2) and wrong * 2 < size and numbers.null_count < size


class Shaper:
    """Makes stations of one file's columns; rows that do not hold figures are in `rejected`."""

    def __init__(self, name: str, columns: Columns, table: Mapping[str, Array], rows: Array) -> None:
        self._name, self._columns, self._table, self._rows = name, columns, table, rows
        self.rejected: list[Rejected] = []

    def stations(self) -> Iterator[pa.Table]:
        """One table of schema `STATIONS` for each contest, with what was voted on and the choices as metadata."""
        if not len(self._rows):
            return
        region, unit = self._joined(self._columns.region), self._joined(self._columns.unit)
        contest = pc.utf8_trim(self._joined(self._columns.contest), " /")  # an office may have no district
        given = {name: self._figure(getattr(self._columns, name)) for name in ("registered", "cast", "valid")}
        if not self._columns.cast and self._columns.valid and self._columns.invalid:
            given["cast"] = pc.add(given["valid"], self._figure(self._columns.invalid))
        votes = [figures(self._table[column]) for column in self._columns.votes]
        good = self._good(votes)
        make = self._long if self._columns.choice else self._wide
        for name in sorted(set(contest.filter(good).to_pylist())):
            chosen = pc.and_(good, pc.equal(contest, name))
            picked = [one.filter(chosen) for one in (region, unit, *given.values(), self._rows)]
            yield make(name, picked, [numbers.filter(chosen) for numbers, _ in votes], chosen)

    def _joined(self, columns: tuple[str, ...]) -> Array:
        parts = [pc.fill_null(text(self._table[column]), "") for column in columns]
        if not parts:
            return pa.array([""] * len(self._rows), pa.string())
        return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " / ")

    def _figure(self, column: str) -> Array:
        return figures(self._table[column])[0] if column else pa.nulls(len(self._rows), pa.int64())

    def _good(self, votes: list[tuple[Array, Array]]) -> Array:
        """Rows with votes that are whole numbers; the others are set aside, but for rows that say nothing at all."""
        size = len(self._rows)
        bad, said = np.zeros(size, bool), np.zeros(size, bool)
        for numbers, wrong in votes:
            bad |= wrong.to_numpy(zero_copy_only=False)
            said |= numbers.is_valid().to_numpy(zero_copy_only=False)
        for row in self._rows.filter(pa.array(bad)).to_pylist():
            self.rejected.append(Rejected(self._name, row, "votes that are no whole number"))
        for row in self._rows.filter(pa.array(~bad & ~said)).to_pylist():
            self.rejected.append(Rejected(self._name, row, "no votes"))
        return pa.array(~bad & said)

    def _wide(self, contest: str, parts: list[Array], votes: list[Array], _chosen: Array) -> pa.Table:
        region, unit, registered, cast, valid, rows = parts
        matrix = np.stack([pc.fill_null(one, 0).to_numpy(zero_copy_only=False) for one in votes], axis=1)
        return self._made(contest, (region, unit, registered, cast, valid), matrix, list(self._columns.votes), rows)

    def _long(self, contest: str, parts: list[Array], votes: list[Array], chosen: Array) -> pa.Table:
        """A row a choice to a row a station; of several rows for one choice (kinds of vote) the sum."""
        region, unit, registered, cast, valid, rows = parts
        choice = pc.fill_null(text(self._table[self._columns.choice]).filter(chosen), "")
        station, first = _numbered(pc.binary_join_element_wise(region, unit, "\0"))
        names = sorted(set(choice.to_pylist()))
        place = pc.index_in(choice, pa.array(names, choice.type)).to_numpy(zero_copy_only=False)
        matrix = np.zeros((first.size, len(names)), np.int64)
        np.add.at(matrix, (station, place), pc.fill_null(votes[0], 0).to_numpy(zero_copy_only=False))
        at = pa.array(first)
        kept = tuple(one.take(at) for one in (region, unit, registered, cast, valid))
        return self._made(contest, kept, matrix, names, rows.take(at))

    def _made(self, contest: str, told: tuple[Array, ...], matrix: Numbers, names: list[str], rows: Array) -> pa.Table:
        region, unit, registered, cast, valid = told
        size, width = matrix.shape
        offsets = pa.array(np.arange(size + 1) * width, pa.int32())
        votes = pa.ListArray.from_arrays(offsets, pa.array(matrix.ravel().astype(np.int64)))
        file = pa.array([self._name] * size, pa.string())
        columns = [region.cast(pa.string()), unit.cast(pa.string()), registered, cast, valid, votes, file, rows]
        told_ = {CHOICES: json.dumps(names, ensure_ascii=False).encode()}
        told_ |= {CONTEST: contest.encode()} if contest else {}
        made = [column.cast(one.type) for column, one in zip(columns, STATIONS, strict=True)]
        return pa.Table.from_arrays(made, schema=STATIONS.with_metadata(told_))


def text(column: Array) -> Array:
    """Any column as strings; whole floats without their `.0`."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        return pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0+$", "")
    return pc.utf8_trim_whitespace(pc.cast(column, pa.string()))


def _numbered(keys: Array) -> tuple[Numbers, Numbers]:
    """A number for each distinct key in order of its first row, and that row."""
    coded = keys.dictionary_encode()
    numbers = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    first = np.full(len(coded.dictionary), numbers.size, np.int64)
    np.minimum.at(first, numbers, np.arange(numbers.size))
    return numbers, first
