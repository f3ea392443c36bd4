"""Statuses as Mastodon's API gives them: an array, search results, or one status a line. Content is HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.sources.structured import Json, JsonSource

_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p[^>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r'<span class="ellipsis">([^<]*)</span>', re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_HREF = re.compile(r'<a\s[^>]*?href="([^"]+)"[^>]*>', re.IGNORECASE)


def plain(content: str) -> str:
    """The text of a status; entities stay for the reader, who undoes them once for every source."""
    return _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub(r"\1", content))).strip()


def _links(content: str) -> list[str]:
    """Links in the content, without those to mentioned accounts and hashtags."""
    links = (match for match in _HREF.finditer(content) if "mention" not in match[0] and "hashtag" not in match[0])
    return list(dict.fromkeys(match[1].replace("&amp;", "&") for match in links))


def _posts(status: Json, _: Json) -> Iterator[Json]:
    shared = status.get("reblog") or {}
    said = shared or status
    card = (said.get("card") or {}).get("url")
    links = _links(said.get("content") or "")
    yield {
        # ids are of one server only, the uri is the same everywhere
        "post": status.get("uri") or status["id"],
        "account": status["account"].get("acct") or status["account"]["id"],
        "time": status["created_at"],
        "text": plain(said.get("content") or ""),
        "language": said.get("language"),
        "client": (status.get("application") or {}).get("name"),
        "repost_of": (shared.get("uri") or shared.get("id")) if shared else None,
        "reply_to": status.get("in_reply_to_id"),
        "urls": links or ([card] if card else []),
        "hashtags": [tag["name"] for tag in said.get("tags") or []],
        "mentions": [mention["acct"] for mention in said.get("mentions") or []],
    }


SOURCE = JsonSource(
    id="mastodon",
    title="Mastodon statuses (JSON)",
    platform="mastodon",
    paths=(("*",), ("statuses", "*"), ("descendants", "*"), ("ancestors", "*")),
    looks=lambda s: {"account", "content", "created_at", "visibility"} <= s.keys() and isinstance(s["account"], dict),
    posts=_posts,
    why="are Mastodon statuses (account, content, created_at, visibility)",
)
