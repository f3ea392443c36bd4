"""From paths to ballot data: open, recognise, read; one bad file never stops the others."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar, cast

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.ballots.base import HERE, Format, Given, Read
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Facts, Input, Peekable, Unopened, open_inputs
from tocsin.sources.gifts.guessing import ONE_VALUE
from tocsin.sources.reading import HEAD_BYTES, recognise
from tocsin.sources.textual import Lines, looks_binary, not_text

_SECTION = b"# file:"


class Gathers(Protocol):
    """What gathers the rows of all inputs; `rows` is how many it holds."""

    @property
    def rows(self) -> int:
        """How many rows were taken."""
        ...


Taken = TypeVar("Taken", bound=Gathers)


@dataclass(slots=True)
class _File:
    """What is told of one file, or of one archive and all in it that is of one format."""

    facts: Facts
    format: str
    reason: str
    rows: int
    rejected: int
    notes: list[str]


def read_all(
    paths: Iterable[object],
    formats: Mapping[str, Format[Taken]],
    taken: Taken,
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Read[Taken]:
    """Read every file, each file of each folder and archive, into `taken`.

    Raises `UsageError` for a format that does not exist, and the first file's error where none could be read; what
    is wrong with a file among others is in its notes, and in a rejected row 0 where cards or votes may be missing.
    """
    if format and format not in formats:
        raise UsageError(f"no format {format!r} of this kind of file", hint=f"formats: {', '.join(sorted(formats))}")
    chosen = {format: formats[format]} if format else dict(formats)
    if mapping and not format and not _place(mapping):
        chosen = {"table": formats["table"]}
    told, files, rejected, errors = progress or Silent(), dict[tuple[str, str], _File](), list[Rejected](), []
    reading = ""
    for item in _sections(open_inputs([str(path) for path in paths])):
        if (outer := item.name.partition("!")[0]) != reading:  # of an archive there can be a file a card
            reading = outer
            told.start(f"reading {outer}")
        before = taken.rows
        given, found, reason, error = _read_one(item, chosen, taken, mapping or {})
        told.advance(taken.rows - before)
        rejected += given.rejected
        errors += [error] if error else []
        _keep(files, item, _File(item.facts, found, reason, taken.rows - before, given.bad, given.notes))
    if errors and not taken.rows:
        raise errors[0]
    return Read(taken, tuple(_told(name, file) for (name, _), file in files.items()), rejected)


def _read_one(
    item: Input | Unopened, formats: dict[str, Format[Taken]], taken: Taken, mapping: Mapping[str, str]
) -> tuple[Given, str, str, TocsinError | None]:
    given, found, reason = Given(item.name, Peekable(io.BytesIO()), mapping=mapping), "", ""
    if isinstance(item, Unopened):
        _failed(given, str(item.error))
        return given, found, reason, item.error
    failure: TocsinError | None = None
    try:
        known, sniff = _format(item, formats)
        found, reason = known.id, f"{known.title}: {sniff.reason}"
        here = HERE + (_folder(item.name) if known.files else item.name)
        given.stream, given.where = item.stream, _place(mapping) or here
        known.take(given, taken)
    except UsageError:
        raise
    except TocsinError as error:
        failure = error
        if found:
            _failed(given, str(error))
        else:  # not known to be one of ours: a picture or a note beside them
            given.notes.append(str(error))
    finally:
        item.close()
    if item.stream.cut and failure is None:
        _failed(given, f"the file ends early: {item.stream.cut}")
    return given, found, reason, failure


def _place(mapping: Mapping[str, str]) -> str:
    """The jurisdiction, where a mapping says that and nothing else: of any format, then."""
    said = mapping.get("jurisdiction", "")
    return said.removeprefix(ONE_VALUE) if len(mapping) == 1 and said.startswith(ONE_VALUE) else ""


def _failed(given: Given, why: str) -> None:
    """Note what is wrong with a file, and set aside what of it nobody could read: as much as one row, at least."""
    given.notes.append(why)
    given.reject(0, why)


def _format(item: Input, formats: dict[str, Format[Taken]]) -> tuple[Format[Taken], Sniff]:
    data = item.stream.peek(HEAD_BYTES)
    if not data.strip():
        why = f"holds nothing that can be read: {item.stream.cut}" if item.stream.cut else "is empty"
        raise InputError(f"{item.name}: {why}", hint="fetch or export the file again")
    if looks_binary(data):
        raise not_text(item.name)
    if len(formats) == 1:
        return next(iter(formats.values())), Sniff(1.0, "named by the user")
    found = recognise(Head(item.name, data, len(data) < HEAD_BYTES), cast("Any", formats))
    return cast("tuple[Format[Taken], Sniff]", found)


def _sections(items: Iterator[Input | Unopened]) -> Iterator[Input | Unopened]:
    """Each input; of a text that holds several files, each below a line `# file: NAME`, those files."""
    for item in items:
        if isinstance(item, Unopened) or not item.stream.peek(64).lstrip().startswith(_SECTION):
            yield item
            continue
        for name, text in _cut(item.stream):
            section = Peekable(cast("BinaryIO", io.BytesIO(text)))
            yield Input(f"{item.name}!{name}", section, Facts(item.facts.size, item.facts.sha256), section.close)
        item.close()


def _cut(stream: Peekable) -> Iterator[tuple[str, bytes]]:
    name, parts = "", list[bytes]()
    for block in Lines(cast("BinaryIO", stream)):
        for line in block.splitlines(keepends=True):
            if line.startswith(_SECTION):
                if name:
                    yield name, b"".join(parts)
                name, parts = line[len(_SECTION) :].decode("utf-8", "replace").strip(), []
            else:
                parts.append(line)
    yield name, b"".join(parts)


def _folder(name: str) -> str:
    """The archive, else the folder, that a file stands in."""
    outer, inside, _ = name.rpartition("!")
    return outer if inside else name.replace("\\", "/").rpartition("/")[0]


def _keep(files: dict[tuple[str, str], _File], item: Input | Unopened, new: _File) -> None:
    """Tell of the members of one archive together where they are of one format: there can be a file a card."""
    outer, inside, _ = item.name.partition("!")
    name = outer if inside and new.format == "hart" else item.name
    if (old := files.get((name, new.format))) is None:
        files[name, new.format] = new
        return
    old.rows, old.rejected, old.notes = old.rows + new.rows, old.rejected + new.rejected, old.notes + new.notes


def _told(name: str, file: _File) -> InputFile:
    notes = [] if file.rows or file.rejected or file.notes else ["no rows in it"]
    return InputFile(
        file=name,
        sha256=file.facts.sha256,
        size=file.facts.size,
        format=file.format,
        reason=file.reason,
        posts=file.rows,
        rejected=file.rejected,
        duplicates=0,
        notes=tuple(dict.fromkeys([*file.facts.notes, *file.notes, *notes])),
    )
