"""Find hashtags, mentions and links in texts: one pass over the UTF-8 bytes, whatever the script."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numba import njit

from tocsin.kernels.utf8 import LETTER, LINK, WORD, Ints, Texts, alnum, decode, decode_before, table, utf8

_MENTION, _HASHTAG, _LINK, _CUT = range(4)
_NAME_MAX = 30  # longest plain handle
_TRAILING = np.zeros(256, np.bool_)  # what ends a sentence rather than a link
_TRAILING[list(b".,;:!?'*&")] = True

StringLists: TypeAlias = "pa.LargeListArray[Any]"


class Spans(NamedTuple):
    """Parts of texts: bytes start to end (int32) of the UTF-8 form of text `row`, in order of row and start."""

    row: Ints
    start: Ints
    end: Ints


class Scan(NamedTuple):
    """What stands in the texts. Spans leave out the sign (# or @); `cut` holds links that
    end in an ellipsis, with it."""

    mentions: Spans
    hashtags: Spans
    urls: Spans
    cut: Spans


def scan_text(texts: Texts) -> Scan:
    """Find mentions, hashtags and links in each text.

    - Hashtag: `#` or `＃`, then letters, marks, numbers and underscores with at least one letter among them. Before it
      stands no such character and no `&` (an HTML entity), and it is not inside a link.
    - Mention: `@` or `＠`, no word character before it (other than a bare `RT`), then 1 to 30 ASCII letters, digits or
      underscores; `@user@host.tld` (fediverse) and `@name.host.tld` (Bluesky, at least three labels) are taken whole.
    - Link: `http://` or `https://` in any case and a host with a dot, up to a space, a quote, an angle bracket, an
      emoji or a letter of a script that is written without spaces. Closing punctuation and unpaired brackets are not
      part of it. A second scheme directly after a letter or digit starts a new link. A link that runs into `…` or
      `...` was cut off: what is left may look like many others, so it is kept apart in `cut`.

    Takes any Arrow string array; a null text has nothing in it. Linear in the bytes.
    """
    data, offsets = utf8(texts)
    flags = table().flags
    kind, row, start, end = _scan(data, offsets, flags, _TRAILING, _room(data, offsets[0], offsets[-1]))
    found = (kind == k for k in (_MENTION, _HASHTAG, _LINK, _CUT))
    return Scan(*(Spans(row[rows], start[rows], end[rows]) for rows in found))


def mention_lists(texts: Texts, spans: Spans) -> StringLists:
    """The mentions of each text in lower case (handles have no case), one list a text."""
    return _lists(texts, spans, str.lower)


def hashtag_lists(texts: Texts, spans: Spans) -> StringLists:
    """The hashtags of each text, casefolded and in NFC, one list a text."""
    return _lists(texts, spans, lambda tag: unicodedata.normalize("NFC", tag.casefold()))


def url_lists(texts: Texts, spans: Spans) -> StringLists:
    """The links of each text as written, one list a text."""
    return _lists(texts, spans, None)


def _lists(texts: Texts, spans: Spans, fold: Any) -> StringLists:
    data, offsets = utf8(texts)
    ends = np.zeros(spans.row.size + 1, np.int64)
    np.cumsum(spans.end - spans.start, out=ends[1:])
    copied = _copy(data, offsets[spans.row] + spans.start, ends)
    buffers = [None, pa.py_buffer(ends.data), pa.py_buffer(copied.data)]
    values: Any = pa.Array.from_buffers(pa.large_string(), len(ends) - 1, buffers).cast(pa.string())
    if fold:
        coded = values.dictionary_encode()
        folded = pa.array([fold(word) for word in coded.dictionary.to_pylist()], pa.string())
        values = folded.take(coded.indices)
    counts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.bincount(spans.row, minlength=len(texts)), out=counts[1:])
    lists: StringLists = pa.LargeListArray.from_arrays(pa.array(counts, pa.int64()), values)
    return lists


@njit(cache=True, nogil=True)
def _copy(data: Any, starts: Any, ends: Any) -> Any:
    copied = np.empty(ends[-1], np.uint8)
    for k in range(starts.size):
        copied[ends[k] : ends[k + 1]] = data[starts[k] : starts[k] + ends[k + 1] - ends[k]]
    return copied


@njit(cache=True, nogil=True)
def _room(data: Any, begin: int, stop: int) -> Any:
    """A bound on the spans: the bytes that can start one."""
    count = 0
    for i in range(begin, stop):
        count += (data[i] == 35) | (data[i] == 58) | (data[i] == 64) | (data[i] == 0xEF)
    return count


@njit(cache=True, nogil=True)
def _scan(data: Any, offsets: Any, flags: Any, trailing: Any, room: int) -> Any:
    kind = np.empty(room, np.int8)
    row, start, end = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    n = 0
    for r in range(offsets.size - 1):
        begin, stop = offsets[r], offsets[r + 1]
        floor = i = begin  # nothing before floor may be taken again
        while i < stop:
            byte = data[i]
            if byte != 35 and byte != 58 and byte != 64 and byte != 0xEF:
                i += 1
                continue
            what, s, e, after = -1, i, i, i + 1
            if byte == 58:
                what, s, e, after = _link(data, floor, i, stop, flags, trailing)
            else:
                sign, body = decode(data, i, stop)
                if sign == 35 or sign == 0xFF03:
                    what, s, e = _hashtag(data, begin, i, body, stop, flags)
                elif sign == 64 or sign == 0xFF20:
                    what, s, e = _mention(data, begin, i, body, stop, flags)
                after = max(e, body)
            if what >= 0:
                kind[n], row[n], start[n], end[n] = what, r, s - begin, e - begin
                n += 1
                floor = after
            i = after
    return kind[:n], row[:n], start[:n], end[:n]


@njit(cache=True, nogil=True)
def _hashtag(data: Any, begin: int, sign: int, body: int, stop: int, flags: Any) -> Any:
    before = decode_before(data, begin, sign)
    if before == 38 or (before >= 0 and flags[before] & WORD):
        return -1, body, body
    i, letter = body, False
    while i < stop:
        code, after = decode(data, i, stop)
        if not flags[code] & WORD:
            break
        letter |= flags[code] & LETTER != 0
        i = after
    return (_HASHTAG if letter else -1), body, i


@njit(cache=True, nogil=True)
def _mention(data: Any, begin: int, sign: int, body: int, stop: int, flags: Any) -> Any:
    before = decode_before(data, begin, sign)
    if before >= 0 and flags[before] & WORD and not _bare_rt(data, begin, sign, flags):
        return -1, body, body
    end, labels = _host(data, body, stop)
    if labels >= 3:
        return _MENTION, body, end
    end = body
    while end < stop and (alnum(data[end]) or data[end] == 95):
        end += 1
    if not 0 < end - body <= _NAME_MAX:
        return -1, body, end
    if end < stop and data[end] == 64:
        host, labels = _host(data, end + 1, stop)
        if labels >= 2:
            end = host
    return _MENTION, body, end


@njit(cache=True, nogil=True)
def _bare_rt(data: Any, begin: int, i: int, flags: Any) -> bool:
    """`RT` stands before byte i as a word of its own."""
    if i - begin < 2 or data[i - 2] | 32 != 114 or data[i - 1] | 32 != 116:
        return False
    before = decode_before(data, begin, i - 2)
    return before < 0 or not flags[before] & WORD


@njit(cache=True, nogil=True)
def _host(data: Any, i: int, stop: int) -> Any:
    """End of the host name at byte i and how many labels it has; 0 where the last is not two letters or more."""
    labels = 0
    while i < stop and alnum(data[i]):
        begin, letters = i, True
        while i < stop and (alnum(data[i]) or data[i] == 45):
            letters &= data[i] >= 65
            i += 1
        labels += 1
        if i + 1 >= stop or data[i] != 46 or not alnum(data[i + 1]):
            return i, (labels if letters and i - begin >= 2 else 0)
        i += 1
    return i, 0


@njit(cache=True, nogil=True)
def _scheme(data: Any, i: int, stop: int) -> int:
    """Length of `http://` or `https://` at byte i, else 0."""
    if i + 7 > stop or data[i] | 32 != 104 or data[i + 1] | 32 != 116 or data[i + 2] | 32 != 116:
        return 0
    if data[i + 3] | 32 != 112:
        return 0
    colon = i + 5 if data[i + 4] | 32 == 115 else i + 4
    if colon + 2 < stop and data[colon] == 58 and data[colon + 1] == 47 and data[colon + 2] == 47:
        return colon + 3 - i
    return 0


@njit(cache=True, nogil=True)
def _link(data: Any, floor: int, colon: int, stop: int, flags: Any, trailing: Any) -> Any:
    """Kind, start and end of the link whose scheme has its colon here, and where to go on."""
    start = max(colon - 5, floor)
    while start < colon and start + _scheme(data, start, stop) != colon + 3:
        start += 1
    if start == colon:
        return -1, colon, colon, colon + 1
    body = i = colon + 3
    while i < stop:
        code, after = decode(data, i, stop)
        if not flags[code] & LINK or (i > body and alnum(data[i - 1]) and _scheme(data, i, stop)):
            break
        i = after
    ellipsis = i + 2 < stop and data[i] == 0xE2 and data[i + 1] == 0x80 and data[i + 2] == 0xA6
    if ellipsis:
        return _CUT, start, i + 3, i + 3
    if i - body >= 3 and data[i - 1] == 46 and data[i - 2] == 46 and data[i - 3] == 46:
        return _CUT, start, i, i
    end = _trim(data, body, i, trailing)
    return (_LINK if _dotted(data, body, end) else -1), start, end, max(end, colon + 1)


@njit(cache=True, nogil=True)
def _trim(data: Any, body: int, end: int, trailing: Any) -> int:
    while end > body:
        last = data[end - 1]
        if last == 41 or last == 93:  # ) ] stay where they close what the link opened
            opening = np.uint8(40) if last == 41 else np.uint8(91)
            if np.sum(data[body:end] == opening) >= np.sum(data[body:end] == last):
                break
        elif not trailing[last]:
            break
        end -= 1
    return end


@njit(cache=True, nogil=True)
def _dotted(data: Any, body: int, end: int) -> bool:
    """The host has a dot inside."""
    for i in range(body, end):
        if data[i] == 46:
            return i > body and i + 1 < end
        if data[i] == 47 or data[i] == 63 or data[i] == 35:
            break
    return False
