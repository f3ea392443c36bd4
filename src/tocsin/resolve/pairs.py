"""Pairs of records of a register that could be one donor, and how sure it is that they are.

What could be shares a block: names alike with one postcode, address, city or employer. Which records lie in which
block is counted in one pass; pairs are made and weighed by two pure functions from Arrow to Arrow, here a part at a
time or on an engine, with the same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tocsin import __version__
from tocsin.engine.port import Engine, Frame
from tocsin.model.arrow import pc, positions
from tocsin.resolve import fitted
from tocsin.resolve.donor import Donor, donor_measures
from tocsin.resolve.names import fold
from tocsin.resolve.weights import load, probability

SURE = 0.9  # probability from which two records are one donor
ENOUGH = 2_000  # records of persons that could be several, from which a model is fitted to them
_CROWD = 50  # donors in a block from which it says nothing: a common name in a large city
_DIGITS = 9  # of a probability: machines differ in the last bits
_AT_A_TIME = 50_000  # pairs
#: What records that could be one donor have in common.
BLOCKS = (
    ["person", "initial", "postcode"],
    ["person", "key", "city"],
    ["person", "key", "employer"],
    ["person", "address", "letter"],
)
_LEARNED = ("filed", "street", "city", "region", "postcode")
#: What is read of each of two records.
_READ = ("person", *dict.fromkeys((*_LEARNED, *fitted.SAID, "sound")), *(f"{name}_rare" for name in fitted.RARE))
BLOCK = pa.schema([("block", pa.int64()), ("record", pa.int64())])
PAIR = pa.schema([("left", pa.int64()), ("right", pa.int64())])
MATCH = pa.schema([*PAIR, ("sure", pa.float64())])


class Contested(NamedTuple):
    """What pairs are made of: which records lie in which block (`BLOCK`), what these records say (a row each, with
    their number `record`), and the model fitted to the persons among them, where they are enough."""

    blocks: pa.Table
    records: pa.Table
    model: fitted.Model | None


def contested(table: pa.Table, codes: Sequence[Any], plain: Any) -> Contested:
    """The records that could be one donor with another. `codes` has the number of each record's block, -1 for none, for
    each of `BLOCKS`; records of one `plain` donor stand in a block once, by the first of them."""
    blocks = _blocks([_telling(code, plain) for code in codes], plain)
    which = np.unique(blocks["record"].to_numpy())
    records = _said(table.take(positions(which)).append_column("record", pa.array(which)))
    people = records.filter(records["person"])
    model = fitted.fit(people) if people.num_rows >= ENOUGH else None
    for name in fitted.RARE:
        rare = np.zeros(records.num_rows)
        rare[records["person"].to_numpy(zero_copy_only=False)] = pc.fill_null(fitted.rarity(people[name]), 0.0)
        records = records.append_column(f"{name}_rare", pa.array(rare))
    return Contested(blocks, records, model)


def matches(found: Contested) -> pa.Table:
    """Pairs of records that are one donor, and how sure that is (`MATCH`)."""
    pairs = made(found.blocks).group_by(PAIR.names).aggregate([])
    parts = (pairs.slice(at, _AT_A_TIME) for at in range(0, pairs.num_rows, _AT_A_TIME))
    return pa.concat_tables(
        [MATCH.empty_table(), *(weighed(_sides(part, found.records), found.model) for part in parts)]
    )


def matches_on(engine: Engine, found: Contested) -> pa.Table:
    """`matches` with pairs made and weighed on an engine, in steps that a run that was stopped goes on from. What the
    records say of persons is taken off the engine's tables once its pairs are weighed."""
    made_of = _digest(found)
    if engine.made_of("donor-matches") != made_of:
        records = found.records.select(["record", *_READ])
        for name, table in (("donor-blocks", found.blocks), ("donor-records", records)):
            if engine.made_of(name) != made_of:
                engine.put(table.to_reader(), name, made_of=made_of)
        if engine.made_of("donor-pairs") != made_of:
            pairs = engine.partition_apply(engine.scan("donor-blocks"), "block", made, PAIR)
            engine.write(pairs.unique(), "donor-pairs", made_of=made_of)
        sure = engine.partition_apply(_sides_on(engine), None, partial(weighed, model=found.model), MATCH)
        engine.write(sure, "donor-matches", made_of=made_of)
    engine.put(found.records.select(["record", *_READ]).schema.empty_table().to_reader(), "donor-records")
    return engine.collect(engine.scan("donor-matches"))


def _sides_on(engine: Engine) -> Frame:
    """The engine's pairs with what both sides say."""
    rows = engine.scan("donor-pairs")
    for side, end in (("left", "_l"), ("right", "_r")):
        names = {"record": side, **{name: f"{name}{end}" for name in _READ}}
        rows = rows.join(engine.scan("donor-records").rename(names), on=side, how="inner")
    return rows


def made(blocks: pa.Table) -> pa.Table:
    """Every two records of a block (`BLOCK` to `PAIR`), the lower number left; a pair once for each block."""
    block, record = blocks["block"].to_numpy(), blocks["record"].to_numpy()
    order = np.lexsort((record, block))
    record, block = record[order], block[order]
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]][: block.size])
    sizes = np.diff(np.r_[starts, block.size])
    pairs = [np.empty((0, 2), np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        at = starts[sizes == size]
        i, j = np.triu_indices(size, 1)
        pairs.append(np.stack([record[at[:, None] + i].ravel(), record[at[:, None] + j].ravel()], 1))
    left, right = np.concatenate(pairs).T
    return pa.table([pa.array(left), pa.array(right)], schema=PAIR)


def weighed(rows: pa.Table, model: fitted.Model | None) -> pa.Table:
    """Of pairs with what both sides say, those of one donor (`MATCH`): persons by the fitted model where there is one,
    others by the weights learned from labelled donors (`donor`)."""
    by_model = rows["person_l"].to_numpy(zero_copy_only=False) & (model is not None)
    sure = np.zeros(rows.num_rows)
    if model is not None:
        sure[by_model] = probability(fitted.weights(model, rows.filter(pa.array(by_model))) * np.log(2))
    sure[~by_model] = _learned(rows.filter(pa.array(~by_model)))
    sure = np.round(sure, _DIGITS)
    return rows.select(PAIR.names).append_column("sure", pa.array(sure)).filter(pa.array(sure >= SURE)).cast(MATCH)


def _blocks(codes: Sequence[Any], plain: Any) -> pa.Table:
    """The first record of each donor in each block that has several donors, blocks numbered over all kinds."""
    numbers, records, base = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for code in codes:
        rows = np.flatnonzero(code >= 0)
        rows = rows[np.lexsort((rows, plain[rows], code[rows]))]
        block, donor = code[rows], plain[rows]
        first = np.r_[True, (block[1:] != block[:-1]) | (donor[1:] != donor[:-1])][: rows.size]
        block, rows = block[first], rows[first]
        several = np.bincount(block, minlength=1)[block] > 1
        numbers.append(block[several] + base)
        records.append(rows[several])
        base += int(code.max(initial=-1)) + 1
    return pa.table([np.concatenate(numbers), np.concatenate(records)], schema=BLOCK)


def _telling(codes: Any, plain: Any) -> Any:
    """The codes of blocks, -1 for those of more than `_CROWD` donors."""
    rows = np.flatnonzero(codes >= 0)
    donors = np.unique(np.stack([codes[rows], plain[rows]]), axis=1)
    crowded = np.bincount(donors[0], minlength=int(codes.max(initial=-1)) + 2) > _CROWD
    return np.where(crowded[codes], -1, codes)


def _said(records: pa.Table) -> pa.Table:
    """The records with how their first names sound."""
    coded = records["first"].combine_chunks().dictionary_encode()
    sounds = [fold(name.split()[0]) if name else None for name in coded.dictionary.to_pylist()]
    return records.append_column("sound", pa.array(sounds, pa.string()).take(coded.indices))


def _sides(pairs: pa.Table, records: pa.Table) -> pa.Table:
    """Pairs with what both sides say, names ending in `_l` and `_r`; `records` is in order of its numbers."""
    number = records["record"].to_numpy()
    for side, end in (("left", "_l"), ("right", "_r")):
        theirs = records.select(_READ).take(positions(np.searchsorted(number, pairs[side].to_numpy())))
        for name in _READ:
            pairs = pairs.append_column(f"{name}{end}", theirs[name])
    return pairs


def _learned(rows: pa.Table) -> Any:
    """Probabilities by the weights learned from labelled donors."""
    sides = [list(_donors(rows, end)) for end in ("_l", "_r")]
    measured = donor_measures(*sides)
    organisation = np.array([donor.organisation for donor in sides[0]], bool)
    odds = [load(kind).log_odds(measured) for kind in ("donor-organisation", "donor-person")]
    return probability(np.where(organisation, *odds))


def _donors(rows: pa.Table, end: str) -> Iterator[Donor]:
    columns = [pc.fill_null(rows[f"{name}{end}"], "").to_pylist() for name in _LEARNED]
    for name, street, city, region, postcode, person in zip(*columns, rows[f"person{end}"].to_pylist(), strict=True):
        yield Donor(name, street, city, region, postcode, organisation=not person)


def _digest(found: Contested) -> str:
    """What decides the matches."""
    made_of = sha256(f"{__version__} {found.model}".encode())
    for table in (found.blocks, found.records.select(["record", *_READ])):
        for batch in table.combine_chunks().to_batches():
            made_of.update(batch.serialize())
    return made_of.hexdigest()
