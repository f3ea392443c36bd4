"""Which of many names hold, or nearly hold, one of many words: the search behind look-alike names.

Names and words are first folded to letters that look different: 0 is o, 1 and i are l, rn is m. A word is then sought
as a run of a name's letters (rolling hashes over all runs), and one edit away from a whole part of it (by deleting one
letter on either side; Garbe's symmetric deletes). Edges of a name's parts, its dots and hyphens, are kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.utf8 import Utf8

LONGEST = 63  # letters of a label (RFC 1035, 2.3.4)
SHORTEST = 3
ROOM = 4096
NEAR_LEAST = 5  # letters of a word from which any edit counts; below it only letters that sound alike
DOT, HYPHEN = 2, 1

OTHER_LEAST = 7  # letters of a word that counts even where other letters stand beside it
MOST = 253  # letters of a name (RFC 1035, 3.1)

#: What a word is in a name: the label before the ending, a label further left, set apart from words that imitations
#: add, joined with them, a part between hyphens or dots, a part or label one edit away, letters within others.
LABEL, BELOW, APART, WORDS, PART, TYPO, OTHER = 0, 1, 2, 3, 4, 5, 6

_BASE = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0)
_ALIKE_IN_SOUND = ("ck", "ly", "vw", "sz", "uw", "fv")  # i is folded to l


class Folded(NamedTuple):
    """Names as letters: name r is letters[at[r]:at[r + 1]]; 0 to 25 are a to z, 26 to 35 the digits that resemble none.
    `double[k]`: letter k is written as two.

    `edge[k + r]` says what stands before letter k of name r: DOT (also the ends), HYPHEN, or 0. `byte[k]` is where the
    letter stands in the text.
    """

    letters: npt.NDArray[np.uint8]
    at: npt.NDArray[np.int64]
    edge: npt.NDArray[np.uint8]
    byte: npt.NDArray[np.int64]
    double: npt.NDArray[np.bool_]


class Index(NamedTuple):
    """Hash table of the words sought (`words`) and of those with one letter left out. `loose`: any edit of the word
    counts, since it is written in `NEAR_LEAST` letters or more, however many it looks like."""

    exact: npt.NDArray[np.uint64]
    exact_word: npt.NDArray[np.int32]
    near: npt.NDArray[np.uint64]
    near_word: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.bool_]
    loose: npt.NDArray[np.bool_]


class Hits(NamedTuple):
    """One entry a hit: the name, the word, what was found, and the letters [start, stop) of the name that hold it."""

    name: npt.NDArray[np.int32]
    word: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int32]
    stop: npt.NDArray[np.int32]


def _looks() -> npt.NDArray[np.uint8]:
    """What each byte looks like: a letter, or 255 for what separates."""
    table = np.full(256, 255, np.uint8)
    for n in range(26):
        table[ord("a") + n] = n
    for n in range(10):
        table[ord("0") + n] = 26 + n
    for one, other in ("0o", "1l", "il", "3e", "5s", "qg"):
        table[ord(one)] = ord(other) - ord("a")
    return table


_LOOKS = _looks()
_SOUND = np.zeros((36, 36), np.bool_)
for _pair in _ALIKE_IN_SOUND:
    _a, _b = (ord(letter) - 97 for letter in _pair)
    _SOUND[_a, _b] = _SOUND[_b, _a] = True


@njit(cache=True, nogil=True)
def _fold(texts: Utf8, looks: Any) -> Any:
    names = texts.offsets.size - 1
    letters, byte = np.empty(texts.data.size, np.uint8), np.empty(texts.data.size, np.int64)
    double = np.zeros(texts.data.size, np.bool_)
    edge = np.zeros(texts.data.size + names, np.uint8)
    at = np.zeros(names + 1, np.int64)
    n = 0
    for r in range(names):
        k, stop, mark = texts.offsets[r], texts.offsets[r + 1], DOT
        while k < stop:
            look = looks[texts.data[k]]
            if look == 255:
                mark = max(mark, DOT if texts.data[k] == 46 else HYPHEN)
                k += 1
                continue
            after = texts.data[k + 1] if k + 1 < stop else 0
            step = 1
            if look == 17 and after == 110:  # rn
                look, step = 12, 2
            elif look == 21 and after == 118:  # vv
                look, step = 22, 2
            letters[n], byte[n], edge[n + r], double[n] = look, k, mark, step == 2
            n, k, mark = n + 1, k + step, 0
        edge[n + r] = DOT
        at[r + 1] = n
    return Folded(letters[:n].copy(), at, edge[: n + names].copy(), byte[:n].copy(), double[:n].copy())


def folded(texts: Utf8) -> Folded:
    """Letters of lower-case ASCII texts as they look; every byte that is none separates."""
    made: Folded = _fold(texts, _LOOKS)
    return made


@njit(cache=True, nogil=True)
def _hash(letters: Any) -> Any:
    value = _NONE
    for letter in letters:
        value = value * _BASE + np.uint64(letter) + np.uint64(1)
    return value


@njit(cache=True, nogil=True)
def hashes(letters: Any, start: Any, stop: Any) -> Any:
    """One number for each run letters[start[n]:stop[n]]; equal runs have equal ones."""
    made = np.empty(start.size, np.uint64)
    for n in range(start.size):
        made[n] = _hash(letters[start[n] : stop[n]])
    return made


@njit(cache=True, nogil=True, inline="always")
def _place(key: Any, mask: Any) -> Any:
    return np.int64(((key ^ (key >> np.uint64(32))) * _BASE >> np.uint64(20)) & np.uint64(mask))


@njit(cache=True, nogil=True)
def _put(keys: Any, values: Any, key: Any, value: int) -> None:
    mask = keys.size - 1
    slot = _place(key, mask)
    while keys[slot] != _NONE:
        slot = (slot + 1) & mask
    keys[slot], values[slot] = key, value


@njit(cache=True, nogil=True)
def written(words: Folded) -> Any:
    """In how many letters each word is written: rn is two of them, and looks like one."""
    sizes = words.at[1:] - words.at[:-1]
    for w in range(sizes.size):
        for k in range(words.at[w], words.at[w + 1]):
            sizes[w] += words.double[k]
    return sizes


@njit(cache=True, nogil=True)
def index(words: Folded, shortest: int) -> Index:
    """The table of distinct folded words, of `shortest` to LONGEST letters; others are left out."""
    many = words.letters.size + words.at.size
    size = 1 << max(4, int(np.ceil(np.log2(many * 3 + 1))))
    small = 1 << max(4, int(np.ceil(np.log2(words.at.size * 8))))
    exact, exact_word = np.zeros(small, np.uint64), np.zeros(small, np.int32)
    near, near_word = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    sizes = np.zeros(LONGEST + 2, np.bool_)
    for w in range(words.at.size - 1):
        word = words.letters[words.at[w] : words.at[w + 1]]
        if word.size < shortest or word.size > LONGEST:
            continue
        sizes[word.size] = True
        _put(exact, exact_word, _hash(word), w)
        _put(near, near_word, _hash(word), w)
        for k in range(word.size):
            if k == 0 or word[k] != word[k - 1]:
                _put(near, near_word, _hash(np.concatenate((word[:k], word[k + 1 :]))), w)
    return Index(exact, exact_word, near, near_word, sizes, written(words) >= NEAR_LEAST)


@njit(cache=True, nogil=True)
def _same(a: Any, b: Any) -> Any:
    if a.size != b.size:
        return False
    for k in range(a.size):  # noqa: SIM110  numba has no all()
        if a[k] != b[k]:
            return False
    return True


@njit(cache=True, nogil=True)
def one_edit(word: Any, other: Any, sound: Any, loose: Any) -> Any:
    """Whether `other` is one letter more, less, other, or two neighbours swapped from `word`; of one that is not
    `loose` only a letter that sounds like its own."""
    a, b = (word, other) if word.size >= other.size else (other, word)
    if a.size - b.size > 1 or (a.size != b.size and not loose):
        return False
    k = 0
    while k < b.size and a[k] == b[k]:
        k += 1
    if a.size > b.size:
        return _same(a[k + 1 :], b[k:])
    if k == b.size:
        return False
    if _same(a[k + 1 :], b[k + 1 :]):
        return loose or sound[a[k], b[k]]
    swapped = k + 1 < b.size and a[k] == b[k + 1] and a[k + 1] == b[k] and _same(a[k + 2 :], b[k + 2 :])
    return loose and swapped


@njit(cache=True, nogil=True)
def _find(index: Index, words: Folded, run: Any, key: Any) -> int:
    """The word of the index that is `run`, whose hash is `key`; -1 where there is none."""
    mask = index.exact.size - 1
    slot = _place(key, mask)
    while index.exact[slot] != _NONE:
        w = index.exact_word[slot]
        if index.exact[slot] == key and _same(words.letters[words.at[w] : words.at[w + 1]], run):
            return int(w)
        slot = (slot + 1) & mask
    return -1


@njit(cache=True, nogil=True)
def _spelt(edge: Any, letters: Any, digit: Any, extra: Index, extra_words: Folded, before: Any, behind: Any) -> None:
    """before[k]: the letters from the beginning of k's label to k are words of `extra` and digits; behind[k]: those
    from k to the end of the label are."""
    size = letters.size
    found = np.zeros((size, size + 1), np.bool_)
    for start in range(size):
        found[start, start + 1] = digit[start]
        key = _NONE
        for stop in range(start + 1, size + 1):
            key = key * _BASE + np.uint64(letters[stop - 1]) + np.uint64(1)
            if extra.sizes[min(stop - start, LONGEST + 1)] and _find(extra, extra_words, letters[start:stop], key) >= 0:
                found[start, stop] = True
            if edge[stop] == DOT:
                break
    for k in range(size + 1):  # a label begins before the last letter and ends behind the first
        before[k], behind[k] = edge[k] == DOT and k < size, edge[k] == DOT and k > 0
    for start in range(size):
        for stop in range(start + 1, size + 1):
            before[stop] |= found[start, stop] and before[start]
    for start in range(size - 1, -1, -1):
        for stop in range(start + 1, size + 1):
            behind[start] |= found[start, stop] and behind[stop]


@njit(cache=True, nogil=True)
def _kind(edge: Any, start: int, stop: int, spelt: bool) -> int:
    """What a word at [start, stop) of a name is; -1 where it is nothing by itself."""
    if edge[start] == DOT and edge[stop] == DOT:
        return LABEL if stop == edge.size - 1 else BELOW
    if edge[start] and edge[stop]:
        return APART if spelt else PART
    if spelt:
        return WORDS
    return OTHER if stop - start >= OTHER_LEAST else -1


@njit(cache=True, nogil=True)
def _runs(
    r: int,
    letters: Any,
    edge: Any,
    digit: Any,
    index: Index,
    words: Folded,
    extra: Index,
    extra_words: Folded,
    space: Any,
    out: Any,
    n: int,
) -> int:
    """Hits of runs of letters that are a word."""
    before, behind = space[0], space[1]
    ready = False
    for start in range(letters.size):
        key = _NONE
        for stop in range(start + 1, min(start + LONGEST, letters.size) + 1):
            if stop - start > 1 and edge[stop - 1] == DOT:
                break
            key = key * _BASE + np.uint64(letters[stop - 1]) + np.uint64(1)
            if not index.sizes[stop - start]:
                continue
            w = _find(index, words, letters[start:stop], key)
            if w < 0:
                continue
            if not ready:
                _spelt(edge, letters, digit, extra, extra_words, before, behind)
                ready = True
            kind = _kind(edge, start, stop, before[start] and behind[stop])
            if kind >= 0 and n < out.shape[1]:
                out[0, n], out[1, n], out[2, n], out[3, n], out[4, n] = r, w, kind, start, stop
                n += 1
    return n


@njit(cache=True, nogil=True)
def _near(r: int, part: Any, start: int, index: Index, words: Folded, sound: Any, out: Any, n: int) -> int:
    """Hits of a part that is one edit from a word."""
    if part.size < SHORTEST or part.size > LONGEST:
        return n
    first = n
    mask = index.near.size - 1
    for k in range(-1, part.size):
        if k > 0 and part[k] == part[k - 1]:
            continue
        key = _hash(part) if k < 0 else _hash(np.concatenate((part[:k], part[k + 1 :])))
        slot = _place(key, mask)
        while index.near[slot] != _NONE:
            w = index.near_word[slot]
            if index.near[slot] == key and n < out.shape[1]:
                known = False
                for h in range(first, n):
                    known |= out[1, h] == w
                if not known and one_edit(words.letters[words.at[w] : words.at[w + 1]], part, sound, index.loose[w]):
                    out[0, n], out[1, n], out[2, n], out[3, n], out[4, n] = r, w, TYPO, start, start + part.size
                    n += 1
            slot = (slot + 1) & mask
    return n


@njit(cache=True, nogil=True)
def _parts(r: int, letters: Any, edge: Any, index: Index, words: Folded, sound: Any, out: Any, n: int) -> int:
    """Hits of parts between edges, and of labels with their hyphens left out."""
    label = part = 0
    for k in range(1, letters.size + 1):
        if not edge[k]:
            continue
        n = _near(r, letters[part:k], part, index, words, sound, out, n)
        if edge[k] == DOT:
            if label != part:
                n = _near(r, letters[label:k], label, index, words, sound, out, n)
            label = k
        part = k
    return n


@njit(cache=True, nogil=True)
def _search(
    names: Folded, digit: Any, index: Index, words: Folded, extra: Index, extra_words: Folded, sound: Any
) -> Any:
    out, n = np.empty((5, 1 << 16), np.int32), 0
    space = np.zeros((2, MOST + 2), np.bool_)
    for r in range(names.at.size - 1):
        first, size = names.at[r], names.at[r + 1] - names.at[r]
        if size > MOST:
            continue
        if n + ROOM > out.shape[1]:
            wider = np.empty((5, out.shape[1] * 2), np.int32)
            wider[:, :n] = out[:, :n]
            out = wider
        letters, edge = names.letters[first : first + size], names.edge[first + r : first + r + size + 1]
        upto = out[:, : n + ROOM]
        n = _runs(r, letters, edge, digit[first : first + size], index, words, extra, extra_words, space, upto, n)
        n = _parts(r, letters, edge, index, words, sound, upto, n)
    return Hits(out[0, :n].copy(), out[1, :n].copy(), out[2, :n].astype(np.uint8), out[3, :n].copy(), out[4, :n].copy())


def search(names: Folded, digit: Any, words: Folded, extra: Folded) -> Hits:
    """Every word of `words` in every name; `extra` are the words that imitations add beside them, `digit[k]` says
    whether letter k of the names is written as a digit. A word may be hit in a name several times; of one name at most
    `ROOM` hits are told, and a name of more than 253 letters is none."""
    found: Hits = _search(names, digit, index(words, SHORTEST), words, index(extra, 2), extra, _SOUND)
    return found


@njit(cache=True, nogil=True)
def _beside(labels: Folded, extra: Index, words: Folded) -> Any:
    found = np.zeros(labels.at.size - 1, np.bool_)
    for r in range(found.size):
        label = labels.letters[labels.at[r] : labels.at[r + 1]]
        for size in range(SHORTEST, min(label.size - SHORTEST, LONGEST) + 1):
            if extra.sizes[size] and not found[r]:
                front, back = label[:size], label[label.size - size :]
                found[r] = _find(extra, words, front, _hash(front)) >= 0 or _find(extra, words, back, _hash(back)) >= 0
    return found


def beside(labels: Folded, extra: Folded) -> Any:
    """Whether each label begins or ends with a word of `extra` and has room for another."""
    return _beside(labels, index(extra, SHORTEST), extra)


def spelt_of(labels: Folded, digit: Any, extra: Folded) -> Any:
    """Whether each label is made of words of `extra` and digits alone."""
    return _spelt_of(labels, digit, index(extra, SHORTEST), extra)


@njit(cache=True, nogil=True)
def _spelt_of(labels: Folded, digit: Any, extra: Index, words: Folded) -> Any:
    found = np.zeros(labels.at.size - 1, np.bool_)
    space = np.zeros((2, MOST + 2), np.bool_)
    for r in range(found.size):
        first, size = labels.at[r], labels.at[r + 1] - labels.at[r]
        if 0 < size <= MOST:
            edge = labels.edge[first + r : first + r + size + 1]
            _spelt(
                edge,
                labels.letters[first : first + size],
                digit[first : first + size],
                extra,
                words,
                space[0],
                space[1],
            )
            found[r] = space[0, size]
    return found


def sounding(word: Any) -> list[Any]:
    """The words that differ from a folded one in one letter that sounds like its own."""
    made = []
    for k, letter in enumerate(word):
        for other in np.flatnonzero(_SOUND[letter]):
            made.append(word.copy())
            made[-1][k] = other
    return made
