"""Layers: the ways in which two posts can share something. Each turns posts into (post, object) shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions, whole

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
    """One layer: `post[k]` (row of the posts, ascending) shares `names[obj[k]]`, each pair once; codes are in order of
    first appearance."""

    post: Ints
    obj: Ints
    names: Array
    notes: list[str] = field(default_factory=list)


class Content:
    """The lists and texts that layers read, from the source where it gives them, else found in the text. Each is made
    once, when it is first asked for."""

    def __init__(self, posts: pa.Table) -> None:
        self.posts = posts
        self._lists: dict[str, Array] = {}

    @cached_property
    def texts(self) -> Array:
        """The texts of the posts in one piece, with offsets as kernels read them."""
        return whole(self.posts.column("text")).cast(pa.large_string())

    @cached_property
    def scan(self) -> Any:
        """`kernels.scan.scan_text` of every text."""
        from tocsin.kernels.scan import scan_text

        return scan_text(self.texts)

    @cached_property
    def prepared(self) -> Any:
        """`kernels.text.prepare` of every text."""
        from tocsin.kernels.text import prepare

        return prepare(self.texts, self.scan)

    def lists(self, column: str) -> Array:
        """The list column, null lists filled from the text."""
        if column not in self._lists:
            given = whole(self.posts.column(column))
            in_text = given.null_count > 0 and column in _IN_TEXT
            self._lists[column] = pc.coalesce(given, self._found(column)) if in_text else given
        return self._lists[column]

    def _found(self, column: str) -> Array:
        from tocsin.kernels import scan

        read = getattr(scan, _IN_TEXT[column])
        return read(self.texts, getattr(self.scan, column)).cast(pa.list_(pa.string()))

    @cached_property
    def raw_links(self) -> LayerShares:
        """Links as they stand."""
        return as_given(self, "urls")

    @cached_property
    def links(self) -> LayerShares:
        """Canonical links."""
        from tocsin.detect.amplification.urls import canonical_values

        shares = self.raw_links
        values, short = canonical_values(shares.names)
        canonical = values.dictionary_encode()
        result = _distinct(shares.post, canonical.indices.to_numpy()[shares.obj], canonical.dictionary)
        result.notes += notes_on_links(short, len(values))
        return result

    @cached_property
    def copies(self) -> tuple[LayerShares, Ints]:
        """Identical texts, and the first post of each."""
        rows, hashes = self._long
        codes = pa.array(hashes).dictionary_encode()
        obj = codes.indices.to_numpy()
        first = np.empty(len(codes.dictionary), np.int32)
        first[obj[::-1]] = rows[::-1]  # backwards, so that the first is written last
        return LayerShares(rows, obj, self.texts.take(positions(first)).cast(pa.string())), first

    @property
    def hashes(self) -> Any:
        """The hash of each of the identical texts, uint64."""
        rows, hashes = self._long
        return hashes[np.searchsorted(rows, self.copies[1])]

    @cached_property
    def _long(self) -> tuple[Ints, Any]:
        """Posts whose text is long enough to say something, and its hash."""
        from tocsin.kernels.text import text_hash

        hashes = text_hash(self.prepared)
        rows = np.flatnonzero((hashes.tokens >= MIN_TOKENS) & (hashes.characters >= MIN_CHARACTERS)).astype(np.int32)
        return rows, hashes.hash[rows]


def _encode(post: Any, values: Array) -> LayerShares:
    """Distinct values to codes; a value twice in one post counts once."""
    encoded = values.dictionary_encode()
    obj = encoded.indices.to_numpy(zero_copy_only=False)
    return _distinct(np.asarray(post, np.int32), obj, encoded.dictionary)


def _distinct(post: Ints, obj: Ints, names: Array) -> LayerShares:
    """Each pair of post and object once; `post` ascends."""
    key = post.astype(np.int64) << 32 | obj
    key.sort(kind="stable")  # nearly in order: only the few objects of one post can be out of it
    key = key[np.diff(key, prepend=-1) > 0]
    return LayerShares((key >> 32).astype(np.int32), key.astype(np.int32), names)


def as_given(content: Content, column: str) -> LayerShares:
    """The values of a list column as they stand."""
    return _encode(*_listed(content, column))


def _listed(content: Content, column: str) -> tuple[Ints, Array]:
    lists = content.lists(column)
    return pc.list_parent_indices(lists).to_numpy().astype(np.int32), pc.list_flatten(lists)


def _column(name: str) -> Callable[[Content], LayerShares]:
    def read(content: Content) -> LayerShares:
        values = whole(content.posts.column(name))
        rows = np.flatnonzero(pc.is_valid(values).to_numpy(zero_copy_only=False))
        return _encode(rows, values.take(positions(rows)))

    return read


def _list_column(name: str, *, casefold: bool = False) -> Callable[[Content], LayerShares]:
    def read(content: Content) -> LayerShares:
        post, values = _listed(content, name)
        return _encode(post, pc.utf8_lower(values) if casefold else values)

    return read


def _domain(content: Content) -> LayerShares:
    from tocsin.detect.amplification.urls import host_of, short_links

    links = content.links
    telling = pc.invert(short_links(links.names)).to_numpy(zero_copy_only=False)
    hosts = pa.array([host_of(link) for link in links.names.filter(pa.array(telling)).to_pylist()], pa.string())
    hosts = pc.if_else(pc.equal(hosts, ""), None, hosts).dictionary_encode()
    code = np.full(len(links.names), -1, np.int32)
    code[telling] = pc.fill_null(hosts.indices, -1).to_numpy()
    obj = code[links.obj]
    return _distinct(links.post[obj >= 0], obj[obj >= 0], hosts.dictionary)


def _sequence(content: Content) -> LayerShares:
    lists = content.lists("hashtags")
    rows = np.flatnonzero(
        pc.fill_null(pc.greater_equal(pc.list_value_length(lists), 2), False).to_numpy(zero_copy_only=False)
    )
    return _encode(rows, pc.utf8_lower(pc.binary_join(lists.take(positions(rows)), " ")))


def _near_text(content: Content) -> LayerShares:
    from tocsin.kernels.near import near_clusters
    from tocsin.kernels.text import tokenise

    same, rows = content.copies
    tokens = tokenise(content.prepared, rows)
    first = near_clusters(tokens.offsets, tokens.hashes, NEAR_JACCARD).first
    return LayerShares(same.post, first[same.obj], same.names)


def notes_on_links(short: int, links: int) -> list[str]:
    """What to tell of links that hide where they lead."""
    told = f"{short:,} of {links:,} distinct links are short links and were compared as they stand"
    return [told] if short else []


def pictures(names: Array) -> tuple[Ints, list[str]]:
    """For each distinct picture hash, in order of first appearance, the first of its near copies; what to tell."""
    from tocsin.kernels.hamming import hamming_clusters, parse_hashes

    code = np.arange(len(names), dtype=np.int32)
    lengths = pc.binary_length(names).to_numpy(zero_copy_only=False)
    bad = 0
    for bits, radius in RADIUS.items():
        at = np.flatnonzero(lengths == bits // 4)
        parsed = parse_hashes(names.take(positions(at)), bits)
        bad += len(parsed.malformed)
        rows = at[parsed.rows]
        code[rows] = rows[hamming_clusters(parsed.hashes, radius).first]
    told = f"{bad:,} picture hashes are not hexadecimal and were compared as they stand"
    return code, [told] if bad else []


def _media(content: Content) -> LayerShares:
    shares = as_given(content, "media")
    code, notes = pictures(shares.names)
    result = _distinct(shares.post, code[shares.obj], shares.names)
    result.notes += notes
    return result


#: Layer, how it is read, in the order in which they are shown.
READERS: dict[Layer, Callable[[Content], LayerShares]] = {
    "repost": _column("repost_of"),
    "reply": _column("reply_to"),
    "url": lambda content: content.links,
    "domain": _domain,
    "hashtag": _list_column("hashtags", casefold=True),
    "hashtag_sequence": _sequence,
    "mention": _list_column("mentions", casefold=True),
    "text": lambda content: content.copies[0],
    "near_text": _near_text,
    "media": _media,
    "object": _list_column("objects"),
}


def read_layers(posts: pa.Table, layers: Sequence[Layer]) -> dict[Layer, LayerShares]:
    """The shares of each layer; layers in which nothing is shared are empty, not left out."""
    content = Content(posts)
    return {layer: READERS[layer](content) for layer in layers}
