"""All pairs of wordings whose cosine reaches a bound, without comparing all of them: exact, no pair is missed.

Both ways rest on the inequality of Cauchy and Schwarz. A vector is cut in two, x = (head, tail); then x.y is at most
head.head' + |tail| |tail'|, or, where x and y share no feature of either head, below the bound. What passes is compared
as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Longs = npt.NDArray[np.int64]

HEAD = 128  # dimensions of a dense vector that are looked at first
_FITTED = 20_000  # rows that the axes are fitted to
_ROWS, _OTHERS, _PAIRS = 1024, 16_384, 1 << 16  # at once, so that memory is bounded
_SLACK = 1e-4  # of sums of float32


class Pairs(NamedTuple):
    """Which rows, and their cosines."""

    row: Longs
    other: Longs
    cosine: Floats


class Dense:
    """Dense vectors, one a row, on their principal axes: the head is the first of these, and the length of the rest is
    one number more."""

    def __init__(self, vectors: Floats, bound: float) -> None:
        self.vectors, self.bound = vectors, bound
        some = vectors[:: max(1, -(-len(vectors) // _FITTED))].astype(np.float64)
        axes = np.linalg.eigh(some.T @ some)[1][:, ::-1][:, :HEAD].astype(np.float32)
        heads = vectors @ axes
        rest = np.einsum("ij,ij->i", vectors, vectors) - np.einsum("ij,ij->i", heads, heads)
        self._heads = np.column_stack([heads, np.sqrt(np.maximum(rest, 0))]).astype(np.float32)

    def pairs(self, rows: Longs, others: Longs) -> Iterator[Pairs]:
        """Those of the rows with those of the others that reach the bound, in parts."""
        heads = self._heads[rows]
        for at in range(0, others.size, _OTHERS):
            some = others[at : at + _OTHERS]
            behind = self._heads[some].T
            for begin in range(0, rows.size, _ROWS):
                passed = np.flatnonzero(heads[begin : begin + _ROWS] @ behind >= self.bound - _SLACK)
                row, other = np.divmod(passed, some.size)
                yield from _whole(self.vectors, rows[begin + row], some[other], self.bound)


class Sparse:
    """Sparse vectors (CSR) of length 1 whose first features are the rarest: the head is as many of them as leave a rest
    that is shorter than the bound (prefix filter; Bayardo, Ma and Srikant 2007; Anastasiu and Karypis 2014)."""

    def __init__(self, vectors: Any, bound: float) -> None:
        self.vectors, self.bound = vectors, bound
        self._heads = _rarest(vectors, bound)

    def pairs(self, rows: Longs, others: Longs) -> Iterator[Pairs]:
        """Those of the rows with those of the others that reach the bound, in parts."""
        behind = self._heads[others].T.tocsr()
        for begin in range(0, rows.size, _ROWS):
            shared = (self._heads[rows[begin : begin + _ROWS]] @ behind).tocoo()
            yield from _whole(self.vectors, rows[begin + shared.row], others[shared.col], self.bound)


def _rarest(vectors: Any, bound: float) -> Any:
    """The heads, with 1 where a feature is held."""
    from scipy.sparse import csr_array

    vectors.sort_indices()
    squares = np.append(vectors.data.astype(np.float64) ** 2, 0.0)
    behind = squares[::-1].cumsum()[::-1]  # of this feature and all after it, in this row and those below
    lengths = np.diff(vectors.indptr)
    rest = behind[:-1] - np.repeat(behind[vectors.indptr[1:]], lengths)
    kept = rest >= (bound - _SLACK) ** 2
    rows = np.repeat(np.arange(lengths.size), lengths)[kept]
    return csr_array((np.ones(rows.size, np.int32), (rows, vectors.indices[kept])), shape=vectors.shape)


def _whole(vectors: Any, row: Longs, other: Longs, bound: float) -> Iterator[Pairs]:
    """Those of the pairs that reach the bound, compared as a whole."""
    for at in range(0, row.size, _PAIRS):
        i, j = row[at : at + _PAIRS], other[at : at + _PAIRS]
        value = cosines(vectors, i, j)
        kept = value >= bound
        yield Pairs(i[kept], j[kept], value[kept])


def cosines(vectors: Any, row: Any, other: Any) -> Floats:
    """Of each pair of rows of length 1, dense or sparse."""
    if isinstance(vectors, np.ndarray):
        return np.asarray(np.einsum("ij,ij->i", vectors[row], vectors[other]), np.float32)
    return np.asarray(vectors[row].multiply(vectors[other]).sum(1), np.float32).ravel()
