"""CooRTweet's prepared table: one row for each object that a content shares.

A content that shares two objects has two rows; the second is kept as `<content>+<row>` (see `duplicates`).
"""

from __future__ import annotations

from tocsin.sources import cells
from tocsin.sources.delimited import Columns, DelimitedSource


def _whole(columns: Columns, fields: Columns) -> Columns:
    fields["objects"] = cells.lists(columns["object_id"], r"\n")  # an object is one thing, blanks and bars in it or not
    return fields


SOURCE = DelimitedSource(
    id="coortweet",
    title="CooRTweet prepared table (CSV)",
    platform=None,
    signature=("object_id", "account_id", "content_id", "timestamp_share"),
    fields={"post": ("content_id",), "account": ("account_id",), "time": ("timestamp_share",)},
    adjust=_whole,
)
