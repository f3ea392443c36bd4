"""Whether two pictures are one: decided by comparing the pictures themselves where one lies over the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.detect.fabrication.pictures.against import ALIKE, against
from tocsin.detect.fabrication.pictures.hashes import CELLS, PictureHashes
from tocsin.detect.fabrication.pictures.place import Placed, placings

#: A block has texture above this spread (grey levels; in plain pictures a quarter of the picture's own, at least 1.5).
_TEXTURE, _PLAIN, _LEAST_TEXTURE = 4.0, 0.25, 1.5
_WRITING = 0.62  # share of pixels of one shade from which a block shows writing or signs on a plain ground
_LEAST_BLOCKS = 8
_SHOWN, _DRAWN = 0.55, 0.8  # how many must be alike, for certain: of blocks of a photograph, where it has none of all
_SEEN, _SEEN_DRAWN = 0.4, 0.6  # of the blocks with texture in either picture, each for itself
_COVERED = 0.2  # of one of the pictures at least
_Z = 1.645  # of the interval's lower end, 95 %


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pictures agree where one lies over the other, by blocks of 12 by 12 pixels.

    `alike` of `compared` blocks with texture in both show the same; `seen`: the same as a share of those with texture
    in one of them, of whichever it is less. Blocks of writing on a plain ground count only where there is hardly
    anything else (`photograph` False): what two screenshots of one program have in common is such. Of plain pictures
    256 cells are compared by their colours. `covered`: share of the pictures that lies over the other, of whichever it
    is more. `against`: what speaks against it whatever agrees, in words.
    """

    alike: int
    compared: int
    seen: float
    covered: float
    photograph: bool
    against: str = ""

    @property
    def share(self) -> float:
        """Lower end of the interval (Wilson 1927, one-sided 95 %) of the share of blocks that are alike."""
        n, p = max(self.compared, 1), self.alike / max(self.compared, 1)
        middle, half = p + _Z**2 / (2 * n), _Z * float(np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)))
        return (middle - half) / (1 + _Z**2 / n)

    @property
    def holds(self) -> bool:
        """Whether the pictures are one, as far as what agrees tells; what is `against` decides besides."""
        enough = self.alike >= _LEAST_BLOCKS and self.covered >= _COVERED
        share, seen = (_SHOWN, _SEEN) if self.photograph else (_DRAWN, _SEEN_DRAWN)
        return enough and self.share >= share and self.seen >= seen


def agreement(one: PictureHashes, other: PictureHashes, placed: Placed) -> Agreement:
    """Count what agrees in a placing of `one` over `other`."""
    if placed.cells:
        return Agreement(placed.cells, CELLS * CELLS, placed.cells / CELLS**2, 1.0, photograph=False)
    found = placed.blocks
    own, others = found.spread > _texture(one), found.other_spread > _texture(other)
    shown = (found.one_shade < _WRITING) & (found.other_one_shade < _WRITING)
    photograph = bool((own & others & shown).sum() >= _LEAST_BLOCKS)
    if photograph:
        own, others = own & shown, others & shown
    alike = found.correlation > ALIKE
    scale = abs(np.linalg.det(placed.affine[:, :2])) * one.small.size / other.small.size
    same = int((alike & own & others).sum())
    return Agreement(
        alike=same,
        compared=int((own & others).sum()),
        seen=same / max(int(own.sum()), int(others.sum()), 1),
        covered=float(min(1.0, (~np.isnan(found.correlation)).mean() * max(1.0, scale))),
        photograph=photograph,
        against=against(found),
    )


def _texture(one: PictureHashes) -> Any:
    return min(_TEXTURE, max(_LEAST_TEXTURE, _PLAIN * float(one.small.std())))


def verified(one: PictureHashes, other: PictureHashes) -> tuple[Placed, Agreement] | None:
    """The placing of `one` over `other` under which most agrees, where that is enough; None where it is not, or
    something speaks against it: the next best placing of two that are not one is no better."""
    found = [(placed, agreement(one, other, placed)) for placed in placings(one, other)]
    held = [pair for pair in found if pair[1].holds]
    best = max(held, key=lambda pair: (pair[1].share * pair[1].seen, pair[1].alike), default=None)
    return best if best and not best[1].against else None
