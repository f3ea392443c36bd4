"""TikTok comments: the app's own JSON as scrapers keep it, the Research API's pages, and common CSV and JSON exports.

The Research API names no author; such comments are set aside, for without accounts nothing can be counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.sources.delimited import DelimitedSource
from tocsin.sources.structured import Json, JsonSource

_AUTHORS = ("uniqueId", "username", "unique_id", "authorUniqueId", "author", "uid")


def _posts(record: Json, _: Json) -> Iterator[Json]:
    """One comment, with its replies where the scraper nested them."""
    user = record.get("user")
    author = (user.get("unique_id") or user.get("uniqueId") or user.get("uid")) if isinstance(user, dict) else user
    answered = record.get("reply_id") or record.get("repliesToId") or record.get("parent_comment_id")
    yield {
        "post": record.get("cid") or record.get("comment_id") or record["id"],
        "account": author or next((record[name] for name in _AUTHORS if record.get(name)), None),
        "time": record.get("create_time") or record.get("createTime") or record["createTimeISO"],
        "text": record["text"] if "text" in record else record["comment"],
        "language": record.get("comment_language"),
        "reply_to": answered
        if answered not in (None, "0", 0, "")
        else record.get("aweme_id") or record.get("video_id"),
        "mentions": _mentioned(record),
    }
    for reply in record.get("replies") or record.get("reply_comment") or []:
        yield from _posts(reply, {})


def _mentioned(record: Json) -> list[str] | None:
    extra = record.get("text_extra")
    return [item["user_unique_id"] for item in extra if item.get("user_unique_id")] if isinstance(extra, list) else None


def _looks(record: Json) -> bool:
    keys = record.keys()
    return (
        {"cid", "text"} <= keys
        or {"video_id", "create_time", "text", "like_count"} <= keys
        or {"username", "comment", "create_time"} <= keys
    )


JSON = JsonSource(
    id="tiktok",
    title="TikTok comments (JSON)",
    platform="tiktok",
    paths=(("*",), ("comments", "*"), ("data", "comments", "*")),
    looks=_looks,
    posts=_posts,
    why="are TikTok comments (cid or video_id, text, time)",
)

CSV = DelimitedSource(
    id="tiktok-csv",
    title="TikTok comments (CSV)",
    platform="tiktok",
    signature=("cid", "text"),
    fields={
        "post": ("cid",),
        "account": ("uniqueid", "unique_id", "user.unique_id", "user/unique_id", "username", "uid", "user.uid"),
        "time": ("create_time", "createtime", "createtimeiso"),
        "text": ("text",),
        "language": ("comment_language",),
        "reply_to": ("repliestoid", "reply_id"),
    },
)
