"""From paths to events: open, recognise, read; one bad file never stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.model.targets import EVENTS
from tocsin.progress import Progress, Silent
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.logs.base import EventBatch, LogFormat, LogOptions
from tocsin.sources.logs.lines import BALANCER, COMBINED, W3C
from tocsin.sources.logs.objects import EVE, OBJECTS, TESTSSL, ZEEK
from tocsin.sources.logs.signins import SYSLOG, WindowsXml
from tocsin.sources.logs.tables import TABLE, ZEEK_LINES
from tocsin.sources.pseudonyms import new_key
from tocsin.sources.reading import HEAD_BYTES, recognise
from tocsin.sources.textual import looks_binary, not_text

_ALL: tuple[LogFormat, ...] = (
    *(COMBINED, W3C, BALANCER, SYSLOG, WindowsXml(), OBJECTS, EVE, ZEEK, ZEEK_LINES, TESTSSL, TABLE),
)
FORMATS: Mapping[str, LogFormat] = {known.id: known for known in _ALL}


@dataclass(frozen=True, slots=True)
class EventFiles:
    """Logs read whole: the events (schema `EVENTS`), one `InputFile` a file (`posts` counts events), and the rows that
    were set aside, without their text."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_events(
    paths: Iterable[str],
    *,
    office: str = "",
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    key: bytes | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> EventFiles:
    """Read logs of any known format to one table of events.

    `office` is whose logs they are; where empty, a row's own column says it, else the name of the folder the file is
    in. `format`: one of FORMATS, recognised where empty. `mapping`: field of events -> column or member, for tables and
    JSON. `key` is that of the pseudonyms of accounts (fresh where None: they then hold within this call). `now` is the
    moment of reading: times without a year are before it. Raises `UsageError` for a wrong option, and the first file's
    error where no file could be read; a file that fails among others is in `inputs` with what is wrong in its notes.
    """
    options = LogOptions(office, mapping or {}, timezone, key or new_key(), now or datetime.now(UTC))
    told, formats = progress or Silent(), _chosen(format, options)
    tables, inputs, rejected, errors = [EVENTS.empty_table()], list[InputFile](), list[Rejected](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        outcome = _Outcome(item, formats, options)
        for batch in outcome.read():
            tables.append(batch.events)
            rejected += batch.rejected
            told.advance(batch.events.num_rows)
        inputs.append(outcome.facts())
        errors += [outcome.error] if outcome.error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return EventFiles(pa.concat_tables(tables), tuple(inputs), rejected)


def _chosen(name: str, options: LogOptions) -> Mapping[str, LogFormat]:
    if name and name not in FORMATS:
        raise UsageError(f"no format {name!r} of logs", hint=f"formats: {', '.join(sorted(FORMATS))}")
    if options.mapping and not name:
        return {known: FORMATS[known] for known in ("table", "json")}
    return {name: FORMATS[name]} if name else FORMATS


def office_of(name: str) -> str:
    """Whose log a file is, where nobody says it: the folder it is in, else its own name."""
    path = PurePosixPath(name.replace("\\", "/").replace("!", "/"))
    return path.parent.name or path.name.split(".")[0]


class _Outcome:
    """Reads one input and keeps what is to be told of it."""

    def __init__(self, item: Input | Unopened, formats: Mapping[str, LogFormat], options: LogOptions) -> None:
        self._item, self._formats = item, formats
        self._options = options if options.office else replace(options, office=office_of(item.name))
        self.error: TocsinError | None = item.error if isinstance(item, Unopened) else None
        self._events = self._rejected = 0
        self._notes: list[str] = [str(item.error)] if isinstance(item, Unopened) else []
        self._format = self._reason = ""

    def read(self) -> Iterator[EventBatch]:
        """The batches of the input; what is wrong with it is in `error` afterwards."""
        if isinstance(self._item, Unopened):
            return
        try:
            for batch in self._batches(self._item):
                self._events += batch.events.num_rows
                self._rejected += len(batch.rejected)
                self._notes += batch.notes
                yield batch
        except UsageError:
            raise
        except TocsinError as failure:
            self.error = failure
            self._notes.append(str(failure))
        finally:
            self._item.close()
        if self._item.stream.cut:
            self._notes.append(f"the file ends early: {self._item.stream.cut}")
        if self.error is None and not self._events + self._rejected:
            self._notes.append("no events in it")

    def _batches(self, item: Input) -> Iterator[EventBatch]:
        data = item.stream.peek(HEAD_BYTES)
        if not data.strip():
            raise InputError(f"{item.name}: is empty", hint="fetch or export the log again")
        if looks_binary(data):
            raise not_text(item.name)
        taken, sniff = self._recognised(Head(item.name, data, len(data) < HEAD_BYTES))
        self._format, self._reason = taken.id, f"{taken.title}: {sniff.reason}"
        yield from taken.read(cast("BinaryIO", item.stream), item.name, self._options)

    def _recognised(self, head: Head) -> tuple[LogFormat, Sniff]:
        if len(self._formats) == 1:
            return next(iter(self._formats.values())), Sniff(1.0, "named by the user")
        if self._options.mapping:
            kind = "json" if head.data.lstrip()[:1] in (b"{", b"[") else "table"
            return self._formats[kind], Sniff(1.0, "by the mapping given")
        return cast("tuple[LogFormat, Sniff]", recognise(head, cast("Any", self._formats)))

    def facts(self) -> InputFile:
        """What became of the input."""
        return as_read(self._item, self._format, self._reason, self._events, self._rejected, self._notes)
