"""What a format of logs is: recognised from its first bytes, read in a stream to events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from tocsin.model.post import Rejected
from tocsin.model.targets import EVENTS
from tocsin.sources.base import Head, ReadOptions, Sniff
from tocsin.sources.pseudonyms import new_key, pseudonym
from tocsin.sources.times import EARLIEST_US, TimeReader

BATCH_ROWS = 65_536
DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = ("status", "size")
_LONGEST = {"status": 999, "size": 1 << 62}
_GIVEN = ("kind", "source", "method", "path", "referrer", "agent", "action", "severity")


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What the user may say. `office`: whose log, of rows that do not say it. `mapping`: field of `EVENTS` -> column.
    `key`: of the pseudonyms of accounts. `now`: the moment of reading, for times without a year or without a day."""

    office: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    key: bytes = field(default_factory=new_key)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True)
class EventBatch:
    """Events (schema `EVENTS`), and the rows that were set aside. The text of those is not kept: it holds addresses."""

    events: pa.Table
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class LogFormat(Protocol):
    """One format of logs. `id` is what the user names; `title` is what reports say."""

    @property
    def id(self) -> str:
        """A short name."""
        ...

    @property
    def title(self) -> str:
        """What the user reads."""
        ...

    def sniff(self, head: Head) -> Sniff | None:
        """Say whether `head` is of this format; None where it certainly is not."""
        ...

    def read(self, stream: BinaryIO, name: str, options: LogOptions) -> Iterator[EventBatch]:
        """Read a decompressed stream. Bad rows come back in `EventBatch.rejected`; only a file that cannot be read at
        all raises `InputError`."""
        ...


class Times:
    """Times of one log to microseconds since 1970, UTC."""

    def __init__(self, options: LogOptions) -> None:
        self._reader = TimeReader(ReadOptions(timezone=options.timezone), now=options.now)
        self._latest = (options.now - _EPOCH).total_seconds() * 1e6 + DAY_US

    def read(self, value: object) -> int:
        """One time. Raises ValueError with the reason, which quotes nothing of the row."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("no time")
        try:
            return self.bounded(self._reader.parse(str(value)))
        except (ValueError, OverflowError):
            raise ValueError("no time, or one that cannot be read") from None

    def bounded(self, micros: int) -> int:
        """The time, where it is one at which there was a network. Raises ValueError."""
        if not EARLIEST_US <= micros <= self._latest:
            raise ValueError("a time before 1990 or in the future")
        return micros

    def notes(self) -> list[str]:
        """What was assumed."""
        return self._reader.notes()


class Gathering:
    """Gathers the events of one file into batches."""

    def __init__(self, name: str, options: LogOptions, office: str) -> None:
        self._name, self._key, self._office = name, options.key, office
        self._columns: dict[str, list[Any]] = {}
        self._rejected: list[Rejected] = []
        self._clear()

    def _clear(self) -> None:
        self._columns = {name: [] for name in EVENTS.names}
        self._rejected = []

    def add(self, row: int, time: int, fields: Mapping[str, Any]) -> None:
        """An event: `time` in microseconds, the rest as EVENTS names it, `user` in clear; what is not told is null."""
        columns = self._columns
        columns["time"].append(time)
        columns["office"].append(fields.get("office") or self._office)
        columns["row"].append(row)
        for name in _GIVEN:
            columns[name].append(fields.get(name))
        user = fields.get("user")
        columns["user"].append(pseudonym(self._key, None, user) if user and user != "-" else None)
        for name in _NUMBERS:
            columns[name].append(number(fields.get(name), _LONGEST[name]))

    def reject(self, row: int, reason: str) -> None:
        """A row that cannot be read."""
        self._rejected.append(Rejected(self._name, row, reason))

    @property
    def full(self) -> bool:
        """Whether it is time for a batch."""
        return len(self._columns["row"]) + len(self._rejected) >= BATCH_ROWS

    def batch(self, notes: list[str] | None = None) -> EventBatch:
        """What was gathered since the last batch."""
        columns, rejected = self._columns, self._rejected
        size = len(columns["row"])
        columns["file"] = [self._name] * size
        columns["source"] = [value or "" for value in columns["source"]]
        columns["kind"] = [value or "web" for value in columns["kind"]]
        made = [pa.array(columns[one.name], one.type) for one in EVENTS]
        self._clear()
        return EventBatch(pa.Table.from_arrays(made, schema=EVENTS), rejected, notes or [])


def number(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = int(str(value).strip().removesuffix(".0"))
    except ValueError:
        return None
    return found if 0 <= found <= most else None


def address(value: object) -> str:
    """The address of a client without its port: `192.0.2.1:443`, `[2001:db8::1]:443`, the first of several. One of
    IPv6 is written as RFC 5952 says, one of IPv4 within it as that."""
    text = str(value or "").split(",")[0].strip().strip('"')
    if text.startswith("["):
        return _plain(text[1:].split("]")[0])
    if text.count(":") == 1:
        text = text.split(":")[0]
    return "" if text == "-" else _plain(text) if ":" in text else text.lower()


@lru_cache(1 << 16)
def _plain(text: str) -> str:
    try:
        found = IPv6Address(text)
    except ValueError:
        return text.lower()
    return str(found.ipv4_mapped or found)
