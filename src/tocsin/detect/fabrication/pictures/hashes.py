"""What is kept of a picture to find it again: perceptual hashes of all orientations, points, and a small grey copy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.errors import InputError
from tocsin.kernels.keypoints import Keypoints, keypoints
from tocsin.kernels.pdq import LEAST, Pdq, hexadecimal, luma, pdq, phash
from tocsin.sources.pictures import Picture, read_picture

POINTS_SIDE, SMALL_SIDE, EVEN_SIDE = 480, 256, 512  # pixels; of the first two the longer side
CELLS = 16
_FEW_POINTS, _SHADED = 20, 10.0  # points; standard deviation of a colour over the cells
_ORDINARY, _MOST_GAIN = 45.0, 6.0  # standard deviation in grey levels
_ALIKE, _BAR, _MOST_BAR = 16, 0.55, 0.45  # grey levels; share of a line that is of the bar's shade; of the picture


class Box(NamedTuple):
    """A part of a picture, as shares of its width and height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


WHOLE = Box()


@dataclass(frozen=True, slots=True, eq=False)
class PictureHashes:
    """A picture as it is compared.

    `pdq`: of the whole picture in the order of `kernels.pdq.ORIENTATIONS`; `even`: of a copy of 512 by 512 pixels that
    does not depend on the size as that of a picture of few pixels does; `inner`: of what lies within a frame or bars of
    one shade, `box`, as `pdq` where there are none. `points`: places in a copy of `size` (width, height, at most 480
    pixels a side). `small`: grey copy, at most 256 pixels a side. `saturation`: mean distance of the colours from grey,
    0 to 255. `colours`: those of 16 by 16 cells, shape (16, 16, 3), for pictures that are too plain for hashes.
    """

    sha256: str
    width: int
    height: int
    pdq: Pdq
    phash: str
    box: Box
    even: Pdq
    inner: Pdq
    points: Keypoints
    size: tuple[int, int]
    small: npt.NDArray[np.uint8]
    saturation: float
    colours: npt.NDArray[np.uint8]

    @property
    def plain(self) -> bool:
        """Whether it has hardly a point, and yet is not of one shade: such as a drawing of soft colours."""
        return len(self.points.codes) <= _FEW_POINTS and float(self.colours.std(axis=(0, 1)).max()) >= _SHADED

    @property
    def hex(self) -> str:
        """The PDQ hash, 64 hexadecimal digits."""
        return hexadecimal(self.pdq.hashes[:1])[0]


def hash_picture(data: bytes) -> PictureHashes:
    """Hashes of a picture file. Raises `InputError` for what cannot be read, or is smaller than 5 by 5 pixels."""
    return describe(read_picture(data), hashlib.sha256(data).hexdigest())


def describe(picture: Picture, sha256: str) -> PictureHashes:
    """Hashes of a picture that was read from a file with that SHA-256."""
    height, width = picture.pixels.shape[:2]
    if min(height, width) < LEAST:
        raise InputError(f"the picture has {width} by {height} pixels; at least {LEAST} by {LEAST} are needed")
    bright = luma(picture.pixels)
    whole, box = pdq(bright), inner_box(bright)
    inner = bright[
        round(box.top * height) : round(box.bottom * height), round(box.left * width) : round(box.right * width)
    ]
    work = _shrunk(bright, POINTS_SIDE)
    return PictureHashes(
        sha256=sha256,
        width=picture.width,
        height=picture.height,
        pdq=whole,
        phash=f"{phash(_thumbnail(picture.pixels)):016x}",
        box=box,
        even=whole if min(height, width) >= EVEN_SIDE else pdq(resized(bright, (EVEN_SIDE, EVEN_SIDE))),
        inner=whole if box == WHOLE else pdq(np.ascontiguousarray(inner)),
        points=keypoints(_contrasted(work)),
        size=(work.shape[1], work.shape[0]),
        small=np.clip(_shrunk(work, SMALL_SIDE), 0, 255).astype(np.uint8),
        colours=_cells(picture.pixels),
        saturation=float(np.ptp(picture.pixels[::4, ::4], axis=2).mean()),
    )


def inner_box(bright: Any) -> Box:
    """What lies within bars of one shade along the edges, with or without writing on them."""
    height, width = bright.shape
    top, bottom = _bar(bright), _bar(bright[::-1])
    middle = bright[top : height - bottom]
    left, right = _bar(middle.T), _bar(middle[:, ::-1].T)
    if height - top - bottom < max(LEAST, height // 4) or width - left - right < max(LEAST, width // 4):
        return WHOLE
    return Box(left / width, top / height, 1 - right / width, 1 - bottom / height)


def _bar(lines: Any) -> int:
    """How many of the first lines are of the shade that most of the first one has."""
    most = int(len(lines) * _MOST_BAR)
    shade = np.median(lines[0])
    alike = (np.abs(lines[: most + 1] - shade) < _ALIKE).mean(axis=1)
    if alike[0] < 0.9:
        return 0
    other = np.flatnonzero(alike < _BAR)
    return int(other[0]) if len(other) else 0


def _contrasted(bright: Any) -> Any:
    """The same with the contrast of an ordinary picture: points are found above a fixed difference of brightness."""
    middle = bright.mean()
    gain = min(max(_ORDINARY / max(float(bright.std()), 1e-3), 1.0), _MOST_GAIN)
    return np.ascontiguousarray((bright - middle) * gain + middle, np.float32)


def _shrunk(bright: Any, side: int) -> Any:
    """The brightness with at most `side` pixels a side."""
    share = side / max(bright.shape)
    if share >= 1:
        return np.ascontiguousarray(bright, np.float32)
    return resized(bright, (max(1, round(bright.shape[1] * share)), max(1, round(bright.shape[0] * share))))


def resized(bright: Any, size: tuple[int, int]) -> Any:
    """The brightness at that width and height."""
    from PIL import Image

    return np.asarray(Image.fromarray(bright).resize(size, Image.Resampling.BILINEAR))


def _cells(pixels: Any) -> Any:
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).resize((CELLS, CELLS), Image.Resampling.BOX))


def _thumbnail(pixels: Any) -> Any:
    """32 by 32 grey pixels, as pHash takes them."""
    from PIL import Image

    grey = Image.fromarray(pixels).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    return np.asarray(grey, np.float32)
