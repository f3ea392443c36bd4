"""By what wordings are compared in meaning, and from which similarity on two say the same thing.

Thresholds are data (`thresholds.json`), made by bench/encoders.py: of each model and pair of languages the similarity
that unrelated texts reach with the stated probability.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.detect.fabrication import encoders
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.progress import Progress

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """Wordings as vectors. `has` says which of them were compared here; `codes` numbers their languages; `least` is the
    similarity needed, by two codes."""

    name: str
    has: npt.NDArray[np.bool_]
    vectors: Floats
    codes: npt.NDArray[np.int64]
    least: Floats

    def similarity(self, one: int, other: int) -> float:
        """Cosine of two wordings."""
        return float(self.vectors[one] @ self.vectors[other])


class Made(NamedTuple):
    """The spaces, what was used with versions, and the words that state it."""

    spaces: tuple[Space, ...]
    encoders: tuple[str, ...]
    words: tuple[str, ...]


class Excess(NamedTuple):
    """How far each pair is above what is needed, as a share of the way to 1 (negative: below), and in which space."""

    excess: Any
    space: Any


class Best(NamedTuple):
    """For each row the other one that it exceeds most with."""

    row: Any
    excess: Any
    space: Any


def make(texts: Sequence[str], languages: Sequence[str], progress: Progress) -> Made:
    """Encode wordings by the model for their languages."""
    chosen = encoders.choose(languages)
    if chosen.encoder is None:
        return Made((), ("lexical",), (chosen.words,))
    space = _space(chosen.encoder, texts, languages, progress)
    return Made((space,), (space.name,), (chosen.words,))


def _space(encoder: Encoder, texts: Sequence[str], languages: Sequence[str], progress: Progress) -> Space:
    names, codes = np.unique(np.array(languages, str), return_inverse=True) if len(languages) else (np.array([]), [])
    least = np.array([[threshold(encoder.name, a, b) for b in names] for a in names], np.float32)
    vectors = encoder.encode(texts, progress=progress)
    has = np.linalg.norm(vectors, axis=1) > 0.5
    least = least.reshape(len(names), len(names))
    return Space(f"{encoder.name} {encoder.version}", has, vectors, np.asarray(codes, np.int64), least)


def threshold(encoder: str, one: str, other: str) -> float:
    """The similarity from which two texts in these languages say the same thing."""
    table = thresholds()[encoder]
    return float(table["pairs"].get("-".join(sorted((one, other))), table["same" if one == other else "cross"]))


@lru_cache(1)
def thresholds() -> Any:
    """The data file, by encoder."""
    return json.loads(files(__package__).joinpath("thresholds.json").read_text())


def excess(spaces: Sequence[Space], rows: Any, others: Any) -> Excess:
    """Of each pair of wordings, in the first space that holds both."""
    value = np.full((len(rows), len(others)), -1.0, np.float32)
    which = np.full(value.shape, -1, np.int8)
    for n, space in enumerate(spaces):
        both = np.ix_(space.has[rows], space.has[others])
        cosine = space.vectors[rows] @ space.vectors[others].T
        needed = space.least[np.ix_(space.codes[rows], space.codes[others])]
        here = space.has[rows][:, None] & space.has[others][None, :] & (which < 0)
        value[here] = ((cosine - needed) / (1 - needed))[here]
        which[here] = n
        del both
    return Excess(value, which)


def best(spaces: Sequence[Space], rows: Any, others: Any) -> Best:
    """The other wording that each row exceeds most with, the earlier on a tie; -1 where there are none."""
    if not len(others):
        none = np.full(len(rows), -1)
        return Best(none, np.full(len(rows), -1.0), none)
    found = excess(spaces, rows, others)
    at = found.excess.argmax(1)
    here = np.arange(len(rows))
    return Best(np.asarray(others)[at], found.excess[here, at], found.space[here, at])
