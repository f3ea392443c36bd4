"""Ballot manifests: what containers there are and how many cards are in each. Arlo's, ColoradoRLA's, any table."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.ballot import MANIFEST
from tocsin.sources.ballots import columns
from tocsin.sources.ballots.base import Format, Given, whole_number
from tocsin.sources.ballots.cast import Block
from tocsin.sources.ballots.places import place


class Manifest:
    """Gathers the containers of all files."""

    def __init__(self) -> None:
        self.rows = 0
        self._block = Block(MANIFEST)
        self._spelled = columns.Spelled()
        self._known: dict[tuple[str, ...], int] = {}

    def take(self, given: Given) -> None:
        """Read one file, row by row; a container that stands twice, or without a count, is set aside."""
        for row in columns.read_rows(given, "manifest", ("batch", "cards")):
            cards = whole_number(row["cards"])
            whose = row["jurisdiction"] or given.where
            batch = self._spelled.name(given, whose, row, "batch")
            key = (whose, row["tabulator"], batch, row["location"])
            if not batch or cards is None:
                given.reject(row.number, "no batch, or a count of cards that is no whole number", row.text)
            elif (first := self._known.setdefault(key, row.number)) != row.number:
                given.reject(row.number, f"this batch stands in row {first} already", row.text)
            else:
                stratum, location = row["stratum"] or None, row["location"] or None
                where = (whose, row["tabulator"], batch)
                self._block.add(*where, cards, location, stratum, given.name, row.number)
                self.rows += 1

    def close(self) -> pa.Table:
        """The table MANIFEST."""
        table = self._block.table()
        return table.set_column(0, MANIFEST.field("jurisdiction"), place(table["jurisdiction"]))


FORMATS: dict[str, Format[Manifest]] = {
    "table": Format("table", "a ballot manifest", columns.sniff, lambda given, taken: taken.take(given))
}
