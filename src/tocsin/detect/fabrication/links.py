"""The links in posts: addresses, the hosts they lead to, and their pages."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication.base import ContentTables
from tocsin.model.arrow import pc, positions, whole
from tocsin.sources.names import hosts

_LINK = re.compile(r"https?://[^\s<>\"'“”]+", re.IGNORECASE)
_TAIL = ".,;:!?)]}…"
_PAGE = r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*([^?#]*).*$"


class Links(NamedTuple):
    """One entry a link: the position of its post, the host (as `hosts.clean` makes it), and the page on it, a string
    array: the path without a slash at its end, as it is written."""

    post: Any
    host: Any
    page: Any


def links(tables: ContentTables) -> Links:
    """The links of all posts; read from the text where the source does not list them. Those without a host are left
    out."""
    made: Links = tables.once("links", lambda: _links(tables.posts))
    return made


def _links(posts: pa.Table) -> Links:
    listed = whole(posts["urls"])
    rows = np.repeat(np.arange(len(listed)), pc.fill_null(pc.list_value_length(listed), 0).to_numpy())
    in_text = pc.fill_null(pc.match_substring(posts["text"], "://"), False)
    unlisted = np.flatnonzero(pc.and_(pc.is_null(listed), in_text).to_numpy())
    texts = [str(text) for text in posts["text"].take(positions(unlisted)).to_pylist()]
    read = [
        (row, one.rstrip(_TAIL))
        for row, text in zip(unlisted.tolist(), texts, strict=True)
        for one in _LINK.findall(text)
    ]
    post = np.concatenate([rows, np.array([row for row, _ in read], np.int64)])
    flat = pc.list_flatten(listed).cast(pa.string())
    addresses = pa.concat_arrays([flat, pa.array([address for _, address in read], pa.string())])
    coded = addresses.dictionary_encode()
    host, page = hosts.clean(coded.dictionary), pages(coded.dictionary)
    codes = coded.indices
    known = pc.is_valid(host.take(codes))
    return Links(
        post[known.to_numpy(zero_copy_only=False)], host.take(codes).filter(known), page.take(codes).filter(known)
    )


def pages(addresses: Any) -> Any:
    """The paths of addresses, without a slash at the end; "" where there is none."""
    path = pc.replace_substring_regex(addresses, _PAGE, r"\1")
    return pc.if_else(pc.match_substring(addresses, "://"), pc.utf8_rtrim(path, "/"), "")
