"""JSON formats: a format is where its records are and how one becomes posts; the reading is the same for all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

from tocsin.sources import cells
from tocsin.sources.base import Batch, Head, ReadOptions, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.jsontext import Document, Found, Path, from_lines, is_lines
from tocsin.sources.shaping import Gathered, Rows, Shaper, in_order
from tocsin.sources.textual import Lines, decode_head
from tocsin.sources.times import TimeReader

Json = dict[str, Any]
HEAD_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class JsonSource:
    """A JSON format: a document with its records at `paths`, or one record a line.

    `looks` says whether a record is of the format; `posts` turns one into posts (post field -> value), none where it
    holds no post (a like, a service message). On a record it cannot read it may raise KeyError, TypeError, ValueError,
    AttributeError or IndexError.
    """

    id: str
    title: str
    platform: str | None
    paths: tuple[Path, ...]
    looks: Callable[[Json], bool]
    posts: Callable[[Json, Json], Iterable[Json]]
    why: str

    def sniff(self, head: Head) -> Sniff | None:
        """Certain when most of the first records look right."""
        sample = [record for record in self._records(head.data, None) if isinstance(record, dict)]
        alike = sum(map(self.looks, sample))
        if not alike:
            return None
        return Sniff(
            0.95 if alike * 2 >= len(sample) else 0.6, f"{alike} of the first {len(sample)} records {self.why}"
        )

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream as the format's posts; see `Source.read`."""
        source = stream if isinstance(stream, Peekable) else Peekable(stream)
        text: Lines | Document = Document(cast("BinaryIO", source), self.paths, options.encoding)
        if is_lines(source.peek(HEAD_BYTES), options.encoding):
            text = Lines(cast("BinaryIO", source), options.encoding)
        found = from_lines(text) if isinstance(text, Lines) else iter(text)
        times = TimeReader(options)
        shaper = Shaper(name, options, times, self.platform)
        passed = [0]
        yield from map(shaper.shape, in_order(self._blocks(found, name, options, passed), times, name))
        skips = [f"{passed[0]} records hold no post and were passed over"] if passed[0] else []
        yield Batch(cells.empty_posts(), notes=text.notes() + shaper.notes() + skips)

    def _blocks(self, found: Iterator[Found], name: str, options: ReadOptions, passed: list[int]) -> Iterator[Rows]:
        while chunk := list(islice(found, options.batch_rows)):
            gathered = Gathered(name)
            for record in chunk:
                passed[0] += not self._add(gathered, record)
            yield gathered.rows()

    def _add(self, gathered: Gathered, found: Found) -> bool:
        """Add the posts of a record; False where it holds none."""
        if not isinstance(found.value, dict):
            gathered.reject(found.number, found.reason or "not a JSON object", found.text)
            return True
        held = False
        pairs = [(found.value, found.context)] if found.context else self.expand(found.value)
        for record, context in pairs:
            try:
                posts = list(self.posts(record, context))
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                gathered.reject(found.number, f"a record without what {self.title} has: {error!r}", found.text)
                held = True
                continue
            for post in posts:
                gathered.add(post, found.number, found.text)
            held = held or bool(posts)
        return held

    def expand(self, record: Json) -> Iterator[tuple[Json, Json]]:
        """The records in a page (or a whole export) that stands on one line, with their context; else the record."""
        nested = [path for path in self.paths if len(path) > 1 and path[0] in record]
        if not nested:
            yield record, {}
        for path in nested:
            yield from _nested(record, path, {})

    def _records(self, data: bytes, encoding: str | None) -> list[Any]:
        if decode_head(data[:4096], encoding).lstrip()[:1] not in ("{", "["):
            return []
        stream = cast("BinaryIO", io.BytesIO(data))
        if not is_lines(data, encoding):
            return [found.value for found in islice(Document(stream, self.paths, encoding), 20)]
        lines = [found.value for found in islice(from_lines(Lines(stream, encoding)), 20)]
        return [record for line in lines if isinstance(line, dict) for record, _ in self.expand(line)]


def _nested(value: Any, path: Path, context: Json) -> Iterator[tuple[Json, Json]]:
    if not path:
        if isinstance(value, dict):
            yield value, context
    elif path[0] == "*" and isinstance(value, list):
        for item in value:
            yield from _nested(item, path[1:], context)
    elif isinstance(value, dict) and path[0] in value:
        around = {key: item for key, item in value.items() if not isinstance(item, dict | list)}
        yield from _nested(value[path[0]], path[1:], {**context, **around})
