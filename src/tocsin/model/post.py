"""The post: one public message by one account at one time, whatever the platform.

Sources write posts as Arrow record batches of `POSTS`. A null list means that the source does not say (the text is
searched instead); an empty list means that the source says there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tocsin.model.arrow import schema

_strings = pa.list_(pa.string())


#: One row a post. `time` is aware UTC; `file` and `row` say where the post stands in the input (1-based line of a
#: text file, 1-based record of a binary one), so that every number can be followed back to it.
POSTS = schema(
    [
        pa.field("post", pa.string(), nullable=False),
        pa.field("account", pa.string(), nullable=False),
        pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("platform", pa.string()),
        pa.field("text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("client", pa.string()),
        pa.field("repost_of", pa.string()),
        pa.field("reply_to", pa.string()),
        pa.field("urls", _strings),
        pa.field("hashtags", _strings),
        pa.field("mentions", _strings),
        pa.field("media", _strings),
        pa.field("objects", _strings),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)

#: What a mapping may name, with the words a user reads when asked for it.
POST_FIELDS: dict[str, str] = {
    "post": "the post's own id",
    "account": "who posted it (id or handle)",
    "time": "when it was posted",
    "platform": "the platform it was posted on",
    "text": "its text",
    "language": "its language",
    "client": "the application it was posted with",
    "repost_of": "the id of the post it repeats (retweet, share, forward)",
    "reply_to": "the id of the post it answers",
    "urls": "the links in it",
    "hashtags": "the hashtags in it",
    "mentions": "the accounts it names",
    "media": "hashes of its pictures (16 hex digits for 64-bit hashes, 64 for PDQ)",
    "objects": "any other thing shared, already reduced to an id",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """One input row that could not be read: where it stands, why, and its first 500 characters."""

    file: str
    row: int
    reason: str
    text: str = ""
