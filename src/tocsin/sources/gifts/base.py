"""What a register's format is: recognised from its first bytes, read in a stream, mapped to gifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

import pyarrow as pa

from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff


@dataclass(slots=True)
class GiftBatch:
    """Up to some ten thousand gifts (schema `GIFTS`) and the rows that were set aside."""

    gifts: pa.RecordBatch
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GiftOptions:
    """What the user may say about a register. Empty: told by the format, or asked for."""

    mapping: Mapping[str, str] = field(default_factory=dict)  # gift field -> column
    jurisdiction: str = ""
    currency: str = ""  # ISO 4217, in capitals
    date_order: Literal["MDY", "DMY"] | None = None
    encoding: str | None = None


class GiftFormat(Protocol):
    """One format of a register. `id` is what `--format` takes; `title` is what the user reads."""

    @property
    def id(self) -> str:
        """What `--format` takes, and `register` of the gifts."""
        ...

    @property
    def title(self) -> str:
        """What the user reads."""
        ...

    def sniff(self, head: Head) -> Sniff | None:
        """Say whether `head` is of this format; None where it certainly is not."""
        ...

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream. Bad rows come back in `GiftBatch.rejected`; only a file that cannot be read at
        all raises `InputError`."""
        ...
