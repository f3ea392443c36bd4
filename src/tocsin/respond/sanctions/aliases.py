"""Names that one list knows and that would get past a screen of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tocsin.model.arrow import schema
from tocsin.resolve.keys import name_keys
from tocsin.respond.sanctions.entries import Entry

#: Words in alphabetical order, ratio of at least 90 of 100: the plain fuzzy screen that most tools offer.
SCREEN_RATIO = 90.0


#: One row a name that a plain screen of `jurisdiction`, which lists the cluster, would not find; lowest ratio first.
ALIASES = schema(
    [
        pa.field("cluster", pa.string(), nullable=False),
        pa.field("jurisdiction", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("known_to", pa.string(), nullable=False),  # list:entry that has the name
        pa.field("nearest", pa.string(), nullable=False),  # the most similar name of that jurisdiction
        pa.field("ratio", pa.float64(), nullable=False),  # 0-100
    ]
)


def aliases(clusters: Mapping[str, Sequence[Entry]]) -> pa.Table:
    """For each cluster, the names of one jurisdiction's entries that no name of another one's is close to (ALIASES).

    Compared as transliterated words in alphabetical order (rapidfuzz ratio). Names that their list calls weak are left
    out: no screen is expected to find them.
    """
    names = sorted({name for entries in clusters.values() for entry in entries for name, _ in entry.names})
    keys = dict(zip(names, name_keys(pa.array(names, pa.string())).to_pylist(), strict=True))
    rows = [row for cluster, entries in clusters.items() for row in _rows(cluster, entries, keys)]
    rows.sort(key=lambda row: (row["ratio"], row["cluster"], row["jurisdiction"], row["name"]))
    return pa.Table.from_pylist(rows, ALIASES)


def _rows(cluster: str, entries: Sequence[Entry], keys: Mapping[str, str | None]) -> Iterable[dict[str, Any]]:
    for place in sorted({entry.jurisdiction for entry in entries}):
        theirs = {
            key: name for e in entries if e.jurisdiction == place for name, _ in e.names if (key := keys.get(name))
        }
        others = {
            key: (name, entry.key)
            for entry in entries
            if entry.jurisdiction != place
            for name, kind in entry.names
            if kind != "weak" and (key := keys.get(name)) and key not in theirs
        }
        if theirs and others:
            yield from _missed(cluster, place, theirs, others)


def _missed(
    cluster: str, place: str, theirs: Mapping[str, str], others: Mapping[str, tuple[str, str]]
) -> Iterable[dict[str, Any]]:
    from rapidfuzz import fuzz, process

    ratios = process.cdist(list(others), list(theirs), scorer=fuzz.ratio)
    shown = list(theirs.values())
    for (name, key), row in zip(others.values(), ratios, strict=True):
        best = int(row.argmax())
        if row[best] < SCREEN_RATIO:
            yield {
                "cluster": cluster,
                "jurisdiction": place,
                "name": name,
                "known_to": key,
                "nearest": shown[best],
                "ratio": float(row[best]),
            }
