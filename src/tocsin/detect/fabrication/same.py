"""Which texts say the same thing: copies, near copies, rewordings and translations around the first wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.fabrication import spaces
from tocsin.detect.fabrication.merge import merged
from tocsin.detect.fabrication.spaces import Space
from tocsin.engine.port import Engine
from tocsin.kernels.features import SHINGLE, shingles
from tocsin.kernels.near import near_clusters
from tocsin.kernels.text import prepare, text_hash
from tocsin.model.arrow import schema
from tocsin.progress import Progress, Silent
from tocsin.resolve.near import near_on

Ints = npt.NDArray[np.int64]
Relation = Literal["first", "copy", "near copy", "rewording", "translation"]

NEAR = 0.7  # Jaccard of character 5-grams from which a text is a near copy
TOKENS_MIN = 4  # words below which only exact copies are told: shorter texts are alike by chance
_BLOCK = 1024
_TABLE, _PUT = "wordings", 100_000  # of an engine, and the rows handed over at a time
_ROWS = schema([pa.field("key", pa.int64()), pa.field("text", pa.string())])


@dataclass(frozen=True)
class Clusters:
    """Of each text, by its position: the position of its cluster's first wording (itself, if none is earlier), how it
    relates to that one, how similar it is (0 to 1, on the scale of `by`), and what compared them: exact, shingles,
    lexical, or a model.

    `wording` is the position of the first text with the same or nearly the same letters: what the member is a copy or
    near copy of, where the cluster's first wording is said in other words. `words` state how texts were compared;
    `encoders` what was used, with versions.
    """

    first: Ints
    relation: tuple[Relation, ...]
    similarity: npt.NDArray[np.float32]
    by: tuple[str, ...]
    wording: Ints
    texts: tuple[str, ...]
    times: Ints  # microseconds, UTC
    languages: tuple[str, ...]
    encoders: tuple[str, ...]
    words: tuple[str, ...]
    spaces: tuple[Space, ...]  # of the texts at `leaders`: the first of those with nearly the same letters
    leaders: Ints


def cluster(
    texts: Sequence[str],
    times: npt.ArrayLike,
    languages: Sequence[str],
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Clusters:
    """Cluster texts said at `times` (microseconds) in `languages` (ISO 639-1, "" unknown).

    Leader clustering in the order of time (Hartigan 1975): a text joins the cluster whose first wording it is most
    like, if it is like enough, else it starts its own; then clusters that are alike on average become one
    (`merge`). So each member holds to the first wording or to the others on average, or is a near copy of a wording
    that does; a chain of small steps makes no cluster. Near copies: Jaccard >= 0.7 of the sets of character
    5-grams, all of them found (recall 1). Rewordings and translations: `spaces` says by what, from which similarity
    on, and how often unrelated texts reach it. Equal times are put in order by their text, so the order of rows
    does not matter. Near copies are found on `engine` where one is given, with the same answer.
    """
    told = progress or Silent()
    moments = np.asarray(times, np.int64)
    order = np.array(sorted(range(len(texts)), key=lambda n: (moments[n], texts[n])), np.int64)
    told.start("Copies and near copies")
    wording, jaccard = _wordings([texts[n] for n in order], engine, told)
    leaders = np.flatnonzero((wording == np.arange(order.size)) & (jaccard >= 0))
    told.start("Meaning", leaders.size)
    posts = np.bincount(wording, minlength=order.size)[leaders]
    made = spaces.make([texts[n] for n in order[leaders]], [languages[n] for n in order[leaders]], posts, told)
    told.start("Rewordings and translations", leaders.size)
    joined = _join(made.spaces, leaders.size, told)
    return _told(texts, moments, languages, order, wording, np.abs(jaccard), leaders, joined, made)


def _wordings(texts: list[str], engine: Engine | None, progress: Progress) -> tuple[Ints, Any]:
    """For each text, in order of time, the first one with nearly its letters, and their Jaccard similarity (2: equal;
    negative where the text is too short to be compared otherwise)."""
    prepared = prepare(pa.array(texts, pa.large_string()))
    hashes = text_hash(prepared)
    _, at, inverse = np.unique(hashes.hash, return_index=True, return_inverse=True)
    same = at[inverse]
    same[hashes.tokens == 0] = np.flatnonzero(hashes.tokens == 0)
    rows = np.flatnonzero((same == np.arange(len(texts))) & (hashes.tokens >= TOKENS_MIN))
    wording, jaccard = same.copy(), np.where(same == np.arange(len(texts)), -2.0, 2.0)
    if engine is None:
        near = near_clusters(*shingles(prepared, SHINGLE, rows), NEAR, 1.0)
        wording[rows], jaccard[rows] = rows[near.first], near.jaccard
    else:
        wording[rows], jaccard[rows] = _near_on(engine, texts, rows, progress)
    copied = np.flatnonzero(same != np.arange(len(texts)))
    jaccard[copied] = np.where(wording[same[copied]] == same[copied], 2.0, jaccard[same[copied]])
    wording[copied] = wording[same[copied]]
    return wording.astype(np.int64), jaccard


def _near_on(engine: Engine, texts: list[str], rows: Ints, progress: Progress) -> tuple[Ints, Any]:
    """What `near_clusters` says of the texts at `rows`, as positions and similarities."""
    blocks = (rows[at : at + _PUT] for at in range(0, rows.size, _PUT))
    batches = (pa.record_batch([block, pa.array([texts[row] for row in block])], schema=_ROWS) for block in blocks)
    engine.put(pa.RecordBatchReader.from_batches(_ROWS, batches), _TABLE)
    cut = partial(shingles, size=SHINGLE)
    near = near_on(engine, engine.scan(_TABLE), NEAR, 1.0, cut=cut, progress=progress)
    found = engine.collect(near).sort_by("key")
    return found["first"].to_numpy(), found["jaccard"].to_numpy()


def _join(compared: Sequence[Space], n: int, progress: Progress) -> Any:
    """The first wording of each wording, both numbered in the order of time."""
    first, opens = np.arange(n), np.zeros(n, np.bool_)
    for begin in range(0, n, _BLOCK):
        block = np.arange(begin, min(begin + _BLOCK, n))
        pairs = [spaces.above(compared, block, others) for others in (np.flatnonzero(opens), block)]
        row, other, excess = (np.concatenate(column) for column in zip(*pairs, strict=True))
        order = np.lexsort((other, -excess, row))
        ends = np.searchsorted(row[order], block, "right").tolist()
        for at, start, end in zip(block.tolist(), [0, *ends], ends, strict=False):
            firsts = other[order[start:end]]
            joined = firsts[opens[firsts] & (firsts < at)]
            first[at] = joined[0] if joined.size else at
            opens[at] = not joined.size
        progress.advance(block.size)
    return merged(compared, first)


def _told(
    texts: Sequence[str],
    moments: Ints,
    languages: Sequence[str],
    order: Ints,
    wording: Ints,
    jaccard: Any,
    leaders: Ints,
    joined: Any,
    made: spaces.Made,
) -> Clusters:
    """Back from the order of time to the order of rows, with what each member is to its first wording."""
    n = order.size
    lead = np.full(n, -1)
    lead[leaders] = np.arange(leaders.size)
    first, relation, similarity, by = wording.copy(), ["first"] * n, np.ones(n, np.float32), ["exact"] * n
    for k in range(n):
        leader = lead[wording[k]]
        if leader >= 0 and joined[leader] != leader:
            first[k] = leaders[joined[leader]]
            similarity[k], by[k] = spaces.similarity(made.spaces, leader, joined[leader])
            relation[k] = relate(languages[order[k]], languages[order[first[k]]])
        elif wording[k] != k:
            copied = jaccard[k] > 1
            relation[k], by[k] = ("copy", "exact") if copied else ("near copy", "shingles")
            similarity[k] = min(float(jaccard[k]), 1.0)
    back = np.argsort(order)
    return Clusters(
        first=order[first][back],
        relation=tuple(relation[k] for k in back),
        similarity=similarity[back],
        by=tuple(by[k] for k in back),
        wording=order[wording][back],
        texts=tuple(texts),
        times=moments,
        languages=tuple(languages),
        encoders=made.encoders,
        words=made.words,
        spaces=made.spaces,
        leaders=order[leaders],
    )


def relate(language: str, first: str) -> Relation:
    """What a text in other words is to a first wording, by their languages; unknown ones are taken as the same."""
    return "translation" if language and first and language != first else "rewording"
