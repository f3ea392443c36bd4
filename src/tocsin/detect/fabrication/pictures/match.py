"""Pictures of a collection that are one: each led back to the earliest it was made from, and what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.detect.fabrication.pictures.changes import changes
from tocsin.detect.fabrication.pictures.hashes import PictureHashes
from tocsin.detect.fabrication.pictures.index import MOST, Gallery
from tocsin.detect.fabrication.pictures.verify import Agreement, verified
from tocsin.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class Match:
    """Two pictures that are one, by their numbers. `change`: what was done to the original, in words of the method
    page, as far as small copies show it: words and details are compared by `closer`. `distance`: bits of 256 between
    their PDQ hashes as they are. `verified`: how far the pictures themselves agree. `template`: so much of the words
    differs that they are one template (after `closer`)."""

    picture: int
    original: int
    change: str
    distance: int
    verified: Agreement
    template: bool = False


def match(
    pictures: Sequence[PictureHashes],
    originals: Sequence[PictureHashes] | None = None,
    progress: Progress | None = None,
    *,
    of: Sequence[int] | None = None,
) -> list[Match]:
    """For each picture the original that agrees with it, where there is one.

    Without `originals` each is led back to one given before it: give the earliest first. `of`: the number of the file
    that each is a frame of, where one file has several; its own frames are no originals. Every match was compared as
    pictures; a hash alone makes none.
    """
    told = progress or Silent()
    told.start("Comparing pictures", len(pictures))
    gallery = Gallery(pictures if originals is None else originals)
    made: dict[int, Match] = {}
    starts = {file: n for n, file in reversed(list(enumerate(of)))} if of else {}
    for n, picture in enumerate(pictures):
        if originals is not None:
            near = gallery.near(picture)
        else:
            near = gallery.near(picture, starts[of[n]] if of else n)
            # what a near one was made from comes before itself
            near = list(dict.fromkeys([made[other].original if other in made else other for other in near] + near))
        if found := _first(picture, n, near, gallery.pictures):
            made[n] = found
        told.advance()
    return [made[n] for n in sorted(made)]


def compare(one: PictureHashes, other: PictureHashes) -> Match | None:
    """Whether `one` was made from `other`: numbers 0 and 1."""
    return _first(one, 0, [1], [one, other])


def _first(picture: PictureHashes, n: int, near: Sequence[int], among: Sequence[PictureHashes]) -> Match | None:
    """The first of the near ones that agrees with the picture."""
    for other in near[:MOST]:
        original = among[other]
        found = verified(picture, original)
        if found:
            distance = int(np.bitwise_count(picture.pdq.hashes[0] ^ original.pdq.hashes[0]).sum())
            change = "none" if picture.sha256 == original.sha256 else changes(picture, original, found[0])
            return Match(n, other, change, distance, found[1])
    return None
