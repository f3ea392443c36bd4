"""What one import may cost: bounds on archives, so that no file can fill the disk or the memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.errors import InputError, RefusedError

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. `ratio`: what an archive gives may be so many times its size, 64 MiB in any case."""

    file_bytes: int = 2048 * MIB
    total_bytes: int = 8192 * MIB
    ratio: int = 200
    entries: int = 100_000

    def unpacked(self, size: int) -> int:
        """The most that an archive of this size may give."""
        return min(self.total_bytes, max(self.ratio * size, 64 * MIB))


class Bounded(io.RawIOBase):
    """A stream over the `read` of another: raises `RefusedError` where it would give more than `stop` bytes in all, and
    `InputError` where what it unpacks is cut short. `given` counts."""

    def __init__(self, read: Callable[[int], bytes], stop: int) -> None:
        self._read, self.stop, self.given = read, stop, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read on, within the bound."""
        try:
            data = self._read(min(len(buffer), self.stop - self.given + 1))
        except EOFError as error:  # readers above would take it for the end
            raise InputError("cut short", hint="Get the file again.") from error
        self.given += len(data)
        if self.given > self.stop:
            raise RefusedError("gives more than is allowed for its size", hint="Unpack it and import what is needed.")
        buffer[: len(data)] = data
        return len(data)
