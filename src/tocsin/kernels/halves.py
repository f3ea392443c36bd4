"""Two halves of a network with as few ties between them as can be found: multilevel bisection.

After Karypis and Kumar (1998): neighbours with heavy ties are merged until the network is small, the small one is cut
by growing a half from some start, and on the way back each cut is refined (Fiduccia and Mattheyses 1982).
"""

from __future__ import annotations

import heapq
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

Halves = npt.NDArray[np.int8]
SMALL, STARTS, PASSES, BAD_MOVES = 120, 8, 6, 100
SLACK = 0.03  # by which a half may be over half of the weight of all


def halves(ties: Any, seed: int = 1) -> Halves:
    """The half (0 or 1) of each node. `ties`: symmetric sparse matrix of positive weights without a diagonal."""
    rng = np.random.default_rng(seed)
    return _halves(ties.tocsr().astype(np.float64), np.ones(ties.shape[0]), rng)


def _halves(ties: Any, weight: Any, rng: np.random.Generator) -> Halves:
    from scipy import sparse

    size = ties.shape[0]
    if size > SMALL:
        pair = _matched(ties.indptr, ties.indices, ties.data, weight, rng.permutation(size), 1.5 * weight.sum() / SMALL)
        merged = int(pair.max()) + 1
        if merged < 0.95 * size:
            onto = sparse.csr_matrix((np.ones(size), (np.arange(size), pair)), (size, merged))
            coarse = (onto.T @ ties @ onto).tocoo()
            apart = coarse.row != coarse.col
            at = (coarse.row[apart], coarse.col[apart])
            coarse = sparse.csr_matrix((coarse.data[apart], at), coarse.shape)
            coarse.sort_indices()
            half = _halves(coarse, onto.T @ weight, rng)[pair]
            return _refined(ties, weight, half)
    return _grown(ties, weight, rng)


def _grown(ties: Any, weight: Any, rng: np.random.Generator) -> Halves:
    """The best of some halves grown from random starts."""
    best, least = np.zeros(ties.shape[0], np.int8), np.inf
    for start in rng.integers(0, ties.shape[0], STARTS):
        half = _grow(ties.indptr, ties.indices, ties.data, weight, int(start))
        half = _refined(ties, weight, half)
        cut = cut_weight(ties, half)
        if cut < least:
            best, least = half, cut
    return best


def cut_weight(ties: Any, half: Halves) -> float:
    """The weight of the ties between the halves."""
    side = np.where(half == 1, 1.0, -1.0)
    return float((ties.sum() - side @ (ties @ side)) / 4)


def _refined(ties: Any, weight: Any, half: Halves) -> Halves:
    made = half.astype(np.int8)
    most = (0.5 + SLACK) * weight.sum() + weight.max()
    for _ in range(PASSES):
        if not _refine(ties.indptr, ties.indices, ties.data, weight, made, most):
            break
    return made


@nb.njit(cache=True)
def _matched(starts: Any, other: Any, value: Any, weight: Any, order: Any, most: float) -> Any:
    """Number of the merged node of each node: each with the free neighbour of the heaviest tie."""
    pair = np.full(order.size, -1, np.int64)
    merged = 0
    for node in order:
        if pair[node] >= 0:
            continue
        best, heaviest = node, 0.0
        for at in range(starts[node], starts[node + 1]):
            near = other[at]
            if pair[near] < 0 and near != node and value[at] > heaviest and weight[node] + weight[near] <= most:
                best, heaviest = near, value[at]
        pair[node] = pair[best] = merged
        merged += 1
    return pair


@nb.njit(cache=True)
def _grow(starts: Any, other: Any, value: Any, weight: Any, start: int) -> Any:
    """A half grown from a start by its neighbours, in breadth; of several components, from the next free node."""
    half = np.zeros(weight.size, np.int8)
    queue = np.empty(weight.size, np.int64)
    head, tail, held, wanted = 0, 1, 0.0, weight.sum() / 2
    queue[0], half[start] = start, 1
    following = 0
    while held < wanted:
        if head == tail:
            while following < weight.size and half[following] == 1:
                following += 1
            if following == weight.size:
                break
            queue[tail], half[following] = following, 1
            tail += 1
        node = queue[head]
        head += 1
        held += weight[node]
        for at in range(starts[node], starts[node + 1]):
            if half[other[at]] == 0:
                half[other[at]] = 1
                queue[tail] = other[at]
                tail += 1
    for at in range(head, tail):
        half[queue[at]] = 0
    return half


@nb.njit(cache=True)
def _refine(starts: Any, other: Any, value: Any, weight: Any, half: Any, most: float) -> bool:
    """One pass of single moves, best gain first; kept up to the best state. Whether it became better."""
    gain = np.zeros(weight.size)
    held = np.zeros(2)
    for node in range(weight.size):
        held[half[node]] += weight[node]
        for at in range(starts[node], starts[node + 1]):
            gain[node] += value[at] if half[other[at]] != half[node] else -value[at]
    heap: Any = [(-gain[node], node) for node in range(weight.size)]
    heapq.heapify(heap)
    locked = np.zeros(weight.size, np.bool_)
    moved = np.empty(weight.size, np.int64)
    count, best, total, top = 0, 0, 0.0, 1e-9
    while heap and count - best < BAD_MOVES:
        negative, node = heapq.heappop(heap)
        to = 1 - half[node]
        if locked[node] or -negative != gain[node] or held[to] + weight[node] > most:
            continue
        locked[node] = True
        held[half[node]] -= weight[node]
        held[to] += weight[node]
        half[node] = to
        total += gain[node]
        moved[count] = node
        count += 1
        if total > top:
            best, top = count, total
        for at in range(starts[node], starts[node + 1]):
            near: Any = np.int64(other[at])  # as the heap has it
            if not locked[near]:
                gain[near] += 2 * value[at] if half[near] != to else -2 * value[at]
                heapq.heappush(heap, (-gain[near], near))
    for at in range(best, count):
        half[moved[at]] = 1 - half[moved[at]]
    return best > 0


@nb.njit(cache=True)
def swapped(a: Any, b: Any, drawn: Any) -> None:
    """Swap ends of pairs of ties in place, so that each node keeps its number of ties (double edge swaps; Maslov and
    Sneppen 2002). `drawn` (n, 3): two ties and which ends. A swap to a loop or a double tie is left out."""
    size = max(a.max(), b.max()) + 1
    known = nb.typed.Dict.empty(nb.int64, nb.boolean)  # numba's sets come to a halt after many removals
    for n in range(a.size):
        known[min(a[n], b[n]) * size + max(a[n], b[n])] = True
    for n in range(drawn.shape[0]):
        i, j = drawn[n, 0], drawn[n, 1]
        c, d = (a[j], b[j]) if drawn[n, 2] == 0 else (b[j], a[j])
        first = min(a[i], d) * size + max(a[i], d)
        second = min(c, b[i]) * size + max(c, b[i])
        if i == j or a[i] == d or c == b[i] or first == second or first in known or second in known:
            continue
        del known[min(a[i], b[i]) * size + max(a[i], b[i])]
        del known[min(a[j], b[j]) * size + max(a[j], b[j])]
        known[first] = known[second] = True
        old = b[i]
        b[i] = d
        a[j], b[j] = c, old
