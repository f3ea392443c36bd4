"""What a list said, and when: two times kept apart.

Published time: an edition says what was known on the day it was published. Validity time: a row's `listed`, `inherited`
and `delisted` say from when to when it held. A day is answered from the last edition published by then, so that a
screening of that day can be repeated; with a later `known` day the same list is read with what was learnt since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any

import pyarrow as pa

from tocsin.errors import NotFoundError
from tocsin.model.arrow import Array, pc, schema
from tocsin.model.listing import LISTED, Edition

_TEXT, _DAY = pa.string(), pa.date32()

#: One row a difference. `change` is added, removed or modified; a modified entry has a row for each field that differs,
#: with the values as text (several: one a line).
CHANGES = schema(
    [
        pa.field("entry", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("change", _TEXT, nullable=False),
        pa.field("field", _TEXT),
        pa.field("before", _TEXT),
        pa.field("after", _TEXT),
    ]
)

#: One row an entry that was ever on the list. `first` and `last` are days of publication. `censored`: it stood there in
#: the oldest edition, so the true first day is earlier. `removed`: the newest edition does not have it.
SEEN = schema(
    [
        pa.field("entry", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("first", _DAY, nullable=False),
        pa.field("last", _DAY, nullable=False),
        pa.field("censored", pa.bool_(), nullable=False),
        pa.field("removed", pa.bool_(), nullable=False),
    ]
)

_PLACE = ("list", "entry", "file", "row")  # where an entry stands, not what it says


KEPT_TABLES = 8  # in memory at a time, where they are read when asked for


class _Printed:
    """One edition and where its table comes from."""

    def __init__(self, edition: Edition, load: Callable[[], pa.Table]) -> None:
        self.day, self.edition, self._load = date.fromisoformat(edition.published), edition, load

    def read(self) -> pa.Table:
        """Its table."""
        return self._load()

    @cached_property
    def entries(self) -> Array:
        """The ids in the table's order, in one array."""
        return self._load()["entry"].combine_chunks()


class History:
    """Editions of one or more lists, each with its table or a function that reads it, which is called when a question
    needs it. Of two editions of one day the one given later counts."""

    def __init__(self, editions: Sequence[tuple[Edition, pa.Table | Callable[[], pa.Table]]]) -> None:
        self._of: dict[str, list[_Printed]] = {}
        for edition, table in editions:
            load = table if callable(table) else partial(_same, table)
            self._of.setdefault(edition.list, []).append(_Printed(edition, load))
        for printed in self._of.values():
            printed.sort(key=lambda one: one.day)
        self._table: Callable[[_Printed], pa.Table] = lru_cache(KEPT_TABLES)(_Printed.read)

    def lists(self) -> tuple[str, ...]:
        """The lists there are editions of."""
        return tuple(sorted(self._of))

    def days(self, list: str) -> tuple[date, ...]:  # noqa: A002  the column's own name
        """The days on which an edition was published, in order, each once. `NotFoundError` for a list without one."""
        return tuple(dict.fromkeys(one.day for one in self._all(list)))

    def edition(self, list: str, day: date) -> Edition:  # noqa: A002
        """The edition in force on a day: the last published by then. `NotFoundError` if there is none."""
        return self._in_force(list, day).edition

    def as_of(self, list: str, day: date, *, known: date | None = None) -> pa.Table:  # noqa: A002
        """The entries (`LISTED`) that held on `day`, as published by `known` (by default that day too).

        An entry without a day of listing holds from the first edition that has it. `NotFoundError` where no edition was
        published by `known`: that nobody was listed cannot be said.
        """
        known = day if known is None else known
        printed = self._in_force(list, known)
        table = self._table(printed)
        begun = pc.min_element_wise(table["listed"], table["inherited"])  # skips nulls
        seen: Any = printed.day <= day
        if not seen:
            seen = pc.is_in(table["entry"], self._entries_until(list, day))
        started = pc.coalesce(pc.less_equal(begun, day), seen)
        ended = pc.fill_null(pc.less_equal(table["delisted"], day), False)
        return table.filter(pc.and_(started, pc.invert(ended)))

    def printed(self, list: str, day: date) -> pa.Table:  # noqa: A002
        """All rows (`LISTED`) of the edition in force on a day, with those that it calls delisted."""
        return self._table(self._in_force(list, day))

    def changes(self, list: str, before: date, after: date) -> pa.Table:  # noqa: A002
        """What differs (`CHANGES`) between the list as of two days: by entry, then in the order of the fields."""
        old, new = self.as_of(list, before), self.as_of(list, after)
        rows = [*_only_in(old, new, "removed"), *_only_in(new, old, "added"), *_modified(old, new)]
        rows.sort(key=lambda row: row["entry"])  # keeps the order of an entry's fields
        return pa.Table.from_pylist(rows, CHANGES)

    def first_seen(self, list: str) -> pa.Table:  # noqa: A002
        """When each entry was first and last published (`SEEN`), with the name it had last."""
        editions = self._all(list)
        numbers = [pa.repeat(pa.scalar(i, pa.int64()), len(one.entries)) for i, one in enumerate(editions)]
        columns = [pa.concat_arrays([one.entries for one in editions]), pa.concat_arrays(numbers)]
        grouped = pa.table(columns, ["entry", "number"]).group_by("entry", use_threads=False)
        spans = grouped.aggregate([("number", "min"), ("number", "max")]).sort_by("entry").to_pylist()
        names = {number: _names(self._table(editions[number])) for number in {row["number_max"] for row in spans}}
        return pa.Table.from_pylist(
            [
                {
                    "entry": row["entry"],
                    "name": names[row["number_max"]][row["entry"]],
                    "first": editions[row["number_min"]].day,
                    "last": editions[row["number_max"]].day,
                    "censored": row["number_min"] == 0,
                    "removed": row["number_max"] < len(editions) - 1,
                }
                for row in spans
            ],
            SEEN,
        )

    def _all(self, list: str) -> Sequence[_Printed]:  # noqa: A002
        if list not in self._of:
            known = ", ".join(self.lists()) or "none"
            raise NotFoundError(f"no edition of {list}", hint=f"add one; there are editions of: {known}")
        return self._of[list]

    def _in_force(self, list: str, day: date) -> _Printed:  # noqa: A002
        editions = self._all(list)
        by_then = [one for one in editions if one.day <= day]
        if not by_then:
            raise NotFoundError(
                f"no edition of {list} was published by {day}", hint=f"the oldest is of {editions[0].day}"
            )
        return by_then[-1]

    def _entries_until(self, list: str, day: date) -> Array:  # noqa: A002
        earlier = [one.entries for one in self._all(list) if one.day <= day]
        return pc.unique(pa.concat_arrays(earlier)) if earlier else pa.array([], _TEXT)


def _same(table: pa.Table) -> pa.Table:
    return table


def _names(table: pa.Table) -> dict[str, str]:
    """Entry -> its first name."""
    entries, names = _lists(table, "entry"), _lists(table, "names")
    return dict(zip(entries, map(_first_name, names), strict=True))


def _first_name(names: Sequence[dict[str, str]]) -> str:
    return names[0]["name"] if names else ""


def _lists(table: pa.Table, column: str) -> list[Any]:
    return table[column].to_pylist()


def _only_in(one: pa.Table, other: pa.Table, change: str) -> list[dict[str, Any]]:
    alone = one.filter(pc.invert(pc.is_in(one["entry"], other["entry"])))
    return [{"entry": entry, "name": name, "change": change} for entry, name in _names(alone).items()]


def _modified(old: pa.Table, new: pa.Table) -> Iterator[dict[str, Any]]:
    """Fields that differ of entries that are in both; fields that are the same throughout cost next to nothing."""
    old, new = (
        one.filter(pc.is_in(one["entry"], other["entry"])).sort_by("entry") for one, other in ((old, new), (new, old))
    )
    entries, names = _lists(new, "entry"), _lists(new, "names")
    for field in (field.name for field in LISTED if field.name not in _PLACE):
        if old[field].equals(new[field]):
            continue
        for i, (was, is_) in enumerate(zip(_lists(old, field), _lists(new, field), strict=True)):
            if was != is_ and (before := _text(was)) != (after := _text(is_)):
                row = {"entry": entries[i], "name": _first_name(names[i]), "change": "modified"}
                yield {**row, "field": field, "before": before, "after": after}


def _text(value: Any) -> str | None:
    """A value as text; the order in which a list names several things says nothing."""
    if isinstance(value, list):
        return "\n".join(sorted(map(str, map(_piece, value)))) or None
    return None if value is None else str(value)


def _piece(value: Any) -> str:
    return " · ".join(str(part) for part in value.values() if part) if isinstance(value, dict) else str(value)
