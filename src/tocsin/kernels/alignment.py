"""How one picture lies in another: the mapping most pairs of points agree on, and whether the pictures agree there.

Each pair of points, by its places, scales and angles, says alone how the pictures lie (Lowe 2004, section 7.3); the one
that most others agree with is fitted to all of these. No chance is involved.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]
Affine = npt.NDArray[np.float64]  # shape (2, 3): [x, y, 1] of one picture to x, y of the other
BLOCK = 12  # pixels a side of what is compared at once
_NEAR, _SCALE, _ANGLE = 0.025, 0.4, 0.3  # of the longer side; of the scale (log); radians
_SAME = 0.8  # correlation from which a block is not sought further
_FULL = 8  # pairs from which on stretching and skewing are fitted too


class Pose(NamedTuple):
    """A mapping and how many points agree on it."""

    affine: Affine
    support: int


class Blocks(NamedTuple):
    """Agreement by block (shape (rows, columns)): correlation -1 to 1; standard deviations of both pictures (grey
    levels); of both the greatest share of pixels that lie within one such deviation of each other, which is near 0.4 in
    photographs and far more in writing on a plain ground; means of both. NaN where the other picture does not reach."""

    correlation: Floats
    spread: Floats
    other_spread: Floats
    one_shade: Floats
    other_one_shade: Floats
    mean: Floats
    other_mean: Floats


def pose(places: Floats, others: Floats, side: float) -> Pose:
    """The mapping from `places` to `others` (float32, shape (n, 4): x, y, scale, angle of paired points) that most
    pairs agree on; `side` is the longer side of the other picture in pixels."""
    if not len(places):
        return Pose(np.zeros((2, 3)), 0)
    agree = _best(places.astype(np.float64), others.astype(np.float64), side * _NEAR)
    affine = np.zeros((2, 3))
    for _ in range(3):
        if agree.sum() < 3:
            break
        affine = _fitted(places[agree, :2], others[agree, :2])
        mapped = places[:, :2] @ affine[:, :2].T + affine[:, 2]
        off = np.hypot(*(mapped - others[:, :2]).T)
        agree = (off < side * _NEAR / 2) & _alike(places, others, affine)
    return Pose(affine, min(_distinct(places[agree]), _distinct(others[agree])))


def _alike(places: Floats, others: Floats, affine: Affine) -> Any:
    """Pairs whose scales fit the mapping."""
    size = np.sqrt(max(abs(np.linalg.det(affine[:, :2])), 1e-9))
    return np.abs(np.log(others[:, 2] / places[:, 2] / size)) < 2 * _SCALE


def _distinct(places: Floats) -> int:
    """Points that lie apart: one place described twice, or at two scales, counts once."""
    return len(np.unique(np.round(places[:, :2] / 3), axis=0))


def _fitted(places: Floats, others: Floats) -> Affine:
    """Least squares: any linear mapping, of few points one that keeps angles."""
    x, y = places.T.astype(np.float64)
    if len(places) >= _FULL:
        known = np.column_stack([x, y, np.ones(len(x))])
        return np.asarray(np.linalg.lstsq(known, others.astype(np.float64), rcond=None)[0].T)
    one, zero = np.ones(len(x)), np.zeros(len(x))
    known = np.concatenate([np.column_stack([x, -y, one, zero]), np.column_stack([y, x, zero, one])])
    a, b, right, down = np.linalg.lstsq(known, np.concatenate(others.T.astype(np.float64)), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down]])


@njit(cache=True, nogil=True)
def _best(places: Any, others: Any, near: float) -> Any:
    """The pairs that agree with the pair that most agree with."""
    n = places.shape[0]
    best, winner = np.zeros(n, np.bool_), 0
    for k in range(n):
        scale, angle = others[k, 2] / places[k, 2], others[k, 3] - places[k, 3]
        cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
        agree, many = np.zeros(n, np.bool_), 0
        for i in range(n):
            x, y = places[i, 0] - places[k, 0], places[i, 1] - places[k, 1]
            off_x = others[k, 0] + cosine * x - sine * y - others[i, 0]
            off_y = others[k, 1] + sine * x + cosine * y - others[i, 1]
            turn = abs((others[i, 3] - places[i, 3] - angle + np.pi) % (2 * np.pi) - np.pi)
            size = abs(np.log(others[i, 2] / places[i, 2] / scale))
            if off_x * off_x + off_y * off_y < near * near and turn < _ANGLE and size < _SCALE:
                agree[i] = True
                many += 1
        if many > winner:
            best, winner = agree, many
    return best


def blocks(image: Floats, other: Floats, affine: Affine, reach: int = 0) -> Blocks:
    """Compare `image` block by block with `other` (brightness, float32) under the mapping from the one to the other.
    Brightness and contrast of a block may differ; what lies where may not, but by `reach` pixels."""
    step = int(max(1, np.sqrt(abs(np.linalg.det(affine[:, :2])))))  # so many pixels of the other make one of these
    reduced = _reduced(np.ascontiguousarray(other), step)
    scaled = affine / step
    scaled[:, 2] += (1 / step - 1) / 2
    return Blocks(*_compared(np.ascontiguousarray(image), reduced, scaled, reach))


@njit(cache=True, nogil=True)
def _reduced(image: Any, step: int) -> Any:
    """Means of `step` by `step` pixels."""
    out = np.zeros((image.shape[0] // step, image.shape[1] // step), np.float32)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            total = 0.0
            for j in range(step):
                for i in range(step):
                    total += image[y * step + j, x * step + i]
            out[y, x] = total / (step * step)
    return out


@njit(cache=True, nogil=True)
def _compared(image: Any, other: Any, affine: Any, reach: int) -> Any:
    rows, columns = max(image.shape[0] // BLOCK, 1), max(image.shape[1] // BLOCK, 1)
    out = np.full((7, rows, columns), np.nan, np.float32)
    own, others = np.empty(BLOCK * BLOCK), np.empty(BLOCK * BLOCK)
    for r in range(rows):
        for c in range(columns):
            for shift in range((2 * reach + 1) ** 2):
                # from the middle outwards by turns: 0, 1, -1, 2, -2 ...
                right, down = _outwards(shift % (2 * reach + 1)), _outwards(shift // (2 * reach + 1))
                n = _taken(image, other, affine, (r, c), (right, down), own, others)
                if n < BLOCK * BLOCK // 2:
                    continue
                a, b = own[:n], others[:n]
                spread, other_spread, mean, other_mean = a.std(), b.std(), a.mean(), b.mean()
                alike = ((a * b).mean() - mean * other_mean) / max(float(spread * other_spread), 1e-6)
                if not alike <= out[0, r, c]:
                    out[0, r, c], out[1, r, c], out[2, r, c] = alike, spread, other_spread
                    out[3, r, c], out[4, r, c] = _one_shade(a, spread), _one_shade(b, other_spread)
                    out[5, r, c], out[6, r, c] = mean, other_mean
                if alike > _SAME:
                    break
    return out


@njit(cache=True, nogil=True)
def _outwards(step: int) -> Any:
    return (step + 1) // 2 if step % 2 else -(step // 2)


@njit(cache=True, nogil=True)
def _taken(image: Any, other: Any, affine: Any, block: Any, shift: Any, own: Any, others: Any) -> Any:
    """How many pixels of a block both pictures have, put into `own` and `others`."""
    n = 0
    for y in range(block[0] * BLOCK, min((block[0] + 1) * BLOCK, image.shape[0])):
        for x in range(block[1] * BLOCK, min((block[1] + 1) * BLOCK, image.shape[1])):
            at_x = affine[0, 0] * x + affine[0, 1] * y + affine[0, 2] + shift[0]
            at_y = affine[1, 0] * x + affine[1, 1] * y + affine[1, 2] + shift[1]
            if 0 <= at_x < other.shape[1] - 1 and 0 <= at_y < other.shape[0] - 1:
                own[n], others[n] = image[y, x], _between(other, at_x, at_y)
                n += 1
    return n


@njit(cache=True, nogil=True)
def _between(image: Any, x: float, y: float) -> Any:
    """The value between four pixels, by their distance."""
    i, j = int(x), int(y)
    u, v = x - i, y - j
    top = (1 - u) * image[j, i] + u * image[j, i + 1]
    low = (1 - u) * image[j + 1, i] + u * image[j + 1, i + 1]
    return (1 - v) * top + v * low


@njit(cache=True, nogil=True)
def _one_shade(values: Any, spread: float) -> Any:
    """The greatest share of the values that lie within one standard deviation of each other."""
    ordered = np.sort(values)
    best, low = 0, 0
    for high in range(ordered.size):
        while ordered[high] - ordered[low] > spread:
            low += 1
        best = max(best, high - low + 1)
    return best / ordered.size
