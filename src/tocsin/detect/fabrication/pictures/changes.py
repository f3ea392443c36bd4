"""What was done to a picture, in words of its method page, told from how it lies over the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.detect.fabrication.pictures.against import ALIKE
from tocsin.detect.fabrication.pictures.hashes import PictureHashes
from tocsin.detect.fabrication.pictures.place import Placed

_EDGE = 0.02  # of a side: less is no crop and no margin
_TURN, _STRETCH = 1.5, 1.06  # degrees; ratio of sides
_INSIDE = 0.5  # of a picture: where the other fills less, it is a part of a larger one
_GREY, _COLOURED = 4.0, 10.0  # mean saturation
_CONTRAST, _LIGHT = 1.25, 12.0  # ratio of spreads; grey levels
_STRONG, _UNLIKE, _BLANK = 12.0, 0.5, 1.5  # spread, correlation, spread of a block something lies over
_OVERLAID = 0.04  # of the blocks


def changes(one: PictureHashes, other: PictureHashes, placed: Placed) -> str:
    """What was done to `other` to make `one`, in words, joined by commas; "none" where nothing is seen."""
    told = [*_layout(one, other, placed), *_turns(placed), *_looks(one, other, placed)]
    return ", ".join(told) or "none"


def _layout(one: PictureHashes, other: PictureHashes, placed: Placed) -> list[str]:
    """Crop, frame, caption bar, part of a larger picture: by where the corners of each lie in the other."""
    lost = _beyond(_over(placed.affine, other.small.shape), one.small.shape)
    added = _beyond(_over(placed.affine, other.small.shape), one.small.shape, inside=True)
    told = ["crop"] if max(lost) > _EDGE else []
    sides = [side > _EDGE for side in added]
    if (1 - added[0] - added[1]) * (1 - added[2] - added[3]) < _INSIDE:
        told.append("part of a larger picture")
    elif sum(sides) >= 3 or (sides[0] and sides[1]):
        told.append("frame")
    elif any(sides):
        told.append("caption bar" if sides[2] or sides[3] else "margin")
    return told


def _over(affine: Any, shape: tuple[int, ...]) -> Any:
    """The corners of the other picture in pixels of the one."""
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float) - 0.5
    return (corners - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T


def _beyond(corners: Any, shape: tuple[int, ...], *, inside: bool = False) -> list[float]:
    """How far the corners' sides lie outside (or inside) the picture's left, right, upper and lower edge, as shares."""
    height, width = shape
    across, down = np.sort(corners[:, 0]) / width, np.sort(corners[:, 1]) / height
    # The middle of the two corners of a side: a small turn moves one out and the other in.
    ends = [across[:2].mean(), 1 - across[2:].mean(), down[:2].mean(), 1 - down[2:].mean()]
    return [max(0.0, float(end if inside else -end)) for end in ends]


def _turns(placed: Placed) -> list[str]:
    (a, b, _), (c, d, _) = placed.affine
    told = ["mirrored"] if placed.mirrored else []
    angle = np.degrees(np.arctan2(c, a))
    quarters = round(angle / 90) % 4
    if placed.mirrored and quarters == 2:
        told = ["flipped upside down"]
    elif quarters:
        told.append(f"turned by {90 * quarters} degrees")
    rest = (angle + 45) % 90 - 45
    if abs(rest) > _TURN:
        told.append("tilted")
    sizes = np.linalg.svd(np.array([[a, b], [c, d]]), compute_uv=False)
    return [*told, "stretched"] if sizes[0] / max(sizes[1], 1e-9) > _STRETCH else told


def _looks(one: PictureHashes, other: PictureHashes, placed: Placed) -> list[str]:
    """Colours, brightness, and what was laid over it."""
    found = placed.blocks
    reached = ~np.isnan(found.correlation)
    told = []
    if one.saturation < _GREY and other.saturation > _COLOURED:
        told.append("black and white")
    elif reached.mean() > 1 - 2 * _EDGE and not 1 / 1.5 < (one.saturation + 5) / (other.saturation + 5) < 1.5:
        told.append("colours")
    alike = found.correlation > ALIKE
    ratio = np.median((found.spread / np.maximum(found.other_spread, 1e-3))[alike]) if alike.any() else 1.0
    if not 1 / _CONTRAST < ratio < _CONTRAST:
        told.append("contrast")
    drawn = (found.spread > _STRONG) & (found.correlation < _UNLIKE)
    hidden = (found.other_spread > _STRONG / 2) & (found.spread < _BLANK)
    if (drawn | hidden).sum() > max(2, _OVERLAID * reached.sum()):
        told.append("something laid over it")
    return told
