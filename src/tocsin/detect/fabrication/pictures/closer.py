"""Two pictures that are one, looked at closely: whether they differ in words, numbers or other details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.fabrication.pictures.hashes import PictureHashes, resized
from tocsin.detect.fabrication.pictures.place import Placed, scaled
from tocsin.kernels.alignment import Affine, blocks
from tocsin.kernels.pdq import luma
from tocsin.sources.pictures import Picture

SIDE, _REACH = 1024, 2  # pixels: of the longer side; so far the mapping may be off
_DETAIL, _NOTHING, _UNLIKE = 25.0, 4.0, 0.5  # spread of writing and edges, of nothing (grey levels); correlation
_SURE, _FEW, _TWO = 0.25, 3, 2  # one block below this correlation is enough, or so many unlike ones; of single ones
_MOSTLY = 0.25  # so many unlike blocks for each that only one has: words in place of words, not a bar over them
_TEMPLATE = 0.12  # of the blocks with details: from here on the text is another one, not a word of it
OVERLAID, WORDS = "something laid over it", "other words or details"


@dataclass(frozen=True, slots=True, eq=False)
class Closer:
    """Where the details of two pictures are not the same, by blocks of a copy of the first one with at most `SIDE`
    pixels a side (`scale` times its small copy, and mirrored where the placing is): `other`, both show details;
    `single`, only one does, there and around. `detailed`: blocks with details in either."""

    other: npt.NDArray[np.bool_]
    single: npt.NDArray[np.bool_]
    detailed: int
    scale: float

    @property
    def template(self) -> bool:
        """Whether so much of the details differs that the text is another one, not a word of it."""
        return int(self.other.sum() + self.single.sum()) >= _TEMPLATE * self.detailed

    def told(self, change: str) -> str:
        """The change, told from small copies, with what is seen at a closer look."""
        unlike, single = int(self.other.sum()), int(self.single.sum())
        other = unlike > _MOSTLY * single
        done = [part for part in change.split(", ") if part != "none"]
        if other:  # what seemed laid over it stands where the original has words or details of its own
            done = [part for part in done if part != OVERLAID]
        if other or (single and OVERLAID not in done):
            done.append(WORDS)
        return ", ".join(done) or "none"


def closer(pictures: tuple[Picture, Picture], hashed: tuple[PictureHashes, PictureHashes], placed: Placed) -> Closer:
    """Compare two pictures as they were `placed`, as finely as the coarser one allows."""
    own, others = (luma(picture.pixels) for picture in pictures)
    if placed.mirrored:
        own = np.ascontiguousarray(own[:, ::-1])
    small, known = (max(one.small.shape) for one in hashed)
    there = max(others.shape) / known
    finest = small * there * float(np.sqrt(abs(np.linalg.det(placed.affine[:, :2]))))
    scale = max(1.0, min(SIDE, max(own.shape), finest) / small)
    size = tuple(round(length * scale) for length in hashed[0].small.shape[::-1])
    found = blocks(resized(own, size), others, _finer(placed.affine, there, scale), _REACH)
    whole = ~_around(np.isnan(found.correlation))
    spread, other_spread = np.nan_to_num(found.spread), np.nan_to_num(found.other_spread)
    both = whole & (np.minimum(spread, other_spread) > _DETAIL)
    single = whole & (
        ((spread > _DETAIL) & (_around(other_spread) < _NOTHING))
        | ((other_spread > _DETAIL) & (_around(spread) < _NOTHING))
    )
    other = both & (found.correlation < _UNLIKE)
    if other.sum() < _FEW and not (other & (found.correlation < _SURE)).any():
        other = np.zeros_like(other)
    if single.sum() < _TWO:
        single = np.zeros_like(single)
    return Closer(other, single, int((both | single).sum()), scale)


def _around(values: Any) -> Any:
    """The greatest of each block and those next to it."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, 1, mode="edge"), (3, 3)).max(axis=(2, 3))


def _finer(affine: Affine, there: float, here: float) -> Any:
    """The mapping between larger copies of both pictures."""
    return (scaled(there) @ np.vstack([affine, [0, 0, 1]]) @ scaled(1 / here))[:2]
