"""YouTube comments: the Data API's commentThreads (pages, threads or comments) and the YouTube Data Tools' CSV."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.delimited import Columns, DelimitedSource
from tocsin.sources.structured import Json, JsonSource

API_KINDS = ("youtube#commentThread", "youtube#comment", "youtube#commentThreadListResponse")


def _posts(record: Json, _: Json) -> Iterator[Json]:
    """A page holds threads, a thread its first comment and some replies."""
    if "items" in record:
        for item in record["items"]:
            yield from _posts(item, {})
        return
    snippet = record["snippet"]
    if "topLevelComment" not in snippet:
        yield _comment(record, record.get("snippet", {}).get("videoId"))
        return
    video = snippet.get("videoId")
    yield _comment(snippet["topLevelComment"], video)
    for reply in (record.get("replies") or {}).get("comments") or []:
        yield _comment(reply, video)


def _comment(comment: Json, video: str | None) -> Json:
    said = comment["snippet"]
    return {
        "post": comment["id"],
        "account": (said.get("authorChannelId") or {}).get("value") or said["authorDisplayName"],
        "time": said["publishedAt"],
        "text": said.get("textOriginal") or said.get("textDisplay"),
        "reply_to": said.get("parentId") or video or said.get("videoId"),
    }


def _looks(record: Json) -> bool:
    return str(record.get("kind", "")) in API_KINDS or (
        isinstance(said := record.get("snippet"), dict) and ("topLevelComment" in said or "authorDisplayName" in said)
    )


API = JsonSource(
    id="youtube",
    title="YouTube comments of the Data API (JSON)",
    platform="youtube",
    paths=(("*",), ("items", "*")),
    looks=_looks,
    posts=_posts,
    why="are comment threads of YouTube's Data API",
)


def _replies(columns: Columns, fields: Columns) -> Columns:
    if "isreplyto" in columns:
        answered = columns["isreplyto"]
        fields["reply_to"] = pc.if_else(pc.equal(answered, ""), pa.scalar(None, pa.string()), answered)
    return fields


TOOLS = DelimitedSource(
    id="youtube-data-tools",
    title="YouTube Data Tools comments (CSV)",
    platform="youtube",
    signature=("id", "publishedat", "authorname", "text", "isreplyto"),
    fields={
        "post": ("id",),
        "account": ("authorchannelid", "authorchannelurl", "authorname"),
        "time": ("publishedat",),
        "text": ("text",),
    },
    adjust=_replies,
)
