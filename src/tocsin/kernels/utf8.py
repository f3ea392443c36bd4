"""UTF-8 text as kernels see it: bytes, row offsets, and two tables of what each Unicode code point is."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

Texts: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

# Flags of a code point.
WORD = 1  # letter, mark, number or underscore
LETTER = 2
DENSE = 4  # of a script written without spaces between words
LINK = 8  # may stand inside a link
COMPOSES = 16  # NFC may change it
MARK = 32  # combining class other than 0; two in a row may be reordered by NFC
SPACE = 64
HIDDEN = 128  # control or format character

_ASSIGNED = (range(0x33480), range(0xE0100, 0xE01F0))  # what lies beyond is not assigned or private
_DENSE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),  # ideographic marks
    (0x3041, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # Han
    (0xFF66, 0xFF9F),  # half-width kana
    (0x1AFF0, 0x1B16F),  # kana
    (0x20000, 0x323AF),  # Han
)
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))  # particles follow a link directly
_JAMO = (range(0x1161, 0x1176), range(0x11A8, 0x11C3))  # compose with what stands before them
_NOT_IN_LINKS = '"<>\\^`{|}'


class Utf8(NamedTuple):
    """Texts end to end: text r is data[offsets[r]:offsets[r + 1]]. A null text is empty."""

    data: Bytes
    offsets: Longs


class Table(NamedTuple):
    """What each code point is (flags) and what it is when letter case is folded, one to one."""

    flags: Bytes
    fold: Ints


def utf8(texts: Texts) -> Utf8:
    """The bytes and offsets of string, large_string, string_view or dictionary texts, sliced or chunked as they may
    be. Copies only where offsets are narrow, chunks are several or values are null."""
    whole: Any = texts.cast(pa.large_string())
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    if whole.null_count:
        whole = pc.fill_null(whole, "")
    _, offsets, data = whole.buffers()
    if not len(whole) or data is None:
        return Utf8(np.zeros(0, np.uint8), np.zeros(len(whole) + 1, np.int64))
    places = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return Utf8(np.frombuffer(data, np.uint8), places)


@lru_cache(1)
def table() -> Table:
    """Flags (uint8) and simple case folding (int32) by code point, from the running Python's Unicode data."""
    flags = np.zeros(0x110000, np.uint8)
    fold = np.arange(0x110000, dtype=np.int32)
    seconds: set[int] = set().union(*_JAMO)
    for code in (code for block in _ASSIGNED for code in block):
        char = chr(code)
        flags[code] = _category_flags(unicodedata.category(char)) | (MARK if unicodedata.combining(char) else 0)
        parts = unicodedata.decomposition(char).split()
        if parts and parts[0][0] != "<":
            seconds.update(int(part, 16) for part in parts[1:])
            if unicodedata.normalize("NFC", char) != char:
                flags[code] |= COMPOSES
        folded = char.casefold()
        if folded != char:
            fold[code] = ord(folded if len(folded) == 1 else char.lower()[0])
    flags[sorted(seconds)] |= COMPOSES
    _set_blocks(flags)
    return Table(flags, fold)


def _category_flags(category: str) -> int:
    if category[0] in "LMN":
        return WORD | LINK | (LETTER if category[0] == "L" else 0)
    if category in ("Cc", "Cf"):
        return HIDDEN
    return SPACE if category[0] == "Z" else 0


def _set_blocks(flags: Bytes) -> None:
    for low, high in _DENSE:
        words = flags[low : high + 1] & WORD != 0
        flags[low : high + 1][words] |= DENSE
        flags[low : high + 1] &= ~np.uint8(LINK)
    for low, high in _HANGUL:
        flags[low : high + 1] &= ~np.uint8(LINK)
    flags[0x21:0x7F] |= LINK
    flags[[ord(char) for char in _NOT_IN_LINKS]] &= ~np.uint8(LINK)
    flags[ord("_")] |= WORD
    flags[[9, 10, 11, 12, 13, 0x85]] = SPACE


@njit(cache=True, nogil=True)
def decode(data: Any, i: int, stop: int) -> Any:
    """The code point that starts at byte i, and where the next one starts. A broken sequence is U+FFFD, one byte."""
    lead = data[i]
    if lead < 0x80:
        return np.int64(lead), i + 1
    if 0xC0 <= lead < 0xE0 and i + 1 < stop:
        return np.int64(lead & 0x1F) << 6 | np.int64(data[i + 1] & 0x3F), i + 2
    if 0xE0 <= lead < 0xF0 and i + 2 < stop:
        return np.int64(lead & 0xF) << 12 | np.int64(data[i + 1] & 0x3F) << 6 | np.int64(data[i + 2] & 0x3F), i + 3
    if 0xF0 <= lead < 0xF5 and i + 3 < stop:
        high = np.int64(lead & 0x7) << 18 | np.int64(data[i + 1] & 0x3F) << 12
        return min(high | np.int64(data[i + 2] & 0x3F) << 6 | np.int64(data[i + 3] & 0x3F), np.int64(0x10FFFF)), i + 4
    return np.int64(0xFFFD), i + 1


@njit(cache=True, nogil=True)
def decode_before(data: Any, begin: int, i: int) -> Any:
    """The code point that ends before byte i, or -1 at the beginning."""
    if i <= begin:
        return np.int64(-1)
    j = i - 1
    while j > begin and i - j < 4 and data[j] & 0xC0 == 0x80:
        j -= 1
    return decode(data, j, i)[0]


@njit(cache=True, nogil=True)
def alnum(byte: int) -> bool:
    """The byte is an ASCII letter or digit."""
    return 48 <= byte <= 57 or 97 <= byte | 32 <= 122
