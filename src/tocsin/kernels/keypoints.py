"""Points of a picture that are found again after it was cut, turned, scaled or put into another picture.

The scale-invariant feature transform (Lowe 2004, "Distinctive Image Features from Scale-Invariant Keypoints"): extremes
of differences of Gaussians, each with the direction of its gradient and a histogram of the gradients around it. The 128
figures of a histogram are kept as 128 bits: above their median or not. So they are compared as hashes are. A point's
bits in the mirrored picture are a permutation of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.utf8 import Hashes

Floats = npt.NDArray[np.float32]
MOST, PER_CELL, GRID = 300, 45, 4  # points of a picture, and of each of 4 by 4 parts of it
_LEVELS = 3  # scales an octave
_SIGMA, _BEFORE = 1.6, 0.5  # blur of the first level, and that which any picture has
_CONTRAST, _EDGE = 1.5, 10.0  # least difference of Gaussians (of 255), greatest ratio of curvatures
_SMALLEST = 16  # pixels of the shorter side of an octave
_SIZE, _ANGLES = 4, 8  # of a histogram: 4 by 4 places, 8 directions

# A mirrored neighbourhood: across the gradient the places are reversed, and angles turn the other way round.
_row, _column, _angle = np.meshgrid(np.arange(_SIZE), np.arange(_SIZE), np.arange(_ANGLES), indexing="ij")
_MIRROR = (((_SIZE - 1 - _row) * _SIZE + _column) * _ANGLES + (-_angle) % _ANGLES).ravel()
_SPREAD = np.arange(128) * 37 % 128  # so that the 16 bits looked up together lie far from each other


class Keypoints(NamedTuple):
    """Points: `places` float32 (n, 4) of x, y, scale (all in pixels) and angle (radians, from x towards y); `codes` and
    `mirrored` uint64 (n, 2), the bits of the point in the picture and in its mirror image."""

    places: Floats
    codes: Hashes
    mirrored: Hashes


def keypoints(bright: Floats) -> Keypoints:
    """The points of a picture's brightness (float32, shape (h, w), 0 to 255), strongest first."""
    octaves, points, step = [], [], 1.0
    image = _blur(np.ascontiguousarray(bright), np.sqrt(_SIGMA**2 - _BEFORE**2))
    while min(image.shape) >= _SMALLEST:
        levels = _octave(image)
        octaves.append((levels, step))
        points.append(_strongest(_extremes(levels), image.shape))
        image, step = np.ascontiguousarray(levels[_LEVELS, ::2, ::2]), step * 2
    least = _least([one[:, 3] for one in points])
    found, described = [np.zeros((0, 5), np.float32)], [np.zeros((0, 128), np.float32)]
    for (levels, scale), some in zip(octaves, points, strict=True):
        places, histograms = _describe(levels, some[some[:, 3] >= least])
        places[:, :3] *= scale
        found.append(places)
        described.append(histograms)
    places, histograms = np.concatenate(found), np.concatenate(described)
    order = np.argsort(-places[:, 4], kind="stable")[:MOST]
    bits = histograms[order] > np.median(histograms[order], axis=1, keepdims=True)
    return Keypoints(places[order, :4], _packed(bits), _packed(bits[:, _MIRROR]))


def _least(strengths: list[Any]) -> float:
    """The strength of the weakest point that may be kept: the others need no description."""
    every = np.sort(np.concatenate([np.zeros(0, np.float32), *strengths]))
    return float(every[-MOST]) if len(every) > MOST else 0.0


def _packed(bits: Any) -> Hashes:
    return np.ascontiguousarray(np.packbits(bits[:, _SPREAD], axis=1)).view(">u8").astype(np.uint64)


def _octave(image: Floats) -> Floats:
    """The image at ever greater blur, shape (levels + 3, h, w)."""
    levels = np.empty((_LEVELS + 3, *image.shape), np.float32)
    levels[0] = image
    ratio = 2 ** (1 / _LEVELS)
    for level in range(1, _LEVELS + 3):
        levels[level] = _blur(levels[level - 1], _SIGMA * ratio ** (level - 1) * np.sqrt(ratio**2 - 1))
    return levels


def _strongest(points: Floats, shape: tuple[int, ...]) -> Floats:
    """At most `PER_CELL` points of each part of the picture, so that writing laid over it does not take them all."""
    points = points[np.argsort(-points[:, 3], kind="stable")]
    cell = (points[:, 1] * GRID // shape[0]).astype(int) * GRID + (points[:, 0] * GRID // shape[1]).astype(int)
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(GRID * GRID))
    rank = np.arange(order.size) - starts[cell[order]]
    return np.asarray(points[np.sort(order[rank < PER_CELL])][:MOST])


@njit(cache=True, nogil=True, fastmath=True)
def _blur(image: Any, sigma: float) -> Any:
    radius = int(np.ceil(3 * sigma))
    weights = np.exp(-((np.arange(2 * radius + 1) - radius) ** 2) / (2 * sigma**2))
    weights = (weights / weights.sum()).astype(np.float32)
    height, width = image.shape
    down = np.zeros((height, width + 2 * radius), np.float32)
    for y in range(height):
        for k in range(weights.size):
            row = min(max(y + k - radius, 0), height - 1)
            for x in range(width):
                down[y, x + radius] += weights[k] * image[row, x]
        down[y, :radius] = down[y, radius]
        down[y, width + radius :] = down[y, width + radius - 1]
    out = np.zeros((height, width), np.float32)
    for y in range(height):
        for k in range(weights.size):
            for x in range(width):
                out[y, x] += weights[k] * down[y, x + k]
    return out


@njit(cache=True, nogil=True, fastmath=True)
def _extremes(levels: Any) -> Any:
    """Points of an octave (float32, shape (n, 4)): x, y, level, strength."""
    steps = levels[1:] - levels[:-1]
    room, n = np.empty((4096, 4), np.float32), 0
    for s in range(1, steps.shape[0] - 1):
        for y in range(5, levels.shape[1] - 5):
            for x in range(5, levels.shape[2] - 5):
                value = steps[s, y, x]
                if abs(value) < _CONTRAST or n == room.shape[0] or not _is_extreme(steps, s, y, x):
                    continue
                across = steps[s, y, x + 1] + steps[s, y, x - 1] - 2 * value
                along = steps[s, y + 1, x] + steps[s, y - 1, x] - 2 * value
                skew = (
                    steps[s, y + 1, x + 1] + steps[s, y - 1, x - 1] - steps[s, y + 1, x - 1] - steps[s, y - 1, x + 1]
                ) / 4
                inner = across * along - skew * skew
                if inner <= 0 or (across + along) ** 2 * _EDGE >= (_EDGE + 1) ** 2 * inner:
                    continue
                room[n, 0] = x + _vertex(steps[s, y, x - 1], value, steps[s, y, x + 1])
                room[n, 1] = y + _vertex(steps[s, y - 1, x], value, steps[s, y + 1, x])
                room[n, 2] = s + _vertex(steps[s - 1, y, x], value, steps[s + 1, y, x])
                room[n, 3] = abs(value)
                n += 1
    return room[:n]


@njit(cache=True, nogil=True, fastmath=True)
def _is_extreme(steps: Any, s: int, y: int, x: int) -> Any:
    value = steps[s, y, x]
    sign = 1 if value > 0 else -1
    for k in range(s - 1, s + 2):
        for j in range(y - 1, y + 2):
            for i in range(x - 1, x + 2):
                if sign * steps[k, j, i] >= sign * value and (k != s or j != y or i != x):
                    return False
    return True


@njit(cache=True, nogil=True, fastmath=True)
def _vertex(before: Any, here: Any, after: Any) -> Any:
    """Where the parabola through three neighbours has its extreme, at most half a step away."""
    bend = before + after - 2 * here
    return 0.0 if bend == 0 else min(max((before - after) / (2 * bend), -0.5), 0.5)


@njit(cache=True, nogil=True, fastmath=True)
def _describe(levels: Any, points: Any) -> Any:
    """Places with strength (float32, shape (m, 5)) and histograms (shape (m, 128)): a point with two directions of
    nearly equal strength is described in both."""
    places = np.empty((2 * points.shape[0], 5), np.float32)
    histograms = np.empty((2 * points.shape[0], 128), np.float32)
    m = 0
    for n in range(points.shape[0]):
        image = levels[int(points[n, 2] + 0.5)]
        sigma = _SIGMA * 2 ** (points[n, 2] / _LEVELS)
        angles = _directions(image, points[n, 0], points[n, 1], 1.5 * sigma)
        for angle in angles:
            if angle > -8:
                places[m, 0], places[m, 1], places[m, 2] = points[n, 0], points[n, 1], sigma
                places[m, 3], places[m, 4] = angle, points[n, 3]
                histograms[m] = _histogram(image, points[n, 0], points[n, 1], angle, 3 * sigma)
                m += 1
    return places[:m], histograms[:m]


@njit(cache=True, nogil=True, fastmath=True)
def _directions(image: Any, at_x: float, at_y: float, sigma: float) -> Any:
    """The strongest direction of the gradients around a place and a second one nearly as strong (-9: none)."""
    counts = np.zeros(36)
    radius = int(3 * sigma + 0.5)
    x0, y0 = int(at_x + 0.5), int(at_y + 0.5)
    for y in range(max(y0 - radius, 1), min(y0 + radius, image.shape[0] - 2) + 1):
        for x in range(max(x0 - radius, 1), min(x0 + radius, image.shape[1] - 2) + 1):
            right, down = image[y, x + 1] - image[y, x - 1], image[y + 1, x] - image[y - 1, x]
            weight = np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * sigma**2))
            place = (np.arctan2(down, right) + np.pi) * (36 / (2 * np.pi))
            counts[int(place) % 36] += weight * np.sqrt(right**2 + down**2)
    smooth = np.empty(36)
    for k in range(36):
        smooth[k] = 0.5 * counts[k] + 0.25 * (counts[k - 1] + counts[(k + 1) % 36])
    found = np.full(2, -9.0)
    first = np.argmax(smooth)
    found[0] = _turned(smooth, first)
    best = 0.8 * smooth[first]
    for k in range(36):
        peak = smooth[k] > smooth[k - 1] and smooth[k] > smooth[(k + 1) % 36]
        if k != first and peak and smooth[k] > best:
            best = smooth[k]
            found[1] = _turned(smooth, k)
    return found


@njit(cache=True, nogil=True, fastmath=True)
def _turned(smooth: Any, k: int) -> Any:
    step = _vertex(smooth[k - 1], smooth[k], smooth[(k + 1) % 36])
    return (k + 0.5 + step) * (2 * np.pi / 36) - np.pi


@njit(cache=True, nogil=True, fastmath=True)
def _histogram(image: Any, at_x: float, at_y: float, angle: float, width: float) -> Any:
    """Gradients by place (4 by 4, each `width` pixels, along and across `angle`) and by direction (8)."""
    counts = np.zeros((_SIZE + 2, _SIZE + 2, _ANGLES), np.float32)
    radius = int(width * np.sqrt(2.0) * (_SIZE + 1) / 2 + 0.5)
    cosine, sine = np.cos(angle) / width, np.sin(angle) / width
    x0, y0 = int(at_x + 0.5), int(at_y + 0.5)
    for y in range(max(y0 - radius, 1), min(y0 + radius, image.shape[0] - 2) + 1):
        for x in range(max(x0 - radius, 1), min(x0 + radius, image.shape[1] - 2) + 1):
            along = cosine * (x - at_x) + sine * (y - at_y)
            across = -sine * (x - at_x) + cosine * (y - at_y)
            column, row = along + _SIZE / 2 + 0.5, across + _SIZE / 2 + 0.5
            if not (0 < column < _SIZE + 1 and 0 < row < _SIZE + 1):
                continue
            right, down = image[y, x + 1] - image[y, x - 1], image[y + 1, x] - image[y - 1, x]
            weight = np.exp(-(along**2 + across**2) / (_SIZE * _SIZE / 2)) * np.sqrt(right**2 + down**2)
            turn = (np.arctan2(down, right) - angle) * (_ANGLES / (2 * np.pi)) + 2 * _ANGLES
            r, c, a = int(row), int(column), int(turn)
            for i in range(2):
                for j in range(2):
                    for k in range(2):
                        part = (1 - i + (2 * i - 1) * (row - r)) * (1 - j + (2 * j - 1) * (column - c))
                        part *= 1 - k + (2 * k - 1) * (turn - a)
                        counts[r + i, c + j, (a + k) % _ANGLES] += weight * part
    return np.ascontiguousarray(counts[1:-1, 1:-1]).reshape(128)
