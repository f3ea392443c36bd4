"""The lists as one day saw them, with what they leave unsaid and their editions show: when an entry came and went."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.history import History
from tocsin.model.listing import LISTED


def published(history: History, day: date) -> pa.Table:
    """Every list as of `day` in one table (LISTED), with the entries that had gone from it by then.

    Where a list does not tell the day of listing (OFAC's legacy files), it is that of the first edition with the entry;
    what stood in the oldest edition keeps no day: it was listed at some time before. An entry that is gone was taken
    off, where nothing else is told, on the day of the first edition without it. Both are as exact as the editions are
    close. Lists without an edition by `day` are left out.
    """
    tables = [_list(history, name, day) for name in history.lists() if history.days(name)[0] <= day]
    return pa.concat_tables([LISTED.empty_table(), *tables])


def _list(history: History, name: str, day: date) -> pa.Table:
    rows = history.as_of(name, day).to_pylist()
    there = {row["entry"] for row in rows}
    seen = {row["entry"]: row for row in history.first_seen(name).to_pylist()}
    gone = {entry: one for entry, one in seen.items() if one["first"] <= day and entry not in there}
    rows += _gone(history, name, day, gone)
    for row in rows:
        one = seen[row["entry"]]
        if row["listed"] is None and row["inherited"] is None and not one["censored"]:
            row["listed"] = one["first"]
    return pa.Table.from_pylist(rows, LISTED)


def _gone(history: History, name: str, day: date, gone: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the list last said of entries that it no longer has, or calls delisted."""
    days, by_edition = history.days(name), dict[date, list[str]]()
    for entry, one in gone.items():
        by_edition.setdefault(min(one["last"], day), []).append(entry)
    for edition, entries in by_edition.items():
        after = bisect_right(days, edition)
        without = days[after] if after < len(days) and days[after] <= day else None
        told = history.printed(name, edition)
        for row in told.filter(pc.is_in(told["entry"], pa.array(entries, pa.string()))).to_pylist():
            ended = row["delisted"] or without
            if ended is not None and ended <= day:
                yield {**row, "delisted": ended}
