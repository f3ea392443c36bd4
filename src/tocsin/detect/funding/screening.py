"""Donors and owners of a money scan against sanctions lists, made ready for the flags."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from tocsin.detect.funding.base import MoneyTables
from tocsin.detect.funding.register import Numbers
from tocsin.model.arrow import Array, pc, positions, whole
from tocsin.progress import Progress
from tocsin.resolve.screen import QUERIES, Screen

LEAST = 0.5  # probability
QUERY = pa.field("query", pa.int64(), nullable=False)


def screened(tables: MoneyTables, listed: pa.Table, progress: Progress | None = None) -> MoneyTables:
    """The same tables with hits of donors and of entities against `listed` (schema `LISTED`).

    A donor is asked for once, as in its first counted row; in `donor_hits` the query is the donor's number, in
    `owner_hits` the row of `entities`.
    """
    screen = Screen(listed, progress)
    donors, people = _donors(tables)
    found = screen.search(people, threshold=LEAST)
    hits = found.set_column(0, QUERY, pa.array(donors[found["query"].to_numpy()], pa.int64()))
    rows, owners = _entities(tables)
    above = screen.search(owners, threshold=LEAST)
    above = above.set_column(0, QUERY, pa.array(rows[above["query"].to_numpy()], pa.int64()))
    return replace(tables, donor_hits=hits, owner_hits=above, listed=listed)


def _donors(tables: MoneyTables) -> tuple[Numbers, pa.Table]:
    """Numbers of the donors and what is known of each (schema `QUERIES`)."""
    register = tables.register
    donors, first = np.unique(register.donor, return_index=True)
    columns = ("donor_name", "last_name", "first_name", "country")
    name, last, given, country = (register.column(column).take(positions(first)) for column in columns)
    written = pc.coalesce(name, pc.binary_join_element_wise(last, given, ", "), last)
    schema = pc.if_else(pa.array(register.person[first]), "Person", "Organization")
    return _asked(donors, written, last, given, schema, None, country)


def _entities(tables: MoneyTables) -> tuple[Numbers, pa.Table]:
    """Rows of `entities` and what is known of each, by the name to show."""
    entities = tables.entities
    names = whole(entities["names"])
    told = pc.greater(pc.fill_null(pc.list_value_length(names), 0), 0)
    written = pc.if_else(told, pc.list_element(pc.if_else(told, names, pa.scalar([""])), 0), None)
    schema = pc.if_else(pc.equal(whole(entities["kind"]), "person"), "Person", "Organization")
    birth, country = whole(entities["birth_date"]), whole(entities["country"])
    nothing = pa.nulls(entities.num_rows, pa.string())
    return _asked(np.arange(entities.num_rows), written, nothing, nothing, schema, birth, country)


def _asked(
    numbers: Numbers, name: Array, last: Array, first: Array, schema: Array, birth: Array, country: Array
) -> tuple[Numbers, pa.Table]:
    birth = pa.nulls(len(name), pa.string()) if birth is None else birth
    known = np.flatnonzero(pc.is_valid(name).to_numpy(zero_copy_only=False))
    columns = [column.take(positions(known)) for column in (name, last, first, schema, birth, country)]
    return numbers[known], pa.Table.from_arrays(columns, schema=QUERIES)
