"""What is followed through time: hashtags, and clusters of what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication.base import ContentTables, Layer, said_object
from tocsin.detect.fabrication.same import Clusters, cluster
from tocsin.model.arrow import pc, positions, whole
from tocsin.progress import Progress

SHOWN = 80  # characters of a wording in a title
_TAG = r"#(\w+)"


@dataclass(frozen=True, slots=True)
class Series:
    """Posts (`rows`, ascending) that have one object; `title` names it."""

    layer: Layer
    object: str
    title: str
    rows: Any


def hashtags(tables: ContentTables) -> list[Series]:
    """The hashtags, lower case, by name; read from the text where the source does not list them."""
    made: list[Series] = tables.once("hashtags", lambda: _hashtags(tables.posts))
    return made


def _hashtags(posts: pa.Table) -> list[Series]:
    listed = whole(posts["hashtags"])
    rows = np.repeat(np.arange(len(listed)), pc.fill_null(pc.list_value_length(listed), 0).to_numpy())
    in_text = pc.fill_null(pc.match_substring(posts["text"], "#"), False)
    unlisted = np.flatnonzero(pc.and_(pc.is_null(listed), in_text).to_numpy())
    texts = [str(text) for text in posts["text"].take(positions(unlisted)).to_pylist()]
    read = [(row, tag) for row, text in zip(unlisted.tolist(), texts, strict=True) for tag in re.findall(_TAG, text)]
    rows = np.concatenate([rows, np.array([row for row, _ in read], np.int64)])
    names = pa.concat_arrays(
        [pc.list_flatten(listed).cast(pa.string()), pa.array([tag for _, tag in read], pa.string())]
    )
    coded = pc.utf8_ltrim(pc.utf8_lower(names), "#").dictionary_encode()
    tags = [f"#{tag}" for tag in coded.dictionary.to_pylist()]
    return [
        Series("hashtag", tags[code], tags[code], np.unique(part))
        for code, part in sorted(_grouped(coded.indices.to_numpy(), rows), key=lambda one: tags[one[0]])
        if len(tags[code]) > 1
    ]


def _grouped(codes: Any, rows: Any) -> Iterator[tuple[int, Any]]:
    """Each code, and the rows that have it."""
    order = np.argsort(codes, kind="stable")
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    for some in np.split(order, ends) if order.size else ():
        yield int(codes[some[0]]), rows[some]


def said(tables: ContentTables, progress: Progress) -> list[Series]:
    """The clusters of what is said, of two posts at least, by their first wordings."""
    made = clusters_of(tables, progress)
    grouped = ((first, np.sort(rows)) for first, rows in _grouped(made.first, np.arange(made.first.size)))
    named = [
        Series("text", said_object(made.texts[first]), f"\u201c{short(made.texts[first])}\u201d", rows)
        for first, rows in grouped
        if rows.size > 1 and made.texts[first]
    ]
    return sorted(named, key=lambda one: one.object)


def clusters_of(tables: ContentTables, progress: Progress) -> Clusters:
    """What `same.cluster` says of all posts, made once."""
    made: Clusters = tables.once("clusters", lambda: _clusters(tables, progress))
    return made


def _clusters(tables: ContentTables, progress: Progress) -> Clusters:
    posts = tables.posts
    texts = [str(text) for text in pc.fill_null(posts["text"], "").to_pylist()]
    languages = [str(code) for code in pc.fill_null(posts["language"], "").to_pylist()]
    return cluster(texts, posts["time"].cast(pa.int64()).to_numpy(), languages, progress, tables.engine)


def short(text: str) -> str:
    """A wording as a title shows it."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "\u2026"
