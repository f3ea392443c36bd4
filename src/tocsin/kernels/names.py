"""Compare names word by word: which words of one name stand for which of the other, and how alike they are.

A name is a row of word numbers in a `Words` vocabulary that both sides share, so equal words have equal numbers. Every
word carries its folded form (spellings of one sound made one), its bones (consonants), and its weight: the rarer, the
more it says.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]

#: What is measured of two names; the columns of `features`.
FEATURES = (
    "exact",  # weight of words that are the same
    "sound",  # that fold to the same sound, or do so when two words are joined
    "near",  # that are one letter apart, or have the same consonants
    "far",  # that are somewhat alike
    "initial",  # number of initials that fit
    "conflict",  # weight of words on either side with no counterpart: the lesser of the two sides
    "left_alone",  # weight of the left name's words without a counterpart
    "right_alone",  # of the right name's
    "short_covered",  # share of the lighter name's weight that has a counterpart
    "long_covered",  # of the heavier one's
    "likeness",  # mean likeness of letters over both names
    "moved",  # counterparts in another order
    "one_word",  # one of the names is a single word
    "whole",  # the same words, all of them
    "words",  # number of words with a counterpart, initials aside
    "surname_missed",  # a last name that is told has no counterpart
    "given_missed",  # given names are told and none has a counterpart
    "surname_given",  # a last name that is told has its counterpart among the other's given names
)
WIDTH = len(FEATURES)
EXACT, SOUND, NEAR, FAR, INITIAL = 1, 2, 3, 4, 5
_LONGEST = 14  # words of a name that are compared
_SPAN = 40  # letters of a word that are compared
_UNKNOWN = 18.0  # weight of the words of a name that is not told


class Words(NamedTuple):
    """Distinct words: text k is text[text_at[k]:text_at[k + 1]], its fold likewise. Weights are -log of frequency."""

    text: Bytes
    text_at: Longs
    fold: Bytes
    fold_at: Longs
    bones: Hashes  # 0: too few to tell
    letters: Hashes  # one bit for each letter of the fold
    weight: Floats


class Names(NamedTuple):
    """Name r is words[at[r]:at[r + 1]]; `part` is 1 for a last name, 2 for a given name, 0 where that is not told."""

    words: Ints
    part: Bytes
    at: Longs


@njit(cache=True, nogil=True)
def _edits(a: Any, n: int, b: Any, m: int, most: int, rows: Any) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between a[:n] and b[:m]; most + 1 where there are more."""
    if abs(n - m) > most:
        return most + 1
    for j in range(m + 1):
        rows[1, j] = j
    for i in range(1, n + 1):
        now, before, older = (i + 1) % 3, i % 3, (i + 2) % 3
        rows[now, 0] = i
        least = i
        for j in range(1, m + 1):
            same = a[i - 1] == b[j - 1]
            best = min(rows[before, j] + 1, rows[now, j - 1] + 1, rows[before, j - 1] + (0 if same else 1))
            if not same and i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, rows[older, j - 2] + 1)
            rows[now, j] = best
            least = min(least, best)
        if least > most:
            return most + 1
    return int(rows[(n + 1) % 3, m])


@njit(cache=True, nogil=True)
def _bits(word: Any) -> int:
    count = 0
    while word:
        word &= word - np.uint64(1)
        count += 1
    return count


@njit(cache=True, nogil=True)
def alike(words: Words, i: int, j: int, rows: Any) -> Any:
    """Level (EXACT ... INITIAL, 0 for unlike) and likeness in [0, 1] of two words."""
    if i == j:
        return EXACT, 1.0
    n, m = words.text_at[i + 1] - words.text_at[i], words.text_at[j + 1] - words.text_at[j]
    if n == 1 or m == 1:
        same = words.text[words.text_at[i]] == words.text[words.text_at[j]]
        return (INITIAL, 0.5) if same and n != m else (0, 0.0)
    a, b = words.fold[words.fold_at[i] : words.fold_at[i + 1]], words.fold[words.fold_at[j] : words.fold_at[j + 1]]
    if _bits(words.letters[i] ^ words.letters[j]) > 5 or a[0] <= 57:  # a number is the same or another
        return 0, 0.0
    return _alike(a, b, words.bones[i] != 0 and words.bones[i] == words.bones[j], rows)


@njit(cache=True, nogil=True)
def _alike(a: Any, b: Any, same_bones: bool, rows: Any) -> Any:
    n, m = min(a.size, _SPAN), min(b.size, _SPAN)
    long = max(n, m)
    if long == 0:
        return 0, 0.0
    most = 1 if long <= 3 else max(2, long * 2 // 5)
    edits = _edits(a, n, b, m, most, rows)
    if edits == 0:
        return SOUND, 0.95
    likeness = 1 - edits / long
    if (edits == 1 and long >= 5) or (same_bones and edits <= most):
        return NEAR, max(likeness, 0.8)
    if likeness >= 0.6 and long >= 4:
        return FAR, likeness
    return 0, 0.0


@njit(cache=True, nogil=True)
def _joined(words: Words, i: int, k: int, l: int, buffer: Any, rows: Any) -> tuple[int, float]:  # noqa: E741
    """Likeness of word i and words k and l written as one."""
    n = words.fold_at[i + 1] - words.fold_at[i]
    m, o = words.fold_at[k + 1] - words.fold_at[k], words.fold_at[l + 1] - words.fold_at[l]
    if n < 4 or abs(n - m - o) > 1 or m + o > _SPAN:
        return 0, 0.0
    buffer[:m] = words.fold[words.fold_at[k] : words.fold_at[k + 1]]
    buffer[m : m + o] = words.fold[words.fold_at[l] : words.fold_at[l + 1]]
    level, likeness = _alike(words.fold[words.fold_at[i] : words.fold_at[i + 1]], buffer[: m + o], False, rows)
    return (level, likeness) if level in (SOUND, NEAR) else (0, 0.0)


@njit(cache=True, nogil=True)
def compare(words: Words, a: Any, pa: Any, b: Any, pb: Any, weights: Any, out: Any, space: Any, rows: Any) -> Any:
    """Write the features of two names to `out` and return their sum by `weights` (one a feature)."""
    n, m = min(a.size, _LONGEST), min(b.size, _LONGEST)
    if n == 0 or m == 0:
        return _nothing(weights, out)
    like, level = space[0], space[1]
    to_a, to_b = rows[3], rows[4]
    to_a[:n] = -1
    to_b[:m] = -1
    out[:] = 0.0
    for i in range(n):
        for j in range(m):
            kind, likeness = alike(words, a[i], b[j], rows)
            level[i, j] = kind
            weight = (words.weight[a[i]] + words.weight[b[j]]) / 2
            like[i, j] = likeness * (weight + 0.5) - 0.02 * abs(i - j) if kind else 0.0
    letters = _pair_up(words, a, n, b, m, space, to_a, to_b, out)
    letters += _join(words, a, n, b, m, to_a, to_b, out, rows)
    letters += _join(words, b, m, a, n, to_b, to_a, out, rows)
    _sums(words, a, pa, n, b, pb, m, to_a, to_b, letters, out)
    total = 0.0
    for f in range(WIDTH):
        total += weights[f] * out[f]
    return total


@njit(cache=True, nogil=True)
def _nothing(weights: Any, out: Any) -> float:
    """Nothing to compare: as if two rare words stood against two others."""
    out[:] = 0.0
    out[5:8] = _UNKNOWN
    return float((weights[5] + weights[6] + weights[7]) * _UNKNOWN)


@njit(cache=True, nogil=True)
def _pair_up(words: Words, a: Any, n: int, b: Any, m: int, space: Any, to_a: Any, to_b: Any, out: Any) -> float:
    """Pair words greedily, the most telling first; return the letters that have counterparts."""
    like, level = space[0], space[1]
    letters = 0.0
    for _ in range(min(n, m)):
        best, x, y = 0.0, -1, -1
        for i in range(n):
            if to_a[i] < 0:
                for j in range(m):
                    if to_b[j] < 0 and like[i, j] > best:
                        best, x, y = like[i, j], i, j
        if x < 0:
            break
        to_a[x], to_b[y] = y, x
        kind = int(level[x, y])
        weight = (
            min(words.weight[a[x]], words.weight[b[y]])
            if kind == INITIAL
            else (words.weight[a[x]] + words.weight[b[y]]) / 2
        )
        out[kind - 1] += 1.0 if kind == INITIAL else weight
        share = best / ((words.weight[a[x]] + words.weight[b[y]]) / 2 + 0.5)
        letters += share * (_length(words, a[x]) + _length(words, b[y]))
    return letters


@njit(cache=True, nogil=True)
def _length(words: Words, k: int) -> int:
    return int(words.text_at[k + 1] - words.text_at[k])


@njit(cache=True, nogil=True)
def _join(words: Words, a: Any, n: int, b: Any, m: int, to_a: Any, to_b: Any, out: Any, rows: Any) -> float:
    """Pair words of `a` left over, or only loosely paired, with two neighbours in `b` left over."""
    letters = 0.0
    for i in range(n):
        if to_a[i] >= 0:
            continue
        for j in range(m - 1):
            if to_b[j] >= 0 or to_b[j + 1] >= 0:
                continue
            kind, likeness = _joined(words, a[i], b[j], b[j + 1], rows[5], rows)
            if kind:
                to_a[i], to_b[j], to_b[j + 1] = j, i, i
                out[kind - 1] += words.weight[a[i]]
                letters += likeness * (_length(words, a[i]) + _length(words, b[j]) + _length(words, b[j + 1]))
                break
    return letters


@njit(cache=True, nogil=True)
def _sums(
    words: Words, a: Any, pa: Any, n: int, b: Any, pb: Any, m: int, to_a: Any, to_b: Any, letters: float, out: Any
) -> None:
    """The features that follow from who is paired with whom."""
    all_a, left_a, size_a, moved, last_a, given_a, swapped_a = _side(words, a, pa, n, pb, to_a)
    all_b, left_b, size_b, _, last_b, given_b, swapped_b = _side(words, b, pb, m, pa, to_b)
    covered_a, covered_b = (all_a - left_a) / max(all_a, 1e-9), (all_b - left_b) / max(all_b, 1e-9)
    if all_a > all_b:
        covered_a, covered_b = covered_b, covered_a
    paired = 0
    for i in range(n):
        paired += to_a[i] >= 0
    out[5] = min(left_a, left_b)
    out[6] = left_a
    out[7] = left_b
    out[8] = covered_a
    out[9] = covered_b
    out[10] = letters / max(size_a + size_b, 1)
    out[11] = moved
    out[12] = min(n, m) == 1
    out[13] = n == m and paired == n and out[1] + out[2] + out[3] + out[4] == 0
    out[14] = paired - out[4]
    out[15] = last_a or last_b
    out[16] = given_a or given_b
    out[17] = swapped_a or swapped_b


@njit(cache=True, nogil=True)
def _side(words: Words, a: Any, pa: Any, n: int, pb: Any, to: Any) -> Any:
    """Of one name: its weight, the weight left over, its letters, whether its counterparts come in another order, told
    last names all left over, told given names all left over, a last name paired with a given name."""
    whole = left = 0.0
    size, before = 0, -1
    last = last_met = given = given_met = moved = swapped = False
    for i in range(n):
        met = to[i] >= 0
        whole += words.weight[a[i]]
        size += _length(words, a[i])
        if met:
            moved |= to[i] < before
            before = to[i]
            swapped |= pa[i] == 1 and pb[to[i]] == 2
        else:
            left += words.weight[a[i]]
        last |= pa[i] == 1
        last_met |= pa[i] == 1 and met
        given |= pa[i] == 2
        given_met |= pa[i] == 2 and met
    return whole, left, size, moved, last and not last_met, given and not given_met, swapped


@njit(cache=True, nogil=True)
def best(
    words: Words, left: Names, lefts: Any, right: Names, rights: Any, weights: Any, out: Any, scores: Any
) -> tuple[int, int]:
    """The pair of names, one of `lefts` and one of `rights` (row numbers), that is the most alike by `weights`; its
    features are left in `out`, and in `scores` the best of each left name."""
    space, rows = np.empty((2, _LONGEST, _LONGEST)), np.empty((6, _SPAN + 2), np.int64)
    features = np.empty(WIDTH)
    top, x, y = -np.inf, -1, -1
    for p in range(len(lefts)):
        i = lefts[p]
        scores[p] = -np.inf
        a, pa = left.words[left.at[i] : left.at[i + 1]], left.part[left.at[i] : left.at[i + 1]]
        for j in rights:
            b, pb = right.words[right.at[j] : right.at[j + 1]], right.part[right.at[j] : right.at[j + 1]]
            score = compare(words, a, pa, b, pb, weights, features, space, rows)
            scores[p] = max(scores[p], score)
            if score > top:
                top, x, y = score, i, j
                out[:] = features
    return x, y


@njit(cache=True, nogil=True)
def counterparts(words: Words, a: Any, pa: Any, b: Any, pb: Any) -> Any:
    """For each word of the first name, the place of its counterpart in the second; -1 for none."""
    space, rows = np.empty((2, _LONGEST, _LONGEST)), np.full((6, _SPAN + 2), -1, np.int64)
    compare(words, a, pa, b, pb, np.zeros(WIDTH), np.empty(WIDTH), space, rows)
    return rows[3, : min(a.size, _LONGEST)].copy()


@njit(cache=True, nogil=True)
def features(words: Words, a: Any, pa: Any, b: Any, pb: Any, weights: Any, out: Any) -> float:
    """`compare` of one pair of names, with working space of its own."""
    space, rows = np.empty((2, _LONGEST, _LONGEST)), np.empty((6, _SPAN + 2), np.int64)
    return float(compare(words, a, pa, b, pb, weights, out, space, rows))
