"""From paths to posts: open, recognise, read, drop what was seen; one bad file never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UnknownFormat, UsageError
from tocsin.model.finding import InputFile
from tocsin.plugins import load
from tocsin.progress import Progress, Silent
from tocsin.sources.base import Batch, Head, ReadOptions, Sniff, Source
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.duplicates import Seen
from tocsin.sources.textual import looks_binary, not_text

HEAD_BYTES = 256 << 10
CLOSE = 0.1  # two formats nearer than this in confidence are a question
GENERIC = ("csv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one input, given after its batches. `error` None: read to its end."""

    input: InputFile
    error: TocsinError | None


def recognise(head: Head, sources: Mapping[str, Source]) -> tuple[Source, Sniff]:
    """The one source that knows the input, and why.

    Raises `UnknownFormat` where none does, or two are about as sure: a wrong guess is worse than a question.
    """
    sniffed = [(source, sniff) for source in sources.values() if (sniff := source.sniff(head)) is not None]
    ranked = sorted(sniffed, key=lambda pair: -pair[1].confidence)
    if not ranked:
        known = ", ".join(sorted(sources))
        raise UnknownFormat(f"{head.name}: not one of the known formats", hint=f"name it with --format: {known}")
    best = ranked[0]
    rivals = [pair for pair in ranked if best[1].confidence - pair[1].confidence < CLOSE]
    if len(rivals) > 1:
        said = "; ".join(f"{source.id} ({sniff.reason})" for source, sniff in rivals)
        raise UnknownFormat(f"{head.name}: could be more than one format: {said}", hint="name one with --format")
    return best


class Reader:
    """Reads inputs one after the other and remembers every post, so that none comes twice.

    `change`, if given, is done to each batch of posts before it is compared or handed out. Raises `UsageError` for a
    format that does not exist.
    """

    def __init__(
        self,
        options: ReadOptions,
        format: str | None = None,  # noqa: A002  the option's own name
        change: Callable[[pa.RecordBatch], pa.RecordBatch] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._options = options
        self._sources = _chosen(load("sources"), options, format)
        self._change = change
        self._progress = progress or Silent()
        self._seen = Seen()

    def recall(self, posts: pa.RecordBatch) -> None:
        """Remember posts (of one file) that an earlier reader handed out."""
        self._seen.recall(posts)

    def read(self, paths: Iterable[str]) -> Iterator[Batch | FileOutcome]:
        """Read every input; yields the batches of a file, then its outcome.

        Posts that were read before, in any of the files, are dropped (counted as duplicates) or, where their content
        differs, set aside. Raises `UsageError` for an option that is wrong; what is wrong with a file is in its
        outcome.
        """
        for item in open_inputs(paths):
            self._progress.start(f"reading {item.name}")
            if isinstance(item, Unopened):
                yield FileOutcome(as_read(item, "", "", 0, 0), item.error)
                continue
            yield from self._read_one(item)

    def _read_one(self, item: Input) -> Iterator[Batch | FileOutcome]:
        counts, notes, error = _Counts(), list[str](), None
        taken, reason = "", ""
        try:
            source, sniff = _source(item, self._sources)
            taken, reason = source.id, f"{source.title}: {sniff.reason}"
            for batch in source.read(cast("BinaryIO", item.stream), item.name, self._options):
                fresh = self._fresh(batch, counts)
                notes += fresh.notes
                self._progress.advance(len(fresh.posts))
                if len(fresh.posts) or fresh.rejected:
                    yield fresh
        except UsageError:
            raise
        except TocsinError as failure:
            error = failure
        finally:
            item.close()
        notes += _closing_notes(item, counts, error)
        yield FileOutcome(as_read(item, taken, reason, counts.posts, counts.rejected, notes, counts.duplicates), error)

    def _fresh(self, batch: Batch, counts: _Counts) -> Batch:
        """The batch, changed, without what was seen before; counted."""
        if self._change and len(batch.posts):
            batch = Batch(self._change(batch.posts), batch.rejected, batch.notes)
        fresh, equal, further = self._seen.filter(batch)
        counts.posts += len(fresh.posts)
        counts.rejected += len(fresh.rejected)
        counts.duplicates += equal
        counts.further += further
        return fresh


def read_posts(
    paths: Iterable[str],
    options: ReadOptions,
    format: str | None = None,  # noqa: A002  the option's own name
    progress: Progress | None = None,
) -> Iterator[Batch | FileOutcome]:
    """Read every input with a new `Reader`; see there."""
    return Reader(options, format, progress=progress).read(paths)


@dataclass(slots=True)
class _Counts:
    posts: int = 0
    rejected: int = 0
    duplicates: int = 0
    further: int = 0


def _chosen(sources: dict[str, Source], options: ReadOptions, name: str | None) -> dict[str, Source]:
    if name is not None:
        if name not in sources:
            raise UsageError(f"no format {name!r}", hint=f"formats: {', '.join(sorted(sources))}")
        return {name: sources[name]}
    if options.mapping:  # a mapping is for the readers that go by columns
        return {name: sources[name] for name in GENERIC}
    return sources


def _closing_notes(item: Input, counts: _Counts, error: TocsinError | None) -> Iterator[str]:
    if item.stream.cut:
        yield f"the file ends early: {item.stream.cut}"
    if counts.further:
        yield f"{counts.further} rows repeat a post with other objects; kept as <post>+<row>"
    if error is None and not counts.posts + counts.rejected + counts.duplicates:
        yield "no rows below the header" if not item.stream.cut else "nothing could be unpacked"


def _source(item: Input, sources: dict[str, Source]) -> tuple[Source, Sniff]:
    data = item.stream.peek(HEAD_BYTES)
    if not data.strip():
        why = f"holds nothing that can be read: {item.stream.cut}" if item.stream.cut else "is empty"
        raise InputError(f"{item.name}: {why}", hint="fetch or export the file again")
    if not data.startswith(b"PAR1") and looks_binary(data):
        raise not_text(item.name)
    if len(sources) == 1:
        source = next(iter(sources.values()))
        return source, Sniff(1.0, "named by the user")
    return recognise(Head(item.name, data, whole=len(data) < HEAD_BYTES), sources)
