"""CrowdTangle's CSV downloads for Facebook (pages and groups) and Instagram, until August 2024."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.delimited import Columns, DelimitedSource

_FACEBOOK_POST = r"^https?://[^/]*facebook\.com/.*?(?P<post>[0-9]{6,})/?$"


def _text(columns: Columns, fields: Columns) -> Columns:
    parts = [
        columns[name] for name in ("message", "image text", "link text", "title", "description") if name in columns
    ]
    message = parts[0]
    for part in parts[1:]:  # the first that is not empty: the poster's own words, else those of what is shared
        message = pc.if_else(pc.equal(message, ""), part, message)
    fields["text"] = message
    fields["urls"] = _link(columns)
    return fields


def _link(columns: Columns) -> Array:
    """The shared link where the post has one, after redirects if known; a post's link to itself is none."""
    own = columns["url"]
    link = columns.get("final link", pa.repeat("", len(own)))
    if "link" in columns:
        link = pc.if_else(pc.equal(link, ""), columns["link"], link)
    return pc.if_else(pc.equal(link, own), "", link)


def _facebook(columns: Columns, fields: Columns) -> Columns:
    posts = pc.struct_field(pc.extract_regex(columns["url"], _FACEBOOK_POST), "post")
    fields["post"] = pc.if_else(pc.is_valid(posts), posts, columns["url"])
    return _text(columns, fields)


FACEBOOK = DelimitedSource(
    id="crowdtangle",
    title="CrowdTangle download for Facebook (CSV)",
    platform="facebook",
    signature=("user name", "facebook id", "post created", "url", "message"),
    fields={"account": ("facebook id", "user name", "page name", "group name"), "time": ("post created",)},
    adjust=_facebook,
    us_zones=True,
)

INSTAGRAM = DelimitedSource(
    id="crowdtangle-instagram",
    title="CrowdTangle download for Instagram (CSV)",
    platform="instagram",
    signature=("account", "user name", "post created", "url", "description", "photo"),
    fields={"post": ("url",), "account": ("user name", "account"), "time": ("post created",)},
    adjust=_text,
    us_zones=True,
)
