"""The rows while they are settled: what was found of each so far, and the keys that several steps need."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions
from tocsin.model.gift import STANDINGS
from tocsin.sources.gifts.keys import Ints, Keys, Mask, folded, joint, key, mixed, numbered

CODES = {standing: code for code, standing in enumerate(STANDINGS)}
PASS_ON_DAYS = 60  # an intermediary has ten days; reports of both sides differ by more


class Work:
    """The table, what was found of its rows so far, and keys that several steps need."""

    def __init__(self, gifts: pa.Table) -> None:
        self.gifts = gifts
        self.size = gifts.num_rows
        self.codes = np.zeros(self.size, np.int8)
        self.pair = np.full(self.size, -1, np.int64)
        self.recipients = numbered(gifts["recipient"])
        self.recipient = mixed(self.recipients.astype(np.uint64))
        self.filing = key(gifts["filing"])
        self.gift = key(gifts["gift"])
        self.amount: Ints = gifts["amount_minor"].to_numpy()
        self.day: Ints = gifts["date"].cast(pa.int32()).to_numpy().astype(np.int64)
        self.memo = mask(gifts["memo"])

    @property
    def counted(self) -> Mask:
        """Rows that no step has taken out yet."""
        return cast("Mask", self.codes == 0)

    def of_recipients(self, rows: Ints) -> Mask:
        """All rows of the recipients of some rows."""
        marked = np.zeros(int(self.recipients.max(initial=-1)) + 1, bool)
        marked[self.recipients[rows]] = True
        return cast("Mask", marked[self.recipients])

    @cached_property
    def donors(self) -> Keys:
        """Keys of the donors: by last and first name, else by the name as filed."""
        last, first, filed = (self.gifts[name] for name in ("last_name", "first_name", "donor_name"))
        named = joint(folded(last), folded(first))
        bare = np.flatnonzero(~mask(last.is_valid()))
        named[bare] = folded(filed.take(positions(bare)))
        return named

    def donor(self, rows: Ints) -> Keys:
        """Keys of the donors of some rows."""
        return self.donors[rows]

    @cached_property
    def currencies(self) -> Ints:
        """Numbers of the currencies."""
        return numbered(self.gifts["currency"])

    def text(self, name: str, rows: Ints) -> Array:
        """A column of some rows, in one piece."""
        return self.gifts[name].take(positions(rows)).combine_chunks()

    def put(self, rows: Ints, standing: str, pair: Ints | None = None) -> None:
        """Give rows their standing."""
        self.codes[rows] = CODES[standing]
        if pair is not None:
            self.pair[rows] = np.where(pair == rows, -1, pair)  # a row that refers to itself explains nothing


def mask(column: Array | pa.ChunkedArray) -> Mask:  # type: ignore[type-arg]
    """A column of booleans; null is false."""
    filled: Mask = np.asarray(pc.fill_null(column, False), bool)
    return filled


def is_one_of(column: pa.ChunkedArray, *values: str) -> Mask:  # type: ignore[type-arg]
    """Whether each string of a column is one of some."""
    return mask(pc.is_in(column, pa.array(values, pa.string())))


def same_gift(work: Work, rows: Ints) -> Keys:
    """Keys that rows share which tell of one gift: recipient, donor, currency and amount, without its sign."""
    return joint(between(work, rows), np.abs(work.amount[rows]))


def between(work: Work, rows: Ints) -> Keys:
    """Keys of rows of one donor and recipient in one currency."""
    return joint(work.recipient[rows], work.donor(rows), work.currencies[rows])
