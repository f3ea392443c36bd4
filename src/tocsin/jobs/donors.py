"""Donors of a register: one number a donor, a name or a pseudonym to show, and what may be written of the rows."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.funding.register import codes
from tocsin.model.arrow import Array, pc, whole
from tocsin.model.gift import SETTLED, private
from tocsin.resolve import keys
from tocsin.resolve.screen import QUERIES
from tocsin.sources.pseudonyms import pseudonym

#: What tells who a private person is, or where one lives; the rest of the row says what is needed to judge a lead.
_PERSONAL = ("donor_name", "last_name", "first_name", "middle_name", "suffix", "street", "memo_text", "donor_id")
_AT_A_TIME = 100_000  # donors
_ALWAYS = ("intermediary_address", "owner_place")
#: What says who one is where it holds the last name: a firm of one's own.
_NAMING = ("employer", "occupation", "intermediary_employer")


class Donors:
    """Who gave. `numbers` has one int64 a row of `settled` (schema `SETTLED`); with a `key`, private persons have a
    pseudonym, which depends on name and postcode only: the same donor has the same one in the next scan with the key.
    """

    def __init__(self, settled: pa.Table, numbers: Array, key: bytes | None) -> None:
        self._settled, self._key = settled, key
        self.numbers = np.asarray(numbers, np.int64)

    @cached_property
    def _shown(self) -> tuple[Any, Any]:
        """The donors' numbers in order, and the row that stands for each: one of the first name and postcode."""
        name, code = (codes(self._settled[column])[0].astype(np.int64) for column in ("donor_name", "postcode"))
        rank = (name + 1) * (int(code.max(initial=0)) + 2) + code + 1
        order = np.argsort(self.numbers, kind="stable")
        found, starts, sizes = np.unique(self.numbers[order], return_index=True, return_counts=True)
        least = np.minimum.reduceat(rank[order], starts) if starts.size else starts
        first = np.flatnonzero(rank[order] == np.repeat(least, sizes))
        return found, order[first[np.searchsorted(first, starts)]]

    def __len__(self) -> int:
        return int(self._shown[0].size)

    def queries(self) -> tuple[pa.Table, Array]:
        """A row a donor to look for in lists (`QUERIES`), and their numbers. The country of an address is no
        nationality, so none is given."""
        numbers, rows = self._shown
        taken = self._settled.take(pa.array(rows))
        made: dict[str, Any] = {name: taken[name] for name in ("last_name", "first_name")}
        made |= {"name": pc.fill_null(taken["donor_name"], "")}
        made["schema"] = pc.if_else(private(taken), "Person", "Organization")
        none = pa.nulls(len(rows), pa.string())
        return pa.table([made.get(name, none) for name in QUERIES.names], schema=QUERIES), pa.array(numbers)

    @cached_property
    def _named(self) -> pa.Table:
        """What a label is made of, a row a donor."""
        columns = ["donor_name", "postcode", "donor_type", "last_name"]
        return self._settled.select(columns).take(pa.array(self._shown[1])).combine_chunks()

    def label(self, number: int) -> str:
        """What one donor is called in findings and tables."""
        return self._labels(int(np.searchsorted(self._shown[0], number)), 1)[0]

    def _labels(self, start: int, count: int) -> list[str]:
        taken = self._named.slice(start, count)
        names = pc.fill_null(taken["donor_name"], "").to_pylist()
        places = pc.utf8_slice_codeunits(pc.fill_null(taken["postcode"], ""), 0, 5).to_pylist()
        return list(map(self._label, names, places, private(taken).to_pylist()))

    def _label(self, name: str, postcode: str, private: bool) -> str:
        if self._key is None or not private:
            return name or "without a name"
        return pseudonym(self._key, "donor", f"{name}|{postcode}", "donor_")

    def table(self) -> pa.Table:
        """The rows with their donor's label, as they may be written: of private persons no name, street or remark
        where there is a key (`SETTLED` and `donor`)."""
        table = self._settled
        if self._key is not None:
            table = _withheld(table, self._key)
        numbers, _ = self._shown
        parts = [pa.array(self._labels(at, _AT_A_TIME), pa.string()) for at in range(0, len(self), _AT_A_TIME)]
        names: Any = pa.chunked_array(parts, pa.string())
        return table.append_column("donor", names.take(pa.array(np.searchsorted(numbers, self.numbers))))


def _withheld(rows: pa.Table, key: bytes) -> pa.Table:
    persons = private(rows)
    last = keys.last_names(rows["last_name"], rows["donor_name"])
    bringer = keys.last_names(rows["intermediary"], rows["intermediary"])
    for name in (*_PERSONAL, *_NAMING):
        hidden = persons
        if name in _NAMING:
            hidden = pc.or_(pc.and_(persons, keys.naming(rows[name], last)), keys.naming(rows[name], bringer))
        blank = pc.if_else(hidden, pa.scalar(None, pa.string()), whole(rows[name]))
        rows = rows.set_column(SETTLED.get_field_index(name), SETTLED.field(name), blank)
    for name in _ALWAYS:
        at = SETTLED.get_field_index(name)
        rows = rows.set_column(at, SETTLED.field(name), pa.nulls(rows.num_rows, pa.string()))
    for name in ("intermediary", "owner_name"):
        coded = whole(rows[name]).dictionary_encode()
        said = [value and _covered(key, value) for value in coded.dictionary.to_pylist()]
        covered: Any = pa.array(said, pa.string())
        rows = rows.set_column(SETTLED.get_field_index(name), SETTLED.field(name), covered.take(coded.indices))
    return rows


def _covered(key: bytes, name: str) -> str:
    """A committee's number stays; whoever else passed money on or owns the donor may be a private person."""
    number = " " not in name and any(letter.isdigit() for letter in name)
    return name if number else pseudonym(key, "donor", name, "person_")
