"""What speaks against two pictures being one although much of them agrees: one frame, one form, one map, one studio."""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.kernels.alignment import Blocks

ALIKE = 0.7  # correlation from which a block is the same in both
_STRONG, _WEAK, _UNLIKE = 12.0, 4.0, 0.5  # spread in grey levels of what is seen at once, of nothing; correlation
_LEVELS, _TONE = 16, 20.0  # steps of brightness; grey levels off what the picture's other blocks of a step became
_MOST_TONES, _MOST_REPLACED, _MOST_BOTH_WAYS = 0.25, 0.5, 0.15
_PLAIN, _PLAIN_SHARE = 3.0, 0.85  # spread, and share of a line of blocks, of a bar or frame of one shade


def against(found: Blocks) -> str:
    """What speaks against it, "" where nothing does.

    An edit adds to a picture, or hides some of it; what is left keeps its place, and its brightness changes everywhere
    in one way. Two charts in one form each have what the other lacks; two maps of one country have the same lines and
    other shades; two photographs in one frame agree along the edges and not in the middle.
    """
    inner = _inner(found)
    if not inner.any():
        return ""
    spread, other, alike = found.spread[inner], found.other_spread[inner], found.correlation[inner]
    same = (np.minimum(spread, other) > _WEAK) & (alike > ALIKE)
    unlike = (np.maximum(spread, other) > _STRONG) & (alike < _UNLIKE)
    added, lost = int((unlike & (other < _WEAK)).sum()), int((unlike & (spread < _WEAK)).sum())
    most = max(int(same.sum()), 1)
    if 2 * min(added, lost) > _MOST_BOTH_WAYS * most:
        return "each has what the other lacks"
    if int(unlike.sum()) - added - lost > _MOST_REPLACED * most:
        return "something else stands in much of it"
    if _off(found.mean[inner], found.other_mean[inner])[~unlike].mean() > _MOST_TONES:
        return "the same lines in other shades"
    return "" if _middle(inner)[inner][same].any() else "only the edges agree"


def _inner(found: Blocks) -> Any:
    """Blocks that both pictures reach, without bars and frames of one shade along the edges of the first."""
    reached = ~np.isnan(found.correlation)
    nothing = ~reached | (found.spread < _PLAIN)
    rows = np.flatnonzero(nothing.mean(axis=1) <= _PLAIN_SHARE)
    if not len(rows):
        return np.zeros_like(reached)
    columns = np.flatnonzero(nothing[rows[0] : rows[-1] + 1].mean(axis=0) <= _PLAIN_SHARE)
    inner = np.zeros_like(reached)
    if len(columns):
        inner[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return inner & reached


def _off(mean: Any, other: Any) -> Any:
    """Blocks whose brightness is not what most blocks of their brightness have become."""
    became = np.array([_median(mean[np.abs(other - _LEVELS * (step + 0.5)) < _LEVELS]) for step in range(_LEVELS)])
    return np.abs(mean - became[np.clip(other / _LEVELS, 0, _LEVELS - 1).astype(int)]) > _TONE


def _median(values: Any) -> float:
    return float(np.median(values)) if len(values) else np.nan


def _middle(inner: Any) -> Any:
    """The middle of the part of the picture that counts: a quarter of it."""
    rows, columns = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
    high, wide = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    middle = np.zeros_like(inner)
    middle[
        int(np.ceil(rows[0] + high / 4)) : int(np.ceil(rows[0] + 3 * high / 4)),
        int(np.ceil(columns[0] + wide / 4)) : int(np.ceil(columns[0] + 3 * wide / 4)),
    ] = True
    return middle
