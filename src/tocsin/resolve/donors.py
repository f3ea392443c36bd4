"""Which rows of a register are one donor.

First what is plain: the same name at the same address, or in the same postcode with the same employer. Then what could
be (`pairs`): names alike that share a postcode, an address, a city or an employer. Those pairs of persons are weighed
by the Fellegi-Sunter model that splink fits to them (`fitted`), organisations and registers too small to fit a model by
the weights learned from labelled donors (`donor`). What takes one pass is done here; what pairs records, on an engine
where one is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tocsin.engine.port import Engine
from tocsin.model.arrow import Array, pc, positions, whole
from tocsin.resolve import keys
from tocsin.resolve.pairs import BLOCKS, contested, matches, matches_on

#: What a row says of its donor, besides the name and whether it is a person.
_SAID = ("street", "city", "region", "postcode", "employer", "occupation")


class Resolved(NamedTuple):
    """Number of the donor of each row, and the least probability by which the row's record was joined to the donor;
    null where it is plain."""

    donor: Array
    probability: Array


class _Records(NamedTuple):
    """Distinct records: a table of one row each, and the record of every row of the register."""

    table: pa.Table
    of_row: Any


def resolve_donors(gifts: pa.Table, engine: Engine | None = None) -> Array:
    """The number of the donor of each row of GIFTS or SETTLED (int64): rows of one donor have one number."""
    return resolve(gifts, engine).donor


def resolve(gifts: pa.Table, engine: Engine | None = None) -> Resolved:
    """The donors of GIFTS or SETTLED, with the probability where records that differ were joined.

    Records are paired on the engine where one is given, with the same result. `RefusedError` where the pairs of one
    donor exceed its memory.
    """
    if not gifts.num_rows:
        return Resolved(pa.array([], pa.int64()), pa.array([], pa.float64()))
    records = _records(gifts)
    plain = _plain(records.table)
    table = _blocked(records.table)
    found = contested(table, [_codes(table, columns) for columns in BLOCKS], plain)
    matched = matches(found) if engine is None else matches_on(engine, found)
    left, right, sure = (matched[name].to_numpy() for name in ("left", "right", "sure"))
    donors = _components(plain[left], plain[right], int(plain.max()) + 1)
    least = np.full(plain.max() + 1, np.inf)
    for side in (left, right):
        np.minimum.at(least, plain[side], sure)
    of_row = plain[records.of_row]
    found = least[of_row]
    return Resolved(pa.array(_together([pa.chunked_array([donors[of_row]])])), pa.array(found, mask=np.isinf(found)))


def _records(gifts: pa.Table) -> _Records:
    """Rows that say the same of their donor, letter by letter, are one record. Records are in the order of a hash of
    what they say: the order of the rows decides nothing."""
    person: Array = pc.fill_null(pc.equal(gifts["donor_type"], "person"), True)
    filed = gifts["donor_name"]
    if filed.null_count:
        filed = pc.coalesce(filed, _full_name(gifts))
    every = pa.table({"person": person, "filed": filed, **{name: gifts[name] for name in _SAID}})
    of_row = _together(every.columns)
    first = np.empty(int(of_row.max()) + 1, np.int64)
    first[of_row[::-1]] = np.arange(of_row.size)[::-1]
    order = _hashed(every.take(positions(first)))
    said, of_row = every.take(positions(first[order])), np.argsort(order)[of_row]
    person, filed = said["person"], said["filed"]
    columns = {
        "person": person,
        "name": keys.clean(filed),
        "address": keys.address_keys(said["street"], said["postcode"]),
        "postcode": pc.utf8_slice_codeunits(keys.clean(said["postcode"]), 0, 5),
        "city": keys.clean(said["city"]),
        "region": keys.clean(said["region"]),
        "employer": keys.employer_keys(said["employer"]),
        "occupation": keys.clean(said["occupation"]),
        "key": pc.if_else(person, keys.person_keys(filed), keys.org_keys(filed)),
        "filed": filed,
        "street": said["street"],
    }
    return _Records(pa.table(columns), of_row)


def _hashed(records: pa.Table) -> Any:
    """The order of distinct records by a hash of what they say."""
    texts = [pc.fill_null(column.cast(pa.string()), "\0") for column in records.columns]
    said = whole(pc.binary_join_element_wise(*texts, "\1")).to_pylist()
    digests = b"".join(blake2b(text.encode(), digest_size=8).digest() for text in said)
    return np.argsort(np.frombuffer(digests, np.uint64), kind="stable")


def _together(columns: Iterable[Array]) -> Any:
    """A number for each distinct combination of values (a null is a value), in order of appearance."""
    code = np.zeros(0, np.int64)
    for column in columns:
        values = whole(column).dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
        joined = code * (int(values.max(initial=0)) + 1) + values if code.size else values
        code = pa.array(joined).dictionary_encode().indices.to_numpy().astype(np.int64)
    return code


def _full_name(gifts: pa.Table) -> Array:
    """ "Last, First Middle Suffix" where the register has the parts of a name."""
    given = pc.binary_join_element_wise(
        *(pc.fill_null(gifts[name], "") for name in ("first_name", "middle_name", "suffix")), " "
    )
    return pc.binary_join_element_wise(gifts["last_name"], given, ", ")


def _plain(table: pa.Table) -> Any:
    """The donor of each record by what needs no weighing."""
    whose = [
        _codes(table, ["person", "name", "address"]),
        _codes(table, ["person", "name", "postcode", "employer"]),
        _codes(_without(table, "address"), ["person", "name", "postcode"]),
    ]
    links = [(np.flatnonzero(codes >= 0), codes[codes >= 0]) for codes in whose]
    return _bipartite(links, table.num_rows)


def _without(table: pa.Table, column: str) -> pa.Table:
    """The table with postcodes only where `column` is not told."""
    told = pc.if_else(pc.is_null(table[column]), table["postcode"], None)
    return table.set_column(table.column_names.index("postcode"), "postcode", told)


def _codes(table: pa.Table, columns: Sequence[str]) -> Any:
    """A number for each distinct combination; -1 where one of the columns is null or empty."""
    told = np.ones(table.num_rows, bool)
    for name in columns:
        column = table[name]
        if pa.types.is_string(column.type):
            told &= pc.fill_null(pc.not_equal(column, ""), False).to_numpy()
    return np.where(told, _together(table[name] for name in columns), -1)


def _bipartite(links: Sequence[tuple[Any, Any]], records: int) -> Any:
    """Components of records that are linked by a shared code, numbered by their first record."""
    lefts, rights, base = [], [], records
    for record, code in links:
        lefts.append(record)
        rights.append(code + base)
        base += int(code.max(initial=-1)) + 1
    return _components(np.concatenate(lefts), np.concatenate(rights), base)[:records]


def _components(left: Any, right: Any, size: int) -> Any:
    """Component of each of `size` numbers, joined by pairs; numbered in order of their least member."""
    graph = coo_array((np.ones(left.size, np.int8), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


def _blocked(table: pa.Table) -> pa.Table:
    """The table with what blocks are made of: last name and initial, first letter."""
    words = pc.split_pattern(pc.fill_null(table["key"], ""), ", ")
    last = pc.list_element(words, 0)
    first = pc.struct_field(pc.extract_regex(pc.fill_null(table["key"], ""), r"^[^,]*, (?P<first>.*)$"), "first")
    start = pc.if_else(table["person"], last, pc.utf8_slice_codeunits(last, 0, 6))
    initial = pc.binary_join_element_wise(start, pc.fill_null(pc.utf8_slice_codeunits(first, 0, 1), ""), " ")
    letter = pc.utf8_slice_codeunits(pc.coalesce(first, last), 0, 1)
    added = {"last": last, "first": first, "initial": initial, "letter": letter}
    for name, column in added.items():
        table = table.append_column(name, column)
    return table
