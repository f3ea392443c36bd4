"""From columns as a file has them to posts: the one door through which every source's rows pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from tocsin.errors import UnknownFormat
from tocsin.model.arrow import Array, pc
from tocsin.model.post import POST_FIELDS, POSTS, Rejected
from tocsin.sources import cells
from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.times import TimeReader

REJECTED_CHARS = 500
_NAMED = ("expanded_url", "url", "text", "tag", "name", "username", "screen_name", "acct", "id")
_IDS = ("post", "account", "repost_of", "reply_to", "client", "platform")
_LISTS: dict[str, Callable[[Array], Array]] = {
    "urls": cells.links,
    "hashtags": cells.lists,
    "mentions": cells.lists,
    "media": cells.lists,
    "objects": lambda values: cells.lists(values, r"\s*\|\s*"),  # an object may be a text with blanks and commas
}


@dataclass(slots=True)
class Rows:
    """Some rows of a file: post field -> Arrow column, all of one length, and where each row stands."""

    columns: Mapping[str, Array]
    numbers: Array  # int64: line or record number
    text_of: Callable[[int], str]  # position -> the row as it stands in the file
    rejected: list[Rejected] = field(default_factory=list)


class Gathered:
    """Posts of a row-wise source, gathered to columns."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._columns: dict[str, list[Any]] = {field: [] for field in POST_FIELDS}
        self._numbers: list[int] = []
        self._texts: list[str] = []
        self._rejected: list[Rejected] = []

    def add(self, post: Mapping[str, Any], number: int, text: str) -> None:
        """One post (field -> value) from the record of that number."""
        for name, column in self._columns.items():
            value = post.get(name)
            if value is not None:
                value = _items(value) if name in _LISTS else cells.scalar_text(value)
            column.append(value)
        self._numbers.append(number)
        self._texts.append(text)

    def reject(self, number: int, reason: str, text: str) -> None:
        """A record that cannot be read."""
        self._rejected.append(Rejected(self._name, number, reason, text[:REJECTED_CHARS]))

    def rows(self) -> Rows:
        """What was gathered."""
        columns = {
            name: pa.array(column, cells.STRINGS if name in _LISTS else pa.string())
            for name, column in self._columns.items()
            if any(value is not None for value in column)
        }
        return Rows(columns, pa.array(self._numbers, pa.int64()), self._texts.__getitem__, self._rejected)


def _items(value: object) -> list[str] | None:
    """A JSON list of things shared, or one such thing; objects by the name they go by."""
    if isinstance(value, str):
        return [value] if value else None
    if not isinstance(value, list):
        return None
    plain = (next((item[k] for k in _NAMED if k in item), None) if isinstance(item, dict) else item for item in value)
    return [text for item in plain if (text := cells.scalar_text(item))]


class Learner(Protocol):
    """Reads times or days, and learns from a file which part of 3/4/2016 is the month."""

    @property
    def undecided(self) -> bool:
        """Whether such dates were met and nothing says it yet."""
        ...

    def learn(self, values: Array) -> None:
        """Look at a column as it is written."""
        ...


def in_order(
    blocks: Iterable[Rows], times: Learner, name: str, column: str = "time", called: str = "dates"
) -> Iterator[Rows]:
    """The blocks, held back while dates like 3/4/2016 in `column` leave open which part is the month.

    Raises `UnknownFormat` where the whole file leaves it open.
    """
    held: list[Rows] = []
    for block in blocks:
        if column in block.columns:
            times.learn(block.columns[column])
        held.append(block)
        if not times.undecided:
            yield from held
            held = []
    if held:
        raise UnknownFormat(
            f"{name}: {called} like 3/4/2016 throughout, and none that shows whether the month or the day comes first",
            hint="say which with --date-order MDY or --date-order DMY",
        )


class Shaper:
    """Makes posts of the rows of one file and remembers what to tell the user about it."""

    def __init__(self, name: str, options: ReadOptions, times: TimeReader, platform: str | None) -> None:
        self._name = name
        self._times = times
        self._platform = options.platform or platform
        self._directed = 0

    def notes(self) -> list[str]:
        """What was assumed or changed, after the last rows."""
        removed = [f"direction overrides removed from {self._directed} texts"] if self._directed else []
        return self._times.notes() + removed

    def shape(self, rows: Rows) -> Batch:
        """Posts for the rows that can be read, a `Rejected` with the reason for each of the others."""
        size = len(rows.numbers)
        given = dict(rows.columns)
        made: dict[str, Array] = {}
        for name in _IDS:
            made[name] = cells.ids(given[name]) if name in given else pa.nulls(size, pa.string())
        made["text"], directed = cells.texts(given["text"]) if "text" in given else (pa.nulls(size, pa.string()), 0)
        self._directed += directed
        made["language"] = cells.languages(given["language"]) if "language" in given else pa.nulls(size, pa.string())
        for name, split in _LISTS.items():
            made[name] = split(given[name]) if name in given else pa.nulls(size, cells.STRINGS)
        if "mentions" in given:
            made["mentions"] = cells.handles(made["mentions"])
        if "hashtags" in given:
            made["hashtags"] = cells.hashtags(made["hashtags"])
        made["time"], reasons = self._times.read(given.get("time", pa.nulls(size, pa.string())))
        self._refuse(made, reasons)
        made["platform"] = pc.fill_null(made["platform"], self._platform) if self._platform else made["platform"]
        if made["post"].null_count:
            content = cells.joined(made, ("text", "repost_of", "reply_to", *_LISTS))
            made["post"] = pc.coalesce(made["post"], cells.digests(made["account"], made["time"], content))
        made["file"] = pa.repeat(self._name, size)
        made["row"] = rows.numbers
        return self._split(made, reasons, rows)

    def _refuse(self, made: dict[str, Array], reasons: dict[int, str]) -> None:
        """Add the reasons for rows without an account or with an id that was damaged."""
        for row in pc.indices_nonzero(made["account"].is_null()).to_pylist():
            reasons[row] = "no account"
        for name in ("post", "account", "repost_of", "reply_to"):
            if made[name].null_count == len(made[name]):
                continue
            for row in pc.indices_nonzero(cells.damaged(made[name])).to_pylist():
                reasons[row] = f"an id damaged by a spreadsheet, its last digits are lost: {name} {made[name][row]}"

    def _split(self, made: dict[str, Array], reasons: dict[int, str], rows: Rows) -> Batch:
        numbers = rows.numbers
        rejected = [
            Rejected(self._name, numbers[row].as_py(), reason, rows.text_of(row)[:REJECTED_CHARS])
            for row, reason in sorted(reasons.items())
        ]
        if reasons:
            refused = pa.array(sorted(reasons), pa.int64())
            keep = pc.invert(pc.is_in(pa.array(range(len(numbers)), pa.int64()), refused))
            made = {name: column.filter(keep) for name, column in made.items()}
        posts = pa.RecordBatch.from_arrays([made[name] for name in POSTS.names], schema=POSTS)
        return Batch(posts, sorted([*rows.rejected, *rejected], key=lambda r: r.row))
