"""Whether two pictures are one, and what was done to the one: decided by comparing the pictures themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.detect.fabrication.pictures.hashes import PictureHashes
from tocsin.detect.fabrication.pictures.place import Placed, placings

#: A block has texture above this spread (grey levels; in plain pictures a quarter of the picture's own, at least 1.5).
_TEXTURE, _PLAIN, _LEAST_TEXTURE = 4.0, 0.25, 1.5
_ALIKE = 0.7  # correlation from which a block is the same in both
_LEAST_BLOCKS = 8  # alike, with texture in both
_BOTH, _SEEN = 0.7, 0.35  # of blocks with texture in both, and with texture in the other: how many must be alike
_COVERED = 0.2  # of one of the pictures at least


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pictures agree where one lies over the other. `alike`: blocks of 12 by 12 pixels that show the same;
    `both`: share of them among blocks with texture in both; `seen`: among those with texture in the other; `covered`:
    share of the pictures that lies over the other, of whichever it is more."""

    alike: int
    both: float
    seen: float
    covered: float

    @property
    def holds(self) -> bool:
        """Whether the pictures are one."""
        enough = self.alike >= _LEAST_BLOCKS and self.covered >= _COVERED
        return enough and self.both >= _BOTH and self.seen >= _SEEN


def agreement(one: PictureHashes, other: PictureHashes, placed: Placed) -> Agreement:
    """Count what agrees in a placing of `one` over `other`."""
    found = placed.blocks
    own = found.spread > _texture(one)
    others = found.other_spread > _texture(other)
    alike = found.correlation > _ALIKE
    both = own & others
    reached = ~np.isnan(found.correlation)
    scale = abs(np.linalg.det(placed.affine[:, :2])) * one.small.size / other.small.size
    return Agreement(
        alike=int((alike & both).sum()),
        both=_share(alike & both, both),
        seen=_share(alike & others, others),
        covered=float(min(1.0, reached.mean() * max(1.0, scale))),
    )


def _share(some: Any, of: Any) -> float:
    return float(some.sum() / of.sum()) if of.any() else 0.0


def _texture(one: PictureHashes) -> float:
    return float(min(_TEXTURE, max(_LEAST_TEXTURE, _PLAIN * one.small.std())))


def verified(one: PictureHashes, other: PictureHashes) -> tuple[Placed, Agreement] | None:
    """The placing of `one` over `other` under which most agrees, where that is enough; None where they are not one."""
    found = [(placed, agreement(one, other, placed)) for placed in placings(one, other)]
    held = [pair for pair in found if pair[1].holds]
    return max(held, key=lambda pair: (pair[1].both * pair[1].seen, pair[1].alike), default=None)
