"""Reduce texts to what two copies have in common: a hash of the normalised text, and its set of tokens."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tocsin.kernels.pairs import sort_few
from tocsin.kernels.scan import Scan, Spans, scan_text
from tocsin.kernels.utf8 import (
    COMPOSES,
    DENSE,
    HIDDEN,
    MARK,
    SPACE,
    WORD,
    Bytes,
    Hashes,
    Ints,
    Longs,
    Texts,
    alnum,
    decode,
    table,
    utf8,
)

_SEED = np.uint64(0x243F6A8885A308D3)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BLANK, _AT = 32, 64


class TextHash(NamedTuple):
    """One row a text: the hash (uint64) of its normalised form, and that form's length in tokens and characters."""

    hash: Hashes
    tokens: Ints
    characters: Ints


class Tokens(NamedTuple):
    """The set of tokens of text r: hashes[offsets[r]:offsets[r + 1]], uint64, ascending, each once."""

    offsets: Longs
    hashes: Hashes


class Prepared(NamedTuple):
    """Texts in NFC: text r is data[offsets[r]:offsets[r + 1]], and the links and mentions in all of them, in order, are
    data[start[k]:end[k]]."""

    data: Bytes
    offsets: Longs
    start: Longs
    end: Longs


def prepare(texts: Texts, scan: Scan | None = None) -> Prepared:
    """Texts (any Arrow string array) as `text_hash` and `tokenise` read them. `scan` is what `scan_text` found in them,
    where that is known."""
    data, offsets = utf8(texts)
    scan = scan or scan_text(texts)
    rows = _may_compose(data, offsets, table().flags)
    if rows.any():
        whole: Any = texts.cast(pa.large_string())
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.combine_chunks()
        changed = pc.utf8_normalize(whole.filter(pa.array(rows)), "NFC")  # type: ignore[attr-defined]
        scan = _scanned_again(scan, rows, changed)
        data, offsets = utf8(pc.replace_with_mask(whole, pa.array(rows), changed))
    found = (scan.mentions, scan.urls, scan.cut)
    start, end = (np.concatenate([offsets[spans.row] + spans[side] for spans in found]) for side in (1, 2))
    names = start[: scan.mentions.row.size]
    names -= np.where(data[names - 1] == _AT, 1, 3)  # the sign is left out too; a wide one has three bytes
    order = np.argsort(start, kind="stable")
    return Prepared(data, offsets, start[order], end[order])


def _scanned_again(scan: Scan, rows: Any, changed: Texts) -> Scan:
    """The scan with the flagged rows scanned in their changed form."""
    at = np.flatnonzero(rows).astype(np.int32)
    parts = []
    for old, new in zip(scan, scan_text(changed), strict=True):
        kept = ~rows[old.row]
        columns = zip((column[kept] for column in old), (at[new.row], new.start, new.end), strict=True)
        parts.append(Spans(*map(np.concatenate, columns)))
    return Scan(*parts)


def text_hash(texts: Texts | Prepared) -> TextHash:
    """Hash each text in the form that copies share.

    The normalised form: NFC; letter case folded (Unicode simple folding, one character to one); links (whole or cut
    off) and mentions taken out; `RT @name:` taken off the front, as often as it stands there; control and format
    characters (zero-width joiners, direction marks) dropped; each run of white space one blank, none at the ends.
    Punctuation, emoji, numbers and hashtags stay. Two texts have equal hashes if their forms are equal and, but for a
    chance of 2^-64 a pair, only then. A null text is an empty one: 0 tokens, 0 characters.

    `tokens` counts as `tokenise` cuts, repeats included, so that texts too short to say anything can be left out.
    """
    data, offsets, start, end = texts if isinstance(texts, Prepared) else prepare(texts)
    return TextHash(*_hash(data, offsets, *table(), start, end))


def tokenise(texts: Texts | Prepared, rows: Ints | None = None) -> Tokens:
    """Cut each text, or each of the given rows (ascending), into its set of hashed tokens.

    The text is normalised as in `text_hash`. A token is a run of letters, marks, numbers and underscores, with the
    apostrophes inside a word left out (`don't` is `dont`); in scripts written without spaces (Han, kana, Thai, Lao,
    Khmer, Myanmar, Tai) it is each two neighbouring characters of the run, or the run itself where it is one long.
    Everything else separates. Jaccard similarities of these sets are those of the tokens but for hash collisions
    (2^-64 a pair of tokens).
    """
    data, offsets, start, end = texts if isinstance(texts, Prepared) else prepare(texts)
    chosen = np.arange(offsets.size - 1, dtype=np.int32) if rows is None else rows
    return Tokens(*_tokenise(data, offsets, chosen, *table(), start, end))


def words(texts: Texts | Prepared) -> Tokens:
    """Cut each text into its tokens as `tokenise` does, but in the order of the text and with repeats."""
    data, offsets, start, end = texts if isinstance(texts, Prepared) else prepare(texts)
    return Tokens(*_words(data, offsets, *table(), start, end))


@njit(cache=True, nogil=True)
def _may_compose(data: Any, offsets: Any, flags: Any) -> Any:
    rows = np.zeros(offsets.size - 1, np.bool_)
    for r in range(rows.size):
        i, stop, mark = offsets[r], offsets[r + 1], False
        while i < stop:
            if data[i] < 0x80:
                mark = False
                i += 1
                continue
            code, i = decode(data, i, stop)
            flag = flags[code]
            if flag & COMPOSES or (mark and flag & MARK):
                rows[r] = True
                break
            mark = flag & MARK != 0
    return rows


@njit(cache=True, nogil=True)
def _mix(state: Any, code: int) -> Any:
    state = (state ^ np.uint64(code)) * _FACTOR
    return state ^ (state >> np.uint64(32))


@njit(cache=True, nogil=True)
def _finish(state: Any) -> Any:
    """Spread every bit over all others (the finaliser of MurmurHash3)."""
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return state ^ (state >> np.uint64(33))


@njit(cache=True, nogil=True)
def _hash(data: Any, offsets: Any, flags: Any, fold: Any, start: Any, end: Any) -> Any:
    rows = offsets.size - 1
    hashes, tokens, characters = np.empty(rows, np.uint64), np.empty(rows, np.int32), np.empty(rows, np.int32)
    codes, words = space_for_longest(offsets)
    skip = 0
    for r in range(rows):
        n, skip = normalise(data, offsets[r], offsets[r + 1], flags, fold, start, end, skip, codes)
        state = _SEED
        for k in range(n):
            state = _mix(state, codes[k])
        hashes[r], tokens[r], characters[r] = _finish(state), _cut(codes, n, flags, words), n
    return hashes, tokens, characters


@njit(cache=True, nogil=True)
def _tokenise(data: Any, offsets: Any, rows: Any, flags: Any, fold: Any, start: Any, end: Any) -> Any:
    places = np.zeros(rows.size + 1, np.int64)
    room = 1
    for r in rows:
        room += (offsets[r + 1] - offsets[r] + 1) // 2
    hashes = np.empty(room, np.uint64)
    codes, words = space_for_longest(offsets)
    skip, at = 0, 0
    for m in range(rows.size):
        r = rows[m]
        while skip < start.size and start[skip] < offsets[r]:
            skip += 1
        n, skip = normalise(data, offsets[r], offsets[r + 1], flags, fold, start, end, skip, codes)
        count = _cut(codes, n, flags, words)
        sort_few(words[:count])
        for k in range(count):
            if k == 0 or words[k] != words[k - 1]:
                hashes[at] = words[k]
                at += 1
        places[m + 1] = at
    return places, hashes[:at].copy()


@njit(cache=True, nogil=True)
def _words(data: Any, offsets: Any, flags: Any, fold: Any, start: Any, end: Any) -> Any:
    places = np.zeros(offsets.size, np.int64)
    hashes = np.empty((offsets[-1] - offsets[0]) // 2 + offsets.size, np.uint64)
    codes, found = space_for_longest(offsets)
    skip, at = 0, 0
    for r in range(offsets.size - 1):
        n, skip = normalise(data, offsets[r], offsets[r + 1], flags, fold, start, end, skip, codes)
        count = _cut(codes, n, flags, found)
        hashes[at : at + count] = found[:count]
        at += count
        places[r + 1] = at
    return places, hashes[:at].copy()


@njit(cache=True, nogil=True)
def space_for_longest(offsets: Any) -> Any:
    """Room for the code points and the words of the longest text."""
    longest = 0
    for r in range(offsets.size - 1):
        longest = max(longest, offsets[r + 1] - offsets[r])
    return np.empty(longest + 1, np.int32), np.empty(longest + 1, np.uint64)


@njit(cache=True, nogil=True)
def normalise(data: Any, i: int, stop: int, flags: Any, fold: Any, start: Any, end: Any, skip: int, codes: Any) -> Any:
    """Write the code points of the normalised text at bytes i to stop; return how many, and the next span."""
    i, skip = _after_reposts(data, i, stop, flags, start, end, skip)
    n, blank = 0, False
    while i < stop:
        if skip < start.size and i == start[skip]:
            i = end[skip]
            skip += 1
            blank = True
            continue
        code, i = decode(data, i, stop)
        if flags[code] & SPACE:
            blank = True
        elif not flags[code] & HIDDEN:
            if blank and n:
                codes[n] = _BLANK
                n += 1
            blank = False
            codes[n] = fold[code]
            n += 1
    return n, skip


@njit(cache=True, nogil=True)
def _after_reposts(data: Any, i: int, stop: int, flags: Any, start: Any, end: Any, skip: int) -> Any:
    """Where the text goes on behind the `RT @name:` in front of it, and the next span there."""
    while True:
        j = _after_space(data, i, stop, flags)
        if j + 2 >= stop or data[j] | 32 != 114 or data[j + 1] | 32 != 116:
            return i, skip
        j = _after_space(data, j + 2, stop, flags)
        if skip >= start.size or start[skip] != j or alnum(data[j]):  # a link starts with a letter
            return i, skip
        i = end[skip]
        skip += 1
        if i < stop and data[i] == 58:
            i += 1


@njit(cache=True, nogil=True)
def _after_space(data: Any, i: int, stop: int, flags: Any) -> int:
    while i < stop:
        code, after = decode(data, i, stop)
        if not flags[code] & SPACE:
            break
        i = after
    return i


@njit(cache=True, nogil=True)
def _cut(codes: Any, n: int, flags: Any, words: Any) -> int:
    """Write the hash of each token of codes[:n], in order; return how many."""
    count = k = 0
    while k < n:
        flag = flags[codes[k]]
        if not flag & WORD:
            k += 1
        elif flag & DENSE:
            begin = k
            while k < n and flags[codes[k]] & DENSE:
                k += 1
            for j in range(begin, max(begin + 1, k - 1)):
                state = _mix(_SEED, codes[j])
                words[count] = _finish(_mix(state, codes[j + 1]) if j + 1 < k else state)
                count += 1
        else:
            state = _SEED
            while k < n and (_plain(flags[codes[k]]) or _apostrophe(codes, k, n, flags)):
                if flags[codes[k]] & WORD:
                    state = _mix(state, codes[k])
                k += 1
            words[count] = _finish(state)
            count += 1
    return count


@njit(cache=True, nogil=True)
def _plain(flag: int) -> bool:
    return flag & (WORD | DENSE) == WORD


@njit(cache=True, nogil=True)
def _apostrophe(codes: Any, k: int, n: int, flags: Any) -> bool:
    """An apostrophe between two plain word characters stands at k, which is not the first of its run."""
    return (codes[k] == 0x27 or codes[k] == 0x2019) and k + 1 < n and _plain(flags[codes[k + 1]])
