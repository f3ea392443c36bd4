"""Layers: the ways in which two posts can share something. Each turns posts into (post, object) shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions

Layer = Literal[
    "repost", "reply", "url", "domain", "hashtag", "hashtag_sequence", "mention", "text", "near_text", "media", "object"
]
Ints = npt.NDArray[np.int32]

MIN_TOKENS, MIN_CHARACTERS = 3, 15  # shorter texts ("yes!", "good morning") are shared by chance
NEAR_JACCARD = 0.7
RADIUS = {64: 8, 256: 31}  # Hamming radius by bits: 64-bit hashes and PDQ
#: Columns whose values stand in the text as well, and the kernel that reads them there.
_IN_TEXT = {"hashtags": "hashtag_lists", "mentions": "mention_lists", "urls": "url_lists"}


@dataclass(slots=True)
class LayerShares:
    """One layer: `post[k]` (row of the posts) shares `names[obj[k]]`; codes are given in order of first appearance."""

    post: Ints
    obj: Ints
    names: Array
    notes: list[str] = field(default_factory=list)


class Content:
    """The lists that layers read, from the source where it gives them, else found in the text. Made once, lazily."""

    def __init__(self, posts: pa.Table) -> None:
        self.posts = posts
        self._lists: dict[str, Array] = {}
        self._scan: Any = None
        self._hashes: Any = None

    def texts(self) -> Array:
        """The texts of the posts."""
        return self.posts.column("text")

    def hashes(self) -> Any:
        """`kernels.text.text_hash` of every text, once."""
        if self._hashes is None:
            from tocsin.kernels.text import text_hash

            self._hashes = text_hash(self.texts())
        return self._hashes

    def lists(self, column: str) -> Array:
        """The list column, null lists filled from the text."""
        if column not in self._lists:
            given = self.posts.column(column)
            in_text = given.null_count > 0 and column in _IN_TEXT
            self._lists[column] = pc.coalesce(given, self._found(column)) if in_text else given
        return self._lists[column]

    def _found(self, column: str) -> Array:
        from tocsin.kernels import scan

        if self._scan is None:
            self._scan = scan.scan_text(self.texts())
        read = getattr(scan, _IN_TEXT[column])
        return read(self.texts(), getattr(self._scan, column)).cast(pa.list_(pa.string()))


def _encode(post: Any, values: Array) -> LayerShares:
    """Distinct values to codes; a value twice in one post counts once."""
    encoded = values.dictionary_encode()
    if hasattr(encoded, "combine_chunks"):
        encoded = encoded.combine_chunks()
    obj = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return _distinct(np.asarray(post, np.int32), obj, encoded.dictionary)


def _distinct(post: Ints, obj: Ints, names: Array) -> LayerShares:
    key = obj.astype(np.int64) << 32 | post
    if key.size and not (np.diff(key) > 0).all():
        key = np.unique(key)
        post, obj = (key & 0xFFFFFFFF).astype(np.int32), (key >> 32).astype(np.int32)
    return LayerShares(post, obj, names)


def _listed(content: Content, column: str) -> tuple[Ints, Array]:
    lists = content.lists(column).combine_chunks()
    return pc.list_parent_indices(lists).to_numpy().astype(np.int32), pc.list_flatten(lists)


def _column(name: str) -> Callable[[Content], LayerShares]:
    def read(content: Content) -> LayerShares:
        values = content.posts.column(name).combine_chunks()
        rows = np.flatnonzero(pc.is_valid(values).to_numpy(zero_copy_only=False))
        return _encode(rows, values.take(positions(rows)))

    return read


def _list_column(name: str, *, casefold: bool = False) -> Callable[[Content], LayerShares]:
    def read(content: Content) -> LayerShares:
        post, values = _listed(content, name)
        return _encode(post, pc.utf8_lower(values) if casefold else values)

    return read


def _url(content: Content) -> LayerShares:
    from tocsin.detect.amplification.urls import canonical_values

    shares = _encode(*_listed(content, "urls"))
    values, short = canonical_values(shares.names)
    canonical = values.dictionary_encode()
    obj = canonical.indices.to_numpy().astype(np.int32)[shares.obj]
    result = _distinct(shares.post, obj, canonical.dictionary)
    if short:
        result.notes.append(
            f"{short:,} of {len(values):,} distinct links are short links and were compared as they stand"
        )
    return result


def _domain(content: Content) -> LayerShares:
    from tocsin.detect.amplification.urls import host_of

    links = _url(content)
    hosts = pa.array([host_of(link) for link in links.names.to_pylist()], pa.string()).dictionary_encode()
    names = hosts.dictionary
    obj = hosts.indices.to_numpy().astype(np.int32)[links.obj]
    empty = pc.index(names, "").as_py() if len(names) else -1
    keep = obj != empty
    return _distinct(links.post[keep], obj[keep], names)


def _sequence(content: Content) -> LayerShares:
    lists = content.lists("hashtags").combine_chunks()
    rows = np.flatnonzero(
        pc.fill_null(pc.greater_equal(pc.list_value_length(lists), 2), False).to_numpy(zero_copy_only=False)
    )
    return _encode(rows, pc.utf8_lower(pc.binary_join(lists.take(positions(rows)), " ")))


def _text(content: Content) -> LayerShares:
    hashes = content.hashes()
    rows = np.flatnonzero((hashes.tokens >= MIN_TOKENS) & (hashes.characters >= MIN_CHARACTERS))
    values, first, obj = np.unique(hashes.hash[rows], return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # codes by first appearance
    code = np.empty(len(values), np.int32)
    code[order] = np.arange(len(values), dtype=np.int32)
    names = content.texts().take(positions(rows[first[order]])).combine_chunks()
    return _distinct(rows.astype(np.int32), code[obj], names)


def _near_text(content: Content) -> LayerShares:
    from tocsin.kernels.near import near_clusters
    from tocsin.kernels.text import tokenise

    same = _text(content)
    tokens = tokenise(same.names)
    first = near_clusters(tokens.offsets, tokens.hashes, NEAR_JACCARD).first
    return _distinct(same.post, first[same.obj].astype(np.int32), same.names)


def _media(content: Content) -> LayerShares:
    from tocsin.kernels.hamming import hamming_clusters, parse_hashes

    shares = _encode(*_listed(content, "media"))
    code = np.arange(len(shares.names), dtype=np.int32)
    lengths = pc.binary_length(shares.names).to_numpy(zero_copy_only=False)
    bad = 0
    for bits, radius in RADIUS.items():
        at = np.flatnonzero(lengths == bits // 4)
        parsed = parse_hashes(shares.names.take(positions(at)), bits)
        bad += len(parsed.malformed)
        rows = at[parsed.rows]
        code[rows] = rows[hamming_clusters(parsed.hashes, radius).first]
    result = _distinct(shares.post, code[shares.obj], shares.names)
    if bad:
        result.notes.append(f"{bad:,} picture hashes are not hexadecimal and were compared as they stand")
    return result


#: Layer, how it is read, in the order in which they are shown.
READERS: dict[Layer, Callable[[Content], LayerShares]] = {
    "repost": _column("repost_of"),
    "reply": _column("reply_to"),
    "url": _url,
    "domain": _domain,
    "hashtag": _list_column("hashtags", casefold=True),
    "hashtag_sequence": _sequence,
    "mention": _list_column("mentions", casefold=True),
    "text": _text,
    "near_text": _near_text,
    "media": _media,
    "object": _list_column("objects"),
}


def read_layers(posts: pa.Table, layers: Sequence[Layer]) -> dict[Layer, LayerShares]:
    """The shares of each layer; layers in which nothing is shared are empty, not left out."""
    content = Content(posts)
    return {layer: READERS[layer](content) for layer in layers}
