"""Whole columns of cells made fit: ids, texts, languages, lists. Arrow in, Arrow out; rows keep their places."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import POSTS
from tocsin.sources.vocabulary import words

Change = Callable[[str], str]
DIGEST = "none"  # how the id of a post that has none begins
STRINGS = pa.list_(pa.string())
#: left-to-right and right-to-left embeddings, overrides and isolates: they hide or reorder what a reader sees
_DIRECTION = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
_DIRECTION_TEXT = "[\u202a-\u202e\u2066-\u2069]"
_INVISIBLE_BYTES = re.compile(rb"\xe2\x80[\x8b-\xae]|\xe2\x81[\xa0-\xa9]|\xef\xbb\xbf")
_ENTITY, _POINT_ZERO = re.compile(rb"&[#A-Za-z]"), re.compile(rb"\.0")
_INVISIBLE = "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
#: what a spreadsheet or a float makes of a long id; the digits it dropped are gone
_DAMAGED = r"^\d(\.\d+)?[eE]\+?\d+$|^\d{16,}\.0+$"


def as_text(values: Array) -> Array:
    """Any column as strings; whole floats lose their `.0` (an id read as a number by another tool)."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type):
        # above 2^53 a float has lost digits; `%r` keeps those visible as exponents, which `damaged` finds
        return pa.array([None if v is None else _float_text(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_nested(values.type):
        return pa.array([None if v is None else str(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return pa.array([None if v is None else v.decode("utf-8", "replace") for v in values.to_pylist()], pa.string())
    return pc.cast(values, pa.string())


def _float_text(value: float) -> str:
    return str(int(value)) if value == value and abs(value) < 1 << 53 and value.is_integer() else f"{value:e}"


def ids(values: Array) -> Array:
    """Ids and handles: trimmed, invisible characters gone, `123.0` to `123`; empty and `null` words to null."""
    values = as_text(values)
    if _has(values, _INVISIBLE_BYTES):
        values = pc.replace_substring_regex(values, _INVISIBLE, "")
    values = pc.utf8_trim_whitespace(values)
    if _has(values, _POINT_ZERO):
        values = pc.replace_substring_regex(values, r"^(\d{1,15})\.0+$", r"\1")
    empty = pc.is_in(values, pa.array(["", "nan", "NaN", "null", "None", "NULL"]))
    return pc.if_else(empty, pa.scalar(None, pa.string()), values)


def damaged(values: Array) -> Array:
    """Booleans: ids that a spreadsheet turned to floating point (1.23457E+17), never null."""
    return pc.fill_null(pc.match_substring_regex(values, _DAMAGED), False)


def texts(values: Array) -> tuple[Array, int]:
    """Message texts: HTML entities undone once, direction overrides removed. Returns how many texts had those."""
    values = as_text(values)
    overrides = 0
    if _has(values, _DIRECTION):
        overrides = pc.sum(pc.match_substring_regex(values, _DIRECTION_TEXT)).as_py() or 0
        values = pc.replace_substring_regex(values, _DIRECTION_TEXT, "")
    if _has(values, _ENTITY):
        marked = pc.fill_null(pc.match_substring_regex(values, r"&(#|[A-Za-z])"), False)
        if pc.any(marked).as_py():
            undone = [_scalar(html.unescape(text)) for text in values.filter(marked).to_pylist()]
            values = pc.replace_with_mask(values, marked, pa.array(undone, pa.string()))
    return values, overrides


def _scalar(text: str) -> str:
    """Text that UTF-8 can carry: paired surrogates joined, lone ones and NULs replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def scalar_text(value: object) -> str | None:
    """Any JSON scalar as a string that Arrow can carry; None for null, lists and objects."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _scalar(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def languages(values: Array) -> Array:
    """Names and tags of languages to lower-case primary codes (`English`, `en-GB` to `en`); undetermined to null."""
    coded = as_text(values).dictionary_encode()
    names = pa.array([_language(value) for value in coded.dictionary.to_pylist()], pa.string())
    return names.take(coded.indices)


def _language(value: str) -> str | None:
    known = words("languages")
    name = value.strip().lower()
    if name in known["none"]:
        return None
    if tag := re.fullmatch(r"([a-z]{2,3})([-_][a-z0-9]{2,8})+", name):
        name = tag[1]
    code: str = known["codes"].get(name, name)
    return code


def lists(values: Array, separators: str = r"[,|;\s]+") -> Array:
    """Cells holding several values to lists of strings; a cell that is null or empty says nothing and stays null.

    Reads `[a, b]`, `['a', 'b']`, `["a", "b"]`, `a, b`, `a|b`, `a b`. `[]` is an empty list. `separators`: RE2.
    """
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        return pc.cast(values, STRINGS)
    trimmed = pc.utf8_trim_whitespace(as_text(values))
    said = pc.fill_null(pc.not_equal(trimmed, ""), False)
    bare = pc.utf8_trim(pc.if_else(said, trimmed, ""), "[]{} ")
    split = pc.split_pattern_regex(bare, separators) if len(bare) else pa.array([], STRINGS)
    items = pc.utf8_trim(pc.list_flatten(split), "'\" \t\n")
    return without_empty(pc.list_value_length(split), items, said)


def links(values: Array) -> Array:
    """Cells holding several URLs to lists of strings, as `lists`; a comma within a URL does not end it."""
    if not pa.types.is_list(values.type) and not pa.types.is_large_list(values.type):
        values = pc.replace_substring_regex(as_text(values), r"""[,|;](['"]?https?://)""", r" \1")
    return lists(values, r"[,;|]?\s+")


def without_empty(lengths: Array, items: Array, said: Array) -> Array:
    """Lists of the given lengths over `items`, empty items left out, null where not `said`."""
    kept = pc.fill_null(pc.not_equal(items, ""), False).to_numpy(zero_copy_only=False)
    bounds = np.concatenate(([0], np.cumsum(lengths.to_numpy(zero_copy_only=False)))).astype(np.int64)
    running = np.concatenate(([0], np.cumsum(kept)))
    offsets = running[bounds].astype(np.int32)
    make: Any = pa.ListArray.from_arrays
    return make(pa.array(offsets), items.filter(pa.array(kept)), mask=pc.invert(said))


def handles(column: Array) -> Array:
    """A column of lists of handles without the leading @."""
    return _over_items(column, lambda items: pc.utf8_ltrim(items, "@"))


def hashtags(column: Array) -> Array:
    """A column of lists of hashtags without the leading # and in lower case."""
    return _over_items(column, lambda items: pc.utf8_lower(pc.utf8_ltrim(items, "#＃")))


def _over_items(column: Array, change: Callable[[Array], Array]) -> Array:
    items, said = pc.list_flatten(column), column.is_valid()
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    return without_empty(lengths, change(items), said)


def joined(posts: Mapping[str, Array] | pa.RecordBatch, names: Iterable[str]) -> Array | None:
    """The named columns as one string a row; None where none of them holds anything."""
    parts = [posts[name] for name in names if posts[name].null_count < len(posts[name])]
    parts = [pc.binary_join(part, " ") if pa.types.is_list(part.type) else part for part in parts]
    if not parts:
        return None
    parts = [pc.fill_null(part, "") for part in parts]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "\n")


def digests(account: Array, time: Array, content: Array | None) -> Array:
    """Stable ids for posts that have none, from account, time and content: `none-<account>-<time>-<content>`.

    `content` is the text with whatever else the post holds (see `joined`). The account part is 64 bits of BLAKE2b, the
    time exact microseconds, the content part CRC-32 and length: two posts of one account in one microsecond whose
    contents differ share an id with probability 2^-32.
    """
    coded = account.dictionary_encode()
    names = [blake2b((name or "").encode(), digest_size=8).hexdigest() for name in coded.dictionary.to_pylist()]
    raw = pa.repeat(b"", len(account)) if content is None else content.cast(pa.binary())
    checks = np.fromiter(map(zlib.crc32, raw.to_pylist()), np.uint32, len(raw))
    parts: Iterable[Array] = (
        pa.array(names, pa.string()).take(coded.indices),
        pc.cast(time.cast(pa.int64()), pa.string()),
        pc.cast(pa.array(checks), pa.string()),
        pc.cast(pc.binary_length(raw), pa.string()),
    )
    return pc.binary_join_element_wise(pa.scalar(DIGEST), *parts, "-")


def _has(values: Array, pattern: re.Pattern[bytes]) -> bool:
    """Whether the bytes of a string column hold the pattern: one quick pass before any slow one."""
    data = values.buffers()[2]
    return data is not None and pattern.search(memoryview(data)) is not None


def empty_posts() -> pa.RecordBatch:
    """No posts, in the shape of posts."""
    return pa.RecordBatch.from_pylist([], schema=POSTS)
