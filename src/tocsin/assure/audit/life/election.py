"""The election behind an audit, as its folder holds it: setup, frame of cards, cast vote records, batch totals."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.assure.audit.life.files import PRIVATE, AuditFolder
from tocsin.assure.audit.life.frame import Frame, Machine
from tocsin.assure.audit.life.reported import Batches, by_batch, without_records
from tocsin.errors import NotFoundError
from tocsin.model.audit import AuditedContest, AuditSetup

_ESCAPED = str.maketrans({"%": "%25", "/": "%2F"})


class Election:
    """Everything that was committed to, read once."""

    def __init__(self, folder: AuditFolder) -> None:
        self.folder = folder
        self.setup: AuditSetup = folder.setup
        self.contests: dict[str, AuditedContest] = {audited.contest.id: audited for audited in self.setup.contests}

    @cached_property
    def frame(self) -> Frame:
        """The cards of the manifest."""
        return Frame(self.folder.table("manifest.csv"))

    @cached_property
    def machine(self) -> Machine:
        """The cast vote records; of no card where none were given."""
        return Machine(self.frame, self.folder.table("cards.parquet"), self.folder.table("marks.parquet"))

    @cached_property
    def holds(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Which cards hold each contest, by their records."""
        return {contest: self.machine.holds(contest) for contest in self.contests}

    @cached_property
    def tallies(self) -> pa.Table:
        """Reported votes by batch."""
        return self.folder.table("tallies.csv")

    @cached_property
    def batches(self) -> Batches:
        """Reported votes of every batch."""
        return by_batch(self.tallies, self.frame.manifest)

    @cached_property
    def pools(self) -> Batches:
        """Reported votes of the batches that have no cast vote records."""
        manifest = self.frame.manifest
        return by_batch(without_records(self.tallies, self.machine.cards, manifest), manifest)

    @property
    def whole(self) -> bool:
        """Whether the whole cast vote records are here, where not all of them are published."""
        return self.folder.has(f"{PRIVATE}/marks.parquet")

    @property
    def hashed(self) -> bool:
        """Whether only the hash of the cast vote records is here."""
        return self.setup.published == "hash" and not self.whole

    @property
    def hidden_cards(self) -> int:
        """Cards whose votes are not here."""
        return 0 if self.whole else self.setup.hidden_cards

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Units whose votes are not published."""
        rows = self.folder.rows("withheld.csv")
        places = ((r["jurisdiction"], r["tabulator"], r["batch"], int(r["position"])) for r in rows)
        return frozenset(self.unit(self.frame.number(*place)) for place in places)

    @cached_property
    def _container(self) -> dict[str, int]:
        return {unit_of(*place): row for row, place in enumerate(self.frame.places)}

    def unit(self, number: int) -> str:
        """The key of a card: jurisdiction/tabulator/batch/position, with % and / in them escaped as in a URL."""
        row = self.frame.container(number)
        return f"{unit_of(*self.frame.places[row])}/{number - self.frame.ends[row] + 1}"

    def number(self, unit: str) -> int:
        """The number of a card; raises `NotFoundError` for a key that is none."""
        place, _, position = unit.rpartition("/")
        row = self._container.get(place)
        if (
            row is None
            or not position.isdecimal()
            or not 1 <= int(position) <= self.frame.manifest["cards"][row].as_py()
        ):
            raise NotFoundError(f"{unit!r} is no card of the manifest", hint="take the key from draw.csv")
        return int(self.frame.ends[row]) + int(position) - 1

    def place_of(self, key: str) -> tuple[str, str, str]:
        """Jurisdiction, tabulator and batch of a container's key."""
        if key not in self._container:
            raise NotFoundError(f"{key!r} is no batch of the manifest", hint="take the key from draw.csv")
        jurisdiction, tabulator, batch = self.frame.places[self._container[key]]
        return jurisdiction, tabulator, batch


def unit_of(jurisdiction: str, tabulator: str, batch: str) -> str:
    """The key of a container."""
    return "/".join(part.translate(_ESCAPED) for part in (jurisdiction, tabulator, batch))
