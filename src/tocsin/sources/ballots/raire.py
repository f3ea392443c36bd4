"""Rankings in RAIRE's text form: contests with their candidates, then a line for each ballot and contest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from tocsin.errors import InputError
from tocsin.sources.ballots.base import Format, Given, plain, whole_number
from tocsin.sources.ballots.cast import Cast
from tocsin.sources.base import Head, Sniff
from tocsin.sources.textual import Lines, decode_head

_START = re.compile(r"\s*\d+\s*,*\s*\n\s*Contest\s*,", re.IGNORECASE)
_IMPRINTED = re.compile(r"(.+)[-_](.+)[-_](\d+)\Z")  # tabulator, batch, position


def _sniff(head: Head) -> Sniff | None:
    if not _START.match(decode_head(head.data[:4096])):
        return None
    return Sniff(0.95, "a number of contests, then lines that begin with Contest")


def _take(given: Given, cast_: Cast) -> None:
    lines = _lines(given)
    _, first = next(lines, (0, [""]))
    if (contests := whole_number(first[0])) is None:
        raise InputError(f"{given.name}: does not begin with a number of contests", hint="check that it is RAIRE's")
    reader = _Reader(given, cast_)
    for row, cells in lines:
        (reader.contest if cells[0].lower() == "contest" else reader.ballot)(row, cells)
    if len(reader.known) != contests:
        given.notes.append(f"says it has {contests} contests, and has {len(reader.known)}")


def _lines(given: Given) -> Iterator[tuple[int, list[str]]]:
    row, lines = 0, Lines(cast("BinaryIO", given.stream))
    for block in lines:
        for line in block.decode().split("\n")[:-1]:
            row += 1
            if line.strip(" ,\t"):
                yield row, [plain(cell) for cell in line.rstrip(" ,\t").split(",")]
    if lines.cut:
        given.reject(row + 1, f"the file breaks off in this row: {lines.cut_reason}", repr(lines.cut[:200]))
    given.notes += lines.notes()


class _Reader:
    """Reads the lines of one file; `known` are the candidates of each of its contests."""

    def __init__(self, given: Given, cast_: Cast) -> None:
        self._given, self._cast = given, cast_
        self.known: dict[str, set[str]] = {}
        self._voted: set[tuple[str, str]] = set()

    def contest(self, row: int, cells: list[str]) -> None:
        """`Contest,id,n,candidate 1,...,candidate n,winner,candidate`."""
        size = whole_number(cells[2]) if len(cells) > 2 else None
        candidates = cells[3 : 3 + (size or 0)]
        if not size or len(set(candidates)) < size or cells[1] in self.known:
            self._given.reject(row, "a contest without as many candidates as it says, or there already")
            return
        learned = self._cast.contests[cells[1]]
        learned.counting, learned.allowed, learned.winners = "irv", 1, 1
        self.known[cells[1]] = {learned.choice(one) for one in candidates}
        rest = cells[3 + size :]
        if len(rest) > 1 and rest[0].lower() == "winner" and rest[1] in self.known[cells[1]]:
            learned.reported = (rest[1],)

    def ballot(self, row: int, cells: list[str]) -> None:
        """`contest,ballot,first preference,second preference,...`."""
        contest, id_, ranking = cells[0], cells[1] if len(cells) > 1 else "", cells[2:]
        if fault := self._fault(contest, id_, ranking):
            self._given.reject(row, fault, ",".join(cells))
            return
        self._voted.add((contest, id_))
        votes = [(contest, [(choice, rank) for rank, choice in enumerate(ranking, 1)], False)]
        card = self._cast.find(self._given, id_)
        if card is not None:
            self._cast.vote(card, votes)
            return
        found = _IMPRINTED.match(id_)
        tabulator, batch, position = found.groups() if found else ("", "", None)
        self._cast.card(self._given, row, votes, id=id_, tabulator=tabulator, batch=batch, position=position)

    def _fault(self, contest: str, id_: str, ranking: list[str]) -> str:
        if not id_ or contest not in self.known:
            return "a ballot without id, or in no contest of this file"
        if not self.known[contest].issuperset(ranking):
            return "a ballot for a candidate who is not in the contest"
        return "this ballot was read already in this contest" if (contest, id_) in self._voted else ""


FORMAT = Format("raire", "RAIRE's text form of rankings", _sniff, _take)
