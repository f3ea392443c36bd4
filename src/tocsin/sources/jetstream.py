"""Bluesky's Jetstream, one event a line: posts and reposts that were created; likes, follows and deletions passed over.

The time is `time_us`, when the network saw the record: `createdAt` is whatever the client wrote.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.sources.structured import Json, JsonSource


def _posts(event: Json, _: Json) -> Iterator[Json]:
    if event["kind"] != "commit" or event["commit"]["operation"] != "create":
        return
    commit, record = event["commit"], event["commit"].get("record") or {}
    post = {
        "post": f"at://{event['did']}/{commit['collection']}/{commit['rkey']}",
        "account": event["did"],
        "time": event["time_us"],
    }
    if commit["collection"] == "app.bsky.feed.repost":
        yield {**post, "repost_of": record["subject"]["uri"], "urls": [], "hashtags": [], "mentions": []}
    elif commit["collection"] == "app.bsky.feed.post":
        features = [feature for facet in record.get("facets") or [] for feature in facet.get("features") or []]
        quoted = _embedded(record)
        yield {
            **post,
            "text": record.get("text"),
            "language": (record.get("langs") or [None])[0],
            "reply_to": ((record.get("reply") or {}).get("parent") or {}).get("uri"),
            "urls": list(dict.fromkeys([f["uri"] for f in features if "uri" in f] + _external(record))),
            "hashtags": [f["tag"] for f in features if "tag" in f] + (record.get("tags") or []),
            "mentions": [f["did"] for f in features if f.get("$type", "").endswith("#mention")],
            "objects": [quoted] if quoted else None,
        }


def _external(record: Json) -> list[str]:
    """The link of the preview card, alone or beside a quoted post."""
    embed = record.get("embed") or {}
    card = embed.get("external") or (embed.get("media") or {}).get("external") or {}
    return [card["uri"]] if card.get("uri") else []


def _embedded(record: Json) -> str | None:
    """The post that this one quotes."""
    quoted = (record.get("embed") or {}).get("record") or {}
    found = quoted.get("uri") or (quoted.get("record") or {}).get("uri")
    return str(found) if found else None


SOURCE = JsonSource(
    id="jetstream",
    title="Bluesky Jetstream (JSONL)",
    platform="bluesky",
    paths=(("*",),),
    looks=lambda event: {"did", "time_us", "kind"} <= event.keys(),
    posts=_posts,
    why="are Jetstream events (did, time_us, kind)",
)
