"""Logs of one event a line: what all of them share, and the log formats of web servers."""

from __future__ import annotations

import calendar
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO

from tocsin.sources.base import Head, Sniff
from tocsin.sources.logs.base import EventBatch, Gathering, LogOptions, Times, address
from tocsin.sources.textual import Lines, decode_head

MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_TIME = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)\Z")
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
#: Apache's common and combined log format (also nginx's), with a virtual host before it or fields after it
_LINE = re.compile(rf"(\S[^\[]*?) \[([^\]]+)\] {_QUOTED} (\d{{3}}|-) (\d+|-)(?: {_QUOTED} {_QUOTED})?")
_REQUEST = re.compile(r"([A-Za-z]{1,20}) (.*?)(?: HTTP/[\d.]+)?\Z", re.DOTALL)
_JUDGED = 20
LONGEST = 1 << 16  # characters of a line; servers cut requests at a few thousand
_ESCAPED = re.compile(r'\\(["\\])')


class Skip(Exception):  # noqa: N818  not an error: a line that holds no event
    """The line is of the format and holds no event."""


class LineReader(ABC):
    """Reads one file line by line: `event` is the time in microseconds and the fields of one line; ValueError with the
    reason where it is none; `Skip` where the line holds no event."""

    def __init__(self, options: LogOptions) -> None:
        self.times = Times(options)

    @abstractmethod
    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One line."""

    def notes(self) -> list[str]:
        """What was assumed in reading."""
        return self.times.notes()


@dataclass(frozen=True, slots=True)
class LineFormat:
    """A format told by the share of the first lines that its reader can read."""

    id: str
    title: str
    reader: type[LineReader]
    confidence: float = 0.9

    def sniff(self, head: Head) -> Sniff | None:
        """As sure as lines can be read: most of the first twenty that are not passed over."""
        found = decode_head(head.data).split("\n")
        lines = [line for line in (found if head.whole else found[:-1]) if len(line) <= LONGEST and line.strip()]
        good, bad, passed = self._judged(lines)
        if bad > good or not good + passed:
            return None
        if not good:
            return Sniff(self.confidence - 0.3, f"{passed} lines of it, none of which holds an event of interest")
        return Sniff(self.confidence, f"{good} of the first {good + bad} lines are events of it")

    def _judged(self, lines: list[str]) -> tuple[int, int, int]:
        """Lines that are events, that cannot be read, and that are passed over."""
        reader, good, bad, passed = self.reader(LogOptions()), 0, 0, 0
        for line in lines:
            try:
                reader.event(line)
                good += 1
            except Skip:
                passed += 1
            except ValueError:
                bad += 1
            if good + bad >= _JUDGED:
                break
        return good, bad, passed

    def read(self, stream: BinaryIO, name: str, options: LogOptions) -> Iterator[EventBatch]:
        """Read a decompressed stream; see `LogFormat.read`."""
        lines, gathered = Lines(stream), Gathering(name, options, options.office)
        reader, row, skipped = self.reader(options), 0, 0
        for block in lines:
            for line in block.decode().split("\n")[:-1]:
                row += 1
                if len(line) > LONGEST:
                    gathered.reject(row, f"a line of {len(line):,} characters; {LONGEST:,} at most are read")
                elif line.strip():
                    skipped += not _add(gathered, reader, row, line)
            yield gathered.batch()
        if lines.cut_reason:
            gathered.reject(row + 1, f"the file breaks off in this row: {lines.cut_reason}")
        other = [f"{skipped:,} lines that hold no event of interest"] if skipped else []
        yield gathered.batch([*other, *reader.notes(), *lines.notes()])


def _add(gathered: Gathering, reader: LineReader, row: int, line: str) -> bool:
    """False where the line holds no event."""
    try:
        gathered.add(row, *reader.event(line))
    except Skip:
        return False
    except ValueError as error:
        gathered.reject(row, str(error))
    return True


@lru_cache(1 << 12)
def _midnight(day: str, month: str, year: str) -> int:
    """Seconds since 1970. Raises ValueError where there is no such day."""
    return calendar.timegm(date(int(year), MONTHS[month], int(day)).timetuple()) if month in MONTHS else _none()


def _none() -> int:
    raise ValueError("no time, or one that cannot be read")


def clf_time(text: str) -> int | None:
    """A time as 17/May/2015:10:05:03 +0000 to microseconds; None for other shapes. Raises ValueError where there is no
    such time; a minute may have a leap second, and no zone is further than 14 hours off."""
    if not (found := _TIME.match(text)):
        return None
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = found.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60 or int(off_hours) > 14 or int(off_minutes) > 59:
        _none()
    offset = (int(off_hours) * 3600 + int(off_minutes) * 60) * (-1 if sign == "-" else 1)
    local = _midnight(day, month, year) + int(hour) * 3600 + int(minute) * 60 + int(second)
    return (local - offset) * 1_000_000


def request(text: str) -> tuple[str | None, str]:
    """Method and path (with the query) of a request line; what is no request line is a path without a method."""
    found = _REQUEST.match(text)
    return (found[1], found[2]) if found else (None, text)


def said(text: str | None) -> str | None:
    """A quoted field without its escapes; None where the log writes that there is none."""
    return None if text is None or text in ("-", "") else unescaped(text)


def unescaped(text: str) -> str:
    """Text without the backslashes before quotes and backslashes."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


class CombinedReader(LineReader):
    """Apache's and nginx's common and combined log format."""

    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One line: client, identity, account, time, request, status, size, referrer, agent."""
        if not (found := _LINE.match(line)):
            raise ValueError("not a line of the common or combined log format")
        who, when, asked, status, size, referrer, agent = found.groups()
        names = who.split(" ")
        if len(names) < 3:
            raise ValueError("not a line of the common or combined log format")
        source = names[1] if len(names) == 4 and names[2] == "-" else names[0]
        time = clf_time(when)
        method, path = request(unescaped(asked))
        made = {"source": address(source), "user": names[-1], "method": method, "path": path, "status": status}
        made |= {"size": size, "referrer": said(referrer), "agent": said(agent)}
        return (self.times.read(when) if time is None else self.times.bounded(time)), made


class W3cReader(LineReader):
    """The W3C extended log format, as IIS and content networks write it; `#Fields` may change on the way."""

    def __init__(self, options: LogOptions) -> None:
        super().__init__(options)
        self._fields: list[str] = []

    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One line, by the last `#Fields` before it."""
        if line.startswith("#"):
            if line.lower().startswith("#fields:"):
                self._fields = line[8:].strip().lower().replace("\t", " ").split()
            raise Skip
        cells = line.split("\t") if "\t" in line else line.split(" ")
        if not self._fields or len(cells) != len(self._fields):
            raise ValueError(f"{len(cells)} fields where #Fields names {len(self._fields)}")
        given = {name: None if cell == "-" else cell for name, cell in zip(self._fields, cells, strict=True)}
        query = given.get("cs-uri-query")
        agent = given.get("cs(user-agent)")
        made = {
            "source": address(given.get("c-ip")),
            "user": given.get("cs-username"),
            "method": given.get("cs-method"),
            "path": (given.get("cs-uri-stem") or "") + (f"?{query}" if query else ""),
            "status": given.get("sc-status"),
            "size": given.get("sc-bytes"),
            "referrer": given.get("cs(referer)"),
            "agent": agent.replace("+", " ") if agent else None,
        }
        return self.times.read(f"{given.get('date')}T{given.get('time')}Z"), made


class BalancerReader(LineReader):
    """The access log of an Application Load Balancer: fields between spaces, some of them quoted."""

    _LINE = re.compile(
        rf"(?:https?|h2|wss?|grpcs?) (\S+Z) (\S+) (\S+) \S+ \S+ \S+ \S+ (\d+|-) \S+ \S+ (\d+) {_QUOTED} {_QUOTED}"
    )

    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One line."""
        if not (found := self._LINE.match(line)):
            raise ValueError("not a line of a load balancer's log")
        when, _, client, status, size, asked, agent = found.groups()
        method, path = request(asked)
        path = re.sub(r"\Ahttps?://[^/]+", "", path)
        made = {"source": address(client), "method": method, "path": path, "status": None if status == "-" else status}
        return self.times.read(when), made | {"size": size, "agent": said(agent)}


COMBINED = LineFormat("combined", "the common or combined log format", CombinedReader)
W3C = LineFormat("w3c", "the W3C extended log format (IIS)", W3cReader)
BALANCER = LineFormat("alb", "the log of an Application Load Balancer", BalancerReader)
