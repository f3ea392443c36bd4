"""Votes that were reported, by batch or in all: one row a choice, or a column for each choice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa

from tocsin.model.ballot import TALLIES, Contest
from tocsin.sources.ballots import columns
from tocsin.sources.ballots.base import HERE, Given, whole_number
from tocsin.sources.ballots.cast import Block
from tocsin.sources.ballots.columns import Row
from tocsin.sources.ballots.contests import Contests
from tocsin.sources.ballots.places import contest_and_place, place, renamed

_JOINED = re.compile(r"(.+?) - (.+)\Z")  # "contest - choice" above a column


class Counts:
    """Gathers reported votes of all files. `by_batch`: rows must say of which batch they are."""

    def __init__(self, *, by_batch: bool) -> None:
        self.contests = Contests()
        self.rows = 0
        self._by_batch = by_batch
        self._block = Block(TALLIES)
        self._repeats = columns.Repeats()
        self._unnamed: dict[tuple[str, ...], list[str]] = {}  # files that name no contest, by their choices

    def table(self, given: Given) -> None:
        """Read one table, by the mapping given or guessed."""
        whole, sums = 0, Counter[tuple[str, str, str]]()
        for row in columns.read_rows(given, "tallies", ("batch",) if self._by_batch else (), "choices"):
            if columns.whole(row) and not self._by_batch:
                whole += 1
                continue
            votes = list(self._votes(given, row))
            if columns.whole(row):
                whole += 1
                if not (_adds_up(votes, sums, "") or _adds_up(votes, sums, row["jurisdiction"])):
                    given.reject(row.number, columns.NO_TOTAL, row.text)
                continue
            if not votes or any(number is None for _, _, number in votes):
                given.reject(row.number, "no votes, or a number of votes that is none", row.text)
                continue
            whose = row["jurisdiction"] or given.where
            for contest, choice, number in votes:
                if not self.add(given, row.number, whose, row["batch"], contest, choice, number or 0):
                    given.reject(row.number, "votes of this batch are in another file already", row.text)
                    break
                for place_ in {"", row["jurisdiction"]}:
                    sums[place_, contest, choice] += number or 0
        given.notes += [f"{whole} rows of totals passed over"] if whole else []

    def add(self, given: Given, row: int, whose: str, batch: str, contest: str, choice: str, votes: int) -> bool:
        """Take the votes of one choice; False, and nothing taken, where another file has those of the batch."""
        named = self._repeats.name(given, (whose, batch, contest, choice), batch) if self._by_batch else batch
        if self._by_batch and not named:
            return False
        self.contests[contest].choice(choice)
        self._block.add(whose, named, contest, choice, votes, given.name, row)
        self.rows += 1
        return True

    def _votes(self, given: Given, row: Row) -> Iterator[tuple[str, str, int | None]]:
        learned_of = row["contest"]
        if "votes" in row.fields and "choice" in row.fields:
            contest = learned_of or self._unsaid(given, ())
            learned = self.contests[contest]
            learned.winners = learned.winners or whole_number(row["winners"])
            learned.allowed = learned.allowed or whole_number(row["allowed"])
            learned.cards = max(learned.cards, whole_number(row["cards"]) or 0)
            yield contest, row["choice"], whole_number(row["votes"])
            return
        split = [_JOINED.match(name) for name, _ in row.several]
        joined = len({found[1] for found in split if found}) > 1 and all(split)
        named = learned_of or ("" if joined else self._unsaid(given, tuple(name for name, _ in row.several)))
        for (name, cell), found in zip(row.several, split, strict=True):
            number = whole_number(cell) if cell else 0
            yield (found[1], found[2], number) if joined and found else (named, name, number)

    def _unsaid(self, given: Given, choices: tuple[str, ...]) -> str:
        """A contest that no file names stands under its choices until all files were read."""
        names = self._unnamed.setdefault(choices, [])
        if given.name not in names:
            names.append(given.name)
        return _held(choices)

    def close(self) -> tuple[pa.Table, tuple[Contest, ...]]:
        """The table TALLIES, and the contests with their votes in all."""
        table = self._block.table()
        named, places = contest_and_place(self._unnamed)
        contests = {_held(choices): name for choices, name in named.items()}
        places = {HERE + file: name for file, name in places.items()}
        known = Contests({contests.get(id_, id_): learned for id_, learned in self.contests.items()})
        whose = place(renamed(table["jurisdiction"], places))
        table = table.set_column(0, TALLIES.field("jurisdiction"), whose)
        table = table.set_column(2, TALLIES.field("contest"), renamed(table["contest"], contests))
        votes: dict[str, dict[str, int]] = {}
        for row in table.group_by(["contest", "choice"]).aggregate([("votes", "sum")]).to_pylist():
            votes.setdefault(row["contest"], {})[row["choice"]] = row["votes_sum"]
        return table, known.build(votes, {})


def _adds_up(votes: Sequence[tuple[str, str, int | None]], sums: Counter[tuple[str, str, str]], whose: str) -> bool:
    return all(number == sums[whose, contest, choice] for contest, choice, number in votes)


def _held(choices: tuple[str, ...]) -> str:
    """What stands for a contest that no file names, until its name is known."""
    return HERE + "\0".join(choices)
