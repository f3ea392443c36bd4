"""How one picture lies in another, and how much of it agrees there: what decides whether two pictures are one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tocsin.detect.fabrication.pictures.hashes import WHOLE, Box, PictureHashes
from tocsin.kernels.alignment import Affine, Blocks, blocks, pose
from tocsin.kernels.pdq import ORIENTATIONS, Pdq

RADIUS, POINT_RADIUS = 31, 20  # bits of 256 of a picture, of 128 of a point
LEAST_POINTS = 4
_SAME_COLOUR = 4  # levels of 255


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A picture laid over another. `affine` maps pixels of the one's small copy to the other's; `mirrored`: after it
    was mirrored left to right. `support`: points that agree on it, 0 where whole hashes gave it. `blocks`: agreement
    over the first picture. `cells`: of two plain pictures, how many of 256 have one colour in both."""

    affine: Affine
    mirrored: bool
    support: int
    blocks: Blocks
    cells: int = 0


def placings(one: PictureHashes, other: PictureHashes) -> Iterator[Placed]:
    """Ways in which `one` may lie over `other`: by their points, and by hashes of both or of what lies within bars."""
    for mirrored in (False, True):
        found, support = _by_points(one, other, mirrored)
        if support >= LEAST_POINTS:
            yield _placed(one, other, found, mirrored, support)
    seen = set()
    for box, own in parts(one):
        for other_box, known in parts(other):
            apart = np.bitwise_count(own.hashes ^ known.hashes[0]).sum(axis=1)
            for n in np.flatnonzero(apart <= RADIUS).tolist():
                if (box, other_box, n) in seen:
                    continue
                seen.add((box, other_box, n))
                mirrored, quarters = ORIENTATIONS[n]
                yield _placed(one, other, _by_boxes(one, other, box, other_box, quarters, mirrored), mirrored, 0)
    if one.plain and other.plain:
        yield from _by_colours(one, other)


def same_colours(one: PictureHashes, others: Any) -> Any:
    """For each orientation (order of `kernels.pdq.ORIENTATIONS`) and each of `others` (colours of pictures, shape
    (n, 16, 16, 3)) how many cells have the same colour, shape (8, n)."""
    turned = [
        np.rot90(one.colours[:, ::-1] if mirrored else one.colours, quarters) for mirrored, quarters in ORIENTATIONS
    ]
    apart = [np.abs(others.astype(np.int16) - colours).max(axis=-1) for colours in turned]
    return np.stack([(cells <= _SAME_COLOUR).sum(axis=(1, 2)) for cells in apart])


def _by_colours(one: PictureHashes, other: PictureHashes) -> Iterator[Placed]:
    alike = same_colours(one, other.colours[None])[:, 0]
    mirrored, quarters = ORIENTATIONS[int(alike.argmax())]
    affine = _by_boxes(one, other, WHOLE, WHOLE, quarters, mirrored)
    yield replace(_placed(one, other, affine, mirrored, 0), cells=int(alike.max()))


def parts(one: PictureHashes) -> list[tuple[Box, Pdq]]:
    """Hashes of a picture with the part of it that each stands for."""
    return [(WHOLE, one.pdq), (WHOLE, one.even), *([(one.box, one.inner)] if one.box != WHOLE else [])]


def _placed(one: PictureHashes, other: PictureHashes, affine: Affine, mirrored: bool, support: int) -> Placed:
    grey = (one.small[:, ::-1] if mirrored else one.small).astype(np.float32)
    return Placed(affine, mirrored, support, blocks(grey, other.small.astype(np.float32), affine))


def _by_points(one: PictureHashes, other: PictureHashes, mirrored: bool) -> tuple[Affine, int]:
    codes = one.points.mirrored if mirrored else one.points.codes
    if not len(codes) or not len(other.points.codes):
        return np.zeros((2, 3)), 0
    apart = np.bitwise_count(codes[:, None] ^ other.points.codes[None]).sum(axis=2, dtype=np.int16)
    nearest = apart.argmin(axis=1)
    near = np.flatnonzero(apart[np.arange(len(codes)), nearest] <= POINT_RADIUS)
    places = one.points.places[near].copy()
    if mirrored:
        places[:, 0] = one.size[0] - 1 - places[:, 0]
        places[:, 3] = np.pi - places[:, 3]
    affine, support = pose(places, other.points.places[nearest[near]], max(other.size))
    here, there = one.size[0] / one.small.shape[1], other.small.shape[1] / other.size[0]
    return (scaled(there) @ _whole(affine) @ scaled(here))[:2], support


def _by_boxes(one: PictureHashes, other: PictureHashes, box: Box, other_box: Box, quarters: int, mirrored: bool) -> Any:
    """The mapping under which a part of the one, turned anticlockwise, covers a part of the other."""
    height, width = one.small.shape
    if mirrored:
        box = Box(1 - box.right, box.top, 1 - box.left, box.bottom)
    shares = np.diag([1 / width, 1 / height, 1]) @ _moved(0.5, 0.5)
    within = np.diag([1 / (box.right - box.left), 1 / (box.bottom - box.top), 1]) @ _moved(-box.left, -box.top)
    turn = np.linalg.matrix_power(np.array([[0.0, 1, 0], [-1, 0, 1], [0, 0, 1]]), quarters)
    size = np.diag([other_box.right - other_box.left, other_box.bottom - other_box.top, 1])
    pixels = _moved(-0.5, -0.5) @ np.diag([other.small.shape[1], other.small.shape[0], 1])
    return (pixels @ _moved(other_box.left, other_box.top) @ size @ turn @ within @ shares)[:2]


def _moved(right: float, down: float) -> Any:
    return np.array([[1, 0, right], [0, 1, down], [0, 0, 1]])


def scaled(by: float) -> Any:
    """Between copies of one picture of different size; a pixel's place is its middle."""
    return np.array([[by, 0, by / 2 - 0.5], [0, by, by / 2 - 0.5], [0, 0, 1]])


def _whole(affine: Affine) -> Any:
    return np.vstack([affine, [0, 0, 1]])
