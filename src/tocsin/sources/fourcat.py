"""4CAT's CSV (Digital Methods Initiative): the same first columns for every platform it collects from.

`thread_id` is the post answered only where it is not the post itself. `timestamp` is UTC; `unix_timestamp` goes before.
"""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.delimited import Columns, DelimitedSource

NOTHING = pa.scalar(None, pa.string())


def _reply(columns: Columns, fields: Columns) -> Columns:
    thread = columns["thread_id"]
    fields["reply_to"] = pc.if_else(pc.equal(thread, columns["id"]), NOTHING, thread)
    return fields


SOURCE = DelimitedSource(
    id="4cat",
    title="4CAT dataset (CSV)",
    platform=None,
    signature=("id", "thread_id", "timestamp", "body", "author"),
    fields={
        "post": ("id",),
        "account": ("author_id", "author"),
        "time": ("unix_timestamp", "timestamp"),
        "text": ("body",),
        "language": ("language_guess", "language"),
        "client": ("source",),
        "repost_of": ("retweeted_id",),
        "urls": ("urls",),
        "hashtags": ("hashtags",),
        "mentions": ("mentions",),
    },
    adjust=_reply,
)
