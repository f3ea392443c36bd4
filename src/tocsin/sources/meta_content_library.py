"""Meta Content Library's CSV downloads for Facebook and Instagram."""

from __future__ import annotations

from tocsin.model.arrow import pc
from tocsin.sources.delimited import Columns, DelimitedSource


def _platform(columns: Columns, fields: Columns) -> Columns:
    if "mcl_url" in columns:
        seen = pc.match_substring(pc.utf8_lower(columns["mcl_url"]), "instagram")
        fields["platform"] = pc.if_else(seen, "instagram", "facebook")
    return fields


SOURCE = DelimitedSource(
    id="meta-content-library",
    title="Meta Content Library download (CSV)",
    platform="facebook",
    signature=("id", "post_owner.id", "creation_time", "text"),
    fields={
        "post": ("id",),
        "account": ("post_owner.id", "post_owner.username"),
        "time": ("creation_time",),
        "text": ("text",),
        "language": ("lang",),
        "repost_of": ("shared_post_id",),
        "urls": ("link_attachment.link",),
        "hashtags": ("hashtags",),
    },
    adjust=_platform,
)
