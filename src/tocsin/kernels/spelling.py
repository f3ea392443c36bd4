"""How likely a string is as a name: an n-gram model of letters, fitted to the names at hand.

Interpolated Witten-Bell smoothing (Witten and Bell 1991) over contexts of up to `ORDER` letters; counts are kept in one
hashed table, so memory does not grow with the names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

ORDER = 4
ROOM = 16  # slots for each letter learnt: few are shared
LETTERS = 37  # a to z, 0 to 9, and the edge of a word
EDGE = 36
_LEAST_BITS, _MOST_BITS = 16, 25
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Model(NamedTuple):
    """Counts by hash of context and letter, and of contexts: how often, and how many different letters follow."""

    seen: npt.NDArray[np.int32]
    total: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int32]


def empty(letters: int) -> Model:
    """A model that has seen nothing (every letter is as likely as every other), with room to learn so many letters."""
    size = 1 << min(max(int(letters * ROOM).bit_length(), _LEAST_BITS), _MOST_BITS)
    return Model(np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int32))


@njit(cache=True, nogil=True, inline="always")
def _slot(model: Model, key: Any) -> Any:
    key = (key ^ (key >> np.uint64(29))) * _MIX
    return np.int64((key >> np.uint64(32)) & np.uint64(model.seen.size - 1))


@njit(cache=True, nogil=True, inline="always")
def _joined(key: Any, letter: Any) -> Any:
    return key * np.uint64(41) + np.uint64(letter) + np.uint64(1)


@njit(cache=True, nogil=True)
def learn(model: Model, letters: Any, at: Any, taken: Any) -> None:
    """Count the letters of words `letters[at[w]:at[w + 1]]` where `taken[w]`."""
    for w in range(at.size - 1):
        if not taken[w]:
            continue
        for k in range(at[w], at[w + 1] + 1):
            letter = letters[k] if k < at[w + 1] else EDGE
            key = np.uint64(7)
            for back in range(ORDER + 1):
                context = _slot(model, key)
                pair = _slot(model, _joined(key, letter) ^ _MIX)
                model.kinds[context] += model.seen[pair] == 0
                model.seen[pair] += 1
                model.total[context] += 1
                if k - back < at[w]:
                    break
                before = letters[k - back - 1] if k - back > at[w] else EDGE
                key = _joined(key, before)


@njit(cache=True, nogil=True)
def _next(model: Model, word: Any, k: int, letter: int, started: bool) -> float:
    """Chance of `letter` after word[:k]; `started`: the word begins at its first letter, else anywhere."""
    chance = 1.0 / LETTERS
    key = np.uint64(7)
    for back in range(ORDER + 1):
        context = _slot(model, key)
        total, kinds = model.total[context], max(model.kinds[context], 1)  # slots may be shared
        if total == 0:
            break
        chance = (model.seen[_slot(model, _joined(key, letter) ^ _MIX)] + kinds * chance) / (total + kinds)
        if k - back < 0 or (k - back == 0 and not started):
            break
        key = _joined(key, word[k - back - 1] if k - back > 0 else EDGE)
    return chance


@njit(cache=True, nogil=True)
def chance(model: Model, word: Any, started: bool, ended: bool) -> float:
    """Chance that a word of the language is `word`, or begins with it (not `ended`), or ends with it from a given
    place on (not `started`)."""
    made = 1.0
    for k in range(word.size):
        made *= _next(model, word, k, word[k], started)
    return made * _next(model, word, word.size, EDGE, started) if ended else made


@njit(cache=True, nogil=True)
def _changed(model: Model, word: Any, k: int, front: float, behind: Any, original: int) -> float:
    """Chance of `word`, which is like another of `original` letters up to letter k and, but for one edit, beyond.
    `front`: chance of the letters before k. `behind[i]`: chance of the other's letters from i on, its end included."""
    made = front
    stop = min(k + ORDER + 2, word.size + 1)  # from here on the edit is out of sight
    for i in range(k, stop):
        made *= _next(model, word, i, word[i] if i < word.size else EDGE, True)
    return made * behind[stop - word.size + original] if stop <= word.size else made


@njit(cache=True, nogil=True)
def chance_near(model: Model, word: Any) -> float:
    """Chance that a word of the language is one edit from `word`: a letter more, less, other, or two swapped."""
    n = word.size
    single = np.array([_next(model, word, k, word[k] if k < n else EDGE, True) for k in range(n + 1)])
    front, behind = np.ones(n + 2), np.ones(n + 2)
    for k in range(n + 1):
        front[k + 1], behind[n - k] = front[k] * single[k], behind[n - k + 1] * single[n - k]
    total = 0.0
    other = np.empty(n + 1, word.dtype)
    for k in range(n + 1):
        other[:k], other[k + 1 :] = word[:k], word[k:]
        for letter in range(LETTERS - 1):
            other[k] = letter
            if k == 0 or letter != word[k - 1]:  # the same word comes of doubling either of two letters
                total += _changed(model, other, k, front[k], behind, n)
    for k in range(n):
        other[:k], other[k : n - 1] = word[:k], word[k + 1 :]
        if k == 0 or word[k] != word[k - 1]:
            total += _changed(model, other[: n - 1], k, front[k], behind, n)
        other[:n] = word
        for letter in range(LETTERS - 1):
            if letter != word[k]:
                other[k] = letter
                total += _changed(model, other[:n], k, front[k], behind, n)
        other[:n] = word
        if k + 1 < n and word[k] != word[k + 1]:
            other[k], other[k + 1] = word[k + 1], word[k]
            total += _changed(model, other[:n], k, front[k], behind, n)
    return total


@njit(cache=True, nogil=True)
def chances_near(model: Model, letters: Any, at: Any) -> Any:
    """`chance_near` of each word letters[at[w]:at[w + 1]]."""
    found = np.empty(at.size - 1)
    for w in range(found.size):
        found[w] = chance_near(model, letters[at[w] : at[w + 1]])
    return found


@njit(cache=True, nogil=True)
def chances(model: Model, letters: Any, at: Any) -> Any:
    """Of each word letters[at[w]:at[w + 1]] the chance that a word of the language is it, begins with it, and, from a
    given place on, ends with it or goes on with it: an array of shape (words, 4)."""
    found = np.empty((at.size - 1, 4))
    for w in range(at.size - 1):
        word = letters[at[w] : at[w + 1]]
        for which in range(4):
            found[w, which] = chance(model, word, which < 2, which % 2 == 0)
    return found
