"""Dominion's export of cast vote records as CSV: election, contests, choices and columns in four header lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from tocsin.errors import InputError
from tocsin.sources.ballots.base import Format, Given, plain, whole_number
from tocsin.sources.ballots.cast import Cast, Vote
from tocsin.sources.base import Head, Sniff
from tocsin.sources.textual import Lines, decode_head

_HEADER = re.compile(r'(?im)^"?(=")?CVR_?\s?Number\b')
_FORMULA = re.compile(r'(^|,)="')  # ="800": how Excel is kept from making a number of it
_VOTE_FOR = re.compile(r"(?i)\s*\(\s*vote\s+for\s*=?\s*(\d+)\s*\)\s*$")
_RANKS = re.compile(r"(?i)\s*\(\s*number\s+of\s+positions\s*=\s*(\d+)\s*,\s*number\s+of\s+ranks\s*=\s*(\d+)\s*\)\s*$")
_RANK = re.compile(r"\s*\((\d+)\)\s*$")
_MOST_HEADER_LINES = 12


@dataclass(slots=True)
class _Columns:
    """Where the cells of a card stand: those that say which it is, and the votes by contest."""

    named: dict[str, int]
    width: int
    contests: dict[str, list[tuple[int, str, int]]] = field(default_factory=dict)  # column, choice, rank


def _sniff(head: Head) -> Sniff | None:
    if not _HEADER.search(decode_head(head.data[:131072])):
        return None
    return Sniff(0.95, "a header line with CvrNumber below lines of contests and choices")


def _take(given: Given, cast_: Cast) -> None:
    rows = _rows(given)
    columns = _columns(given, cast_, rows)
    for row, cells in rows:
        if not any(cells):
            continue
        votes = _votes(cells, columns)
        if isinstance(votes, str):
            given.reject(row, votes, ",".join(cells))
            continue
        told = {key: plain(cells[at]) for key, at in columns.named.items() if at < len(cells)}
        cast_.card(
            given,
            row,
            votes,
            id=told.get("imprintedid", ""),
            tabulator=told.get("tabulatornum", told.get("tabulatorid", "")),
            batch=told.get("batchid", ""),
            position=told.get("recordid"),
            style=told.get("ballottype", ""),
        )


def _rows(given: Given) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line it ends in; one with broken quotes is set aside."""
    lines = Lines(cast("BinaryIO", given.stream))
    text = (
        _FORMULA.sub(r'\1"', line) if '="' in line else line
        for block in lines
        for line in block.decode().splitlines(keepends=True)
    )
    reader = csv.reader(text)
    while True:
        try:
            for cells in reader:
                yield reader.line_num, cells
            break
        except csv.Error as error:
            given.reject(reader.line_num, f"not CSV: {error}")
    if lines.cut:
        given.reject(reader.line_num + 1, f"the file breaks off in this row: {lines.cut_reason}", repr(lines.cut[:200]))
    given.notes += lines.notes()


def _columns(given: Given, cast_: Cast, rows: Iterator[tuple[int, list[str]]]) -> _Columns:
    """Read the header. Raises `InputError` where a file with this format's name has another."""
    above: list[list[str]] = []
    for _, cells in rows:
        names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in cells]
        if "cvrnumber" in names[:3]:
            break
        above.append(cells)
        if len(above) > _MOST_HEADER_LINES:
            break
    else:
        names = []
    if len(above) < 2 or "cvrnumber" not in names:
        raise InputError(
            f"{given.name}: no Dominion CSV: its header is not election, contests, choices, columns",
            hint="export the cast vote records again as they come, or give a mapping",
        )
    contests, choices = above[-2:]
    start = next((at for at, cell in enumerate(contests) if plain(cell)), len(contests))
    columns = _Columns({name: at for at, name in enumerate(names[:start]) if name}, len(contests))
    for at in range(start, min(len(contests), len(choices))):
        if plain(contests[at]):
            _column(cast_, columns, at, plain(contests[at]), plain(choices[at]))
    return columns


def _column(cast_: Cast, columns: _Columns, at: int, contest: str, choice: str) -> None:
    """Learn of a contest and choice from the two cells above a column."""
    name, rank = _VOTE_FOR.sub("", contest), 1
    allowed, ranked = _VOTE_FOR.search(contest), _RANKS.search(contest)
    if ranked:
        name = _RANKS.sub("", contest)
        if numbered := _RANK.search(choice):
            choice, rank = _RANK.sub("", choice), int(numbered[1])
    learned = cast_.contests[name]
    learned.name = name
    if ranked:
        learned.counting, learned.allowed, learned.winners = "irv", 1, int(ranked[1])
    elif allowed:
        learned.allowed = max(learned.allowed or 1, int(allowed[1]))
    there = columns.contests.setdefault(name, [])
    twins = sum(1 for _, other, at_rank in there if at_rank == rank and other.partition(" #")[0] == choice)
    named = f"{choice} #{twins + 1}" if twins else choice  # two columns of one name are two choices
    there.append((at, learned.choice(named, named), rank))


def _votes(cells: list[str], columns: _Columns) -> list[Vote] | str:
    """What a row says on each contest on its card; or why it cannot be read."""
    votes: list[Vote] = []
    if len(cells) < columns.width:
        return f"only {len(cells)} of {columns.width} cells: the row is cut off"
    for contest, places in columns.contests.items():
        marks, there = [], False
        for at, choice, rank in places:
            if not (cell := cells[at].strip()):
                continue
            there = True
            if cell == "1":
                marks.append((choice, rank))
            elif cell != "0" and whole_number(cell) != 0:
                return f"neither 0 nor 1 for {choice} in {contest}: {cell[:40]}"
        if there:
            votes.append((contest, marks, False))
    return votes


FORMAT = Format("dominion-csv", "Dominion's CSV export", _sniff, _take)
