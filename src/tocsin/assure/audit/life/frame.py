"""The cards of an audit, numbered from 0 through the manifest, and what their cast vote records say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.errors import InputError
from tocsin.model.arrow import Array, pc, positions, whole

PLACE = ("jurisdiction", "tabulator", "batch")
RECORDED, POLLED = "recorded", "polled"  # strata of a hybrid audit
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one card says of one contest, by machine or by people. `choices` are ids, the first preference first;
    empty for a blank or an overvote. `here` False: the contest is not on the card; `found` False: nobody found it."""

    choices: tuple[str, ...] = ()
    here: bool = True
    found: bool = True


class Frame:
    """Where each card is. Cards are numbered from 0 in the order of the manifest."""

    def __init__(self, manifest: pa.Table) -> None:
        self.manifest = manifest
        self.places = list(zip(*(manifest[name].to_pylist() for name in PLACE), strict=True))
        self.ends: Numbers = np.cumsum([0, *manifest["cards"].to_pylist()])
        self.total = int(self.ends[-1])
        self._container = {place: row for row, place in enumerate(self.places)}

    def number(self, jurisdiction: str, tabulator: str, batch: str, position: int) -> int:
        """The number of a card."""
        return int(self.ends[self._container[jurisdiction, tabulator, batch]]) + position - 1

    def container(self, number: int) -> int:
        """The row of the manifest that holds a card."""
        return int(np.searchsorted(self.ends, number, side="right")) - 1


class Machine:
    """What the cast vote records say: made once, asked for the cards of a sample and for whole contests."""

    def __init__(self, frame: Frame, cards: pa.Table, marks: pa.Table) -> None:
        self.frame, self.cards, self.marks = frame, cards, marks
        row = containers(cards, frame.manifest)
        self.numbers: Numbers = frame.ends[row] + cards["position"].to_numpy() - 1 if cards.num_rows else row
        self._order = np.argsort(self.numbers, kind="stable")

    @cached_property
    def recorded(self) -> npt.NDArray[np.bool_]:
        """Whether each card of the manifest has a cast vote record."""
        return self._mask(self.numbers)

    def holds(self, contest: str) -> npt.NDArray[np.bool_]:
        """Whether each card of the manifest holds the contest, as its record says; no record: it may hold any."""
        rows = self.marks.filter(pc.equal(self.marks["contest"], contest))
        return self._mask(self.number_of(rows["card"])) | ~self.recorded

    def number_of(self, card: Array) -> Numbers:
        """Numbers of cards in the manifest from their `card` in CARDS and MARKS."""
        ids = whole(self.cards["card"])
        return np.asarray(self.numbers[whole(pc.index_in(card, ids)).to_numpy()])

    def read(self, wanted: Iterable[int]) -> dict[int, dict[str, Reading]]:
        """The records of some cards: number -> contest -> reading. A card without a record is left out."""
        asked = np.unique(np.fromiter(wanted, np.int64))
        at = np.searchsorted(self.numbers[self._order], asked)
        at = at[at < len(self.numbers)]
        rows = self._order[at]
        rows = rows[np.isin(self.numbers[rows], asked)]
        chosen = self.cards.take(positions(rows))
        found: dict[int, dict[str, Reading]] = {int(number): {} for number in self.numbers[rows]}
        marks = self.marks.filter(pc.is_in(self.marks["card"], whole(chosen["card"])))
        marks = marks.sort_by([("card", "ascending"), ("contest", "ascending"), ("rank", "ascending")])
        for number, mark in zip(self.number_of(marks["card"]).tolist(), marks.to_pylist(), strict=True):
            before = found[number].get(mark["contest"], Reading()).choices
            valid = mark["choice"] is not None and not mark["overvote"]
            found[number][mark["contest"]] = Reading((*before, mark["choice"]) if valid else before)
        return found

    def names(self, wanted: Iterable[int]) -> dict[int, str]:
        """What is printed on cards, by number."""
        asked = np.unique(np.fromiter(wanted, np.int64))
        rows = np.flatnonzero(np.isin(self.numbers, asked))
        ids = self.cards["id"].take(positions(rows)).to_pylist()
        return dict(zip(self.numbers[rows].tolist(), ids, strict=True))

    def _mask(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        mask = np.zeros(self.frame.total, dtype=bool)
        mask[numbers] = True
        return mask


def containers(rows: pa.Table, manifest: pa.Table) -> Numbers:
    """The row of the manifest for each row of CARDS or TALLIES, by the parts of its place that both tables name.

    Raises `InputError` where the manifest lacks the place or has it twice.
    """
    shared = [name for name in PLACE if name in rows.schema.names and _named(rows[name]) and _named(manifest[name])]
    if not rows.num_rows:
        return np.empty(0, dtype=np.int64)
    ours, theirs = (_joined(table, shared) for table in (manifest, rows))
    if pc.count_distinct(ours).as_py() < manifest.num_rows:
        raise InputError(
            f"batches of the manifest have the same {' and '.join(shared) or 'name'}",
            hint="name jurisdiction and batch in the same way in the manifest and in the records",
        )
    found = whole(pc.index_in(theirs, whole(ours)))
    if found.null_count:
        place = theirs.filter(pc.is_null(found))[0].as_py().replace("\x1f", ", ")
        raise InputError(
            f"the manifest has no batch {place}, which {found.null_count:,} rows of the records name",
            hint="take the manifest that belongs to these records",
        )
    return np.asarray(found.to_numpy(), dtype=np.int64)


def stratified(manifest: pa.Table, cards: pa.Table) -> pa.Table:
    """The manifest of a hybrid audit, each container in its stratum: with cast vote records or without."""
    with_records = np.zeros(manifest.num_rows, dtype=bool)
    with_records[containers(cards, manifest)] = True
    strata = pc.if_else(pa.array(with_records), RECORDED, POLLED)
    at = manifest.schema.get_field_index("stratum")
    return manifest.set_column(at, manifest.schema.field(at), strata)


def in_stratum(frame: Frame, stratum: str) -> pa.Table:
    """The containers of one stratum."""
    return frame.manifest.filter(pc.equal(frame.manifest["stratum"], stratum))


def cards_in(frame: Frame, stratum: str) -> int:
    """The cards of one stratum."""
    return int(pc.sum(in_stratum(frame, stratum)["cards"]).as_py() or 0)


def _named(column: Array) -> bool:
    return bool(pc.any(pc.not_equal(column, "")).as_py())


def _joined(table: pa.Table, names: list[str]) -> Array:
    if not names:
        return pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    return pc.binary_join_element_wise(*(table[name] for name in names), "\x1f")
