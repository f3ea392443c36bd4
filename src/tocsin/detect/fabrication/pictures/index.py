"""Which pictures of a collection may be the same as one: by hashes within a radius, none missed, and by points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication.pictures.hashes import CELLS, PictureHashes
from tocsin.detect.fabrication.pictures.place import RADIUS, parts, same_colours
from tocsin.errors import UsageError
from tocsin.kernels.hamming import parse_hashes
from tocsin.kernels.hamming_index import build, search
from tocsin.kernels.pdq import ORIENTATIONS
from tocsin.kernels.utf8 import Hashes

_POINT_RADIUS = 15  # bits of 128
_LEAST_POINTS, MOST = 4, 30  # shared points that make a picture worth a look; pictures looked at
_LEAST_CELLS = 200  # of 256


class Near(NamedTuple):
    """A picture of the index by its number, its distance in bits, and how the query has to be mirrored and turned."""

    row: int
    distance: int
    mirrored: bool
    quarters: int


class PictureIndex:
    """Look-up among PDQ hashes: hexadecimal digits as posts and claims have them, or uint64 of shape (n, 4). Numbers
    of rows are those of what was given; malformed ones are never found."""

    def __init__(self, hashes: Sequence[str] | Hashes) -> None:
        if isinstance(hashes, np.ndarray):
            self._rows, words = np.arange(len(hashes)), hashes
        else:
            parsed = parse_hashes(pa.array(hashes, pa.string()), 256)
            self._rows, words = parsed.rows, parsed.hashes
        self._index = build(words.reshape(-1, 4))

    def search(self, query: PictureHashes | str, radius: int = RADIUS) -> list[Near]:
        """All within `radius` bits of the query, nearest first: of a picture in all eight orientations, whole and
        within its bars; of a hash as it is. Raises `UsageError` for a malformed hash."""
        asked = _asked(query)
        hits = search(self._index, asked, radius)
        best: dict[int, Near] = {}
        for n, row, distance in zip(*(part.tolist() for part in hits), strict=True):
            near = Near(int(self._rows[row]), distance, *ORIENTATIONS[n % len(ORIENTATIONS)])
            if near.row not in best or distance < best[near.row].distance:
                best[near.row] = near
        return sorted(best.values(), key=lambda near: (near.distance, near.row))


def _asked(query: PictureHashes | str) -> Hashes:
    if isinstance(query, PictureHashes):
        return np.concatenate([part.hashes for _, part in parts(query)])
    parsed = parse_hashes(pa.array([query], pa.string()), 256)
    if not len(parsed.hashes):
        raise UsageError(f"{query!r} is no PDQ hash", hint="A PDQ hash has 64 hexadecimal digits.")
    return parsed.hashes


class Gallery:
    """Pictures that others are looked up in, by hashes and by points."""

    def __init__(self, pictures: Sequence[PictureHashes]) -> None:
        self.pictures = list(pictures)
        hashed = [(n, part) for n, one in enumerate(self.pictures) for _, part in parts(one)]
        self._part_of = [n for n, _ in hashed]
        self._hashes = PictureIndex(np.array([part.hashes[0] for _, part in hashed], np.uint64).reshape(-1, 4))
        codes = [one.points.codes for one in self.pictures]
        self._point_of = np.repeat(np.arange(len(codes)), [len(code) for code in codes])
        self._points = build(np.concatenate([*codes, np.empty((0, 2), np.uint64)]))

        self._plain = np.array([n for n, one in enumerate(self.pictures) if one.plain], np.int64)
        self._colours = np.array([self.pictures[n].colours for n in self._plain]).reshape(-1, CELLS, CELLS, 3)

    def near(self, query: PictureHashes, before: int | None = None) -> list[int]:
        """Numbers of the pictures (of those before the number given) worth comparing with `query`: those near by a
        hash, nearest first, then those that share most points."""
        end = len(self.pictures) if before is None else before
        by_hash = [self._part_of[near.row] for near in self._hashes.search(query)]
        shared = np.zeros(len(self.pictures), np.int64)
        for codes in (query.points.codes, query.points.mirrored):
            hits = search(self._points, codes, _POINT_RADIUS)
            pairs = np.unique(np.stack([hits.query, self._point_of[hits.row]]), axis=1)
            shared = np.maximum(shared, np.bincount(pairs[1], minlength=len(shared)))
        most = np.argsort(-shared[:end], kind="stable")[:MOST]
        by_points = most[shared[most] >= _LEAST_POINTS].tolist()
        return list(dict.fromkeys([n for n in by_hash + self._alike(query) if n < end] + by_points))

    def _alike(self, query: PictureHashes) -> list[int]:
        """Plain pictures with mostly the same colours as a plain one, most alike first."""
        if not query.plain or not len(self._plain):
            return []
        cells = same_colours(query, self._colours).max(axis=0)
        order = np.argsort(-cells, kind="stable")
        found: list[int] = self._plain[order[cells[order] >= _LEAST_CELLS]].tolist()
        return found
