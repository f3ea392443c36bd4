"""Reddit submissions and comments as the public archives keep them: one a line, usually under zstd.

A crosspost repeats its parent. Deleted authors are no account, so their rows are set aside.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.sources.structured import Json, JsonSource


def _posts(record: Json, _: Json) -> Iterator[Json]:
    author = record["author"]
    if author in ("[deleted]", "[removed]"):
        raise ValueError("the author is deleted")
    comment = "body" in record
    link = record.get("url_overridden_by_dest") or record.get("url")
    shared = link and not comment and not record.get("is_self") and not str(link).startswith("/r/")
    parts = (record.get("body"),) if comment else (record.get("title"), record.get("selftext"))
    yield {
        "post": record.get("name") or f"{'t1' if comment else 't3'}_{record['id']}",
        "account": author,
        "time": record["created_utc"],
        "text": "\n".join(part for part in parts if part and part not in ("[deleted]", "[removed]")),
        "repost_of": record.get("crosspost_parent"),
        "reply_to": record.get("parent_id"),
        "urls": [link] if shared else None,
    }


SOURCE = JsonSource(
    id="reddit",
    title="Reddit submissions or comments (ndjson)",
    platform="reddit",
    paths=(("*",),),
    looks=lambda r: {"author", "created_utc", "subreddit"} <= r.keys() and ("body" in r or "title" in r),
    posts=_posts,
    why="are Reddit submissions or comments (author, created_utc, subreddit)",
)
