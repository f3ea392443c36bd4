"""Posts that show one picture by the hashes that their source gives, where the picture itself is not at hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication import base
from tocsin.detect.fabrication.pictures.place import RADIUS
from tocsin.kernels.hamming import hamming_clusters, parse_hashes
from tocsin.kernels.pdq import hexadecimal
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import PictureMatch
from tocsin.stats import stated

_CANNOT = (
    "whether the pictures are one: only their hashes are here, and plain pictures have hashes that mean little",
    "what was done to the picture, and whether it is real",
)


def groups_of_hashes(tables: base.ContentTables) -> tuple[list[base.Candidate], int]:
    """A candidate for each PDQ hash that posts of two accounts have within 31 bits, of interest only; and the number
    of hashes that differ."""
    parents = pc.list_parent_indices(tables.posts["media"].combine_chunks())
    values = pc.list_flatten(tables.posts["media"].combine_chunks())
    parsed = parse_hashes(values, 256)
    if not len(parsed.hashes):
        return [], 0
    rows = parents.to_numpy()[parsed.rows]
    order = np.lexsort((*parsed.hashes.T[::-1], _times(tables)[rows]))  # clusters are led by the earliest
    rows, hashes = rows[order], parsed.hashes[order]
    first = hamming_clusters(hashes, RADIUS).first
    accounts = tables.posts["account"]
    candidates = []
    for leader in np.unique(first).tolist():
        members = np.flatnonzero(first == leader)
        shown = base.sorted_rows(rows[members])
        people = len(pc.unique(accounts.take(positions(shown))))
        if people > 1:
            candidates.append(_candidate(shown, people, hashes[members], hexadecimal(hashes[leader][None])[0]))
    return candidates, len(np.unique(hashes, axis=0))


def _times(tables: base.ContentTables) -> Any:
    return tables.posts["time"].cast(pa.int64()).to_numpy()


def _candidate(rows: Any, people: int, hashes: Any, first: str) -> base.Candidate:
    apart = np.bitwise_count(hashes ^ hashes[0]).sum(axis=1)
    others = {text: int(bits) for text, bits in zip(hexadecimal(hashes), apart, strict=True) if text != first}
    said = f"{len(rows)} posts of {people} accounts show a picture with one hash, or hashes at most {RADIUS} bits apart"
    return base.Candidate(
        detector="fabrication.pictures",
        sign="picture",
        layer="picture",
        object=first,
        table="posts",
        rows=rows,
        title=f"Pictures with one hash in {len(rows)} posts",
        sentence=f"{said}.",
        p=None,
        tests=(
            stated.test(
                "Are the hashes near?",
                f"PDQ hashes at most {RADIUS} of 256 bits apart",
                "unrelated pictures: 128 bits on average",
                int(apart.max()),
                128,
                None,
            ),
        ),
        effects=(stated.exact("hashes", len(others) + 1, "hashes", "that differ"),),
        pictures=tuple(
            PictureMatch(picture=text, original=first, change="not known: hashes only", distance=bits)
            for text, bits in sorted(others.items(), key=lambda pair: (pair[1], pair[0]))
        ),
        cannot_show=_CANNOT,
        interest=True,
    )
