"""A picture beside the one it was made from, brought into the same place, with what differs marked."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from tocsin.detect.fabrication.pictures.against import ALIKE
from tocsin.detect.fabrication.pictures.closer import closer
from tocsin.detect.fabrication.pictures.hashes import PictureHashes, describe
from tocsin.detect.fabrication.pictures.place import Placed
from tocsin.detect.fabrication.pictures.verify import verified
from tocsin.errors import InputError
from tocsin.kernels.alignment import BLOCK
from tocsin.sources.pictures import read_picture

_TIMES, _GAP = 2, 8  # of the small copies' size; pixels between the two
_GROUND, _MARK = "#808080", "#d00000"


def laid(one: bytes, other: bytes) -> bytes:
    """PNG of two picture files side by side: `one` as it is, and `other` cut, turned and scaled so that each place lies
    where it does in `one`. Blocks that differ are framed in both. Raises `InputError` where they are not one picture.
    """
    shown = [read_picture(data) for data in (one, other)]
    hashed = [describe(picture, "") for picture in shown]
    found = verified(*hashed)
    if found is None:
        raise InputError("The two pictures do not agree.", hint="Compare them by eye.")
    looked = closer((shown[0], shown[1]), (hashed[0], hashed[1]), found[0])
    marks = [
        (_different(found[0]), float(BLOCK * _TIMES)),
        (looked.other | looked.single, BLOCK * _TIMES / looked.scale),
    ]
    return _drawn([picture.pixels for picture in shown], hashed, found[0], marks)


def _drawn(pixels: list[Any], hashed: list[PictureHashes], placed: Placed, marks: list[tuple[Any, float]]) -> bytes:
    from PIL import Image, ImageDraw, ImageOps

    height, width = (_TIMES * length for length in hashed[0].small.shape)
    whole = Image.fromarray(pixels[0]).resize((width, height))
    source = Image.fromarray(pixels[1]).resize(tuple(_TIMES * length for length in hashed[1].small.shape[::-1]))
    scaled = placed.affine.copy()
    scaled[:, 2] *= _TIMES
    moved = source.transform((width, height), Image.Transform.AFFINE, scaled.ravel().tolist(), fillcolor=_GROUND)
    marked = []
    for picture in (ImageOps.mirror(whole) if placed.mirrored else whole, moved):
        pen = ImageDraw.Draw(picture)
        for blocks, side in marks:
            for row, column in np.argwhere(blocks).tolist():
                corner = column * side, row * side
                pen.rectangle((*corner, *(edge + side - 1 for edge in corner)), outline=_MARK)
        marked.append(ImageOps.mirror(picture) if placed.mirrored else picture)
    both = Image.new("RGB", (2 * width + _GAP, height), _GROUND)
    both.paste(marked[0], (0, 0))
    both.paste(marked[1], (width + _GAP, 0))
    out = io.BytesIO()
    both.save(out, "PNG")
    return out.getvalue()


def _different(placed: Placed) -> Any:
    """Blocks with something to see in either picture that is not the same in both."""
    found = placed.blocks
    textured = np.maximum(found.spread, found.other_spread) > 4
    return textured & (found.correlation < ALIKE)
