"""Candidates for a name among many: names of the list that share words with it, or words spelt much like its own."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.names import FAR, INITIAL, WIDTH, Floats, Ints, Longs, Names, Words, alike, compare

_SPAN = 42
_WORDS = 14


class Postings(NamedTuple):
    """Names that hold a word: name[at[w]:at[w + 1]] for word w of the vocabulary."""

    name: Ints
    at: Longs


class Neighbours(NamedTuple):
    """Words of the list alike to a word of the queries: word[at[w]:at[w + 1]], with the likeness of each."""

    word: Ints
    likeness: npt.NDArray[np.float32]
    at: Longs


@njit(cache=True, nogil=True)
def postings(names: Names, words: int) -> Postings:
    """Turn names by word round; `words` is the size of the vocabulary."""
    at = np.zeros(words + 1, np.int64)
    for w in names.words:
        at[w + 1] += 1
    at = np.cumsum(at)
    fill, name = at[:-1].copy(), np.empty(names.words.size, np.int32)
    for r in range(names.at.size - 1):
        for k in range(names.at[r], names.at[r + 1]):
            name[fill[names.words[k]]] = r
            fill[names.words[k]] += 1
    return Postings(name, at)


@njit(cache=True, nogil=True)
def _ones(x: Any) -> int:
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def neighbours(words: Words, asked: Any, listed: Any) -> Neighbours:
    """For each word of the vocabulary among `asked` (numbers), the words among `listed` that are alike; itself too."""
    rows = np.empty((6, _SPAN), np.int64)
    letters, bones, pairs = words.letters[listed], words.bones[listed], _pairs(words, listed)
    length = (words.fold_at[1:] - words.fold_at[:-1])[listed]
    at = np.zeros(words.weight.size + 1, np.int64)
    room = asked.size * 4 + 1024
    word, likeness = np.empty(room, np.int32), np.empty(room, np.float32)
    count = 0
    mine = _pairs(words, asked)
    for q in range(asked.size):
        w = asked[q]
        size = words.fold_at[w + 1] - words.fold_at[w]
        for k in range(listed.size):
            if abs(length[k] - size) > 3:
                continue
            unlike = _ones(letters[k] ^ words.letters[w])
            edits = 1 + min(max(length[k], size) - 1, 11) // 6 + (max(length[k], size) > 9)
            spelt = unlike <= 2 * edits and _ones(pairs[k] ^ mine[q]) <= 4 * edits + 2
            if not spelt and (bones[k] == 0 or bones[k] != words.bones[w] or unlike > 4):
                continue
            level, like = alike(words, w, listed[k], rows)
            if level == 0 or level == INITIAL or (level == FAR and like < 0.7):
                continue
            if count == room:
                room *= 2
                word, likeness = _grown(word, room), _grown(likeness, room)
            word[count], likeness[count] = listed[k], like
            count += 1
        at[w + 1] = count
    for w in range(1, at.size):
        at[w] = max(at[w], at[w - 1])
    return Neighbours(word[:count].copy(), likeness[:count].copy(), at)


@njit(cache=True, nogil=True)
def _pairs(words: Words, which: Any) -> Any:
    """One bit, of 64, for each two neighbouring letters of a word's fold, its ends included."""
    bits = np.zeros(which.size, np.uint64)
    for k in range(which.size):
        before = 0
        for i in range(words.fold_at[which[k]], words.fold_at[which[k] + 1] + 1):
            letter = words.fold[i] & 31 if i < words.fold_at[which[k] + 1] else 0
            bits[k] |= np.uint64(1) << np.uint64((before * 37 + letter * 11) & 63)
            before = letter
    return bits


@njit(cache=True, nogil=True)
def _grown(array: Any, room: int) -> Any:
    wider = np.empty(room, array.dtype)
    wider[: array.size] = array
    return wider


@njit(cache=True, nogil=True)
def totals(words: Words, names: Names) -> Any:
    """The sum of the weights of each name's words."""
    total = np.zeros(names.at.size - 1)
    for r in range(total.size):
        for k in range(names.at[r], names.at[r + 1]):
            total[r] += words.weight[names.words[k]]
    return total


@njit(cache=True, nogil=True)
def candidates(
    words: Words, asked: Names, listed: Names, by_word: Postings, near: Neighbours, heavy: Any, most: int, least: float
) -> Any:
    """Up to `most` names of `listed` for each name asked: those that share at least the part `least` of its weight,
    the greatest share of both names' weight first. `heavy` is what `totals` says of the list. Returns numbers of
    listed names, -1 where there are fewer."""
    found = np.full((asked.at.size - 1, most), -1, np.int32)
    shared = np.zeros(listed.at.size - 1, np.float32)
    last = np.full(shared.size, -1, np.int64)  # place of the asked word that was counted last
    touched = np.empty(shared.size, np.int32)
    share = np.empty(most)
    for q in range(found.shape[0]):
        own, n = 0.0, 0
        for k in range(asked.at[q], asked.at[q + 1]):
            w = asked.words[k]
            own += words.weight[w]
            n = _count(words, w, k, by_word, near, shared, last, touched, n)
        kept = 0
        for t in range(n):
            r = touched[t]
            part = 2 * shared[r] / (own + heavy[r])
            if shared[r] >= least * min(own, heavy[r]):
                kept = _keep(found[q], share, kept, most, r, part)
            shared[r] = 0
            last[r] = -1
    return found


@njit(cache=True, nogil=True)
def _count(
    words: Words, w: int, k: int, by_word: Postings, near: Neighbours, shared: Any, last: Any, touched: Any, n: int
) -> int:
    """Add what word w shares with each name that holds a neighbour of it; a name counts once a word."""
    for s in range(near.at[w], near.at[w + 1]):
        v = near.word[s]
        gain = near.likeness[s] * (words.weight[w] + words.weight[v]) / 2
        for p in range(by_word.at[v], by_word.at[v + 1]):
            r = by_word.name[p]
            if last[r] < 0:
                touched[n] = r
                n += 1
            if last[r] != k:
                shared[r] += gain
                last[r] = k
    return n


@njit(cache=True, nogil=True)
def _keep(found: Any, share: Any, kept: int, most: int, r: int, part: float) -> int:
    """Put name r among the best, in falling order; ties stand by number."""
    if kept == most and (part < share[most - 1] or (part == share[most - 1] and r > found[most - 1])):
        return kept
    at = min(kept, most - 1)
    while at > 0 and (share[at - 1] < part or (share[at - 1] == part and found[at - 1] > r)):
        share[at], found[at] = share[at - 1], found[at - 1]
        at -= 1
    share[at], found[at] = part, r
    return min(kept + 1, most)


@njit(cache=True, nogil=True)
def measure(words: Words, asked: Names, listed: Names, found: Any, weights: Any) -> tuple[Any, Floats]:
    """Compare every name asked with its candidates: scores by `weights`, and the features behind them."""
    space, rows = np.empty((2, _WORDS, _WORDS)), np.empty((6, _SPAN), np.int64)
    score = np.full(found.shape, -np.inf)
    features = np.zeros((*found.shape, WIDTH), np.float32)
    out = np.empty(WIDTH)
    for q in range(found.shape[0]):
        a, pa = asked.words[asked.at[q] : asked.at[q + 1]], asked.part[asked.at[q] : asked.at[q + 1]]
        for c in range(found.shape[1]):
            r = found[q, c]
            if r < 0:
                break
            b, pb = listed.words[listed.at[r] : listed.at[r + 1]], listed.part[listed.at[r] : listed.at[r + 1]]
            score[q, c] = compare(words, a, pa, b, pb, weights, out, space, rows)
            features[q, c] = out
    return score, features
