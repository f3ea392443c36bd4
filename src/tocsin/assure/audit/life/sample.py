"""The sample of an audit up to a round: what was drawn, and what people read on it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import PRIVATE, round_folder
from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.life.readings import counts_of, reading_of
from tocsin.errors import ConflictError

Drawn = tuple[str, str]  # stratum, unit
WITHHELD, NO_RECORD = "[withheld]", "[no record]"  # in compared.csv, in place of a reading


class Sample:
    """Draws of all rounds up to `number`, in order, each with its readings; a card drawn twice is there twice."""

    def __init__(self, election: Election, number: int) -> None:
        self.election, self.number = election, number

    @cached_property
    def rounds(self) -> tuple[tuple[Drawn, ...], ...]:
        """What each round added, in the order drawn."""
        parts: list[tuple[Drawn, ...]] = []
        taken: dict[Drawn, int] = {}
        for number in range(1, self.number + 1):
            times: dict[Drawn, int] = {}
            added = []
            for row in self.election.folder.rows(f"{round_folder(number)}/draw.csv"):
                one = row["stratum"], row["unit"]
                times[one] = times.get(one, 0) + 1
                if times[one] > taken.get(one, 0):
                    added.append(one)
            taken = times
            parts.append(tuple(added))
        return tuple(parts)

    def draws(self, stratum: str = "") -> list[str]:
        """Units drawn in a stratum, in order."""
        return [unit for part in self.rounds for where, unit in part if where == stratum]

    def of_contest(self, contest: str) -> list[str]:
        """Units that count for a contest: all, or where drawn by style the first so many that hold it.

        The last round's draw.csv has them in the order of tickets, whatever round added them.
        """
        if not self.election.setup.by_style:
            return self.draws()
        units, tickets = self._holding(contest)
        sizes = self.election.folder.rounds[self.number - 1].sizes
        if contest in sizes:
            return units[: sizes[contest]]
        last = self._reach(contest, sizes)
        return [unit for unit, ticket in zip(units, tickets, strict=True) if ticket <= last]

    def _holding(self, contest: str) -> tuple[list[str], list[str]]:
        """Units drawn that hold a contest, in the order of their tickets, and the tickets."""
        rows = self.election.folder.rows(f"{round_folder(self.number)}/draw.csv")
        holds = self.election.holds[contest]
        held = [row for row in rows if holds[self.election.number(row["unit"])]]
        return [row["unit"] for row in held], [row["ticket"] for row in held]

    def _reach(self, contest: str, sizes: dict[str, int]) -> str:
        """The ticket up to which every card that holds the contest was drawn, on account of targeted contests that it
        holds too; "" where a card holds none of those, since then the sample says nothing of it."""
        ends = {t: tickets[min(n, len(tickets)) - 1] for t, n in sizes.items() if (tickets := self._holding(t)[1])}
        order = sorted(ends, key=lambda t: ends[t])
        rank = np.zeros(self.election.frame.total, dtype=np.int64)
        for place, targeted in enumerate(order, 1):
            rank = np.maximum(rank, place * self.election.holds[targeted])
        least = int(rank[self.election.holds[contest]].min(initial=len(order)))
        return ends[order[least - 1]] if least else ""

    @cached_property
    def texts(self) -> dict[tuple[str, str], str]:
        """What stands, by unit and contest; what is not published is there where private/ is."""
        found = {}
        for number in range(1, self.number + 1):
            for where in ("", f"{PRIVATE}/"):
                for row in self.election.folder.rows(f"{where}{round_folder(number)}/readings.csv"):
                    found[row["unit"], row["contest"]] = row["reading"]
        return found

    def text(self, unit: str, contest: str) -> str:
        """What stands for a contest on a card or batch. Raises `ConflictError` where nothing does."""
        try:
            return self.texts[unit, contest]
        except KeyError as error:
            raise ConflictError(f"nobody has read {contest} on {unit}", hint="enter it first") from error

    def reading(self, unit: str, contest: str) -> Reading:
        """What people read of a contest on a card."""
        return reading_of(self.text(unit, contest))

    def counts(self, unit: str, contest: str) -> dict[str, int] | None:
        """What people counted of a contest in a batch; None where nobody found it."""
        return counts_of(self.text(unit, contest))

    @cached_property
    def machine(self) -> dict[int, dict[str, Reading]]:
        """The cast vote records of the cards drawn, by number of card; where only their hash is published, as
        compared.csv has them."""
        election = self.election
        if election.hashed:
            found: dict[int, dict[str, Reading]] = defaultdict(dict)
            for row in election.folder.rows(f"{round_folder(self.number)}/compared.csv"):
                if row["machine"] not in (WITHHELD, NO_RECORD):
                    found[election.number(row["unit"])][row["contest"]] = reading_of(row["machine"])
            return found
        every = {election.number(unit) for part in self.rounds for _, unit in part}
        return election.machine.read(every)

    @cached_property
    def not_found(self) -> int:
        """How many different cards or batches nobody found."""
        return len({unit for (unit, _), text in self.texts.items() if text == "[not found]"})
