"""The input CSV of the coordination-network-toolkit (Graham and others, QUT Digital Observatory)."""

from __future__ import annotations

from tocsin.sources.delimited import DelimitedSource

SOURCE = DelimitedSource(
    id="toolkit",
    title="coordination-network-toolkit input (CSV)",
    platform=None,
    signature=("message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls"),
    fields={
        "post": ("message_id",),
        "account": ("user_id",),
        "time": ("timestamp",),
        "text": ("message",),
        "repost_of": ("repost_id",),
        "reply_to": ("reply_id",),
        "urls": ("urls",),
    },
)
