"""Ballot manifests: what containers there are and how many cards are in each. Arlo's, ColoradoRLA's, any table."""

from __future__ import annotations

from collections import Counter

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
        self._repeats = columns.Repeats()

    def take(self, given: Given) -> None:
        """Read one file, row by row; a container without a count, or that another file has too, is set aside."""
        counts = Counter[str]()
        for row in columns.read_rows(given, "manifest", ("batch", "cards")):
            cards, whose = whole_number(row["cards"]), row["jurisdiction"] or given.where
            if not row["batch"] or cards is None:
                given.reject(row.number, "no batch, or a count of cards that is no whole number", row.text)
                continue
            if columns.whole(row):
                if cards not in (counts.total(), counts[row["jurisdiction"]]):
                    given.reject(row.number, columns.NO_TOTAL, row.text)
                    continue
                given.notes.append(f"row {row.number} is a total, and passed over")
                continue
            batch = self._repeats.name(given, (whose, row["tabulator"], row["batch"]), row["batch"])
            if not batch:
                given.reject(row.number, "this batch is in another file already", row.text)
                continue
            where = (whose, row["tabulator"], batch)
            self._block.add(*where, cards, row["location"] or None, row["stratum"] or None, given.name, row.number)
            counts[row["jurisdiction"]] += cards
            self.rows += 1

    def close(self) -> pa.Table:
        """The table MANIFEST."""
        table = self._block.table()
        return table.set_column(0, MANIFEST.field("jurisdiction"), place(table["jurisdiction"]))


FORMATS: dict[str, Format[Manifest]] = {
    "table": Format("table", "a ballot manifest", columns.sniff, lambda given, taken: taken.take(given))
}
