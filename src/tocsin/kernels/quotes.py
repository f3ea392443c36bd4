"""Passages of documents in texts: runs of at least three words that both have, with one gap allowed, weighed in bits.

A passage is found by three words in a row, then followed to both sides word by word. Once in it the two may differ: up
to `GAP` words of the one stand for up to `GAP` of the other. Of all such passages of a text the one that weighs most is
kept. A word weighs -log2 of its probability after the two words before it, in a background of other texts: trigrams
are smoothed by bigrams and these by single words, each by adding a fixed mass of the shorter one (a hierarchy of
Dirichlet priors; MacKay and Peto 1995). So a rare word weighs much, and a phrase that is often said hardly more than
its first word.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.text import Tokens
from tocsin.kernels.utf8 import Hashes, Ints, Longs

SEED = 3  # words in a row by which a passage is found
GAP = 3  # most words on either side of a gap
GAP_BITS = 4.5  # what a gap takes from the weight: there are 11 ways to choose it, on two sides
LEAST = 5  # words that a passage and a text must have in common
#: Occurrences of three words in the documents that are followed; more have three words that say nothing.
FOLLOWED = 64
PRIOR_ONE, PRIOR_TWO, PRIOR_THREE = 0.5, 50.0, 5.0  # mass of the shorter n-gram, in occurrences

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_FREE = -1


class Index(NamedTuple):
    """Documents to look for. `ids[k]` is the word at place k of all documents in a row, -1 between two of them; words
    are numbered from 0. `words`, `pairs` and `threes` are open hash tables (keys and values): of words, of two and of
    three in a row; `first` and `following` chain
    the places where the same three begin; a place that is not `chained` has too many like it."""

    ids: Ints
    offsets: Longs
    words: tuple[Hashes, Ints]
    pairs: tuple[Hashes, Ints]
    threes: tuple[Hashes, Ints]
    pair_at: Ints
    three_at: Ints
    first: Ints
    following: Ints
    chained: npt.NDArray[np.bool_]


class Counts(NamedTuple):
    """What a background of texts holds: words in all, and of each word, pair and three of the documents."""

    total: Longs
    words: Longs
    pairs: Longs
    threes: Longs


class Weights(NamedTuple):
    """Bits of the word at each place of the documents: alone, after one word and after two words; the last as a sum
    over all places before."""

    alone: npt.NDArray[np.float64]
    second: npt.NDArray[np.float64]
    summed: npt.NDArray[np.float64]


class Passages(NamedTuple):
    """The passage of each text that weighs most: its weight in bits (0: none), its place in the documents and in the
    text (words), its length there, the words that both have, and the words that differ."""

    bits: npt.NDArray[np.float32]
    place: Ints
    length: Ints
    at: Ints
    same: Ints
    differ: Ints


def index(documents: Tokens) -> Index:
    """Make documents (`kernels.text.words`) ready to be looked for. Place k of document d is offsets[d] + k + d: one
    place between two documents stays empty."""
    sizes = np.diff(documents.offsets)
    distinct, ids = np.unique(documents.hashes, return_inverse=True)
    starts = documents.offsets[:-1] + np.arange(sizes.size)
    places = np.full(documents.hashes.size + sizes.size + 1, -1, np.int32)
    at = np.repeat(starts - documents.offsets[:-1], sizes) + np.arange(documents.hashes.size)
    places[at] = ids.astype(np.int32)
    words = _table(distinct, np.arange(distinct.size, dtype=np.int32))
    pair_at, pairs = _runs(places, 2)
    three_at, threes = _runs(places, SEED)
    chains = _chains(three_at, int(three_at.max(initial=-1)) + 1)
    return Index(places, np.append(starts, places.size - 1), words, pairs, threes, pair_at, three_at, *chains)


def _table(keys: Hashes, values: Ints) -> tuple[Hashes, Ints]:
    room = 1 << max(int(keys.size * 2).bit_length(), 4)
    return _fill(keys, values, np.zeros(room, np.uint64), np.full(room, _FREE, np.int32))  # type: ignore[no-any-return]


def _runs(places: Ints, length: int) -> tuple[Ints, tuple[Hashes, Ints]]:
    """The number of the run of words that begins at each place (-1: none), and the table of runs."""
    keys, whole = _keys(places, length)
    distinct, numbers = np.unique(keys[whole], return_inverse=True)
    at = np.full(places.size, -1, np.int32)
    at[whole] = numbers
    return at, _table(distinct, np.arange(distinct.size, dtype=np.int32))


@njit(cache=True, nogil=True)
def _key(state: Any, word: int) -> Any:
    state = (state ^ np.uint64(word + 1)) * _FACTOR
    return state ^ (state >> np.uint64(29))


@njit(cache=True, nogil=True)
def _keys(places: Any, length: int) -> Any:
    keys, whole = np.zeros(places.size, np.uint64), np.zeros(places.size, np.bool_)
    for k in range(places.size - length + 1):
        state, good = np.uint64(length), True
        for j in range(length):
            good &= places[k + j] >= 0
            state = _key(state, places[k + j])
        keys[k], whole[k] = state, good
    return keys, whole


@njit(cache=True, nogil=True)
def _fill(keys: Any, values: Any, held: Any, numbers: Any) -> Any:
    mask = np.uint64(held.size - 1)
    for k in range(keys.size):
        at = (keys[k] * _FACTOR) >> np.uint64(20) & mask
        while numbers[at] != _FREE:
            at = (at + np.uint64(1)) & mask
        held[at], numbers[at] = keys[k], values[k]
    return held, numbers


@njit(cache=True, nogil=True)
def _find(key: Any, table: Any) -> Any:
    """The number under a key; -1 where there is none."""
    held, numbers = table
    mask = np.uint64(held.size - 1)
    at = (key * _FACTOR) >> np.uint64(20) & mask
    while numbers[at] != _FREE:
        if held[at] == key:
            return numbers[at]
        at = (at + np.uint64(1)) & mask
    return np.int32(_FREE)


@njit(cache=True, nogil=True)
def _chains(three_at: Any, count: int) -> Any:
    """Places of equal runs: the first of each, and after each place the next one; a chain ends after FOLLOWED."""
    first, following = np.full(count, -1, np.int32), np.full(three_at.size, -1, np.int32)
    last, length = np.full(count, -1, np.int32), np.zeros(count, np.int32)
    chained = np.zeros(three_at.size, np.bool_)
    for k in range(three_at.size):
        run = three_at[k]
        if run < 0 or length[run] == FOLLOWED:
            continue
        if last[run] < 0:
            first[run] = k
        else:
            following[last[run]] = k
        last[run] = k
        length[run] += 1
        chained[k] = True
    return first, following, chained


def no_counts(found: Index) -> Counts:
    """Counts of a background without texts; `count` adds to them."""
    sizes = (1, *(int(table[1].max(initial=-1)) + 1 for table in (found.words, found.pairs, found.threes)))
    return Counts(*(np.zeros(size, np.int64) for size in sizes))


def count(texts: Tokens, found: Index, counts: Counts) -> None:
    """Add the words of texts (`kernels.text.words`) to the counts of a background."""
    _count(texts, found, counts)


@njit(cache=True, nogil=True)
def _count(texts: Any, found: Any, counts: Any) -> None:
    counts.total[0] += texts.hashes.size
    for r in range(texts.offsets.size - 1):
        one, two = np.int32(-1), np.int32(-1)
        for k in range(texts.offsets[r], texts.offsets[r + 1]):
            word = _find(texts.hashes[k], found.words)
            if word >= 0:
                counts.words[word] += 1
                if one >= 0:
                    pair = _find(_key(_key(np.uint64(2), one), word), found.pairs)
                    if pair >= 0:
                        counts.pairs[pair] += 1
                        three = _three(two, one, word, found)
                        if three >= 0:
                            counts.threes[three] += 1
            one, two = word, one


@njit(cache=True, nogil=True)
def _three(one: int, two: int, three: int, found: Any) -> Any:
    """The number of these three words in a row in the documents; -1 where they do not stand there."""
    if one < 0 or two < 0 or three < 0:
        return np.int32(_FREE)
    return _find(_key(_key(_key(np.uint64(SEED), one), two), three), found.threes)


def weigh(found: Index, counts: Counts) -> Weights:
    """Weigh each place of the documents by the counts of a background."""
    ids, total, vocabulary = found.ids, float(counts.total[0]), float(counts.words.size)
    at = np.flatnonzero(ids >= 0)
    known = ids[at]
    one = np.zeros(ids.size)
    one[at] = (counts.words[known] + PRIOR_ONE) / (total + PRIOR_ONE * (vocabulary + 1))
    two, three = one.copy(), one.copy()
    pair = at[found.pair_at[at] >= 0]  # begins a pair: its second word follows
    seen, before = counts.pairs[found.pair_at[pair]], counts.words[ids[pair]]
    two[pair + 1] = (seen + PRIOR_TWO * one[pair + 1]) / (before + PRIOR_TWO)
    three[:] = two
    run = at[found.three_at[at] >= 0]
    seen, before = counts.threes[found.three_at[run]], counts.pairs[found.pair_at[run]]
    three[run + 2] = (seen + PRIOR_THREE * two[run + 2]) / (before + PRIOR_THREE)
    bits = [np.where(ids >= 0, -np.log2(np.where(p > 0, p, 1.0)), 0.0) for p in (one, two, three)]
    return Weights(bits[0], bits[1], np.append(0.0, np.cumsum(bits[2])))


def search(texts: Tokens, found: Index, weights: Weights) -> Passages:
    """The weightiest passage of each text (`kernels.text.words`) that stands in the documents too."""
    rows = texts.offsets.size - 1
    made = Passages(np.zeros(rows, np.float32), *(np.zeros(rows, np.int32) for _ in range(5)))
    _search(texts, found, weights, made)
    return made


@njit(cache=True, nogil=True)
def _search(texts: Any, found: Any, weights: Any, made: Any) -> None:
    offsets, ids = texts.offsets, found.ids
    longest = 0
    for r in range(offsets.size - 1):
        longest = max(longest, offsets[r + 1] - offsets[r])
    room = np.empty(longest, np.int32)
    for r in range(offsets.size - 1):
        text = room[: offsets[r + 1] - offsets[r]]
        for k in range(text.size):
            text[k] = _find(texts.hashes[offsets[r] + k], found.words)
        for k in range(text.size - SEED + 1):
            three = _three(text[k], text[k + 1], text[k + 2], found)
            place = found.first[three] if three >= 0 else np.int32(-1)
            while place >= 0:
                if not (k and place and text[k - 1] == ids[place - 1] and found.chained[place - 1]):
                    _follow(text, k, ids, place, weights, made, r)
                place = found.following[place]


@njit(cache=True, nogil=True)
def _follow(text: Any, k: int, ids: Any, place: int, weights: Any, made: Any, r: int) -> None:
    """The passage around word k of the text and `place`: alone, and with what lies over a gap on either side."""
    back = _run_back(text, k, ids, place)
    k, place = k - back, place - back
    length = _run(text, k, ids, place)
    own = _weight(place, length, weights)
    _keep(own, (place, length, k, length, 0), made, r)
    for a in range(GAP + 1):
        for b in range(GAP + 1):
            if max(a, b) == 0 or (min(a, b) == 0 and max(a, b) > 1):
                continue
            least = 1 if max(a, b) == 1 else 2
            begin, at = place + length + a, k + length + b
            if begin < ids.size and at < text.size and _within(ids, begin - a, a):
                more = _run(text, at, ids, begin)
                if more >= least:
                    weight = own - GAP_BITS + _weight(begin, more, weights)
                    _keep(weight, (place, length + a + more, k, length + more, max(a, b)), made, r)
            if place >= a and k >= b and _within(ids, place - a, a):
                more = _run_back(text, k - b, ids, place - a)
                if more >= least:
                    begin = place - a - more
                    weight = own - GAP_BITS + _weight(begin, more, weights)
                    _keep(weight, (begin, more + a + length, k - b - more, length + more, max(a, b)), made, r)


@njit(cache=True, nogil=True)
def _within(ids: Any, begin: int, size: int) -> bool:
    """Whether no document ends within these places."""
    return size == 0 or ids[begin : begin + size].min() >= 0


@njit(cache=True, nogil=True)
def _run(text: Any, k: int, ids: Any, place: int) -> int:
    """Words alike from word k of the text and from `place` on."""
    length = 0
    while k + length < text.size and place + length < ids.size and text[k + length] == ids[place + length] >= 0:
        length += 1
    return length


@njit(cache=True, nogil=True)
def _run_back(text: Any, k: int, ids: Any, place: int) -> int:
    """Words alike before word k of the text and before `place`."""
    length = 0
    while k > length and place > length and text[k - length - 1] == ids[place - length - 1] >= 0:
        length += 1
    return length


@njit(cache=True, nogil=True)
def _weight(place: int, length: int, weights: Any) -> Any:
    bits = weights.alone[place]
    if length > 1:
        bits += weights.second[place + 1]
    if length > 2:
        bits += weights.summed[place + length] - weights.summed[place + 2]
    return bits


@njit(cache=True, nogil=True)
def _keep(weight: float, passage: Any, made: Any, r: int) -> None:
    """Keep the passage for text r where it weighs more than what is kept."""
    if weight > made.bits[r] and passage[3] >= LEAST:
        made.bits[r] = weight
        made.place[r], made.length[r], made.at[r], made.same[r], made.differ[r] = passage
