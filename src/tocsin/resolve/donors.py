"""Which rows of a register are one donor.

First what is plain: the same name at the same address, or in the same postcode with the same employer. Then what could
be: names alike that share a postcode, an address, a city or an employer. Those pairs of persons are weighed by the
Fellegi-Sunter model that splink fits to them (expectation maximisation, term frequencies), organisations and registers
too small to fit a model by the weights learned from labelled donors (`donor`).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tocsin.model.arrow import Array, pc, positions, whole
from tocsin.resolve import keys
from tocsin.resolve.donor import Donor, donor_measures
from tocsin.resolve.names import fold
from tocsin.resolve.weights import load, probability

SURE = 0.9  # probability from which two records are one donor
_ENOUGH = 2_000  # records of persons that could be several, from which a model is fitted to them
_CROWD = 50  # donors in a block from which it says nothing: a common name in a large city
_SEED = 20_240_229
#: What records that could be one donor have in common.
_BLOCKS = (
    ["person", "initial", "postcode"],
    ["person", "key", "city"],
    ["person", "key", "employer"],
    ["person", "address", "letter"],
)
_MEMORY_MB = 2_048  # that DuckDB may use before it spills to disk
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


def resolve_donors(gifts: pa.Table) -> Array:
    """The number of the donor of each row of GIFTS or SETTLED (int64): rows of one donor have one number."""
    return resolve(gifts).donor


def resolve(gifts: pa.Table) -> Resolved:
    """The donors of GIFTS or SETTLED, with the probability where records that differ were joined."""
    if not gifts.num_rows:
        return Resolved(pa.array([], pa.int64()), pa.array([], pa.float64()))
    records = _records(gifts)
    plain = _plain(records.table)
    left, right, sure = _pairs(records.table, plain)
    kept = sure >= SURE
    donors = _components(plain[left[kept]], plain[right[kept]], int(plain.max()) + 1)
    least = np.full(plain.max() + 1, np.inf)
    for side in (left, right):
        np.minimum.at(least, plain[side[kept]], sure[kept])
    of_row = plain[records.of_row]
    found = least[of_row]
    return Resolved(pa.array(donors[of_row]), pa.array(found, mask=np.isinf(found)))


def _records(gifts: pa.Table) -> _Records:
    """Rows that say the same of their donor, letter by letter, are one record."""
    person: Array = pc.fill_null(pc.equal(gifts["donor_type"], "person"), True)
    filed = gifts["donor_name"]
    if filed.null_count:
        filed = pc.coalesce(filed, _full_name(gifts))
    every = pa.table({"person": person, "filed": filed, **{name: gifts[name] for name in _SAID}})
    of_row = _together(every.columns)
    first = np.empty(int(of_row.max()) + 1, np.int64)
    first[of_row[::-1]] = np.arange(of_row.size)[::-1]
    said = every.take(positions(first))
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


def _pairs(table: pa.Table, plain: Any) -> tuple[Any, Any, Any]:
    """Pairs of records that could be one donor, and the probability that they are."""
    table = _blocked(table)
    person = table["person"].to_numpy(zero_copy_only=False)
    blocks = [_telling(_codes(table, columns), plain) for columns in _BLOCKS]
    pairs = np.unique(np.concatenate([_candidates(codes, plain) for codes in blocks]), axis=0)
    left, right = pairs[:, 0], pairs[:, 1]
    sure = np.zeros(left.size)
    contested = np.unique(pairs[person[left]])
    fitted = person[left] & (contested.size >= _ENOUGH)
    if fitted.any():
        sure[fitted] = _fitted(table, blocks, left[fitted], right[fitted])
    sure[~fitted] = _learned(table, left[~fitted], right[~fitted])
    return left, right, sure


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


def _telling(codes: Any, plain: Any) -> Any:
    """The codes of blocks, -1 for those of more than `_CROWD` donors."""
    rows = np.flatnonzero(codes >= 0)
    donors = np.unique(np.stack([codes[rows], plain[rows]]), axis=1)
    crowded = np.bincount(donors[0], minlength=int(codes.max(initial=-1)) + 2) > _CROWD
    return np.where(crowded[codes], -1, codes)


def _candidates(codes: Any, plain: Any) -> Any:
    """Pairs of records with one code that are not plainly one donor: one pair for each two donors of a block."""
    rows = np.flatnonzero(codes >= 0)
    order = rows[np.lexsort((rows, plain[rows], codes[rows]))]
    new = np.r_[True, (codes[order][1:] != codes[order][:-1]) | (plain[order][1:] != plain[order][:-1])][: order.size]
    order = order[new]
    starts = np.flatnonzero(np.r_[True, codes[order][1:] != codes[order][:-1]][: order.size])
    sizes = np.diff(np.r_[starts, order.size])
    pairs = [np.empty((0, 2), np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        at = starts[sizes == size]
        i, j = np.triu_indices(size, 1)
        pairs.append(np.stack([order[at[:, None] + i].ravel(), order[at[:, None] + j].ravel()], 1))
    return np.sort(np.concatenate(pairs), 1)


def _learned(table: pa.Table, left: Any, right: Any) -> Any:
    """Probabilities by the weights learned from labelled donors."""
    sure = np.zeros(left.size)
    for begin in range(0, left.size, 50_000):
        part = slice(begin, begin + 50_000)
        sides = [list(_donors(table.take(positions(side[part])))) for side in (left, right)]
        measured = donor_measures(*sides)
        organisation = np.array([donor.organisation for donor in sides[0]], bool)
        odds = np.where(
            organisation, load("donor-organisation").log_odds(measured), load("donor-person").log_odds(measured)
        )
        sure[part] = probability(odds)
    return sure


def _donors(table: pa.Table) -> Iterator[Donor]:
    columns = [pc.fill_null(table[name], "").to_pylist() for name in ("filed", "street", "city", "region", "postcode")]
    for name, street, city, region, postcode, person in zip(*columns, table["person"].to_pylist(), strict=True):
        yield Donor(name, street, city, region, postcode, organisation=not person)


def _fitted(table: pa.Table, blocks: Sequence[Any], left: Any, right: Any) -> Any:
    """Probabilities by a model that splink fits to the records that could be several."""
    which = np.unique(np.concatenate([left, right]))
    people = table.take(positions(which))
    sounds = pa.array([fold(name.split()[0]) if name else None for name in people["first"].to_pylist()], pa.string())
    columns = ["last", "first", "address", "postcode", "city", "employer", "occupation", "initial", "key", "letter"]
    people = people.select(columns).append_column("sound", sounds).append_column("unique_id", pa.array(which))
    for n, codes in enumerate(blocks):
        people = people.append_column(f"block{n}", pa.array(codes[which], mask=codes[which] < 0))
    logging.getLogger("splink").setLevel(logging.ERROR)
    told = {name for name in columns if people[name].null_count < 0.9 * people.num_rows}
    with tempfile.TemporaryDirectory(prefix="tocsin-") as spill:
        scored = _scored(people, told, spill)
    names = ("unique_id_l", "unique_id_r", "match_probability")
    a, b, sure = (scored[name].to_numpy(zero_copy_only=False) for name in names)
    size = int(which.max()) + 1
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    order = np.argsort(low * size + high)
    codes, wanted = (low * size + high)[order], left.astype(np.int64) * size + right
    at = np.minimum(np.searchsorted(codes, wanted), max(codes.size - 1, 0))
    return np.where(codes[at] == wanted, sure[order][at], 0.0) if codes.size else np.zeros(left.size)


def _scored(people: pa.Table, told: set[str], spill: str) -> pa.Table:
    """Pairs of records with a probability from SURE, by the model fitted to them; DuckDB spills into a folder."""
    from splink import DuckDBAPI, Linker, block_on
    from splink.internals.exceptions import EMTrainingException

    database = DuckDBAPI()
    database.duckdb_con.execute(f"SET memory_limit = '{_MEMORY_MB}MB'; SET temp_directory = '{spill}'")
    linker = Linker(database.register(people), _settings(told), log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    for rule in (("last", "first"), ("address",), ("postcode", "letter"), ("employer", "letter")):
        if told.issuperset(rule):
            # no two records agree on it, or no match shows one of the levels: the other rules fit what they can
            with suppress(EMTrainingException, ValueError):
                linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    predicted: Any = linker.inference.predict(threshold_match_probability=SURE)
    scored: pa.Table = predicted.as_pyarrow_table()
    database.duckdb_con.close()
    return scored


def _settings(told: Collection[str]) -> Any:
    """The model: what is compared and in which levels, of the columns that are told; pairs are those of the blocks."""
    import splink.comparison_level_library as level
    import splink.comparison_library as compared
    from splink import SettingsCreator, block_on

    first = compared.CustomComparison(
        [
            level.NullLevel("first"),
            level.ExactMatchLevel("first", term_frequency_adjustments=True),
            level.ExactMatchLevel("sound"),
            level.CustomLevel("length(first_l) = 1 or length(first_r) = 1", "An initial"),
            level.JaroWinklerLevel("first", 0.9),
            level.ElseLevel(),
        ],
        output_column_name="first",
    )
    comparisons = {
        "last": compared.JaroWinklerAtThresholds("last", [0.94, 0.85]).configure(term_frequency_adjustments=True),
        "first": first,
        "address": compared.ExactMatch("address"),
        "postcode": compared.LevenshteinAtThresholds("postcode", [1]),
        "city": compared.JaroWinklerAtThresholds("city", [0.9]),
        "employer": compared.JaroWinklerAtThresholds("employer", [0.9]).configure(term_frequency_adjustments=True),
        "occupation": compared.JaroWinklerAtThresholds("occupation", [0.9]).configure(term_frequency_adjustments=True),
    }
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[made for name, made in comparisons.items() if name in told],
        blocking_rules_to_generate_predictions=[block_on(f"block{n}") for n in range(len(_BLOCKS))],
        retain_matching_columns=False,
    )
