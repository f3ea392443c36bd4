"""Vectors that a model has read, kept while an index is made, so that work that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Pair = tuple[str, str]

_KEY = 16  # bytes that a pair of texts is known by


class Begun:
    """The vectors of one model in one file: for each pair of texts its key and its row. Without a folder, none."""

    def __init__(self, folder: Path | None, model: str, dimensions: int) -> None:
        self._file = folder / f"{hashlib.sha256(model.encode()).hexdigest()[:16]}.part" if folder else None
        self._record = np.dtype([("key", f"V{_KEY}"), ("row", "<f4", (dimensions,))])
        self._known = self._read()

    def get(self, pair: Pair) -> Floats | None:
        """The row that was read for a pair; None for none."""
        return self._known.get(_key(pair))

    def add(self, pairs: Sequence[Pair], rows: Floats) -> None:
        """Keep rows, behind those that are there."""
        if self._file is None:
            return
        made = np.empty(len(pairs), self._record)
        made["key"] = [np.void(_key(pair)) for pair in pairs]
        made["row"] = rows
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.open("ab") as file:
            file.write(made.tobytes())

    def _read(self) -> dict[bytes, Floats]:
        """Whole records; what a killed process wrote of another one is cut off."""
        if self._file is None or not self._file.is_file():
            return {}
        data = self._file.read_bytes()
        whole = len(data) // self._record.itemsize * self._record.itemsize
        if whole < len(data):
            with self._file.open("r+b") as file:
                file.truncate(whole)
        told = np.frombuffer(data[:whole], self._record)
        return {bytes(one["key"]): one["row"] for one in told}


def _key(pair: Pair) -> bytes:
    return hashlib.sha256("\0".join(pair).encode("utf-8", "replace")).digest()[:_KEY]
