"""Perceptual hashes of pictures: PDQ (256 bits) in all eight orientations, and pHash (64 bits).

PDQ (Facebook 2019, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"): a tent filter as wide
as one of 64 by 64 cells, the picture at the cells' centres, the 16 by 16 lowest frequencies of its cosine transform
without the constant one; a bit is set where a frequency is above their median. Filter and choice of centres are linear
and work on rows and columns apart, so they are one table of weights a length, made once. The published filter is not
symmetric: of a small picture a mirrored copy's hash is up to 60 bits from what turned signs of frequencies would give.
Reversed weights give the hashes of the turned and mirrored picture as they are, without a new picture.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.utf8 import Hashes

Luma = npt.NDArray[np.float32]
CELLS, FREQUENCIES = 64, 16
LEAST = 5  # pixels a side
#: How a picture can be mirrored (left to right) and then turned (anticlockwise, in quarters).
ORIENTATIONS = tuple((mirrored, quarters) for mirrored in (False, True) for quarters in range(4))


class Pdq(NamedTuple):
    """Hashes of the eight orientations (uint64, shape (8, 4), highest word first; order of `ORIENTATIONS`) and the
    quality, 0 to 100: how much the picture varies between its cells. Below 50 a hash says little."""

    hashes: Hashes
    quality: int


@njit(cache=True, nogil=True, fastmath=True)
def luma(pixels: Any) -> Any:
    """Brightness (float32, 0 to 255) of a picture (uint8, shape (h, w, 3)), by the weights of ITU-R BT.601."""
    bright = np.empty(pixels.shape[:2], np.float32)
    for y in range(bright.shape[0]):
        for x in range(bright.shape[1]):
            red, green, blue = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
            bright[y, x] = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    return bright


def pdq(bright: Luma) -> Pdq:
    """PDQ of a picture's brightness (shape (h, w), at least 5 by 5 pixels)."""
    rows = _weighed(*_cells(bright.shape[0]), bright)
    both = _weighed(*_cells(bright.shape[1]), np.ascontiguousarray(rows.T)).T
    here, there = slice(CELLS), slice(CELLS, None)
    plain, right, down, around = both[here, here], both[here, there], both[there, here], both[there, there]
    seen = (plain, right.T, around, down.T, right, plain.T, down, around.T)
    cosine = _cosine()
    return Pdq(np.stack([_bits(cosine @ cells @ cosine.T) for cells in seen]), _quality(plain))


def phash(small: Luma) -> int:
    """pHash (Zauner 2010) of a picture shrunk to 32 by 32: its 8 by 8 lowest frequencies, above their median or not."""
    wave = np.cos(np.pi / 32 * np.arange(8)[:, None] * (np.arange(32) + 0.5))
    low = wave @ small.astype(np.float64) @ wave.T
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes())


@lru_cache(64)
def _cells(length: int) -> tuple[npt.NDArray[np.int64], Luma]:
    """The twice filtered values at the centres of the cells, and those of the axis reversed: for each of the 128 the
    first pixel that counts, and the weights from there on."""
    width = -(-length // (2 * CELLS))
    after = (width + 2) // 2  # the box reaches so far beyond its pixel, which is not in its middle where width is even
    at = np.arange(length)
    low, high = np.maximum(at + after - width, 0), np.minimum(at + after, length)
    box = ((at >= low[:, None]) & (at < high[:, None])) / (high - low)[:, None]
    centres = ((np.arange(CELLS) + 0.5) * length / CELLS).astype(int)
    dense = np.asarray(box[centres] @ box, np.float32)
    dense = np.vstack([dense, dense[:, ::-1]])
    first, many = (dense > 0).argmax(axis=1), (dense > 0).sum(axis=1).max()
    starts = np.minimum(first, length - many)
    return starts, np.take_along_axis(dense, starts[:, None] + np.arange(many), axis=1)


@njit(cache=True, nogil=True, fastmath=True)
def _weighed(starts: Any, weights: Any, bright: Any) -> Any:
    cells = np.zeros((starts.size, bright.shape[1]), np.float32)
    for cell in range(starts.size):
        for step in range(weights.shape[1]):
            weight = weights[cell, step]
            if weight != 0:
                row = starts[cell] + step
                for x in range(bright.shape[1]):
                    cells[cell, x] += weight * bright[row, x]
    return cells


@lru_cache(1)
def _cosine() -> Luma:
    rows, columns = np.arange(1, FREQUENCIES + 1)[:, None], np.arange(CELLS)[None, :]
    return np.asarray(np.sqrt(2 / CELLS) * np.cos(np.pi / (2 * CELLS) * rows * (2 * columns + 1)), np.float32)


def _bits(waves: Luma) -> Hashes:
    flat = waves.ravel()
    middle = np.partition(flat, flat.size // 2 - 1)[flat.size // 2 - 1]
    return np.packbits((flat > middle)[::-1]).view(">u8").astype(np.uint64)


def _quality(cells: Luma) -> int:
    steps = sum(int(np.abs(np.trunc(np.diff(cells, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // 90)


def hexadecimal(hashes: Hashes) -> list[str]:
    """Hashes (shape (n, words)) as hexadecimal digits, highest first: what `hamming.parse_hashes` reads."""
    return ["".join(f"{int(word):016x}" for word in row) for row in hashes]
