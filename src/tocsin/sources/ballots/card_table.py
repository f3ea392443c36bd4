"""Cast vote records in any table: one row a mark, or one row a card with a column for each contest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from tocsin.sources.ballots import columns
from tocsin.sources.ballots.base import Format, Given, whole_number
from tocsin.sources.ballots.cast import Cast, Vote
from tocsin.sources.ballots.columns import Row

_NONE = re.compile(r"(?i)(under[- ]?vote[sd]?|blank|none|no vote)?\Z")
_OVER = re.compile(r"(?i)over[- ]?vote[sd]?\Z")


def _take(given: Given, cast_: Cast) -> None:
    rows = columns.read_rows(given, "cvrs", ("card",), "contests")
    for _, together in groupby(rows, lambda row: (row["jurisdiction"], row["tabulator"], row["batch"], row["card"])):
        first, *rest = together
        try:
            votes = list(_by_mark([first, *rest]) if "contest" in first.fields else _by_column(first))
        except ValueError as error:
            given.reject(first.number, str(error), first.text)
            continue
        for row in rest if "contest" not in first.fields else ():
            given.reject(row.number, "a card with this id was read already", row.text)
        cast_.card(
            given,
            first.number,
            votes,
            id=first["card"],
            jurisdiction=first["jurisdiction"],
            tabulator=first["tabulator"],
            batch=first["batch"],
            position=first["position"] or None,
            style=first["style"],
        )


def _by_mark(rows: list[Row]) -> Iterator[Vote]:
    contests: dict[str, list[Row]] = {}
    for row in rows:
        contests.setdefault(row["contest"], []).append(row)
    for contest, marked in contests.items():
        marks = []
        for row in marked:
            rank = whole_number(row["rank"]) if row["rank"] else 1
            if not rank:
                raise ValueError(f"the rank {row['rank']!r} in {contest} is no whole number above 0")
            marks += [] if _NONE.match(row["choice"]) or _OVER.match(row["choice"]) else [(row["choice"], rank)]
        yield contest, marks, any(_OVER.match(row["choice"]) for row in marked)


def _by_column(row: Row) -> Iterator[Vote]:
    """An empty cell: the contest was not on the card."""
    for contest, cell in row.several:
        if cell:
            yield contest, [] if _NONE.match(cell) or _OVER.match(cell) else [(cell, 1)], bool(_OVER.match(cell))


FORMAT = Format("table", "a table of cast vote records", columns.sniff, _take)
