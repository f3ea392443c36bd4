"""Cards and marks of any system, gathered row by row into the tables CARDS and MARKS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import pc, positions
from tocsin.model.ballot import CARDS, MARKS, Contest
from tocsin.sources.ballots.base import Given, whole_number
from tocsin.sources.ballots.contests import Contests, Learned
from tocsin.sources.ballots.places import place

_BLOCK_ROWS = 1 << 16
UNTOLD = 1 << 40  # marks that a card may have where no file says how many
Vote = tuple[str, Sequence[tuple[str, int]], bool]  # contest, (choice, rank) of each valid mark, overvoted


class Cast:
    """Gathers cast vote records."""

    def __init__(self) -> None:
        self.contests = Contests()
        self.rows = 0
        self._ids: dict[tuple[str, str], int] = {}
        self._cards, self._marks = Block(CARDS), Block(MARKS)

    def card(
        self,
        given: Given,
        row: int,
        votes: Iterable[Vote],
        *,
        id: str = "",  # noqa: A002  the column's own name
        jurisdiction: str = "",
        tabulator: str = "",
        batch: str = "",
        position: object = None,
        style: str = "",
    ) -> int | None:
        """Take one card; None, and set aside, where its id stood already. Without an id it is
        tabulator-batch-position, and where these are not known the row."""
        at, whose = whole_number(position), jurisdiction or given.where
        named = id or "-".join(filter(None, (tabulator, batch, str(at if at is not None else f"row {row}"))))
        if self._ids.setdefault((whose, named), self.rows) != self.rows:
            given.reject(row, "a card with this id was read already", named)
            return None
        number = self.rows
        self._cards.add(number, named, whose, tabulator, batch, at, style or None, given.name, row)
        self.rows += 1
        self.vote(number, votes)
        return number

    def find(self, given: Given, id_: str) -> int | None:
        """The card with an id, where one was read."""
        return self._ids.get((given.where, id_))

    def vote(self, card: int, votes: Iterable[Vote]) -> None:
        """Add what a card says on contests, one after the other."""
        for contest, marks, overvoted in votes:
            learned = self.contests[contest]
            if overvoted or not marks:
                self._marks.add(card, contest, None, 1, overvoted)
                continue
            for choice, rank in sorted(marks, key=lambda mark: mark[1]):
                self._marks.add(card, contest, learned.choice(choice), rank, False)

    def close(self) -> tuple[pa.Table, pa.Table, tuple[Contest, ...]]:
        """The tables, and the contests with their votes that are on a card; overvotes are told when all are known."""
        cards, marks = self._cards.table(), self._marks.table()
        cards = cards.set_column(2, CARDS.field("jurisdiction"), place(cards["jurisdiction"]))
        marks = _overvotes(marks, self.contests)
        built = self.contests.build(_votes(marks, self.contests), _cards(marks))
        return cards, marks, tuple(contest for contest in built if contest.cards)


class Block:
    """Rows of a schema, kept as Arrow batches."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema, self._batches = schema, list[pa.RecordBatch]()
        self._rows: list[tuple[object, ...]] = []

    def add(self, *row: object) -> None:
        """Take one row: a value for each column."""
        self._rows.append(row)
        if len(self._rows) == _BLOCK_ROWS:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(self._schema)
        arrays = [pa.array(list(c), f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._rows = []

    def table(self) -> pa.Table:
        """All rows."""
        self._flush()
        return pa.Table.from_batches(self._batches, self._schema).combine_chunks()


def _runs(marks: pa.Table) -> tuple[Any, Any, Any]:
    """Where the marks of one card on one contest begin, of which run each mark is, and the code of its contest."""
    encoded = pc.dictionary_encode(marks["contest"].combine_chunks())
    codes, cards = np.asarray(encoded.indices), marks["card"].to_numpy()
    first = np.ones(len(marks), bool)
    first[1:] = (cards[1:] != cards[:-1]) | (codes[1:] != codes[:-1])
    return first, np.cumsum(first) - 1, codes


def _overvotes(marks: pa.Table, contests: Contests) -> pa.Table:
    """The marks with overvotes told: where nothing is ranked, a contest with more marks than votes allowed becomes one
    row without choice; where it is, marks that share a rank are flagged and stay, and ranks left out are closed up."""
    if not len(marks):
        return marks
    first, run, codes = _runs(marks)
    told, ranks, length = marks["overvote"].to_numpy(), marks["rank"].to_numpy(), np.bincount(run)
    most = _most(marks, contests, codes, ranks)
    tied = (most[codes] == 0) & marks["choice"].is_valid().to_numpy()
    same = np.zeros(len(marks), bool)
    same[1:] = ~first[1:] & (ranks[1:] == ranks[:-1])
    same[:-1] |= same[1:]
    over = (most[codes] > 0) & (length[run] > most[codes])
    keep = ~over | first
    choice = pc.if_else(pa.array(over), pa.scalar(None, pa.string()), marks["choice"].combine_chunks())
    marks = marks.set_column(2, MARKS.field("choice"), choice)
    steps = np.cumsum(first | (np.diff(ranks, prepend=0) != 0))
    closed = pa.array(steps - steps[np.flatnonzero(first)][run] + 1, pa.int32())
    marks = marks.set_column(3, MARKS.field("rank"), closed)
    marks = marks.set_column(4, MARKS.field("overvote"), pa.array(told | over | (tied & same)))
    return marks if keep.all() else marks.take(positions(np.flatnonzero(keep)))


def limited(marks: pa.Table, allowed: Mapping[str, int]) -> pa.Table:
    """The marks with overvotes told of contests for which no file says how many may be voted for; `allowed` says it."""
    known = Contests({id_: Learned(counting="plurality", allowed=number) for id_, number in allowed.items()})
    mine = pc.is_in(marks["contest"], pa.array(list(known), pa.string()))
    if not pc.any(mine).as_py():
        return marks
    return pa.concat_tables([_overvotes(marks.filter(mine), known), marks.filter(pc.invert(mine))]).combine_chunks()


def _most(marks: pa.Table, contests: Contests, codes: Any, ranks: Any) -> Any:
    """By code of contest the marks a card may have, 0 where they are ranked; any number where no file tells."""
    names: list[Any] = marks["contest"].unique().to_pylist()
    most = np.zeros(len(names), np.int64)
    for code, name in enumerate(names):
        known, its = contests[name], codes == code
        if known.counting is None and (ranks[its] > 1).any():
            known.counting = "irv"
        most[code] = 0 if known.counting == "irv" else known.allowed or (1 if known.winners == 1 else UNTOLD)
    return most


def _votes(marks: pa.Table, contests: Contests) -> dict[str, dict[str, int]]:
    """Votes by contest and choice: every mark, or in IRV the first one of a card."""
    if not len(marks):
        return {}
    first, _, _ = _runs(marks)
    ranked = [name for name, known in contests.items() if known.counting == "irv"]
    counts = pc.and_(marks["choice"].is_valid(), pc.invert(marks["overvote"]))
    once = pc.or_(
        pa.array(first), pc.invert(pc.is_in(marks["contest"].combine_chunks(), pa.array(ranked, pa.string())))
    )
    counted = marks.filter(pc.and_(counts, once)).group_by(["contest", "choice"]).aggregate([([], "count_all")])
    found: dict[str, dict[str, int]] = {}
    for row in counted.to_pylist():
        found.setdefault(row["contest"], {})[row["choice"]] = row["count_all"]
    return found


def _cards(marks: pa.Table) -> dict[str, int]:
    """On how many cards each contest was."""
    if not len(marks):
        return {}
    counted = pc.value_counts(marks["contest"].combine_chunks().filter(pa.array(_runs(marks)[0])))
    return {row["values"]: row["counts"] for row in counted.to_pylist()}
