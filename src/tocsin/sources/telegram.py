"""Telegram Desktop's JSON export (`result.json`), of one chat and of a whole account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.sources.structured import Json, JsonSource

_MENTIONS, _LINKS = ("mention",), ("link", "text_link")


def _pieces(message: Json) -> list[Any]:
    """The text as its pieces: plain strings and entities, whichever way this version of the app wrote it."""
    text = message.get("text", "")
    pieces = text if isinstance(text, list) else [text]
    return pieces if any(pieces) else message.get("text_entities") or []


def _posts(message: Json, chat: Json) -> Iterator[Json]:
    if message.get("type") != "message":
        return
    pieces = _pieces(message)
    entities = [piece for piece in pieces if isinstance(piece, dict)] + (message.get("text_entities") or [])
    room = str(chat.get("id", "chat"))
    forwarded = message.get("forwarded_from_id") or message.get("forwarded_from")
    origin = message.get("forwarded_from_message_id")
    answered = message.get("reply_to_message_id")
    yield {
        "post": f"{room}/{message['id']}",
        # a channel's posts carry the channel as `from_id`; old exports have no ids at all
        "account": message.get("from_id") or message.get("from") or message.get("actor_id") or f"channel{room}",
        "time": message.get("date_unixtime") or message["date"],
        "text": "".join(piece if isinstance(piece, str) else str(piece.get("text", "")) for piece in pieces),
        "repost_of": f"{forwarded}/{origin}" if forwarded and origin else None,
        "reply_to": f"{room}/{answered}" if answered else None,
        "urls": list(dict.fromkeys(e.get("href") or e["text"] for e in entities if e.get("type") in _LINKS)),
        "hashtags": list(dict.fromkeys(e["text"] for e in entities if e.get("type") == "hashtag")),
        "mentions": list(dict.fromkeys(e["text"] for e in entities if e.get("type") in _MENTIONS)),
    }


SOURCE = JsonSource(
    id="telegram",
    title="Telegram Desktop export (JSON)",
    platform="telegram",
    paths=(
        ("messages", "*"),
        ("chats", "list", "*", "messages", "*"),
        ("left_chats", "list", "*", "messages", "*"),
    ),
    looks=lambda m: (
        m.get("type") in ("message", "service") and "date" in m and "id" in m and ("text" in m or "action" in m)
    ),
    posts=_posts,
    why="are Telegram messages (type, id, date, text)",
)
