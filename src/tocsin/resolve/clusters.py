"""The same person or organisation on several lists: clusters that hold at most one entry of each list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.kernels import names_search as search
from tocsin.model.arrow import schema
from tocsin.progress import Progress, Silent
from tocsin.resolve.frequency import Frequency
from tocsin.resolve.match import Subject, compare_many
from tocsin.resolve.names import Lexicon
from tocsin.resolve.screen import subjects
from tocsin.resolve.weights import pick, probability

SURE = 0.5  # probability from which two entries can be one
_CANDIDATES = 20  # names of another list that each name is compared with
_ENTRIES = 5  # entries of another list that each entry is weighed against

#: One row an entry: the number of its cluster, and the least probability by which it was joined (null: alone).
CLUSTERS = schema(
    [
        ("list", pa.string()),
        ("entry", pa.string()),
        ("cluster", pa.int64()),
        ("probability", pa.float64()),
    ]
)


def cluster(listed: pa.Table, progress: Progress | None = None) -> pa.Table:
    """CLUSTERS of LISTED of several lists. Pairs of entries of different lists are joined, the likeliest first, unless
    their clusters would then hold two entries of one list. Clusters are numbered in the order of their first row."""
    progress = progress or Silent()
    entries = subjects(listed)
    lists = [str(name) for name in listed["list"].to_pylist()]
    pairs = [
        pair
        for persons in (True, False)
        for pair in _pairs([k for k, e in enumerate(entries) if (e.schema == "Person") == persons], entries, lists)
    ]
    progress.start("Comparing entries of the lists", len(pairs))
    odds = compare_many(entries, entries, pairs).log_odds
    order = sorted(range(len(pairs)), key=lambda k: (-odds[k], pairs[k]))
    joined, sure = _join([pairs[k] for k in order], probability(odds[order]), lists)
    progress.advance(len(pairs))
    columns = [listed["list"], listed["entry"], pa.array(joined), pa.array(sure, mask=np.isinf(sure))]
    return pa.table(columns, schema=CLUSTERS)


def _pairs(which: Sequence[int], entries: Sequence[Subject], lists: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of entries of different lists that have names in common, or much alike; the lower number first."""
    found: set[tuple[int, int]] = set()
    names = sorted({lists[k] for k in which})
    for n, left in enumerate(names):
        for right in names[n + 1 :]:
            mine, others = ([k for k in which if lists[k] == name] for name in (left, right))
            found |= _between(mine, others, entries)
    return sorted(found)


def _between(left: Sequence[int], right: Sequence[int], entries: Sequence[Subject]) -> set[tuple[int, int]]:
    """For each entry of one list, those of the other whose names fit best by `pick`."""
    lexicon = Lexicon(Frequency.load("persons" if entries[left[0]].schema == "Person" else "organisations"))
    mine, others = (lexicon.add([words for k in side for words in entries[k].words]) for side in (left, right))
    owners = [np.repeat(np.array(side), [len(entries[k].words) for k in side]) for side in (left, right)]
    words = lexicon.words()
    near = search.neighbours(words, np.unique(mine.words), np.unique(others.words))
    by_word = search.postings(others, words.weight.size)
    found = search.candidates(words, mine, others, by_word, near, search.totals(words, others), _CANDIDATES, 0.4)
    scores, _ = search.measure(words, mine, others, found, pick())
    row, column = np.nonzero(found >= 0)
    a, b, score = owners[0][row], owners[1][found[row, column]], scores[row, column]
    kept: dict[int, dict[int, float]] = {}
    for k in np.argsort(-score, kind="stable"):
        fits = kept.setdefault(int(a[k]), {})
        if len(fits) < _ENTRIES:
            fits.setdefault(int(b[k]), float(score[k]))
    return {(min(i, j), max(i, j)) for i, fits in kept.items() for j in fits}


def _join(pairs: Sequence[tuple[int, int]], sure: Any, lists: Sequence[str]) -> tuple[Any, Any]:
    """Number of the cluster of each entry, and the least probability of the pairs that joined it (inf: alone)."""
    members = {k: [k] for k in range(len(lists))}
    head = list(range(len(lists)))
    least = np.full(len(lists), np.inf)
    for (i, j), p in zip(pairs, sure, strict=True):
        a, b = head[i], head[j]
        if p < SURE:
            break
        if a == b or {lists[k] for k in members[a]} & {lists[k] for k in members[b]}:
            continue
        least[[i, j]] = np.minimum(least[[i, j]], p)
        low, high = min(a, b), max(a, b)
        for k in members[high]:
            head[k] = low
        members[low] += members.pop(high)
    _, number = np.unique(head, return_inverse=True)
    return number, least
