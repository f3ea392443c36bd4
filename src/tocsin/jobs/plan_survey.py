"""What can be counted of a scan before it runs: shares, pairs of rows, joint posts, edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification.coordination import Parameters
from tocsin.detect.amplification.incidence import Longs, Numbered
from tocsin.detect.amplification.layers import Layer
from tocsin.errors import RefusedError
from tocsin.progress import Progress

_EDGES_COUNTED = 4_000_000  # pairs of rows of a layer up to which its edges are counted, not told from a round
_ACCOUNTS = 500  # least in a round that stands for all


@dataclass(frozen=True, slots=True)
class Window:
    """One layer within one window: pairs of rows (exact), shared objects of pairs (an upper bound)."""

    window_s: float
    row_pairs: int
    pair_objects: int


@dataclass(frozen=True, slots=True)
class LayerCount:
    """One layer: shares of objects that several accounts share, and its windows in ascending order."""

    layer: Layer
    shares: int
    objects: int
    accounts: int
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the layers come to with one set of windows: why it would be refused (else empty), the rounds of the layer
    that takes most, the most bytes that counting holds, pairs of rows within the largest window, pairs of posts that
    make ties, and rows of the table of edges by layer and window."""

    windows_s: tuple[float, ...]
    row_pairs: int
    refused: str = ""
    rounds: int = 0
    bytes: int = 0
    joint_posts: int = 0
    edges: Mapping[Layer, tuple[int, ...]] = field(default_factory=dict)


def numbered(posts: pa.Table, layers: Sequence[Layer], progress: Progress) -> Numbered:
    """The posts numbered, and their layers read, as the detector does."""
    from tocsin.detect.amplification import incidence
    from tocsin.detect.amplification.layers import READERS, Content

    progress.start("Reading what posts share", len(layers))
    content = Content(incidence.in_order(posts))
    read: dict[Layer, Any] = {}
    for layer in layers:
        read[layer] = READERS[layer](content)
        progress.advance()
    return incidence.Incidence(content.posts, read)


def count(data: Numbered, windows_s: Sequence[float]) -> tuple[LayerCount, ...]:
    """The preflight of every layer that holds shares, for ascending windows."""
    from tocsin.kernels.coshare import count_pairs

    found = []
    for layer in data.layers:
        s = data.shared[layer]
        if len(s.obj):
            pairs = count_pairs(s.obj, s.account, data.time[s.post], _us(windows_s))
            counts = zip(windows_s, pairs.row_pairs.tolist(), pairs.pair_objects.tolist(), strict=True)
            accounts = len(np.unique(s.account))
            windows = tuple(Window(*one) for one in counts)
            found.append(LayerCount(layer, len(s.obj), len(data.code[layer]), accounts, windows))
    return tuple(found)


def outlook(data: Numbered, counts: Sequence[LayerCount], params: Parameters) -> Outlook:
    """What the windows of `params`, all of which were counted, come to, as far as the preflight tells."""
    from tocsin.detect.amplification.edges import KEEP
    from tocsin.engine.preflight import plan

    windows = params.windows_s
    row_pairs = sum(_of(one, windows)[-1].row_pairs for one in counts)
    rounds = most = 0
    for one in counts:
        within = _of(one, windows)
        try:
            chosen = plan(
                one.layer,
                windows,
                [window.row_pairs for window in within],
                [window.pair_objects for window in within],
                rows=one.shares,
                accounts=len(data.accounts),
                keep=KEEP,
                threads=params.threads,
                memory_mb=params.memory_mb,
                max_row_pairs=params.max_row_pairs,
            )
        except RefusedError as error:
            return Outlook(windows, row_pairs, f"{error}; {error.hint}")
        rounds, most = max(rounds, chosen.rounds), max(most, chosen.bytes)
    return Outlook(windows, row_pairs, "", rounds, most)


def fill(data: Numbered, seen: Outlook, samples: Mapping[Layer, Sample]) -> Outlook:
    """The outlook with its ties and edges."""
    edges = {layer: sample.edges(seen.windows_s) for layer, sample in samples.items()}
    return replace(seen, joint_posts=joint_posts(data, round(seen.windows_s[-1] * 1e6)), edges=edges)


def joint_posts(data: Numbered, window_us: int) -> int:
    """Pairs of posts that make ties within the window (`contacts.Contacts`)."""
    from tocsin.detect.amplification.contacts import CROWDED, REACH
    from tocsin.detect.amplification.incidence import csr
    from tocsin.kernels import exposure

    s = data.all
    crowd = exposure.crowds(s.obj, s.post, data.time, window_us)
    start, place = csr(s.post, data.n)
    weight = exposure.joint_posts(start, place, s.obj, s.post, data.time, data.account, crowd, window_us, REACH)[2]
    return int((weight >= 1 / CROWDED).sum())


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs of accounts of one round in `rounds`: the objects that each shares within each window."""

    windows_s: tuple[float, ...]
    rounds: int
    objects: Any

    def edges(self, windows_s: Sequence[float]) -> tuple[int, ...]:
        """Rows of the table of edges within each window, all rounds together."""
        from tocsin.detect.amplification.edges import KEEP

        at = [self.windows_s.index(window) for window in windows_s]
        kept = self.objects[self.objects[:, at[-1]] >= KEEP]
        return tuple(int((kept[:, k] > 0).sum()) * self.rounds for k in at)


def sampled(data: Numbered, one: LayerCount, windows_s: Sequence[float], threads: int) -> Sample:
    """The pairs of one round of a layer: all of them where they are few."""
    from tocsin.detect.amplification.edges import KEEP
    from tocsin.kernels.coshare import coshare_rounds

    pairs = _of(one, windows_s)[-1].row_pairs
    rounds = max(1, min(16, pairs // _EDGES_COUNTED, one.accounts // _ACCOUNTS))
    s = data.shared[one.layer]
    parts = coshare_rounds(
        s.obj, s.account, data.time[s.post], _us(windows_s), keep=KEEP, rounds=rounds, threads=threads
    )
    return Sample(tuple(windows_s), rounds, next(parts).objects)


def _of(one: LayerCount, windows_s: Sequence[float]) -> list[Window]:
    return [window for window in one.windows if window.window_s in windows_s]


def _us(windows_s: Sequence[float]) -> Longs:
    return np.array([round(window * 1e6) for window in windows_s], np.int64)
