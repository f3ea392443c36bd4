"""What a source is: one real-world file format, recognised, read in a stream, mapped to posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

import pyarrow as pa

from tocsin.model.post import Rejected


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of an (already decompressed) input, for recognition."""

    name: str
    data: bytes  # at most 256 KiB
    whole: bool  # True when `data` is all there is


@dataclass(frozen=True, slots=True)
class Sniff:
    """How sure a source is (0 to 1) that an input is of its format, and why, in words for the user."""

    confidence: float
    reason: str


@dataclass(slots=True)
class Batch:
    """Up to some thousand posts (schema `POSTS`, accounts still as given) and the rows that were set aside."""

    posts: pa.RecordBatch
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user may say about an input."""

    mapping: Mapping[str, str] = field(default_factory=dict)  # post field -> column
    timezone: str = "UTC"  # of times that carry none
    date_order: Literal["MDY", "DMY"] | None = None  # of dates like 3/4/2016; None: found from the file, or asked
    encoding: str | None = None  # None: detect
    platform: str | None = None
    batch_rows: int = 65_536


class Source(Protocol):
    """One format. `id` is what `--format` takes; `title` is what the user reads."""

    id: str
    title: str

    def sniff(self, head: Head) -> Sniff | None:
        """Say whether `head` is of this format; None where it certainly is not."""
        ...

    def read(self, stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Batch]:
        """Read a decompressed stream. Bad rows come back in `Batch.rejected`; only a file that cannot be read at all
        raises `InputError`."""
        ...
