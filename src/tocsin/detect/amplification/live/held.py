"""What is held of a stream: each post and each of its shares as a few whole numbers, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.amplification.layers import MIN_CHARACTERS, MIN_TOKENS, READERS, Content, Layer, LayerShares
from tocsin.model.arrow import pc

Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

#: Layers that say something of two accounts within minutes, in the order of their numbers in an object's key. Single
#: hashtags, mentions and sites are what everybody shares.
LAYERS: tuple[Layer, ...] = ("repost", "reply", "url", "hashtag_sequence", "text", "media", "object")
LAYER_BITS = 4  # of the 64 of an object's key; the others are of the hash of its name


@dataclass(slots=True)
class Part:
    """Posts in the order of arrival, one row each, and their shares. `number` ascends; a share names its post by it."""

    number: Longs
    time: Longs
    post: Hashes
    account: Hashes
    language: Hashes  # 0: unknown
    of: Longs
    obj: Hashes

    def but(self, keep: Any) -> Part:
        """The rows that the mask says, with their shares."""
        at = np.searchsorted(self.number, self.of)
        posts = (column[keep] for column in (self.number, self.time, self.post, self.account, self.language))
        return Part(*posts, of=self.of[keep[at]], obj=self.obj[keep[at]])  # type: ignore[misc]

    @staticmethod
    def join(parts: list[Part]) -> Part:
        """One after the other."""
        names = Part.__slots__
        return Part(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def read_part(posts: pa.Table, first: int) -> Part:
    """Reduce posts (schema `POSTS`) to what is held; they are numbered from `first`."""
    from tocsin.kernels.live import hash_strings

    language = hash_strings(posts.column("language"))
    language[pc.is_null(posts.column("language")).to_numpy()] = 0
    content = Content(posts)
    read = [(rows, keyed(LAYERS.index(layer), hashes)) for layer, rows, hashes in _hashed(content)]
    rows = np.concatenate([r for r, _ in read])
    return Part(
        first + np.arange(posts.num_rows),
        posts.column("time").cast(pa.int64()).to_numpy(),
        hash_strings(posts.column("post")),
        hash_strings(posts.column("account")),
        language,
        first + rows.astype(np.int64),
        np.concatenate([keys for _, keys in read]),
    )


def keyed(layer: int, hashes: Any) -> Hashes:
    """Keys of objects: the layer's number in the uppermost bits, so that sorted keys lie layer by layer."""
    keys: Hashes = (hashes >> np.uint64(LAYER_BITS)) | np.uint64(layer << (64 - LAYER_BITS))
    return keys


def _hashed(content: Content) -> Iterator[tuple[Layer, Any, Hashes]]:
    """Each layer's shares: row of the post, hash of the object."""
    from tocsin.kernels.live import hash_strings
    from tocsin.kernels.text import text_hash

    for layer in LAYERS:
        if layer == "text":
            text = text_hash(content.prepared)
            rows = np.flatnonzero((text.tokens >= MIN_TOKENS) & (text.characters >= MIN_CHARACTERS))
            yield layer, rows, text.hash[rows]
        else:
            shares = read_layer(content, layer)
            yield layer, shares.post, hash_strings(shares.names)[shares.obj]


def read_layer(content: Content, layer: Layer) -> LayerShares:
    """A layer of whole posts. Pictures are the same where their hashes are: which hash leads a cluster of near ones
    would hang on what else is held."""
    if layer != "media":
        return READERS[layer](content)
    lists = content.lists("media")
    encoded = pc.list_flatten(lists).dictionary_encode()
    pairs = np.column_stack([pc.list_parent_indices(lists).to_numpy(), encoded.indices.to_numpy()])
    post, obj = np.unique(pairs.astype(np.int32), axis=0).T
    return LayerShares(np.ascontiguousarray(post), np.ascontiguousarray(obj), encoded.dictionary)
