"""The table of edges: every layer counted, compared with chance, and summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification import pairs
from tocsin.detect.amplification.incidence import Ints, Longs, Numbered, Shares
from tocsin.detect.amplification.layers import Layer
from tocsin.engine.preflight import plan
from tocsin.model.arrow import positions, release
from tocsin.model.finding import LayerSummary
from tocsin.model.tables import EDGES
from tocsin.progress import Progress

if TYPE_CHECKING:
    from tocsin.detect.amplification.coordination import Parameters

KEEP = 2  # objects that a pair shares before it is worth a row; pairs inside a finding need one


@dataclass(frozen=True, slots=True)
class Counted:
    """What the preflight found of one layer: rounds that fit into memory, and shared objects of pairs by window."""

    rounds: int
    pair_objects: tuple[int, ...]


def preflight(data: Numbered, params: Parameters) -> dict[Layer, Counted]:
    """Count every layer's pairs before any is made, and choose the rounds; `RefusedError` over a limit. Layers in which
    nothing is shared are left out."""
    from tocsin.kernels.coshare import count_pairs

    release()  # what reading the layers took
    counted = {}
    for layer in data.layers:
        shares = data.shared[layer]
        if not len(shares.obj):
            continue
        pairs_of = count_pairs(shares.obj, shares.account, data.time[shares.post], params.windows_us)
        chosen = plan(
            layer,
            params.windows_s,
            pairs_of.row_pairs.tolist(),
            pairs_of.pair_objects.tolist(),
            rows=len(shares.obj),
            accounts=len(data.accounts),
            keep=KEEP,
            threads=params.threads,
            memory_mb=params.memory_mb,
            max_row_pairs=params.max_row_pairs,
        )
        counted[layer] = Counted(chosen.rounds, tuple(pairs_of.pair_objects.tolist()))
    return counted


def all_edges(
    data: Numbered,
    params: Parameters,
    counted: Mapping[Layer, Counted],
    label: Ints,
    ids: Sequence[str | None],
    progress: Progress,
) -> tuple[pa.Table, list[LayerSummary]]:
    """Edges of every layer that the preflight `counted`, and a summary of each layer and window. `ids[label]` is the
    finding of an account."""
    progress.start("Counting pairs of accounts", len(counted))
    release()  # what describing groups took
    tables, summaries = [EDGES.empty_table()], []
    for layer, counts in counted.items():
        table = _layer_table(data, layer, params, params.windows_us, counts.rounds, label, ids)
        tables.append(table)
        summaries += _summaries(data, layer, params, counts, table)
        progress.advance()
    return pa.concat_tables(tables), summaries


def _layer_table(
    data: Numbered,
    layer: Layer,
    params: Parameters,
    windows_us: Longs,
    rounds: int,
    label: Ints,
    ids: Sequence[str | None],
) -> pa.Table:
    from tocsin.kernels.coshare import coshare

    shares = data.shared[layer]
    found = data.pairs(layer, windows_us, keep=KEEP, rounds=rounds, threads=params.threads)
    named = np.array([*(found is not None for found in ids), False])[label[shares.account]]  # -1: the last, no finding
    inner = Shares(shares.obj[named], shares.post[named], shares.account[named])
    once = coshare(inner.obj, inner.account, data.time[inner.post], windows_us, keep=1, threads=params.threads)
    single = (once.objects[:, -1] < KEEP) & (label[once.a] == label[once.b])
    a, b = np.concatenate([found.a, once.a[single]]), np.concatenate([found.b, once.b[single]])
    objects = np.concatenate([found.objects, once.objects[single]])
    meeting = pairs.Meeting(data, shares, data.first[layer], len(data.code[layer]), windows_us)
    edges = meeting.edges(a, b, objects)
    inside = np.where(label[a] == label[b], label[a], -1)
    finding = pa.array([*ids, None], pa.string()).take(positions(np.where(inside >= 0, inside, len(ids))))
    return pairs.table(data, layer, edges, params.windows_s, finding)


def _summaries(
    data: Numbered, layer: Layer, params: Parameters, counts: Counted, table: pa.Table
) -> list[LayerSummary]:
    shares = data.shared[layer]
    columns: Any = {name: table.column(name).to_numpy() for name in ("window_s", "q_synchrony", "q_affinity")}
    significant = np.fmin(columns["q_synchrony"].astype(float), columns["q_affinity"]) <= params.alpha
    return [
        LayerSummary(
            layer=layer,
            window_s=window,
            shares=len(shares.obj),
            objects=len(data.code[layer]),
            accounts=len(np.unique(shares.account)),
            pair_objects=counts.pair_objects[k],
            edges=int((columns["window_s"] == window).sum()),
            significant=int((significant & (columns["window_s"] == window)).sum()),
        )
        for k, window in enumerate(params.windows_s)
    ]
