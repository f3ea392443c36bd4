"""From files to one edition of one list: recognise, read, set aside, refuse what is not whole."""

from __future__ import annotations

import hashlib
import re
import zipfile
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.listing import LISTED, Edition
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.base import Head
from tocsin.sources.containers import ZIP, Facts, Input, Peekable, Unopened, list_files, open_inputs
from tocsin.sources.lists.base import Format, Reader
from tocsin.sources.lists.entries import Entry, as_batch
from tocsin.sources.lists.formats import FORMATS

HEAD_BYTES, BATCH_ENTRIES = 256 << 10, 2_000
REJECTED_CHARS = 500
_NAMED_DAY = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)(?:[-_]?(\d\d))?(?!\d)")


@dataclass(frozen=True, slots=True)
class ListFile:
    """One edition as it was read: what it is, its entries (`LISTED`), and the rows that were set aside."""

    edition: Edition
    table: pa.Table
    rejected: list[Rejected]


def read_list(
    paths: Sequence[str | Path],
    *,
    format: str = "",  # noqa: A002  as the command's option is called
    published: date | None = None,
    progress: Progress | None = None,
) -> ListFile:
    """Read one edition from its file, or its files where it has several (OFAC's sdn, add and alt); packed or not.

    `format` is an id of `FORMATS`, "" to tell it from the content. `published` goes before the day in the file, which
    goes before the day in the file's name. Raises `UsageError` where no day is known, `UnknownFormat` where it is no
    list, `InputError` where a file breaks off or has no entry: then nothing is returned, since a list of which a part
    is missing would say of the rest that it is not listed.
    """
    if format and format not in FORMATS:
        raise UsageError(f"no such format: {format}", hint=f"one of: {', '.join(FORMATS)}")
    taken = _Taken(FORMATS.get(format), progress or Silent())
    for given in _opened([str(path) for path in paths]):
        if isinstance(given, Unopened):
            raise given.error
        taken.file(given)
    return taken.close(published)


def format_of(path: str | Path) -> Format:
    """The format of a file, told from its content; of a packed file, from the first in it. Raises `UnknownFormat`, or
    `InputError` where it cannot be opened."""
    for given in _opened([str(path)]):
        if isinstance(given, Unopened):
            raise given.error
        try:
            return _sniff(given)
        finally:
            given.close()
    raise UnknownFormat(f"{path}: no file", hint="give the file of a list")


class _Taken:
    """What was read so far."""

    def __init__(self, format_: Format | None, progress: Progress) -> None:
        self._format, self._progress = format_, progress
        self._reader: Reader | None = None
        self._files: list[tuple[str, Facts]] = []
        self._batches: list[pa.RecordBatch] = []
        self._waiting: list[Entry] = []
        self._ids: set[str] = set()
        self._rejected: list[Rejected] = []

    def file(self, given: Input) -> None:
        """Read one file."""
        found = self._format_of(given)
        self._reader = self._reader or found.reader()
        self._files.append((given.name, given.facts))
        if len(self._files) > found.files:
            raise UsageError(
                f"{given.name}: an edition as {found.id} is {found.files} file(s) at most", hint="give one edition"
            )
        self._progress.start(f"reading {Path(given.name).name}")
        self._take(self._reader.take(given.name, given.stream))
        if given.stream.cut:
            raise InputError(f"{given.name}: {given.stream.cut}", hint="fetch the file again: the list is not complete")
        given.close()

    def close(self, published: date | None) -> ListFile:
        """The edition, when all files were read."""
        if self._reader is None:
            raise UsageError("no file was given", hint="give the file of a list")
        self._take(self._reader.finish())
        self._flush()
        facts = self._reader.facts
        name = ", ".join(Path(name.rpartition("!")[2]).name for name, _ in self._files)
        if not self._ids:
            reason = f": {self._rejected[0].reason}" if self._rejected else ""
            raise InputError(f"{name}: no entry could be read{reason}", hint="check that it is the list as published")
        table = pa.Table.from_batches(self._batches, LISTED)
        column = pa.array([facts.list_id] * len(table), pa.string())
        table = table.set_column(0, LISTED.field("list"), column)
        outer = Path(self._files[0][0].partition("!")[0])  # the archive, or the file itself
        names = {"file": name, "archive": outer.name, "folder": outer.parent.name}
        day, note = _published(published, facts.published, names)
        edition = Edition(
            list=facts.list_id,
            published=day.isoformat(),
            file=name,
            sha256=_digest([facts.sha256 for _, facts in self._files]),
            entries=len(table),
            rejected=len(self._rejected),
            notes=tuple(dict.fromkeys([*facts.notes, *note])),
        )
        return ListFile(edition, table, self._rejected)

    def _format_of(self, given: Input) -> Format:
        self._format = self._format or _sniff(given)
        return self._format

    def _take(self, found: Iterator[Entry | Rejected]) -> None:
        for one in found:
            if isinstance(one, Rejected):
                self._reject(one)
                continue
            fault = one.fault() or ("this entry stands twice" if one.entry in self._ids else "")
            if fault:
                self._reject(Rejected(one.file, one.row, fault, f"{one.entry} {' · '.join(one.names)}"))
                continue
            self._ids.add(one.entry)
            self._waiting.append(one)
            if len(self._waiting) == BATCH_ENTRIES:
                self._flush()

    def _flush(self) -> None:
        self._batches.append(as_batch(self._waiting, ""))
        self._progress.advance(len(self._waiting))
        self._waiting.clear()

    def _reject(self, row: Rejected) -> None:
        self._rejected.append(Rejected(row.file, row.row, row.reason, row.text[:REJECTED_CHARS]))


def _sniff(given: Input) -> Format:
    data = given.stream.peek(HEAD_BYTES)
    head = Head(given.name, data, len(data) < HEAD_BYTES)
    found = next((one for one in FORMATS.values() if one.sniff(head)), None)
    if found is None:
        raise UnknownFormat(
            f"{given.name}: no sanctions list that is known here",
            hint=f"known are: {', '.join(one.title for one in FORMATS.values())}",
        )
    return found


def _opened(paths: list[str]) -> Iterator[Input | Unopened]:
    for path in list_files(paths):
        yield from _workbook(path) or open_inputs([path])


def _workbook(path: str) -> list[Input | Unopened]:
    """A spreadsheet as one input; [] for any other file, also a zip of other files."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            if opened.read(4) != ZIP:
                return []
        with zipfile.ZipFile(file) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return []
        raw = file.open("rb")
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return []  # what it is instead is told by `open_inputs`
    digest = hashlib.file_digest(raw, "sha256").hexdigest()
    facts = Facts(raw.tell(), digest)
    raw.seek(0)
    return [Input(path, Peekable(raw), facts, raw.close)]


def _digest(digests: list[str]) -> str:
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(digests)).encode()).hexdigest()


def _published(given: date | None, told: date | None, names: dict[str, str]) -> tuple[date, list[str]]:
    """The day of publication, and what must be said of it. Names are looked at in their order, by whose they are."""
    if given or told:
        note = [f"the file says it is of {told}"] if given and told and given != told else []
        return given or told or date.min, note
    for whose, text in names.items():
        for year, month, day in (hit.groups() for hit in _NAMED_DAY.finditer(text)):
            try:
                if day:
                    return date(int(year), int(month), int(day)), [f"published: from the name of the {whose}"]
                last = date(int(year), int(month), monthrange(int(year), int(month))[1])
            except ValueError:
                continue
            return last, [f"published: the name of the {whose} tells the month only; taken as known by {last}"]
    raise UsageError(
        f"{names['file']}: does not say when it was published",
        hint="give the day, or put it into the name of the file or its folder (2024-05-31)",
    )
