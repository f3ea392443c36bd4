"""Pseudonyms for accounts: a keyed hash, so that without the key no one can try names until one fits.

HMAC-SHA-256 (RFC 2104) of platform and account, cut to 60 bits: two of ten million accounts share a pseudonym with
probability 4e-5. The caller keeps the key (32 random bytes); the same key gives the same pseudonyms.
"""

from __future__ import annotations

import hmac
import re
import secrets
from functools import lru_cache

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import POSTS
from tocsin.sources import cells

KEY_BYTES = 32
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PLAIN = re.compile(r"(?<![\w@/])@(\w{1,30})")
_DOTTED = re.compile(r"(?<![\w@/])@(\w+(?:[.-]\w+)*(?:@\w+(?:[.-]\w+)+)?)")
#: platforms whose post ids hold the account (at://did/…, https://server/users/name/…)
_TELLING = ("bluesky", "mastodon")

_MADE = f"{cells.DIGEST}-"


def new_key() -> bytes:
    """A fresh key from the system's random source."""
    return secrets.token_bytes(KEY_BYTES)


@lru_cache(1 << 16)
def pseudonym(key: bytes, platform: str | None, account: str, prefix: str = "acct_") -> str:
    """`acct_3f9k2m7qx4ab` for an account id or handle; upper and lower case and a leading @ make no difference.

    Letters, digits and underscore only, so that whoever reads a text takes `@acct_3f9k2m7qx4ab` for one mention."""
    message = f"{platform or ''}\0{account.lower().removeprefix('@')}".encode()
    bits = int.from_bytes(hmac.digest(key, message, "sha256")[:8], "big") >> 4
    return prefix + "".join([_PAIRS[bits >> shift & 1023] for shift in (50, 40, 30, 20, 10, 0)])


def pseudonymise(batch: pa.RecordBatch, key: bytes) -> pa.RecordBatch:
    """Posts with pseudonyms in place of accounts, mentions, and `@name` in the text (schema `POSTS`).

    One HMAC for each distinct account. A mention and an account get one pseudonym only where the file gives accounts
    as handles: an id and a handle of one person cannot be joined. Where mentions are null they are taken from the text,
    which names nobody afterwards. Ids of posts that hold the account (Bluesky, Mastodon) or are made of it
    (`cells.digests`) are hashed as well. Names without @, and links to profiles, stay in texts and links.
    """
    platforms = pc.unique(batch["platform"]).to_pylist()
    if len(platforms) > 1:
        parts = [batch.filter(_is(batch["platform"], platform)) for platform in platforms]
        table = pa.Table.from_batches([pseudonymise(part, key) for part in parts])
        return table.combine_chunks().to_batches()[0]
    platform = platforms[0] if platforms else None

    def named(account: str, prefix: str = "acct_") -> str:
        return pseudonym(key, platform, account, prefix)

    columns = {name: batch[name] for name in POSTS.names}
    columns["account"] = _mapped(columns["account"], named)
    columns["text"], found = _texts(columns["text"], _PLAIN if platform in (None, "twitter") else _DOTTED, named)
    given = _mapped_lists(columns["mentions"], named)
    columns["mentions"] = pc.coalesce(given, found)
    if platform in _TELLING:
        for name in ("post", "repost_of", "reply_to"):
            columns[name] = _mapped(columns[name], lambda text: named(text, "post-"))
        columns["objects"] = _mapped_lists(columns["objects"], lambda text: named(text, "post-"))
    elif pc.any(pc.starts_with(columns["post"], _MADE)).as_py():
        columns["post"] = _mapped(columns["post"], lambda text: named(text, _MADE) if text.startswith(_MADE) else text)
    return pa.RecordBatch.from_arrays([columns[name] for name in POSTS.names], schema=POSTS)


def _is(column: Array, value: str | None) -> Array:
    return column.is_null() if value is None else pc.fill_null(pc.equal(column, value), False)


def _mapped(column: Array, named: cells.Change) -> Array:
    coded = column.dictionary_encode()
    return pa.array([named(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _mapped_lists(column: Array, named: cells.Change) -> Array:
    items = _mapped(pc.list_flatten(column), named)
    return cells.without_empty(pc.fill_null(pc.list_value_length(column), 0), items, column.is_valid())


def _texts(column: Array, pattern: re.Pattern[str], named: cells.Change) -> tuple[Array, Array]:
    """Texts with each `@name` replaced, and the names found (null where there is no text)."""
    marked = pc.fill_null(pc.match_substring(column, "@"), False)
    found: list[list[str] | None] = []
    replaced: list[str] = []
    for text in column.filter(marked).to_pylist():
        names: dict[str, None] = {}

        def swap(match: re.Match[str], names: dict[str, None] = names) -> str:
            name = named(match[1])
            names[name] = None
            return "@" + name

        replaced.append(pattern.sub(swap, text))
        found.append(list(names))
    none = pa.array([[]], cells.STRINGS).take(pa.array([0] * len(column), pa.int64()))
    mentions = pc.if_else(column.is_valid(), none, pa.scalar(None, cells.STRINGS))
    if found:
        column = pc.replace_with_mask(column, marked, pa.array(replaced, pa.string()))
        mentions = _placed(mentions, marked, pa.array(found, cells.STRINGS))
    return column, mentions


def _placed(base: Array, mask: Array, values: Array) -> Array:
    """`base` with `values` in order where `mask` (Arrow's replace_with_mask knows no lists)."""
    places = pc.subtract(pc.cumulative_sum(mask.cast(pa.int64())), 1)
    return pc.if_else(mask, values.take(pc.max_element_wise(places, 0)), base)
