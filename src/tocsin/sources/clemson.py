"""The Russian troll tweets of Linvill and Warren (Clemson), as FiveThirtyEight published them in 2018.

`author` is the account: `external_author_id` was damaged by a spreadsheet in the published files (9.06E+17). `region`
carries no time zone; `publish_date` is UTC, month first, to the minute.
"""

from __future__ import annotations

from tocsin.model.arrow import pc
from tocsin.sources.delimited import Columns, DelimitedSource


def _links(columns: Columns, fields: Columns) -> Columns:
    steps = [columns[name] for name in ("tco1_step1", "tco2_step1", "tco3_step1") if name in columns]
    if steps:
        fields["urls"] = pc.binary_join_element_wise(*steps, " ")
    return fields


SOURCE = DelimitedSource(
    id="clemson",
    title="Russian troll tweets of FiveThirtyEight and Clemson (CSV)",
    platform="twitter",
    signature=("author", "content", "publish_date", "account_category"),
    fields={
        "post": ("tweet_id",),
        "account": ("author",),
        "time": ("publish_date",),
        "text": ("content",),
        "language": ("language",),
    },
    adjust=_links,
    date_order="MDY",
)
