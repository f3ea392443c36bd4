"""Search by words (BM25) or by character n-grams (TF-IDF cosine): needs no model and knows no language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.errors import WorkspaceError
from tocsin.kernels import postings
from tocsin.kernels.features import SHINGLE, Features, features, shingles
from tocsin.kernels.postings import Postings

Floats = npt.NDArray[np.float32]
Kind = Literal["words", "grams", "shingles"]

_N = {"words": (0, 0), "grams": (3, 5)}
_K1, _B = 1.5, 0.75  # of BM25 (Robertson and Zaragoza 2009, section 3.5.1)
_STALE = 1.1  # rarities are counted anew when the index has grown by a tenth


class Hits(NamedTuple):
    """The best texts of each question, best first: rows (n, k) int32, -1 where there are fewer; scores (n, k)."""

    rows: npt.NDArray[np.int32]
    scores: Floats


class Index:
    """Texts, numbered in the order in which they were added. Links and mentions in them do not count.

    `grams`: cosine of character 3- to 5-grams inside words, weighed (1 + ln tf) ln((1 + N) / (1 + df)) + 1. `words`:
    BM25 with k1 = 1.5, b = 0.75. `shingles`: Jaccard similarity of the sets of character 5-grams. Texts are
    added in any number at any time: the index is kept in parts that are merged as they grow (each feature is moved
    log2(N) times at most). Rarities are counted anew when it has grown by a tenth.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._parts: list[Postings] = []
        self._ends: list[int] = []  # number of texts up to and with each part
        self._lengths = np.zeros(0, np.float32)  # features of each text, repeats counted
        self._norms = np.zeros(0, np.float32)
        self._counted = 0  # texts in it when rarities were last counted
        self._keys = np.zeros(0, np.uint32)
        self._df = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return self._lengths.size

    def add(self, texts: Sequence[str]) -> None:
        """Put texts behind those that are there."""
        if not texts:
            return
        found = self._features(texts)
        self._parts.append(postings.invert(found, len(self)))
        self._lengths = np.concatenate([self._lengths, _sums(found)])
        self._ends.append(len(self))
        sizes = np.diff([0, *self._ends]).tolist()
        while len(sizes) > 1 and sizes[-2] <= 2 * sizes[-1]:
            self._parts[-2:] = [postings.merged(*self._parts[-2:])]
            del self._ends[-2]
            sizes[-2:] = [sum(sizes[-2:])]
        if len(self) > self._counted * _STALE:
            self._count()
        else:
            self._norms = np.concatenate([self._norms, self._norm(found)])

    def scores(self, text: str) -> Any:
        """The score of every text for this question, float32 (N,)."""
        found = self._features([text])
        scores = np.zeros(len(self), np.float32)
        idf = self._idf(found.hashes)
        places = [_places(part.keys, found.hashes) for part in self._parts]
        if self.kind == "grams":
            weight = (1 + np.log(found.counts)) * idf
            length = float(np.sqrt((weight**2).sum()))
            for part, at in zip(self._parts, places, strict=True):
                postings.add_cosine(scores, part.starts, part.rows, part.counts, at, (weight * idf).astype(np.float32))
            return scores / np.maximum(self._norms * np.float32(length), np.float32(1e-12))
        if self.kind == "shingles":
            for part, at in zip(self._parts, places, strict=True):
                postings.add_cosine(scores, part.starts, part.rows, part.counts, at, np.ones(at.size, np.float32))
            return scores / np.maximum(self._lengths + np.float32(found.hashes.size) - scores, np.float32(1e-12))
        mean = float(self._lengths.mean()) if len(self) else 1.0
        longer = (_K1 * (1 - _B + _B * self._lengths / max(mean, 1e-12))).astype(np.float32)
        for part, at in zip(self._parts, places, strict=True):
            postings.add_bm25(scores, part.starts, part.rows, part.counts, at, idf.astype(np.float32), longer, _K1)
        return scores

    def search(self, texts: Sequence[str], k: int) -> Hits:
        """The k best texts for each question; a score of 0 is no hit. On a tie the earlier one is first."""
        rows, best = np.full((len(texts), k), -1, np.int32), np.zeros((len(texts), k), np.float32)
        for n, text in enumerate(texts):
            scores = self.scores(text)
            at = top(scores, k)
            rows[n, : at.size], best[n, : at.size] = at, scores[at]
        return Hits(rows, best)

    def save(self, folder: Path) -> None:
        """Write the index as arrays that `load` maps into memory."""
        folder.mkdir(parents=True, exist_ok=True)
        whole = self._whole()
        for name, array in self._arrays(whole).items():
            np.save(folder / f"{name}.npy", array)
        (folder / "index.json").write_text(json.dumps({"kind": self.kind, "texts": len(self), "version": 1}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Index:
        """Read what `save` wrote; the arrays stay on disk until needed. `WorkspaceError` where it is damaged."""
        try:
            told = json.loads((folder / "index.json").read_text())
            index = cls(told["kind"])
            names = index._arrays(index._whole())
            kept = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}
        except (OSError, ValueError, KeyError) as error:
            raise WorkspaceError(f"the index in {folder} cannot be read: {error}", hint="make it again") from error
        index._take(kept)
        return index

    def _features(self, texts: Sequence[str]) -> Features:
        array = pa.array(list(texts), pa.large_string())
        if self.kind == "shingles":
            tokens = shingles(array, SHINGLE)
            hashes = (tokens.hashes >> np.uint64(32)).astype(np.uint32)
            return Features(tokens.offsets, hashes, np.ones(hashes.size, np.uint8))
        return features(array, *_N[self.kind])

    def _whole(self) -> Postings:
        """All parts as one."""
        if not self._parts:
            return postings.invert(self._features([]))
        while len(self._parts) > 1:
            self._parts[-2:] = [postings.merged(*self._parts[-2:])]
        self._ends = [len(self)]
        return self._parts[0]

    def _arrays(self, whole: Postings) -> dict[str, Any]:
        return whole._asdict() | {"lengths": self._lengths, "norms": self._norms}

    def _take(self, kept: Mapping[str, Any]) -> None:
        part = Postings(*(kept[name] for name in Postings._fields))
        self._parts, self._lengths, self._norms = [part], kept["lengths"], kept["norms"]
        self._ends, self._counted = [len(self)], len(self)
        self._keys, self._df = part.keys, np.diff(part.starts)

    def _count(self) -> None:
        """Count in how many texts each feature stands, and with it the length of every text's vector."""
        keys = np.concatenate([part.keys for part in self._parts])
        df = np.concatenate([np.diff(part.starts) for part in self._parts])
        self._keys, inverse = np.unique(keys, return_inverse=True)
        self._df = np.bincount(inverse, df, self._keys.size).astype(np.int64)
        self._counted = len(self)
        squares = np.zeros(len(self), np.float64)
        for part in self._parts:
            postings.norms(part.starts, part.rows, part.counts, self._idf(part.keys), squares)
        self._norms = np.sqrt(squares).astype(np.float32)

    def _norm(self, found: Features) -> Any:
        """The lengths of new texts' vectors, by the rarities as they were last counted."""
        squares = ((1 + np.log(found.counts)) * self._idf(found.hashes)) ** 2
        total = np.concatenate([[0.0], np.cumsum(squares)])
        return np.sqrt(total[found.offsets[1:]] - total[found.offsets[:-1]]).astype(np.float32)

    def _idf(self, hashes: Any) -> Any:
        places = _places(self._keys, hashes)
        df = np.where(places >= 0, self._df[places] if self._df.size else 0, 0)
        if self.kind == "grams":
            return np.log((1 + self._counted) / (1 + df)) + 1
        return np.log1p((self._counted - df + 0.5) / (df + 0.5))


def top(scores: Floats, k: int) -> npt.NDArray[np.int64]:
    """The rows of the k greatest scores above 0, greatest first, the earlier one on a tie."""
    if k < scores.size:
        least = np.partition(scores, scores.size - k)[scores.size - k]
        at = np.flatnonzero(scores >= max(least, np.float32(1e-12)))
    else:
        at = np.flatnonzero(scores > 0)
    return at[np.argsort(-scores[at], kind="stable")][:k]


def _sums(found: Features) -> Any:
    total = np.concatenate([[0], np.cumsum(found.counts, dtype=np.int64)])
    return (total[found.offsets[1:]] - total[found.offsets[:-1]]).astype(np.float32)


def _places(keys: Any, hashes: Any) -> Any:
    """Where each hash stands among the keys, -1 where it does not."""
    if not keys.size:
        return np.full(hashes.size, -1, np.int64)
    at = np.minimum(np.searchsorted(keys, hashes), keys.size - 1)
    return np.where(keys[at] == hashes, at, -1)
