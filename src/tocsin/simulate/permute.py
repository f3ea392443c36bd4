"""Shuffled accounts: the same posts at the same times, with nobody left who acts together on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.errors import UsageError
from tocsin.simulate.draws import Ints


def permute_accounts(posts: pa.Table, seed: int, by: Sequence[str] = ("hour", "language")) -> pa.Table:
    """Permute the account labels of a table of posts (schema `POSTS`) within strata; all else stays in its row.

    `by` names the strata: "hour" is the clock hour (each hour of each day), any other name a column; a null is a value
    of its own. Each stratum keeps its accounts, as often as they stood in it. Raises UsageError for an unknown column.
    """
    stratum = np.zeros(posts.num_rows, dtype=np.int64)
    for name in by:
        codes = _codes(posts, name)
        stratum = np.unique(stratum * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
    rng = np.random.default_rng([seed, 4])
    shuffled = np.lexsort((rng.random(posts.num_rows), stratum))
    take = np.empty(posts.num_rows, dtype=np.int64)
    take[np.argsort(stratum, kind="stable")] = shuffled
    at = posts.schema.get_field_index("account")
    return posts.set_column(at, posts.schema.field("account"), posts.column("account").take(take))


def _codes(posts: pa.Table, name: str) -> Ints:
    """A whole number for each row: equal where the rows belong together."""
    if name == "hour":
        hours: Ints = posts.column("time").cast(pa.int64()).to_numpy() // 3_600_000_000
        return np.unique(hours, return_inverse=True)[1]
    if name not in posts.column_names:
        raise UsageError(f"no column {name!r} to permute within", hint='Give "hour" or a column of the posts.')
    encoded: Any = pc.dictionary_encode(posts.column(name), null_encoding="encode").combine_chunks()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
