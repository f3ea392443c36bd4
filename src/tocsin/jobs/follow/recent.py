"""Which posts were taken already: the ids of a span, as hashes. Older posts are not taken at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
_RUN = 1 << 19  # hashes in a run from which it is not merged further


class _Run(NamedTuple):
    keys: npt.NDArray[np.int64]  # sorted
    last_us: int


class Recent:
    """Ids of posts in sorted runs of hashes, 8 bytes a post. Python's keyed hash: nobody outside can make two ids that
    share one; by chance two of five million do with a probability of 1e-6."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def fresh(self, posts: pa.Table) -> Bools:
        """Which posts have an id that was not there before, the first of each in the table too; they are remembered."""
        ids = zip(posts["platform"].to_pylist(), posts["post"].to_pylist(), strict=True)
        keys = np.fromiter(map(hash, ids), np.int64, posts.num_rows)
        fresh = np.zeros(len(keys), np.bool_)
        distinct, first = np.unique(keys, return_index=True)
        for run in self._runs:
            at = np.searchsorted(run.keys, distinct).clip(max=len(run.keys) - 1)
            keep = run.keys[at] != distinct
            distinct, first = distinct[keep], first[keep]
        fresh[first] = True
        if len(distinct):
            self._add(_Run(distinct, int(posts["time"].cast(pa.int64()).to_numpy()[first].max())))
        return fresh

    def forget(self, before_us: int) -> None:
        """Drop what is wholly older."""
        self._runs = [run for run in self._runs if run.last_us >= before_us]

    def _add(self, run: _Run) -> None:
        while self._runs and len(self._runs[-1].keys) < min(2 * len(run.keys), _RUN):
            older = self._runs.pop()
            run = _Run(np.sort(np.concatenate([older.keys, run.keys])), max(older.last_us, run.last_us))
        self._runs.append(run)
